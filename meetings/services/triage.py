"""振り分け of proposals: returned, declined, or taken onto an agenda (R12, R21)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import uuid5

from django.db import transaction
from django.utils.translation import gettext as _

from documents.models import PaperVersion
from documents.services import transfers
from documents.services.transfers import Copied
from meetings import references, rosters
from meetings.call_notices import Occasion
from meetings.models import AgendaItem, CallRecipient, Proposal, Sitting
from meetings.services import agenda, calls
from meetings.services.agenda import ItemWords
from meetings.services.proposals import lock_proposal, record_proposal
from members.access import Actor
from members.facts import Action, Regime
from members.filters import holding_at
from members.models import Body, Case, Seat
from members.services import cases
from members.services.cases import NewMember
from portal.core import clock
from portal.core.errors import InvalidError, RefusedError

State = Proposal.State


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCase:
    """The household that triage opens a case for."""

    number: str
    title: str
    household: list[NewMember]
    opened_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Taking:
    """What triage decides: under which law, for whom, on which day's agenda.

    ``case`` is the known case, or ``new_case`` the one to open. ``reason`` is asked
    for where words and sheets cross from one law to another (R21).
    """

    sitting: Sitting
    body: Body
    regime: Regime
    case: Case | None
    new_case: NewCase | None
    words: ItemWords
    sheets: Sequence[PaperVersion] = ()
    reason: str = ""


@transaction.atomic
def return_proposal(
    *, actor: Actor, proposal: Proposal, reason: str, due_at: datetime
) -> Proposal:
    """Give it back to be mended until ``due_at``; its page alone says why."""
    proposal = _waiting(actor, proposal)
    if due_at <= clock.now():
        raise InvalidError(_("直していただく期限は、これからの日にしてください。"))
    proposal.due_at = due_at
    return _answered(actor, proposal, State.RETURNED, reason)


@transaction.atomic
def decline_proposal(*, actor: Actor, proposal: Proposal, reason: str) -> Proposal:
    """Leave it off the agenda; the author reads why, for the days links live."""
    proposal = _waiting(actor, proposal)
    seat = _seat_of(proposal)
    if seat is not None:
        days = timedelta(days=proposal.call.body.rules.link_days)
        cases.give_seat(
            actor=actor,
            item_id=proposal.id,
            person=proposal.person,
            role=rosters.side_of(proposal.person),
            until=max(clock.now(), proposal.due_at) + days,
        )
    return _answered(actor, proposal, State.DECLINED, reason)


def _answered(actor: Actor, proposal: Proposal, state: State, reason: str) -> Proposal:
    _decide(actor, proposal, state, reason)
    rows = CallRecipient.objects.filter(call=proposal.call, person=proposal.person)
    rows = rows.select_related("call__body", "person__organization")
    calls.tell(actor, proposal.call, rows, Occasion.WORD)
    return proposal


def _decide(actor: Actor, proposal: Proposal, state: State, reason: str = "") -> None:
    proposal.state, proposal.reason = state, reason
    proposal.decided_by, proposal.decided_at = actor.person, clock.now()
    proposal.save()
    record_proposal(state.value, actor, proposal)


def take_proposal(*, actor: Actor, proposal: Proposal, taking: Taking) -> AgendaItem:
    """Make it an agenda item: a new case or the known one, with its sheets.

    A repeat leads to the same item. Raises InvalidError where body, case and law do
    not go together, or a reason is missing; RefusedError for what R21 forbids.
    """
    copied = transfers.copy_versions(actor=actor, versions=taking.sheets)
    return _take(actor, proposal, taking, copied)


@transaction.atomic
def _take(
    actor: Actor, proposal: Proposal, taking: Taking, copied: Sequence[Copied]
) -> AgendaItem:
    proposal, access = lock_proposal(actor, proposal, Action.CONVENE)
    if proposal.item is not None:
        return proposal.item
    _refuse_unless_waiting(proposal)
    if taking.regime is not proposal.call.regime and not taking.reason:
        raise InvalidError(_("別の根拠の議題へ提案を引き継ぐ理由を書いてください。"))
    item = agenda.add_item(
        actor=actor,
        key=uuid5(proposal.id, f"{access.t}"),
        sitting=taking.sitting,
        body=taking.body,
        case=_case_for(actor, proposal, taking),
        words=taking.words,
        regime=taking.regime,
    )
    target = references.of_item(item)
    for one in copied:
        transfers.transfer_version(
            actor=actor, copied=one, item=target, reason=taking.reason
        )
    _end_seat(actor, proposal)
    if proposal.case is None and item.case is not None:
        # Selection and recusal for the case hold for what it came from too (R27).
        transfers.bind_to_case(actor=actor, item_id=proposal.id, to=target)
        proposal.case = item.case
    proposal.item = item
    _decide(actor, proposal, State.TAKEN, taking.reason)
    return item


def _case_for(actor: Actor, proposal: Proposal, taking: Taking) -> Case | None:
    """The case named with the proposal, or the one that triage chose or describes."""
    if proposal.case is not None or taking.new_case is None:
        return proposal.case or taking.case
    new = taking.new_case
    return cases.create_case(
        actor=actor,
        body=taking.body,
        number=new.number,
        title=new.title,
        household=new.household,
        opened_on=new.opened_on,
        summary=proposal.words,
        referrer=proposal.person.organization,
    )


def _seat_of(proposal: Proposal) -> Seat | None:
    seats = Seat.objects.filter(holding_at(clock.now()), item_id=proposal.id)
    return seats.filter(person=proposal.person).first()


def _end_seat(actor: Actor, proposal: Proposal) -> None:
    """What it became is read by those who are selected for it, and by nobody else."""
    seat = _seat_of(proposal)
    if seat is not None:
        cases.end_seat(actor=actor, seat=seat)


def _waiting(actor: Actor, proposal: Proposal) -> Proposal:
    proposal, _access = lock_proposal(actor, proposal, Action.CONVENE)
    _refuse_unless_waiting(proposal)
    return proposal


def _refuse_unless_waiting(proposal: Proposal) -> None:
    if not proposal.waits:
        raise RefusedError(
            _("この提案はいま「%(state)s」です。画面を読み込み直してください。")
            % {"state": proposal.get_state_display()}
        )
