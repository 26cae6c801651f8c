"""Appending to the audit trail: sixteen writers, each event durable by itself.

Every writer is a process with one connection, as a server process is, and writes read
events as an opened page does. Behind them the whole chain is walked.
"""

import multiprocessing
import os
import time
from uuid import UUID

from common import BenchError, figure, percentile, say, set_up_django

WRITERS = 16
SECONDS = float(os.environ.get("KASANE_BENCH_AUDIT_SECONDS", "15"))
WARM_UP = 2.0


def main() -> None:
    """Write, verify, print."""
    start = multiprocessing.Barrier(WRITERS + 1)
    results: multiprocessing.Queue[list[tuple[float, float]]] = multiprocessing.Queue()
    writers = [
        multiprocessing.Process(target=write, args=(number, start, results))
        for number in range(WRITERS)
    ]
    for writer in writers:
        writer.start()
    start.wait()
    taken = [pair for _ in writers for pair in results.get()]
    for writer in writers:
        writer.join()
    begun = min(at for at, _seconds in taken) + WARM_UP
    counted = [(at, seconds) for at, seconds in taken if at >= begun]
    span = max(at + seconds for at, seconds in counted) - begun
    say(f"audit: {len(counted)} events by {WRITERS} writers in {span:.1f} s")
    figure("audit_events_per_s", len(counted) / span)
    figure("audit_append_p95_ms", percentile([s for _, s in counted], 0.95) * 1000)
    verify(len(taken))


def write(
    number: int,
    start: "multiprocessing.synchronize.Barrier",
    results: "multiprocessing.Queue[list[tuple[float, float]]]",
) -> None:
    """One writer: begin and length of each append."""
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


def verify(written: int) -> None:
    """The chain holds; how fast a walk is, is told beside."""
    set_up_django()
    from portal.core import audit  # noqa: PLC0415 – after its set-up
    from portal.core.models import AuditHead  # noqa: PLC0415

    begun = time.monotonic()
    found = [each for each in audit.verify() if not each.note]
    count = AuditHead.objects.get(id=1).seq
    say(f"audit: {count} events verified in {time.monotonic() - begun:.1f} s")
    if found or count < written:
        raise BenchError(f"the chain does not hold: {found[:3]}")


if __name__ == "__main__":
    main()
