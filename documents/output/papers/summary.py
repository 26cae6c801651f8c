"""事例概要: the anonymous summary of a case, as PDF."""

from dataclasses import dataclass
from datetime import date, datetime

from documents.output.papers.parts import HouseholdRow, household_grid
from documents.output.sheet import (
    Facts,
    Grid,
    Heading,
    Notice,
    Outline,
    Paragraph,
    Point,
    Sheet,
)
from documents.output.typesetting import sheet_pdf
from portal.core.jp import era_words

_ANONYMOUS = (
    "氏名は載せていません。世帯員は続柄で書いています。"
    "会議が終わると閲覧できなくなります。"
)


@dataclass(frozen=True, kw_only=True)
class CaseSummary:
    """事例概要(匿名); ``course`` are pairs of a day and what happened."""

    case_number: str
    paper_number: str
    agency: str
    occasion: str
    purpose: str
    made_at: datetime
    household: tuple[HouseholdRow, ...] = ()
    course: tuple[tuple[date, str], ...] = ()
    situation: str = ""
    strengths: str = ""
    questions: tuple[str, ...] = ()


def case_summary_pdf(summary: CaseSummary) -> bytes:
    """The anonymous summary of a case, as handed to those asked to talk about it."""
    course = tuple((era_words(day), text) for day, text in summary.course)
    return sheet_pdf(
        Sheet(
            file_title="資料",
            title=f"事例概要 {summary.case_number}",
            number=summary.paper_number,
            made_at=summary.made_at,
            running="支援の検討に使う資料(匿名)",
            foot=summary.paper_number,
            blocks=(
                Facts(
                    (
                        (("提出機関", summary.agency), ("時期", summary.occasion)),
                        (("検討の目的", summary.purpose),),
                    )
                ),
                Heading("1 世帯"),
                household_grid(summary.household),
                Heading("2 現在の状況"),
                Paragraph(summary.situation),
                Heading("3 これまでの経過"),
                Grid(("年月日", "できごと"), course or (("", ""),), (38, 90)),
                Heading("4 世帯の強み"),
                Paragraph(summary.strengths),
                Heading("5 検討してほしいこと"),
                Outline(_numbered(summary.questions)),
                Notice(_ANONYMOUS),
            ),
        )
    )


def _numbered(texts: tuple[str, ...]) -> tuple[Point, ...]:
    return tuple(Point(f"({n})", text) for n, text in enumerate(texts, start=1))
