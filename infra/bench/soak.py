"""Half of a city's worst morning, again and again, to see whether anything grows.

Every round people open rooms, write, open links, read pages and leave. The first ones
warm up. After each the servers come to rest, and what they hold is counted: memory,
sockets, files that they left in the temporary and the data folder, channels on Redis.
The slope of memory is the straight line through those moments; what it says of an hour
needs hours (KASANE_BENCH_SOAK_MINUTES).
"""

import os
import statistics
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from functools import partial
from itertools import cycle, islice
from pathlib import Path
from typing import NamedTuple

from common import figure, percentile, say, serving, set_up_django
from crowd import come_in, links, looked_at, paced, read
from download import resident
from minutes import Shape, kasane_wire, load, room_of, typing
from pages import Page
from redis import Redis
from shapes import SHAPES
from stage import furnish

set_up_django()

from django.conf import settings  # noqa: E402 – after set-up

from documents.services.links import IssuedLink  # noqa: E402

MINUTES = float(os.environ.get("KASANE_BENCH_SOAK_MINUTES", "4"))
ROUND_SECONDS = int(os.environ.get("KASANE_BENCH_ROUND_SECONDS", "30"))
REST_SECONDS = 10
WARM_UP = 4  # rounds until every thread has done its first of everything
SEATS = 15
PEAK = SHAPES["city"].peak
ROOMS = (PEAK.rooms + 1) // 2


class Held(NamedTuple):
    """What the servers hold at rest."""

    at: float
    memory: int
    sockets: int
    files: int
    channels: int


def main() -> None:
    """Load in rounds, then print how what is held has changed."""
    with tempfile.TemporaryDirectory(prefix="kasane-bench-") as folder:
        os.environ["TMPDIR"] = folder
        rounds = WARM_UP + max(2, round(MINUTES * 60 / ROUND_SECONDS))
        with serving("--workers", "2") as port:
            waits, moments = soaked(port, Path(folder), rounds)
    first, last = moments[0], moments[-1]
    for each in moments:
        say(f"soak: {each.memory / 1e6:.1f} MB, {each.sockets} sockets")
    figure("soak_minutes", (last.at - first.at) / 60)
    figure("soak_ws_p95_ms", percentile(waits, 0.95))
    figure("soak_rss_mb", last.memory / 1_000_000)
    figure("soak_rss_mb_per_h", slope(moments) * 3600 / 1_000_000)
    figure("soak_sockets_left", last.sockets - first.sockets)
    figure("soak_files_left", last.files - first.files)
    figure("soak_channels_left", last.channels - first.channels)


def soaked(port: int, temporary: Path, rounds: int) -> tuple[list[float], list[Held]]:
    """Waits of all measured rounds, and what is held after each round."""
    waits, moments = list[float](), list[Held]()
    coming = iter(links(some(PEAK.opens_per_s) * rounds))
    for number in range(rounds):
        came = list(islice(coming, some(PEAK.opens_per_s)))
        waited = morning(port, came, pages_of_round(number))
        rest = at_rest(temporary, moments[0] if moments else None)
        if number >= WARM_UP - 1:
            moments.append(rest)
            waits += waited
    return waits, moments


def pages_of_round(number: int) -> list[Page]:
    """Those whose turn it is, by people who have just signed in."""
    count, pages = some(PEAK.pages_per_s), cycle(looked_at())
    return list(islice(pages, number * count, (number + 1) * count))


def morning(port: int, came: list[IssuedLink], pages: list[Page]) -> list[float]:
    """One round at half of the peak; the waits of the rooms."""
    rooms = [room_of(furnish(SEATS), port) for _ in range(ROOMS)]
    shape = Shape("soak", ROOMS, SEATS, 1000, ROUND_SECONDS, warm_up=3)
    with ThreadPoolExecutor(3) as pool:
        written = pool.submit(load, typing(shape) | kasane_wire(port, rooms))
        opens, looks = partial(come_in, port=port), partial(read, port=port)
        opened = pool.submit(paced, opens, came, PEAK.opens_per_s / 2)
        looked = pool.submit(paced, looks, pages, PEAK.pages_per_s / 2)
        opened.result()
        looked.result()
        waits: list[float] = written.result()["waits"]
    return waits


def some(per_second: float) -> int:
    """How many of something come in a round at half of the pace, one at least."""
    return max(1, round(per_second * ROUND_SECONDS / 2))


def at_rest(temporary: Path, before: Held | None) -> Held:
    """What is held once everybody has left, or has had the time to leave."""
    end = time.monotonic() + REST_SECONDS
    found = held(temporary)
    while time.monotonic() < end and not (before and as_before(found, before)):
        time.sleep(0.5)
        found = held(temporary)
    return found


def as_before(found: Held, before: Held) -> bool:
    """Whether no socket and no channel is left over."""
    return found.sockets <= before.sockets and found.channels <= before.channels


def held(temporary: Path) -> Held:
    """What all processes that this one started hold now."""
    servers = descendants(os.getpid())
    mails = Path(settings.EMAIL_FILE_PATH)  # what was sent is no rest of anything
    with closing(Redis.from_url(os.environ["KASANE_REDIS_URL"])) as db:
        channels = len(db.pubsub_channels())
    return Held(
        at=time.monotonic(),
        memory=sum(resident(pid) for pid in servers),
        sockets=sum(sockets_of(pid) for pid in servers),
        files=files_in(temporary) + files_in(settings.DATA) - files_in(mails),
        channels=channels,
    )


def descendants(pid: int) -> list[int]:
    """The processes below this one."""
    files = Path(f"/proc/{pid}/task").glob("*/children")
    children = [int(child) for file in files for child in file.read_text().split()]
    return children + [found for child in children for found in descendants(child)]


def sockets_of(pid: int) -> int:
    """How many sockets the process has open."""
    opened = 0
    for each in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):  # closed meanwhile
            opened += str(each.readlink()).startswith("socket:")
    return opened


def files_in(folder: Path) -> int:
    """How many files lie in the folder and below it."""
    return sum(1 for each in folder.rglob("*") if each.is_file())


def slope(moments: Sequence[Held]) -> float:
    """Bytes a second: the straight line nearest to what was held."""
    line = statistics.linear_regression(
        [each.at for each in moments], [each.memory for each in moments]
    )
    return line.slope


if __name__ == "__main__":
    main()
