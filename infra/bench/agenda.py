"""How many queries the page of a large draft agenda asks.

Twelve items with fifteen people each, as their secretariat sees them. What is made for
it is taken back.
"""

from datetime import timedelta
from uuid import uuid4

from common import BenchError, figure, set_up_django

set_up_django()

from django.conf import settings  # noqa: E402 – after set-up
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.urls import reverse  # noqa: E402

from meetings import rosters  # noqa: E402
from meetings.models import AgendaItem, Sitting  # noqa: E402
from meetings.selectors.people import cases_for_items  # noqa: E402
from meetings.services import agenda, invitations, sittings  # noqa: E402
from meetings.services.agenda import ItemWords  # noqa: E402
from meetings.services.invitations import Choice  # noqa: E402
from meetings.services.sittings import When  # noqa: E402
from members.access import Actor  # noqa: E402
from members.facts import Regime, Role  # noqa: E402
from members.http import SESSION_KEY  # noqa: E402
from members.models import Office, SignIn  # noqa: E402
from portal.core import clock  # noqa: E402

ITEMS, PEOPLE = 12, 15


def main() -> None:
    """Make the agenda, count, take it back."""
    with transaction.atomic():
        actor = clerk()
        sitting = make_agenda(actor)
        figure("agenda_queries", count(actor, sitting))
        transaction.set_rollback(True)


def clerk() -> Actor:
    """The secretariat of a body for cases, newly signed in."""
    office = Office.objects.filter(
        role=Role.SECRETARIAT, body__regime=Regime.SHIEN
    ).first()
    if office is None:
        raise BenchError("the database holds no body for cases")
    now = clock.now()
    sign_in = SignIn.objects.create(
        person=office.person, started_at=now, seen_at=now, strength=2, strong_at=now
    )
    return Actor(office.person, sign_in)


def make_agenda(actor: Actor) -> Sitting:
    """A draft with its items and their people, made as the clerk makes them."""
    body = actor.person.offices.get(
        role=Role.SECRETARIAT, body__regime=Regime.SHIEN
    ).body
    start = clock.now() + timedelta(days=90)
    when = When(start, start + timedelta(hours=5), "市役所")
    sitting = sittings.create_sitting(actor=actor, key=uuid4(), body=body, when=when)
    cases = cases_for_items(actor, sitting)
    for number in range(ITEMS):
        item = agenda.add_item(
            actor=actor,
            key=uuid4(),
            sitting=sitting,
            body=body,
            case=cases[number % len(cases)],
            words=ItemWords("deliberation", "sharing", "見守りについて", "", 20),
        )
        choose(actor, item)
    return sitting


def choose(actor: Actor, item: AgendaItem) -> None:
    """Seat people who may be asked, as many as the agenda is measured with."""
    people = rosters.candidates(item)[:PEOPLE]
    if len(people) < PEOPLE:
        raise BenchError(f"the body has no {PEOPLE} people to choose from")
    choices = [Choice(person, "日頃の関わりのため") for person in people]
    invitations.select_people(actor=actor, item=item, choices=choices)


def count(actor: Actor, sitting: Sitting) -> int:
    """The queries of the page, once what is kept between requests is warm."""
    session = SessionStore()
    session[SESSION_KEY] = str(actor.sign_in and actor.sign_in.id)
    session.save()
    client = Client(headers={"host": "127.0.0.1"})
    client.cookies[settings.SESSION_COOKIE_NAME] = str(session.session_key)
    page = reverse("meetings:sitting-detail", args=[sitting.id])
    client.get(page)
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(page)
    if answer.content.decode().count('class="agenda__item') != ITEMS:
        raise BenchError(f"the agenda answered {answer.status_code}")
    return len(captured)


if __name__ == "__main__":
    main()
