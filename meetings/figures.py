"""統計: counts as tables, and small ones kept back.

A count below ``FEW`` can point at one household, and so can the rest of a total. Both
stand as ``HELD_BACK`` in what is given to others: primary and secondary suppression as
statistical offices do it. It does not stand against somebody who knows the rule of the
choice and reckons with it.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

FEW = 5
HELD_BACK = "x"


@dataclass(frozen=True, slots=True)
class Line:
    """One count and what it counts."""

    label: str
    count: int


@dataclass(frozen=True, slots=True)
class Table:
    """Counts of one kind; ``private`` ones are of households, so small ones matter.

    ``whole`` tells that the lines add up to something; a thing can stand in two
    lines of the other tables.
    """

    key: str
    title: str
    unit: str
    lines: tuple[Line, ...]
    private: bool = False
    whole: bool = True
    note: str = ""

    @property
    def total(self) -> int:
        """The sum of the lines."""
        return sum(line.count for line in self.lines)


@dataclass(frozen=True, slots=True)
class Bar:
    """A line as it is printed; ``share`` is its length in percent of the longest."""

    label: str
    words: str
    share: int


@dataclass(frozen=True, slots=True)
class Chart:
    """A table ready to be shown; ``total`` is empty where the lines do not add up.

    A note on too few households is kept back with their total.
    """

    table: Table
    bars: tuple[Bar, ...]
    total: str

    @property
    def note(self) -> str:
        """What is said about the table as a whole."""
        return "" if self.total == HELD_BACK else self.table.note

    @property
    def rows(self) -> list[tuple[str, str]]:
        """Labels and counts with the total, as files print them."""
        rows = [(bar.label, bar.words) for bar in self.bars]
        return [*rows, ("計", self.total)] if self.total else rows


def chart_of(table: Table, *, masked: bool) -> Chart:
    """The table with its bars; ``masked``: small counts of households kept back."""
    held, total_held = _held_back(table) if masked else (frozenset(), False)
    longest = max((line.count for line in table.lines), default=0) or 1
    bars = tuple(
        Bar(line.label, HELD_BACK, 0)
        if number in held
        else Bar(line.label, str(line.count), round(100 * line.count / longest))
        for number, line in enumerate(table.lines)
    )
    total = HELD_BACK if total_held else str(table.total)
    return Chart(table, bars, total if table.whole else "")


def _held_back(table: Table) -> tuple[frozenset[int], bool]:
    """Which lines are kept back, and whether the total is.

    A single small line would be the rest of the total, so the next smallest goes with
    it; where there is none, the total does.
    """
    if not table.private:
        return frozenset(), False
    counts = [line.count for line in table.lines]
    held = {number for number, count in enumerate(counts) if 0 < count < FEW}
    if not held or not table.whole:
        return frozenset(held), False
    others = sorted(
        (n for n, count in enumerate(counts) if count >= FEW), key=counts.__getitem__
    )
    while _gives_away([counts[n] for n in held]) and others:
        held.add(others.pop(0))
    return frozenset(held), _gives_away([counts[n] for n in held])


def _gives_away(held: Collection[int]) -> bool:
    """Whether the rest of the total says what the kept counts are."""
    return len(held) == 1 or sum(held) < FEW


def counted(counts: Mapping[str, int], labels: Iterable[tuple[str, str]]) -> list[Line]:
    """A line for each label in its order, also where there is nothing to count."""
    return [Line(str(label), counts.get(key, 0)) for key, label in labels]


def most(counts: Mapping[str, int], *, number: int, rest: str) -> list[Line]:
    """The largest counts, and all others as one line."""
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    lines = [Line(label, count) for label, count in ordered[:number]]
    others = sum(count for _label, count in ordered[number:])
    return [*lines, Line(rest, others)] if others else lines


def spread(
    values: Sequence[int], bounds: Sequence[tuple[int, str]], last: str
) -> list[Line]:
    """How many values lie up to each bound (that included), and above the last one."""
    lines, below = [], -1
    for bound, label in bounds:
        lines.append(Line(label, sum(below < value <= bound for value in values)))
        below = bound
    return [*lines, Line(last, sum(value > below for value in values))]


def middle(values: Sequence[int]) -> int | None:
    """The median, rounded; None of nothing."""
    return round(median(values)) if values else None
