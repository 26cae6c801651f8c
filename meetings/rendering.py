"""The record of one agenda item as Word file and PDF/A, from one model.

The record is an official paper: it is Japanese whatever the language of the pages, in
the manner of 公用文作成の考え方 (2022). Labels of kinds, regimes, occasions and roles
come in as the municipality's own words.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from documents.output.docx import sheet_docx
from documents.output.sheet import (
    HANDLE_WITH_CARE,
    Block,
    Facts,
    Grid,
    Heading,
    Notice,
    Pair,
    Paragraph,
    Sheet,
    facts,
)
from documents.output.typesetting import sheet_pdf
from meetings.record_style import STYLE, Detail, Style, unified_sheet
from meetings.times import instant_words, interval_words, time_words

NOTHING = "なし"
FILE_TITLE = "会議録"

CARE = (
    "この会議録には、個人情報と会議の秘密が含まれています。"
    "正当な理由なく、他の人に見せたり、内容を伝えたりしないでください。"
)


class Pane(StrEnum):
    """The two panes of the minutes; each has its own readers."""

    DECISIONS = "decisions"
    COURSE = "course"


@dataclass(frozen=True, kw_only=True)
class MinutesItem:
    """The agenda item; ``subject`` is the case number or, without a case, the title.

    It has no number: each of its readers counts own items alone.
    """

    kind: str
    subject: str
    regime: str = ""
    occasion: str = ""


@dataclass(frozen=True, kw_only=True)
class AttendanceRow:
    """One person's presence at the item; ``None`` in ``came`` says absent.

    Of somebody ``withheld`` nothing stands there but the mark in the place of the name.
    ``received``: came to the meeting before the item was over.
    """

    organization: str
    post: str
    name: str
    role: str
    came: datetime | None
    left: datetime | None = None
    withheld: bool = False
    received: bool = False


@dataclass(frozen=True, kw_only=True)
class PaperRow:
    """A paper handed out; ``note`` says for instance that it was collected."""

    number: str
    title: str
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class MinutesEntry:
    """One entry as typed: its kind decides what a disclosure may show of it.

    ``gist`` says that the short form of the record has it too.
    """

    pane: Pane
    kind: str
    text: str
    speaker: str = ""
    source: str = ""
    gist: bool = False


@dataclass(frozen=True, kw_only=True)
class RoleRow:
    """Who does what until when; ``None`` has no end, words stand as they are."""

    who: str
    what: str
    until: date | str | None = None


@dataclass(frozen=True, kw_only=True)
class Signatory:
    """A person who confirms the record, and when that was done."""

    role: str
    name: str
    confirmed_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class MinutesDocument:
    """Everything the record of one agenda item says. All instants are aware."""

    municipality: str
    body: str
    legal_basis: str
    sitting: int
    starts_at: datetime
    ends_at: datetime
    place: str
    presiding: str
    item: MinutesItem
    version: int
    made_at: datetime
    head_title: str = "議長"
    closed: str = ""
    acting_reason: str = ""
    confirmed: bool = False
    again: bool = False
    attendance: tuple[AttendanceRow, ...] = ()
    papers: tuple[PaperRow, ...] = ()
    entries: tuple[MinutesEntry, ...] = ()
    decisions: tuple[str, ...] = ()
    roles: tuple[RoleRow, ...] = ()
    next_monitoring: date | str | None = None
    signatories: tuple[Signatory, ...] = ()
    digest: str = ""
    mark: str = HANDLE_WITH_CARE
    notice: str = CARE
    style: Style = STYLE

    @property
    def state(self) -> str:
        """How far the record is; ``again``: it was reopened before."""
        return ("再確定" if self.again else "確定") if self.confirmed else "案"


def minutes_pdf(document: MinutesDocument) -> bytes:
    """The record as PDF/A-2a; the same document gives the same bytes."""
    return sheet_pdf(_sheet(document))


def minutes_docx(document: MinutesDocument) -> bytes:
    """The record as Word file; the same document gives the same bytes."""
    return sheet_docx(_sheet(document))


def compiled_pdf(documents: Sequence[MinutesDocument]) -> bytes:
    """The records of one sitting as one paper, item after item."""
    first = documents[0]
    named = body_words(first.municipality, first.body)
    blocks: list[Block] = []
    for number, document in enumerate(documents, 1):
        head = f"議題{number} {document.item.subject}({document.state})"
        blocks += [Heading(head), *_blocks(document)]
    sheet = Sheet(
        file_title=FILE_TITLE,
        title=f"第{first.sitting}回 {first.body} 会議録",
        made_at=max(document.made_at for document in documents),
        running=f"{named} 第{first.sitting}回",
        foot="全議題",
        draft=not all(document.confirmed for document in documents),
        blocks=tuple(blocks),
    )
    kept = {document.item.subject for document in documents}
    return sheet_pdf(unified_sheet(sheet, first.style.width, kept))


def _blocks(document: MinutesDocument) -> tuple[Block, ...]:
    decisions, course = _decisions(document), _course(document)
    panes = (course, decisions) if document.style.course_first else (decisions, course)
    parts = [_outline(document), _attendance(document), _papers(document), *panes]
    parts.append(_confirmation(document))
    return tuple(
        block
        for number, (title, blocks) in enumerate(parts, 1)
        for block in (Heading(f"{number} {title}"), *blocks)
    )


_Part = tuple[str, tuple[Block, ...]]


def _sheet(document: MinutesDocument) -> Sheet:
    named = body_words(document.municipality, document.body)
    sheet = Sheet(
        file_title=FILE_TITLE,
        title=f"第{document.sitting}回 {document.body} 会議録",
        made_at=document.made_at,
        mark=document.mark,
        running=f"{named} 第{document.sitting}回 {document.item.subject}",
        foot=f"第{document.version}版 {document.state}",
        draft=not document.confirmed,
        blocks=_blocks(document),
    )
    return unified_sheet(sheet, document.style.width, {document.item.subject})


def body_words(municipality: str, body: str) -> str:
    """The body's name with its municipality's, which many bear already."""
    return body if body.startswith(municipality) else f"{municipality} {body}"


def _outline(document: MinutesDocument) -> _Part:
    item = document.item
    subject: list[tuple[Pair, ...]] = [(("議題", item.subject), ("区分", item.kind))]
    if item.regime or item.occasion:
        subject.append((("根拠の別", item.regime), ("開催の時期", item.occasion)))
    return "会議の概要", (
        Facts(
            (
                (("会議名", body_words(document.municipality, document.body)),),
                (("根拠", document.legal_basis),),
                (("日時", _interval(document)),),
                (("場所", document.place),),
                ((document.head_title, presiding_words(document)),),
                *(((("公開・非公開", document.closed),),) if document.closed else ()),
                *subject,
            )
        ),
    )


def presiding_words(document: MinutesDocument) -> str:
    """Who presided, and why in the head's stead."""
    why = f"(職務代理:{document.acting_reason})" if document.acting_reason else ""
    return document.presiding + why


def _attendance(document: MinutesDocument) -> _Part:
    present = [row for row in document.attendance if row.came]
    withheld = [row for row in document.attendance if row.withheld]
    absent = [r for r in document.attendance if not r.came and not r.withheld]
    title = f"出席者(この議題) 出席{len(present)}人"
    if absent:
        title += f"、欠席{len(absent)}人"
    if withheld:
        title += f"、不開示{len(withheld)}人"
    times = document.style.times
    header, widths = _TIMED if times else _UNTIMED
    rows = tuple(
        (
            *(row.organization, row.post, row.name, row.role),
            *(presence_words(row) if times else (_there(row),)),
        )
        for row in (*present, *absent, *withheld)
    )
    return title, (_grid(header, rows, widths),)


_TIMED = (
    ("機関", "職名", "氏名", "区分", "入室", "退室"),
    (30, 25, 26, 15, 22, 22),
)
_UNTIMED = (("機関", "職名", "氏名", "区分", "出欠"), (42, 36, 32, 16, 14))


def _there(row: AttendanceRow) -> str:
    if row.withheld:
        return ""
    if row.came:
        return "出席"
    return "欠席(受付済み)" if row.received else "欠席"


def presence_words(row: AttendanceRow) -> Pair:
    """When somebody came and left."""
    if not row.came:
        return _there(row), ""
    return time_words(row.came), time_words(row.left) if row.left else "終了まで"


def _papers(document: MinutesDocument) -> _Part:
    return "配付資料", (paper_grid(document.papers),)


def paper_grid(papers: Iterable[PaperRow]) -> Block:
    """The table of papers, or 「なし」."""
    rows = tuple((paper.number, paper.title, paper.note) for paper in papers)
    return _grid(("資料番号", "資料名", "備考"), rows, (20, 76, 32))


def _decisions(document: MinutesDocument) -> _Part:
    style = document.style
    decisions = tuple(
        (str(number), text) for number, text in enumerate(document.decisions, start=1)
    )
    roles = tuple(
        (row.who, row.what, style.until(row.until, "期限なし"))
        for row in document.roles
    )
    return "決定・役割分担", (
        Heading("(1) 決定事項", 2),
        _grid(("番号", "決定した内容"), decisions, (12, 116)),
        Heading("(2) 役割分担", 2),
        _grid(("担当", "行うこと", "期限"), roles, (34, 58, 36)),
        *_remarks(document),
        Heading("(3) 次回のモニタリング", 2),
        facts(("期日", style.until(document.next_monitoring, "定めなし"))),
    )


def _remarks(document: MinutesDocument) -> tuple[Block, ...]:
    """Entries of the decisions pane that carry more than the two tables."""
    rows = _entries(document, Pane.DECISIONS)
    return (_grid(ENTRY_HEADER, rows, ENTRY_WIDTHS),) if rows else ()


def _course(document: MinutesDocument) -> _Part:
    rows = _entries(document, Pane.COURSE)
    title = "経過" if document.style.detail is Detail.VERBATIM else "各機関の意見の要点"
    return title, (_grid(ENTRY_HEADER, rows, ENTRY_WIDTHS),)


ENTRY_HEADER = ("区分", "発言者・出典", "内容")
ENTRY_WIDTHS = (20, 32, 76)


def _entries(document: MinutesDocument, pane: Pane) -> tuple[tuple[str, ...], ...]:
    shown = entries_shown(document, pane)
    return tuple((entry.kind, _origin(entry), entry.text) for entry in shown)


def entries_shown(document: MinutesDocument, pane: Pane) -> list[MinutesEntry]:
    """The entries of a pane as far as the body's style shows them."""
    chosen = [entry for entry in document.entries if entry.pane is pane]
    if document.style.detail is Detail.GIST and pane is Pane.COURSE:
        return _by_speaker(entry for entry in chosen if entry.gist)
    return chosen


def _by_speaker(entries: Iterable[MinutesEntry]) -> list[MinutesEntry]:
    """Who spoke first comes first, with all that they said."""
    found: dict[str, list[MinutesEntry]] = {}
    for entry in entries:
        found.setdefault(entry.speaker, []).append(entry)
    return [entry for theirs in found.values() for entry in theirs]


def _origin(entry: MinutesEntry) -> str:
    source = f"(出典:{entry.source})" if entry.source else ""
    return "\n".join(part for part in (entry.speaker, source) if part)


def _confirmation(document: MinutesDocument) -> _Part:
    rows = tuple(
        (s.role, s.name, _confirmed(s, document)) for s in document.signatories
    )
    digest = f"内容の照合値(SHA-256) {document.digest}"
    seal: tuple[Block, ...] = (Paragraph(digest, "note"),) if document.digest else ()
    return "会議録の確認", (
        _grid(("役割", "氏名", "確認した日時"), rows, (26, 38, 64), whole=True),
        *seal,
        Notice(document.notice),
    )


def _confirmed(signatory: Signatory, document: MinutesDocument) -> str:
    moment = signatory.confirmed_at
    return instant_words(moment, document.style.day) if moment else "未確認"


def _grid(
    header: tuple[str, ...],
    rows: tuple[tuple[str, ...], ...],
    widths: tuple[int, ...],
    *,
    whole: bool = False,
) -> Block:
    """The table, or 「なし」: an empty table would leave open whether rows are lost."""
    return Grid(header, rows, widths, whole) if rows else Paragraph(NOTHING)


def _interval(document: MinutesDocument) -> str:
    day = document.style.day
    return interval_words(document.starts_at, document.ends_at, day)
