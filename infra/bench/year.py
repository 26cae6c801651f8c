"""How long a clerk waits for the preview of a fiscal year.

A body of 150 people; they sit in 35 other bodies too, which meet on the same days at
the same hours, half of them with people chosen. Prints the median of the previews of
one rule. What is made for it is taken back.
"""

import statistics
import time
from collections.abc import Sequence
from datetime import datetime
from datetime import time as hour

from common import BenchError, figure, say, set_up_django

set_up_django()

from django.db import connection, transaction  # noqa: E402 – after set-up
from django.test.utils import CaptureQueriesContext  # noqa: E402

from meetings.models import Invitation, Sitting  # noqa: E402
from meetings.services.year import plan_year  # noqa: E402
from meetings.year import Rule, Shift, closed_days, plan  # noqa: E402
from members.access import Actor  # noqa: E402
from members.facts import Regime, Role  # noqa: E402
from members.models import (  # noqa: E402
    Body,
    Commission,
    Office,
    Organization,
    Person,
    SignIn,
)
from portal.core import clock, jp  # noqa: E402

PEOPLE, BODIES, CHOSEN = 150, 36, 15
WARM_UP, PREVIEWS = 3, 30
RULE = Rule(
    nth=2,
    weekday=0,
    shift=Shift.AFTER,
    months_out=frozenset(),
    starts=hour(13, 30),
    ends=hour(15, 30),
    place="市役所",
)


def main() -> None:
    """Make the bodies, measure, take them back."""
    number = jp.fiscal_year(clock.today()) + 1
    with transaction.atomic():
        people = make_people()
        bodies = make_bodies(people)
        make_sittings(bodies[1:], people, number)
        measure(clerk_of(people[0], bodies[0]), bodies[0], number)
        transaction.set_rollback(True)


def make_people() -> list[Person]:
    """The people, all of one section."""
    section = Organization.objects.create(name="計測課", internal=True)
    return Person.objects.bulk_create(
        Person(name=f"計測 {n}", organization=section, starts_at=clock.now())
        for n in range(PEOPLE)
    )


def make_bodies(people: Sequence[Person]) -> list[Body]:
    """The bodies, each with everybody in it."""
    bodies = Body.objects.bulk_create(
        Body(name=f"計測会議{n}", regime=Regime.NONE) for n in range(BODIES)
    )
    Commission.objects.bulk_create(
        Commission(
            form=Commission.Form.APPOINTMENT,
            body=body,
            person=person,
            starts_at=clock.now(),
        )
        for body in bodies
        for person in people
    )
    return bodies


def make_sittings(
    bodies: Sequence[Body], people: Sequence[Person], number: int
) -> None:
    """The year of the other bodies, on the very days of the rule."""
    days = [month.day for month in plan(RULE, number, closed_days(number, ()))]
    sittings = Sitting.objects.bulk_create(
        Sitting(
            body=body,
            number=count,
            starts_at=datetime.combine(day, RULE.starts, clock.JST),
            ends_at=datetime.combine(day, RULE.ends, clock.JST),
            place=RULE.place,
            created_by=people[0],
        )
        for body in bodies
        for count, day in enumerate(days, start=1)
        if day is not None
    )
    Invitation.objects.bulk_create(
        Invitation(sitting=sitting, person=person)
        for sitting in sittings[::2]
        for person in people[:CHOSEN]
    )


def clerk_of(person: Person, body: Body) -> Actor:
    """The secretariat of the body, newly signed in."""
    now = clock.now()
    Office.objects.create(
        person=person, role=Role.SECRETARIAT, body=body, starts_at=now
    )
    sign_in = SignIn.objects.create(
        person=person, started_at=now, seen_at=now, strength=2, strong_at=now
    )
    return Actor(person, sign_in)


def measure(actor: Actor, body: Body, number: int) -> None:
    """Preview again and again; the first ones do not count."""
    taken = []
    for _ in range(WARM_UP + PREVIEWS):
        start = time.perf_counter()
        rows = plan_year(actor=actor, body=body, number=number, rule=RULE)
        taken.append(time.perf_counter() - start)
    if not all(row.clashes for row in rows):
        raise BenchError("the preview found no clashes")
    with CaptureQueriesContext(connection) as captured:
        plan_year(actor=actor, body=body, number=number, rule=RULE)
    say(f"year: {len(captured)} queries, {len(rows)} months, {BODIES} bodies")
    figure("year_plan_ms", statistics.median(taken[WARM_UP:]) * 1000)


if __name__ == "__main__":
    main()
