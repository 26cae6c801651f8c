"""What the forms and summaries have in common."""

from dataclasses import dataclass
from datetime import date, datetime

from documents.output.docx import sheet_docx
from documents.output.sheet import Block, Facts, Grid, Sheet
from portal.core.jp import era_date, era_words


@dataclass(frozen=True, kw_only=True)
class PersonDetails:
    """The person as written on the forms."""

    name: str = ""
    kana: str = ""
    sex: str = ""
    born: date | None = None
    address: str = ""
    phone: str = ""


@dataclass(frozen=True, kw_only=True)
class FormHead:
    """What stands at the top of every form."""

    case_number: str
    person: PersonDetails
    filled_in_on: date
    filled_in_by: str
    made_at: datetime


@dataclass(frozen=True, kw_only=True)
class HouseholdRow:
    """A member of the household on a form; ``name`` may be the relation alone."""

    name: str
    relation: str
    age: int | None = None
    together: bool = True
    occupation: str = ""


def form_docx(head: FormHead, number: str, title: str, *blocks: Block) -> bytes:
    return sheet_docx(
        Sheet(
            file_title=number,
            title=title,
            number=number,
            made_at=head.made_at,
            running=f"{number} {head.case_number}",
            blocks=blocks,
        )
    )


def person_block(head: FormHead) -> tuple[Block, ...]:
    person, filled_in_on = head.person, era_words(head.filled_in_on)
    return (
        Facts(
            (
                (("事例番号", head.case_number), ("記入日", filled_in_on)),
                (("記入者", head.filled_in_by),),
                (("ふりがな", person.kana), ("性別", person.sex)),
                (("氏名", person.name), ("生年月日", _birth(head))),
                (("住所", person.address),),
                (("電話", person.phone),),
            )
        ),
    )


def _birth(head: FormHead) -> str:
    born = head.person.born
    if born is None:
        return ""
    day = head.filled_in_on
    age = day.year - born.year - ((day.month, day.day) < (born.month, born.day))
    return f"{era_date(born).year_words}{born.month}月{born.day}日({age}歳)"


def household_grid(rows: tuple[HouseholdRow, ...]) -> Grid:
    cells = tuple(
        (
            row.name,
            row.relation,
            "" if row.age is None else f"{row.age}歳",
            "同居" if row.together else "別居",
            row.occupation,
        )
        for row in rows
    )
    header = ("氏名・呼び方", "続柄", "年齢", "同別居", "職業・状況")
    return Grid(header, cells or (("",) * 5,), (32, 18, 14, 16, 48))


def points(texts: tuple[str, ...]) -> str:
    return "\n".join(f"・{text}" for text in texts)


def tick(label: str, chosen: bool) -> str:  # noqa: FBT001 - the state of the box
    return f"{'■' if chosen else '□'} {label}"


def day_words(day: date | None) -> str:
    return era_words(day) if day else ""
