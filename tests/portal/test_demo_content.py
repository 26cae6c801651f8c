"""The demo municipality is consistent on any day on which somebody looks at it."""

from collections import Counter
from datetime import date, timedelta

import pytest

from documents.output.papers.intake import WORRIES
from portal.demo.content import demo_content
from portal.demo.content.bodies import LEAVER, NEWCOMER
from portal.demo.content.budgets import Budget
from portal.demo.content.cases import CASE_FILES
from portal.demo.content.minutes import BEGUN, SCRIPTS
from portal.demo.content.people import CAST
from portal.demo.content.timeline import Timeline, regular_day

DAYS = (
    date(2026, 11, 21),
    date(2026, 1, 1),
    date(2025, 12, 31),
    date(2026, 3, 31),
    date(2026, 4, 1),
    date(2027, 3, 1),
    date(2025, 6, 1),
    date(2024, 2, 29),
    date(2028, 2, 29),
    date(2030, 3, 1),
)
PLANNED = ("draft", "submitted")


@pytest.fixture(scope="module", params=DAYS, ids=str)
def demo(request):
    return demo_content(request.param)


def by_key(rows):
    return {row.key: row for row in rows}


def sitting_of(demo, item):
    return by_key(demo.sittings)[item.sitting]


def case_items(demo):
    cases = by_key(demo.cases)
    return [
        (item, cases[item.case], sitting_of(demo, item))
        for item in demo.items
        if item.case
    ]


def past_occasions(demo, case, occasion):
    return [
        (item, sitting)
        for item, owner, sitting in case_items(demo)
        if owner is case and item.occasion == occasion and sitting.state == "closed"
    ]


def has_standing(demo, person, body, day):
    organization = by_key(demo.people)[person].organization
    return any(
        row.body == body
        and (row.person == person or row.organization == organization)
        and row.valid_from <= day < row.valid_until
        for row in demo.commissions
    )


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


class TestCases:
    def test_a_dozen_households_half_in_each_unit(self, demo):
        assert Counter(case.unit for case in demo.cases) == {"north": 6, "south": 6}

    def test_every_state_of_the_process_is_there(self, demo):
        covered: Counter[str] = Counter()
        for case in demo.cases:
            live = [row for row in case.consents if row.withdrawn_on is None]
            if not case.consents:
                covered["none"] += 1
            elif not live:
                covered["withdrawn"] += 1
            else:
                covered["all" if len(live) == len(case.members) else "some"] += 1
        assert set(covered) == {"none", "withdrawn", "all", "some"}
        assert {case.status for case in demo.cases} == {
            "intake", "assessment", "planned", "confirmed", "replanning", "suspended",
            "closed",
        }  # fmt: skip

    def test_consent_based_items_have_the_consent_of_all_they_are_about(self, demo):
        for item, case, sitting in case_items(demo):
            if item.regime != "JUSO":
                continue
            given = {
                row.member
                for row in case.consents
                if row.valid_from <= sitting.held_on
                and sitting.held_on < (row.withdrawn_on or date.max)
            }
            assert set(item.subjects) <= given, item.key
            assert item.subjects

    def test_nothing_consent_based_follows_a_withdrawal(self, demo):
        case = by_key(demo.cases)["withdrawn"]
        (consent,) = case.consents
        assert consent.withdrawn_on is not None
        later = [
            item.regime
            for item, owner, sitting in case_items(demo)
            if owner is case and sitting.held_on >= consent.withdrawn_on
        ]
        assert later == ["SHIEN"]

    def test_a_plan_was_settled_by_a_sitting_of_that_occasion(self, demo):
        items = by_key(demo.items)
        for case in demo.cases:
            assert [plan.version for plan in case.plans] == list(
                range(1, len(case.plans) + 1)
            )
            for plan in case.plans:
                item = items[plan.item]
                expected = "plan" if plan.version == 1 else "replan"
                assert (item.case, item.occasion) == (case.key, expected)
                assert plan.confirmed_on == sitting_of(demo, item).held_on
                assert plan.confirmed_on < demo.today

    @pytest.mark.parametrize(
        ("status", "occasion"),
        [
            ("confirmed", "plan"),
            ("replanning", "plan"),
            ("suspended", "suspension"),
            ("closed", "closure"),
        ],
    )
    def test_a_status_rests_on_a_past_item_of_its_occasion(
        self, demo, status, occasion
    ):
        cases = [case for case in demo.cases if case.status == status]
        assert cases
        assert all(past_occasions(demo, case, occasion) for case in cases)

    def test_other_cases_have_no_closure_and_no_suspension(self, demo):
        for case in demo.cases:
            for occasion, status in (
                ("closure", "closed"),
                ("suspension", "suspended"),
            ):
                assert bool(past_occasions(demo, case, occasion)) == (
                    case.status == status
                )

    def test_the_city_decides_after_the_meeting_or_has_yet_to(self, demo):
        plans = [plan for case in demo.cases for plan in case.plans]
        assert any(plan.needs_decision and plan.decided_on is None for plan in plans)
        for plan in plans:
            assert plan.needs_decision == bool(plan.services)
            if plan.decided_on:
                assert plan.needs_decision
                assert plan.confirmed_on < plan.decided_on <= demo.today

    def test_nothing_happens_to_a_case_before_it_came_or_in_the_future(self, demo):
        for item, case, sitting in case_items(demo):
            assert case.opened_on <= sitting.held_on, item.key
        for case in demo.cases:
            days = [row.valid_from for row in case.consents]
            days += [row.withdrawn_on for row in case.consents if row.withdrawn_on]
            days += [row.valid_from for row in (*case.selections, *case.recusals)]
            assert all(day <= demo.today for day in days)
            assert all(day >= case.opened_on for day in days)

    def test_the_recused_person_is_never_asked(self, demo):
        case = by_key(demo.cases)["doublecare"]
        assert [row.person for row in case.recusals] == ["kuga"]
        for item, owner, _ in case_items(demo):
            assert owner is not case or "kuga" not in item.people

    def test_items_stay_in_their_unit(self, demo):
        people, bodies = by_key(demo.people), by_key(demo.bodies)
        for item, case, sitting in case_items(demo):
            assert case.unit == sitting.unit == bodies[item.body].unit
            units = {role.unit for key in item.people for role in people[key].roles}
            assert units <= {None, case.unit}


class TestMinutes:
    def test_every_past_item_has_minutes_with_a_decision(self, demo):
        kinds: dict[str, list[str]] = {}
        for entry in demo.minutes:
            kinds.setdefault(entry.item, []).append(entry.kind)
        for item in demo.items:
            state = sitting_of(demo, item).state
            if state == "closed":
                assert "decision" in kinds[item.key], item.key
            if state in PLANNED:
                assert item.key not in kinds

    def test_many_items_are_long_and_what_was_said_stands_once(self, demo):
        length = Counter(entry.item for entry in demo.minutes)
        assert sum(count >= 6 for count in length.values()) >= 35
        texts = Counter(e.text for e in demo.minutes if e.kind != "decision")
        assert [text for text, count in texts.items() if count > 1] == []

    def test_speakers_were_in_the_room(self, demo):
        items = by_key(demo.items)
        for entry in demo.minutes:
            item = items[entry.item]
            absent = {row.person for row in item.attendance if row.state == "absent"}
            assert entry.speaker in set(item.people) - absent, (item.key, entry.speaker)

    def test_presenters_and_signatories_were_in_the_room(self, demo):
        for item in demo.items:
            absent = {row.person for row in item.attendance if row.state == "absent"}
            present = set(item.people) - absent
            assert {item.presenter, item.signatory} <= present, item.key
            assert item.signatory not in item.people[:2]

    def test_facts_have_a_source_and_tasks_an_actor_and_a_day(self, demo):
        items = by_key(demo.items)
        for entry in demo.minutes:
            assert bool(entry.source) == entry.kind.startswith("fact")
            assert bool(entry.assignee) == bool(entry.due_on) == (entry.kind == "task")
            if entry.assignee:
                assert entry.assignee in items[entry.item].people, entry
                assert entry.due_on > sitting_of(demo, items[entry.item]).held_on

    def test_unusual_attendance_is_of_people_who_were_asked(self, demo):
        for item in demo.items:
            if sitting_of(demo, item).state == "closed":
                assert [row.person for row in item.attendance] == list(item.people)
        notes = [r for item in demo.items for r in item.attendance if r.note]
        assert {row.state for row in notes} == {"absent", "late", "left"}


class TestPapers:
    def test_past_items_have_papers_and_todays_have_three_to_five(self, demo):
        count = Counter(paper.item for paper in demo.papers)
        for item in demo.items:
            state = sitting_of(demo, item).state
            if state == "closed":
                assert 1 <= count[item.key] <= 3
            elif state == "convened":
                assert 3 <= count[item.key] <= 5
            else:
                assert count[item.key] == 0

    def test_numbers_are_unique_in_a_sitting(self, demo):
        sitting = {item.key: item.sitting for item in demo.items}
        numbers = Counter((sitting[row.item], row.number) for row in demo.papers)
        assert max(numbers.values()) == 1

    def test_all_formats_and_classes_of_case_papers_occur(self, demo):
        assert {row.file_format for row in demo.papers} == {"docx", "xlsx", "pdf"}
        for row in demo.papers:
            assert (row.document_class == "3A") == (row.kind == "identity_key")
            assert (row.document_class == "2") == (row.kind == "other")
            assert row.file_name.endswith(f".{row.file_format}")

    def test_a_paper_is_about_those_its_item_is_about(self, demo):
        items = by_key(demo.items)
        assert all(row.subjects == items[row.item].subjects for row in demo.papers)
        assert all(row.uploaded_by in items[row.item].people for row in demo.papers)

    def test_names_stand_in_the_identity_key_and_the_application_alone(self, demo):
        items, cases = by_key(demo.items), by_key(demo.cases)
        for row in demo.papers:
            case = cases.get(items[row.item].case)
            named = row.kind in ("identity_key", "intake_application")
            if case:
                names = [member.name for member in case.members]
                assert any(name in repr(row.values) for name in names) == named

    def test_worries_are_those_of_the_form(self):
        for file in CASE_FILES.values():
            ticks = file.worries.split(" ")
            assert [tick[0] for tick in ticks] == ["◎"] + ["○"] * (len(ticks) - 1)
            assert {tick[1:] for tick in ticks} <= set(WORRIES)

    def test_budgets_of_the_debt_case_turn_from_loss_to_balance(self, demo):
        left = [
            sum(line.yen for line in row.values.income)
            - sum(line.yen for line in row.values.spending)
            for row in demo.papers
            if isinstance(row.values, Budget) and row.item.startswith("debt")
        ]
        assert left[0] < 0 < left[-1]


def test_the_same_day_gives_the_same_municipality():
    assert demo_content(DAYS[0]) == demo_content(DAYS[0])
