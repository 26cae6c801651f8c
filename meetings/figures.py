"""統計: counts as tables, side by side, and households not to be told from them.

What is given to others holds every count of households to a multiple of ``STEP``. One
table of one body and one year is the atom: its lines are held one after another, so
that the first lines together, and the whole, are never off by more than two. All that
is printed is such an atom or a sum of atoms: of bodies, of a year's lines. So a
difference between any two pages (a body and all, a month and its year, a file and the
page) is again a sum of atoms and tells nothing new (differencing). Atoms of two years
are tied by who stayed (open then, plus begun, less ended, is open now); each of
these sums stands for five numbers, and none of them is settled by the others.

Households are not split further, into lines by months, as those would be other atoms
of the same people. Counts of meetings and of what they took on stand as they are.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

STEP = 5


@dataclass(frozen=True, slots=True)
class Line:
    """One count and what it counts."""

    label: str
    count: int


@dataclass(frozen=True, slots=True)
class Table:
    """Counts of one kind; ``private`` ones are of households.

    ``whole`` tells that the lines add up to something; a thing can stand in two
    lines of the other tables. Of one with ``top`` the longest lines are shown, and
    all others as one. ``monthly`` ones have the year's months as lines. Of ``values``,
    where there are any, the median is told.
    """

    key: str
    title: str
    unit: str
    lines: tuple[Line, ...]
    private: bool = False
    whole: bool = True
    monthly: bool = False
    top: int = 0
    values: tuple[int, ...] = ()

    @property
    def total(self) -> int:
        """The sum of the lines."""
        return sum(line.count for line in self.lines)


@dataclass(frozen=True, slots=True)
class Row:
    """A line as it is printed, with a count for each column."""

    label: str
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """Tables of one key side by side, ready to be shown.

    ``totals`` is empty where the lines do not add up; ``middle`` is a median in days.
    """

    key: str
    title: str
    unit: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    totals: tuple[int, ...]
    private: bool
    middle: int | None = None

    @property
    def cells(self) -> list[tuple[str | int, ...]]:
        """Labels and counts with the total, as files have them."""
        rows: list[tuple[str | int, ...]]
        rows = [(row.label, *row.counts) for row in self.rows]
        return [*rows, ("計", *self.totals)] if self.totals else rows


def figure_of(
    columns: Mapping[str, Sequence[Table]], *, masked: bool, rest: str
) -> Figure:
    """One kind of table, by columns; each column is the sum of its atoms.

    ``masked``: counts of households are held to multiples of ``STEP``.
    """
    first = next(table for tables in columns.values() for table in tables)
    held = masked and first.private
    sums = [_summed(tables, held=held) for tables in columns.values()]
    labels = list(dict.fromkeys(label for column in sums for label in column))
    rows = [
        Row(label, tuple(column.get(label, 0) for column in sums)) for label in labels
    ]
    totals = tuple(sum(row.counts[n] for row in rows) for n in range(len(sums)))
    tables = [table for group in columns.values() for table in group]
    return Figure(
        key=first.key,
        title=first.title,
        unit=first.unit,
        columns=tuple(columns),
        rows=tuple(_folded(rows, first.top, rest) if first.top else rows),
        totals=totals if first.whole else (),
        private=first.private,
        middle=_middle(tables, held=held) if len(columns) == 1 else None,
    )


def _summed(tables: Iterable[Table], *, held: bool) -> dict[str, int]:
    found: dict[str, int] = {}
    for table in tables:
        counts = [line.count for line in table.lines]
        for line, count in zip(
            table.lines, in_steps(counts) if held else counts, strict=True
        ):
            found[line.label] = found.get(line.label, 0) + count
    return found


def in_steps(counts: Sequence[int]) -> list[int]:
    """The counts in multiples of ``STEP``: each sum of the first ones is the nearest.

    No count from one to four is told, and none is told from the others: a sum stands
    for five numbers, and the sums do not tighten each other.
    """
    steps, true, told = [], 0, 0
    for count in counts:
        true += count
        near = (true + STEP // 2) // STEP * STEP
        steps.append(near - told)
        told = near
    return steps


def _folded(rows: Sequence[Row], top: int, rest: str) -> list[Row]:
    """The longest rows, and all others as one."""
    ordered = sorted(rows, key=lambda row: (-sum(row.counts), row.label))
    shown = [row for row in ordered[:top] if sum(row.counts)]
    others = [row for row in ordered[top:] if sum(row.counts)]
    if not others:
        return shown
    counts = zip(*(row.counts for row in others), strict=True)
    return [*shown, Row(rest, tuple(map(sum, counts)))]


def _middle(tables: Sequence[Table], *, held: bool) -> int | None:
    """The median of one column; of few households it would be one's own number."""
    found = middle([value for table in tables for value in table.values])
    if found is None or not held:
        return found
    told = sum(count for table in tables for count in in_steps([table.total]))
    return in_steps([found])[0] if told >= STEP * 2 else None


def counted(counts: Mapping[str, int], labels: Iterable[tuple[str, str]]) -> list[Line]:
    """A line for each label in its order, also where there is nothing to count."""
    return [Line(str(label), counts.get(key, 0)) for key, label in labels]


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
