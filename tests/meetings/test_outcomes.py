"""A case's plan follows the outcome of its meeting, and the city's decision, alone."""

from datetime import date, timedelta

import pytest

from meetings.models import (
    AgendaItem,
    HandBack,
    Minutes,
    Outcome,
    Sitting,
    SupportDecision,
)
from meetings.outcomes import Resolution, results_of
from meetings.services import outcomes
from meetings.services.outcomes import Decision, Return
from members.models import Case, Charter, Organization
from members.services import progress
from portal.core import clock
from portal.core.errors import HiddenError, InvalidError, RefusedError
from portal.core.models import AuditEvent
from tests import factories
from tests.cast import Cast
from tests.meetings.convening import clerk, head, offices

Occasion, Result, Status = AgendaItem.Occasion, Outcome.Result, Case.Status
pytestmark = pytest.mark.django_db


def soon(days: int = 90) -> date:
    return clock.today() + timedelta(days=days)


def item_at(
    cast: Cast, occasion: AgendaItem.Occasion, sitting: Sitting | None = None, **more
):
    """An item of the consent-based body on the case, with its two offices."""
    more.setdefault("occasion", occasion)
    item = factories.item(sitting or cast.sitting, cast.case, cast.juso, **more)
    for person, role in offices(cast):
        factories.seat(person, item, role)
    return item


def earlier(cast: Cast, days: int) -> Sitting:
    start = clock.now() - timedelta(days=days)
    return factories.sitting(
        cast.shien,
        cast.secretariat,
        starts_at=start,
        ends_at=start + timedelta(hours=2),
        state=Sitting.State.CLOSED,
        presiding=cast.chair,
    )


def record(cast: Cast, item: AgendaItem, result: Outcome.Result, **more) -> Outcome:
    if result in {Result.CONFIRMED, Result.REPLANNED}:
        more.setdefault("monitoring_on", soon())
    if result == Result.CLOSED:
        more.setdefault("lead_agency", agency())
    resolution = Resolution(result=result, **more)
    return outcomes.record_outcome(actor=clerk(cast), item=item, resolution=resolution)


def decide(cast: Cast, item: AgendaItem, **more) -> SupportDecision:
    values = {
        "granted": True,
        "decided_on": clock.today(),
        "decided_by": "福祉事務所長",
    }
    return outcomes.enter_decision(
        actor=clerk(cast), item=item, decision=Decision(**{**values, **more})
    )


def agency() -> Organization:
    return factories.organization("見本市自立相談支援センター")


def status(cast: Cast) -> str:
    return Case.objects.get(pk=cast.case.pk).status


def stand(cast: Cast, status: Case.Status) -> None:
    Case.objects.filter(pk=cast.case.pk).update(status=status)


def advise(body) -> None:
    rules = Charter.usual(body)
    rules.outcome, rules.starts_at = Charter.Outcome.ADVISES, factories.LONG_AGO
    rules.decided_by, rules.decided_on = "市長", clock.today()
    rules.save()


@pytest.mark.parametrize(
    ("occasion", "result", "after"),
    [
        (Occasion.PLAN, Result.CONFIRMED, Status.CONFIRMED),
        (Occasion.REPLAN, Result.REPLANNED, Status.CONFIRMED),
        (Occasion.CLOSURE, Result.CLOSED, Status.CLOSED),
        (Occasion.SUSPENSION, Result.SUSPENDED, Status.SUSPENDED),
    ],
)
def test_each_timing_settles_its_own_result(cast, occasion, result, after):
    stand(cast, Status.REPLANNING)
    outcome = record(cast, item_at(cast, occasion), result)
    assert status(cast) == after
    assert outcome.held_on == clock.today()
    assert (outcome.before, outcome.target) == (Status.REPLANNING, after)
    assert not outcome.needs_decision
    assert AuditEvent.objects.filter(action="meetings.item.outcome").count() == 1
    assert AuditEvent.objects.filter(action="members.case.status").count() == 1


SETTLING = (Result.CONFIRMED, Result.REPLANNED, Result.CLOSED, Result.SUSPENDED)
ELSEWHERE = [
    (occasion, result)
    for occasion in Occasion
    for result in SETTLING
    if result not in results_of(occasion, Status.CONFIRMED)
]


@pytest.mark.parametrize(("occasion", "result"), ELSEWHERE)
def test_any_other_timing_is_refused_with_the_item_that_is_needed(
    cast, occasion, result
):
    stand(cast, Status.CONFIRMED)
    with pytest.raises(RefusedError, match="の議題が要ります"):
        record(cast, item_at(cast, occasion), result)
    assert status(cast) == Status.CONFIRMED
    assert not Outcome.objects.exists()


@pytest.mark.parametrize(
    "wanted", [Status.CONFIRMED, Status.REPLANNING, Status.CLOSED, Status.SUSPENDED]
)
def test_no_hand_moves_a_case_past_its_meeting(cast, wanted):
    with pytest.raises(RefusedError, match="議題"):
        progress.take_step(actor=clerk(cast), case=cast.case, status=wanted)
    assert status(cast) == Status.INTAKE


def test_the_steps_before_a_plan_need_no_meeting(cast):
    for step in (Status.ASSESSMENT, Status.PLANNED, Status.ASSESSMENT):
        progress.take_step(actor=clerk(cast), case=cast.case, status=step)
        assert status(cast) == step
    stand(cast, Status.CONFIRMED)
    with pytest.raises(RefusedError, match="議題の結果で変わります"):
        progress.take_step(actor=clerk(cast), case=cast.case, status=Status.ASSESSMENT)


def test_an_ended_case_is_taken_up_again_at_once(cast):
    record(cast, item_at(cast, Occasion.CLOSURE), Result.CLOSED)
    case = Case.objects.get(pk=cast.case.pk)
    assert (case.closed_on, case.lead_agency) == (clock.today(), agency())
    with pytest.raises(RefusedError, match="アセスメント中から"):
        progress.take_step(actor=clerk(cast), case=case, status=Status.PLANNED)
    progress.take_step(actor=clerk(cast), case=case, status=Status.ASSESSMENT)
    case.refresh_from_db()
    assert (case.status, case.closed_on) == (Status.ASSESSMENT, None)


def test_an_ended_case_has_no_new_outcome(cast):
    item = item_at(cast, Occasion.PLAN)
    stand(cast, Status.CLOSED)
    with pytest.raises(RefusedError, match="再開して"):
        record(cast, item, Result.CONFIRMED)


@pytest.mark.parametrize("state", [Sitting.State.DRAFT, Sitting.State.CANCELLED])
def test_only_a_convened_sitting_has_outcomes(cast, state):
    item = item_at(cast, Occasion.PLAN)
    Sitting.objects.filter(pk=cast.sitting.pk).update(state=state)
    with pytest.raises(RefusedError, match="招集した会議"):
        record(cast, item, Result.CONFIRMED)
    assert status(cast) == Status.INTAKE


def test_a_sitting_that_has_not_begun_has_no_outcomes(cast):
    later = clock.now() + timedelta(days=1)
    sitting = factories.sitting(
        cast.shien,
        cast.secretariat,
        starts_at=later,
        ends_at=later + timedelta(hours=1),
    )
    item = item_at(cast, Occasion.PLAN, sitting)
    with pytest.raises(RefusedError, match="始まってから"):
        record(cast, item, Result.CONFIRMED)
    AgendaItem.objects.filter(pk=item.pk).update(state=AgendaItem.State.OPEN)
    record(cast, item, Result.CONFIRMED)  # the room began before its time


def test_a_plan_needs_the_date_on_which_it_is_looked_at_again(cast):
    item = item_at(cast, Occasion.PLAN)
    for day in (None, clock.today(), clock.today() - timedelta(days=1)):
        with pytest.raises(InvalidError, match="モニタリング"):
            record(cast, item, Result.CONFIRMED, monitoring_on=day)
    assert status(cast) == Status.INTAKE


def test_a_closure_names_who_leads_from_then_on(cast):
    item = item_at(cast, Occasion.CLOSURE)
    with pytest.raises(InvalidError, match="主担当"):
        record(cast, item, Result.CLOSED, lead_agency=None)


def test_continuing_changes_nothing_but_what_was_said(cast):
    stand(cast, Status.ASSESSMENT)
    outcome = record(cast, item_at(cast, Occasion.SHARING), Result.CONTINUED)
    assert (status(cast), outcome.target) == (Status.ASSESSMENT, "")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (Status.ASSESSMENT, Status.PLANNED),
        (Status.CONFIRMED, Status.REPLANNING),
        (Status.SUSPENDED, Status.REPLANNING),
    ],
)
def test_what_is_referred_back_is_planned_again(cast, before, after):
    stand(cast, before)
    record(cast, item_at(cast, Occasion.PLAN), Result.REFERRED_BACK)
    assert status(cast) == after


def test_sharing_can_only_send_back_what_was_a_plan(cast):
    item = item_at(cast, Occasion.SHARING)
    with pytest.raises(RefusedError):
        record(cast, item, Result.REFERRED_BACK)
    stand(cast, Status.CONFIRMED)
    record(cast, item, Result.REFERRED_BACK)
    assert status(cast) == Status.REPLANNING


# Who decides -----------------------------------------------------------------------


@pytest.mark.parametrize("service", ["participation", "outreach"])
def test_a_plan_with_a_service_waits_for_the_city(cast, service):
    item = item_at(cast, Occasion.PLAN)
    outcome = record(cast, item, Result.CONFIRMED, **{service: True})
    assert outcome.needs_decision
    assert status(cast) == Status.AWAITING
    decide(cast, item)
    assert status(cast) == Status.CONFIRMED


def test_the_approval_and_the_decision_are_two_dates_and_two_actors(cast):
    sitting = earlier(cast, 10)
    item = item_at(cast, Occasion.PLAN, sitting)
    outcome = record(cast, item, Result.CONFIRMED, participation=True)
    decision = decide(cast, item, decided_on=clock.today() - timedelta(days=3))
    assert outcome.held_on == clock.today() - timedelta(days=10)
    assert outcome.presided_by == cast.chair
    assert decision.decided_on == clock.today() - timedelta(days=3)
    assert decision.decided_by == "福祉事務所長"


@pytest.mark.parametrize(
    ("occasion", "result"),
    [
        (Occasion.PLAN, Result.CONFIRMED),
        (Occasion.CLOSURE, Result.CLOSED),
        (Occasion.SUSPENSION, Result.SUSPENDED),
    ],
)
def test_a_body_that_advises_leaves_every_settlement_to_the_city(
    cast, occasion, result
):
    advise(cast.juso)
    item = item_at(cast, occasion)
    record(cast, item, result)
    assert status(cast) == Status.AWAITING
    assert Case.objects.get(pk=cast.case.pk).closed_on is None
    decide(cast, item)
    assert status(cast) == Outcome.objects.get().target
    closed = Case.objects.get(pk=cast.case.pk).closed_on
    assert closed == (clock.today() if result == Result.CLOSED else None)


def test_the_city_may_say_no(cast):
    stand(cast, Status.PLANNED)
    item = item_at(cast, Occasion.PLAN)
    record(cast, item, Result.CONFIRMED, outreach=True)
    decide(cast, item, granted=False, note="対象の要件を満たさない")
    assert status(cast) == Status.PLANNED
    with pytest.raises(RefusedError, match="待っていません"):
        decide(cast, item)


def test_the_decision_lies_between_the_meeting_and_today(cast):
    item = item_at(cast, Occasion.PLAN)
    record(cast, item, Result.CONFIRMED, outreach=True)
    for days in (-1, 1):
        with pytest.raises(InvalidError, match="決定日"):
            decide(cast, item, decided_on=clock.today() + timedelta(days=days))
    assert status(cast) == Status.AWAITING


def test_nothing_waits_where_the_meeting_decides(cast):
    item = item_at(cast, Occasion.PLAN)
    record(cast, item, Result.CONFIRMED)
    with pytest.raises(RefusedError, match="待っていません"):
        decide(cast, item)


def test_a_decision_that_never_came_gives_way_to_a_later_outcome(cast):
    first = item_at(cast, Occasion.PLAN, earlier(cast, 30))
    record(cast, first, Result.CONFIRMED, outreach=True)
    second = item_at(cast, Occasion.PLAN)
    record(cast, second, Result.CONTINUED)
    assert status(cast) == Status.AWAITING
    third = item_at(cast, Occasion.PLAN)
    record(cast, third, Result.CONFIRMED)
    assert status(cast) == Status.CONFIRMED
    with pytest.raises(RefusedError):
        decide(cast, first)
    assert Outcome.objects.get(item=third).before == Status.INTAKE


# Correcting ------------------------------------------------------------------------


def test_a_wrong_entry_is_made_right(cast):
    stand(cast, Status.CONFIRMED)
    item = item_at(cast, Occasion.CLOSURE)
    record(cast, item, Result.CLOSED)
    outcome = record(cast, item, Result.CONTINUED)
    assert Outcome.objects.count() == 1
    assert (status(cast), outcome.target) == (Status.CONFIRMED, "")
    assert Case.objects.get(pk=cast.case.pk).closed_on is None


def test_only_the_last_word_on_a_case_is_changed(cast):
    first = item_at(cast, Occasion.PLAN, earlier(cast, 30))
    record(cast, first, Result.CONFIRMED)
    record(cast, item_at(cast, Occasion.SUSPENSION), Result.SUSPENDED)
    with pytest.raises(RefusedError, match="次の段階"):
        record(cast, first, Result.REFERRED_BACK)
    assert status(cast) == Status.SUSPENDED


def test_what_was_taken_up_again_is_not_undone_by_an_old_outcome(cast):
    item = item_at(cast, Occasion.CLOSURE)
    record(cast, item, Result.CLOSED)
    progress.take_step(actor=clerk(cast), case=cast.case, status=Status.ASSESSMENT)
    with pytest.raises(RefusedError, match="次の段階"):
        record(cast, item, Result.CONTINUED)
    assert status(cast) == Status.ASSESSMENT


def test_a_decided_outcome_stands(cast):
    item = item_at(cast, Occasion.PLAN)
    record(cast, item, Result.CONFIRMED, outreach=True)
    decide(cast, item)
    with pytest.raises(RefusedError, match="自治体の決定が登録"):
        record(cast, item, Result.CONTINUED)


def test_with_the_final_record_the_outcome_is_fixed(cast):
    item = item_at(cast, Occasion.PLAN)
    record(cast, item, Result.CONFIRMED)
    Minutes.objects.create(item=item, state=Minutes.State.FINAL)
    with pytest.raises(RefusedError, match="確定"):
        record(cast, item, Result.CONTINUED)


# Hand-back -------------------------------------------------------------------------


def back(**more) -> Return:
    values = {
        "organization": agency(),
        "talked_on": clock.today(),
        "talk": "調整は要らず、相談を続ける。",
        "handed_on": clock.today(),
    }
    return Return(**{**values, **more})


def test_a_case_goes_back_to_its_referrer_after_talk(cast):
    outcomes.hand_back(actor=clerk(cast), case=cast.case, back=back())
    row = HandBack.objects.get()
    assert status(cast) == Status.HANDED_BACK
    assert (row.organization, row.entered_by) == (agency(), cast.secretariat)


def test_a_plan_is_not_handed_back(cast):
    for planned in (Status.CONFIRMED, Status.SUSPENDED, Status.AWAITING):
        stand(cast, planned)
        with pytest.raises(RefusedError, match="支援終結の議題"):
            outcomes.hand_back(actor=clerk(cast), case=cast.case, back=back())
    assert not HandBack.objects.exists()


def test_the_talk_comes_before_the_hand_back(cast):
    tomorrow, yesterday = (clock.today() + timedelta(days=d) for d in (1, -1))
    for wrong in ({"handed_on": yesterday}, {"handed_on": tomorrow}):
        with pytest.raises(InvalidError, match="もどした日"):
            outcomes.hand_back(actor=clerk(cast), case=cast.case, back=back(**wrong))
    with pytest.raises(RefusedError, match="つなぎ元と話した日"):
        progress.take_step(actor=clerk(cast), case=cast.case, status=Status.HANDED_BACK)


# Who may -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    ["clinic", "leaver", "colleague", "stranger", "recused", "administrator"],
)
def test_it_does_not_exist_for_anybody_but_the_custodians(cast, name):
    actor = factories.sign_in(getattr(cast, name))
    item = item_at(cast, Occasion.PLAN)
    resolution = Resolution(result=Result.CONTINUED)
    decision = Decision(True, clock.today(), "市長")
    acts = (
        lambda: outcomes.record_outcome(actor=actor, item=item, resolution=resolution),
        lambda: outcomes.enter_decision(actor=actor, item=item, decision=decision),
        lambda: outcomes.hand_back(actor=actor, case=cast.case, back=back()),
        lambda: progress.take_step(
            actor=actor, case=cast.case, status=Status.ASSESSMENT
        ),
    )
    for act in acts:
        with pytest.raises(HiddenError):
            act()
    assert status(cast) == Status.INTAKE


def test_the_chair_records_like_the_secretariat(cast):
    outcomes.record_outcome(
        actor=head(cast),
        item=item_at(cast, Occasion.PLAN),
        resolution=Resolution(Result.CONFIRMED, monitoring_on=soon()),
    )
    assert Outcome.objects.get().recorded_by == cast.chair


def test_an_item_without_a_case_is_agreed_or_goes_on(cast):
    body = factories.body("none", unit=None)
    for person, role in offices(cast):
        factories.office(person, role, body)
        factories.commission(person, body)
    sitting = factories.sitting(body, cast.secretariat)
    item = factories.item(sitting, None, body)
    outcome = record(cast, item, Result.AGREED)
    assert (outcome.case, outcome.target) == (None, "")
    with pytest.raises(RefusedError):
        record(cast, item, Result.CLOSED)
