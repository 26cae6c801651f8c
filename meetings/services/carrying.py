"""持ち越しと報告: what an agenda takes over from earlier sittings of its body."""

from collections.abc import Sequence
from uuid import UUID, uuid4

from django.db import models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from documents.models import Paper, PaperVersion
from documents.services import releases, transfers
from documents.services.transfers import Copied
from meetings import references, rosters
from meetings.live import bell
from meetings.models import AgendaItem, Entry, Sitting
from meetings.policies import item_facts
from meetings.selectors import carrying
from meetings.selectors.agenda import is_over
from meetings.selectors.carrying import Report
from meetings.services import agenda, invitations
from meetings.services.agenda import ItemWords
from meetings.services.invitations import Choice
from meetings.services.sittings import lock_sitting
from members.access import Actor, access_for
from members.facts import Action, Regime, State
from portal.core import audit, jp
from portal.core.errors import InvalidError, RefusedError

REPORT_MINUTES = 5


class Mode(models.TextChoices):
    """How an item goes on."""

    MOVE = "move", gettext_lazy("続きを話し合う(資料も引き継ぐ)")
    COPY = "copy", gettext_lazy("同じ内容の議題を新しく置く")


def carry_over(
    *, actor: Actor, key: UUID, item: AgendaItem, to_sitting: Sitting, mode: Mode
) -> AgendaItem:
    """Put the item on a later draft of the same body; a repeat is answered.

    MOVE takes along the unfinished item: its papers are handed on as drafts, what was
    released of them ends, the minutes stay with their sitting. COPY takes the words
    alone. People are selected anew. Raises InvalidError for a draft of another body,
    RefusedError while the sitting is still to come or the item is being talked about.
    """
    moves = mode == Mode.MOVE
    versions = _handed_on(item) if moves else ()
    copied = transfers.copy_versions(actor=actor, versions=versions)
    return _carry_over(actor, key, item, (to_sitting, moves, copied))


def _handed_on(item: AgendaItem) -> list[PaperVersion]:
    """The newest version of every paper; tax information only under consent."""
    rows = PaperVersion.objects.filter(
        paper__item_id=item.id,
        state__in=[State.DRAFT, State.HELD, State.RELEASED, State.FINAL],
    ).exclude(paper__kind=Paper.Kind.MINUTES)
    if item.regime is not Regime.JUSO:
        rows = rows.exclude(paper__tax_information=True)
    newest = {row.paper_id: row for row in rows.order_by("paper__order", "number")}
    return list(newest.values())


@transaction.atomic
def _carry_over(
    actor: Actor,
    key: UUID,
    item: AgendaItem,
    going: tuple[Sitting, bool, Sequence[Copied]],
) -> AgendaItem:
    to_sitting, moves, copied = going
    item = _locked(actor, item)
    to_sitting, _access = lock_sitting(actor, to_sitting, Sitting.State.DRAFT)
    if to_sitting.body_id != item.sitting.body_id:
        raise InvalidError(_("同じ会議体の、準備中の会議を選んでください。"))
    known = AgendaItem.objects.filter(carried_from=item).first() if moves else None
    if known is not None and known.sitting_id == to_sitting.id:
        return known
    if moves:
        _refuse_unless_left(item, known)
    new = agenda.add_item(
        actor=actor,
        key=key,
        sitting=to_sitting,
        body=item.body,
        case=item.case,
        words=_words_of(item),
        regime=item.regime,
    )
    new.about.set(item.about.all())
    if moves:
        _move(actor, item, new, copied)
    audit.record(
        "meetings.item.carry",
        actor=actor.id,
        subject=f"item:{new.id}",
        case=item.case_id,
        item=item.id,
        detail={"to": str(to_sitting.id), "moved": moves},
    )
    return new


def _locked(actor: Actor, item: AgendaItem) -> AgendaItem:
    rows = AgendaItem.objects.select_for_update(of=("self",)).select_related(
        "sitting__body", "body", "case"
    )
    item = rows.get(pk=item.pk)
    cases = [item.case_id] if item.case_id else ()
    access = access_for(actor, cases=cases, items=[item.id])
    access.require(Action.CONVENE, item_facts(item, actor.id))
    return item


def _refuse_unless_left(item: AgendaItem, known: AgendaItem | None) -> None:
    if known is not None:
        raise RefusedError(_("この議題は、もうほかの会議に持ち越しています。"))
    if not is_over(item.sitting):
        raise RefusedError(_("議題を持ち越せるのは、会議が始まってからです。"))
    if item.state == AgendaItem.State.OPEN:
        raise RefusedError(_("協議中の議題を終えてから、持ち越してください。"))


def _words_of(item: AgendaItem) -> ItemWords:
    return ItemWords(
        kind=item.kind,
        occasion=item.occasion,
        title=item.title,
        purpose=item.purpose,
        minutes=item.minutes_allotted,
        points=item.points,
    )


def _move(
    actor: Actor, item: AgendaItem, new: AgendaItem, copied: Sequence[Copied]
) -> None:
    new.carried_from = item
    new.save(update_fields=["carried_from"])
    target = references.of_item(new)
    for one in copied:
        transfers.transfer_version(
            actor=actor, copied=one, item=target, reason=_("次の会議への持ち越し")
        )
    releases.end_item(actor=actor, item_id=item.id)
    if item.state == AgendaItem.State.PENDING:
        item.state = AgendaItem.State.CARRIED
        item.save(update_fields=["state"])
        bell.after_commit(item.sitting_id, standing=True)


@transaction.atomic
def add_reports(*, actor: Actor, sitting: Sitting) -> list[AgendaItem]:
    """Put the decisions and tasks of the last sitting on a draft as 報告事項.

    One item per case, under the same law and about the same people, with the seats of
    those who are still selected. A repeat adds nothing.
    """
    sitting, _access = lock_sitting(actor, sitting, Sitting.State.DRAFT)
    due = carrying.proposals(actor, sitting).reports
    return [_report(actor, sitting, report) for report in due]


def _report(actor: Actor, sitting: Sitting, report: Report) -> AgendaItem:
    previous = report.item
    item = agenda.add_item(
        actor=actor,
        key=uuid4(),
        sitting=sitting,
        body=previous.body,
        case=previous.case,
        words=ItemWords(
            kind=AgendaItem.Kind.REPORT,
            occasion=AgendaItem.Occasion.SHARING,
            title=_("前回の決定と役割の報告"),
            purpose="",
            minutes=REPORT_MINUTES,
            points="\n".join(_line_of(entry) for entry in report.outcomes),
        ),
        regime=previous.regime,
    )
    item.about.set(previous.about.all())
    item.reports_on = previous
    item.save(update_fields=["reports_on"])
    _seat_as_before(actor, item, previous)
    return item


def _line_of(entry: Entry) -> str:
    """One outcome of an earlier meeting, as the report on it says it."""
    words = " ".join(entry.text.split())
    if entry.kind == Entry.Kind.DECISION:
        return _("決定: %(words)s") % {"words": words}
    who = _("(%(who)s)") % {"who": entry.speaker} if entry.speaker else ""
    due = (
        _(" %(day)sまで") % {"day": jp.era_words(entry.due_on)} if entry.due_on else ""
    )
    done = hasattr(entry, "task") and entry.task.done_on is not None
    kind = entry.get_kind_display()
    told = {
        "kind": _("%(kind)s(済み)") % {"kind": kind} if done else kind,
        "words": words,
        "who": who,
        "due": due,
    }
    return _("%(kind)s: %(words)s%(who)s%(due)s") % told


def _seat_as_before(actor: Actor, item: AgendaItem, previous: AgendaItem) -> None:
    """Seats for those who sat on the earlier item and are still selected (R12)."""
    offered = {person.id for person in rosters.candidates(item)}
    still = offered & rosters.members_of(item.case_id).keys()
    seats = rosters.seats_of([previous.id])[previous.id]
    choices = [
        Choice(seat.person, scribe=seat.scribe, signatory=seat.signatory)
        for seat in seats
        if seat.person_id in still
    ]
    invitations.select_people(actor=actor, item=item, choices=choices)
