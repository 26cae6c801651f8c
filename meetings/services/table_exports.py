"""書き出し: a table leaves the portal, on record before it does."""

import csv
import io
from dataclasses import dataclass
from enum import StrEnum

from django.db import transaction
from django.utils.translation import gettext as _

from documents.output.papers.workbooks import Table, tables_xlsx
from meetings.importing.columns import COLUMNS, Kind
from meetings.selectors import table_exports as selectors
from meetings.services.imports import require
from members.access import Actor
from members.models import Body
from portal.core import audit, clock, media, tables
from portal.core.errors import InvalidError


class Form(StrEnum):
    """How the file is written."""

    XLSX = "xlsx"
    UTF_8 = "csv"
    SHIFT_JIS = "sjis"


@dataclass(frozen=True, slots=True)
class Written:
    """A file that leaves: its bytes, its type, a name that says nothing of a case."""

    data: bytes
    media_type: str
    name: str


_NAMES = {
    Kind.ROLL: "meibo",
    Kind.ORGANIZATIONS: "kikan",
    Kind.CASES: "jirei",
    Kind.RECORDS: "kaigiroku",
}


@transaction.atomic
def write(*, actor: Actor, kind: Kind, body: Body | None, form: Form) -> Written:
    """What the actor may see of a kind, in the columns in which it is taken in.

    Raises InvalidError for characters that Shift_JIS does not have.
    """
    require(actor, kind, body)
    lines = selectors.lines_of(actor, kind, body)
    titles = [column.title for column in COLUMNS[kind]]
    rows = [titles, *(selectors.cells_of(kind, line) for line in lines)]
    data = _xlsx(kind, rows) if form is Form.XLSX else _csv(rows, form)
    for line in lines:
        if "id" in line:
            case = str(line["id"])
            audit.record(
                "members.case.export",
                actor=actor.id,
                subject=f"case:{case}",
                case=line["id"],  # type: ignore[arg-type] # a case's id
            )
    audit.record(
        "meetings.table.export",
        actor=actor.id,
        subject=f"body:{body.id}" if body else "organizations",
        detail={"kind": str(kind), "as": str(form), "rows": len(lines)},
    )
    ending = "xlsx" if form is Form.XLSX else "csv"
    name = f"{_NAMES[kind]}-{clock.today():%Y%m%d}.{ending}"
    return Written(data, media.XLSX if form is Form.XLSX else media.CSV, name)


def _xlsx(kind: Kind, rows: list[list[str]]) -> bytes:
    widths = [column.width for column in COLUMNS[kind]]
    table = Table(title=str(kind.label), rows=rows, widths=widths)
    return tables_xlsx([table], made_at=clock.now())


def _csv(rows: list[list[str]], form: Form) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerows([tables.harmless(word) for word in row] for row in rows)
    text = out.getvalue()
    if form is Form.UTF_8:
        return text.encode("utf-8-sig")
    odd = sorted({letter for letter in text if not _fits(letter)})
    if odd:
        raise InvalidError(
            _(
                "Shift_JISにない文字があります(%(letters)s)。"
                "ExcelかUTF-8のCSVで書き出してください。"
            )
            % {"letters": "、".join(odd[:10])}
        )
    return text.encode("cp932")


def _fits(letter: str) -> bool:
    try:
        letter.encode("cp932")
    except UnicodeEncodeError:
        return False
    return True
