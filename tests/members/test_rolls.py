"""Rolls as people keep them: each bad cell named, nothing lost, nothing half done."""

import io
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID
from zipfile import ZipFile

import pytest
import time_machine
from django.urls import reverse
from openpyxl import Workbook

from members import rolls
from members.models import Commission, Organization, Person, RollImport
from members.rolls import Line, Roll
from members.services import rolls as services
from members.services.rolls import Approval
from portal.core import clock
from portal.core.errors import HiddenError, InvalidError, RefusedError
from tests import factories
from tests.cast import Cast

HEAD = ("機関", "氏名", "フリガナ", "役職", "メール", "電話", "委嘱日", "任期満了")
ROWS = (
    (
        "見本大学病院",
        "須田 操",
        "スダ ミサオ",
        "医師",
        "suda@mihon.example",
        "",
        "R8.4.1",
        "",
    ),
    (
        "見本警察署",
        "関 守",
        "セキ マモル",
        "係長",
        "",
        "0500-00-0110",
        "令和8年4月1日",
        "",
    ),
)


def test_a_merge_that_would_fill_the_memory_is_refused() -> None:
    """The reader makes an object of every merged cell: 17,000 million of these."""
    packed = io.BytesIO()
    plain = io.BytesIO(sheet([HEAD, *ROWS], "A2:B2"))
    with ZipFile(plain) as source, ZipFile(packed, "w") as target:
        for name in source.namelist():
            part = source.read(name).replace(b'"A2:B2"', b'"A2:XFD1048576"')
            target.writestr(name, part)
    roll = rolls.read(packed.getvalue(), "名簿.xlsx")
    assert not roll.takeable
    assert next(f.words for f in roll.findings).startswith("結合されたセルが多すぎます")


def sheet(rows: Sequence[Sequence[object]], *merged: str) -> bytes:
    book = Workbook()
    page = book.active
    assert page is not None
    for row in rows:
        page.append(list(row))
    for area in merged:
        page.merge_cells(area)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def text(rows: Sequence[Sequence[str]], encoding: str) -> bytes:
    return "\r\n".join(",".join(row) for row in rows).encode(encoding)


def blocked(roll: Roll) -> dict[str, str]:
    return {f.cell: f.words for f in roll.findings if f.blocks}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_a_table_of_text_is_read_in_its_encoding(encoding: str) -> None:
    roll = rolls.read(text((HEAD, *ROWS), encoding), "名簿.CSV")
    assert roll.findings == []
    assert roll.lines[0] == Line(
        row=2,
        organization="見本大学病院",
        name="須田 操",
        kana="スダ ミサオ",
        post="医師",
        email="suda@mihon.example",
        starts_on=date(2026, 4, 1),
    )
    assert [line.starts_on for line in roll.lines] == [date(2026, 4, 1)] * 2


def test_words_in_no_known_encoding_are_said() -> None:
    roll = rolls.read(b"\x81\x00\xff", "名簿.csv")
    assert "Shift_JIS" in blocked(roll)["A1"]


def test_a_title_above_the_headings_is_passed_over() -> None:
    data = sheet([("令和8年度 構成員名簿",), (), HEAD, *ROWS], "A1:H1")
    roll = rolls.read(data, "名簿.xlsx")
    assert [line.row for line in roll.lines] == [4, 5]
    assert blocked(roll) == {}


def test_a_merged_column_gives_each_line_its_value_and_says_so() -> None:
    rows = [HEAD, ROWS[0], (None, *ROWS[1][1:])]
    roll = rolls.read(sheet(rows, "A2:A3"), "名簿.xlsx")
    assert [line.organization for line in roll.lines] == ["見本大学病院"] * 2
    assert [(f.cell, f.blocks) for f in roll.findings] == [("A2:A3", False)]


def test_cells_merged_across_columns_are_to_be_mended() -> None:
    rows = [HEAD, ROWS[0], ("見本警察署 関 守", None, None, "係長")]
    roll = rolls.read(sheet(rows, "A3:B3"), "名簿.xlsx")
    assert set(blocked(roll)) == {"A3:B3", "B3"}
    assert not roll.takeable


def test_half_width_kana_and_hiragana_become_katakana() -> None:
    rows = [
        HEAD,
        ("ﾐﾎﾝ薬局", "須田 操", "すだ みさお"),
        ("見本薬局", "関 守", "ｾｷ ﾏﾓﾙ"),
    ]
    roll = rolls.read(sheet(rows), "名簿.xlsx")
    assert [line.kana for line in roll.lines] == ["スダ ミサオ", "セキ マモル"]
    assert roll.lines[0].organization == "ミホン薬局"
    assert [(f.cell, f.blocks) for f in roll.findings] == [("A2", False), ("C3", False)]


@pytest.mark.parametrize(
    ("column", "value", "cell", "words"),
    [
        (0, "", "A3", "機関がありません"),
        (1, "", "B3", "氏名がありません"),
        (1, "あ" * 61, "B3", "60文字"),
        (4, "suda＠", "E3", "メールアドレス"),
        (6, "来年の春", "G3", "日付"),
        (6, "令和8年2月30日", "G3", "日付"),
        (7, "令和7年3月31日", "H3", "始まりより前"),
    ],
)
def test_each_bad_cell_is_named(column: int, value: str, cell: str, words: str) -> None:
    bad = list(ROWS[1])
    bad[column] = value
    roll = rolls.read(sheet([HEAD, ROWS[0], bad]), "名簿.xlsx")
    assert words in blocked(roll)[cell]
    assert set(blocked(roll)) == {cell}


def test_somebody_twice_is_said_with_the_first_line() -> None:
    roll = rolls.read(sheet([HEAD, *ROWS, ROWS[0]]), "名簿.xlsx")
    assert "2行目" in blocked(roll)["B4"]


def test_a_date_cell_is_a_date() -> None:
    row = (*ROWS[0][:6], datetime(2026, 4, 1), None)  # noqa: DTZ001 # as Excel has it
    roll = rolls.read(sheet([HEAD, row]), "名簿.xlsx")
    assert roll.lines[0].starts_on == date(2026, 4, 1)


@pytest.mark.parametrize("rows", [[], [("名前だけ",)], [HEAD]])
def test_a_file_without_people_says_what_is_missing(
    rows: list[tuple[str, ...]],
) -> None:
    roll = rolls.read(sheet(rows), "名簿.xlsx")
    assert not roll.takeable
    assert blocked(roll)


def test_more_than_a_thousand_people_are_not_half_read() -> None:
    rows = [(f"機関{n}", f"人{n}") for n in range(rolls.MAX_LINES + 1)]
    roll = rolls.read(text([("機関", "氏名"), *rows], "utf-8"), "名簿.csv")
    assert not roll.takeable


# Entering -----------------------------------------------------------------------------

KEY = UUID(int=421)


@pytest.fixture
def kept(cast: Cast) -> RollImport:
    return services.keep_roll(
        actor=factories.sign_in(cast.secretariat),
        key=KEY,
        body=cast.shien,
        roll=rolls.read(sheet([HEAD, *ROWS]), "名簿.xlsx"),
    )


def approval(**more: object) -> Approval:
    today = clock.today()
    values = {"by": "青木 誠", "on": today, "starts_on": today, **more}
    return Approval(**values)  # type: ignore[arg-type] # one of each


def test_everybody_is_entered_and_commissioned_and_nothing_opens(
    cast: Cast, kept: RollImport
) -> None:
    actor = factories.sign_in(cast.secretariat)
    assert services.confirm_roll(actor=actor, kept=kept, approval=approval()) == 2
    people = Person.objects.filter(name__in=["須田 操", "関 守"])
    assert people.filter(login=None).count() == 2
    assert Commission.objects.filter(person__in=people, body=cast.shien).count() == 2
    assert not any(p.memberships.exists() or p.seats.exists() for p in people)
    assert services.confirm_roll(actor=actor, kept=kept, approval=approval()) == 0
    assert RollImport.objects.get().lines == []


def test_one_refused_line_refuses_the_whole(cast: Cast, kept: RollImport) -> None:
    actor = factories.sign_in(cast.secretariat)
    with pytest.raises((InvalidError, RefusedError)):
        services.confirm_roll(
            actor=actor, kept=kept, approval=approval(by="知らない人")
        )
    assert not Person.objects.filter(name="須田 操").exists()
    assert not Organization.objects.filter(name="見本大学病院").exists()
    assert len(RollImport.objects.get().lines) == 2


@pytest.mark.parametrize("name", ["clinic", "stranger", "administrator"])
def test_a_roll_of_anothers_body_is_hidden(
    cast: Cast, kept: RollImport, name: str
) -> None:
    actor = factories.sign_in(getattr(cast, name))
    with pytest.raises(HiddenError):
        services.kept_roll(actor, kept.id)
    with pytest.raises(HiddenError):
        services.confirm_roll(actor=actor, kept=kept, approval=approval())
    with pytest.raises(HiddenError):
        services.keep_roll(actor=actor, key=UUID(int=422), body=cast.shien, roll=Roll())


def test_a_roll_to_be_mended_is_not_kept(cast: Cast) -> None:
    with pytest.raises(RefusedError):
        services.keep_roll(
            actor=factories.sign_in(cast.secretariat),
            key=KEY,
            body=cast.shien,
            roll=rolls.read(sheet([HEAD]), "名簿.xlsx"),
        )


def test_what_nobody_confirmed_is_forgotten_after_a_day(kept: RollImport) -> None:
    assert services.drop_stale() == 0
    with time_machine.travel(clock.now() + timedelta(days=1, seconds=1)):
        assert services.drop_stale() == 1
    assert not RollImport.objects.exists()


def test_the_page_names_the_cells_and_keeps_nothing(cast: Cast, signed_in) -> None:
    file = io.BytesIO(sheet([HEAD, ("", *ROWS[0][1:])]))
    file.name = "名簿.xlsx"
    page = signed_in(cast.secretariat).post(
        reverse("meetings:roll-read"),
        {"key": KEY, "body": cast.shien.id, "file": file},
    )
    assert page.status_code == 422
    assert "A2" in page.content.decode()
    assert not RollImport.objects.exists()


def test_the_pages_lead_from_the_file_to_the_people(cast: Cast, signed_in) -> None:
    client = signed_in(cast.secretariat)
    rows = [row[:6] for row in (HEAD, *ROWS)]
    file = io.BytesIO(sheet(rows))
    file.name = "名簿.xlsx"
    page = client.post(
        reverse("meetings:roll-read"),
        {"key": KEY, "body": cast.shien.id, "file": file},
        follow=True,
    )
    assert "須田 操" in page.content.decode()
    done = client.post(
        reverse("meetings:roll-detail", args=[KEY]),
        {
            "approved_by": "社会福祉課長 青木 誠",
            "approved_on": clock.today().isoformat(),
            "starts_on": clock.today().isoformat(),
        },
    )
    assert done.status_code == 302
    assert Commission.objects.filter(person__name="須田 操").exists()


def test_a_file_that_is_no_spreadsheet_is_refused_in_words(
    cast: Cast, signed_in
) -> None:
    for name in ("名簿.xlsx", "名簿.docx"):
        file = io.BytesIO(b"not a book")
        file.name = name
        page = signed_in(cast.secretariat).post(
            reverse("meetings:roll-read"),
            {"key": KEY, "body": cast.shien.id, "file": file},
        )
        assert page.status_code == 422
