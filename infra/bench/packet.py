"""How long a person's packet takes to be bound, and what memory it costs.

Ten papers of twenty scanned pages each, filed by the clerk, released to one member and
fetched, read to the last byte. The memory is the highest that this process and the
presses ever held together.
"""

import asyncio
import time
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from statistics import median
from uuid import uuid4

from common import BenchError, figure, say, set_up_django

set_up_django()

from django.conf import settings  # noqa: E402 – after set-up
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import reverse  # noqa: E402

from documents.models import Paper, PaperVersion, Release  # noqa: E402
from documents.output.papers.scan import scanned_pdf  # noqa: E402
from documents.services import papers  # noqa: E402
from meetings import references  # noqa: E402
from meetings.agenda_rendering import AgendaDocument, agenda_pdf  # noqa: E402
from meetings.models import AgendaItem, Sitting  # noqa: E402
from members.access import Actor  # noqa: E402
from members.facts import Role, State, Way  # noqa: E402
from members.http import SESSION_KEY  # noqa: E402
from members.models import Person, Seat, SignIn  # noqa: E402
from portal.core import clock  # noqa: E402

PAPERS, PAGES, ROUNDS = 10, 20, 3


def main() -> None:
    """File, release, fetch."""
    item, clerk, member = scene()
    file_papers(item, clerk, member)
    times = [fetch(item.sitting, member) for _ in range(ROUNDS)]
    figure(f"packet_{PAPERS}x{PAGES}_s", median(times))
    figure("packet_rss_mb", peak())


def scene() -> tuple[AgendaItem, Actor, Actor]:
    """An item of a convened sitting with its clerk and a member from outside."""
    for item in AgendaItem.objects.filter(
        sitting__state=Sitting.State.CONVENED, case__isnull=False
    ).select_related("sitting", "body", "case"):
        seats = Seat.objects.filter(item_id=item.id, ends_at=None)
        clerk = seats.filter(role=Role.SECRETARIAT).first()
        member = seats.filter(
            role=Role.EXTERNAL, person__acknowledgements__isnull=False
        ).first()
        if clerk and member:
            return item, signed_in(clerk.person), signed_in(member.person)
    raise BenchError("the database holds no convened item with clerk and member")


def signed_in(person: Person) -> Actor:
    """A sign-in that was just proved."""
    now = clock.now()
    sign_in = SignIn.objects.create(
        person=person, started_at=now, seen_at=now, strength=2, strong_at=now
    )
    return Actor(person, sign_in)


def file_papers(item: AgendaItem, clerk: Actor, member: Actor) -> None:
    """The papers, each of its own bytes, released to the member."""
    for number in range(PAPERS):
        data = scanned_pdf(page(item), pages=PAGES, dpi=100, seed=number)
        say(f"bench: paper {number + 1}: {len(data) / 1e6:.1f} MB")
        version = papers.file_paper(
            actor=clerk,
            item=references.of_item(item),
            details=papers.PaperDetails(
                number=f"資料{number + 1}",
                title="診療の記録",
                kind=Paper.Kind.OTHER,
                document_class=Paper.Class.C3B,
            ),
            upload=papers.Upload(BytesIO(data), f"{number}.pdf", len(data)),
            token=uuid4(),
        )
        PaperVersion.objects.filter(id=version.id).update(state=State.RELEASED)
        Release.objects.create(
            version=version,
            person=member.person,
            released_by=clerk.person,
            way=Way.COPY,
            starts_at=clock.now(),
            ends_at=clock.now() + timedelta(days=7),
        )


def page(item: AgendaItem) -> bytes:
    """What is scanned: a printed page."""
    sitting = item.sitting
    return agenda_pdf(
        AgendaDocument(
            municipality=settings.MUNICIPALITY,
            body=item.body.name,
            sitting=sitting.number,
            starts_at=sitting.starts_at,
            ends_at=sitting.ends_at,
            place=sitting.place,
            made_at=clock.now(),
        )
    )


def fetch(sitting: Sitting, member: Actor) -> float:
    """Seconds until the last byte of the packet."""
    session = SessionStore()
    session[SESSION_KEY] = str(member.sign_in and member.sign_in.id)
    session.save()
    client = Client(headers={"host": "127.0.0.1"})
    client.cookies[settings.SESSION_COOKIE_NAME] = str(session.session_key)
    begun = time.perf_counter()
    answer = client.get(reverse("meetings:packet", args=[sitting.id]))
    if answer.status_code != 200:
        raise BenchError(f"the packet answered {answer.status_code}")
    size = asyncio.run(read(answer))
    seconds = time.perf_counter() - begun
    say(f"bench: packet of {size / 1e6:.1f} MB in {seconds:.2f} s")
    return seconds


async def read(answer) -> int:  # type: ignore[no-untyped-def] # Django's streaming answer
    """How many bytes come."""
    return sum([len(chunk) async for chunk in answer.streaming_content])


def peak() -> float:
    """Megabytes that this process and those it started held at their highest."""
    own = Path("/proc/self")
    children = (own / "task").glob("*/children")
    ids = [own, *(Path("/proc") / i for c in children for i in c.read_text().split())]
    return sum(map(highest, ids)) / 1024


def highest(process: Path) -> int:
    """Kilobytes, as the kernel counted them."""
    lines = (process / "status").read_text().splitlines()
    found = [line.split()[1] for line in lines if line.startswith("VmHWM:")]
    return int(found[0]) if found else 0


if __name__ == "__main__":
    main()
