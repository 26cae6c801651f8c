"""Appending to the audit trail: sixteen writers, each event durable by itself.

Every writer is a process with its own connections, as a server process is, and writes
read events as an opened page does. Then what they wrote is walked.
"""

import multiprocessing
import os
import time
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from uuid import UUID

from common import BenchError, figure, percentile, say, set_up_django

WRITERS = 16
SECONDS = float(os.environ.get("KASANE_BENCH_AUDIT_SECONDS", "15"))
WARM_UP = 2.0

Append = tuple[float, float]  # when it began, how long it took


def main() -> None:
    """Write, walk, print."""
    set_up_django()
    from portal.core.models import AuditHead  # noqa: PLC0415 – after its set-up

    before = AuditHead.objects.get(id=1)
    taken = appended()
    begun = min(at for at, _seconds in taken) + WARM_UP
    counted = [(at, seconds) for at, seconds in taken if at >= begun]
    span = max(at + seconds for at, seconds in counted) - begun
    say(f"audit: {len(counted)} events by {WRITERS} writers in {span:.1f} s")
    walk_since(before.seq, before.digest, len(taken))
    figure("audit_events_per_s", len(counted) / span)
    figure("audit_append_p95_ms", percentile([s for _, s in counted], 0.95) * 1000)


def appended() -> list[Append]:
    """What the writers measured, begun together."""
    processes = multiprocessing.get_context("spawn")  # each with its own connections
    start = processes.Barrier(WRITERS)
    results: Queue[list[Append]] = processes.Queue()
    writers = [
        processes.Process(target=write, args=(number, start, results))
        for number in range(WRITERS)
    ]
    for writer in writers:
        writer.start()
    taken = [append for _ in writers for append in results.get()]
    for writer in writers:
        writer.join()
    return taken


def write(number: int, start: Barrier, results: "Queue[list[Append]]") -> None:
    """One writer."""
    set_up_django()
    from portal.core import audit, context  # noqa: PLC0415 – after its set-up

    taken = []
    origin = context.Origin(address="192.0.2.7", sign_in=str(UUID(int=number)))
    with context.acting_from(origin):
        start.wait()
        end = time.monotonic() + WARM_UP + SECONDS
        while (at := time.monotonic()) < end:
            audit.record_read(
                "documents.page.read",
                actor=UUID(int=number),
                subject=f"version:{UUID(int=number)}",
                case=UUID(int=1),
                item=UUID(int=2),
                detail={"number": 1, "page": 3},
            )
            taken.append((at, time.monotonic() - at))
    results.put(taken)


def walk_since(seq: int, digest: str, written: int) -> None:
    """The events hold together from this link on: those before were only filled in."""
    from portal.core import audit, chain  # noqa: PLC0415 – after its set-up
    from portal.core.models import AuditEvent  # noqa: PLC0415

    walk = chain.Walk()
    walk.seq, walk.digest = seq, digest
    events = AuditEvent.objects.filter(seq__gt=seq).order_by("seq")
    begun = time.monotonic()
    found = list(walk.over(map(audit.as_text, events.iterator(chunk_size=2000))))
    say(f"audit: {walk.seq - seq} walked in {time.monotonic() - begun:.1f} s")
    if found or walk.seq - seq < written:
        raise BenchError(f"the chain does not hold: {found[:3]}")


if __name__ == "__main__":
    main()
