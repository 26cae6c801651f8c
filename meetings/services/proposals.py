"""提案: written, sent in, returned, declined, or taken onto an agenda (R12, R21)."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from uuid import UUID, uuid5

from django.db import transaction
from django.utils.translation import gettext as _

from documents.models import PaperVersion
from documents.services import papers, transfers
from documents.services.papers import ItemReference, PaperDetails, Upload
from documents.services.transfers import Copied
from meetings import rosters
from meetings.call_notices import Occasion, late_words
from meetings.models import AgendaItem, Call, CallRecipient, Proposal, Sitting
from meetings.policies import call_facts, case_in_call_facts, proposal_facts
from meetings.services import agenda, calls
from meetings.services.agenda import ItemWords
from members.access import Access, Actor, access_for
from members.facts import Action, Regime
from members.filters import holding_at
from members.models import Body, Case, Purpose, Seat
from members.services import cases
from members.services.cases import NewMember
from portal.core import audit, clock
from portal.core.errors import HiddenError, InvalidError, RefusedError

State = Proposal.State
_NAMESPACE = UUID("5f2f2f6c-8a44-4f5e-b8b4-6c3f1f0f9b21")


@dataclass(frozen=True, slots=True)
class ProposalWords:
    """What a proposal says; its names are those of the row's fields."""

    title: str
    occasion: str
    purpose: str
    words: str
    urgency: str
    consent: str


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


def reference_of(proposal: Proposal) -> ItemReference:
    """The proposal as documents knows it: an item of its own."""
    case = proposal.case
    return ItemReference(
        item_id=proposal.id,
        sitting_id=proposal.call_id,
        body=proposal.call.body,
        regime=proposal.call.regime,
        case=case,
        about=tuple(case.household.all()) if case else (),
        purpose=Purpose.CALL,
    )


# Writing ------------------------------------------------------------------------------


@transaction.atomic
def save_proposal(
    *, actor: Actor, key: UUID, call: Call, case: Case | None, words: ProposalWords
) -> Proposal:
    """Begin a draft; a repeat with ``key`` writes it anew.

    Its id stands for an item and comes from the key, the call and the person: nobody
    can name one that a roster hangs on already (R18). Raises RefusedError after the
    due date. The case stays as it was chosen first.
    """
    recipient = (
        CallRecipient.objects.select_for_update(of=("self",))
        .select_related("call__body", "call__opened_by__organization")
        .filter(call=call, person=actor.person)
        .first()
    )
    if recipient is None:
        raise HiddenError
    access = access_for(actor, cases=[case.id] if case else (), items=())
    access.require(Action.PROPOSE, call_facts(recipient.call, recipient))
    own_id = uuid5(_NAMESPACE, f"{key} {recipient.call_id} {actor.id}")
    known = Proposal.objects.filter(pk=own_id).first()
    if known is not None:
        return change_proposal(actor=actor, proposal=known, words=words)
    _refuse_if_late(recipient.call, recipient.call.due_at)
    proposal = Proposal(
        id=own_id,
        call=recipient.call,
        person=actor.person,
        case=case,
        due_at=recipient.call.due_at,
        created_at=access.t,
    )
    if case is not None:
        _require_known(access, case, proposal.call)
    _write(proposal, words)
    proposal.save(force_insert=True)
    cases.give_seat(
        actor=actor,
        item_id=proposal.id,
        person=actor.person,
        role=rosters.side_of(actor.person),
    )
    _record("begin", actor, proposal)
    return proposal


def _require_known(access: Access, case: Case, call: Call) -> None:
    """A case of the call's unit that is open to the author (R17)."""
    access.require(Action.READ, case_in_call_facts(case, call))
    if case.unit_id != call.body.unit_id:
        raise HiddenError


@transaction.atomic
def change_proposal(
    *, actor: Actor, proposal: Proposal, words: ProposalWords
) -> Proposal:
    """Write the own draft, or a returned proposal, anew."""
    proposal = _own(actor, proposal)
    _write(proposal, words)
    proposal.save()
    _record("change", actor, proposal)
    return proposal


def _write(proposal: Proposal, words: ProposalWords) -> None:
    for field in fields(words):
        setattr(proposal, field.name, getattr(words, field.name))


def file_sheet(
    *,
    actor: Actor,
    proposal: Proposal,
    details: PaperDetails,
    upload: Upload,
    token: UUID,
) -> PaperVersion:
    """Attach a case sheet: the form 1-2, or the organisation's own.

    From outside it is held for the secretariat. Raises InvalidError for a file that
    the intake refuses, RefusedError after the due date.
    """
    with transaction.atomic():
        proposal = _own(actor, proposal)
    return papers.file_paper(
        actor=actor,
        item=reference_of(proposal),
        details=details,
        upload=upload,
        token=token,
    )


@transaction.atomic
def submit_proposal(*, actor: Actor, proposal: Proposal) -> Proposal:
    """Send it in: the secretariat judges it from now on. A repeat is harmless."""
    proposal, _access = _locked(actor, proposal, Action.UPLOAD)
    if proposal.person_id != actor.id:
        raise HiddenError
    if proposal.state == State.SUBMITTED:
        return proposal
    _refuse_unless_writable(proposal)
    proposal.state, proposal.submitted_at = State.SUBMITTED, clock.now()
    proposal.save(update_fields=["state", "submitted_at"])
    CallRecipient.objects.filter(call=proposal.call, person=actor.person).update(
        answer=CallRecipient.Answer.PROPOSES, answered_at=clock.now()
    )
    _record("submit", actor, proposal)
    return proposal


def _own(actor: Actor, proposal: Proposal) -> Proposal:
    """The author's own proposal under its lock, while it may be written."""
    proposal, _access = _locked(actor, proposal, Action.UPLOAD)
    if proposal.person_id != actor.id:
        raise HiddenError
    _refuse_unless_writable(proposal)
    return proposal


def _refuse_unless_writable(proposal: Proposal) -> None:
    if not proposal.writable:
        raise RefusedError(
            _("この提案は提出済みです。直したいときは、事務局へお電話ください。")
        )
    _refuse_if_late(proposal.call, proposal.due_at)


def _refuse_if_late(call: Call, due_at: datetime) -> None:
    if due_at <= clock.now():
        raise RefusedError(late_words(call))


# Triage -------------------------------------------------------------------------------


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
    _record(state.value, actor, proposal)


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
    proposal, access = _locked(actor, proposal, Action.CONVENE)
    if proposal.item is not None:
        return proposal.item
    _refuse_unless_waiting(proposal)
    if taking.regime is not proposal.call.regime and not taking.reason:
        raise InvalidError(_("別の根拠の議題へ提案を引き継ぐ理由を書いてください。"))
    item = agenda.add_item(
        actor=actor,
        key=uuid5(_NAMESPACE, f"{proposal.id} {access.t}"),
        sitting=taking.sitting,
        body=taking.body,
        case=_case_for(actor, proposal, taking),
        words=taking.words,
        regime=taking.regime,
    )
    reference = _item_reference(item)
    for one in copied:
        transfers.transfer_version(
            actor=actor, copied=one, item=reference, reason=taking.reason
        )
    _end_seat(actor, proposal)
    if proposal.case is None and item.case is not None:
        # Selection and recusal for the case hold for what it came from too (R27).
        transfers.bind_to_case(actor=actor, item_id=proposal.id, to=reference)
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


def _item_reference(item: AgendaItem) -> ItemReference:
    return ItemReference(
        item_id=item.id,
        sitting_id=item.sitting_id,
        body=item.body,
        regime=item.regime,
        case=item.case,
        about=tuple(item.about.all()),
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
    proposal, _access = _locked(actor, proposal, Action.CONVENE)
    _refuse_unless_waiting(proposal)
    return proposal


def _refuse_unless_waiting(proposal: Proposal) -> None:
    if not proposal.waits:
        raise RefusedError(
            _("この提案はいま「%(state)s」です。画面を読み込み直してください。")
            % {"state": proposal.get_state_display()}
        )


def _locked(
    actor: Actor, proposal: Proposal, action: Action
) -> tuple[Proposal, Access]:
    """The proposal under its lock, once the actor may do ``action`` with it."""
    rows = Proposal.objects.select_for_update(of=("self",))
    found = (
        rows.select_related(
            "call__body",
            "call__opened_by__organization",
            "case",
            "person__organization",
            "item",
        )
        .filter(pk=proposal.pk)
        .first()
    )
    if found is None:
        raise HiddenError
    limits = [found.case_id] if found.case_id else ()
    access = access_for(actor, cases=limits, items=[found.id])
    access.require(action, proposal_facts(found))
    return found, access


def _record(what: str, actor: Actor, proposal: Proposal) -> None:
    audit.record(
        f"meetings.proposal.{what}",
        actor=actor.id,
        subject=f"proposal:{proposal.id}",
        case=proposal.case_id,
        item=proposal.id,
    )
