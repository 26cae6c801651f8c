"""How fast the pages answer that people look at most, over HTTP from one browser.

Prints the median over all requests, the 95th percentile of the slowest page, and
the most queries any page asks; each page and role on standard error.
"""

import os
import time
from collections.abc import Iterator
from typing import NamedTuple

from common import (
    BenchError,
    Browser,
    figure,
    percentile,
    profile,
    say,
    serving,
    set_up_django,
)

set_up_django()

from django.conf import settings  # noqa: E402 – after set-up
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.urls import reverse  # noqa: E402

from meetings import records  # noqa: E402
from meetings.models import Minutes, Sitting  # noqa: E402
from meetings.selectors.sittings import listed_sittings  # noqa: E402
from members.access import Actor  # noqa: E402
from members.facts import Role  # noqa: E402
from members.http import SESSION_KEY  # noqa: E402
from members.models import Case, Office, Person, SignIn  # noqa: E402
from members.selectors import listed_cases, readable_cases  # noqa: E402
from portal.core import clock  # noqa: E402
from portal.core.errors import DomainError  # noqa: E402
from portal.core.models import OutgoingMail  # noqa: E402

REQUESTS = int(os.environ.get("KASANE_BENCH_REQUESTS", "200"))
WARM_UP = 5


class Page(NamedTuple):
    """One page as one person sees it."""

    name: str
    path: str
    cookies: dict[str, str]


def main() -> None:
    """Measure every page of every role, then print."""
    pages = [page for role, actor in roles() for page in pages_of(role, actor)]
    queries = {page.name: query_count(page) for page in pages}
    with serving() as port:
        wait_for_quiet()
        times = {page.name: seconds_of(page, port) for page in pages}
    worst = max(times, key=lambda name: percentile(times[name], 0.95))
    for name, taken in times.items():
        say(
            f"{name:24} p50 {percentile(taken, 0.5) * 1000:6.1f} ms"
            f"  p95 {percentile(taken, 0.95) * 1000:6.1f} ms"
            f"  {queries[name]:3} queries"
        )
    say(f"# page_worst name={worst}")
    prefix = "page" if profile() == "server" else "page_embedded"
    together = [seconds for taken in times.values() for seconds in taken]
    figure(f"{prefix}_p50_ms", percentile(together, 0.5) * 1000)
    figure(f"{prefix}_p95_ms", percentile(times[worst], 0.95) * 1000)
    figure(f"{prefix}_queries_max", max(queries.values()))


def roles() -> Iterator[tuple[str, Actor]]:
    """A chair, a secretariat and a member from outside, newly signed in."""
    for role in (Role.CHAIR, Role.SECRETARIAT):
        office = Office.objects.filter(role=role).order_by("id").first()
        if office is None:
            raise BenchError("the database holds no municipality")
        yield role.value, newly_signed_in(office.person)
    outside = Person.objects.filter(
        organization__internal=False,
        presences__item__record__state=Minutes.State.ROUND,
        invitations__sitting__state=Sitting.State.CONVENED,
    )
    yield "member", newly_signed_in(outside.order_by("id").distinct()[0])


def newly_signed_in(person: Person) -> Actor:
    """The person in a sign-in just proved with a personal factor."""
    now = clock.now()
    sign_in = SignIn.objects.create(
        person=person, started_at=now, seen_at=now, strength=2, strong_at=now
    )
    return Actor(person, sign_in)


def pages_of(role: str, actor: Actor) -> Iterator[Page]:
    """The pages that the person opens in a day, on things they may read."""
    session = SessionStore()
    session[SESSION_KEY] = str(actor.sign_in and actor.sign_in.id)
    session.save()
    cookies = {settings.SESSION_COOKIE_NAME: str(session.session_key)}
    paths = {
        "home": reverse("meetings:home"),
        "sitting-list": reverse("meetings:sitting-list"),
        "sitting": reverse("meetings:sitting-detail", args=[next_sitting(actor).id]),
        "case-list": reverse("members:case-list"),
        "case": reverse("members:case-detail", args=[first_case(actor).id]),
        "record": reverse("meetings:record-detail", args=[record(actor).item_id]),
    }
    for name, path in paths.items():
        yield Page(f"{role}/{name}", path, cookies)


def next_sitting(actor: Actor) -> Sitting:
    """The next convened sitting, or else the last one."""
    sittings = listed_sittings(actor)
    coming = sittings.filter(
        state=Sitting.State.CONVENED, ends_at__gt=clock.now()
    ).order_by("starts_at")
    return coming.first() or sittings[0]


def first_case(actor: Actor) -> Case:
    """The first case of the list that the person may read."""
    return readable_cases(actor, listed_cases(actor))[0]


def record(actor: Actor) -> Minutes:
    """The newest record that the person may read."""
    seats = actor.person.seats.values("item_id")
    for minutes in Minutes.objects.filter(item__in=seats).order_by(
        "-item__sitting__starts_at", "id"
    ):
        try:
            records.readable(actor, minutes.item_id)
        except DomainError:
            continue
        return minutes
    raise BenchError(f"{actor.person} may read no record")


def wait_for_quiet() -> None:
    """Return once the server's own worker has sent what was waiting."""
    due = OutgoingMail.objects.filter(
        state=OutgoingMail.State.WAITING, due_at__lte=clock.now()
    )
    while profile() == "embedded" and due.exists():
        time.sleep(0.2)


def query_count(page: Page) -> int:
    """How many queries the page asks, counted inside this process."""
    client = Client(headers={"host": "127.0.0.1"})
    client.cookies.load(page.cookies)
    client.get(page.path)
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(page.path)
    if answer.status_code != 200:
        raise BenchError(f"{page.name} answered {answer.status_code}")
    return len(captured)


def seconds_of(page: Page, port: int) -> list[float]:
    """The times of one request after the other, after a short warm-up."""
    browser = Browser(port, page.cookies)
    taken = []
    for number in range(WARM_UP + REQUESTS):
        answer = browser.get(page.path)
        if answer.status != 200:
            raise BenchError(f"{page.name} answered {answer.status}")
        if number >= WARM_UP:
            taken.append(answer.seconds)
    return taken


if __name__ == "__main__":
    main()
