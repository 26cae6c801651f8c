"""How many links a minute are opened, each from the tap to the sitting behind its code.

A morning of 18 wards needs six hundred in five minutes. Here they come as fast as they
are let in, eight at a time, each with a browser of its own.
"""

import os
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from common import figure, percentile, say, serving
from crowd import come_in, links

OPENS = int(os.environ.get("KASANE_BENCH_OPENS", "600"))
AT_ONCE = 8
WARM_UP = 2 * AT_ONCE


def main() -> None:
    """Open all, then print."""
    issued = links(WARM_UP + OPENS)
    with serving("--workers", "2") as port, ThreadPoolExecutor(AT_ONCE) as pool:
        opened = partial(come_in, port=port)
        list(pool.map(opened, issued[:WARM_UP]))
        begun = time.perf_counter()
        came = list(pool.map(opened, issued[WARM_UP:]))
        taken = time.perf_counter() - begun
    gate = percentile([each.gate for each in came], 0.95)
    say(f"link_opens: {OPENS} in {taken:.1f} s, the gate alone p95 {gate:.3f} s")
    figure("link_opens_per_min", OPENS / taken * 60)
    figure("link_open_p95_ms", percentile([each.whole for each in came], 0.95) * 1000)


if __name__ == "__main__":
    main()
