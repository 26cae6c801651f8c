"""Who is expected at a sitting, on paper: 出席者名簿 and 座席表."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from documents.output.sheet import Block, Grid, Paragraph, Sheet, facts
from documents.output.typesetting import sheet_pdf
from meetings.rendering import body_words
from meetings.times import interval_words

# So many along the sides have room on a page with what each of them is.
_ROOMY = 16
_ROOM_TO_SIGN = "\u00a0\n\u00a0"
_SIGNING = "署名欄は、出席の確認にお使いください。"
_PLAN = (
    "座席の案です。番号は出席者名簿の番号です。"
    "入口の位置や車いすの方の通り道に合わせて、席を入れ替えてください。"
)
_SHORT = "機関と役職は、出席者名簿をご覧ください。"


@dataclass(frozen=True, kw_only=True)
class Attendee:
    """Somebody who is expected; ``part`` is what they come as, if they lead."""

    name: str
    standing: str
    part: str
    reply: str


@dataclass(frozen=True, kw_only=True)
class RosterDocument:
    """Who is expected: at the head of the table, along its sides, at its foot."""

    municipality: str
    body: str
    sitting: int
    starts_at: datetime
    ends_at: datetime
    place: str
    made_at: datetime
    head: tuple[Attendee, ...]
    sides: tuple[Attendee, ...]
    foot: tuple[Attendee, ...]

    @property
    def numbered(self) -> list[tuple[int, Attendee]]:
        """All of them in the order of the list."""
        return list(enumerate((*self.head, *self.sides, *self.foot), 1))


def roster_pdf(document: RosterDocument) -> bytes:
    """The list of those expected, with room to sign, as PDF/A-2a."""
    rows = tuple(
        (str(number), each.standing, each.name, each.part, each.reply, _ROOM_TO_SIGN)
        for number, each in document.numbered
    )
    header = ("番号", "機関・役職", "氏名", "立場", "出欠", "署名")
    grid = Grid(header, rows, (2, 9, 6, 4, 4, 6))
    return sheet_pdf(_sheet(document, "出席者名簿", grid, _SIGNING))


def seating_pdf(document: RosterDocument) -> bytes:
    """A plan of seats round a table, its head above, as PDF/A-2a."""
    crowded = len(document.sides) > _ROOMY
    seats = [_seat(*each, short=crowded) for each in document.numbered]
    heads, sides = len(document.head), len(document.sides)
    rows = _round_a_table(
        seats[:heads], seats[heads : heads + sides], seats[heads + sides :]
    )
    grid = Grid((), rows, (1,) * len(rows[0]))
    note = f"{_PLAN}{_SHORT}" if crowded else _PLAN
    return sheet_pdf(_sheet(document, "座席表", grid, note))


def _seat(number: int, attendee: Attendee, *, short: bool) -> str:
    part = f"({attendee.part})" if attendee.part else ""
    standing = "" if short else f"\n{attendee.standing}"
    return f"{number}  {attendee.name}{part}{standing}"


def _round_a_table(
    head: Sequence[str], along: Sequence[str], foot: Sequence[str]
) -> tuple[tuple[str, ...], ...]:
    """Those along the sides go down the left and then the right.

    Many of them sit in two rows of chairs on each side.
    """
    deep = 1 if len(along) <= _ROOMY else 2
    down = -(-len(along) // (2 * deep))
    seats = [*along, *[""] * (2 * deep * down - len(along))]
    columns = [seats[n * down : (n + 1) * down] for n in range(2 * deep)]
    blank = [""] * deep
    return (
        (*blank, "\n".join(head), *blank),
        *((*line[:deep], "", *line[deep:]) for line in zip(*columns, strict=True)),
        (*blank, "\n".join(foot), *blank),
    )


def _sheet(document: RosterDocument, name: str, grid: Grid, note: str) -> Sheet:
    when = interval_words(document.starts_at, document.ends_at)
    head: Block = facts(("日時", when), ("場所", document.place))
    named = body_words(document.municipality, document.body)
    return Sheet(
        file_title=name,
        title=f"第{document.sitting}回 {document.body} {name}",
        made_at=document.made_at,
        running=f"{named} 第{document.sitting}回",
        blocks=(head, grid, Paragraph(note, "note")),
    )
