"""Faults put into the program one at a time: how many of them the tests find.

Each runs the tests that ``tests/seeded.txt`` names for it, up to the first that fails.
``KASANE_BENCH_SEEDED=3,17`` tries those alone.
"""

import os
import subprocess
import sys
import tempfile

from common import ROOT, BenchError, say

sys.path.insert(0, str(ROOT))

from tests import seeded

PASSED, FAILED = 0, 1  # pytest's codes; any other says nothing of the fault
MOST_SECONDS = 900


def main() -> None:
    """Seed, test, print; what was not found is named."""
    faults = seeded.faults()
    named = os.environ.get("KASANE_BENCH_SEEDED", "")
    numbers = [int(each) for each in named.split(",") if each] or range(len(faults))
    tests = [test for number in numbers for test in faults[number].tests]
    if outcome(list(dict.fromkeys(tests))) != PASSED:
        raise BenchError("tests fail without any fault: nothing can be said")
    caught = 0
    for number in numbers:
        if outcome(faults[number].tests, seed=number) == FAILED:
            caught += 1
        else:
            say(f"seeded: number {number} was not found: {faults[number].words}")
    print(f"seeded_faults_caught={caught}/{len(numbers)}", flush=True)


def outcome(tests: list[str], seed: int | None = None) -> int:
    """How the tests end, up to the first that fails."""
    env = {n: v for n, v in os.environ.items() if not n.startswith("KASANE_")}
    if seed is not None:
        env["KASANE_SEEDED"] = str(seed)
    command = [sys.executable, "-m", "pytest", "-p", "tests.seeded", "-xq", *tests]
    with tempfile.TemporaryDirectory() as data:
        return subprocess.run(
            command,
            cwd=ROOT,
            env=env | {"KASANE_DATA": data},
            stdout=subprocess.DEVNULL,
            timeout=MOST_SECONDS,
            check=False,
        ).returncode


if __name__ == "__main__":
    main()
