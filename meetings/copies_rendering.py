"""回収チェックリスト on paper: to be ticked at the door when the sitting is over."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from documents.output.sheet import AUTHOR, Grid, Paragraph, Sheet, facts
from documents.output.typesetting import sheet_pdf
from meetings.times import time_words

FILE_TITLE = "回収チェックリスト"
_OPEN = "□"
_HOW = (
    "お帰りのときに、配布番号を見ながら全ページを受け取り、□に印をつけて、"
    "時刻と受け取った人を書いてください。終わったら、画面の「印刷と回収」に写してください。"
)


@dataclass(frozen=True, slots=True)
class CopyRow:
    """A copy; without ``returned_at`` it is out."""

    number: int
    name: str
    organization: str
    papers: str
    returned_at: datetime | None = None
    result: str = ""


def check_list_pdf(
    serial: str, when: str, place: str, rows: Sequence[CopyRow], made_at: datetime
) -> bytes:
    """The check-list as PDF/A-2a."""
    out = sum(row.returned_at is None for row in rows)
    return sheet_pdf(
        Sheet(
            file_title=FILE_TITLE,
            title=FILE_TITLE,
            made_at=made_at,
            running=AUTHOR,
            blocks=(
                facts(
                    ("会議番号", serial),
                    ("日時", when),
                    ("場所", place),
                    ("部数", f"配布{len(rows)}部 うち未回収{out}部"),
                ),
                Paragraph(_HOW),
                Grid(
                    ("番号", "氏名・所属", "資料", "回収", "時刻・受け取った人"),
                    tuple(_row(row) for row in rows),
                    (10, 42, 36, 12, 34),
                ),
            ),
        )
    )


def _row(row: CopyRow) -> tuple[str, ...]:
    done = row.returned_at is not None
    entered = f"{time_words(row.returned_at)}\n{row.result}" if row.returned_at else ""
    return (
        str(row.number),
        f"{row.name}\n{row.organization}",
        row.papers,
        "済" if done else _OPEN,
        entered,
    )
