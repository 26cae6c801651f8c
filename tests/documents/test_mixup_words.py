"""The guard's eyes: every place of every kind of file, every way to write a name."""

import io
from datetime import date
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from PIL import Image

from documents.mixups import folding
from documents.mixups.extraction import readers
from documents.mixups.register import Register, Row, keys_of
from documents.mixups.weighing import Known, Place, weigh
from documents.models import MixupHit
from tests.documents import files
from tests.documents.mixup_files import WRITERS, Form

HOME, OTHER = uuid4(), uuid4()
NAME, PHONE = "髙橋 千鶴子", "000-111-2222"
ROW = Row(
    uuid4(),
    OTHER,
    NAME,
    "タカハシ チヅコ",
    "見本市北浜三丁目4番12号",
    PHONE,
    date(1950, 3, 2),
)
MINE = Row(uuid4(), HOME, "見本 ハナ", "ミホン ハナ", "見本市港町1-2-3", "", None)


def town(*rows: Row) -> Register:
    register = Register()
    numbers = [("R8-099", OTHER), ("R8-012", HOME)]
    register.update([ROW, MINE, *rows], numbers)
    return register


def known(**more: frozenset[str]) -> Known:
    keys = keys_of(MINE)
    return Known(
        case=HOME,
        names=frozenset({keys.name, keys.kana}),
        addresses=frozenset({(keys.address, keys.flat)}),
        **more,
    )


def cases(*words: str, **more: frozenset[str]) -> set[UUID]:
    places = [Place("body", 1, "\n".join(words))]
    return {found.case for found in weigh(town(), known(**more), places)}


@pytest.mark.parametrize(
    "words",
    [
        f"対象者 {NAME} 様",
        "対象者 高橋千鶴子様",
        "髙橋・千鶴子さん宅を訪問",
        "高橋\u3000千鶴子",
        "氏名 高橋\n千鶴子",
        "高橋\t千鶴子\t昭和25年3月2日",
        "フリガナ ﾀｶﾊｼ ﾁﾂﾞｺ",
        "ふりがな たかはし ちづこ",
        "住所 北浜3-4-12",
        "転居先は見本市北浜３丁目４−１２",
        "北浜三丁目四番十二号",
        "電話 (000)111-2222",
        "TEL ０００−１１１−２２２２",
        "事例番号 R8-099",
        f"担当 {NAME}\n連絡先 {PHONE}",
        f"担当 {NAME}\n昭和25年3月2日生\n住所 北浜3-4-12",
    ],
)
def test_each_way_of_writing_is_found(words):
    assert cases(words) == {OTHER}


@pytest.mark.parametrize(
    "words",
    [
        "高橋さんの件",  # a family name alone
        "千鶴子さん",
        "見本 ハナ 様 港町1-2-3 R8-012",  # the home's own
        "高橋 千鶴子美 様",  # another, longer name
        "大高橋 千鶴子",
        "担当 高橋千鶴子 保健師",  # staff, and nothing else of that case
        "見本総合病院\t医師\t高橋千鶴子\t000-333-4444",
        "出席者\n青木 誠\n高橋 千鶴子",
        f"担当 {NAME}\n昭和25年3月2日",  # a namesake on staff, and some day
        "生年月日 昭和25年3月2日",
        "北浜3-4-123",
        "新北浜3-4-1",
        "北浜3丁目の公民館",
        "000-111-22223",
        "R8-0991",
    ],
)
def test_what_is_no_mix_up_is_not_held(words):
    assert not cases(words)


def test_a_colleague_is_none_unless_honoured():
    staff = frozenset({folding.name_key(NAME)})
    assert not cases(f"前回は{NAME}さんが報告した。", staff=staff)
    assert cases(f"{NAME}様宅を訪問した。", staff=staff)


def test_a_namesake_at_the_table_counts_nowhere():
    keys = keys_of(MINE)
    names = frozenset({keys.name, folding.name_key(NAME)})
    places = [Place("body", 1, f"対象者 {NAME} 様")]
    assert not weigh(town(), Known(case=HOME, names=names), places)


def test_a_common_name_of_which_nothing_is_said_is_not_enough():
    namesakes = [Row(uuid4(), uuid4(), NAME, "", "", "", None) for _ in range(9)]
    register = town(*namesakes)
    assert not weigh(register, known(), [Place("body", 1, f"次回は{NAME}の件")])
    assert weigh(register, known(), [Place("body", 1, f"{NAME}様の件")])
    assert weigh(register, known(), [Place("file_name", 0, f"プラン_{NAME}")])


@pytest.mark.parametrize(
    ("mine", "text", "held"),
    [
        ("", "港町1-2-3", False),
        ("201", "港町1-2-3 見本荘201", False),
        ("201", "港町1-2-3 見本荘305号室", True),
        ("201", "港町1-2-3-305", True),
        ("201", "港町1-2-3", False),
    ],
)
def test_a_neighbour_in_the_same_house_is_another_household(mine, text, held):
    neighbour = Row(
        uuid4(), OTHER, "別 人", "", "見本市港町1丁目2番3号 見本荘305", "", None
    )
    key = keys_of(MINE).address
    home = Known(case=HOME, addresses=frozenset({(key, mine)}))
    assert bool(weigh(town(neighbour), home, [Place("body", 1, text)])) is held


def test_the_register_follows_its_rows():
    register = town()
    places = [Place("body", 1, f"{NAME}様")]
    assert weigh(register, known(), places)
    register.update([MINE, ROW._replace(name="別の 人")], [])
    assert not weigh(register, known(), places)
    register.update([MINE, ROW], [])
    assert weigh(register, known(), places)


# Files --------------------------------------------------------------------------------

NOTE = f"{NAME}さんの様式を使って作成"


def read(suffix: str, form: Form) -> set[tuple[str, int]]:
    """Where the extraction saw the name."""
    data = WRITERS[suffix](form)
    answer = readers.read(suffix[1:], io.BytesIO(data))
    assert answer["whole"]
    places = answer["places"]
    assert {part for part, _n, _t in places} <= set(MixupHit.Part.values)
    return {(p, n) for p, n, words in places if NAME.split()[1] in words}


@pytest.mark.parametrize(
    ("suffix", "aside", "place"),
    [
        (".docx", "comment", ("comment", 0)),
        (".docx", "deleted", ("deleted", 0)),
        (".docx", "header", ("header", 0)),
        (".docx", "footnote", ("footnote", 0)),
        (".docx", "text_box", ("body", 1)),
        (".docx", "properties", ("properties", 0)),
        (".xlsx", "comment", ("comment", 0)),
        (".xlsx", "sheet_name", ("sheet_name", 1)),
        (".xlsx", "hidden_sheet", ("hidden_sheet", 2)),
        (".xlsx", "leftover", ("hidden", 0)),
        (".xlsx", "properties", ("properties", 0)),
        (".pptx", "notes", ("notes", 1)),
        (".pdf", "comment", ("comment", 0)),
        (".pdf", "properties", ("properties", 0)),
        (".pdf", "revision", ("revision", 1)),
    ],
)
def test_words_out_of_sight_are_found_where_they_lie(suffix, aside, place):
    form = Form("様式2-1", ["本人の希望を確かめた。"], {aside: NOTE})
    assert read(suffix, form) == {place}


@pytest.mark.parametrize("suffix", [".docx", ".xlsx", ".pdf", ".pptx", ".csv", ".txt"])
def test_rows_of_a_list_are_lines(suffix):
    rows = [["氏名", "電話"], ["見本 ハナ", "000-1"], [NAME, PHONE]]
    data = WRITERS[suffix](Form("名簿", [rows]))
    answer = readers.read(suffix[1:], io.BytesIO(data))
    lines = [x for _p, _n, words in answer["places"] for x in words.splitlines()]
    assert any("千鶴子" in line and PHONE in line for line in lines)


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("png", files.picture()),
        ("pdf", b"%PDF-1.7 broken"),
        ("docx", b"PK\x03\x04"),
    ],
)
def test_what_cannot_be_read_is_not_said_to_be(kind, data):
    assert not readers.read(kind, io.BytesIO(data))["whole"]


def test_a_page_that_is_a_picture_is_for_people():
    out = io.BytesIO()
    Image.open(io.BytesIO(files.picture("JPEG"))).save(out, "PDF")
    assert not readers.read("pdf", out)["whole"]


def test_a_flood_of_words_is_cut():
    text = io.BytesIO(b"a" * (readers.MAX_CHARACTERS + 10))
    answer = readers.read("txt", text)
    assert not answer["whole"]
    assert sum(len(p[2]) for p in answer["places"]) == readers.MAX_CHARACTERS


def test_the_child_imports_nothing_of_the_portal():
    own = "from documents.mixups.extraction"
    for module in Path(readers.__file__).parent.glob("*.py"):
        source = module.read_text(encoding="utf-8").replace(own, "")
        assert "import documents" not in source
        assert "from documents" not in source
