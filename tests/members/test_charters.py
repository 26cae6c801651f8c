"""Bodies set up, their rules and bases changed, offices and terms given and ended."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine

from members import ordinance
from members.access import Actor, access_for
from members.charters import changes, draft_of
from members.facts import Action, Regime, Role
from members.grounds import words_of
from members.models import Body, Charter, Commission, LegalGround, Office, Person
from members.offices import Part, offices_at, part_of, presiding_of
from members.policies import body_facts, case_facts
from members.services import charters, commissions, offices
from members.services.commissions import Term
from members.services.foundings import Founding
from members.services.offices import OfficeTerm
from members.services.people import NewPerson
from portal.core import clock
from portal.core.errors import HiddenError, InvalidError, RefusedError, StepUpError
from portal.core.models import AuditEvent
from tests import factories
from tests.cast import Cast

KEY = UUID(int=701)
C = Charter
OUTSIDERS = ["clinic", "stranger", "administrator", "auditor", "recused"]


def day(offset: int = 0) -> date:
    return clock.today() + timedelta(days=offset)


def clerk(cast: Cast) -> Actor:
    return factories.sign_in(cast.secretariat)


def stale(cast: Cast) -> Actor:
    old = clock.now() - timedelta(minutes=6)
    return factories.sign_in(cast.secretariat, strong_at=old)


def rules(body: Body, **changed: Any) -> Charter:
    found = C.usual(body)
    for name, value in changed.items():
        setattr(found, name, value)
    return found


def set_rules(
    cast: Cast, actor: Actor | None = None, starts: int = 0, **changed: Any
) -> Charter:
    return charters.set_rules(
        actor=actor or clerk(cast),
        body=cast.shien,
        rules=rules(cast.shien, **changed),
        starts_on=day(starts),
        decided_by="市長決裁",
        decided_on=day(),
    )


def fresh(body: Body) -> Body:
    return Body.objects.get(pk=body.pk)


# Rules


def test_rules_begin_today_and_the_usual_ones_end(cast: Cast) -> None:
    version = set_rules(cast, consent=C.Consent.BOTH)
    now = fresh(cast.shien).rules
    assert now == version
    assert now.regimes == {Regime.SHIEN, Regime.JUSO}
    assert (now.decided_by, now.entered_by) == ("市長決裁", cast.secretariat)
    event = AuditEvent.objects.get(action="members.body.rules")
    assert event.subject == f"body:{cast.shien.id}"


def test_new_rules_wait_for_their_day(cast: Cast) -> None:
    first = set_rules(cast, head_title="会長")
    second = set_rules(cast, starts=10, head_title="座長")
    body = fresh(cast.shien)
    assert body.rules == first
    start = clock.day_start(day(10))
    assert body.rules_at(start - timedelta(seconds=1)) == first
    assert body.rules_at(start) == second


def test_the_past_is_not_changed(cast: Cast) -> None:
    before = clock.now()
    with pytest.raises(InvalidError, match="今日以降"):
        set_rules(cast, starts=-1, head_title="会長")
    set_rules(cast, head_title="会長")
    assert fresh(cast.shien).rules_at(before).head_title == "議長"


def test_a_second_version_that_waits_is_refused(cast: Cast) -> None:
    set_rules(cast, head_title="会長")
    set_rules(cast, starts=10, head_title="座長")
    for starts in (5, 10, 20):
        with pytest.raises(InvalidError, match="先にその版を取り消して"):
            set_rules(cast, starts=starts, head_title="委員長")


def test_a_waiting_version_is_taken_back_and_the_old_goes_on(cast: Cast) -> None:
    first = set_rules(cast, head_title="会長")
    second = set_rules(cast, starts=10, head_title="座長")
    charters.withdraw_rules(actor=clerk(cast), version=second)
    first.refresh_from_db()
    assert first.ends_at is None
    assert fresh(cast.shien).rules_at(clock.day_start(day(20))) == first


def test_a_version_in_force_is_not_taken_back(cast: Cast) -> None:
    version = set_rules(cast, head_title="会長")
    with pytest.raises(RefusedError, match="もう適用"):
        charters.withdraw_rules(actor=clerk(cast), version=version)


def founded_ahead(cast: Cast, **settings: Any) -> Body:
    """A body set up today that begins in thirty days, with rules of its own."""
    plan = founding(cast, starts_on=day(30))
    return found(clerk(cast), plan, rules(cast.shien, head_title="座長", **settings))


def revise(cast: Cast, body: Body, starts: int, **changed: Any) -> Charter:
    draft = draft_of(body)
    for name, value in changed.items():
        setattr(draft, name, value)
    return charters.set_rules(
        actor=clerk(cast),
        body=body,
        rules=draft,
        starts_on=day(starts),
        decided_by="市長決裁(改正)",
        decided_on=day(),
    )


def test_a_town_asks_in_the_name_of_its_own_head(cast: Cast, settings: Any) -> None:
    settings.MUNICIPALITY = "波止場町"
    assert cast.shien.rules.requests_in_name_of == "波止場町長"
    body = found(clerk(cast), founding(cast))
    assert body.charters.get().requests_in_name_of == "波止場町長"


def test_before_its_day_a_body_has_the_rules_it_begins_with(cast: Cast) -> None:
    body = founded_ahead(cast)
    first = body.charters.get()
    assert fresh(body).rules == first
    with pytest.raises(RefusedError, match="取り消せません"):
        charters.withdraw_rules(actor=clerk(cast), version=first)
    assert body.charters.get() == first


def test_rules_are_mended_before_the_body_begins(cast: Cast) -> None:
    """The version with which it begins is another, and keeps what was not changed."""
    body = founded_ahead(cast)
    with pytest.raises(InvalidError, match="に始まります"):
        revise(cast, body, 29, link_days=14)
    with pytest.raises(InvalidError, match="変わるところがありません"):
        revise(cast, body, 30)
    revise(cast, body, 30, link_days=14)
    now = fresh(body).rules
    assert body.charters.get() == now
    assert (now.head_title, now.link_days) == ("座長", 14)
    assert now.decided_by == "市長決裁(改正)"


def test_one_more_version_may_follow_the_first_that_waits(cast: Cast) -> None:
    body = founded_ahead(cast)
    second = revise(cast, body, 60, head_title="会長")
    with pytest.raises(InvalidError, match="先にその版を取り消して"):
        revise(cast, fresh(body), 30, link_days=14)
    assert fresh(body).rules_at(clock.day_start(day(59))).head_title == "座長"
    assert fresh(body).rules_at(clock.day_start(day(60))) == second
    charters.withdraw_rules(actor=clerk(cast), version=second)
    assert fresh(body).rules_at(clock.day_start(day(60))).head_title == "座長"


def test_the_same_rules_again_make_no_version(cast: Cast) -> None:
    set_rules(cast, head_title="会長")
    with pytest.raises(InvalidError, match="変わるところがありません"):
        set_rules(cast, head_title="会長")
    assert cast.shien.charters.count() == 1


def test_a_decision_to_come_or_by_nobody_is_refused(cast: Cast) -> None:
    for by, on in (("", day()), ("市長", day(1))):
        with pytest.raises(InvalidError):
            charters.set_rules(
                actor=clerk(cast),
                body=cast.shien,
                rules=rules(cast.shien, head_title="会長"),
                starts_on=day(),
                decided_by=by,
                decided_on=on,
            )


def test_a_rule_that_does_not_exist_is_refused(cast: Cast) -> None:
    with pytest.raises(InvalidError):
        set_rules(cast, rhythm="hourly")


@pytest.mark.parametrize("name", OUTSIDERS)
def test_outsiders_change_no_rules(cast: Cast, name: str) -> None:
    with pytest.raises(HiddenError):
        set_rules(cast, actor=factories.sign_in(getattr(cast, name)))


def test_rules_need_a_fresh_factor(cast: Cast) -> None:
    with pytest.raises(StepUpError):
        set_rules(cast, actor=stale(cast), head_title="会長")


def test_two_versions_differ_in_their_own_words(cast: Cast) -> None:
    old, new = rules(cast.shien), rules(cast.shien, emergency=False, link_days=14)
    assert [(c.label, c.before, c.after) for c in changes(old, new)] == [
        ("緊急の開催を認める", "はい", "いいえ"),
        ("会議後に閲覧できる日数", "7", "14"),
    ]


def text_of(charter: Charter) -> str:
    found = ordinance.articles(charter.body, charter, ["社会福祉法第106条の6"])
    assert [article.number for article in found] == list(range(1, len(found) + 1))
    return "\n".join(words for article in found for words in article.paragraphs)


@pytest.mark.parametrize(
    ("setting", "value", "words"),
    [
        ("rhythm", "on_request", "会議は、構成機関の求めを受けて、招集者が招集する。"),
        ("head_rule", "elected", "会議に議長を置き、構成員の互選により定める。"),
        ("head_rule", "none", "会議に長を置かない。"),
        ("stand_in_rule", "ranked", "その順位の者がその職務を代理する。"),
        ("closed", "as_rule", "会議は、原則として非公開とする。"),
        ("requests_to", "members", "会議は、必要があるときは、構成員に対し、"),
        ("term_rule", "fiscal_year_after", "翌年度の3月31日までとする。"),
        ("term_rule", "two_years", "前任者の残任期間とする。"),
        ("confirmation", "circulation", "出席した者の全員に回覧し"),
        ("outcome", "advises", "市がこれを受けて決定する。"),
        ("online", "city_rooms", "市の施設から行う場合に限り"),
        ("head_title", "座長", "座長は、会議を代表し"),
        ("requests_in_name_of", "福祉部長", "福祉部長の名で行う。"),
    ],
)
def test_the_page_reads_like_the_ordinance(
    cast: Cast, setting: str, value: str, words: str
) -> None:
    assert words in text_of(rules(cast.shien, **{setting: value}))


def test_every_setting_has_its_words(cast: Cast) -> None:
    """No choice of any setting leaves the text without a sentence."""
    for field in Charter._meta.fields:
        for value, _label in field.choices or ():
            assert text_of(rules(cast.shien, **{field.name: value}))


# Legal bases


def test_switching_the_basis_off_closes_what_rests_on_it(cast: Cast) -> None:
    """R19: 移行準備. The consent-based item stays open."""
    basis = cast.shien.legal_bases.get()
    charters.end_basis(
        actor=clerk(cast),
        basis=basis,
        off_from=day(3),
        decided_by="市長決裁",
        decided_on=day(),
    )
    for days, opens in ((2, True), (3, False)):
        with time_machine.travel(clock.day_start(day(days)) + timedelta(hours=9)):
            access = access_for(factories.sign_in(cast.secretariat))
            assert access.allows(Action.READ, case_facts(cast.case)) is opens
            assert access.allows(Action.READ, case_facts(cast.case, cast.juso))


def test_a_body_without_its_basis_can_still_be_mended(cast: Cast) -> None:
    cast.shien.legal_bases.update(ends_at=clock.now())
    access = access_for(clerk(cast))
    assert not access.allows(Action.CONVENE, body_facts(cast.shien))
    charters.set_basis(
        actor=clerk(cast),
        body=cast.shien,
        ground=LegalGround.Code.ACT_106_6,
        starts_on=day(),
        decided_by="市長決裁",
        decided_on=day(),
    )
    access = access_for(clerk(cast))
    assert access.allows(Action.CONVENE, body_facts(cast.shien))


def test_a_basis_added_today_carries_at_once(cast: Cast) -> None:
    code = LegalGround.Code.SELF_RELIANCE_9
    basis = charters.set_basis(
        actor=clerk(cast),
        body=cast.juso,
        ground=code,
        starts_on=day(),
        decided_by="市長決裁",
        decided_on=day(),
    )
    assert basis.span.holds(clock.now())
    words = words_of(code, clock.now())
    assert words is not None
    assert "拘禁刑" in words.penalty_words


def test_the_same_basis_twice_or_in_the_past_is_refused(cast: Cast) -> None:
    for ground, starts in (("act_106_6", 0), ("act_106_3", -1), ("nothing", 0)):
        with pytest.raises(InvalidError):
            charters.set_basis(
                actor=clerk(cast),
                body=cast.shien,
                ground=ground,
                starts_on=day(starts),
                decided_by="市長決裁",
                decided_on=day(),
            )


@pytest.mark.parametrize("name", OUTSIDERS)
def test_outsiders_switch_nothing_off(cast: Cast, name: str) -> None:
    with pytest.raises(HiddenError):
        charters.end_basis(
            actor=factories.sign_in(getattr(cast, name)),
            basis=cast.shien.legal_bases.get(),
            off_from=day(),
            decided_by="市長決裁",
            decided_on=day(),
        )


# Founding and ending


def founding(cast: Cast, **more: Any) -> Founding:
    values: dict[str, Any] = {
        "name": "北部 個別支援会議",
        "tier": "case",
        "ground": "act_106_6",
        "keeper": cast.secretariat,
        "starts_on": day(),
        "unit": cast.shien.unit,
        "parent": cast.shien,
    }
    return Founding(**{**values, **more})


def found(actor: Actor, plan: Founding, own: Charter | None = None) -> Body:
    return charters.found_body(
        actor=actor,
        key=KEY,
        founding=plan,
        rules=own,
        decided_by="市長決裁",
        decided_on=day(),
    )


def test_a_child_body_is_run_at_once(cast: Cast) -> None:
    body = found(clerk(cast), founding(cast))
    assert (body.parent, body.regime) == (cast.shien, Regime.SHIEN)
    access = access_for(factories.sign_in(cast.secretariat))
    assert access.allows(Action.CONVENE, body_facts(body))
    assert access.allows(Action.SET_RULES, body_facts(body))
    assert fresh(body).rules.decided_by == "市長決裁"


def test_founding_twice_is_founding_once(cast: Cast) -> None:
    assert found(clerk(cast), founding(cast)) == found(clerk(cast), founding(cast))


def test_the_administration_founds_the_first_and_sees_nothing_of_it(cast: Cast) -> None:
    admin = factories.sign_in(cast.administrator)
    plan = founding(cast, parent=None, name="西部支援会議", unit=factories.unit("西部"))
    body = found(admin, plan)
    access = access_for(admin)
    assert not access.allows(Action.READ, body_facts(body))
    assert access_for(clerk(cast)).allows(Action.READ, body_facts(body))


@pytest.mark.parametrize("name", ["clinic", "auditor", "recused"])
def test_nobody_else_founds(cast: Cast, name: str) -> None:
    actor = factories.sign_in(getattr(cast, name))
    for parent in (None, cast.shien):
        with pytest.raises(HiddenError):
            found(actor, founding(cast, parent=parent))


def test_a_clerk_founds_below_the_own_bodies_only(cast: Cast) -> None:
    with pytest.raises(HiddenError):
        found(clerk(cast), founding(cast, parent=None))
    with pytest.raises(HiddenError):
        found(factories.sign_in(cast.stranger), founding(cast))


def test_a_child_in_another_unit_is_refused(cast: Cast) -> None:
    with pytest.raises(InvalidError, match="同じ圏域"):
        found(clerk(cast), founding(cast, unit=factories.unit("南部圏域")))


@pytest.mark.parametrize("name", ["administrator", "auditor"])
def test_who_stands_apart_keeps_no_body(cast: Cast, name: str) -> None:
    with pytest.raises(RefusedError):
        found(clerk(cast), founding(cast, keeper=getattr(cast, name)))


def test_a_trial_that_ends_before_it_begins_is_refused(cast: Cast) -> None:
    with pytest.raises(InvalidError, match="終了日"):
        found(clerk(cast), founding(cast, ends_on=day(-1)))


def end(cast: Cast, body: Body, last: int) -> Body:
    return charters.end_body(
        actor=clerk(cast),
        body=body,
        last_day=day(last),
        decided_by="市長決裁",
        decided_on=day(),
    )


def test_after_its_end_a_body_is_read_by_who_kept_it(cast: Cast) -> None:
    set_rules(cast, term_rule=C.TermRule.BODY)
    body = end(cast, cast.shien, 30)
    assert body.exists_on(day(30))
    assert not body.exists_on(day(31))
    with time_machine.travel(clock.day_start(day(40)) + timedelta(hours=9)):
        keeper = access_for(factories.sign_in(cast.secretariat))
        assert keeper.allows(Action.READ, case_facts(cast.case))
        member = access_for(factories.sign_in(cast.clinic))
        assert not member.allows(Action.READ, case_facts(cast.case))


def test_a_body_does_not_end_before_its_children(cast: Cast) -> None:
    child = found(clerk(cast), founding(cast))
    with pytest.raises(RefusedError, match="下にある会議体"):
        end(cast, cast.shien, 30)
    end(cast, child, 30)
    assert end(cast, cast.shien, 30).ends_on == day(30)


def test_a_body_does_not_end_in_the_past(cast: Cast) -> None:
    with pytest.raises(InvalidError):
        end(cast, cast.shien, -1)


# Offices


def give(
    cast: Cast, person: Person, part: Part, starts: int = 0, **term: Any
) -> Office:
    return offices.give_office(
        actor=clerk(cast),
        body=cast.shien,
        person=person,
        part=part,
        term=OfficeTerm(day(starts), **term),
    )


def vacate(cast: Cast) -> None:
    offices.end_office(
        actor=clerk(cast),
        office=cast.shien.offices.get(person=cast.chair),
        off_from=day(),
    )


ELECTED: dict[str, Any] = {
    "appointed_by": "第1回会議での互選",
    "appointed_on": date(2026, 4, 1),
}


def test_one_calls_and_another_leads(cast: Cast) -> None:
    """The 部長 convenes, the elected member is the head: neither has the other part."""
    set_rules(cast, head_rule=C.HeadRule.ELECTED)
    vacate(cast)
    give(cast, cast.chair, Part.CONVENER)
    give(cast, cast.clinic, Part.HEAD, **ELECTED)
    now = clock.now()
    held = {part_of(o): o.person for o in offices_at(cast.shien, now)}
    assert held[Part.CONVENER] == cast.chair
    assert presiding_of(cast.shien, now) == cast.clinic


def test_a_contractor_convenes(cast: Cast) -> None:
    vacate(cast)
    contractor = factories.person(
        "渡部 望", factories.organization("見本市社会福祉協議会")
    )
    factories.acknowledge(contractor, cast.pledges[Regime.SHIEN])
    with pytest.raises(RefusedError, match="委嘱・任命を受けていません"):
        give(cast, contractor, Part.CONVENER)
    factories.commission(contractor, cast.shien)
    give(cast, contractor, Part.CONVENER)
    access = access_for(factories.sign_in(contractor))
    assert access.allows(Action.CONVENE, body_facts(cast.shien))
    assert not access.allows(Action.CONVENE, body_facts(cast.juso))


def test_two_organisations_share_the_secretariat(cast: Cast) -> None:
    give(cast, cast.clinic, Part.SECRETARIAT)
    for person in (cast.secretariat, cast.clinic):
        access = access_for(factories.sign_in(person))
        assert access.allows(Action.CONVENE, body_facts(cast.shien))


def test_the_second_secretariat_takes_over_the_cases_on_request(cast: Cast) -> None:
    office = offices.give_office(
        actor=clerk(cast),
        body=cast.shien,
        person=cast.colleague,
        part=Part.SECRETARIAT,
        term=OfficeTerm(day()),
        with_cases=True,
    )
    thing = case_facts(cast.case)
    colleague = factories.sign_in(cast.colleague)
    assert access_for(colleague).allows(Action.READ, thing)
    offices.end_office(actor=clerk(cast), office=office, off_from=day())
    assert not access_for(colleague).allows(Action.READ, thing)
    again = give(cast, cast.colleague, Part.SECRETARIAT)
    assert again.span.holds(clock.now())
    assert not access_for(colleague).allows(Action.READ, thing)


def test_who_is_recused_takes_over_no_case(cast: Cast) -> None:
    offices.give_office(
        actor=clerk(cast),
        body=cast.shien,
        person=cast.recused,
        part=Part.SECRETARIAT,
        term=OfficeTerm(day()),
        with_cases=True,
    )
    kept = cast.recused.memberships.filter(role=Role.SECRETARIAT)
    assert not kept.exists()


@pytest.mark.parametrize(
    ("rule", "words"), [("none", "置きません"), ("post", "役職で決まります")]
)
def test_the_head_comes_to_office_as_the_rule_says(
    cast: Cast, rule: str, words: str
) -> None:
    set_rules(cast, head_rule=rule, link_days=14)
    vacate(cast)
    with pytest.raises(RefusedError, match=words):
        give(cast, cast.clinic, Part.HEAD, **ELECTED)


def test_an_elected_head_names_the_election(cast: Cast) -> None:
    set_rules(cast, head_rule=C.HeadRule.ELECTED)
    vacate(cast)
    with pytest.raises(InvalidError, match="選んだ日"):
        give(cast, cast.clinic, Part.HEAD)
    with pytest.raises(InvalidError, match="今日まで"):
        give(
            cast,
            cast.clinic,
            Part.HEAD,
            **{**ELECTED, "appointed_on": day(1)},
        )


def test_overlapping_terms_are_refused(cast: Cast) -> None:
    with pytest.raises(RefusedError, match="青木 誠さんです"):
        give(cast, cast.clinic, Part.CONVENER)
    offices.end_office(
        actor=clerk(cast),
        office=cast.shien.offices.get(person=cast.chair),
        off_from=day(10),
    )
    with pytest.raises(RefusedError):
        give(cast, cast.clinic, Part.CONVENER, starts=9)
    office = give(cast, cast.clinic, Part.CONVENER, starts=10)
    assert office.starts_at == clock.day_start(day(10))


def test_a_term_that_ends_before_it_begins_is_refused(cast: Cast) -> None:
    with pytest.raises(InvalidError, match="任期の終わり"):
        give(cast, cast.clinic, Part.SECRETARIAT, starts=5, until=day(4))


def test_the_last_who_runs_the_body_stays(cast: Cast) -> None:
    vacate(cast)
    with pytest.raises(RefusedError, match="動かす人"):
        offices.end_office(
            actor=clerk(cast),
            office=cast.shien.offices.get(person=cast.secretariat),
            off_from=day(),
        )


@pytest.mark.parametrize("name", ["administrator", "auditor"])
def test_who_stands_apart_gets_no_office(cast: Cast, name: str) -> None:
    with pytest.raises(RefusedError):
        give(cast, getattr(cast, name), Part.SECRETARIAT)


@pytest.mark.parametrize("name", OUTSIDERS)
def test_outsiders_appoint_nobody(cast: Cast, name: str) -> None:
    with pytest.raises(HiddenError):
        offices.give_office(
            actor=factories.sign_in(getattr(cast, name)),
            body=cast.shien,
            person=cast.clinic,
            part=Part.SECRETARIAT,
            term=OfficeTerm(day()),
        )


# Terms


def commission(cast: Cast, person: Person | NewPerson, **more: Any) -> Commission:
    values: dict[str, Any] = {
        "approved_by": cast.chair.name,
        "approved_on": day(),
        "term": Term(day()),
    }
    return commissions.commission_somebody(
        actor=clerk(cast), person=person, **{"body": cast.shien, **values, **more}
    )


def newcomer(cast: Cast, name: str = "渡部 望") -> Person:
    return factories.person(name, cast.clinic.organization)


def test_the_term_follows_the_rule(cast: Cast) -> None:
    set_rules(cast, term_rule=C.TermRule.TWO_YEARS)
    made = commission(cast, newcomer(cast))
    until = made.term_until
    assert until is not None
    assert until + timedelta(days=1) == day().replace(year=day().year + 2)
    assert made.ends_at == clock.day_end(until)
    assert (made.form, made.approved_on) == ("individual", day())


def test_a_term_is_counted_from_the_first_day_of_its_body(cast: Cast) -> None:
    """Founded in March for April: no term ends a year short, and none is endless."""
    with time_machine.travel("2027-03-10T10:00:00+09:00", tick=False):
        school = factories.organization("見本中学校")
        plan = founding(cast, starts_on=date(2027, 4, 1), organizations=(school,))
        own = rules(cast.shien, term_rule=C.TermRule.FISCAL_YEAR_AFTER)
        body = found(clerk(cast), plan, own)
        whole = body.commissions.get(organization=school)
        assert whole.starts_at == clock.day_start(date(2027, 4, 1))
        assert whole.term_until == date(2029, 3, 31)
        made = commission(cast, newcomer(cast), body=body, approved_by="市長決裁")
        assert made.starts_at == clock.now()
        assert made.term_until == date(2029, 3, 31)
        with pytest.raises(InvalidError, match="設定を決めた人"):
            commission(cast, newcomer(cast, "辺見 理"), body=body)


def test_a_term_that_begins_under_new_rules_follows_them(cast: Cast) -> None:
    set_rules(cast)
    set_rules(cast, starts=10, term_rule=C.TermRule.TWO_YEARS)
    now = commission(cast, newcomer(cast))
    then = commission(cast, newcomer(cast, "辺見 理"), term=Term(day(10)))
    assert now.term_until is None
    assert then.term_until is not None


def test_somebody_new_is_entered_and_commissioned_in_one(cast: Cast) -> None:
    made = commission(
        cast, NewPerson(cast.clinic.organization, "渡部 望", "ワタベ ノゾミ")
    )
    assert made.person is not None
    assert made.person.name == "渡部 望"


def test_an_approval_by_the_wrong_office_is_refused(cast: Cast) -> None:
    with pytest.raises(InvalidError, match="招集者"):
        commission(cast, newcomer(cast), approved_by=cast.clinic.name)
    set_rules(cast, member_approval=C.Office.SECRETARIAT)
    with pytest.raises(InvalidError, match="事務局"):
        commission(cast, newcomer(cast))
    made = commission(cast, newcomer(cast), approved_by=cast.secretariat.name)
    assert made.approved_by == cast.secretariat.name


def test_nobody_to_approve_is_said(cast: Cast) -> None:
    Office.objects.filter(person=cast.chair).delete()
    with pytest.raises(RefusedError, match="いま招集者がいません"):
        commission(cast, newcomer(cast))


def test_before_the_first_holder_who_decided_on_the_rules_approves(cast: Cast) -> None:
    Office.objects.filter(person=cast.chair).delete()
    set_rules(cast)
    with pytest.raises(InvalidError, match=r"設定を決めた人\(市長決裁\)"):
        commission(cast, newcomer(cast))
    made = commission(cast, newcomer(cast), approved_by="市長決裁(3月2日)")
    assert made.approved_by == "市長決裁(3月2日)"
    offices.give_office(
        actor=clerk(cast),
        body=cast.shien,
        person=cast.clinic,
        part=Part.CONVENER,
        term=OfficeTerm(day()),
    )
    Office.objects.filter(person=cast.clinic).update(ends_at=clock.now())
    with pytest.raises(RefusedError, match="いま招集者がいません"):
        commission(cast, newcomer(cast, "辺見 理"), approved_by="市長決裁")


def test_an_approval_to_come_is_refused(cast: Cast) -> None:
    with pytest.raises(InvalidError, match="今日まで"):
        commission(cast, newcomer(cast), approved_on=day(1))


def test_overlapping_commissions_are_refused(cast: Cast) -> None:
    with pytest.raises(RefusedError, match="その期間"):
        commission(cast, cast.clinic)


def test_a_term_past_the_end_of_the_body_is_refused(cast: Cast) -> None:
    set_rules(cast, term_rule=C.TermRule.BODY)
    end(cast, cast.shien, 30)
    with pytest.raises(InvalidError, match="終了日まで"):
        commission(cast, newcomer(cast), term=Term(day(31)))


def test_a_substitute_gets_the_remainder(cast: Cast) -> None:
    set_rules(cast, term_rule=C.TermRule.TWO_YEARS)
    first = commission(cast, newcomer(cast))
    other = newcomer(cast, "若林 光")
    with pytest.raises(InvalidError, match="先に終えて"):
        commission(cast, other, term=Term(day(), first))
    commissions.end_commission(actor=clerk(cast), commission=first, off_from=day())
    first.refresh_from_db()
    second = commission(cast, other, term=Term(day(), first))
    assert second.term_until == first.term_until
    assert second.replaces == first


def test_ending_a_commission_closes_everything_at_once(cast: Cast) -> None:
    clinic = factories.sign_in(cast.clinic)
    thing = case_facts(cast.case)
    assert access_for(clinic).allows(Action.READ, thing)
    commissions.end_commission(
        actor=clerk(cast),
        commission=cast.shien.commissions.get(person=cast.clinic),
        off_from=day(),
    )
    assert not access_for(clinic).allows(Action.READ, thing)
    assert cast.clinic.acknowledgements.exists()


def test_a_later_commission_revives_no_selection(cast: Cast) -> None:
    for body in cast.bodies:
        commissions.end_commission(
            actor=clerk(cast),
            commission=body.commissions.get(person=cast.clinic),
            off_from=day(),
        )
        live = cast.clinic.memberships.filter(ends_at=None).exists()
        assert live is (body == cast.shien)  # joint days: the other body bears it
    for body in cast.bodies:
        factories.commission(cast.clinic, body)
    access = access_for(factories.sign_in(cast.clinic))
    assert not access.allows(Action.READ, case_facts(cast.case))


def test_who_holds_an_office_keeps_the_commission(cast: Cast) -> None:
    with pytest.raises(RefusedError, match="先に役割を終えて"):
        commissions.end_commission(
            actor=clerk(cast),
            commission=cast.shien.commissions.get(person=cast.chair),
            off_from=day(),
        )


def test_an_organisation_is_commissioned_as_a_whole(cast: Cast) -> None:
    office = factories.organization("見本警察署")
    made = commissions.commission_organization(
        actor=clerk(cast),
        body=cast.shien,
        organization=office,
        approved_by=cast.chair.name,
        approved_on=day(),
        term=Term(day()),
    )
    assert (made.form, made.organization) == ("organization", office)


@pytest.mark.parametrize("name", OUTSIDERS)
def test_outsiders_commission_nobody(cast: Cast, name: str) -> None:
    with pytest.raises(HiddenError):
        commissions.commission_person(
            actor=factories.sign_in(getattr(cast, name)),
            body=cast.shien,
            person=cast.colleague,
            approved_by=cast.chair.name,
            approved_on=day(),
            term=Term(day()),
        )


def test_a_commission_needs_a_fresh_factor(cast: Cast) -> None:
    with pytest.raises(StepUpError):
        commissions.end_commission(
            actor=stale(cast),
            commission=cast.shien.commissions.get(person=cast.clinic),
            off_from=day(),
        )
