"""開示用の写し: a confirmed record without what must not be disclosed.

Pure functions. What is left out is replaced before anything is written, so no file has
it under a black box. Each place says the ground by its number and its number in the
list, which names kind and ground and no content.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from documents.output.sheet import Block, Grid, Heading, Paragraph, Sheet, facts
from documents.output.typesetting import sheet_pdf
from meetings.record_style import Detail, unified_sheet
from meetings.rendering import (
    AttendanceRow,
    MinutesDocument,
    Signatory,
    body_words,
)
from meetings.times import interval_words

MARK = "開示用"
LIST_TITLE = "不開示とした部分の一覧"
NOTICE = (
    "この写しは、個人情報の保護に関する法律に基づく開示のために作ったものです。"
    "「不開示」とある部分は、同法第78条第1項の各号により除いています。"
)


@dataclass(frozen=True, slots=True)
class Ground:
    """A ground for not disclosing: its number in 個人情報保護法78条1項."""

    number: int
    words: str

    @property
    def label(self) -> str:
        """The number with its words."""
        return f"第{self.number}号 {self.words}"


# 個人情報保護法78条1項. Numbers 4 and 5 (security of the state, investigation) are for
# ministries and prefectures: no municipality can rely on them.
GROUNDS = (
    Ground(1, "本人の生命、健康、生活または財産を害するおそれがある情報"),
    Ground(2, "本人以外の個人に関する情報"),
    Ground(3, "法人等に関する情報、本人以外の個人の事業に関する情報"),
    Ground(6, "審議、検討または協議に関する情報"),
    Ground(7, "事務または事業に関する情報"),
)
BY_NUMBER = {ground.number: ground for ground in GROUNDS}

ATTENDANCE, PAPER, DECISION = "出席者", "配付資料", "決定"
ROLE, SIGNATORY = "役割分担", "会議録の確認者"
PRESIDING, MONITORING = "議事を進めた人", "次回のモニタリングの期日"
# Shorter words are found anywhere by chance.
TELLING = 4


@dataclass(frozen=True, slots=True)
class Passage:
    """A place that can be left out by itself; ``text`` is what must be gone."""

    number: int
    kind: str
    text: str
    source: str = ""
    speaker: str = ""


def passages(document: MinutesDocument) -> tuple[Passage, ...]:
    """All places of the record that can be left out, in its order."""
    day = document.style.until(document.next_monitoring, "定めなし")
    rows = [
        (PRESIDING, document.presiding, ""),
        *((ATTENDANCE, r.name, r.organization) for r in document.attendance),
        *((PAPER, p.title, "") for p in document.papers),
        *((DECISION, text, "") for text in document.decisions),
        *((ROLE, r.what, r.who) for r in document.roles),
        (MONITORING, day, ""),
        *((e.kind, e.text, e.source, e.speaker) for e in document.entries),
        *((SIGNATORY, s.name, "") for s in document.signatories),
    ]
    return tuple(Passage(n, *row) for n, row in enumerate(rows, 1))


# Which places are left out, and on which ground.
LeftOut = Mapping[int, Ground]


def chosen(
    found: tuple[Passage, ...],
    *,
    kinds: Mapping[str, Ground],
    sources: Mapping[str, Ground],
    single: Mapping[int, Ground | None],
) -> dict[int, Ground]:
    """What is left out, on which ground.

    The choice for one place counts before that for its source, and that before the
    one for its kind. ``None`` discloses a single place.
    """
    grounds: dict[int, Ground] = {}
    for each in found:
        source = sources.get(each.source) or sources.get(each.speaker)
        wider = source or kinds.get(each.kind)
        ground = single.get(each.number, wider)
        if ground is not None:
            grounds[each.number] = ground
    return grounds


def copied(
    document: MinutesDocument, out: LeftOut, *, made_at: datetime
) -> MinutesDocument:
    """The record with a mark in the place of all that is left out.

    Its digest goes too: it was made of the words that are left out.
    """
    places = iter(passages(document))
    order = {number: place for place, number in enumerate(sorted(out), 1)}

    def mark() -> str:
        number = next(places).number
        if number not in out:
            return ""
        return f"(不開示:第{out[number].number}号) 一覧の{order[number]}"

    head = mark()  # from here on in the order of the places
    return replace(
        document,
        made_at=made_at,
        style=replace(document.style, detail=Detail.VERBATIM),
        mark=MARK,
        notice=NOTICE,
        digest="",
        presiding=head or document.presiding,
        acting_reason="" if head else document.acting_reason,
        attendance=tuple(
            AttendanceRow(
                organization="",
                post="",
                name=words,
                role="",
                came=None,
                withheld=True,
            )
            if (words := mark())
            else row
            for row in document.attendance
        ),
        papers=tuple(
            replace(row, number="", title=words, note="") if (words := mark()) else row
            for row in document.papers
        ),
        decisions=tuple(mark() or text for text in document.decisions),
        roles=tuple(
            replace(row, who="", what=words, until="") if (words := mark()) else row
            for row in document.roles
        ),
        next_monitoring=mark() or document.next_monitoring,
        entries=tuple(
            replace(row, speaker="", source="", text=words)
            if (words := mark())
            else row
            for row in document.entries
        ),
        signatories=tuple(
            Signatory(role=row.role, name=words, confirmed_at=row.confirmed_at)
            if (words := mark())
            else row
            for row in document.signatories
        ),
    )


def remaining(document: MinutesDocument, out: LeftOut) -> list[tuple[int, int]]:
    """Where words that are left out stand a second time: their place, the other."""
    found = passages(document)
    gone = [p for p in found if p.number in out and len(p.text) >= TELLING]
    kept = [p for p in found if p.number not in out]
    return [
        (lost.number, other.number)
        for lost in gone
        for other in kept
        if lost.text in f"{other.text}\n{other.source}\n{other.speaker}"
    ]


def list_pdf(document: MinutesDocument, out: LeftOut, *, made_at: datetime) -> bytes:
    """The list of what was left out: number, kind and ground, as PDF/A-2a."""
    named = body_words(document.municipality, document.body)
    day = document.style.day
    kinds = {each.number: each.kind for each in passages(document)}
    rows = tuple(
        (str(place), kinds[number], f"第78条第1項第{out[number].number}号")
        for place, number in enumerate(sorted(out), 1)
    )
    used = sorted({ground.number for ground in out.values()})
    table: Block = Paragraph("なし")
    if rows:
        table = Grid(("番号", "部分の種類", "不開示の根拠"), rows, (16, 56, 56))
    sheet = Sheet(
        file_title=LIST_TITLE,
        title=LIST_TITLE,
        made_at=made_at,
        mark=MARK,
        running=f"{named} 第{document.sitting}回",
        blocks=(
            facts(
                ("会議名", f"{named} 第{document.sitting}回"),
                ("日時", interval_words(document.starts_at, document.ends_at, day)),
                ("会議録の版", f"第{document.version}版"),
            ),
            Heading("不開示とした部分"),
            table,
            Heading("根拠(個人情報の保護に関する法律第78条第1項)"),
            *(Paragraph(BY_NUMBER[number].label) for number in used),
        ),
    )
    return sheet_pdf(unified_sheet(sheet, document.style.width, ()))
