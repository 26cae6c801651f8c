"""How long something still arrives after somebody was removed (P5).

200 seeded removals: a selection, a commission, a consent, a recusal, a link, a recalled
version. Each meets a member from outside with three tabs: pages of a paper turned
twice a second, the question every second whether the page may stay, and the live
minutes into which the clerk types; besides, 100 MB come down at 1 MB/s. The server runs
in two processes. Measured is, on each channel, from the end of the transaction that
removed to the end of the last answer, byte or frame that was still theirs; then a part
of it again with Redis dead.
"""

import os
import random
import signal
import socket
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pikepdf
from common import (
    HOST,
    BenchError,
    Browser,
    figure,
    percentile,
    say,
    serving,
    set_up_django,
)
from minutes import follow, number_after, operation
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

set_up_django()

from django.conf import settings  # noqa: E402 – after set-up
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.db import connection  # noqa: E402
from django.urls import reverse  # noqa: E402

from documents.models import Paper, PaperVersion, Release  # noqa: E402
from documents.services.links import issue_link, revoke_link  # noqa: E402
from meetings.models import AgendaItem, Invitation, Presence, Sitting  # noqa: E402
from members import models  # noqa: E402
from members.access import Actor  # noqa: E402
from members.facts import Regime, Role, State, Way  # noqa: E402
from members.http import SESSION_KEY  # noqa: E402
from portal.core import clock, vault  # noqa: E402
from portal.core.models import StoredObject  # noqa: E402

REMOVALS = int(os.environ.get("KASANE_BENCH_REMOVALS", "200"))
WITHOUT_REDIS = max(REMOVALS // 5, 1)
AT_ONCE = 4
SIZE = 100_000_000
BYTES_PER_SECOND = 1_000_000
CHANNELS = {"page", "asked", "download", "live"}
PATIENCE = 60.0  # seconds until everything is under way
AFTER = 6.0  # seconds in which nothing should come any more
PAGES = 20


@dataclass(frozen=True)
class Files:
    """The bytes that all drills share: a PDF of many pages, and 100 MB."""

    pages: StoredObject
    large: StoredObject


@dataclass
class Drill:
    """One member, what they hold open, and when each channel brought something last."""

    kind: str
    person: models.Person
    clerk: models.Person
    item: AgendaItem
    shown: PaperVersion
    large: PaperVersion
    link: Any
    session: str
    clerk_session: str
    last: dict[str, float] = field(default_factory=dict)
    stop: threading.Event = field(default_factory=threading.Event)

    def heard(self, channel: str) -> None:
        """Something of what is theirs has come."""
        self.last[channel] = time.perf_counter()


def main() -> None:
    """All removals, a few at a time; then a part of them without Redis."""
    chance = random.Random(4)
    files = stored()
    kinds = [chance.choice(list(REMOVE)) for _ in range(REMOVALS + WITHOUT_REDIS)]
    with serving("--workers", "2") as port:
        late = run(kinds[:REMOVALS], files, port)
        say_all(late)
        figure("revoke_last_byte_p99_ms", percentile(together(late), 0.99) * 1000)
        figure("revoke_last_byte_max_ms", max(together(late)) * 1000)
        kill_redis()
        late = run(kinds[REMOVALS:], files, port)
        say_all(late)
        figure("revoke_no_redis_p99_ms", percentile(together(late), 0.99) * 1000)


def kill_redis() -> None:
    """End the Redis that ``services`` started beside our data."""
    pid = (settings.DATA.parent / "redis-server.pid").read_text()
    os.kill(int(pid), signal.SIGKILL)


def together(late: dict[str, list[float]]) -> list[float]:
    """The lateness of all channels."""
    return [seconds for each in late.values() for seconds in each]


def say_all(late: dict[str, list[float]]) -> None:
    """Each channel by itself, beside the figures."""
    for channel, seconds in sorted(late.items()):
        worst, p99 = max(seconds) * 1000, percentile(seconds, 0.99) * 1000
        say(f"revocation {channel}: {len(seconds)}, p99 {p99:.0f} ms, max {worst:.0f}")


def run(kinds: list[str], files: Files, port: int) -> dict[str, list[float]]:
    """The drills, ``AT_ONCE`` side by side; seconds of lateness by channel."""
    late: dict[str, list[float]] = defaultdict(list)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for found in pool.map(lambda kind: one(kind, files, port), kinds):
            for channel, seconds in found.items():
                late[channel].append(seconds)
    return late


def one(kind: str, files: Files, port: int) -> dict[str, float]:
    """Open everything, remove, and see until when something came."""
    drill = furnish(kind, files)
    acts = [turn_pages, ask_whether, download, listen, type_on]
    threads = [threading.Thread(target=act, args=(drill, port)) for act in acts]
    for thread in threads:
        thread.start()
    under_way(drill)
    REMOVE[kind](drill)
    removed = time.perf_counter()
    drill.stop.wait(AFTER)
    drill.stop.set()
    for thread in threads:
        thread.join()
    connection.close()
    closed = CHANNELS - STAYS.get(kind, set())
    return {name: max(drill.last[name] - removed, 0.0) for name in closed}


def under_way(drill: Drill) -> None:
    """Return once every channel has brought something."""
    deadline = time.monotonic() + PATIENCE
    while drill.last.keys() < CHANNELS:
        if time.monotonic() > deadline:
            drill.stop.set()
            raise BenchError(f"nothing came on {CHANNELS - drill.last.keys()}")
        drill.stop.wait(0.05)


def turn_pages(drill: Drill, port: int) -> None:
    """A tab in which pages are turned twice a second."""
    browser, page = _browser(drill.session, port), 0
    while not drill.stop.wait(0.5):
        page = page % PAGES + 1
        path = reverse("documents:page-image", args=[drill.shown.id, page])
        if browser.get(path).status == 200:
            drill.heard("page")


def ask_whether(drill: Drill, port: int) -> None:
    """A tab that asks every second whether it may stay, as its script does."""
    browser = _browser(drill.session, port)
    path = reverse("meetings:watch", args=["version", drill.shown.id])
    while not drill.stop.is_set():
        if browser.get(path).status == 204:
            drill.heard("asked")
        drill.stop.wait(1.0)


def download(drill: Drill, port: int) -> None:
    """100 MB at 1 MB/s, through a small window."""
    path = reverse("documents:version-download", args=[drill.large.id])
    with socket.socket() as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        line.settimeout(AFTER)
        line.connect((HOST, port))
        line.sendall(
            f"GET {path} HTTP/1.1\r\nHost: {HOST}:{port}\r\n"
            f"Cookie: {settings.SESSION_COOKIE_NAME}={drill.session}\r\n\r\n".encode()
        )
        with suppress(OSError):
            while not drill.stop.is_set() and (data := line.recv(65536)):
                drill.heard("download")
                drill.stop.wait(len(data) / BYTES_PER_SECOND)


def listen(drill: Drill, port: int) -> None:
    """A tab that follows the live minutes."""
    with _socket(drill, drill.session, port) as line, suppress(ConnectionClosed):
        while not drill.stop.is_set():
            with suppress(TimeoutError):
                if '"type":"changes"' in str(line.recv(timeout=0.2)):
                    drill.heard("live")


def type_on(drill: Drill, port: int) -> None:
    """The clerk, who goes on typing as long as it is allowed, and is not measured."""
    entry, base, number = uuid4(), 0, 0
    with _socket(drill, drill.clerk_session, port) as line:
        while not drill.stop.wait(0.2):
            line.send(operation(drill.item.id, entry, base, number))
            answer = _answer(drill, line)
            if '"type":"ack"' not in answer:
                say(f"revocation: the clerk was answered {answer or 'nothing'}")
                return
            number, base = number + 1, number_after(answer, '"revision":')


def _answer(drill: Drill, line: ClientConnection) -> str:
    """What became of an operation; empty when the drill is over before."""
    while not drill.stop.is_set():
        with suppress(TimeoutError):
            frame = str(line.recv(timeout=0.5))
            if frame.startswith(('{"type":"ack"', '{"type":"refused"')):
                return frame
    return ""


def _browser(session: str, port: int) -> Browser:
    return Browser(port, {settings.SESSION_COOKIE_NAME: session})


@contextmanager
def _socket(drill: Drill, session: str, port: int) -> Iterator[ClientConnection]:
    """A websocket of that session which follows the item."""
    with connect(
        f"ws://{HOST}:{port}/live/sittings/{drill.item.sitting_id}/",
        origin=f"http://{HOST}:{port}",  # type: ignore[arg-type] # a plain string
        additional_headers={"Cookie": f"{settings.SESSION_COOKIE_NAME}={session}"},
        compression=None,
        open_timeout=PATIENCE,
    ) as line:
        frame = ""
        while not frame.startswith('{"type":"snapshot"'):
            line.send(follow(drill.item.id))
            with suppress(TimeoutError):
                while not frame.startswith('{"type":"snapshot"'):
                    frame = str(line.recv(timeout=2))
        yield line


# What is removed ----------------------------------------------------------------------


def end_selection(drill: Drill) -> None:
    """The membership ends."""
    rows = models.Membership.objects.filter(person=drill.person)
    rows.update(ends_at=clock.now())


def end_commission(drill: Drill) -> None:
    """The commission ends."""
    rows = models.Commission.objects.filter(person=drill.person)
    rows.update(ends_at=clock.now())


def withdraw_consent(drill: Drill) -> None:
    """The person concerned withdraws."""
    rows = models.Consent.objects.filter(member__case=drill.item.case)
    rows.update(withdrawn_at=clock.now())


def recuse(drill: Drill) -> None:
    """The member turns out to be a relative."""
    models.Recusal.objects.create(
        person=drill.person,
        case=drill.item.case,
        starts_at=clock.now(),
        entered_by=drill.clerk,
    )


def stop_link(drill: Drill) -> None:
    """The secretariat stops the link."""
    revoke_link(actor=Actor(drill.clerk), link=drill.link)


def recall(drill: Drill) -> None:
    """Both papers are recalled; the minutes go on."""
    rows = PaperVersion.objects.filter(paper__item_id=drill.item.id)
    rows.update(state=State.RECALLED)


REMOVE: dict[str, Callable[[Drill], None]] = {
    "selection": end_selection,
    "commission": end_commission,
    "consent": withdraw_consent,
    "recusal": recuse,
    "link": stop_link,
    "version": recall,
}
# A recalled paper closes no minutes.
STAYS = {"version": {"live"}}


# What it happens to -------------------------------------------------------------------


def stored() -> Files:
    """The shared bytes, kept."""
    with pikepdf.new() as pdf:
        for _ in range(PAGES):
            pdf.add_blank_page(page_size=(595, 842))
        path = settings.DATA / "drill.pdf"
        pdf.save(path)
    with path.open("rb") as file:
        pages = vault.put(file)
    large = vault.put(Noise(SIZE))  # type: ignore[arg-type] # reads like a file
    for each in (pages, large):
        vault.keep(each)
    return Files(pages, large)


class Noise:
    """Bytes that no compression on the way makes fewer."""

    def __init__(self, size: int) -> None:
        self.left = size

    def read(self, size: int) -> bytes:
        """The next bytes, made as they are read."""
        count = min(size, self.left)
        self.left -= count
        return os.urandom(count)


def furnish(kind: str, files: Files) -> Drill:
    """A sitting with one open item about a case with consent, and its two papers."""
    now, word = clock.now(), uuid4().hex[:8]
    before = now - timedelta(days=30)
    unit = models.Unit.objects.create(name=f"測定{word}")
    body = models.Body.objects.create(unit=unit, name="会議", regime=Regime.JUSO)
    inside = models.Organization.objects.create(name=f"測定課{word}", internal=True)
    outside = models.Organization.objects.create(name=f"測定院{word}", internal=False)
    clerk, person = (
        models.Person.objects.create(
            name="測定", login=f"{word}-{n}", organization=office, starts_at=before
        )
        for n, office in enumerate((inside, outside))
    )
    case = models.Case.objects.create(
        number=f"B-{word}", unit=unit, body=body, title="測定", opened_on=before.date()
    )
    mother = models.HouseholdMember.objects.create(case=case, label="母")
    models.Consent.objects.create(
        member=mother, scope="構成員", given_at=before, entered_by=clerk
    )
    item = _item(body, case, clerk)
    item.about.set([mother])
    link = issue_link(
        actor=Actor(clerk),
        person=person,
        scope=models.Scope(models.Purpose.SITTING, item.sitting_id),
        starts_at=before,
        ends_at=now + timedelta(days=1),
    ).link
    for who, role in ((clerk, Role.SECRETARIAT), (person, Role.EXTERNAL)):
        _seat(who, role, item)
    models.Office.objects.create(
        role=Role.SECRETARIAT, body=body, person=clerk, starts_at=before
    )
    pages = _paper(item, clerk, files.pages, "application/pdf", PAGES)
    large = _paper(item, clerk, files.large, "text/plain", 0)
    for version in (pages, large):
        version.paper.about.set([mother])
        Release.objects.create(
            version=version,
            person=person,
            way=Way.ORIGINAL,
            released_by=clerk,
            starts_at=now,
            ends_at=now + timedelta(days=1),
        )
    by_link: dict[str, Any] = {
        "link_id": link.id,
        "purpose": link.purpose,
        "scope_id": link.scope_id,
    }
    return Drill(
        kind,
        person,
        clerk,
        item,
        pages,
        large,
        link,
        _session(person, **by_link),
        _session(clerk),
    )


def _item(body: models.Body, case: models.Case, clerk: models.Person) -> AgendaItem:
    now = clock.now()
    sitting = Sitting.objects.create(
        body=body,
        number=1,
        starts_at=now,
        ends_at=now + timedelta(hours=2),
        place="測定室",
        state=Sitting.State.CONVENED,
        created_by=clerk,
    )
    return AgendaItem.objects.create(
        sitting=sitting,
        order=1,
        kind=AgendaItem.Kind.DELIBERATION,
        body=body,
        law=Regime.JUSO,
        ground="act_106_4",
        case=case,
        title="測定",
        state=AgendaItem.State.OPEN,
        opened_at=now,
    )


def _seat(person: models.Person, role: Role, item: AgendaItem) -> None:
    now = clock.now()
    since = {"person": person, "starts_at": now - timedelta(days=30)}
    models.Commission.objects.create(form="appointment", body=item.body, **since)
    models.Membership.objects.create(case=item.case, role=role, **since)
    models.Seat.objects.create(item_id=item.id, role=role, **since)
    for pledge in models.PledgeText.objects.all():
        models.Acknowledgement.objects.create(person=person, pledge=pledge, at=now)
    Invitation.objects.create(sitting=item.sitting, person=person, checked_in_at=now)
    Presence.objects.create(item=item, person=person, starts_at=now)


def _paper(
    item: AgendaItem,
    clerk: models.Person,
    stored: StoredObject,
    media_type: str,
    pages: int,
) -> PaperVersion:
    now = clock.now()
    paper = Paper.objects.create(
        number="1",
        title="測定",
        kind=Paper.Kind.OTHER,
        document_class=Paper.Class.C3B,
        body=item.body,
        case=item.case,
        item_id=item.id,
        sitting_id=item.sitting_id,
        law=item.law,
        origin=item.law,
        created_by=clerk,
        created_at=now,
    )
    return PaperVersion.objects.create(
        paper=paper,
        state=State.RELEASED,
        guard=PaperVersion.Guard.LOOKED,
        file_name="a",
        media_type=media_type,
        page_count=pages,
        stored=stored,
        uploaded_by=clerk,
        uploaded_at=now,
    )


def _session(person: models.Person, **by: Any) -> str:
    now = clock.now()
    sign_in = models.SignIn.objects.create(
        person=person, started_at=now, seen_at=now, strength=2, strong_at=now, **by
    )
    session = SessionStore()
    session[SESSION_KEY] = str(sign_in.id)
    session.save()
    return str(session.session_key)


if __name__ == "__main__":
    main()
