"""Agenda items, minutes and outcomes as they are found, and to whom they are shown."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from uuid import UUID

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from documents.models import Release
from meetings import notices
from meetings.models import (
    AgendaItem,
    Entry,
    Minutes,
    OldRecord,
    Outcome,
    Presence,
    Sitting,
)
from meetings.policies import (
    item_facts,
    minutes_facts,
    old_record_facts,
    outcome_facts,
    summary_facts,
)
from meetings.selectors.sittings import lines
from members.access import Access, about
from members.facts import Action
from members.policies import case_facts
from portal.core import clock, jp
from portal.core.search import sources
from portal.core.search.hits import Hit, Part, Read, excerpts_of, in_order
from portal.core.search.sources import Found, Source, Watch
from portal.core.search.words import Query, marked

Check = Callable[[list[UUID]], Iterable[Hit]]

_OF_ITEM = ("body", "case")


def register() -> None:
    """Have them indexed."""
    sources.register(
        Source(
            "item",
            AgendaItem.objects.all,
            _items,
            (
                Watch("meetings.AgendaItem", ("title", "purpose", "points", *_OF_ITEM)),
                Watch(
                    "meetings.Sitting",
                    ("starts_at",),
                    through="meetings.AgendaItem.sitting",
                ),
            ),
        )
    )
    sources.register(
        Source(
            "entry",
            lambda: Entry.objects.filter(deleted=False),
            _entries,
            (
                Watch("meetings.Entry", ("speaker", "source", "text", "deleted")),
                Watch("meetings.AgendaItem", _OF_ITEM, through="meetings.Entry.item"),
            ),
        )
    )
    sources.register(
        Source(
            "outcome",
            Outcome.objects.all,
            _outcomes,
            (
                Watch("meetings.Outcome", ("result", "note"), subject="item"),
                Watch("meetings.AgendaItem", _OF_ITEM),
            ),
            key="item_id",
        )
    )
    sources.register(
        Source(
            "old_record",
            OldRecord.objects.all,
            _old_records,
            (
                Watch("meetings.OldRecord", ("body",)),
                Watch("members.Case", ("number",), through="meetings.OldRecord.case"),
            ),
        )
    )


def _found(item: AgendaItem, subject: UUID, parts: Iterable[Part]) -> Found:
    return Found(
        subject,
        item.body_id,
        item.case_id or item.id,
        item.sitting.starts_at,
        tuple(part.text for part in parts),
    )


def _items(ids: Collection[UUID]) -> Iterator[Found]:
    for item in AgendaItem.objects.filter(id__in=ids).select_related("sitting"):
        yield _found(item, item.id, _item_parts(item))


def _item_parts(item: AgendaItem) -> Iterator[Part]:
    yield Part.of("", item.title)
    yield Part.of(_("検討の目的"), item.purpose)
    yield Part.of(_("話し合うこと"), item.points)


def _entries(ids: Collection[UUID]) -> Iterator[Found]:
    rows = Entry.objects.filter(id__in=ids, deleted=False)
    for entry in rows.select_related("item__sitting"):
        yield _found(entry.item, entry.id, [_entry_part(entry)])


def _entry_part(entry: Entry) -> Part:
    words = (entry.speaker, entry.source, entry.text, _due(entry))
    return Part.of(str(entry.get_kind_display()), " / ".join(w for w in words if w))


def _summary_part(entry: Entry) -> Part:
    """What the summary says of it: what was decided, or who does what until when."""
    decided = entry.kind == Entry.Kind.DECISION
    words = (entry.text,) if decided else (entry.speaker, entry.text, _due(entry))
    return Part.of(str(entry.get_kind_display()), " / ".join(w for w in words if w))


def _due(entry: Entry) -> str:
    if entry.due_on is None:
        return ""
    decided = entry.kind == Entry.Kind.DECISION
    words = _("次のモニタリング %(day)s") if decided else _("%(day)sまで")
    return words % {"day": jp.era_words(entry.due_on)}


def _outcomes(ids: Collection[UUID]) -> Iterator[Found]:
    rows = Outcome.objects.filter(item__in=ids).select_related("item__sitting")
    for outcome in rows:
        part = _outcome_part(outcome, outcome.note)
        yield _found(outcome.item, outcome.item_id, [part])


def _outcome_part(outcome: Outcome, note: str) -> Part:
    result = str(outcome.get_result_display())
    return Part.of(_("結果"), " / ".join(word for word in (result, note) if word))


def _old_records(ids: Collection[UUID]) -> Iterator[Found]:
    for row in OldRecord.objects.filter(id__in=ids):
        yield Found(
            row.id,
            row.body_id,
            row.case_id,
            clock.day_start(row.held_on),
            tuple(part.text for part in _old_parts(row)),
        )


def _old_parts(row: OldRecord) -> Iterator[Part]:
    yield Part.of("", " ".join(word for word in (row.sitting, row.title) if word))
    yield Part.of(_("決定・役割分担"), row.decided)
    yield Part.of(_("経過・内容"), row.course)
    yield Part.of(_("出席者"), row.attendees)


# To whom ------------------------------------------------------------------------------


def _items_with_all(ids: Collection[UUID]) -> list[AgendaItem]:
    rows = AgendaItem.objects.filter(id__in=ids).select_related(
        "sitting__body__unit", "body", "case"
    )
    more = ("about", "sitting__joint__body", "sitting__body__charters")
    return list(rows.prefetch_related(*more))


def _access(known: Access, items: Collection[AgendaItem]) -> Access:
    return about(
        known,
        cases={item.case_id for item in items if item.case_id},
        items={item.id for item in items},
    )


def _hit(
    item: AgendaItem,
    url: str,
    title: str,
    query: Query,
    parts: Iterable[Part],
    read: Read,
) -> Iterator[Hit]:
    found = excerpts_of(parts, query)
    if found is not None:
        yield Hit(
            url=url,
            title=marked(title, query),
            day=clock.day_of(item.sitting.starts_at),
            meta=_meta(item),
            excerpts=tuple(each for each in found if each.where),
            read=read,
        )


def _meta(item: AgendaItem) -> tuple[str, ...]:
    sitting = item.sitting
    serial = notices.serial_of(sitting.starts_at, sitting.number)
    return (serial, item.case.number) if item.case else (serial,)


def item_check(known: Access, query: Query) -> Check:
    """Items that the actor may read, of sittings whose face they may see."""

    def check(ids: list[UUID]) -> Iterator[Hit]:
        items = list(in_order(_items_with_all(ids), ids))
        access = _access(known, items)
        seen = {
            line.sitting.id for line in lines(access, {item.sitting for item in items})
        }
        for item in items:
            if item.sitting_id in seen and access.allows(
                Action.READ, item_facts(item, known.actor.id)
            ):
                url = reverse("meetings:sitting-detail", args=[item.sitting_id])
                yield from _hit(
                    item,
                    url,
                    item.title,
                    query,
                    _item_parts(item),
                    _read("meetings.item.found", f"item:{item.id}", item),
                )

    return check


def _read(action: str, subject: str, item: AgendaItem) -> Read:
    return Read(action, subject, item.case_id, item.id)


def outcome_check(known: Access, query: Query) -> Check:
    """Outcomes of the items that the actor convenes; frozen words are not in them."""

    def check(ids: list[UUID]) -> Iterator[Hit]:
        items = list(in_order(_items_with_all(ids), ids))
        access = _access(known, items)
        rows = Outcome.objects.filter(item__in=items)
        outcomes = {outcome.item_id: outcome for outcome in rows}
        for item in items:
            outcome = outcomes.get(item.id)
            thing = item_facts(item, known.actor.id)
            if outcome is None or not access.allows(Action.CONVENE, thing):
                continue
            opens = access.allows(Action.READ, outcome_facts(item))
            yield from _hit(
                item,
                _outcome_page(item),
                item.title,
                query,
                [_outcome_part(outcome, outcome.note if opens else "")],
                _read("meetings.outcome.found", f"item:{item.id}", item),
            )

    return check


def _outcome_page(item: AgendaItem) -> str:
    if item.case_id:
        return reverse("meetings:case-progress", args=[item.case_id])
    return reverse("meetings:sitting-detail", args=[item.sitting_id])


def entry_check(known: Access, query: Query) -> Check:
    """Entries of records that the actor may read; decisions also by the summary."""

    def check(ids: list[UUID]) -> Iterator[Hit]:
        rows = list(in_order(Entry.objects.filter(id__in=ids, deleted=False), ids))
        items = {each.id: each for each in _items_with_all({e.item_id for e in rows})}
        pages = _pages(known, list(items.values()))
        for entry in rows:
            item = items[entry.item_id]
            whole, outcomes, subject = pages[item.id]
            page = whole or (outcomes if entry.is_outcome else "")
            if page:
                read = _read("meetings.minutes.found", subject, item)
                part = _entry_part(entry) if whole else _summary_part(entry)
                yield from _hit(item, page, item.title, query, [part], read)

    return check


def _pages(known: Access, items: list[AgendaItem]) -> dict[UUID, tuple[str, str, str]]:
    """Of each item the page of its record, that of its summary, and what is read.

    Empty where the actor may not read it.
    """
    access = _access(known, items)
    actor = known.actor
    records = {row.item_id: row for row in Minutes.objects.filter(item__in=items)}
    presences = defaultdict(list)
    for presence in Presence.objects.filter(item__in=items, person=actor.person):
        presences[presence.item_id].append(presence)
    releases: dict[UUID | None, list[Release]] = defaultdict(list)
    pdfs = [row.pdf_id for row in records.values() if row.pdf_id]
    mine = Q(version__paper__in=pdfs, person=actor.person)
    for release in Release.objects.filter(mine).select_related("version"):
        releases[release.version.paper_id].append(release)
    found = {}
    for item in items:
        record, here = records.get(item.id), presences[item.id]
        whole = outcomes = ""
        if record:
            record.item = item  # the one with its prefetched relations
            thing = minutes_facts(record, actor.id, here, releases[record.pdf_id])
            if access.allows(Action.READ, thing):
                whole = reverse("meetings:record-detail", args=[item.id])
        if _summed_up(access, item, here):
            outcomes = reverse("meetings:sitting-summary", args=[item.sitting_id])
        subject = f"minutes:{record.id}" if record else f"item:{item.id}"
        found[item.id] = whole, outcomes, subject
    return found


def _summed_up(access: Access, item: AgendaItem, here: list[Presence]) -> bool:
    if item.sitting.state != Sitting.State.CLOSED:
        return False
    thing = summary_facts(item, item.sitting, access.actor.id, here)
    return item.state == AgendaItem.State.CLOSED and access.allows(Action.READ, thing)


def old_record_check(known: Access, query: Query) -> Check:
    """Records from before the portal, on the line of a case that the actor reads."""

    def check(ids: list[UUID]) -> Iterator[Hit]:
        rows = OldRecord.objects.filter(id__in=ids).select_related("body", "case__body")
        held = list(in_order(rows.prefetch_related("case__household"), ids))
        access = about(known, cases={row.case_id for row in held}, items=())
        for row in held:
            found = excerpts_of(_old_parts(row), query)
            things = (case_facts(row.case), old_record_facts(row))
            if found is None or not all(access.allows(Action.READ, t) for t in things):
                continue
            page = reverse("meetings:case-timeline", args=[row.case_id])
            title = " ".join(word for word in (row.sitting, row.title) if word)
            yield Hit(
                url=f"{page}#old-{row.id}",
                title=marked(title, query),
                day=row.held_on,
                meta=(row.case.number,),
                excerpts=tuple(each for each in found if each.where),
                read=Read(
                    "meetings.old_record.found", f"old_record:{row.id}", row.case_id
                ),
            )

    return check
