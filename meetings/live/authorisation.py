"""Who may follow and write which item now: the decision, asked in bulk.

Every call asks the database. What was answered before is answered again without a
new reading of all facts only if the database's own stamp says that none of them has
changed since, and none of their dates has begun or ended.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, is_dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from meetings import rosters
from meetings.live.rooms import Rooms, rooms_of
from meetings.models import AgendaItem, Invitation, Presence, Sitting
from meetings.policies import item_facts
from members.access import Access, Actor, access_for_all
from members.decide import answers_by_role
from members.facts import Action, Answer, ObjectFacts, Role
from members.freshness import session_is_fresh
from members.models import SignIn
from portal.core import clock

# While a sitting is under way its room counts as use of the sign-in.
BEFORE = timedelta(hours=1)
AFTER = timedelta(hours=2)
LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Standing:
    """What one sign-in may do with one item; ``outcome_only`` is a guest's view."""

    follows: bool
    outcome_only: bool
    writes: bool
    convenes: bool


class Grounds:
    """The facts of some sign-ins about some items, read together.

    Items come with their body and ``about`` loaded.
    """

    def __init__(self, sign_ins: Collection[UUID], items: Iterable[AgendaItem]) -> None:
        self.items = {item.id: item for item in items}
        rows = SignIn.objects.select_related("person__organization").filter(
            id__in=sign_ins
        )
        actors = {row.id: Actor(row.person, row) for row in rows}
        cases = {i.case_id for i in self.items.values() if i.case_id is not None}
        people = access_for_all(list(actors.values()), cases=cases, items=self.items)
        # One person may be signed in twice: same facts, another session.
        self.accesses = {
            key: Access(actor, people[actor.id].facts, people[actor.id].t)
            for key, actor in actors.items()
        }
        self.presences: Mapping[tuple[UUID, UUID], list[Presence]] = defaultdict(list)
        for row in Presence.objects.filter(
            item__in=self.items, person__in={a.id for a in actors.values()}
        ):
            self.presences[row.item_id, row.person_id].append(row)
        spans = [row.span for rows in self.presences.values() for row in rows]
        self._presence_dates = list(_moments(spans))

    def live(self, sign_in: UUID) -> Access | None:
        """The access behind a live sign-in; None for any other."""
        access = self.accesses.get(sign_in)
        if access is None or not access.facts.person.active.holds(access.t):
            return None
        fresh = session_is_fresh(access.actor.session, access.facts, access.t)
        return access if fresh else None

    def thing(self, access: Access, item: UUID) -> ObjectFacts:
        """The item as the person behind ``access`` stands to it."""
        person = access.actor.id
        return item_facts(self.items[item], person, self.presences[item, person])

    def until(self, sign_in: UUID) -> datetime:
        """When the answers may change with time alone: the next date of any fact."""
        access = self.accesses.get(sign_in)
        if access is None or access.actor.session is None:
            return LONG_AGO
        session, town = access.actor.session, access.facts.municipality
        idle = min(town.idle_external_minutes, town.idle_internal_minutes)
        later = [session.seen_at + timedelta(minutes=idle)]
        if session.span.start is not None:
            later.append(session.span.start + timedelta(hours=town.session_hours))
        dates = [*_moments((access.facts, session.span)), *self._presence_dates]
        return min([*later, *(moment for moment in dates if moment > access.t)])

    def answer(self, sign_in: UUID, action: Action, item: UUID) -> Answer:
        """The decision; HIDDEN for an item or a sign-in that was not found."""
        access = self.accesses.get(sign_in)
        if access is None or item not in self.items:
            return Answer.HIDDEN
        return access.answer(action, self.thing(access, item))

    def standing(self, access: Access, item: UUID) -> Standing:
        """All that the room asks about one person and one item."""
        thing = self.thing(access, item)
        answers = answers_by_role(
            access.facts, access.actor.session, Action.FOLLOW_MINUTES, thing, access.t
        )
        follows_as = {role for role, a in answers.items() if a is Answer.ALLOW}
        return Standing(
            follows=bool(follows_as),
            outcome_only=follows_as <= {Role.GUEST},
            writes=access.allows(Action.WRITE_MINUTES, thing),
            convenes=access.allows(Action.CONVENE, thing),
        )


def _moments(value: object) -> Iterator[datetime]:
    """Every date in a structure of facts."""
    if isinstance(value, datetime):
        yield value
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from _moments(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _moments(part)
    elif is_dataclass(value):
        for name in value.__dataclass_fields__:
            yield from _moments(getattr(value, name))


@dataclass(frozen=True, slots=True)
class Asked:
    """A question about everything one sign-in may see of one sitting.

    ``wall`` asks for less: the outcome of the open item, as it may hang on a wall.
    """

    sign_in: UUID
    sitting: UUID
    wall: bool = False


@dataclass(frozen=True, slots=True)
class Sight:
    """What ``look`` saw. A question without an answer has no right to the room."""

    t: datetime
    stamp: int | None
    until: datetime
    standings: Mapping[Asked, Mapping[UUID, Standing]]
    rooms: Rooms

    def with_more(self, more: "Sight") -> "Sight":
        """Both sights, taken under the same stamp, as one."""
        return Sight(
            t=more.t,
            stamp=self.stamp,
            until=min(self.until, more.until),
            standings={**self.standings, **more.standings},
            rooms=self.rooms.with_more(more.rooms),
        )

    def of(self, questions: Collection[Asked]) -> "Sight":
        """Without the answers that nobody asks for any more."""
        known = self.standings
        return replace(self, standings={q: known[q] for q in questions if q in known})


def look(questions: Collection[Asked], last: Sight | None = None) -> Sight:
    """Answer many questions from one reading of the database.

    The room of a sitting is open to whoever may see the sitting itself; of its
    items a person sees those whose minutes they may follow now, and no others.
    """
    stamp, t = present_stamp(), clock.now()
    wanted = {q.sitting for q in questions}
    same = last is not None and last.stamp == stamp is not None
    if last is not None and same and wanted <= last.rooms.sittings.keys():
        rooms = last.rooms
    else:
        rooms = rooms_of(wanted)
    sittings = rooms.sittings
    items = [item for item in rooms.items.values() if item.sitting_id in wanted]
    grounds = Grounds({q.sign_in for q in questions}, items)
    invitations = {
        (row.sitting_id, row.person_id): row
        for row in Invitation.objects.filter(
            sitting__in=wanted,
            person__in={a.actor.id for a in grounds.accesses.values()},
        )
    }
    of_sitting: dict[UUID, list[UUID]] = defaultdict(list)
    for item in items:
        of_sitting[item.sitting_id].append(item.id)
    standings = {}
    for asked in questions:
        access, sitting = grounds.live(asked.sign_in), sittings.get(asked.sitting)
        if access is None or sitting is None:
            continue
        invitation = invitations.get((sitting.id, access.actor.id))
        own = of_sitting[sitting.id]
        bodies = {grounds.items[item].body_id for item in own}
        if rosters.notice_answer(access, sitting, invitation, bodies) is Answer.ALLOW:
            seen = {item: grounds.standing(access, item) for item in own}
            standings[asked] = _on_the_wall(seen, grounds) if asked.wall else seen
    return Sight(
        t=t,
        stamp=stamp,
        until=min((grounds.until(q.sign_in) for q in questions), default=t),
        standings=standings,
        rooms=rooms,
    )


def _on_the_wall(
    standings: Mapping[UUID, Standing], grounds: Grounds
) -> dict[UUID, Standing]:
    """The open item alone, without its course; never more than the person may see."""
    shown = Standing(follows=True, outcome_only=True, writes=False, convenes=False)
    return {
        key: shown
        for key, standing in standings.items()
        if standing.follows and grounds.items[key].state == AgendaItem.State.OPEN
    }


def look_again(questions: Collection[Asked], last: Sight | None) -> Sight:
    """As ``look``. What ``last`` says and still holds is taken over as it is."""
    now = clock.now()
    if (
        last is None
        or last.stamp is None
        or last.stamp != present_stamp()
        or not last.t <= now < last.until
    ):
        return look(questions)
    missing = set(questions) - last.standings.keys()
    if not missing:
        return last.of(questions)
    more = look(missing, last)
    same = more.stamp == last.stamp
    return last.with_more(more).of(questions) if same else look(questions)


def revisions(items: Collection[UUID]) -> dict[UUID, int]:
    """The present revision of each item."""
    return dict(AgendaItem.objects.filter(id__in=items).values_list("id", "revision"))


def present_stamp() -> int | None:
    """The stamp of all facts; None before there are any."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT value FROM meetings_standingstamp")
        row = cursor.fetchone()
    return row[0] if row else None


def items_message(asked: Asked, sight: Sight) -> dict[str, Any]:
    """The items that one person may follow now. None of them: please wait."""
    standings = sight.standings[asked]
    own = [
        item
        for key, item in sight.rooms.items.items()
        if key in standings and standings[key].follows
    ]
    return {
        "type": "items",
        "items": [
            _face(item, place, standings[item.id], sight)
            for place, item in enumerate(own, start=1)
        ],
    }


def _face(
    item: AgendaItem, place: int, standing: Standing, sight: Sight
) -> dict[str, Any]:
    """An item as one person meets it; who is inside is for those who are (R18).

    ``place`` counts the person's own items: the agenda's number would tell how many
    others there are (R5).
    """
    face = {
        "id": str(item.id),
        "order": place,
        "title": item.title,
        "number": item.case.number if item.case else "",
        "state": item.state,
        "minutes_allotted": item.minutes_allotted,
        "opened_at": item.opened_at.isoformat() if item.opened_at else None,
        "closed_at": item.closed_at.isoformat() if item.closed_at else None,
        "writes": standing.writes,
        "convenes": standing.convenes,
        "outcome_only": standing.outcome_only,
    }
    if standing.outcome_only:
        return face
    roster = sight.rooms.rosters[item.id]
    inside = [seat for seat in roster if seat["inside"]]
    face["roster"] = roster if standing.convenes else inside
    face["floor"] = sight.rooms.floors.get(item.id, [])
    return face


def keep_in_use(sight: Sight) -> None:
    """A sign-in in the room of a sitting under way does not grow idle (R7)."""
    now = clock.now()
    under_way = {
        asked.sign_in
        for asked in sight.standings
        if _under_way(sight.rooms.sittings[asked.sitting], now)
    }
    SignIn.objects.filter(id__in=under_way, seen_at__lt=now).update(seen_at=now)


def _under_way(sitting: Sitting, t: datetime) -> bool:
    return (
        sitting.state == Sitting.State.CONVENED
        and sitting.starts_at - BEFORE <= t < sitting.ends_at + AFTER
    )
