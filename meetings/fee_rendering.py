"""謝金・旅費一覧 as Excel and on A4 with a column to sign: no word of any case."""

from datetime import datetime

from django.utils.translation import gettext as _

from documents.output.papers.workbooks import Table, Value, tables_xlsx
from documents.output.sheet import Grid, Paragraph, Sheet, facts
from documents.output.typesetting import sheet_pdf
from meetings.fees import Fee
from meetings.selectors.fees import FeeList
from meetings.times import interval_words
from portal.core.clock import JST
from portal.core.jp import clock_words


def fees_xlsx(found: FeeList, *, made_at: datetime) -> bytes:
    """The list as a workbook, to go on with."""
    heads = (
        _("機関"),
        _("氏名"),
        _("出席"),
        _("分"),
        _("謝金(円)"),
        _("源泉徴収(円)"),
        _("旅費(円)"),
        _("支払額(円)"),
    )
    rows = [heads, *(_cells(fee) for fee in found.fees), _last(found)]
    title = _("謝金・旅費一覧")
    widths = [30, 18, 16, 8, 12, 14, 12, 14]
    return tables_xlsx([Table(title=title, rows=rows, widths=widths)], made_at=made_at)


def _cells(fee: Fee) -> tuple[Value, ...]:
    return (
        fee.person.organization.name,
        fee.person.name,
        span_words(fee),
        fee.minutes,
        fee.amount,
        fee.tax,
        fee.travel,
        fee.pay,
    )


def _last(found: FeeList) -> tuple[Value, ...]:
    sums = found.sums
    amounts = (sums.amount, sums.tax, sums.travel, sums.pay)
    return (_("計"), "", "", "", *amounts)


def span_words(fee: Fee) -> str:
    """From when until when somebody was there."""
    came, left = (at.astimezone(JST).time() for at in (fee.came, fee.left))
    return f"{clock_words(came)}–{clock_words(left)}"


def fees_pdf(found: FeeList, *, made_at: datetime) -> bytes:
    """The list on A4, to be signed for what was received."""
    sitting = found.sitting
    header = (
        _("機関・氏名"),
        _("出席"),
        _("謝金"),
        _("源泉"),
        _("旅費"),
        _("支払額"),
        _("受領の署名"),
    )
    rows = [_printed(fee) for fee in found.fees]
    sums = found.sums
    total = (sums.amount, sums.tax, sums.travel, sums.pay)
    rows.append((_("計"), "", *(f"{yen:,}" for yen in total), ""))
    sheet = Sheet(
        file_title=_("謝金・旅費一覧"),
        title=_("謝金・旅費一覧"),
        made_at=made_at,
        blocks=(
            facts(
                (_("会議"), str(sitting)),
                (_("日時"), interval_words(sitting.starts_at, sitting.ends_at)),
            ),
            Grid(header, tuple(rows), (34, 22, 15, 15, 15, 17, 30)),
            Paragraph(_("金額の単位は円です。"), "note"),
        ),
    )
    return sheet_pdf(sheet)


def _printed(fee: Fee) -> tuple[str, ...]:
    who = f"{fee.person.organization.name}\n{fee.person.name}"
    amounts = (fee.amount, fee.tax, fee.travel, fee.pay)
    return (who, span_words(fee), *(f"{yen:,}" for yen in amounts), "")
