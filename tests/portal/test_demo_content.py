"""The demo municipality is consistent on any day on which somebody looks at it."""

from collections import Counter
from datetime import date, timedelta

import pytest

from portal.demo.content import demo_content
from portal.demo.content.bodies import LEAVER, NEWCOMER
from portal.demo.content.cases import CASE_FILES
from portal.demo.content.minutes import BEGUN, SCRIPTS
from portal.demo.content.people import CAST
from portal.demo.content.timeline import Timeline, regular_day
from tests.portal.demo_days import (
    DAYS,
    PLANNED,
    by_key,
    case_items,
    has_standing,
    sitting_of,
)

pytestmark = pytest.mark.pure


@pytest.fixture(scope="module", params=DAYS, ids=str)
def demo(request):
    return demo_content(request.param)


class TestKeys:
    @pytest.mark.parametrize(
        "collection",
        ["units", "organizations", "people", "bodies", "pledges", "cases", "sittings",
         "items", "papers"],
    )  # fmt: skip
    def test_are_unique(self, demo, collection):
        rows = getattr(demo, collection)
        assert len(by_key(rows)) == len(rows)

    def test_names_and_numbers_are_unique(self, demo):
        for values in (
            [person.name for person in demo.people],
            [row.mail for row in demo.people if row.mail],
            [case.number for case in demo.cases],
            [(row.body, row.number) for row in demo.sittings],
            [(row.person, row.pledge) for row in demo.acknowledgements],
            [member.name for case in demo.cases for member in case.members],
        ):
            assert [value for value, n in Counter(values).items() if n > 1] == []

    def test_references_of_people_and_bodies_resolve(self, demo):
        organizations = by_key(demo.organizations)
        people = by_key(demo.people)
        assert {person.organization for person in demo.people} <= set(organizations)
        for body in demo.bodies:
            assert {*body.core, *body.on_call} <= set(organizations)
            assert {body.head, body.secretariat} <= set(people)
        for row in demo.commissions:
            assert (row.person in people) != (row.organization in organizations)
            assert row.body in by_key(demo.bodies)

    def test_references_of_cases_resolve(self, demo):
        organizations, people = by_key(demo.organizations), by_key(demo.people)
        for case in demo.cases:
            members = {member.key for member in case.members}
            assert case.referrer in organizations
            assert case.lead_agency is None or case.lead_agency in organizations
            assert {row.person for row in case.selections} <= set(people)
            assert {row.member for row in case.consents} <= members
            assert {row.item for row in case.plans} <= set(by_key(demo.items))

    def test_every_script_belongs_to_an_item_and_every_case_has_a_file(self, demo):
        assert set(SCRIPTS) | set(BEGUN) <= set(by_key(demo.items))
        assert set(CASE_FILES) == set(by_key(demo.cases))


class TestInvention:
    def test_addresses_and_numbers_lead_nowhere(self, demo):
        assert all(
            row.mail is None or row.mail.endswith(".example") for row in demo.people
        )
        phones = [row.phone for row in (*demo.people, *demo.organizations)]
        assert all(phone.startswith("000-0000-") for phone in phones)

    def test_commissioners_share_a_phone_and_have_no_mail(self, demo):
        people = by_key(demo.people)
        assert people["oka"].mail is None
        assert people["oka"].phone == people["hirose"].phone
        assert people["oka"].channel == "card"

    def test_the_cast_introduces_itself_and_nobody_else_does(self, demo):
        assert {row.key for row in CAST} == {
            row.key for row in demo.people if row.introduction
        }

    def test_real_names_stay_out_of_titles_and_minutes(self, demo):
        names = [
            part
            for case in demo.cases
            for member in case.members
            for part in member.name.replace("・", " ").split()
            if len(part) > 1
        ]
        texts = [entry.text for entry in demo.minutes]
        texts += [f"{case.title}{case.description}" for case in demo.cases]
        texts += [paper.title + paper.file_name for paper in demo.papers]
        assert [name for name in names if any(name in text for text in texts)] == []


class TestCalendar:
    def test_one_sitting_a_unit_today_and_one_next_month(self, demo):
        for unit in ("north", "south"):
            days = [row for row in demo.sittings if row.unit == unit]
            assert [row.held_on for row in days if row.state == "convened"] == [
                demo.today
            ]
            (planned,) = [row for row in days if row.state in PLANNED]
            first_of_next = (demo.today.replace(day=1) + timedelta(days=32)).replace(
                day=1
            )
            assert planned.held_on == regular_day(
                first_of_next.year, first_of_next.month
            )

    def test_the_twelve_months_before_had_one_sitting_each(self, demo):
        for unit in ("north", "south"):
            past = [
                row.held_on
                for row in demo.sittings
                if row.unit == unit and row.state == "closed"
            ]
            assert len({(day.year, day.month) for day in past}) == 12
            assert past == sorted(past)
            assert past[-1] < demo.today.replace(day=1)
            assert {day.weekday() for day in past} <= {3, 4}

    def test_representatives_met_once_and_meet_again(self, demo):
        past, planned = [r for r in demo.sittings if r.body == "representatives"]
        assert past.held_on < demo.today < planned.held_on
        assert all(
            item.case is None
            for item in demo.items
            if item.sitting in (past.key, planned.key)
        )

    def test_sittings_hold_two_to_four_items_that_fit_in_the_time(self, demo):
        for row in demo.sittings:
            items = [item for item in demo.items if item.sitting == row.key]
            assert 2 <= len(items) <= 4
            assert [item.order for item in items] == list(range(1, len(items) + 1))
            assert sum(item.minutes_allotted for item in items) <= 120

    def test_today_has_three_items_in_the_north(self, demo):
        items = [item for item in demo.items if item.sitting == "north+00"]
        assert [item.regime for item in items] == ["SHIEN", "JUSO", "SHIEN"]
        begun = Counter(entry.item for entry in demo.minutes)
        assert begun["gomi-4"] == 3
        assert begun["kinrin-5"] == 2
        assert begun["doublecare-3"] == 0

    @pytest.mark.parametrize(
        ("year", "month", "day"),
        [(2025, 3, 21), (2026, 11, 19), (2026, 12, 17), (2024, 2, 15), (2031, 3, 20)],
    )
    def test_a_holiday_moves_the_third_thursday(self, year, month, day):
        assert regular_day(year, month) == date(year, month, day)

    def test_months_run_over_the_end_of_the_year(self):
        assert Timeline(date(2026, 1, 31)).month(-1) == (2025, 12)
        assert Timeline(date(2025, 12, 1)).month(1) == (2026, 1)

    def test_school_ages_follow_the_fiscal_year(self):
        assert Timeline(date(2026, 11, 21)).born(13, 7, 28) == date(2012, 7, 28)
        assert Timeline(date(2027, 3, 31)).born(13, 3, 14) == date(2013, 3, 14)


class TestDuty:
    def test_the_text_says_kokinkei_from_june_2025(self, demo):
        pledges = by_key(demo.pledges)
        assert pledges["shien-1"].valid_until == date(2025, 6, 1)
        assert pledges["shien-2"].valid_from == date(2025, 6, 1)
        assert "懲役" in pledges["shien-1"].text
        assert "懲役" not in pledges["shien-2"].text
        assert "1年以下の拘禁刑又は100万円以下の罰金" in pledges["shien-2"].text
        assert all("見本" in row.text for row in demo.pledges)

    def test_the_consent_based_text_threatens_no_penalty(self, demo):
        assert "罰金" not in by_key(demo.pledges)["juso-1"].text

    def test_terms_end_on_the_last_of_march_but_for_the_leaver(self, demo):
        for row in demo.commissions:
            assert row.valid_from < row.valid_until
            if row.person != LEAVER:
                assert (row.valid_until.month, row.valid_until.day) == (4, 1)
            assert (row.end_reason is None) == (row.valid_until > demo.today)

    def test_everybody_asked_had_standing_on_the_day(self, demo):
        for item in demo.items:
            day = sitting_of(demo, item).held_on
            without = [
                person
                for person in item.people
                if not has_standing(demo, person, item.body, day)
            ]
            assert without == [], item.key

    def test_everybody_who_came_had_acknowledged_a_text(self, demo):
        first: dict[str, date] = {}
        for row in demo.acknowledgements:
            day = first.get(row.person, date.max)
            first[row.person] = min(day, row.acknowledged_on)
        for item, _, sitting in case_items(demo):
            for row in item.attendance:
                assert first[row.person] <= sitting.held_on

    def test_acknowledgements_are_of_a_text_in_force_and_not_in_the_future(self, demo):
        pledges = by_key(demo.pledges)
        for row in demo.acknowledgements:
            pledge = pledges[row.pledge]
            assert pledge.valid_from <= row.acknowledged_on <= demo.today
            assert row.acknowledged_on < (pledge.valid_until or date.max)

    def test_the_newcomer_is_asked_today_but_has_acknowledged_nothing(self, demo):
        assert NEWCOMER not in {row.person for row in demo.acknowledgements}
        assert NEWCOMER in by_key(demo.items)["gomi-4"].people

    def test_the_leaver_and_the_expired_have_no_standing_today(self, demo):
        assert not any(
            row.person == LEAVER and row.valid_until > demo.today
            for row in demo.commissions
        )
        assert "ishimori" not in by_key(demo.items)["evacuee-4"].people


def test_the_same_day_gives_the_same_municipality():
    assert demo_content(DAYS[0]) == demo_content(DAYS[0])
