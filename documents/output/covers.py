"""The cover of a person's packet: whose it is, how it is kept, what lies in it.

It lies on top, where others see it: numbers and pages, never what a paper is called.
"""

from dataclasses import dataclass
from datetime import datetime

from documents.output.binding import FILE_TITLE
from documents.output.sheet import (
    AUTHOR,
    Block,
    Grid,
    Heading,
    Notice,
    Paragraph,
    Sheet,
    facts,
)
from documents.output.typesetting import sheet_pdf

_OWN = (
    "保管の期限までに、印刷したものは細断し、保存したファイルは消してください。"
    "細断できないときは、事務局へお返しください。"
    "廃棄や返却が済んだら、会議のご案内の画面からお知らせください。"
)
_HANDED_OUT = (
    "会議が終わったら、この表紙とすべてのページを事務局へお返しください。"
    "事務局が配布番号で確かめます。持ち帰った場合は、保管の期限までにお返しいただくか、"
    "細断して、その旨を事務局へお知らせください。"
)


@dataclass(frozen=True, slots=True)
class Content:
    """A line of the table of contents; ``page`` counts through the packet."""

    item: str
    number: str
    page: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """What the cover says; ``missing`` are item and number of papers, with a reason."""

    serial: str
    when: str
    place: str
    reader: str
    keep_until: str
    made_at: datetime
    pages: int
    contents: tuple[Content, ...] = ()
    missing: tuple[tuple[str, str, str], ...] = ()
    copy_number: int | None = None


def cover_pdf(cover: Cover) -> bytes:
    """The cover as PDF/A-2a."""
    printed = cover.copy_number is not None
    return sheet_pdf(
        Sheet(
            file_title=FILE_TITLE,
            title=FILE_TITLE,
            subtitle=f"{cover.reader} 様",
            made_at=cover.made_at,
            running=AUTHOR,
            blocks=(
                facts(
                    *((("配布番号", str(cover.copy_number)),) if printed else ()),
                    ("会議番号", cover.serial),
                    ("日時", cover.when),
                    ("場所", cover.place),
                    ("保管の期限", cover.keep_until),
                    ("分量", _amount(cover)),
                ),
                Notice(_care(cover)),
                Heading("お使いになったあとは"),
                Paragraph(_HANDED_OUT if printed else _OWN),
                *_contents(cover),
                *_missing(cover),
            ),
        )
    )


def _amount(cover: Cover) -> str:
    return f"次第と資料{len(cover.contents)}点 全{cover.pages}ページ"


def _care(cover: Cover) -> str:
    return (
        f"この資料一式は、{cover.reader}様お一人のためのものです。"
        "ほかの人に見せる、写す、置いたままにする、ということのないようにお願いします。"
        "すべてのページに、お名前と作成した日時が入っています。"
    )


def _contents(cover: Cover) -> tuple[Block, ...]:
    rows = tuple((line.item, line.number, str(line.page)) for line in cover.contents)
    if not rows:
        return ()
    return (
        Heading("入っている資料"),
        Grid(("議題", "資料", "通しページ"), rows, (4, 4, 2)),
    )


def _missing(cover: Cover) -> tuple[Block, ...]:
    if not cover.missing:
        return ()
    return (
        Heading("入っていない資料"),
        Grid(("議題", "資料", "理由"), cover.missing, (2, 2, 6)),
    )
