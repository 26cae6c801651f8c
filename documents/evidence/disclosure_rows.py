"""The list of who had it, in words: for the page, and as CSV or Excel file."""

import csv
import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from documents.evidence.disclosure import Could, Disclosure, Having
from documents.evidence.inquiry import Inquiry, code_of
from documents.models import Paper
from documents.output.papers.workbooks import Table, tables_xlsx
from members.models import Person
from portal.core import clock, media

# What a spreadsheet would take for a formula (ASVS 1.2.10).
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class PaperWords:
    """A paper as the reader of the list may know it."""

    paper: Paper
    words: str
    code: str


@dataclass(frozen=True, slots=True)
class PersonCard:
    """One person with what they had and what they left unread."""

    person: Person
    name: str
    office: str
    code: str
    had: list[tuple[Having, PaperWords]]
    could: list[tuple[Could, PaperWords]]

    @property
    def keeper(self) -> bool:
        """Whether the person keeps the case by office."""
        return any(could.keeper for could, _paper in self.could)


@dataclass(frozen=True, slots=True)
class Page:
    """Who had something, and who had nothing but could have."""

    having: list[PersonCard]
    without: list[PersonCard]
    papers: list[PaperWords]


def page(asked: Inquiry, answer: Disclosure) -> Page:
    """The list by person, in the order of agencies and names."""
    papers = {p.id: paper_words(asked, p) for p in answer.papers}
    cards: dict[object, PersonCard] = {}
    for person in [h.person for h in answer.had] + [c.person for c in answer.could]:
        if person.id not in cards:
            cards[person.id] = _card(asked, person)
    for having in answer.had:
        cards[having.person.id].had.append((having, papers[having.paper.id]))
    for could in answer.could:
        cards[could.person.id].could.append((could, papers[could.paper.id]))
    found = list(cards.values())
    return Page(
        [card for card in found if card.had],
        [card for card in found if not card.had],
        list(papers.values()),
    )


def _card(asked: Inquiry, person: Person) -> PersonCard:
    name, office = who(asked, person)
    return PersonCard(person, name, office, code_of(person.id), [], [])


def who(asked: Inquiry, person: Person) -> tuple[str, str]:
    """Name and agency as the reader may know them."""
    if not asked.auditing:
        return person.name, person.organization.name
    side = _("庁内") if person.organization.internal else _("庁外")
    return _("関係者 %(code)s") % {"code": code_of(person.id)}, side


def paper_words(asked: Inquiry, paper: Paper) -> PaperWords:
    """The paper as the reader may know it."""
    code = code_of(paper.id)
    if asked.auditing:
        return PaperWords(paper, _("資料 %(code)s") % {"code": code}, code)
    return PaperWords(paper, f"{paper.number} {paper.title}", code)


HEAD = [
    "事例番号",
    "資料",
    "資料の符号",
    "版",
    "氏名",
    "機関",
    "人の符号",
    "方法",
    "入り方",
    "最初",
    "最後",
    "回数",
    "接続元",
]

WIDTHS = [12, 26, 12, 6, 16, 24, 12, 16, 18, 20, 20, 7, 18]


def lines(asked: Inquiry, answer: Disclosure) -> list[list[str]]:
    """The list as a table of texts, its head first."""
    rows = [list(HEAD)]
    rows += [_had_line(asked, having) for having in answer.had]
    rows += [_could_line(asked, could) for could in answer.could]
    return rows


def _begin(asked: Inquiry, paper: Paper) -> list[str]:
    number = paper.case.number if paper.case else ""
    words = paper_words(asked, paper)
    return [number, "" if asked.auditing else words.words, words.code]


def _had_line(asked: Inquiry, having: Having) -> list[str]:
    name, office = who(asked, having.person)
    return [
        *_begin(asked, having.paper),
        "・".join(str(number) for number in sorted(having.versions)),
        name,
        office,
        code_of(having.person.id),
        str(having.way.label),
        str(having.entry.label),
        _moment(having.first_at),
        _moment(having.last_at),
        str(having.count),
        " ".join(sorted(having.addresses)),
    ]


def _could_line(asked: Inquiry, could: Could) -> list[str]:
    name, office = who(asked, could.person)
    words = _("開けたが、記録なし")
    cells = ["", name, office, code_of(could.person.id), words]
    return [*_begin(asked, could.paper), *cells, "", "", "", "0", ""]


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(clock.JST):%Y-%m-%d %H:%M:%S}"


def _safe(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text


def as_csv(rows: Iterable[Iterable[str]]) -> bytes:
    """CSV that Excel reads as UTF-8 and in which nothing is a formula."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerows([_safe(cell) for cell in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def as_xlsx(rows: list[list[str]]) -> bytes:
    """An Excel file in which every cell is text."""
    table = Table(title="閲覧の記録", rows=rows, widths=WIDTHS)
    return tables_xlsx([table], made_at=clock.now())


@dataclass(frozen=True, slots=True)
class FileKind:
    """How the list is written as a file."""

    media_type: str
    write: Callable[[list[list[str]]], bytes]


FILES = {
    "csv": FileKind(media.CSV_UTF_8, as_csv),
    "xlsx": FileKind(media.XLSX, as_xlsx),
}
