"""The words of a record for the municipality's own Word file, by their names in it.

The names are Japanese: who makes a template in Word types them. Rows of a table are
repeated with ``{%tr for … %}``, as the example does.
"""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from documents.output.docx import sheet_docx
from documents.output.sheet import Grid, Heading, Notice, Sheet, facts
from meetings.record_style import unified
from meetings.rendering import (
    CARE,
    AttendanceRow,
    MinutesDocument,
    MinutesEntry,
    MinutesItem,
    Pane,
    PaperRow,
    RoleRow,
    Signatory,
    body_words,
    entries_shown,
    presence_words,
    presiding_words,
)
from meetings.times import instant_words, interval_words
from portal.core.clock import JST

# What can be put in anywhere, and what it says.
SINGLE = {
    "会議名": "会議体の名前",
    "回": "第何回か(数字)",
    "根拠": "根拠の法令",
    "日時": "始まりと終わり",
    "場所": "場所",
    "長の呼び名": "議長、委員長など",
    "議長": "議事を進めた人(職務代理ならその理由も)",
    "公開の別": "公開か非公開か",
    "議題": "事例番号か議題名",
    "区分": "協議事項、報告事項など",
    "根拠の別": "本人同意などの別",
    "開催の時期": "情報共有、プラン作成など",
    "版": "第何版か(数字)",
    "状態": "「確定」か「案」",
    "出席人数": "出席した人数",
    "欠席人数": "欠席した人数",
    "次回モニタリング": "次回の期日",
    "照合値": "内容の照合値(SHA-256)",
    "注意書き": "取扱いの注意の文",
}
# What is repeated row by row, with the words of a row.
ROWS = {
    "出席者": ("機関", "職名", "氏名", "区分", "入室", "退室"),
    "資料": ("番号", "資料名", "備考"),
    "決定": ("番号", "内容"),
    "役割": ("担当", "内容", "期限"),
    "経過": ("区分", "発言者", "出典", "内容"),
    "確認者": ("役割", "氏名", "日時"),
}

Words = dict[str, Any]


def words_of(document: MinutesDocument) -> Words:
    """Everything that a template can ask for, in the style of the body."""

    def words(text: str) -> str:
        return unified(text, document.style.width, {document.item.subject})

    found: Words = _each({**_single(document), **_rows(document)}, words)
    return found


def _each(value: Any, words: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return words(value)
    if isinstance(value, dict):
        return {key: _each(item, words) for key, item in value.items()}
    return [_each(item, words) for item in value]


def _single(document: MinutesDocument) -> dict[str, str]:
    item, day = document.item, document.style.day
    came = sum(row.came is not None for row in document.attendance)
    return {
        "会議名": body_words(document.municipality, document.body),
        "回": str(document.sitting),
        "根拠": document.legal_basis,
        "日時": interval_words(document.starts_at, document.ends_at, day),
        "場所": document.place,
        "長の呼び名": document.head_title,
        "議長": presiding_words(document),
        "公開の別": document.closed,
        "議題": item.subject,
        "区分": item.kind,
        "根拠の別": item.regime,
        "開催の時期": item.occasion,
        "版": str(document.version),
        "状態": "確定" if document.confirmed else "案",
        "出席人数": str(came),
        "欠席人数": str(len(document.attendance) - came),
        "次回モニタリング": document.style.until(document.next_monitoring, "定めなし"),
        "照合値": document.digest,
        "注意書き": CARE,
    }


def _rows(document: MinutesDocument) -> dict[str, list[dict[str, str]]]:
    attendance = sorted(document.attendance, key=lambda row: row.came is None)
    return {
        "出席者": _named(
            "出席者",
            [
                (row.organization, row.post, row.name, row.role, *presence_words(row))
                for row in attendance
            ],
        ),
        "資料": _named("資料", [(p.number, p.title, p.note) for p in document.papers]),
        "決定": _named(
            "決定", [(str(n), text) for n, text in enumerate(document.decisions, 1)]
        ),
        "役割": _named(
            "役割",
            [
                (row.who, row.what, document.style.until(row.until, "期限なし"))
                for row in document.roles
            ],
        ),
        "経過": _named(
            "経過",
            [
                (entry.kind, entry.speaker, entry.source, entry.text)
                for pane in Pane
                for entry in entries_shown(document, pane)
            ],
        ),
        "確認者": _named(
            "確認者",
            [(s.role, s.name, _confirmed(s, document)) for s in document.signatories],
        ),
    }


def _confirmed(signatory: Signatory, document: MinutesDocument) -> str:
    moment = signatory.confirmed_at
    return instant_words(moment, document.style.day) if moment else "未確認"


def _named(name: str, rows: list[tuple[str, ...]]) -> list[dict[str, str]]:
    return [dict(zip(ROWS[name], row, strict=True)) for row in rows]


def example() -> bytes:
    """A template that holds every variable: what the page gives to begin with."""
    blocks: list[Any] = [
        Heading("1 会議の概要"),
        facts(*((name, _tag(name)) for name in list(SINGLE)[:12])),
    ]
    widths = {"経過": (20, 22, 22, 64), "決定": (12, 116), "資料": (20, 76, 32)}
    for number, (name, columns) in enumerate(ROWS.items(), 2):
        empty = ("",) * (len(columns) - 1)
        rows = (
            (f"{{%tr for 行 in {name} %}}", *empty),
            tuple(_tag(f"行.{column}") for column in columns),
            ("{%tr endfor %}", *empty),
        )
        blocks.append(Heading(f"{number} {name}"))
        blocks.append(Grid(columns, rows, widths.get(name, (1,) * len(columns))))
    blocks.append(facts(*((name, _tag(name)) for name in list(SINGLE)[14:18])))
    blocks.append(Notice(_tag("注意書き")))
    return sheet_docx(
        Sheet(
            file_title="会議録のひな形",
            title=f"第{_tag('回')}回 {_tag('会議名')} 会議録",
            made_at=SAMPLE.made_at,
            blocks=tuple(blocks),
            running=_tag("議題"),
            foot=f"第{_tag('版')}版 {_tag('状態')}",
        )
    )


def _tag(name: str) -> str:
    return f"{{{{ {name} }}}}"


def _at(hour: int, minute: int = 0, day: int = 16) -> datetime:
    return datetime(2026, 4, day, hour, minute, tzinfo=JST)


# Invented from beginning to end: what a template is tried out with.
SAMPLE = MinutesDocument(
    municipality="見本市",
    body="支援会議",
    legal_basis="社会福祉法第106条の6第1項",
    sitting=1,
    starts_at=_at(13, 30),
    ends_at=_at(14, 10),
    place="本庁舎3階 会議室301",
    presiding="見本課長 見本 一郎",
    item=MinutesItem(
        kind="協議事項",
        subject="見本-001",
        regime="同意を前提としない",
        occasion="情報共有",
    ),
    version=2,
    made_at=_at(17),
    closed="会議は非公開",
    confirmed=True,
    attendance=(
        AttendanceRow(
            organization="見本市 見本課",
            post="課長",
            name="見本 一郎",
            role="議長",
            came=_at(13, 30),
        ),
        AttendanceRow(
            organization="社会福祉法人 見本会",
            post="相談員",
            name="見本 花子",
            role="構成員",
            came=_at(13, 45),
            left=_at(14),
        ),
        AttendanceRow(
            organization="見本診療所",
            post="医師",
            name="見本 次郎",
            role="構成員",
            came=None,
        ),
    ),
    papers=(PaperRow(number="資料1", title="事例概要(見本)", note="回収済み"),),
    entries=(
        MinutesEntry(
            pane=Pane.COURSE,
            kind="本人から",
            speaker="見本会",
            source="電話(4月10日)",
            text="見本の文です。\n2行目です。",
        ),
        MinutesEntry(
            pane=Pane.COURSE,
            kind="機関の意見",
            speaker="見本課",
            text="<見本>&「記号」を含む文です。",
            gist=True,
        ),
    ),
    decisions=("月1回訪問する。",),
    roles=(RoleRow(who="見本会", what="訪問", until=date(2026, 5, 29)),),
    next_monitoring=date(2026, 7, 16),
    signatories=(
        Signatory(role="議長", name="見本 一郎", confirmed_at=_at(9, 5, day=20)),
        Signatory(role="構成員", name="見本 花子"),
    ),
    digest="0" * 64,
)
