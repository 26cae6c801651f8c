"""The summary (決定のまとめ) of a sitting, as one person may see it: outcomes alone."""

from dataclasses import dataclass
from datetime import date, datetime

from documents.output.sheet import (
    Block,
    Grid,
    Heading,
    Notice,
    Paragraph,
    Sheet,
    facts,
)
from documents.output.typesetting import sheet_pdf
from meetings.rendering import (
    NOTHING,
    body_words,
)
from meetings.times import instant_words, interval_words
from portal.core.jp import era_words

FILE_TITLE = "決定のまとめ"
CARE = (
    "このまとめは、会議録が確定するまでの控えです。会議の秘密が含まれています。"
    "正当な理由なく、他の人に見せたり、内容を伝えたりしないでください。"
)


@dataclass(frozen=True, kw_only=True)
class Duty:
    """Who does what until when; ``kind`` in the municipality's own word."""

    kind: str
    who: str
    what: str
    until: date | None = None


@dataclass(frozen=True, kw_only=True)
class SummaryItem:
    """The outcome of one item: neither its course nor the names of who was there."""

    subject: str
    title: str
    kind: str
    regime: str
    present: int
    decisions: tuple[str, ...] = ()
    duties: tuple[Duty, ...] = ()
    next_monitoring: date | None = None


@dataclass(frozen=True, kw_only=True)
class SummaryDocument:
    """The summary; its items are numbered as its reader counts them (P4)."""

    municipality: str
    body: str
    sitting: int
    starts_at: datetime
    ends_at: datetime
    place: str
    made_at: datetime
    reader: str
    items: tuple[SummaryItem, ...]
    next_sitting: datetime | None = None


def summary_pdf(document: SummaryDocument) -> bytes:
    """The summary as PDF/A-2a."""
    named = body_words(document.municipality, document.body)
    blocks: list[Block] = [_head(document)]
    for number, item in enumerate(document.items, 1):
        blocks += _item(number, item)
    return sheet_pdf(
        Sheet(
            file_title=FILE_TITLE,
            title=f"第{document.sitting}回 {document.body} {FILE_TITLE}",
            made_at=document.made_at,
            running=f"{named} 第{document.sitting}回",
            blocks=(*blocks, Notice(CARE)),
        )
    )


def _head(document: SummaryDocument) -> Block:
    coming = document.next_sitting
    return facts(
        ("日時", interval_words(document.starts_at, document.ends_at)),
        ("場所", document.place),
        ("宛名", document.reader),
        ("作成", instant_words(document.made_at)),
        ("次回の会議", instant_words(coming) if coming else "未定"),
    )


def _item(number: int, item: SummaryItem) -> tuple[Block, ...]:
    decisions = tuple((str(n), text) for n, text in enumerate(item.decisions, 1))
    duties = tuple(
        (d.kind, d.who, d.what, era_words(d.until) if d.until else "期限なし")
        for d in item.duties
    )
    monitoring = item.next_monitoring
    standing = (("根拠の別", item.regime),) if item.regime else ()
    return (
        Heading(f"議題{number} {item.subject}"),
        facts(("区分", item.kind), *standing, ("出席", f"{item.present}人")),
        Heading("決定したこと", 2),
        _table(("番号", "内容"), decisions, (12, 116)),
        Heading("役割分担", 2),
        _table(("区分", "担当", "行うこと", "期限"), duties, (22, 30, 44, 32)),
        Heading("次回のモニタリング", 2),
        Paragraph(era_words(monitoring) if monitoring else "定めなし"),
    )


def _table(
    header: tuple[str, ...], rows: tuple[tuple[str, ...], ...], widths: tuple[int, ...]
) -> Block:
    return Grid(header, rows, widths) if rows else Paragraph(NOTHING)
