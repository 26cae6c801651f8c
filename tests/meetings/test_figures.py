"""統計: what is counted, for whom, and which counts are kept back."""

import io
from collections import defaultdict
from datetime import date, timedelta
from itertools import product
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from docx import Document
from openpyxl import load_workbook

from meetings.charts import chart_of
from meetings.counting import age
from meetings.figures import STEP, Figure, Line, Table, figure_of, in_steps, spread
from meetings.models import AgendaItem, HandBack, Outcome, ResourceGap, Sitting
from meetings.selectors.figures import By, Figures, Use, Wish, figures_of
from members.facts import Regime
from members.models import Case, LegalBasis, Organization, Person, Recusal
from portal.core import clock, jp
from portal.core.errors import HiddenError
from portal.core.models import AuditEvent
from tests import factories
from tests.cast import Cast
from tests.factories import LONG_AGO
from tests.meetings.recording import held

pytestmark = pytest.mark.django_db


def table(*counts: int, **more: Any) -> Table:
    lines = tuple(Line(f"{n}", count) for n, count in enumerate(counts))
    return Table("t", "表", "件", lines, **{"private": True, **more})


def shown(*tables: Table, masked: bool = True) -> Figure:
    return figure_of({"数": tables}, masked=masked, rest="その他")


@pytest.mark.parametrize(
    ("counts", "told"),
    [
        ((0, 5, 12), [0, 5, 10]),
        ((3, 9, 12), [5, 5, 15]),
        ((1, 1, 12), [0, 0, 15]),
        ((3, 0, 0), [5, 0, 0]),
        ((), []),
    ],
)
def test_counts_of_households_are_held_to_steps(counts, told):
    assert in_steps(counts) == told


def test_first_lines_and_wholes_stay_near():
    """Whatever the lines: nothing but steps, and no sum from the first is far off."""
    for counts in product(range(8), repeat=4):
        told = in_steps(counts)
        assert not [n for n in told if n % STEP], counts
        for n in range(5):
            assert abs(sum(told[:n]) - sum(counts[:n])) <= STEP // 2, counts


def test_no_count_can_be_reckoned_from_what_is_told():
    """Differencing: of each line at least three counts are told alike."""
    alike = defaultdict(list)
    for counts in product(range(18), repeat=3):
        alike[tuple(in_steps(counts))].append(counts)
    small = {told: rows for told, rows in alike.items() if max(told) <= STEP}
    for told, tables in small.items():
        for line in range(3):
            assert len({counts[line] for counts in tables}) >= 3, told


def test_what_stays_from_year_to_year_settles_no_count():
    """Open then, plus begun, less ended, is open now: each is told in steps alone."""
    alike = defaultdict(set)
    for before, begun, ended in product(range(12, 20), range(8), range(8)):
        numbers = (before, begun, ended, before + begun - ended)
        alike[tuple(in_steps([n])[0] for n in numbers)].add(numbers)
    common = [found for found in alike.values() if len(found) > 4]
    for found in common:
        for place in (1, 2):
            assert len({numbers[place] for numbers in found}) > 1


def test_bodies_together_are_the_sum_of_what_each_is_told():
    """So a body can be taken from all without learning of the others."""
    one, two = table(3, 9), table(1, 1)
    both = shown(one, two)
    single = [shown(each) for each in (one, two)]
    sums = [
        tuple(map(sum, zip(*(figure.rows[n].counts for figure in single), strict=True)))
        for n in range(2)
    ]
    assert [row.counts for row in both.rows] == sums
    beside = figure_of({"甲": [one], "乙": [two]}, masked=True, rest="")
    assert [row.counts for row in beside.rows] == [
        (single[0].rows[n].counts[0], single[1].rows[n].counts[0]) for n in range(2)
    ]


def test_counts_of_meetings_are_told_as_they_are():
    figure = shown(table(1, 2, private=False))
    assert [row.counts for row in figure.rows] == [(1,), (2,)]
    assert figure.totals == (3,)
    assert [r.counts for r in shown(table(1, 2), masked=False).rows] == [(1,), (2,)]


def test_lines_that_do_not_add_up_have_no_total():
    assert shown(table(1, 20, whole=False)).totals == ()


def test_a_median_of_few_is_not_told_and_of_many_nearly():
    days = (41,) * 4
    assert shown(table(4, values=days)).middle is None
    assert shown(table(20, values=days)).middle == 40
    assert shown(table(4, values=days), masked=False).middle == 41


def test_bars_are_as_long_as_their_counts_and_told_apart_by_pattern():
    tables = {"甲": [table(5, 20)], "乙": [table(10, 0)]}
    chart = chart_of(figure_of(tables, masked=False, rest=""))
    assert chart is not None
    first, second = chart.groups
    assert [bar.pattern for bar in first.bars] == [0, 1]
    assert first.bars[1].width == second.bars[0].width / 2
    assert [name for _pattern, name in chart.legend] == ["甲", "乙"]
    many = {str(n): [table(n)] for n in range(6)}
    totals = chart_of(figure_of(many, masked=False, rest=""))
    assert totals is not None
    assert [group.label for group in totals.groups] == list("012345")
    assert chart_of(shown(table(0, 0))) is None


def test_the_rest_is_one_line_and_bounds_belong_to_the_lower_line():
    lines = (Line("い", 2), Line("あ", 2), Line("う", 9))
    agencies = Table("t", "表", "回", lines, whole=False, top=1)
    assert [(row.label, row.counts) for row in shown(agencies).rows] == [
        ("う", (9,)),
        ("その他", (4,)),
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
    return figures_of(actor, Wish(**{"year": year, "use": Use.INSIDE, **more}))


def counts(found: Figures, key: str) -> dict[str, int]:
    return counted(found.figures, key)


def on_page(page: Any, key: str) -> dict[str, int]:
    return counted([figure for figure, _chart in page.context["rows"]], key)


def counted(figures: list[Figure], key: str) -> dict[str, int]:
    (figure,) = (each for each in figures if each.key == key)
    return {row.label: sum(row.counts) for row in figure.rows if any(row.counts)}


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
    (days,) = (each for each in found.figures if each.key == "days")
    assert days.middle == 40
    assert counts(found, "national")["プランの策定"] == 1


def test_another_year_and_another_body_hold_nothing_of_it(cast, year):
    assert counts(of(cast.secretariat, year - 3), "meetings") == {}
    assert counts(of(cast.secretariat, year, body=cast.juso), "meetings") == {}
    assert counts(of(cast.secretariat, year, body=cast.shien), "meetings") != {}


def column(found: Figures, name: str) -> dict[str, dict[str, int]]:
    """What stands in one column of each figure."""
    places = {f.key: f.columns.index(name) for f in found.figures}
    return {
        f.key: {r.label: n for r in f.rows if (n := r.counts[places[f.key]])}
        for f in found.figures
    }


@pytest.mark.parametrize("use", list(Use))
def test_a_body_has_the_same_figures_on_its_page_and_beside_others(cast, year, use):
    """Items of another body's case, too: a difference would tell of a household."""
    beside = of(cast.secretariat, year, by=By.BODY, use=use)
    for body in (cast.shien, cast.juso):
        page = of(cast.secretariat, year, body=body, use=use)
        assert column(page, "数") == column(beside, str(body))
    page = column(of(cast.secretariat, year, body=cast.juso), "数")
    assert page["regimes"] == {"重層的支援会議(本人同意あり)": 1}
    assert page["national"] == {"重層的支援会議で話し合った事例(実数)": 1}


def test_who_keeps_the_second_body_alone_counts_its_items(cast, year):
    """The item is decided, not the body in which its case is at home."""
    cast.chair.offices.filter(body=cast.shien).delete()
    found = of(cast.chair, year)
    assert counts(found, "regimes") == {"重層的支援会議(本人同意あり)": 1}
    assert counts(found, "agencies") != {}
    assert counts(found, "status") == {}
    cast.case.memberships.filter(person=cast.chair).delete()
    assert counts(of(cast.chair, year), "regimes") == {}


@pytest.mark.parametrize("use", [Use.INSIDE, Use.SHARED])
def test_a_year_has_the_same_figures_on_its_page_and_beside_others(cast, year, use):
    """What came of a case that was over counts in the year in which it came."""
    first = date(year, 4, 1)
    Outcome.objects.all().delete()
    Case.objects.filter(pk=cast.case.pk).update(
        opened_on=first - timedelta(days=300), closed_on=first - timedelta(days=20)
    )
    HandBack.objects.create(
        case=cast.case,
        organization=cast.clinic.organization,
        talked_on=first,
        talk="話した。",
        handed_on=first,
        entered_by=cast.secretariat,
        entered_at=clock.now(),
    )
    ResourceGap.objects.create(
        body=cast.juso,
        item=cast.juso_item,
        field=ResourceGap.Field.WORK,
        words="短い時間の仕事",
        raised_by=cast.secretariat,
        raised_at=clock.day_start(first) - timedelta(days=1),
    )
    beside = of(cast.secretariat, year, by=By.YEAR, use=use)
    for each in (year, year - 1, year - 2):
        page = of(cast.secretariat, each, use=use)
        assert column(page, "数") == column(beside, jp.fiscal_year_words(each))
    if use is Use.INSIDE:
        assert counts(of(cast.secretariat, year), "national")["つなぎもどし"] == 1
        assert counts(of(cast.secretariat, year - 1), "gaps") == {"就労・社会参加": 1}


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
    assert not [row for f in found.figures for row in f.rows if any(row.counts)]


@pytest.mark.parametrize("who", ["clinic", "administrator", "auditor", "leaver"])
def test_others_find_no_such_page(cast, year, who):
    with pytest.raises(HiddenError):
        of(getattr(cast, who), year)


@pytest.fixture
def clerk(cast: Cast, signed_in) -> Client:
    client: Client = signed_in(cast.secretariat)
    return client


def test_the_page_and_its_files_keep_small_counts_back(year, clerk):
    page = clerk.get(reverse("meetings:figures"))
    status = next(f for f, _c in page.context["rows"] if f.key == "status")
    assert status.totals == (0,)  # one household
    assert "中央値" not in page.content.decode()  # it would be its own number
    sheet = clerk.get(reverse("meetings:figures"), {"as": "xlsx"})
    book = load_workbook(io.BytesIO(sheet.content))
    cells = [c.value for row in book["事例の状況(現在)"].iter_rows() for c in row]
    assert not {1, "1"} & set(cells)
    paper = clerk.get(reverse("meetings:figures"), {"as": "docx"})
    grids = Document(io.BytesIO(paper.content)).tables
    assert [g for g in grids if g.rows[0].cells[0].text == "区分"]
    actions = AuditEvent.objects.filter(action="meetings.figures.read")
    assert [event.detail["as"] for event in actions] == ["page", "xlsx", "docx"]


def test_exact_counts_are_asked_for_and_warned_of(year, clerk):
    page = clerk.get(reverse("meetings:figures"), {"use": "inside"}).content.decode()
    assert "外に出さないでください" in page
    assert "中央値は40日です。" in page


USES = ["shared", "report", "report", "shared"]
REPORT = ["支援会議と重層的支援会議の開催", "事例とプラン"]


def test_the_report_has_the_rows_of_the_nation_alone_as_they_are(cast, year, clerk):
    """Steps of five would be wrong numbers there; nothing else comes with them."""
    address = reverse("meetings:figures")
    page = clerk.get(address)
    assert on_page(page, "national") == {"プランの策定": STEP}
    assert 'href="?use=report"' in page.content.decode()
    page = clerk.get(address, {"use": "report"})
    assert [figure.title for figure, _chart in page.context["rows"]] == REPORT
    assert on_page(page, "national")["プランの策定"] == 1
    assert "報告だけに使う実数です。ほかの資料には写さないで" in page.content.decode()
    sheet = clerk.get(address, {"use": "report", "as": "xlsx"})
    assert "tokei-hokoku-" in sheet["Content-Disposition"]
    book = load_workbook(io.BytesIO(sheet.content))
    assert book.sheetnames == REPORT
    cells = dict(book["事例とプラン"].iter_rows(min_row=5, values_only=True))
    assert cells["プランの策定"] == 1
    assert "ほかの資料には写さないで" in book["事例とプラン"]["A3"].value
    masked = clerk.get(address, {"as": "xlsx"})
    book = load_workbook(io.BytesIO(masked.content))
    cells = dict(book["事例とプラン"].iter_rows(min_row=5, values_only=True))
    assert set(cells.values()) == {0, STEP}
    reads = AuditEvent.objects.filter(action="meetings.figures.read").order_by("pk")
    assert [event.detail["use"] for event in reads] == USES


@pytest.mark.parametrize("by", [each.value for each in By])
def test_a_report_is_of_the_year_and_marked_however_it_is_laid_out(year, clerk, by):
    page = clerk.get(reverse("meetings:figures"), {"use": "report", "by": by})
    assert [figure.title for figure, _chart in page.context["rows"]] == REPORT
    assert ("1年分です" in page.content.decode()) is (by == By.MONTH)


@pytest.mark.parametrize("who", ["clinic", "administrator", "auditor", "leaver"])
def test_nobody_else_learns_what_is_reported(cast, year, who):
    with pytest.raises(HiddenError):
        of(getattr(cast, who), year, use=Use.REPORT)


def test_a_case_that_two_bodies_discussed_is_reported_once(cast, year):
    """実数: the sum of the bodies would count its household twice."""
    ground = cast.shien_item.ground
    LegalBasis.objects.create(body=cast.juso, ground=ground, starts_at=LONG_AGO)
    AgendaItem.objects.filter(pk=cast.juso_item.pk).update(
        law=Regime.SHIEN, ground=ground
    )
    label = "支援会議で話し合った事例(実数)"
    found = of(cast.secretariat, year, use=Use.REPORT)
    assert counts(found, "national")[label] == 1
    beside = of(cast.secretariat, year, use=Use.REPORT, by=By.BODY)
    assert counts(beside, "national")[label] == 2


def test_files_say_how_they_count_and_can_be_reckoned_with(year, clerk):
    address = reverse("meetings:figures")
    book = load_workbook(io.BytesIO(clerk.get(address, {"as": "xlsx"}).content))
    for page in book:
        assert "5件きざみ" in page["A3"].value
        assert jp.fiscal_year_words(year) in page["A3"].value
        rows = page.iter_rows(min_row=5, min_col=2, values_only=True)
        assert all(type(count) is int for row in rows for count in row), page.title
    inside = clerk.get(address, {"as": "xlsx", "use": "inside"})
    assert "tokei-chonai-" in inside["Content-Disposition"]
    book = load_workbook(io.BytesIO(inside.content))
    assert "外に出さないで" in book["事例とプラン"]["A3"].value


@pytest.mark.parametrize("by", [each.value for each in By])
def test_side_by_side_by_unit_body_month_and_year(year, cast, clerk, by):
    Case.objects.filter(pk=cast.case.pk).update(opened_on=clock.today())
    answer = clerk.get(reverse("meetings:figures"), {"by": by, "use": "inside"})
    figures = {f.key: f for f, _chart in answer.context["rows"]}
    wide = {"month": 12, "year": 3, "unit": 1, "body": 2, "whole": 1}[by]
    assert len(figures["regimes"].columns) == wide
    assert sum(figures["regimes"].totals) == 2
    assert ("status" in figures) == (by != "month")  # households: never by months
    assert sum(figures["new"].totals) == 1
    for kind in ("xlsx", "docx"):
        asked = {"by": by, "as": kind}
        assert clerk.get(reverse("meetings:figures"), asked).status_code == 200


def test_fields_of_a_case_are_counted_each(year, cast, clerk):
    address = reverse("members:case-fields", args=[cast.case.id])
    clerk.post(address, {"fields_of_case": ["housing", "elderly"]})
    cast.case.refresh_from_db()
    assert cast.case.fields == ["elderly", "housing"]
    found = counts(of(cast.secretariat, year), "fields")
    assert found == {"高齢・介護": 1, "住まい": 1}


def test_more_years_and_bodies_ask_no_more(year, cast):
    def queries(**more: Any) -> int:
        actor = factories.sign_in(cast.secretariat)
        with CaptureQueriesContext(connection) as found:
            figures_of(actor, Wish(year=year, **more))
        return len(found)

    assert queries() == queries(by=By.BODY) == queries(by=By.YEAR)
    assert queries(by=By.MONTH) == queries()


@pytest.mark.parametrize("asked", [{"year": "1900"}, {"year": "x"}, {"body": "y"}])
def test_nonsense_in_the_address_shows_the_usual_year(year, clerk, asked):
    answer = clerk.get(reverse("meetings:figures"), asked)
    assert answer.context["wish"].year == year


def test_a_leap_day_child_is_of_age_a_day_later():
    assert age(date(2008, 2, 29), date(2026, 2, 28)) == 17
    assert age(date(2008, 2, 29), date(2026, 3, 1)) == 18
