"""Release of an item's papers over a table, and who is told of it (R30, R39)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from documents import handling
from documents.evidence.disclosure import opened_by
from documents.models import (
    PaperVersion,
    Planned,
    Release,
    ReleaseRound,
    RoundNotice,
)
from documents.releasing import receivers
from documents.services import rounds
from meetings import notices, paper_notices, rosters
from meetings.models import AgendaItem, Sitting
from meetings.paper_notices import Facts, Occasion
from meetings.policies import item_facts
from meetings.services.own_links import ways_in
from members.access import Actor
from members.facts import Action, State
from members.filters import holding_at
from members.models import Person
from portal.core import audit, clock, context, outbox
from portal.core.errors import InvalidError, RefusedError

# Nobody is reminded twice within this time, however often the button is pressed.
REMIND_AFTER = timedelta(minutes=10)
Standing = ReleaseRound.Standing


@transaction.atomic
def release_papers(
    *, actor: Actor, item: AgendaItem, key: UUID, cells: Sequence[Planned]
) -> ReleaseRound:
    """Release the whole table of an item, all of it or nothing, and only once.

    Who gets something is told when it opens. Raises what ``rounds.make_round``
    raises, and InvalidError for an end after the class's last day (R31).
    """
    _require_days(item, cells)
    made = rounds.make_round(actor=actor, key=key, cells=cells)
    _tell_at_once(made)
    return made


def _require_days(item: AgendaItem, cells: Sequence[Planned]) -> None:
    held_on = clock.day_of(item.sitting.ends_at)
    rows = PaperVersion.objects.select_related("paper")
    versions = rows.in_bulk({cell.version for cell in cells})
    for cell in cells:
        paper = versions[cell.version].paper
        last = handling.last_day(paper, held_on, item.body.rules.link_days)
        if paper.item_id != item.id or cell.until > clock.day_end(last):
            raise InvalidError(
                _("%(paper)sを閲覧できるのは、%(last)sまでです。")
                % {"paper": paper.number, "last": last}
            )


@transaction.atomic
def approve_release(*, actor: Actor, made: ReleaseRound) -> ReleaseRound:
    """The second person's yes (R30); who gets something is told when it opens."""
    made = rounds.approve_round(actor=actor, made=made)
    _tell_at_once(made)
    return made


def _tell_at_once(made: ReleaseRound) -> None:
    if made.told_at is None and made.standing_at(clock.now()) is Standing.OPEN:
        _tell_round(made)


def tell_due() -> int:
    """Tell of the rounds that have begun; how many mails were queued.

    It is done for the person who made the round, while they convene its item (R37).
    """
    now, told = clock.now(), 0
    due = ReleaseRound.objects.filter(
        opens_at__lte=now, told_at=None, undone_at=None, returned_at=None
    )
    for round_id in due.order_by("opens_at").values_list("id", flat=True):
        with transaction.atomic():
            rows = ReleaseRound.objects.select_for_update(of=("self",))
            made = rows.select_related("made_by__organization").get(id=round_id)
            if made.told_at is None:
                told += _tell_round(made)
    return told


def _tell_round(made: ReleaseRound) -> int:
    made.told_at = clock.now()
    made.save(update_fields=["told_at"])
    item = _item_of(made)
    if not _still_keeps(made, item):
        return 0
    people = _who_is_told(made, item)
    _send(Actor(made.made_by), made, item, people, Occasion.TOLD)
    return len(people)


def _item_of(made: ReleaseRound) -> AgendaItem:
    rows = AgendaItem.objects.select_related("sitting__body", "body", "case")
    return rows.prefetch_related("about", "body__charters").get(id=made.item_id)


def _still_keeps(made: ReleaseRound, item: AgendaItem) -> bool:
    clerk = rosters.standing([made.made_by], items=[item])[made.made_by_id]
    return clerk.allows(Action.CONVENE, item_facts(item, made.made_by_id))


def _who_is_told(made: ReleaseRound, item: AgendaItem) -> list[Person]:
    """Who was asked to the sitting, has an address, and could open something now.

    Before people are convened nobody hears of papers: the invitation leads to them.
    """
    if item.sitting.state in {Sitting.State.CANCELLED, Sitting.State.DRAFT}:
        return []
    asked = item.sitting.invitations.filter(
        withdrawn_at=None, notified_at__isnull=False
    )
    live = Release.objects.filter(holding_at(clock.now()), round=made)
    live = live.filter(person__in=asked.values("person")).exclude(person__email="")
    rows = list(
        live.select_related("version__paper", "person__organization").prefetch_related(
            "version__paper__about", "version__paper__readers"
        )
    )
    versions = {row.version_id: row.version for row in rows}
    people = {row.person_id: row.person for row in rows}
    barred = receivers.barred(list(versions.values()), list(people.values()))
    open_to = {
        row.person_id
        for row in rows
        if row.version.state == State.RELEASED
        and row.version.scanned
        and (row.version_id, row.person_id) not in barred
    }
    found = [person for key, person in people.items() if key in open_to]
    return sorted(found, key=lambda person: person.kana)


def _send(
    actor: Actor,
    made: ReleaseRound,
    item: AgendaItem,
    people: Sequence[Person],
    occasion: Occasion,
) -> None:
    """One mail to each of them, with their own link where they need a new one."""
    if not people:
        return
    ways = ways_in(actor, item.sitting, people, _link_end(item.sitting))
    letters = []
    for person in people:
        way = ways[person.id]
        facts = _facts(item.sitting, person, way)
        subject, body = paper_notices.compose(occasion, facts)
        letters.append(
            outbox.Letter(
                person=person.id,
                address=person.email,
                subject=subject,
                body=body,
                about=way.about,
            )
        )
    mails = outbox.queue_all(letters)
    RoundNotice.objects.bulk_create(
        [
            RoundNotice(round=made, person=person, mail=mail, told_at=clock.now())
            for person, mail in zip(people, mails, strict=True)
        ],
        update_conflicts=True,
        update_fields=["mail", "told_at"],
        unique_fields=["round", "person"],
    )
    audit.record_all(
        [
            audit.Act(
                "meetings.papers.notify",
                actor.id,
                context.origin(),
                subject=f"round:{made.id}",
                case=made.case_id,
                item=made.item_id,
                detail={"person": str(person.id), "occasion": occasion.value},
            )
            for person in people
        ]
    )


def _link_end(sitting: Sitting) -> datetime:
    return sitting.ends_at + timedelta(days=sitting.body.rules.link_days)


def _facts(sitting: Sitting, person: Person, way: notices.Way) -> Facts:
    return Facts(
        serial=notices.serial_of(sitting.starts_at, sitting.number),
        starts_at=sitting.starts_at,
        ends_at=sitting.ends_at,
        place=sitting.place,
        name=person.name,
        link=way.link,
        link_until=way.until,
        known=way.known,
    )


@transaction.atomic
def remind_unopened(*, actor: Actor, made: ReleaseRound) -> int:
    """Tell those once more who were told and have opened nothing; how many.

    Raises RefusedError where nobody is left to remind.
    """
    rounds.require_keeper(actor, made)
    rows = ReleaseRound.objects.select_for_update(of=("self",))
    made = rows.select_related("made_by__organization").get(id=made.id)
    item, before = _item_of(made), clock.now() - REMIND_AFTER
    told = set(made.notices.filter(told_at__lt=before).values_list("person", flat=True))
    opened = opened_by({cell.version for cell in made.cells}, told)
    silent = told - {person for _version, person in opened}
    people = [person for person in _who_is_told(made, item) if person.id in silent]
    if not people or made.standing_at(clock.now()) is not Standing.OPEN:
        raise RefusedError(
            _(
                "いま、もう一度知らせる人はいません"
                "(知らせてから10分たっていない人には送りません)。"
            )
        )
    _send(actor, made, item, people, Occasion.REMINDED)
    return len(people)
