"""A body's 設置要綱 on paper: articles and the day it is in force from."""

from collections.abc import Sequence
from datetime import date, datetime

from documents.output.docx import sheet_docx
from documents.output.sheet import Block, Heading, Paragraph, Sheet
from members.ordinance import Article
from portal.core import jp

FILE_TITLE = "設置要綱"


def charter_docx(
    name: str,
    parts: Sequence[tuple[str, Sequence[Article]]],
    supplement: Sequence[str],
    made_at: datetime,
) -> bytes:
    """The 要綱 as Word file; a part with a title is a chapter."""
    blocks: list[Block] = []
    for title, articles in parts:
        if title:
            blocks.append(Heading(title))
        for article in articles:
            blocks.append(Heading(f"({article.title})", 2))
            blocks += [Paragraph(words) for words in lines(article)]
    blocks.append(Heading("附則"))
    blocks += [Paragraph(words) for words in supplement]
    sheet = Sheet(
        file_title=FILE_TITLE,
        title=name,
        made_at=made_at,
        blocks=tuple(blocks),
        mark="",
    )
    return sheet_docx(sheet)


def lines(article: Article) -> list[str]:
    """The article's paragraphs with their numbers, the first with the article's."""
    first, *rest = article.paragraphs
    numbered = [f"{number}　{words}" for number, words in enumerate(rest, 2)]
    return [f"第{article.number}条　{first}", *numbered]


def in_force_words(day: date) -> str:
    """附則 of a 要綱 that is new."""
    return f"この要綱は、{_day(day)}から施行する。"


def amended_words(day: date) -> str:
    """附則 of a version that changed another."""
    return f"この要綱の改正は、{_day(day)}から施行する。"


def amendment_title(day: date, *, first: bool) -> str:
    """A version by its day, e.g. 令和8年4月1日改正."""
    return f"{_day(day)}{'施行' if first else '改正'}"


def decided_words(by: str, on: date) -> str:
    """By whom and when it was decided."""
    return f"{_day(on)} {by} 決定"


def _day(day: date) -> str:
    return jp.era_words(day).partition("(")[0]
