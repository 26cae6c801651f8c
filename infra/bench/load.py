"""A municipality's worst morning, all of it at once: rooms, links, sign-ins, pages.

In 18 wards (shapes.py) 54 sittings of fifteen write live minutes, a change a second in
each, while two links a second are opened, people sign in and pages are read. Everything
counts from the moment at which it was due. Where a change does not arrive, a page is
none or somebody is not let in, there is no figure. The trail has its full length.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import cycle, islice

import shapes
import trail
from common import allow_many_sockets, figure, percentile, say, serving
from crowd import come_in, links, looked_at, paced, read
from minutes import Shape, kasane_wire, load, room_of, typing
from sign_ins import enter, people
from stage import furnish

SECONDS = int(os.environ.get("KASANE_BENCH_LOAD_SECONDS", "60"))
SEATS = 15


def main() -> None:
    """Fill the trail up, load, print."""
    shape = shapes.chosen()
    allow_many_sockets()
    if shape.name == "18wards":
        trail.extend(os.environ["KASANE_DATABASE_URL"], trail.EVENTS)
    peak, name = shape.peak, f"load_{shape.name}"
    rooms = [furnish(SEATS) for _ in range(peak.rooms)]
    came = links(some(peak.opens_per_s))
    logins = people(some(peak.sign_ins_per_s))
    pages = list(looked_at())
    turns = list(islice(cycle(pages), max(some(peak.pages_per_s), len(pages))))
    writing = Shape(shape.name, peak.rooms, SEATS, 1000, SECONDS, warm_up=5)
    with serving("--workers", "2") as port, ThreadPoolExecutor(4) as pool:
        for page in pages:
            read(page, port)  # the first of each finds nothing in memory
        plan = typing(writing) | kasane_wire(port, [room_of(r, port) for r in rooms])
        rooms_waits = pool.submit(load, plan)
        opens = pool.submit(paced, partial(come_in, port=port), came, peak.opens_per_s)
        entered = pool.submit(paced, partial(enter, port), logins, peak.sign_ins_per_s)
        looks = pool.submit(paced, partial(read, port=port), turns, peak.pages_per_s)
        told(name, "ws", rooms_waits.result()["waits"])
        told(name, "page", looks.result())
        told(name, "open", opens.result())
        told(name, "sign_in", entered.result())


def some(per_second: float) -> int:
    """How many of something come in the time of the load, one at least."""
    return max(1, round(per_second * SECONDS))


def told(name: str, what: str, waits: list[float]) -> None:
    """Print how long it took: most, and nearly all."""
    say(f"{name}: {what}, {len(waits)} times, p50 {percentile(waits, 0.5):.0f} ms")
    figure(f"{name}_{what}_p95_ms", percentile(waits, 0.95))
    figure(f"{name}_{what}_p99_ms", percentile(waits, 0.99))


if __name__ == "__main__":
    main()
