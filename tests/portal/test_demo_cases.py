"""Cases, minutes and papers of the demo fit together on any day."""

from collections import Counter
from datetime import date

import pytest

from documents.output.papers.intake import WORRIES
from portal.demo.content import demo_content
from portal.demo.content.budgets import Budget
from portal.demo.content.cases import CASE_FILES
from tests.portal.demo_days import (
    DAYS,
    PLANNED,
    by_key,
    case_items,
    past_occasions,
    sitting_of,
)

pytestmark = pytest.mark.pure


@pytest.fixture(scope="module", params=DAYS, ids=str)
def demo(request):
    return demo_content(request.param)


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
            "intake", "assessment", "planned", "awaiting", "confirmed", "replanning",
            "suspended", "closed",
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
            ("awaiting", "plan"),
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
            duty = entry.kind in {"task", "pending"}
            assert bool(entry.assignee) == bool(entry.due_on) == duty
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

    def test_numbers_are_unique_in_an_item_and_tell_of_no_other(self, demo):
        """They count within the item: a gap would show that there are others."""
        numbers = Counter((row.item, row.number) for row in demo.papers)
        assert max(numbers.values()) == 1
        for item, count in Counter(row.item for row in demo.papers).items():
            assert (item, f"資料{count}") in numbers

    def test_all_formats_and_classes_of_case_papers_occur(self, demo):
        assert {row.file_format for row in demo.papers} == {"docx", "xlsx", "pdf"}
        for row in demo.papers:
            assert (row.document_class == "3A") == (row.kind == "identity_key")
            assert (row.document_class == "2") == (row.kind == "other")
            assert row.file_name.endswith(f".{row.file_format}")

    def test_plans_name_a_monitoring_day_after_their_sitting(self, demo):
        items = by_key(demo.items)
        for item in items.values():
            if item.occasion in ("plan", "replan"):
                assert item.monitoring_on > sitting_of(demo, item).held_on

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
