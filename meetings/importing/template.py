"""ひな形: a workbook with a page for each kind, an example, and how it is written."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from documents.output.papers.workbooks import Table, tables_xlsx
from meetings.importing.columns import COLUMNS, EXAMPLE, Column, Kind


def template_xlsx(kinds: Sequence[Kind], made_at: datetime) -> bytes:
    """The workbook for those kinds."""
    pages = [_page(kind) for kind in kinds]
    return tables_xlsx([_guide(kinds), *pages], made_at=made_at)


def _guide(kinds: Sequence[Kind]) -> Table:
    lines = [
        (str(kind.label), column.title, _need(column), column.how, column.example)
        for kind in kinds
        for column in COLUMNS[kind]
    ]
    heads = (_("表"), _("列"), _("必要か"), _("書き方"), _("例"))
    return Table(title=_("書き方"), rows=[heads, *lines], widths=[18, 18, 10, 70, 26])


def _need(column: Column) -> str:
    return _("必ず") if column.needed else _("あれば")


def _page(kind: Kind) -> Table:
    columns = COLUMNS[kind]
    example = [column.example for column in columns]
    example[0] = f"{EXAMPLE}{example[0]}"
    return Table(
        title=str(kind.label),
        rows=[tuple(column.title for column in columns), tuple(example)],
        widths=[column.width for column in columns],
    )
