"""The dates of a year: the rule, the calendar, the clashes, the sittings made."""

from datetime import date, time, timedelta

import jpholiday
import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from meetings import clashes, year
from meetings.models import CalendarDay, Invitation, Sitting, YearPlan
from meetings.selectors import year as selectors
from meetings.services import sittings
from meetings.services import year as services
from meetings.services.sittings import When
from meetings.year import LAST, DayNote, Rule, Shift
from members.facts import Regime, Role
from members.models import Body, Commission, Recusal
from portal.core import clock
from portal.core.errors import HiddenError, InvalidError
from portal.core.models import AuditEvent
from tests import factories
from tests.cast import Cast
from tests.meetings.convening import clerk, key

MONDAY, TUESDAY, WEDNESDAY, THURSDAY, SATURDAY = 0, 1, 2, 3, 5
OUTSIDERS = ["clinic", "newcomer", "colleague", "stranger", "administrator", "auditor"]


def rule(**more: object) -> Rule:
    values = {
        "nth": 2,
        "weekday": MONDAY,
        "shift": Shift.AFTER,
        "months_out": frozenset(),
        "starts": time(13, 30),
        "ends": time(15, 30),
        "place": "市役所本庁舎 3階 301会議室",
    }
    return Rule(**{**values, **more})  # type: ignore[arg-type] # each test names its own


def closed(number: int, *notes: DayNote) -> dict[date, str]:
    return year.closed_days(number, notes)


def days(wanted: Rule, number: int, *notes: DayNote) -> list[date | None]:
    return [month.day for month in year.plan(wanted, number, closed(number, *notes))]


def hits(nth: int, weekday: int) -> list[date]:
    """The dates of fiscal year 2026 on which such a weekday is closed."""
    plan = year.plan(rule(nth=nth, weekday=weekday), 2026, closed(2026))
    return [month.regular for month in plan if month.reason and month.regular]


# The rule


def test_what_fiscal_year_2026_does_to_the_usual_rules() -> None:
    assert hits(2, MONDAY) == [date(2026, 10, 12), date(2027, 1, 11)]
    assert hits(3, MONDAY) == [date(2026, 7, 20), date(2026, 9, 21)]
    assert hits(4, WEDNESDAY) == [date(2026, 9, 23)]
    assert hits(4, THURSDAY) == []
    assert hits(3, TUESDAY) == []


def test_a_closed_day_moves_to_the_next_or_the_last_open_day() -> None:
    third = {"nth": 3, "weekday": MONDAY}
    after, before, skip = (days(rule(**third, shift=shift), 2026)[5] for shift in Shift)
    # 敬老の日, 国民の休日 and 秋分の日 stand together; before them is the weekend.
    assert (after, before, skip) == (date(2026, 9, 24), date(2026, 9, 18), None)


def test_the_last_weekday_is_the_fourth_or_the_fifth() -> None:
    found = days(rule(nth=LAST, weekday=TUESDAY), 2027)
    assert found[:3] == [date(2027, 4, 27), date(2027, 5, 25), date(2027, 6, 29)]


def test_a_date_does_not_move_into_another_month() -> None:
    last = rule(nth=LAST, weekday=WEDNESDAY)
    december = year.plan(last, 2026, closed(2026))[8]
    assert (december.regular, december.day) == (date(2026, 12, 30), None)
    assert year.words(last, december) == (
        "12月30日は「年末年始の休み」です。この月のうちに、ずらせる開庁日がありません。"
    )
    before = rule(nth=LAST, weekday=WEDNESDAY, shift=Shift.BEFORE)
    assert days(before, 2026)[8] == date(2026, 12, 28)


def test_months_left_out_have_no_date() -> None:
    found = days(rule(months_out=frozenset({8, 3})), 2027)
    assert [found[4], found[11]] == [None, None]
    assert sum(day is not None for day in found) == 10


def test_a_body_of_saturdays_is_moved_by_holidays_alone() -> None:
    saturdays = rule(nth=1, weekday=SATURDAY)
    plan = year.plan(saturdays, 2027, closed(2027))
    moved = {month.regular: month.day for month in plan if month.reason}
    assert moved == {date(2028, 1, 1): date(2028, 1, 4)}


def test_the_rule_in_words() -> None:
    said = rule(months_out=frozenset({8, 1, 4}))
    assert said.words == "毎月第2月曜日 午後1時30分から午後3時30分"
    assert said.months_out_words == "4月・8月・1月"


RULES = st.builds(
    rule,
    nth=st.integers(1, LAST),
    weekday=st.integers(0, 6),
    shift=st.sampled_from(Shift),
    months_out=st.frozensets(st.integers(1, 12)),
)
NOTES = st.lists(
    st.builds(
        DayNote,
        day=st.dates(date(2026, 4, 1), date(2029, 3, 31)),
        yearly=st.booleans(),
        closed=st.booleans(),
        name=st.just("市制記念日"),
    ),
    max_size=20,
)


@given(RULES, st.integers(2020, 2090), NOTES)
def test_a_plan_keeps_its_rule_whatever_the_year(
    wanted: Rule, number: int, notes: list[DayNote]
) -> None:
    names = year.closed_days(number, notes)
    first, last = year.fiscal_span(number)
    plan = year.plan(wanted, number, names)
    assert [month.first for month in plan] == list(year.months(number))
    for month in plan:
        assert (month.regular is None) == (month.first.month in wanted.months_out)
        if month.regular is not None:
            _check_regular(wanted, month.regular)
        if month.day is None:
            assert month.reason or month.regular is None
            continue
        assert first <= month.day <= last
        assert month.day not in names
        assert (month.day.year, month.day.month) == (
            month.first.year,
            month.first.month,
        )
        if month.regular is not None and month.day != month.regular:
            assert month.regular in names
            _check_moved(wanted, month.regular, month.day, names)


def _check_regular(wanted: Rule, regular: date) -> None:
    assert regular.weekday() == wanted.weekday
    if wanted.nth == LAST:
        assert (regular + timedelta(days=7)).month != regular.month
    else:
        assert (regular.day - 1) // 7 + 1 == wanted.nth


def _check_moved(
    wanted: Rule, regular: date, day: date, names: dict[date, str]
) -> None:
    start, end = sorted([regular, day])
    between = [start + timedelta(days=n) for n in range(1, (end - start).days)]
    assert all(year.why_closed(each, names) for each in between)
    assert (day > regular) == (wanted.shift is Shift.AFTER)
    assert day.weekday() < SATURDAY


# The calendar


def test_the_turn_of_the_year_and_the_holidays_are_closed() -> None:
    names = closed(2026)
    assert names[date(2026, 12, 29)] == "年末年始の休み"
    assert names[date(2027, 1, 1)] == "元日"
    assert names[date(2027, 1, 3)] == "年末年始の休み"
    assert date(2026, 12, 28) not in names
    assert date(2027, 1, 4) not in names
    assert list(names) == sorted(names)
    library = {day for day, _name in jpholiday.between(*year.fiscal_span(2026))}
    assert library <= names.keys()


def test_the_municipality_corrects_the_calendar() -> None:
    founding = DayNote(date(2000, 10, 1), yearly=True, closed=True, name="市制記念日")
    kept_open = DayNote(date(2027, 10, 1), yearly=False, closed=False, name="開庁")
    moved = DayNote(date(2026, 10, 12), yearly=False, closed=False, name="法改正")
    added = DayNote(date(2026, 10, 13), yearly=False, closed=True, name="特別の祝日")
    names = closed(2026, moved, added, founding)
    assert names[date(2026, 10, 1)] == "市制記念日"
    assert date(2026, 10, 12) not in names
    assert names[date(2026, 10, 13)] == "特別の祝日"
    # One date beats every year, in whatever order they were entered.
    for notes in ([founding, kept_open], [kept_open, founding]):
        assert date(2027, 10, 1) not in closed(2027, *notes)
    assert days(rule(), 2026, moved)[6] == date(2026, 10, 12)


def test_a_yearly_day_of_29_february_counts_in_leap_years_only() -> None:
    leap = DayNote(year.yearly(date(2028, 2, 29)), yearly=True, closed=True, name="休")
    assert date(2028, 2, 29) in closed(2027, leap)
    assert closed(2028, leap).keys() == closed(2028).keys()


def entered(cast: Cast, number: int = 1, **more: object) -> CalendarDay:
    values = {"day": date(2027, 10, 1), "yearly": True, "closed": True, "name": "市制"}
    return services.enter_calendar_day(
        actor=clerk(cast),
        key=key(number),
        note=DayNote(**{**values, **more}),  # type: ignore[arg-type] # each test's own
        decided_by="見本市の休日を定める条例",
        decided_on=date(2006, 3, 1),
    )


def test_a_day_entered_closes_every_body_and_is_recorded(cast: Cast) -> None:
    row = entered(cast)
    assert entered(cast).id == row.id
    assert selectors.closed_days(2028)[date(2028, 10, 1)] == "市制"
    event = AuditEvent.objects.get(action="meetings.calendar_day.enter")
    assert event.actor == str(cast.secretariat.id)


def test_a_day_is_entered_once(cast: Cast) -> None:
    entered(cast)
    with pytest.raises(InvalidError, match="もう登録されています"):
        entered(cast, 2, day=date(2030, 10, 1))
    entered(cast, 3, day=date(2030, 10, 1), yearly=False, closed=False)
    assert CalendarDay.objects.count() == 2


def test_a_day_taken_out_is_open_again(cast: Cast) -> None:
    row = entered(cast)
    services.remove_calendar_day(actor=clerk(cast), row=row)
    assert date(2027, 10, 1) not in selectors.closed_days(2027)
    assert AuditEvent.objects.filter(action="meetings.calendar_day.remove").exists()


@pytest.mark.parametrize("name", [n for n in OUTSIDERS if n != "stranger"])
def test_only_those_who_convene_keep_the_calendar(cast: Cast, name: str) -> None:
    row = entered(cast)
    actor = factories.sign_in(getattr(cast, name))
    with pytest.raises(HiddenError):
        services.remove_calendar_day(actor=actor, row=row)
    with pytest.raises(HiddenError):
        services.enter_calendar_day(
            actor=actor,
            key=key(2),
            note=DayNote(date(2027, 1, 5), yearly=False, closed=True, name="休"),
            decided_by="条例",
            decided_on=date(2006, 3, 1),
        )
    assert CalendarDay.objects.count() == 1


# The plan of a year

AUTUMN = "2026-11-21 10:00+09:00"


@pytest.fixture
def autumn():
    """Some way into fiscal year 2026."""
    with time_machine.travel(AUTUMN, tick=False):
        yield


@pytest.fixture
def town(autumn: None, cast: Cast) -> Cast:
    return cast


def preview(town: Cast, number: int = 2027, wanted: Rule | None = None, **more):
    return services.plan_year(
        actor=clerk(town),
        body=town.shien,
        number=number,
        rule=wanted or rule(),
        **more,
    )


def confirm(town: Cast, dates: list[date], number: int = 2027, **more):
    values = {
        "actor": clerk(town),
        "key": key(9),
        "body": town.shien,
        "rule": rule(),
    }
    return services.confirm_year(number=number, days=dates, **{**values, **more})


def proposed(town: Cast) -> list[date]:
    return [row.day for row in preview(town) if row.day]


def at(day: date, start: int = 13, hours: int = 2) -> When:
    begins = clock.day_start(day) + timedelta(hours=start)
    return When(begins, begins + timedelta(hours=hours), "別の部屋")


def test_a_preview_writes_nothing(town: Cast) -> None:
    before = Sitting.objects.count(), AuditEvent.objects.count()
    rows = preview(town)
    assert [row.day for row in rows][:2] == [date(2027, 4, 12), date(2027, 5, 10)]
    assert "「スポーツの日」" in rows[6].words
    assert rows[6].day == date(2027, 10, 12)
    assert before == (Sitting.objects.count(), AuditEvent.objects.count())


def test_confirming_makes_drafts_in_the_order_of_dates(town: Cast) -> None:
    dates = proposed(town)
    made = confirm(town, dates[::-1])
    last = town.sitting.number
    assert [sitting.number for sitting in made] == [last + n for n in range(1, 13)]
    assert {sitting.state for sitting in made} == {Sitting.State.DRAFT}
    first = made[0].starts_at.astimezone(clock.JST)
    assert (first.date(), first.time()) == (dates[0], time(13, 30))
    plan = YearPlan.objects.get()
    assert (plan.body, plan.year, plan.rule) == (town.shien, 2027, rule())
    assert plan.confirmed_by == town.secretariat
    event = AuditEvent.objects.get(action="meetings.year.confirm")
    assert event.detail == {"made": 12, "left": 0}


def test_the_same_confirmation_twice_makes_one_year(town: Cast) -> None:
    dates = proposed(town)
    first, second = confirm(town, dates), confirm(town, dates)
    assert [s.id for s in first] == [s.id for s in second]
    assert (YearPlan.objects.count(), town.shien.sittings.count()) == (1, 13)


def test_the_key_of_another_body_opens_nothing(town: Cast) -> None:
    confirm(town, proposed(town))
    with pytest.raises(HiddenError):
        confirm(town, proposed(town), body=town.juso)


def test_a_day_with_a_sitting_stays_as_it_is(town: Cast) -> None:
    there = sittings.create_sitting(
        actor=clerk(town), key=key(1), body=town.shien, when=at(date(2027, 5, 10), 9)
    )
    row = preview(town)[1]
    assert (row.taken, row.out, row.there) == (True, True, [there])
    made = confirm(town, [date(2027, 4, 12), date(2027, 5, 10), date(2027, 6, 14)])
    assert there not in made
    assert len(made) == 2
    numbers = dict(
        town.shien.sittings.filter(state="draft").values_list(
            "starts_at__date", "number"
        )
    )
    assert [numbers[day] for day in sorted(numbers)] == sorted(numbers.values())
    there.refresh_from_db()
    assert there.place == "別の部屋"


def test_a_month_with_another_sitting_is_left_out_at_first(town: Cast) -> None:
    sittings.create_sitting(
        actor=clerk(town), key=key(1), body=town.shien, when=at(date(2027, 5, 20))
    )
    row = preview(town)[1]
    assert (row.day, row.taken, row.out) == (date(2027, 5, 10), False, True)


def test_a_joint_day_counts_for_both_bodies(town: Cast) -> None:
    when = at(date(2027, 5, 10), 9)
    there = factories.sitting(
        town.juso,
        town.secretariat,
        state="draft",
        starts_at=when.starts_at,
        ends_at=when.ends_at,
    )
    there.joint.create(body=town.shien, number=90, recorded_by=town.secretariat)
    row = preview(town)[1]
    assert (row.taken, row.there, row.clashes) == (True, [there], [])
    counts = {row.body: row.counts for row in selectors.body_years(clerk(town))}
    assert counts[town.shien] == [(2026, 1), (2027, 1)]
    assert counts[town.juso] == [(2026, 0), (2027, 1)]


def test_a_number_that_was_given_out_stays(town: Cast) -> None:
    told = sittings.create_sitting(
        actor=clerk(town), key=key(1), body=town.shien, when=at(date(2027, 6, 1))
    )
    Sitting.objects.filter(pk=told.pk).update(state=Sitting.State.CONVENED)
    made = confirm(town, [date(2027, 4, 12), date(2027, 7, 12)])
    told.refresh_from_db()
    assert [s.number for s in made] == [told.number + 1, told.number + 2]


def test_what_is_left_of_the_present_year(town: Cast) -> None:
    rows = preview(town, 2026)
    assert [row.over for row in rows] == [True] * 7 + [False] * 5
    november, december = rows[7], rows[8]
    assert (november.day, november.words) == (None, "もう過ぎた日です。")
    assert december.day == date(2026, 12, 14)


def test_a_body_on_trial_has_no_dates_after_its_end(town: Cast) -> None:
    Body.objects.filter(pk=town.shien.pk).update(ends_on=date(2027, 9, 30))
    town.shien.refresh_from_db()
    rows = preview(town)
    assert [row.day is None for row in rows] == [False] * 6 + [True] * 6
    with pytest.raises(InvalidError, match=r"令和9年10月12日.*置かれていない日"):
        confirm(town, [date(2027, 10, 12)])


def test_a_date_changed_by_hand_is_looked_at_again(town: Cast) -> None:
    chosen = {date(2027, 4, 1): date(2027, 4, 29), date(2027, 5, 1): date(2027, 5, 10)}
    rows = preview(town, chosen=chosen)
    assert (rows[0].day, rows[0].closed) == (date(2027, 4, 29), "昭和の日")
    assert (rows[1].day, rows[1].closed) == (date(2027, 5, 10), "")
    assert [row.out for row in rows] == [False, False] + [True] * 10


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"months_out": frozenset(range(1, 13))}, "令和9年度にこれから開ける日が1日も"),
        ({"ends": time(13, 30)}, "終了は、開始より後"),
    ],
)
def test_a_rule_without_sense_says_so(town: Cast, wrong, words: str) -> None:
    with pytest.raises(InvalidError, match=words):
        preview(town, wanted=rule(**wrong))


@pytest.mark.parametrize(
    ("dates", "words"),
    [
        ([], "1日以上選んで"),
        ([date(2027, 4, 12)] * 2, "同じ日が2回"),
        ([date(2027, 4, 12), date(2028, 4, 1)], "令和10年4月1日.*この年度の日では"),
        ([date(2026, 11, 20)], "この年度の日では"),
    ],
)
def test_impossible_days_make_nothing_at_all(town: Cast, dates, words: str) -> None:
    with pytest.raises(InvalidError, match=words):
        confirm(town, dates)
    assert (YearPlan.objects.count(), town.shien.sittings.count()) == (0, 1)


def test_a_past_day_of_the_year_is_refused(town: Cast) -> None:
    with pytest.raises(InvalidError, match="もう過ぎた日"):
        confirm(town, [date(2026, 11, 20)], number=2026)


@pytest.mark.parametrize("name", OUTSIDERS)
def test_only_the_offices_of_the_body_plan_its_year(town: Cast, name: str) -> None:
    actor = factories.sign_in(getattr(town, name))
    with pytest.raises(HiddenError):
        services.plan_year(actor=actor, body=town.shien, number=2027, rule=rule())
    with pytest.raises(HiddenError):
        confirm(town, [date(2027, 4, 12)], actor=actor)
    assert YearPlan.objects.count() == 0


# The same person in two meetings

APRIL = date(2027, 4, 12)


def wanted_twice(town: Cast, actor=None, start: int = 13) -> list[clashes.Clash]:
    when = at(APRIL, start)
    return clashes.clashes(
        actor or clerk(town), town.shien, [(when.starts_at, when.ends_at)]
    )[0]


def elsewhere(body: Body, by, start: int = 14, **more) -> Sitting:
    when = at(APRIL, start)
    return factories.sitting(
        body,
        by,
        starts_at=when.starts_at,
        ends_at=when.ends_at,
        **{"state": "draft", **more},
    )


def test_everybody_of_both_bodies_is_named_while_nobody_is_chosen(town: Cast) -> None:
    other = elsewhere(town.juso, town.secretariat)
    (clash,) = wanted_twice(town)
    assert clash.sitting == other
    both = {"chair", "secretariat", "clinic", "newcomer", "leaver", "colleague"}
    both.add("recused")  # from a case, not from the body
    assert set(clash.names) == {getattr(town, name).name for name in both}
    assert clash.count == 7


def test_once_people_are_chosen_they_alone_are_wanted(town: Cast) -> None:
    other = elsewhere(town.juso, town.secretariat)
    item = factories.item(other, town.case, town.juso)
    factories.seat(town.clinic, item, Role.EXTERNAL)
    (clash,) = wanted_twice(town)
    assert clash.names == (town.clinic.name,)


def test_hours_that_only_touch_do_not_clash(town: Cast) -> None:
    elsewhere(town.juso, town.secretariat, 15)
    elsewhere(town.juso, town.secretariat, 11)
    assert wanted_twice(town) == []


def test_a_sitting_called_off_wants_nobody(town: Cast) -> None:
    elsewhere(town.juso, town.secretariat, state="cancelled")
    assert wanted_twice(town) == []


def test_those_who_left_are_not_wanted(town: Cast) -> None:
    elsewhere(town.juso, town.secretariat)
    town.clinic.commissions.filter(body=town.juso).update(ends_at=clock.now())
    (clash,) = wanted_twice(town)
    assert town.clinic.name not in clash.names


def test_an_agency_commissioned_as_a_whole_is_wanted_with_its_people(
    town: Cast,
) -> None:
    other = factories.body(Regime.NONE, name="連絡会")
    factories.office(town.secretariat, Role.SECRETARIAT, other)
    factories.commission(town.secretariat, other)
    Commission.objects.create(
        form=Commission.Form.ORGANIZATION,
        body=other,
        organization=town.clinic.organization,
        starts_at=clock.now(),
    )
    elsewhere(other, town.secretariat)
    (clash,) = wanted_twice(town)
    assert town.clinic.name in clash.names
    assert town.chair.name not in clash.names


def southern(town: Cast) -> Body:
    return Body.objects.get(offices__person=town.stranger)


def test_of_another_units_meeting_only_a_number_is_told(town: Cast) -> None:
    body = southern(town)
    factories.commission(town.clinic, body)
    elsewhere(body, town.stranger)
    elsewhere(body, town.stranger)
    assert wanted_twice(town) == [clashes.Clash(1)]


def test_a_meeting_that_wants_nobody_of_the_body_is_not_told(town: Cast) -> None:
    elsewhere(southern(town), town.stranger)
    assert wanted_twice(town) == []


def test_who_comes_for_an_item_kept_from_the_clerk_is_not_counted(town: Cast) -> None:
    other = elsewhere(town.juso, town.secretariat)
    item = factories.item(other, town.case, town.juso)
    factories.seat(town.clinic, item, Role.EXTERNAL)
    Recusal.objects.create(
        person=town.secretariat,
        case=town.case,
        starts_at=clock.now() - timedelta(hours=1),
        reason="親族が当事者のため",
        entered_by=town.chair,
    )
    assert wanted_twice(town) == []
    (clash,) = wanted_twice(town, factories.sign_in(town.chair))
    assert clash.names == (town.clinic.name,)


def test_an_invitation_withdrawn_wants_nobody(town: Cast) -> None:
    other = elsewhere(town.juso, town.secretariat)
    item = factories.item(other, town.case, town.juso)
    factories.seat(town.clinic, item, Role.EXTERNAL)
    factories.seat(town.chair, item, Role.CHAIR)
    Invitation.objects.filter(person=town.chair, sitting=other).update(
        withdrawn_at=clock.now()
    )
    (clash,) = wanted_twice(town)
    assert clash.names == (town.clinic.name,)


def test_the_preview_asks_as_much_for_many_meetings_as_for_one(
    town: Cast, django_assert_max_num_queries
) -> None:
    actor = clerk(town)

    def fill(count: int) -> None:
        for _ in range(count):
            other = elsewhere(town.juso, town.secretariat)
            item = factories.item(other, town.case, town.juso)
            factories.seat(town.clinic, item, Role.EXTERNAL)

    def plan() -> None:
        services.plan_year(actor=actor, body=town.shien, number=2027, rule=rule())

    fill(1)
    with django_assert_max_num_queries(80) as small:
        plan()
    fill(12)
    with django_assert_max_num_queries(len(small.captured_queries)):
        plan()
