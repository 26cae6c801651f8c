"""Sittings with agenda, rosters, invitations, who was in the room, minutes."""

from datetime import datetime, timedelta

from meetings import agenda
from meetings.models import AgendaItem, Entry, Invitation, Presence, Sitting, Task
from members.facts import Role
from members.grounds import ground_of
from members.models import Person, Seat
from portal.core import clock
from portal.demo.content.types import AgendaItem as ItemContent
from portal.demo.content.types import DemoContent
from portal.demo.content.types import MinutesEntry as EntryContent
from portal.demo.content.types import Sitting as SittingContent
from portal.demo.identity import uid
from portal.demo.loader.rows import Rows, at, regime

NOTICE_DAYS = 10
SETTLED_AFTER = timedelta(days=10)


def load(content: DemoContent, rows: Rows) -> None:
    """Everything about the meetings except their papers and records."""
    heads = {b.key: (b.head, b.secretariat) for b in content.bodies}
    for entry in content.sittings:
        _sitting(entry, heads[entry.body], rows)
    starts = {s.key: span_of(s)[0] for s in content.sittings}
    states = {s.key: s.state for s in content.sittings}
    for item in content.items:
        begins = starts[item.sitting]
        _item(item, begins, closed=states[item.sitting] == "closed", rows=rows)
        _roster(item, heads[item.body], rows)
        starts[item.sitting] += timedelta(minutes=item.minutes_allotted)
    _entries(content, rows)


def _sitting(entry: SittingContent, heads: tuple[str, str], rows: Rows) -> None:
    begins, ends = span_of(entry)
    approved = entry.state in {"convened", "closed"}
    rows.sittings[entry.key] = Sitting.objects.create(
        id=uid("sitting", entry.key),
        body=rows.bodies[entry.body],
        number=entry.number,
        starts_at=begins,
        ends_at=ends,
        place=entry.place,
        state=entry.state,
        created_by=rows.people[heads[1]],
        approved_by=rows.people[heads[0]] if approved else None,
        approved_at=begins - timedelta(days=NOTICE_DAYS) if approved else None,
        closed_at=ends if entry.state == "closed" else None,
        presiding=rows.people[entry.presiding],
    )


def span_of(entry: SittingContent) -> tuple[datetime, datetime]:
    """Begin and end; today's meeting has always just begun when the demo is made.

    A visitor in the evening finds the room open like one in the morning.
    """
    begins, ends = at(entry.held_on, entry.starts_at), at(entry.held_on, entry.ends_at)
    if entry.state != "convened":
        return begins, ends
    now = clock.now().astimezone(clock.JST)
    half = now.replace(minute=now.minute // 30 * 30, second=0, microsecond=0)
    return half, min(half + (ends - begins), half.replace(hour=23, minute=59))


def _item(entry: ItemContent, begins: datetime, *, closed: bool, rows: Rows) -> None:
    ends = begins + timedelta(minutes=entry.minutes_allotted)
    item = AgendaItem.objects.create(
        id=uid("item", entry.key),
        sitting=rows.sittings[entry.sitting],
        order=entry.order,
        kind=entry.kind,
        body=rows.bodies[entry.body],
        law=regime(entry.regime),
        ground=ground_of(rows.bodies[entry.body], regime(entry.regime), begins),
        case=rows.cases.get(entry.case or ""),
        occasion=entry.occasion or AgendaItem.Occasion.SHARING,
        title=entry.title,
        points="\n".join(_points(entry)),
        minutes_allotted=entry.minutes_allotted,
        state=AgendaItem.State.CLOSED if closed else AgendaItem.State.PENDING,
        opened_at=begins if closed else None,
        closed_at=ends if closed else None,
    )
    item.about.set(rows.household[entry.case or "", key] for key in entry.subjects)
    rows.items[entry.key] = item
    if closed:
        _presences(entry, item, rows)


def _points(entry: ItemContent) -> tuple[str, ...]:
    """What is talked about, as a new item would take it from the template."""
    subject = agenda.subject_of(
        entry.kind, entry.occasion or "", has_case=entry.case is not None
    )
    return agenda.STANDARD_POINTS.get(subject, ())


def _presences(entry: ItemContent, item: AgendaItem, rows: Rows) -> None:
    late = timedelta(minutes=3)
    for attendance in entry.attendance:
        if attendance.state == "absent" or item.opened_at is None:
            continue
        Presence.objects.create(
            item=item,
            person=rows.people[attendance.person],
            starts_at=item.opened_at + late * (attendance.state == "late"),
            ends_at=item.closed_at,
            admitted_by=item.sitting.created_by,
        )


def _roster(entry: ItemContent, heads: tuple[str, str], rows: Rows) -> None:
    item = rows.items[entry.key]
    clerk = item.sitting.created_by
    told = item.sitting.approved_at
    keys = dict.fromkeys((*heads, *entry.people))
    answers = dict(entry.rsvp)
    for key in keys:
        person = rows.people[key]
        Seat.objects.create(
            item_id=item.id,
            person=person,
            role=_role(key, heads, person),
            starts_at=min(told or clock.now(), clock.now()) - timedelta(days=1),
            signatory=key == entry.signatory,
            selected_by=clerk,
        )
        Invitation.objects.update_or_create(
            sitting=item.sitting,
            person=person,
            defaults={
                "rsvp": answers.get(
                    key, Invitation.Rsvp.PRESENT if told else "waiting"
                ),
                "rsvp_at": told if answers.get(key) != "waiting" else None,
                "notified_at": told,
            },
        )


def _role(key: str, heads: tuple[str, str], person: Person) -> Role:
    if key == heads[0]:
        return Role.CHAIR
    if key == heads[1]:
        return Role.SECRETARIAT
    return Role.INTERNAL if person.organization.internal else Role.EXTERNAL


def _entries(content: DemoContent, rows: Rows) -> None:
    made: list[Entry] = []
    revisions: dict[str, int] = {}
    for entry in content.minutes:
        item = rows.items[entry.item]
        revisions[entry.item] = revision = revisions.get(entry.item, 0) + 1
        when = (item.opened_at or item.sitting.starts_at) + timedelta(minutes=revision)
        made.append(
            Entry(
                id=uid("entry", f"{entry.item}:{entry.order}"),
                item=item,
                order=entry.order,
                kind=entry.kind,
                speaker=_spoken_by(entry, rows),
                source=entry.source,
                text=entry.text,
                due_on=entry.due_on,
                revision=revision,
                created_by=item.sitting.created_by,
                created_at=when,
                changed_at=when,
            )
        )
    Entry.objects.bulk_create(made)
    pairs = zip(content.minutes, made, strict=True)
    Task.objects.bulk_create(
        _task(rows.people[content.assignee], entry)
        for content, entry in pairs
        if content.assignee
    )
    for key, revision in revisions.items():
        AgendaItem.objects.filter(id=rows.items[key].id).update(revision=revision)


def _task(person: Person, entry: Entry) -> Task:
    """What somebody took on; what was due some time ago is done."""
    settled = clock.today() - SETTLED_AFTER
    done = entry.due_on is not None and entry.due_on < settled
    return Task(
        entry=entry,
        organization=person.organization,
        person=person,
        done_on=entry.due_on if done else None,
        done_by=person if done else None,
    )


def _spoken_by(entry: EntryContent, rows: Rows) -> str:
    """Who said it, or who does it: a person with the agency, or an agency."""
    key = (entry.assignee or entry.speaker) or ""
    if key in rows.people:
        person = rows.people[key]
        return f"{person.organization.name} {person.name}"
    if key in rows.organizations:
        return rows.organizations[key].name
    return key
