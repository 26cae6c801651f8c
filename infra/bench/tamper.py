"""Alterations of an exported audit trail: how many of 10,000 the verifier finds."""

import os
import sys

from common import ROOT, figure, say

sys.path.insert(0, str(ROOT))

from tests.portal import tampering

COUNT = int(os.environ.get("KASANE_BENCH_TAMPER", "10000"))


def main() -> None:
    """Alter, verify, print; what was missed is named."""
    count, missed = tampering.missed(COUNT, seed=106)
    for number, name in missed:
        say(f"tamper: {name}, number {number} was not found")
    figure(f"tamper_found_of_{count}", count - len(missed))


if __name__ == "__main__":
    main()
