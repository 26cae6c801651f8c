"""How much processor a year of notices costs.

A body of 150 people meets twelve times. Counted are the approval, which makes each
person's link, mail and calendar entry, and the worker, which writes every mail out as
it would be sent; then the own agenda of one meeting, as each of the 150 prints it.
All of it stays in the database, so other figures come before.
"""

import os
from collections.abc import Callable, Sequence
from datetime import timedelta
from uuid import uuid4

from common import BenchError, figure, say, set_up_django

set_up_django()

from django.conf import settings  # noqa: E402 – after set-up
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import reverse  # noqa: E402

from meetings.models import AgendaItem, Invitation, Sitting  # noqa: E402
from meetings.services import agenda, sittings  # noqa: E402
from meetings.services.agenda import ItemWords  # noqa: E402
from meetings.services.sittings import When  # noqa: E402
from members.access import Actor  # noqa: E402
from members.facts import Regime, Role  # noqa: E402
from members.http import SESSION_KEY  # noqa: E402
from members.models import (  # noqa: E402
    Acknowledgement,
    Body,
    Case,
    Commission,
    LegalBasis,
    LegalGround,
    Membership,
    Office,
    Organization,
    Person,
    PledgeText,
    Seat,
    SignIn,
    Unit,
)
from portal.core import clock, worker  # noqa: E402
from portal.core.models import OutgoingMail  # noqa: E402

PEOPLE, AGENCIES, MEETINGS, ITEMS, ITEMS_OF_ONE = 150, 30, 12, 6, 2


def main() -> None:
    """Make the year, count what its notices cost."""
    body, people = make_body()
    chair = signed_in(people[0])
    year = [make_sitting(chair, body, people, month) for month in range(MEETINGS)]
    warm_up(chair, year[0])
    approving = cost(lambda: approve(chair, year))
    sending = cost(lambda: send(len(year) * PEOPLE))
    printing = cost(lambda: print_agendas(year[0], people))
    say(f"notices: approving {approving:.1f}, sending {sending:.1f} s of CPU")
    say(f"notices: {PEOPLE} own agendas {printing:.1f} s of CPU")
    figure("notices_cpu_s", approving + sending + printing)


def warm_up(chair: Actor, sitting: Sitting) -> None:
    """Load what a server loaded long before, and send what waited before."""
    print_agendas(sitting, [chair.person])
    worker.run_waiting()


def cost(act: Callable[[], None]) -> float:
    """Seconds that this process and its children kept processors busy with the act."""
    before = sum(os.times()[:4])
    act()
    return sum(os.times()[:4]) - before


def make_body() -> tuple[Body, list[Person]]:
    """A 支援会議 with its people; the first presides and keeps it."""
    now = clock.now()
    body = Body.objects.create(
        name="計測会議", regime=Regime.SHIEN, unit=Unit.objects.create(name="計測圏域")
    )
    LegalBasis.objects.create(
        body=body, ground=LegalGround.Code.ACT_106_6, starts_at=now
    )
    people = make_people()
    Office.objects.bulk_create(
        Office(person=people[0], role=role, body=body, starts_at=now)
        for role in (Role.CHAIR, Role.SECRETARIAT)
    )
    Commission.objects.bulk_create(
        Commission(
            form=Commission.Form.INDIVIDUAL, body=body, person=person, starts_at=now
        )
        for person in people
    )
    Acknowledgement.objects.bulk_create(
        Acknowledgement(person=person, pledge=pledge, text_digest=pledge.digest, at=now)
        for person in people
        for pledge in PledgeText.objects.all()
    )
    return body, people


def make_people() -> list[Person]:
    """The people; all but the first come by a link of their own."""
    section, *agencies = Organization.objects.bulk_create(
        Organization(name=f"計測機関{n}", internal=n == 0) for n in range(AGENCIES)
    )
    return Person.objects.bulk_create(
        Person(
            name=f"計測 {n}",
            organization=agencies[n % len(agencies)] if n else section,
            login=None if n else f"bench-{uuid4().hex[:8]}",
            email=f"person{n}@bench.example",
            starts_at=clock.now(),
        )
        for n in range(PEOPLE)
    )


def signed_in(person: Person) -> Actor:
    """The person, newly signed in with a personal factor."""
    now = clock.now()
    sign_in = SignIn.objects.create(
        person=person, started_at=now, seen_at=now, strength=2, strong_at=now
    )
    return Actor(person, sign_in)


def make_sitting(
    chair: Actor, body: Body, people: Sequence[Person], month: int
) -> Sitting:
    """A submitted sitting with its items; each person sits on some of them."""
    start = clock.now() + timedelta(days=30 * (month + 1))
    when = When(start, start + timedelta(hours=5), "計測市役所 3階 301会議室")
    sitting = sittings.create_sitting(actor=chair, key=uuid4(), body=body, when=when)
    items = [make_item(chair, sitting, body, number) for number in range(ITEMS)]
    seat(people[1:], items)
    Invitation.objects.bulk_create(
        Invitation(sitting=sitting, person=person) for person in people[1:]
    )
    return sittings.submit_agenda(actor=chair, sitting=sitting)


def make_item(chair: Actor, sitting: Sitting, body: Body, number: int) -> AgendaItem:
    """An item about a case that the chair keeps."""
    case = Case.objects.create(
        number=f"B{sitting.number}-{number}",
        unit=body.unit,
        body=body,
        title="計測の世帯",
        opened_on=clock.today(),
    )
    Membership.objects.create(
        person=chair.person, case=case, role=Role.CHAIR, starts_at=clock.now()
    )
    return agenda.add_item(
        actor=chair,
        key=uuid4(),
        sitting=sitting,
        body=body,
        case=case,
        words=ItemWords("deliberation", "sharing", "見守りについて", "", 30),
    )


def seat(people: Sequence[Person], items: Sequence[AgendaItem]) -> None:
    """Give each person a seat on some items, and the membership it rests on."""
    now = clock.now()
    chosen = [
        (person, items[(number + step) % len(items)])
        for number, person in enumerate(people)
        for step in range(ITEMS_OF_ONE)
    ]
    Membership.objects.bulk_create(
        Membership(
            person=person,
            case=item.case,
            role=Role.EXTERNAL,
            starts_at=now,
            reason="日頃の関わりのため",
        )
        for person, item in chosen
    )
    Seat.objects.bulk_create(
        Seat(person=person, item_id=item.id, role=Role.EXTERNAL, starts_at=now)
        for person, item in chosen
    )


def approve(chair: Actor, year: Sequence[Sitting]) -> None:
    """Convene every sitting, as its chair does."""
    for sitting in year:
        sittings.approve_agenda(actor=chair, sitting=sitting)


def send(count: int) -> None:
    """Let the worker write out what waits: ``count`` mails with calendar entries."""
    mails = OutgoingMail.objects.exclude(calendar_method="")
    if (waiting := mails.filter(state=OutgoingMail.State.WAITING).count()) != count:
        raise BenchError(f"{waiting} mails wait where {count} should")
    worker.run_waiting()
    if (sent := mails.filter(state=OutgoingMail.State.SENT).count()) < count:
        raise BenchError(f"{sent} mails were sent where {count} should")


def print_agendas(sitting: Sitting, people: Sequence[Person]) -> None:
    """Each person opens their own agenda as PDF."""
    page = reverse("meetings:agenda-print", args=[sitting.id])
    browser = Client(headers={"host": "127.0.0.1"})
    for person in people:
        browser.cookies[settings.SESSION_COOKIE_NAME] = session_of(person)
        answer = browser.get(page)
        if not answer.getvalue().startswith(b"%PDF"):
            raise BenchError(f"an own agenda answered {answer.status_code}")


def session_of(person: Person) -> str:
    """The session of a browser in which the person is signed in."""
    session = SessionStore()
    session[SESSION_KEY] = str(signed_in(person).sign_in.id)
    session.save()
    return str(session.session_key)


if __name__ == "__main__":
    main()
