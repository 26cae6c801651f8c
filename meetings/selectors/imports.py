"""What the pages of imports show: whose they are, and each cell with its marks."""

from collections import Counter
from collections.abc import Container, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from meetings.importing.columns import Column, Kind, Sort
from meetings.importing.reading import Finding, Found, Row, Value
from meetings.models import Import, ImportedRow
from meetings.selectors.import_plans import LATE, WORDS, Planned, Standing
from members.access import Actor
from members.charters import approvers_offered
from members.models import Body, Case
from members.registry import Keeping
from members.terms import usual_end
from portal.core import clock, jp
from portal.core.errors import HiddenError

_TONES = {
    Standing.PROBLEM: "danger",
    Standing.DOUBLE: "warning",
    Standing.NEW: "success",
    Standing.CHANGED: "info",
    Standing.SAME: "",
}
_ENDS = {
    ImportedRow.Outcome.MADE: "success",
    ImportedRow.Outcome.KNOWN: "neutral",
    ImportedRow.Outcome.LEFT: "warning",
    ImportedRow.Outcome.UNDONE: "info",
}
_ORDER = list(Standing)
_FEW = 5  # of more rows a note is said once, above


def offered(kept: Keeping) -> tuple[list[Kind], list[Body]]:
    """What the actor may take in, and at which bodies."""
    kinds = list(Kind) if kept.bodies else [Kind.ORGANIZATIONS]
    return kinds, kept.bodies


def own_import(actor: Actor, import_id: UUID) -> Import:
    """One that the actor brought; unknown and anybody else's are the same."""
    rows = Import.objects.select_related("body__unit", "stored", "entered_by")
    found = rows.filter(pk=import_id, entered_by=actor.person).first()
    if found is None:
        raise HiddenError
    return found


def own_imports(actor: Actor) -> list[Import]:
    """The actor's last ones, the newest first."""
    rows = Import.objects.filter(entered_by=actor.person)
    return list(rows.select_related("body__unit")[:20])


def approvers(source: Import) -> list[tuple[str, str]]:
    """Who approves people of the body, by the rule in force: names with their words."""
    return approvers_offered(source.body, clock.now()) if source.body else []


def term_from_today(source: Import) -> date | None:
    """The last day of a commission to the body that begins today."""
    return usual_end(source.body, clock.today()) if source.body else None


@dataclass(frozen=True, slots=True)
class CellLook:
    """A cell as the page shows it, with what was found there."""

    title: str
    text: str
    findings: tuple[Finding, ...]

    @property
    def wrong(self) -> bool:
        """Whether it must be mended first."""
        return any(found.blocks for found in self.findings)


@dataclass(frozen=True, slots=True)
class RowLook:
    """A row as the page shows it; the first of a thing says what becomes of it."""

    number: int
    label: str
    tone: str
    words: str
    cells: list[CellLook]


@dataclass(frozen=True, slots=True)
class Look:
    """The dry run: how many of what, and the rows, those to be mended first.

    ``late`` are the people whose commission would have begun on a day gone by;
    ``common`` are other notes that hold for many rows, with how many; ``above`` are
    the words of all that is said once, above the rows.
    """

    columns: list[Column]
    counts: list[tuple[str, str, int]]
    lines: list[tuple[Planned, Row]]
    unread: Sequence[str]
    notes: Sequence[Finding]
    common: dict[str, int]
    above: Container[str]
    acting: int
    left: int
    late: int
    hidden: int
    page_name: str

    def rows(self, lines: Sequence[tuple[Planned, Row]]) -> list[RowLook]:
        """Those of one page."""
        return [_row(plan, row, self.columns, self.above) for plan, row in lines]


def look_of(found: Found, plans: Sequence[Planned]) -> Look:
    """The plan as its page shows it."""
    counts = Counter(plan.standing for plan in plans)
    noted, late = _noted(plans), str(LATE)
    above = {words: count for words, count in noted.items() if count > _FEW}
    ordered = sorted(plans, key=lambda plan: _ORDER.index(plan.standing))
    return Look(
        columns=list(found.columns),
        counts=[
            (str(WORDS[each]), _TONES[each], counts[each])
            for each in Standing
            if counts[each]
        ],
        lines=[(plan, row) for plan in ordered for row in plan.rows],
        unread=found.unread,
        notes=found.notes,
        common={words: n for words, n in above.items() if words != late},
        above=above.keys(),
        acting=sum(plan.acts for plan in plans),
        left=counts[Standing.PROBLEM],
        late=noted[late],
        hidden=found.hidden,
        page_name=found.page,
    )


def _noted(plans: Sequence[Planned]) -> Counter[str]:
    """In how many rows each note stands that asks nobody to look at its row."""
    return Counter(
        words
        for plan in plans
        for row in plan.rows
        for words in {each.words for each in row.findings if each.once}
    )


def _row(
    plan: Planned, row: Row, columns: Sequence[Column], above: Container[str]
) -> RowLook:
    first = row is plan.rows[0]
    return RowLook(
        number=row.number,
        label=str(WORDS[plan.standing]) if first else "",
        tone=_TONES[plan.standing],
        words=plan.words if first else "",
        cells=[_cell(row, column, above) for column in columns],
    )


def _cell(row: Row, column: Column, above: Container[str]) -> CellLook:
    at = row.cells[column.name]
    findings = [found for found in row.findings if found.cell == at]
    text = _shown(row.values[column.name], column)
    if column.sort is not Sort.YES or findings:
        text = text or row.raw[column.name]
    return CellLook(
        title=column.title,
        text=text,
        findings=tuple(found for found in findings if found.words not in above),
    )


def _shown(value: Value, column: Column) -> str:
    if isinstance(value, date):
        return jp.era_short(value)
    if isinstance(value, bool):
        return "○" if value else ""
    if value and column.sort is Sort.STATUS:
        return str(Case.Status(value).label)
    return value or ""


@dataclass(frozen=True, slots=True)
class Result:
    """What has become of the rows so far."""

    counts: dict[str, int]
    left: list[ImportedRow]
    kept: list[ImportedRow]

    @property
    def told(self) -> list[tuple[str, str, int]]:
        """The counts in words, with their tones."""
        return [
            (str(outcome.label), _ENDS[outcome], self.counts[outcome])
            for outcome in ImportedRow.Outcome
            if self.counts[outcome]
        ]

    @property
    def done(self) -> int:
        """How many rows the worker has gone through."""
        return sum(self.counts.values())


def result_of(source: Import) -> Result:
    """The rows by their end; those that were left, with the reason."""
    rows = list(source.rows.all())
    counts = Counter(row.outcome for row in rows)
    outcome = ImportedRow.Outcome
    return Result(
        counts={each.value: counts[each] for each in outcome},
        left=[row for row in rows if row.outcome == outcome.LEFT],
        kept=[row for row in rows if row.outcome == outcome.MADE and row.words],
    )
