"""The record of an item and the order of business, read again as Word and PDF."""

import io
from dataclasses import replace
from datetime import UTC, date, datetime

import docx
import pikepdf
import pytest
from docx.oxml.ns import qn

from meetings.agenda_rendering import (
    AgendaDocument,
    AgendaItemLine,
    FramePoint,
    agenda_docx,
    agenda_pdf,
)
from meetings.record_style import Dates, Detail, Style, Width
from meetings.record_template import SAMPLE
from meetings.rendering import (
    AttendanceRow,
    MinutesDocument,
    MinutesEntry,
    MinutesItem,
    Pane,
    PaperRow,
    RoleRow,
    Signatory,
    minutes_docx,
    minutes_pdf,
)
from portal.core.clock import JST
from tests.documents.output_sheets import text_of


def at(hour: int, minute: int = 0, day: int = 19) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=JST)


def there(
    organization: str,
    post: str,
    name: str,
    role: str = "構成員",
    *stay: datetime,
) -> AttendanceRow:
    """Somebody of the roster; absent without a stay."""
    came, left = (*stay, None, None)[:2]
    return AttendanceRow(
        organization=organization, post=post, name=name, role=role, came=came, left=left
    )


# The sample of the portal, with a record of its own.
RECORD = replace(
    SAMPLE,
    sitting=8,
    starts_at=at(13, 30),
    ends_at=at(14, 10),
    presiding="社会福祉課長 渡邉 誠",
    item=replace(SAMPLE.item, subject="事例R8-012", regime="支援会議"),
    version=3,
    made_at=at(17),
    closed="",
    confirmed=False,
    attendance=(
        there("見本警察署", "係長", "森田 徹"),
        there("みなと診療所", "医師", "齋藤 陽介", "関係者", at(13, 45), at(14)),
        there("地域包括支援センター", "センター長", "髙橋 健一", "構成員", at(13, 30)),
    ),
    papers=(PaperRow(number="資料2-1", title="事例概要(匿名)", note="閲覧停止"),),
    entries=(
        MinutesEntry(
            pane=Pane.COURSE,
            kind="事実(第三者から)",
            speaker="民生委員",
            source="電話",
            text="明かりはついている。",
        ),
        MinutesEntry(pane=Pane.DECISIONS, kind="補足", text="急がない。"),
    ),
    decisions=("週1回訪問する。", "主担当は社会福祉課とする。"),
    roles=(
        RoleRow(who="社会福祉課", what="家計の聞き取り", until=date(2026, 12, 18)),
        RoleRow(who="社協", what="居場所を探す"),
    ),
    next_monitoring=date(2027, 1, 21),
    signatories=(
        Signatory(role="議長", name="渡邉 誠", confirmed_at=at(9, 5, day=25)),
        Signatory(role="構成員", name="髙橋 健一"),
    ),
    digest="9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
)
EMPTY = MinutesDocument(
    municipality="見本市",
    body="重層的支援会議",
    legal_basis="",
    sitting=1,
    starts_at=at(9),
    ends_at=at(10),
    place="",
    presiding="",
    item=MinutesItem(kind="研修", subject="勉強会"),
    version=1,
    made_at=at(10),
)
AGENDA = AgendaDocument(
    municipality="見本市",
    body="支援会議",
    sitting=9,
    starts_at=at(9, 30, day=21),
    ends_at=at(11, day=21),
    place="会議室301",
    made_at=at(9),
    reader="髙橋 健一",
    next_sitting=datetime(2026, 12, 17, 9, 30, tzinfo=JST),
    before=(
        FramePoint(words="開会", starts_at=at(9, 30, day=21)),
        FramePoint(words="守秘義務の確認", secrecy=True),
    ),
    after=(FramePoint(words="その他", next_sitting=True), FramePoint(words="閉会")),
    duty=(("守秘義務に関する誓約書", "秘密を漏らしません。"),),
    items=(
        AgendaItemLine(
            subject="事例R8-012",
            kind="協議事項",
            regime="支援会議",
            occasion="情報共有",
            purpose="見守りの分担",
            points=("状況の共有", "役割分担"),
            starts_at=at(9, 40, day=21),
            ends_at=at(10, day=21),
            papers=(PaperRow(number="資料1-1", title="事例概要"),),
        ),
        AgendaItemLine(
            subject="前回の決定の進み具合",
            kind="報告事項",
            starts_at=at(10, day=21),
            ends_at=at(10, 30, day=21),
        ),
        AgendaItemLine(
            subject="事例R8-015",
            kind="協議事項",
            starts_at=at(10, 30, day=21),
            ends_at=at(10, 50, day=21),
        ),
    ),
)


def word_text(file: bytes) -> str:
    body = docx.Document(io.BytesIO(file)).element.body
    return "".join("".join(node.text or "" for node in body.iter(qn("w:t"))).split())


def narrow(text: str) -> str:
    """The text with brackets and colons as this file writes them."""
    return text.translate({code + 0xFEE0: code for code in range(0x21, 0x7F)})


WRITERS = {
    "pdf": lambda record: narrow(text_of(minutes_pdf(record))),
    "docx": lambda record: narrow(word_text(minutes_docx(record))),
}
AGENDA_WRITERS = {
    "pdf": lambda agenda: text_of(agenda_pdf(agenda)),
    "docx": lambda agenda: word_text(agenda_docx(agenda)),
}


@pytest.fixture(params=WRITERS)
def written(request):
    return WRITERS[request.param]


@pytest.fixture(params=AGENDA_WRITERS)
def printed(request):
    return AGENDA_WRITERS[request.param]


def test_both_files_say_the_whole_record(written):
    text = written(RECORD)
    for part in (
        "第8回支援会議会議録(案)",
        "見本市支援会議",
        "社会福祉法第106条の6第1項",
        "令和8年11月19日(木)午後1時30分から午後2時10分まで",
        "本庁舎3階会議室301",
        "社会福祉課長渡邉誠",
        "議題事例R8-012",
        "協議事項",
        "情報共有",
        "出席2人、欠席1人",
        "みなと診療所医師齋藤陽介関係者午後1時45分午後2時",
        "地域包括支援センターセンター長髙橋健一構成員午後1時30分終了まで",
        "見本警察署係長森田徹構成員欠席",
        "資料2-1事例概要(匿名)閲覧停止",
        "1週1回訪問する。",
        "社会福祉課家計の聞き取り令和8年12月18日(金)",
        "社協居場所を探す期限なし",
        "補足急がない。",
        "期日令和9年1月21日(木)",
        "事実(第三者から)民生委員(出典:電話)明かりはついている。",
        "議長渡邉誠令和8年11月25日(水)午前9時5分",
        "構成員髙橋健一未確認",
        RECORD.digest,
        "正当な理由なく、他の人に見せたり",
    ):
        assert part in text


def test_those_present_come_before_those_absent(written):
    text = written(RECORD)
    assert text.index("齋藤陽介") < text.index("森田徹")


def test_the_two_panes_stay_apart(written):
    text = written(RECORD)
    course = text.index("5経過")
    assert text.index("急がない。") < course < text.index("明かりはついている。")


def test_an_acting_chair_is_named_with_the_reason(written):
    acting = replace(RECORD, acting_reason="課長出張のため")
    assert "渡邉誠(職務代理:課長出張のため)" in written(acting)


def test_only_a_draft_carries_the_mark(written):
    final = written(replace(RECORD, confirmed=True))
    assert "(案)" not in final
    assert "(案)" in written(RECORD)


@pytest.mark.parametrize(
    ("confirmed", "foot"), [(False, "第3版案"), (True, "第3版確定")]
)
def test_the_foot_says_version_and_state(confirmed, foot):
    record = replace(RECORD, confirmed=confirmed)
    assert foot in text_of(minutes_pdf(record))
    footer = docx.Document(io.BytesIO(minutes_docx(record))).sections[0].footer
    assert footer.paragraphs[0].text.replace(" ", "").startswith(foot)


def test_an_empty_record_says_that_there_is_nothing(written):
    text = written(EMPTY)
    for heading in (
        "3配付資料",
        "(1)決定事項",
        "(2)役割分担",
        "5経過",
        "6会議録の確認",
    ):
        assert f"{heading}なし" in text
    assert "期日定めなし" in text
    assert "開催の時期" not in text


def test_a_sitting_over_midnight_names_both_days(written):
    text = written(replace(RECORD, starts_at=at(23), ends_at=at(0, 30, day=20)))
    assert "令和8年11月19日(木)午後11時から令和8年11月20日(金)午前0時30分まで" in text


def test_times_of_another_zone_are_shown_in_japan_time(written):
    utc = {
        name: getattr(RECORD, name).astimezone(UTC) for name in ("starts_at", "ends_at")
    }
    assert written(replace(RECORD, **utc)) == written(RECORD)


def test_the_short_form_leaves_out_all_but_opinions_and_puts_each_agency_together(
    written,
):
    def entry(speaker: str, text: str, *, gist: bool = True) -> MinutesEntry:
        return MinutesEntry(
            pane=Pane.COURSE, kind="意見", speaker=speaker, text=text, gist=gist
        )

    entries = (
        entry("社協", "手紙がよい。"),
        entry("保健所", "訪問したい。"),
        entry("社協", "急がない。"),
        entry("民生委員", "明かりがつく。", gist=False),
    )
    record = replace(RECORD, entries=entries)
    short = written(replace(record, style=Style(detail=Detail.GIST)))
    order = [short.index(part) for part in ("手紙が", "急がない", "訪問した")]
    assert order == sorted(order)
    assert "5各機関の意見の要点" in short
    assert "明かりがつく" not in short
    assert "週1回訪問する。" in short
    assert "明かりがつく" in written(record)


def test_the_course_comes_first_where_the_body_wants_it(written):
    text = written(replace(RECORD, style=Style(course_first=True)))
    assert text.index("4経過") < text.index("5決定・役割分担")


def test_attendance_is_shown_without_times_where_the_body_wants_it(written):
    text = written(replace(RECORD, style=Style(times=False)))
    assert "髙橋健一構成員出席" in text
    assert "森田徹構成員欠席" in text
    assert "入室" not in text
    assert "終了まで" not in text


@pytest.mark.parametrize(
    ("dates", "day"),
    [
        (Dates.WESTERN, "2026年11月19日(木)"),
        (Dates.BOTH, "令和8年(2026年)11月19日(木)"),
    ],
)
def test_every_day_of_a_record_is_in_the_chosen_calendar(written, dates, day):
    text = written(replace(RECORD, style=Style(dates=dates)))
    assert f"{day}午後1時30分から" in text
    assert "令和8年12月18日" not in text
    assert "令和8年11月25日" not in text
    assert "令和9年1月21日" not in text


@pytest.mark.parametrize("writer", [minutes_docx, minutes_pdf])
def test_one_width_goes_through_the_whole_record_but_not_into_case_numbers(writer):
    read = {minutes_docx: word_text, minutes_pdf: text_of}[writer]
    text = read(writer(replace(RECORD, style=Style(width=Width.FULL))))
    assert "２０２６" not in text
    assert "令和８年１１月１９日" in text
    assert "週１回訪問する。" in text
    assert "R8-012" in text
    assert RECORD.digest in text


def test_what_people_type_cannot_become_markup(written):
    typed = "#panic(1) $x$ `y` <w:p/> {{ z }} @a"
    entry = MinutesEntry(pane=Pane.COURSE, kind=typed, speaker=typed, text=typed)
    text = written(replace(RECORD, entries=(entry,), decisions=(typed,)))
    assert text.count("".join(typed.split())) == 4


def test_the_same_record_gives_the_same_bytes():
    assert minutes_pdf(RECORD) == minutes_pdf(RECORD)
    assert minutes_docx(RECORD) == minutes_docx(RECORD)


def test_the_file_properties_say_nothing_of_the_case():
    with pikepdf.open(io.BytesIO(minutes_pdf(RECORD))) as pdf:
        assert str(pdf.docinfo.Title) == "会議録"
        with pdf.open_metadata() as metadata:
            assert "R8-012" not in str(metadata)
    properties = docx.Document(io.BytesIO(minutes_docx(RECORD))).core_properties
    assert properties.title == "会議録"


def test_the_agenda_puts_items_under_their_kind_between_opening_and_close(printed):
    text = printed(AGENDA)
    order = [
        text.index(part)
        for part in (
            "第9回支援会議次第",
            "宛名髙橋健一",
            "1開会午前9時30分",
            "2守秘義務の確認次の文を読み上げます",
            "3協議事項",
            "(1)事例R8-012",
            "見守りの分担・状況の共有・役割分担",
            "4報告事項",
            "(2)前回の決定の進み具合",
            "5協議事項",
            "(3)事例R8-015",
            "6その他",
            "7閉会",
            "読み上げる守秘義務の文",
            "秘密を漏らしません。",
            "資料1-1事例概要",
            "この次第に書かれた議題も秘密に含まれます。",
        )
    ]
    assert order == sorted(order)
    assert "支援会議、情報共有" in text
    assert "午前9時40分から午前10時まで" in text
    assert "次回令和8年12月17日(木)午前9時30分" in text


def test_who_is_called_for_an_item_reads_when_to_come_and_no_end(printed):
    called = replace(AGENDA.items[0], ends_at=None)
    text = printed(replace(AGENDA, items=(called,)))
    assert "午前9時40分にお越しください" in text
    assert "午前10時まで" not in text


def test_who_is_there_already_is_not_asked_to_come(printed):
    there = replace(AGENDA.items[0], starts_at=None, ends_at=None)
    text = printed(replace(AGENDA, items=(there,)))
    assert "事例R8-012" in text
    assert "お越しください" not in text


def test_an_agenda_without_items_keeps_its_order(printed):
    bare = replace(AGENDA, items=(), duty=(), reader="", next_sitting=None)
    text = printed(bare)
    assert "2守秘義務の確認" in text
    assert "3その他" in text
    assert "読み上げ" not in text
    assert "資料" not in text
    assert "宛名" not in text
    assert "次回" not in text
