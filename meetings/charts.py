"""Charts of figures: where each bar lies, for the SVG that the page draws. Pure."""

from dataclasses import dataclass

from meetings.figures import Figure, Row

# Sets of bars that can be told apart by their patterns, in black and white too.
PATTERNS = 4
WIDTH = 360
_LABEL, _BAR, _GAP, _ENDS = 18, 13, 8, 44


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar with its number behind it."""

    y: int
    width: float
    pattern: int
    count: int

    @property
    def text_x(self) -> float:
        """Where its number begins."""
        return self.width + 6

    @property
    def text_y(self) -> int:
        """The line on which its number stands."""
        return self.y + _BAR - 2


@dataclass(frozen=True, slots=True)
class Group:
    """The bars of one line under its label."""

    label: str
    label_y: int
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """The whole picture, in the units of its view box."""

    height: int
    groups: tuple[Group, ...]
    legend: tuple[tuple[int, str], ...]

    @property
    def view_box(self) -> str:
        """As SVG wants it."""
        return f"0 0 {WIDTH} {self.height}"


def chart_of(figure: Figure) -> Chart | None:
    """The lines with a bar for each column; of many columns their totals alone.

    None where there is nothing to draw.
    """
    rows, names = figure.rows, figure.columns
    if len(names) > PATTERNS:
        if not figure.totals:
            return None
        pairs = zip(names, figure.totals, strict=True)
        rows, names = tuple(Row(name, (total,)) for name, total in pairs), ("",)
    longest = max((count for row in rows for count in row.counts), default=0)
    if not longest:
        return None
    groups, y = [], 0
    for row in rows:
        groups.append(_group(row, y, (WIDTH - _ENDS) / longest))
        y += _LABEL + _BAR * len(row.counts) + _GAP
    legend = tuple(enumerate(names)) if len(names) > 1 else ()
    return Chart(y, tuple(groups), legend)


def _group(row: Row, y: int, scale: float) -> Group:
    bars = tuple(
        Bar(y + _LABEL + _BAR * n, round(count * scale, 1), n, count)
        for n, count in enumerate(row.counts)
    )
    return Group(row.label, y + _LABEL - 5, bars)
