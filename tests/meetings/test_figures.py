"""統計: what is counted, for whom, and which counts are kept back."""

import io
from datetime import date, timedelta
from itertools import product
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from docx import Document
from openpyxl import load_workbook

from meetings.figures import HELD_BACK, Line, Table, chart_of, most, spread
from meetings.models import Outcome, Sitting
from meetings.selectors.figures import Figures, figures_of
from members.models import Case, Organization, Person, Recusal
from portal.core import clock, jp
from portal.core.errors import HiddenError
from portal.core.models import AuditEvent
from tests import factories
from tests.cast import Cast
from tests.meetings.recording import held

pytestmark = pytest.mark.django_db


def table(*counts: int, **more: Any) -> Table:
    lines = tuple(Line(f"{n}", count) for n, count in enumerate(counts))
    return Table("t", "表", "件", lines, **{"private": True, **more})


def words(*counts: int, **more: Any) -> list[str]:
    chart = chart_of(table(*counts, **more), masked=True)
    return [*(bar.words for bar in chart.bars), chart.total]


@pytest.mark.parametrize(
    ("counts", "seen"),
    [
        ((0, 5, 12), ["0", "5", "12", "17"]),
        ((3, 9, 12), ["x", "x", "12", "24"]),  # 9 goes with the 3 that it would tell
        ((1, 1, 12), ["x", "x", "x", "14"]),  # both ones: the rest would be 2
        ((3, 4, 12), ["x", "x", "12", "19"]),
        ((3, 0, 0), ["x", "0", "0", "x"]),
        ((), ["0"]),
    ],
)
def test_small_counts_of_households_are_kept_back(counts, seen):
    assert words(*counts) == seen


def test_no_kept_count_can_be_reckoned_from_what_is_shown():
    """Every table of three counts up to 9: total less the rest leaves a choice."""
    for counts in product(range(10), repeat=3):
        *lines, total = words(*counts)
        held = lines.count(HELD_BACK)
        if held and total != HELD_BACK:
            rest = int(total) - sum(int(word) for word in lines if word != HELD_BACK)
            assert held > 1, counts  # one alone would be the rest
            assert rest > held, counts  # and as many ones as lines would be told


def test_counts_of_meetings_are_told_as_they_are():
    assert words(1, 2, private=False) == ["1", "2", "3"]
    chart = chart_of(table(1, 2), masked=False)
    assert [(bar.words, bar.share) for bar in chart.bars] == [("1", 50), ("2", 100)]


def test_lines_that_do_not_add_up_have_no_total():
    assert words(1, 20, whole=False) == ["x", "20", ""]


def test_the_rest_is_one_line_and_bounds_belong_to_the_lower_line():
    assert most({"い": 2, "あ": 2, "う": 9}, number=1, rest="その他") == [
        Line("う", 9),
        Line("その他", 4),
    ]
    lines = spread([0, 30, 31, 500], [(30, "30日以内"), (60, "60日まで")], "その先")
    assert [line.count for line in lines] == [2, 1, 1]


@pytest.fixture
def year(cast: Cast) -> int:
    """A meeting of this year is over; a plan was settled 40 days after the intake."""
    now = clock.now()
    held(cast, cast.juso_item)
    Sitting.objects.filter(pk=cast.sitting.pk).update(
        state=Sitting.State.CLOSED, starts_at=now, ends_at=now + timedelta(hours=2)
    )
    today = clock.today()
    Case.objects.filter(pk=cast.case.pk).update(opened_on=today - timedelta(days=40))
    Outcome.objects.create(
        item=cast.juso_item,
        case=cast.case,
        held_on=today,
        result=Outcome.Result.CONFIRMED,
        recorded_by=cast.secretariat,
        recorded_at=now,
    )
    return jp.fiscal_year(today)


def of(person: Person, year: int, **more: Any) -> Figures:
    actor = factories.sign_in(person)
    return figures_of(actor, **{"body": None, "year": year, **more})


def counts(found: Figures, key: str) -> dict[str, int]:
    (table,) = (each for each in found.tables if each.key == key)
    return {line.label: line.count for line in table.lines if line.count}


def test_the_year_is_counted(cast, year):
    found = of(cast.secretariat, year)
    month = f"{clock.now().astimezone(clock.JST).month}月"
    assert counts(found, "meetings") == {month: 1}
    assert sum(counts(found, "regimes").values()) == 2
    assert counts(found, "agencies") == {
        cast.clinic.organization.name: 1,
        cast.chair.organization.name: 1,
    }
    assert counts(found, "days") == {"31日から60日": 1}
    assert sum(counts(found, "status").values()) == 1
    (days,) = (each for each in found.tables if each.key == "days")
    assert days.note == "中央値は40日です。"


def test_another_year_and_another_body_hold_nothing_of_it(cast, year):
    assert counts(of(cast.secretariat, year - 3), "meetings") == {}
    assert counts(of(cast.secretariat, year, body=cast.juso), "meetings") == {}
    assert counts(of(cast.secretariat, year, body=cast.shien), "meetings") != {}


def test_the_household_is_no_agency(cast, year):
    family = Organization.objects.create(name="本人・家族")
    guest = factories.person("本人", family)
    cast.case.household.filter(subject=True).update(guest=guest)
    factories.presence(guest, cast.juso_item)
    assert "本人・家族" not in counts(of(cast.secretariat, year), "agencies")


@pytest.mark.parametrize("of_case", [True, False])
def test_what_one_is_kept_from_counts_nowhere(cast, year, of_case):
    """R27: a number would tell that it is there."""
    before = of(cast.secretariat, year)
    Recusal.objects.create(
        person=cast.secretariat,
        **({"case": cast.case} if of_case else {"item_id": cast.juso_item.id}),
        starts_at=clock.now(),
        entered_by=cast.chair,
    )
    after = of(cast.secretariat, year)
    assert sum(counts(before, "regimes").values()) == 2
    assert sum(counts(after, "regimes").values()) == (0 if of_case else 1)
    assert counts(after, "agencies") == {}
    if of_case:
        assert counts(after, "status") == counts(after, "ages") == {}


def test_the_secretariat_of_another_unit_counts_nothing_of_it(cast, year):
    found = of(cast.stranger, year)
    assert all(not line.count for table in found.tables for line in table.lines)


@pytest.mark.parametrize("who", ["clinic", "administrator", "auditor", "leaver"])
def test_others_find_no_such_page(cast, year, who):
    with pytest.raises(HiddenError):
        of(getattr(cast, who), year)


@pytest.fixture
def clerk(cast: Cast, signed_in) -> Client:
    client: Client = signed_in(cast.secretariat)
    return client


def test_the_page_and_its_files_keep_small_counts_back(year, clerk):
    page = clerk.get(reverse("meetings:figures")).content.decode()
    assert "x</td>" in page
    assert "中央値" not in page  # of one household it would be its own number
    sheet = clerk.get(reverse("meetings:figures"), {"as": "xlsx"})
    book = load_workbook(io.BytesIO(sheet.content))
    assert book["本人の年齢"]["B16"].value is None
    cells = [c.value for row in book["事例の状況(現在)"].iter_rows() for c in row]
    assert HELD_BACK in cells
    paper = clerk.get(reverse("meetings:figures"), {"as": "docx"})
    texts = [
        cell.text
        for grid in Document(io.BytesIO(paper.content)).tables
        for row in grid.rows
        for cell in row.cells
    ]
    assert HELD_BACK in texts
    actions = AuditEvent.objects.filter(action="meetings.figures.read")
    assert [event.detail["as"] for event in actions] == ["page", "xlsx", "docx"]


def test_exact_counts_are_asked_for_and_warned_of(year, clerk):
    page = clerk.get(reverse("meetings:figures"), {"exact": "on"}).content.decode()
    assert "x</td>" not in page
    assert "外に出す資料には使わないでください" in page
    assert "中央値は40日です。" in page


@pytest.mark.parametrize("asked", [{"year": "1900"}, {"year": "x"}, {"body": "y"}])
def test_nonsense_in_the_address_shows_the_usual_year(year, clerk, asked):
    answer = clerk.get(reverse("meetings:figures"), asked)
    assert answer.context["figures"].year == year


def test_a_leap_day_child_is_of_age_a_day_later():
    from meetings.selectors.figures import _age

    assert _age(date(2008, 2, 29), date(2026, 2, 28)) == 17
    assert _age(date(2008, 2, 29), date(2026, 3, 1)) == 18
