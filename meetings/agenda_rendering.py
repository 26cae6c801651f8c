"""The order of business (次第) of a sitting, as one person may see it."""

from dataclasses import dataclass
from datetime import datetime

from documents.output.docx import sheet_docx
from documents.output.sheet import (
    Block,
    Heading,
    Notice,
    Outline,
    Point,
    Sheet,
    facts,
)
from documents.output.typesetting import sheet_pdf
from meetings.rendering import (
    PaperRow,
    body_words,
    instant_words,
    interval_words,
    paper_grid,
    time_words,
)

FILE_TITLE = "次第"

CARE = (
    "会議で知った秘密は、会議が終わった後も、正当な理由なく漏らしてはいけません。"
    "この次第に書かれた議題も秘密に含まれます。"
)

# What stands before and after the items, whose kinds are headings in between.
_BEFORE = ("開会", "会長あいさつ", "守秘義務の確認", "出席者紹介")
_AFTER = ("その他", "閉会")


@dataclass(frozen=True, kw_only=True)
class AgendaItemLine:
    """An item as its reader may see it: an item not open to them stays away."""

    subject: str
    kind: str
    starts_at: datetime
    ends_at: datetime
    regime: str = ""
    occasion: str = ""
    organization: str = ""
    papers: tuple[PaperRow, ...] = ()


@dataclass(frozen=True, kw_only=True)
class AgendaDocument:
    """The order of business of a sitting, as one person may see it."""

    municipality: str
    body: str
    sitting: int
    starts_at: datetime
    ends_at: datetime
    place: str
    made_at: datetime
    items: tuple[AgendaItemLine, ...] = ()
    reader: str = ""
    next_sitting: datetime | None = None


def agenda_pdf(document: AgendaDocument) -> bytes:
    """The order of business (次第) as PDF/A-2a."""
    return sheet_pdf(_agenda(document))


def agenda_docx(document: AgendaDocument) -> bytes:
    """The order of business (次第) as Word file."""
    return sheet_docx(_agenda(document))


def _agenda(document: AgendaDocument) -> Sheet:
    sitting = f"第{document.sitting}回 {document.body}"
    named = body_words(document.municipality, document.body)
    reader = (("宛名", document.reader),) if document.reader else ()
    return Sheet(
        file_title=FILE_TITLE,
        title=f"{sitting} {FILE_TITLE}",
        made_at=document.made_at,
        running=f"{named} 第{document.sitting}回",
        blocks=(
            facts(
                ("日時", interval_words(document.starts_at, document.ends_at)),
                ("場所", document.place),
                *reader,
            ),
            Outline(_points(document)),
            *_agenda_papers(document),
            Notice(CARE),
        ),
    )


def _points(document: AgendaDocument) -> tuple[Point, ...]:
    kinds = tuple(dict.fromkeys(item.kind for item in document.items))
    points: list[Point] = []
    for number, heading in enumerate((*_BEFORE, *kinds, *_AFTER), start=1):
        points.append(Point(str(number), heading, _remark(document, heading)))
        items = [item for item in document.items if item.kind == heading]
        points += [_item_point(place, item) for place, item in enumerate(items, 1)]
    return tuple(points)


def _remark(document: AgendaDocument, heading: str) -> str:
    if heading != "その他" or document.next_sitting is None:
        return ""
    return f"次回 {instant_words(document.next_sitting)}"


def _item_point(place: int, item: AgendaItemLine) -> Point:
    details = (item.regime, item.occasion, item.organization)
    text = "\n".join((item.subject, "、".join(part for part in details if part)))
    times = f"{time_words(item.starts_at)}から{time_words(item.ends_at)}まで"
    return Point(f"({place})", text.rstrip(), times, level=2)


def _agenda_papers(document: AgendaDocument) -> tuple[Block, ...]:
    papers = [paper for item in document.items for paper in item.papers]
    if not papers:
        return ()
    return (Heading("資料"), paper_grid(papers))
