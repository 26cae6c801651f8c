"""How long "who has had it" takes on a trail of twenty million events (P10).

The trail of the large municipality is filled up with what people open and download,
as often as it takes, and one paper is opened twenty thousand times over. Asked are
that paper, a usual one, their case and one of its readers, by a custodian through a
server, each as page and as CSV file. Prints the slowest answer of all.
"""

import os

import trail
from common import BenchError, Browser, figure, percentile, say, serving, set_up_django

set_up_django()

from django.conf import settings  # noqa: E402 – after set-up
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.urls import reverse  # noqa: E402

from documents.models import PaperVersion, Release  # noqa: E402
from members.facts import Role, State  # noqa: E402
from members.http import SESSION_KEY  # noqa: E402
from members.models import Membership, Person, SignIn  # noqa: E402
from portal.core import clock  # noqa: E402
from portal.core.models import AuditEvent  # noqa: E402

HOT = min(20_000, trail.EVENTS // 10)
ROUNDS = 3


def main() -> None:
    """Fill the trail, ask, print."""
    version = asked_about()
    url = os.environ["KASANE_DATABASE_URL"]
    trail.extend(url, trail.EVENTS, hot=str(version.id), times=HOT)
    figure("audit_rows", AuditEvent.objects.count())
    keeper = Membership.objects.filter(
        case=version.paper.case, role=Role.SECRETARIAT, ends_at=None
    )[0].person
    cookies = {settings.SESSION_COOKIE_NAME: signed_in(keeper)}
    with serving() as port:
        browser = Browser(port, cookies)
        taken = {name: asked(browser, path) for name, path in paths(version)}
    for name, seconds in taken.items():
        say(f"who had {name}: {max(seconds):.2f} s, p50 {percentile(seconds, 0.5):.2f}")
    figure("who_had_it_s", max(max(seconds) for seconds in taken.values()))


def asked_about() -> PaperVersion:
    """A released paper of a case that somebody keeps."""
    kept = Membership.objects.filter(role=Role.SECRETARIAT, ends_at=None)
    found = PaperVersion.objects.filter(
        state=State.RELEASED,
        paper__case__memberships__in=kept,
        releases__isnull=False,
    ).order_by("id")
    version = found.select_related("paper__case").first()
    if version is None:
        raise BenchError("the database holds no released paper of a kept case")
    return version


def paths(version: PaperVersion) -> list[tuple[str, str]]:
    """What is asked: the much read paper, a usual one, their cases, a reader."""
    reader = Release.objects.filter(version=version).order_by("id")[0].person
    usual = version.paper.case.papers.exclude(id=version.paper_id).order_by("id")[0]
    asked = [
        ("the much read paper", "paper", version.paper_id),
        ("a usual paper", "paper", usual.id),
        ("the case", "case", version.paper.case_id),
        ("the reader", "person", reader.id),
    ]
    return [
        (f"{name}{mark}", reverse(f"documents:had-{kind}", args=[id_]) + mark)
        for name, kind, id_ in asked
        for mark in ("", "?as=csv")
    ]


def asked(browser: Browser, path: str) -> list[float]:
    """Seconds of each answer; the first of them finds nothing in memory."""
    answers = [browser.get(path) for _ in range(ROUNDS)]
    if {answer.status for answer in answers} != {200}:
        raise BenchError(f"{path} answered {answers[0].status}")
    return [answer.seconds for answer in answers]


def signed_in(person: Person) -> str:
    """The session of somebody who has just proved a personal factor."""
    now = clock.now()
    sign_in = SignIn.objects.create(
        person=person, started_at=now, seen_at=now, strength=2, strong_at=now
    )
    session = SessionStore()
    session[SESSION_KEY] = str(sign_in.id)
    session.save()
    return str(session.session_key)


if __name__ == "__main__":
    main()
