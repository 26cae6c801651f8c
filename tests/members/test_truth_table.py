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


@dataclass
class Comparison:
    """What a walk over the whole table found."""

    rows: int = 0
    differences: list[str] = field(default_factory=list)
    allowed: Counter[permissions.Key] = field(default_factory=Counter)
    deciding: Counter[str] = field(default_factory=Counter)


@pytest.fixture(scope="module")
def comparison() -> Comparison:
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


def test_decision_and_oracle_agree_on_every_row(comparison: Comparison) -> None:
    assert comparison.rows > 1_000_000
    assert not comparison.differences, "\n".join(comparison.differences[:20])


def test_every_rule_decides_by_itself_many_times(comparison: Comparison) -> None:
    """A rule that nothing depends on would be untested, whatever the rows say."""
    seldom = {rule: comparison.deciding[rule] for rule in oracle.RULES}
    assert {rule: n for rule, n in seldom.items() if n < 100} == {}


def test_enough_rows_are_allowed(comparison: Comparison) -> None:
    """A table of refusals alone would prove nothing (P9)."""
    assert sum(comparison.allowed.values()) > 100_000


def test_the_reference_says_what_the_decision_does(comparison: Comparison) -> None:
    written = (ROOT / "docs/reference/permissions.md").read_text(encoding="utf-8")
    assert written == permissions.page(comparison.allowed), (
        "Read the change, then run: python -m tests.members.permissions"
    )
