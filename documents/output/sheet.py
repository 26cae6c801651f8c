"""A paper as plain data: what it says, in what order; both writers print it alike.

``typesetting.sheet_pdf`` makes the PDF/A, ``docx.sheet_docx`` the Word file. Text is
taken as it is: nothing in it is markup. A newline in a text is a new line on paper.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

AUTHOR = "かさね"
HANDLE_WITH_CARE = "取扱注意"
DRAFT = "案"

Pair = tuple[str, str]


@dataclass(frozen=True)
class Heading:
    """The title of a part of the paper."""

    text: str
    level: Literal[1, 2] = 1


@dataclass(frozen=True)
class Paragraph:
    """Running text; ``note`` is small print, ``right`` a date or a sender."""

    text: str
    style: Literal["body", "note", "right", "center"] = "body"


@dataclass(frozen=True)
class Notice:
    """A framed statement that must not be overlooked."""

    text: str


@dataclass(frozen=True)
class Facts:
    """A table of labels and values, one or two pairs to a row."""

    rows: tuple[tuple[Pair, ...], ...]
    label_mm: int = 28


@dataclass(frozen=True)
class Grid:
    """A ruled table; the header is repeated on every page, rows stay whole.

    ``widths`` are parts of the text width. Without a header it is a field of boxes.
    A ``whole`` table stays on one page if one holds it: names to be signed are not
    torn apart.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[int, ...]
    whole: bool = False

    def __post_init__(self) -> None:
        """Refuse a row that would slide its neighbours into wrong columns."""
        if any(len(row) != len(self.widths) for row in self._all_rows()):
            message = f"every row of a grid needs {len(self.widths)} cells"
            raise ValueError(message)

    def _all_rows(self) -> tuple[tuple[str, ...], ...]:
        return (self.header, *self.rows) if self.header else self.rows


@dataclass(frozen=True)
class Point:
    """A line of an outline: its sign, what it says, a remark at the right edge."""

    mark: str
    text: str
    remark: str = ""
    level: Literal[1, 2] = 1


@dataclass(frozen=True)
class Outline:
    """Numbered points, as in the order of business of a meeting (次第)."""

    points: tuple[Point, ...]


@dataclass(frozen=True)
class Blank:
    """Empty space for handwriting, in millimetres."""

    height_mm: int


Block = Heading | Paragraph | Notice | Facts | Grid | Outline | Blank


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """A whole paper.

    ``made_at`` (aware) goes into the file as the time of making: the same sheet gives
    the same bytes. ``file_title`` is the title that file managers and viewers show, so
    it must say nothing about a case; ``running`` is the line at the top of every page,
    ``foot`` the one at the bottom beside the page number.
    """

    file_title: str
    title: str
    made_at: datetime
    blocks: tuple[Block, ...]
    subtitle: str = ""
    number: str = ""
    mark: str = HANDLE_WITH_CARE
    running: str = ""
    foot: str = ""
    draft: bool = False


def facts(*pairs: Pair) -> Facts:
    """A table with one label and value to a row."""
    return Facts(tuple((pair,) for pair in pairs))
