"""The copy for a disclosure: what is left out is in no file, and who may make one."""

import io
import re
import zipfile
from dataclasses import replace
from datetime import timedelta
from functools import cache, partial
from itertools import chain

import pikepdf
import pytest
from django.urls import reverse

from meetings import disclosure_copy, records
from meetings.disclosure_copy import BY_NUMBER, GROUNDS, chosen, copied, passages
from meetings.models import AgendaItem, Entry, Minutes
from meetings.record_style import Detail, Style
from meetings.rendering import MinutesEntry, Pane, minutes_docx, minutes_pdf
from meetings.services import disclosure
from meetings.services.disclosure import File
from members.models import Consent
from portal.core import clock
from portal.core.errors import HiddenError, InvalidError, StepUpError
from portal.core.models import AuditEvent, StoredObject
from tests import factories
from tests.cast import Cast
from tests.conftest import SignIn
from tests.documents.output_sheets import opened, text_of
from tests.meetings.test_rendering import RECORD, narrow, word_text

MADE_AT = RECORD.made_at + timedelta(days=40)
FULL = replace(
    RECORD,
    confirmed=True,
    acting_reason="課長出張のため",
    entries=(
        *RECORD.entries,
        MinutesEntry(
            pane=Pane.COURSE, kind="機関の意見", speaker="保健所", text="慎重に進める。"
        ),
    ),
)
NUMBERS = range(1, len(passages(FULL)) + 1)


def inside(pdf_or_docx: bytes) -> str:
    """Every letter of a file: all its parts, unpacked and decoded, and its bytes."""
    if pdf_or_docx.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(pdf_or_docx)) as package:
            parts = b"\n".join(package.read(name) for name in package.namelist())
        return re.sub(r"<[^>]*>|\s", "", parts.decode(errors="replace"))
    with opened(pdf_or_docx) as pdf:
        things = list(pdf.objects)
        words = [str(thing) for thing in things]
        streams = [t.read_bytes() for t in things if isinstance(t, pikepdf.Stream)]
    raw = b"\n".join(streams)
    decoded = [raw.decode(code, errors="replace") for code in ("utf-8", "utf-16-be")]
    return "".join("".join(chain(decoded, words, [text_of(pdf_or_docx)])).split())


WRITERS = {"pdf": minutes_pdf, "docx": minutes_docx}


@cache
def whole_record(kind: str) -> str:
    return narrow(inside(WRITERS[kind](FULL)))


@pytest.mark.parametrize("kind", WRITERS)
@pytest.mark.parametrize("number", NUMBERS)
def test_a_place_left_out_is_in_no_byte_of_the_file(kind, number):
    place = passages(FULL)[number - 1]
    out = {number: BY_NUMBER[2]}
    for gone, other in disclosure_copy.remaining(FULL, out):
        assert gone == number
        out[other] = BY_NUMBER[2]
    file = WRITERS[kind](copied(FULL, out, made_at=MADE_AT))
    text = narrow(inside(file))
    assert "".join(place.text.split()) in whole_record(kind)
    assert "".join(place.text.split()) not in text
    assert "(不開示:第2号)一覧の1" in text
    assert RECORD.digest not in text


@pytest.mark.parametrize("kind", WRITERS)
def test_all_that_belongs_to_a_place_goes_with_it(kind):
    out = dict.fromkeys(NUMBERS, BY_NUMBER[6])
    text = narrow(inside(WRITERS[kind](copied(FULL, out, made_at=MADE_AT))))
    for words in (
        *("渡邉", "齋藤", "みなと診療所", "医師", "警察", "資料2-1", "事例概要"),
        *("訪問", "主担当", "家計", "令和8年12月18日", "令和9年1月21日", "課長出張"),
        *("民生委員", "電話", "明かり", "急がない", "保健所", "慎重"),
    ):
        assert words not in text, words
    assert text.count("(不開示:第6号)") >= len(NUMBERS)


@pytest.mark.parametrize("kind", WRITERS)
@pytest.mark.parametrize("times", [True, False])
def test_of_a_person_left_out_neither_part_nor_presence_is_told(kind, times):
    guest = replace(RECORD.attendance[-1], name="高田 実", role="傍聴")
    record = replace(FULL, attendance=(*RECORD.attendance, guest))
    record = replace(record, style=replace(record.style, times=times))
    place = next(p for p in passages(record) if p.text == "高田 実")
    copy = copied(record, {place.number: BY_NUMBER[2]}, made_at=MADE_AT)
    row = copy.attendance[-1]
    assert (row.role, row.came, row.left) == ("", None, None)
    text = narrow(inside(WRITERS[kind](copy)))
    assert "傍聴" not in text
    assert "不開示1人" in text


@pytest.mark.parametrize("kind", WRITERS)
def test_what_is_not_left_out_is_all_there(kind):
    read = {"pdf": text_of, "docx": word_text}[kind]
    short = replace(FULL, style=Style(detail=Detail.GIST))
    text = narrow(read(WRITERS[kind](copied(short, {}, made_at=MADE_AT))))
    for place in passages(FULL):
        assert "".join(place.text.split()) in text
    assert "不開示:" not in text
    assert "開示のために作ったものです。" in text
    assert "正当な理由なく" not in text


def test_the_list_names_kind_and_ground_and_no_content():
    out = {number: BY_NUMBER[1 + number % 3] for number in NUMBERS}
    file = disclosure_copy.list_pdf(FULL, out, made_at=MADE_AT)
    text = narrow(inside(file))
    assert "事実(第三者から)第78条第1項第" in text
    for place in passages(FULL):
        assert "".join(place.text.split()) not in text
    nothing = disclosure_copy.list_pdf(FULL, {}, made_at=MADE_AT)
    assert "不開示とした部分なし" in text_of(nothing)


def test_a_single_choice_counts_before_the_source_and_that_before_the_kind():
    found = passages(FULL)
    entry = next(each for each in found if each.kind == "機関の意見")
    kinds, sources = {"機関の意見": BY_NUMBER[6]}, {"保健所": BY_NUMBER[3]}
    both = chosen(found, kinds=kinds, sources=sources, single={})
    assert both == {entry.number: BY_NUMBER[3]}
    assert chosen(found, kinds=kinds, sources={}, single={}) == {
        entry.number: BY_NUMBER[6]
    }
    shown = chosen(found, kinds=kinds, sources=sources, single={entry.number: None})
    assert shown == {}
    single = {entry.number: BY_NUMBER[7]}
    assert chosen(found, kinds=kinds, sources=sources, single=single) == single


def test_words_that_stand_a_second_time_are_found():
    again = replace(FULL, decisions=(*FULL.decisions, "保健所も慎重に進める。"))
    entry = next(p for p in passages(again) if p.text == "慎重に進める。")
    other = next(p for p in passages(again) if p.text.startswith("保健所も"))
    out = {entry.number: BY_NUMBER[6]}
    assert disclosure_copy.remaining(again, out) == [(entry.number, other.number)]
    assert disclosure_copy.remaining(FULL, {}) == []


def test_a_municipality_relies_on_no_ground_of_the_state():
    assert [ground.number for ground in GROUNDS] == [1, 2, 3, 6, 7]


# Who may, and what stays behind -------------------------------------------------------


@pytest.fixture
def item(cast: Cast) -> AgendaItem:
    """The closed JUSO item with its confirmed record."""
    item = cast.juso_item
    now = clock.now()
    for order, (kind, text) in enumerate(
        [("fact_third_party", "夜に声が聞こえた。"), ("decision", "訪問を始める。")], 1
    ):
        Entry.objects.create(
            item=item,
            order=order,
            kind=kind,
            text=text,
            speaker="民生委員",
            source="近所の人",
            revision=order,
            created_by=cast.secretariat,
            created_at=now,
            changed_at=now,
        )
    Minutes.objects.create(
        item=item,
        state=Minutes.State.FINAL,
        version=1,
        circulated_at=now,
        finalized_at=now,
    )
    return item


def number_of(item: AgendaItem, text: str) -> int:
    found = passages(records.document(records.load(item.id), confirmed=True))
    return next(each.number for each in found if each.text == text)


@pytest.mark.django_db
def test_the_custodian_makes_the_files_and_nothing_but_the_act_is_kept(
    cast: Cast, item: AgendaItem
):
    actor = factories.sign_in(cast.secretariat)
    out = {number_of(item, "夜に声が聞こえた。"): BY_NUMBER[2]}
    for file in File:
        data = disclosure.make_copy(actor=actor, item_id=item.id, out=out, file=file)
        assert "夜に声" not in inside(data)
        assert "近所の人" not in inside(data)
    events = AuditEvent.objects.filter(action="meetings.minutes.disclose")
    assert [event.detail["file"] for event in events] == ["pdf", "docx", "list"]
    assert {event.detail["grounds"] for event in events} == {"2"}
    assert {event.detail["left_out"] for event in events} == {1}
    assert "声" not in str([event.detail for event in events])
    assert not StoredObject.objects.exists()


@pytest.mark.django_db
def test_words_left_out_that_stay_elsewhere_are_a_question(
    cast: Cast, item: AgendaItem
):
    actor = factories.sign_in(cast.secretariat)
    Entry.objects.filter(text="訪問を始める。").update(text="夜に声が聞こえた。話")
    out = {number_of(item, "夜に声が聞こえた。"): BY_NUMBER[2]}
    make = partial(
        disclosure.make_copy, actor=actor, item_id=item.id, out=out, file=File.PDF
    )
    with pytest.raises(InvalidError, match="載せる部分にもあります"):
        make()
    assert make(repeated=True).startswith(b"%PDF")


@pytest.mark.django_db
def test_nobody_but_a_custodian_with_a_fresh_factor_may(cast: Cast, item: AgendaItem):
    for person in (cast.clinic, cast.recused, cast.stranger, cast.auditor):
        with pytest.raises(HiddenError):
            disclosure.open_record(actor=factories.sign_in(person), item_id=item.id)
    stale = factories.sign_in(
        cast.secretariat, strong_at=clock.now() - timedelta(hours=2)
    )
    with pytest.raises(StepUpError):
        disclosure.open_record(actor=stale, item_id=item.id)


@pytest.mark.django_db
@pytest.mark.parametrize("state", [Minutes.State.WRITING, Minutes.State.ROUND])
def test_there_is_no_copy_of_a_record_that_is_not_confirmed(
    cast: Cast, item: AgendaItem, state: Minutes.State
):
    Minutes.objects.update(state=state)
    actor = factories.sign_in(cast.secretariat)
    with pytest.raises(HiddenError):
        disclosure.open_record(actor=actor, item_id=item.id)


@pytest.mark.django_db
def test_the_page_gives_the_file_under_a_neutral_name(
    cast: Cast, item: AgendaItem, signed_in: SignIn
):
    client = signed_in(cast.secretariat)
    page = reverse("meetings:disclosure-copy", args=[item.id])
    assert "夜に声が聞こえた。" in client.get(page).content.decode()
    read = AuditEvent.objects.get(action="meetings.minutes.read")
    assert read.actor == str(cast.secretariat.id)
    kept = {f"place_{number_of(item, '夜に声が聞こえた。')}": "2"}
    answer = client.post(page, kept | {"file": "pdf"})
    assert re.fullmatch(
        r'attachment; filename="kasane-\d{8}-copy.pdf"', answer["Content-Disposition"]
    )
    assert "夜に声" not in inside(answer.content)
    assert "訪問を始める。" in text_of(answer.content)
    assert client.post(page, {"file": "exe"}).status_code == 422
    assert client.post(page, {"file": "pdf", "kind_0": "5"}).status_code == 422


@pytest.mark.django_db
def test_a_frozen_record_shows_no_word_before_a_reason_is_given(
    cast: Cast, item: AgendaItem, signed_in: SignIn
):
    """R24: after a withdrawal its custodian needs a reason, for the copy as well."""
    Consent.objects.filter(member__label="母").update(withdrawn_at=clock.now())
    client = signed_in(cast.secretariat)
    page = reverse("meetings:disclosure-copy", args=[item.id])
    words, why = "夜に声が聞こえた。", "開示請求に応じるため"
    asked = client.get(page)
    assert (asked.status_code, words in asked.content.decode()) == (200, False)
    place = f"place_{number_of(item, words)}"
    for sent in ({"reason": " "}, {place: "2", "file": "pdf"}):
        refused = client.post(page, sent)
        assert (refused.status_code, words in refused.content.decode()) == (422, False)
    assert not AuditEvent.objects.filter(action__startswith="meetings.minutes").exists()

    shown = client.post(page, {"reason": why}).content.decode()
    assert words in shown
    assert f'name="reason" value="{why}"' in shown
    opened = AuditEvent.objects.get(action="meetings.minutes.open_frozen")
    assert (opened.actor, opened.detail["reason"]) == (str(cast.secretariat.id), why)
    answer = client.post(page, {"reason": why, place: "2", "file": "pdf"})
    assert "夜に声" not in inside(answer.content)
    assert "訪問を始める。" in text_of(answer.content)
    made = AuditEvent.objects.get(action="meetings.minutes.disclose")
    assert made.detail["reason"] == why
    assert not AuditEvent.objects.filter(action="meetings.minutes.read").exists()


@pytest.mark.django_db
def test_no_copy_of_a_frozen_record_is_made_without_a_reason(
    cast: Cast, item: AgendaItem
):
    Consent.objects.filter(member__label="母").update(withdrawn_at=clock.now())
    actor = factories.sign_in(cast.secretariat)
    opened = disclosure.open_record(actor=actor, item_id=item.id)
    make = partial(
        disclosure.make_copy, actor=actor, item_id=item.id, out={}, file=File.PDF
    )
    for reason in ("", " ", "あ" * 201):
        with pytest.raises(InvalidError, match="開く理由"):
            make(reason=reason)
        with pytest.raises(InvalidError, match="開く理由"):
            disclosure.note_shown(actor=actor, opened=opened, reason=reason)
    assert not AuditEvent.objects.filter(action__startswith="meetings.minutes").exists()
    assert make(reason="開示請求に応じるため").startswith(b"%PDF")
