"""The order of business (次第) of a sitting, as one person may see it."""

from dataclasses import dataclass
from datetime import datetime

from documents.output.docx import sheet_docx
from documents.output.sheet import (
    Block,
    Heading,
    Notice,
    Outline,
    Paragraph,
    Point,
    Sheet,
    facts,
)
from documents.output.typesetting import sheet_pdf
from meetings.rendering import (
    PaperRow,
    body_words,
    paper_grid,
)
from meetings.times import instant_words, interval_words, time_words

FILE_TITLE = "次第"

CARE = (
    "会議で知った秘密は、会議が終わった後も、正当な理由なく漏らしてはいけません。"
    "この次第に書かれた議題も秘密に含まれます。"
)

_DUTY_REMARK = "次の文を読み上げます"


@dataclass(frozen=True, kw_only=True)
class FramePoint:
    """A line beside the items; ``secrecy``: here the duty of secrecy is read aloud."""

    words: str
    starts_at: datetime | None = None
    secrecy: bool = False
    next_sitting: bool = False


@dataclass(frozen=True, kw_only=True)
class AgendaItemLine:
    """An item as its reader may see it: an item not open to them stays away.

    Without ``ends_at`` the start is the time for which its reader is called; without
    either the reader is there already.
    """

    subject: str
    kind: str
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    regime: str = ""
    occasion: str = ""
    purpose: str = ""
    points: tuple[str, ...] = ()
    papers: tuple[PaperRow, ...] = ()


@dataclass(frozen=True, kw_only=True)
class AgendaDocument:
    """The order of business of a sitting, as one person may see it.

    ``basis`` says on which laws its items rest, ``duty`` holds title and text of the
    pledges that are read aloud, ``penalties`` what the law lays on breaking them.
    """

    municipality: str
    body: str
    sitting: int
    starts_at: datetime
    ends_at: datetime
    place: str
    made_at: datetime
    before: tuple[FramePoint, ...] = ()
    items: tuple[AgendaItemLine, ...] = ()
    after: tuple[FramePoint, ...] = ()
    basis: tuple[str, ...] = ()
    duty: tuple[tuple[str, str], ...] = ()
    penalties: tuple[str, ...] = ()
    closed: str = ""
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
                *((("根拠", "\n".join(document.basis)),) if document.basis else ()),
                *((("公開・非公開", document.closed),) if document.closed else ()),
                *reader,
            ),
            Outline(_points(document)),
            *_duty(document),
            *_agenda_papers(document),
            Notice(CARE),
        ),
    )


def _points(document: AgendaDocument) -> tuple[Point, ...]:
    """Frame and kinds numbered through, items under the kind they follow each other in.

    An item's number counts the items of this paper, as its reader sees them elsewhere.
    """
    points: list[Point] = []

    def head(words: str, remark: str = "") -> None:
        number = 1 + sum(point.level == 1 for point in points)
        points.append(Point(str(number), words, remark))

    for line in document.before:
        head(line.words, _remark(document, line))
    kind = ""
    for number, item in enumerate(document.items, 1):
        if item.kind != kind:
            kind = item.kind
            head(kind)
        points.append(_item_point(number, item))
    for line in document.after:
        head(line.words, _remark(document, line))
    return tuple(points)


def _remark(document: AgendaDocument, line: FramePoint) -> str:
    if line.next_sitting and document.next_sitting is not None:
        return f"次回 {instant_words(document.next_sitting)}"
    if line.secrecy and document.duty:
        return _DUTY_REMARK
    return time_words(line.starts_at) if line.starts_at else ""


def _item_point(number: int, item: AgendaItemLine) -> Point:
    details = "、".join(part for part in (item.regime, item.occasion) if part)
    points = (f"・{point}" for point in item.points)
    text = "\n".join(
        part for part in (item.subject, details, item.purpose, *points) if part
    )
    return Point(f"({number})", text, _times(item), level=2)


def _times(item: AgendaItemLine) -> str:
    if item.starts_at is None:
        return ""
    start = time_words(item.starts_at)
    if item.ends_at is None:
        return f"{start}にお越しください"
    return f"{start}から{time_words(item.ends_at)}まで"


def _duty(document: AgendaDocument) -> tuple[Block, ...]:
    texts = [
        block
        for title, text in document.duty
        for block in (Heading(title, 2), Paragraph(text))
    ]
    texts += [Paragraph(words) for words in document.penalties]
    return (Heading("読み上げる守秘義務の文"), *texts) if texts else ()


def _agenda_papers(document: AgendaDocument) -> tuple[Block, ...]:
    papers = [paper for item in document.items for paper in item.papers]
    if not papers:
        return ()
    return (Heading("資料"), paper_grid(papers))
