"""The rules of a body and its legal bases, changed from a day on."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from members import ordinance
from members.access import access_for
from members.charters import changes, draft_of
from members.facts import Action, Regime
from members.grounds import words_of
from members.models import Body, Charter, LegalGround
from members.policies import body_facts, case_facts
from members.services import charters
from portal.core import clock
from portal.core.errors import HiddenError, InvalidError, RefusedError, StepUpError
from portal.core.models import AuditEvent
from tests import factories
from tests.cast import Cast
from tests.members.bodies import (
    OUTSIDERS,
    clerk,
    day,
    found,
    founding,
    fresh,
    rules,
    set_rules,
    stale,
)

# Rules


def test_rules_begin_today_and_the_usual_ones_end(cast: Cast) -> None:
    version = set_rules(cast, consent=Charter.Consent.BOTH)
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
