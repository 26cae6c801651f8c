"""The pages of the year's dates, walked as the cast: what each may do, and may not."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from html import unescape
from urllib.parse import urlencode
from uuid import uuid4

import pytest
import time_machine
from django.test import Client

from meetings.models import CalendarDay, Sitting, YearPlan
from members.facts import Regime, Role
from members.models import Body
from portal.core import clock
from tests import factories
from tests.cast import Cast
from tests.conftest import SignIn
from tests.meetings.convening import PLACE, key
from tests.meetings.test_convene_pages import text, url

RULE = {
    "year": 2027,
    "nth": 2,
    "weekday": 0,
    "shift": "after",
    "months_out": [8],
    "starts": "13:30",
    "ends": "15:30",
    "place": PLACE,
}
DAY = {
    "key": key(1),
    "closed": "yes",
    "day": "2027-10-12",
    "name": "市制記念日",
    "decided_by": "市の休日を定める条例",
    "decided_on": "2006-03-01",
}
OUTSIDERS = ["clinic", "newcomer", "colleague", "stranger", "administrator", "auditor"]


@pytest.fixture(autouse=True)
def autumn() -> Iterator[None]:
    with time_machine.travel("2026-11-21 10:00+09:00", tick=False):
        yield


@pytest.fixture
def town(autumn: None, cast: Cast) -> Cast:
    return cast


@pytest.fixture
def clerk(town: Cast, signed_in: SignIn) -> Client:
    return signed_in(town.secretariat)


def plan_address(town: Cast, **more: object) -> str:
    query = urlencode({**RULE, **more}, doseq=True)
    return f"{url('year-plan', town.shien.id)}?{query}"


def typed(page: str) -> dict[str, str]:
    """What the preview's form would send as it stands."""
    form = page[page.index("data-guard") :]
    found = {}
    for tag in re.findall(r"<input[^>]*>", form):
        values = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        if values["type"] != "checkbox":
            found[values["name"]] = unescape(values.get("value", ""))
        elif " checked" in tag:
            found[values["name"]] = "on"
    return found


def test_the_clerk_walks_from_a_rule_to_a_years_meetings(
    town: Cast, clerk: Client
) -> None:
    assert "決まりは、まだありません" in text(clerk, url("year-list"))
    detail = url("year-detail", town.shien.id)
    assert "この年度の会議はまだありません" in text(clerk, f"{detail}?year=2027")
    plan = url("year-plan", town.shien.id)
    assert "会議を開かない月" in text(clerk, f"{plan}?year=2027")
    page = text(clerk, plan_address(town))
    assert "「スポーツの日」です。次の開庁日にしました。" in page
    assert "会議を開かない月です。" in page
    assert Sitting.objects.filter(state="draft").count() == 0
    form = typed(page)
    form["out_2027_05"] = "on"
    made = clerk.post(plan_address(town), form)
    assert (made.status_code, made["Location"]) == (302, f"{detail}?year=2027")
    shown = text(clerk, made["Location"])
    assert "会議を10回つくりました" in shown
    assert "毎月第2月曜日 午後1時30分から午後3時30分" in shown
    assert f"{town.secretariat.name}が確定" in shown
    drafts = Sitting.objects.filter(state="draft").order_by("starts_at")
    days = [clock.day_of(s.starts_at) for s in drafts]
    assert days[:2] == [date(2027, 4, 12), date(2027, 6, 14)]
    assert date(2027, 10, 12) in days
    again = text(clerk, f"{plan}?year=2027")
    assert PLACE in again


def test_the_same_form_sent_twice_makes_one_year(town: Cast, clerk: Client) -> None:
    form = typed(text(clerk, plan_address(town)))
    for _ in range(2):
        assert clerk.post(plan_address(town), form).status_code == 302
    assert (YearPlan.objects.count(), town.shien.sittings.count()) == (1, 12)


def test_a_second_confirmation_leaves_what_is_there(town: Cast, clerk: Client) -> None:
    clerk.post(plan_address(town), typed(text(clerk, plan_address(town))))
    before = set(Sitting.objects.values_list("id", "number", "starts_at"))
    page = text(clerk, plan_address(town))
    assert page.count("作成済み") == 11
    form = typed(page)
    refused = clerk.post(plan_address(town), form)
    assert refused.status_code == 422
    assert "会議を開く日を1日以上選んで" in refused.content.decode()
    form = {name: value for name, value in form.items() if "out_" not in name}
    clerk.post(plan_address(town), form)
    assert set(Sitting.objects.values_list("id", "number", "starts_at")) == before


def test_a_date_changed_by_hand_is_shown_before_it_is_made(
    town: Cast, clerk: Client
) -> None:
    other = factories.body(Regime.NONE, unit=None, name="連絡会")
    factories.commission(town.clinic, other)
    moved = clock.day_start(date(2027, 4, 13)) + timedelta(hours=14)
    factories.sitting(
        other,
        town.stranger,
        starts_at=moved,
        ends_at=moved + timedelta(hours=1),
        state="draft",
    )
    form = typed(text(clerk, plan_address(town)))
    form["day_2027_04"] = "2027-04-13"
    looked = clerk.post(plan_address(town), form)
    page = looked.content.decode()
    assert looked.status_code == 200
    assert "別の会議と重なる人が1人います" in page
    assert "連絡会" not in page
    assert Sitting.objects.filter(body=town.shien, state="draft").count() == 0
    assert clerk.post(plan_address(town), typed(page)).status_code == 302
    first = town.shien.sittings.filter(state="draft").order_by("starts_at")[0]
    assert clock.day_of(first.starts_at) == date(2027, 4, 13)


def test_looking_again_keeps_the_changes(town: Cast, clerk: Client) -> None:
    form = typed(text(clerk, plan_address(town)))
    form |= {"day_2027_04": "2027-04-29", "out_2027_06": "on", "check": "1"}
    page = clerk.post(plan_address(town), form).content.decode()
    assert "選んだ日は「昭和の日」です" in page
    assert typed(page)["day_2027_04"] == "2027-04-29"
    assert typed(page)["out_2027_06"] == "on"


def test_names_are_for_those_who_convene_both(town: Cast, clerk: Client) -> None:
    start = clock.day_start(date(2027, 4, 12)) + timedelta(hours=14)
    factories.sitting(
        town.juso,
        town.secretariat,
        number=7,
        starts_at=start,
        ends_at=start + timedelta(hours=1),
        state="draft",
    )
    page = text(clerk, plan_address(town))
    assert f"{town.juso} 第7回と重なる人が7人います" in page
    assert town.clinic.name in page


def test_a_stranger_hears_no_name_and_no_body(town: Cast, signed_in) -> None:
    """The other unit's clerk plans a meeting on which people of ours are wanted."""
    south = Body.objects.get(offices__person=town.stranger)
    factories.commission(town.clinic, south)
    start = clock.day_start(date(2027, 4, 12)) + timedelta(hours=14)
    factories.sitting(
        town.shien,
        town.secretariat,
        starts_at=start,
        ends_at=start + timedelta(hours=1),
        state="draft",
    )
    address = f"{url('year-plan', south.id)}?{urlencode(RULE, doseq=True)}"
    page = text(signed_in(town.stranger), address)
    assert "別の会議と重なる人が1人います" in page
    for hidden in (town.clinic.name, str(town.shien), PLACE + "x", town.chair.name):
        assert hidden not in page


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"ends": "13:00"}, "開始より後の時刻にしてください"),
        ({"months_out": list(range(1, 13))}, "これから開ける日が1日もありません"),
        ({"year": 2031}, "年度"),
        ({"nth": 6}, "第何週"),
        ({"weekday": "x"}, "曜日"),
        ({"place": "部屋\r\nBcc: x@y.example"}, "改行や制御文字は使えません"),
        ({"starts": ""}, "開始"),
    ],
    ids=str,
)
def test_a_rule_that_cannot_be_is_answered_with_words(
    town: Cast, clerk: Client, wrong: dict[str, object], words: str
) -> None:
    page = text(clerk, plan_address(town, **wrong), 422)
    assert "入力内容をお確かめください" in page
    assert words in page
    assert "会議をつくる</button>" not in page


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"day_2027_04": "2027-02-30"}, "4月の日"),
        ({"day_2027_04": "2028-04-10"}, "この年度の日を選んでください"),
        ({"day_2027_04": "2027-05-10"}, "同じ日が2回"),
        ({"key": "no-key"}, "入力内容をお確かめください"),
    ],
    ids=str,
)
def test_impossible_dates_are_answered_and_make_nothing(
    town: Cast, clerk: Client, wrong: dict[str, str], words: str
) -> None:
    form = {**typed(text(clerk, plan_address(town))), **wrong}
    response = clerk.post(plan_address(town), form)
    assert response.status_code == 422
    assert words in response.content.decode()
    assert Sitting.objects.filter(state="draft").count() == 0


@pytest.mark.parametrize("name", OUTSIDERS)
def test_the_year_of_a_body_is_hidden_from_others(
    town: Cast, signed_in, name: str
) -> None:
    client = signed_in(getattr(town, name))
    unknown = client.get(url("year-detail", uuid4()))
    assert unknown.status_code == 404
    for address in (url("year-detail", town.shien.id), plan_address(town)):
        response = client.get(address)
        assert (response.status_code, response.content) == (404, unknown.content)
    assert client.post(plan_address(town), {"key": str(uuid4())}).status_code == 404
    assert YearPlan.objects.count() == 0


def test_a_day_is_entered_and_taken_out(town: Cast, clerk: Client) -> None:
    assert clerk.post(url("closed-days"), DAY).status_code == 302
    assert clerk.post(url("closed-days"), DAY).status_code == 302
    page = text(clerk, f"{url('closed-days')}?year=2027")
    assert page.count("市制記念日") >= 2
    assert "2027年10月13日" in text(clerk, plan_address(town))
    row = CalendarDay.objects.get()
    assert clerk.post(url("closed-day-remove", row.id)).status_code == 302
    assert not CalendarDay.objects.exists()
    assert clerk.post(url("closed-day-remove", row.id)).status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [{"day": "2027-02-30"}, {"name": ""}, {"decided_by": "あ\x07"}, {"closed": "x"}],
    ids=str,
)
def test_a_wrong_day_is_answered_and_entered_nowhere(
    town: Cast, clerk: Client, wrong: dict[str, str]
) -> None:
    assert clerk.post(url("closed-days"), {**DAY, **wrong}).status_code == 422
    assert not CalendarDay.objects.exists()


def test_the_same_day_twice_is_said(town: Cast, clerk: Client) -> None:
    clerk.post(url("closed-days"), DAY)
    again = clerk.post(url("closed-days"), {**DAY, "key": key(2)})
    assert again.status_code == 422
    assert "もう登録されています" in again.content.decode()


@pytest.mark.parametrize("name", [n for n in OUTSIDERS if n != "stranger"])
def test_the_calendar_is_kept_by_those_who_convene(
    town: Cast, signed_in, name: str
) -> None:
    client = signed_in(getattr(town, name))
    assert client.get(url("year-list")).status_code == 404
    assert client.get(url("closed-days")).status_code == 404
    assert client.post(url("closed-days"), DAY).status_code == 404
    assert not CalendarDay.objects.exists()


def test_the_ways_lead_from_home_and_list(town: Cast, clerk: Client, signed_in) -> None:
    for address in (url("home"), url("sitting-list")):
        assert url("year-list") in text(clerk, address)
    assert url("year-list") not in text(signed_in(town.clinic), url("sitting-list"))


def test_queries_do_not_grow_with_bodies_and_meetings(
    town: Cast, clerk: Client, django_assert_max_num_queries
) -> None:
    pages = [
        url("year-list"),
        f"{url('year-detail', town.shien.id)}?year=2027",
        plan_address(town),
    ]

    def fill(number: int) -> None:
        body = factories.body(Regime.JUSO, name=f"重層的支援会議{number}")
        factories.office(town.secretariat, Role.SECRETARIAT, body)
        factories.commission(town.secretariat, body)
        for each in (body, town.shien):
            day = date(2027, 4, 12 + number)
            starts = clock.day_start(day) + timedelta(hours=13)
            factories.sitting(
                each,
                town.secretariat,
                starts_at=starts,
                ends_at=starts + timedelta(hours=1),
                state="draft",
            )

    fill(0)
    counts = []
    for page in pages:
        with django_assert_max_num_queries(80) as small:
            text(clerk, page)
        counts.append(len(small.captured_queries))
    for number in range(1, 8):
        fill(number)
    for page, count in zip(pages, counts, strict=True):
        with django_assert_max_num_queries(count):
            text(clerk, page)
