"""The decision against its second reading, row by row, and what it comes to."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from members.decide import decide
from tests.members import oracle, permissions
from tests.members.situations import question
from tests.members.truth_table import rows

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.pure


@dataclass
class Comparison:
    """What a walk over the whole table found."""

    rows: int = 0
    differences: list[str] = field(default_factory=list)
    allowed: Counter[permissions.Key] = field(default_factory=Counter)
    deciding: Counter[str] = field(default_factory=Counter)


def compare() -> Comparison:
    found = Comparison()
    for row in rows():
        found.rows += 1
        readings = oracle.readings(row)
        expected, answer = oracle.best(readings), decide(*question(row)).value
        if answer != expected:
            found.differences.append(f"{answer} instead of {expected}: {row}")
        if answer == "allow":
            found.allowed[permissions.key(row)] += 1
        for wrong in readings:
            if len(wrong) == 1:
                found.deciding.update(wrong)
    return found


def test_decision_and_oracle_agree_on_every_row() -> None:
    """One walk, four findings: it takes most of a minute.

    Each rule decides at least a hundred rows by itself: one that nothing hung on
    would be untested, whatever the rows say. Enough rows are allowed, because a
    table of refusals would prove nothing (P9). The reference page is what the
    decision does.
    """
    found = compare()
    assert found.rows > 1_000_000
    assert not found.differences, "\n".join(found.differences[:20])
    assert [rule for rule in oracle.RULES if found.deciding[rule] < 100] == []
    assert found.allowed.total() > 100_000
    written = (ROOT / "docs/reference/permissions.md").read_text(encoding="utf-8")
    assert written == permissions.page(found.allowed), (
        "Read the change, then run: python -m tests.members.permissions"
    )
