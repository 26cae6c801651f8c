"""代理出席, オンライン出席, 職務代理: the principal's rights, the rule's people."""

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.db.models import Q
from django.urls import reverse

from documents.models import Release
from meetings.models import ActingHead, Invitation, OnlineRequest, Proxy, Sitting
from meetings.policies import item_facts, sitting_facts
from meetings.selectors.people import roster_of
from meetings.services import acting_heads, convocation, invitations, proxies
from meetings.services.invitations import Choice, ProxyWords
from members.access import access_for
from members.facts import Action, Answer, Role, Way
from members.filters import holding_at
from members.models import Body, Charter, Commission, Office, Person, Recusal, StandIn
from members.policies import body_facts, case_facts
from members.services import stand_ins
from members.services.stand_ins import Span
from portal.core import clock
from portal.core.errors import HiddenError, InvalidError, RefusedError
from portal.core.models import OutgoingMail
from tests import factories
from tests.cast import Cast

Rsvp, Why, Rule = Invitation.Rsvp, ActingHead.Why, Charter.StandInRule


@pytest.fixture
def sitting(cast: Cast) -> Sitting:
    """The cast's sitting, called together for tomorrow."""
    Sitting.objects.filter(pk=cast.sitting.pk).update(
        state=Sitting.State.CONVENED,
        starts_at=clock.now() + timedelta(days=1),
        ends_at=clock.now() + timedelta(days=1, hours=2),
        presiding=cast.chair,
    )
    cast.sitting.refresh_from_db()
    cast.sitting.invitations.update(notified_at=clock.now())
    return cast.sitting


def rules(body: Body, **more: Any) -> None:
    charter = Charter.usual(body)
    for name, value in more.items():
        setattr(charter, name, value)
    charter.starts_at, charter.decided_by = factories.LONG_AGO, "市長"
    charter.decided_on = date(2026, 4, 1)
    charter.save()


def invited(person: Person, sitting: Sitting) -> Invitation:
    return Invitation.objects.select_related("sitting__body").get(
        sitting=sitting, person=person
    )


def answer(person: Person, sitting: Sitting, rsvp: str, **more: Any) -> None:
    invitations.answer_invitation(
        actor=factories.sign_in(person),
        invitation=invited(person, sitting),
        rsvp=Rsvp(rsvp),
        **more,
    )


# 代理出席 -------------------------------------------------------------------------


@pytest.fixture
def proxy(cast: Cast, sitting: Sitting) -> Proxy:
    words = ProxyWords("清水 陽子", "看護師", "shimizu@mihon.example")
    answer(cast.clinic, sitting, "proxy", proxy=words)
    return Proxy.objects.get()


def test_a_named_proxy_opens_nothing_until_accepted(
    cast: Cast, sitting: Sitting, proxy: Proxy
) -> None:
    assert (proxy.state, proxy.person) == (Proxy.State.NAMED, None)
    assert not Person.objects.filter(name="清水 陽子").exists()


def test_the_deputy_has_the_principals_items_and_no_more(
    cast: Cast, sitting: Sitting, proxy: Proxy, released
) -> None:
    version = released(cast.clinic)
    deputy = proxies.accept_proxy(
        actor=factories.sign_in(cast.secretariat), proxy=proxy
    )
    assert {s.item_id for s in deputy.seats.all()} == {i.id for i in cast.items}
    assert {s.role for s in deputy.seats.all()} == {Role.DEPUTY}
    assert not deputy.memberships.exists()
    assert Release.objects.filter(person=deputy, version=version).count() == 1
    actor = factories.sign_in(deputy)
    thing = item_facts(cast.shien_item, deputy.id)
    assert access_for(actor).answer(Action.READ, thing) is Answer.NEED_ACK
    for pledge in cast.pledges.values():
        factories.acknowledge(deputy, pledge)
    assert access_for(actor).allows(Action.READ, thing)
    assert not access_for(actor).allows(Action.READ, case_facts(cast.case))
    told = OutgoingMail.objects.get(address="shimizu@mihon.example")
    assert cast.case.number not in told.subject


@pytest.mark.parametrize(
    ("held", "passed_on"),
    [(Way.ORIGINAL, Way.COPY), (Way.COPY, Way.COPY), (Way.VIEW, Way.VIEW)],
)
def test_a_deputy_reads_under_the_own_name_and_never_gets_the_original(
    cast: Cast, proxy: Proxy, released, held: Way, passed_on: Way
) -> None:
    version = released(cast.clinic, way=held)
    clerk = factories.sign_in(cast.secretariat)
    deputy = proxies.accept_proxy(actor=clerk, proxy=proxy)
    assert version.releases.get(person=cast.clinic).way == held
    assert version.releases.get(person=deputy).way == passed_on


def test_a_deputy_gets_nothing_in_a_body_where_the_clerk_appoints_nobody(
    cast: Cast, proxy: Proxy
) -> None:
    """R17: the other body of a joint day is another secretariat's."""
    Office.objects.filter(person=cast.secretariat, body=cast.juso).delete()
    person = proxies.accept_proxy(
        actor=factories.sign_in(cast.secretariat), proxy=proxy
    )
    bodies = Commission.objects.filter(person=person).values_list("body", flat=True)
    assert list(bodies) == [cast.shien.id]
    seats = person.seats.values_list("item_id", flat=True)
    assert list(seats) == [cast.shien_item.id]


def test_choosing_people_anew_leaves_the_deputy_as_accepted(
    cast: Cast, proxy: Proxy
) -> None:
    """R25: neither a member by the way, nor out; gone with the principal."""
    clerk = factories.sign_in(cast.secretariat)
    deputy = proxies.accept_proxy(actor=clerk, proxy=proxy)
    item = cast.shien_item
    before = deputy.seats.get(item_id=item.id)
    assert deputy not in [c.person for c in roster_of(item).candidates]

    def select(*people: Person) -> None:
        choices = [Choice(person, "事例に関わるため") for person in people]
        invitations.select_people(actor=clerk, item=item, choices=choices)

    with pytest.raises(RefusedError):
        select(cast.clinic, deputy)
    select(cast.clinic, cast.newcomer)
    after = deputy.seats.get(item_id=item.id)
    assert (after.role, after.ends_at) == (Role.DEPUTY, before.ends_at)
    assert not deputy.memberships.exists()
    select(cast.newcomer)
    assert not deputy.seats.filter(holding_at(clock.now()), item_id=item.id).exists()


def test_a_day_after_the_close_the_deputy_is_out(
    cast: Cast, sitting: Sitting, proxy: Proxy
) -> None:
    deputy = proxies.accept_proxy(
        actor=factories.sign_in(cast.secretariat), proxy=proxy
    )
    for pledge in cast.pledges.values():
        factories.acknowledge(deputy, pledge)
    until = sitting.ends_at + timedelta(hours=24)
    thing = item_facts(cast.shien_item, deputy.id)
    for moment, answer in (
        (until - timedelta(microseconds=1), Answer.ALLOW),
        (until, Answer.HIDDEN),
    ):
        with time_machine.travel(moment, tick=False):
            access = access_for(factories.sign_in(deputy))
            assert access.answer(Action.READ, thing) is answer


def test_a_second_accept_changes_nothing(
    cast: Cast, sitting: Sitting, proxy: Proxy
) -> None:
    actor = factories.sign_in(cast.secretariat)
    first = proxies.accept_proxy(actor=actor, proxy=proxy)
    assert proxies.accept_proxy(actor=actor, proxy=proxy) == first
    assert first.seats.count() == 2


def test_a_recused_agency_sends_no_deputy(
    cast: Cast, sitting: Sitting, proxy: Proxy
) -> None:
    Recusal.objects.create(
        organization=cast.clinic.organization,
        case=cast.case,
        starts_at=factories.LONG_AGO,
        entered_by=cast.secretariat,
    )
    with pytest.raises(RefusedError):
        proxies.accept_proxy(actor=factories.sign_in(cast.secretariat), proxy=proxy)
    assert not Person.objects.filter(name="清水 陽子").exists()


def test_a_deputy_names_no_further_deputy(
    cast: Cast, sitting: Sitting, proxy: Proxy
) -> None:
    deputy = proxies.accept_proxy(
        actor=factories.sign_in(cast.secretariat), proxy=proxy
    )
    with pytest.raises(RefusedError, match="さらに代理"):
        answer(deputy, sitting, "proxy", proxy=ProxyWords("別の人"))
    assert Proxy.objects.count() == 1


def test_no_says_why_and_takes_back_what_was_given(
    cast: Cast, sitting: Sitting, proxy: Proxy
) -> None:
    actor = factories.sign_in(cast.secretariat)
    deputy = proxies.accept_proxy(actor=actor, proxy=proxy)
    with pytest.raises(RefusedError, match="理由"):
        proxies.refuse_proxy(actor=actor, proxy=proxy, reason="")
    proxies.refuse_proxy(actor=actor, proxy=proxy, reason="委嘱の手続きが要ります")
    now = clock.now()
    assert not any(seat.span.holds(now) for seat in deputy.seats.all())
    assert invited(deputy, sitting).withdrawn_at is not None


def test_the_member_may_name_another_until_accepted(
    cast: Cast, sitting: Sitting, proxy: Proxy
) -> None:
    answer(cast.clinic, sitting, "proxy", proxy=ProxyWords("須田 操"))
    assert Proxy.objects.get().name == "須田 操"
    answer(cast.clinic, sitting, "present")
    assert not Proxy.objects.exists()


@pytest.mark.parametrize("name", ["clinic", "stranger", "administrator"])
def test_only_who_convenes_answers(
    cast: Cast, sitting: Sitting, proxy: Proxy, name: str
) -> None:
    actor = factories.sign_in(getattr(cast, name))
    with pytest.raises(HiddenError):
        proxies.accept_proxy(actor=actor, proxy=proxy)
    with pytest.raises(HiddenError):
        proxies.refuse_proxy(actor=actor, proxy=proxy, reason="いいえ")


# オンライン出席 ----------------------------------------------------------------------


def test_online_is_asked_only_where_the_rules_know_it(
    cast: Cast, sitting: Sitting
) -> None:
    with pytest.raises(RefusedError, match="オンライン"):
        answer(cast.clinic, sitting, "present", online_from="相談室")
    rules(cast.shien, online=Charter.Online.ANYWHERE)
    answer(cast.clinic, sitting, "present", online_from="相談室")
    asked = OnlineRequest.objects.get()
    proxies.answer_online(
        actor=factories.sign_in(cast.secretariat), request=asked, allow=True
    )
    asked.refresh_from_db()
    assert asked.state == OnlineRequest.State.ALLOWED
    with pytest.raises(HiddenError):
        proxies.answer_online(
            actor=factories.sign_in(cast.clinic), request=asked, allow=True
        )


# Those who have not answered


def test_only_who_has_not_answered_is_asked_once_more(
    cast: Cast, sitting: Sitting
) -> None:
    answer(cast.clinic, sitting, "present")
    asked = convocation.remind_waiting(
        actor=factories.sign_in(cast.secretariat), sitting=sitting
    )
    told = {mail.address: mail.subject for mail in OutgoingMail.objects.all()}
    assert cast.clinic.email not in told
    assert cast.recused.email not in told
    assert "【再送】" in told[cast.newcomer.email]
    assert len(told) == asked


@pytest.mark.parametrize("name", ["clinic", "stranger", "administrator"])
def test_only_who_convenes_asks_once_more(
    cast: Cast, sitting: Sitting, name: str
) -> None:
    with pytest.raises(HiddenError):
        convocation.remind_waiting(
            actor=factories.sign_in(getattr(cast, name)), sitting=sitting
        )


# 職務代理 -------------------------------------------------------------------------


def designate(cast: Cast, person: Person, rank: int = 1) -> StandIn:
    return stand_ins.designate(
        actor=factories.sign_in(cast.secretariat),
        body=Body.objects.get(pk=cast.shien.pk),
        person=person,
        rank=rank,
        designated_by="青木 誠",
        designated_on=clock.today(),
    )


def begin(cast: Cast, person: Person, why: str = Why.ABSENCE, **more: Any) -> Any:
    values = {"note": "公務のため欠席", **more}
    return acting_heads.preside_instead(
        actor=factories.sign_in(cast.secretariat),
        sitting=cast.sitting,
        person=person,
        why=why,
        **values,
    )


def test_the_stand_in_leads_this_sitting_and_nothing_else(
    cast: Cast, sitting: Sitting
) -> None:
    rules(cast.shien, stand_in_rule=Rule.MEMBERS)
    designate(cast, cast.colleague)
    answer(cast.chair, sitting, "absent")
    acting = begin(cast, cast.colleague)
    assert (acting.head, acting.ad_hoc) == (cast.chair, False)
    actor = factories.sign_in(cast.colleague)
    access = access_for(actor)
    thing = item_facts(cast.shien_item, cast.colleague.id)
    assert access.allows(Action.CONVENE, thing)
    assert access.allows(Action.CONVENE, sitting_facts(sitting, None))
    assert not access.allows(Action.APPROVE, sitting_facts(sitting, None))
    assert not access.allows(Action.CONVENE, body_facts(cast.shien))
    assert not access.allows(Action.CONVENE, case_facts(cast.case))
    sitting.refresh_from_db()
    assert sitting.presiding == cast.colleague


def test_the_head_who_comes_takes_the_chair_back(cast: Cast, sitting: Sitting) -> None:
    rules(cast.shien, stand_in_rule=Rule.MEMBERS)
    designate(cast, cast.clinic)
    answer(cast.chair, sitting, "absent")
    begin(cast, cast.clinic)
    for _ in range(2):
        acting_heads.step_back(
            actor=factories.sign_in(cast.secretariat), sitting=sitting
        )
    sitting.refresh_from_db()
    assert sitting.presiding == cast.chair
    access = access_for(factories.sign_in(cast.clinic))
    thing = item_facts(cast.shien_item, cast.clinic.id)
    assert access.allows(Action.READ, thing)
    assert not access.allows(Action.CONVENE, thing)


def test_who_keeps_an_office_keeps_its_cases_and_seats_after_standing_in(
    cast: Cast, sitting: Sitting
) -> None:
    """The convener and the secretariat had their own before, and have it after."""
    rules(cast.shien, stand_in_rule=Rule.ANYONE)
    convener = factories.person("辻 由紀", cast.chair.organization)
    factories.commission(convener, cast.shien)
    for pledge in cast.pledges.values():
        factories.acknowledge(convener, pledge)
    Office.objects.filter(person=cast.chair).update(convenes=False)
    Office.objects.create(
        person=convener,
        body=cast.shien,
        role=Role.CHAIR,
        presides=False,
        starts_at=factories.LONG_AGO,
    )
    factories.membership(convener, cast.case, Role.CHAIR)
    factories.seat(convener, cast.shien_item, Role.CHAIR)
    answer(cast.chair, sitting, "absent")
    for person, role in (
        (convener, Role.CHAIR),
        (cast.secretariat, Role.SECRETARIAT),
    ):
        designate(cast, person, rank=role is Role.CHAIR)
        begin(cast, person)
        acting_heads.step_back(
            actor=factories.sign_in(cast.secretariat), sitting=sitting
        )
        live = Q(ends_at=None)
        assert person.memberships.get(live, case=cast.case).role == role
        assert person.seats.get(live, item_id=cast.shien_item.id).role == role
        access = access_for(factories.sign_in(person))
        assert access.allows(Action.CONVENE, case_facts(cast.case))


def test_a_recused_clerk_appoints_the_stand_in_without_hearing_of_the_case(
    cast: Cast, sitting: Sitting
) -> None:
    """R27: the item waits for a custodian who may know of it."""
    rules(cast.shien, stand_in_rule=Rule.MEMBERS)
    designate(cast, cast.colleague)
    answer(cast.chair, sitting, "absent")
    recusal = Recusal.objects.create(
        person=cast.secretariat,
        case=cast.case,
        starts_at=clock.now(),
        entered_by=cast.chair,
    )
    begin(cast, cast.colleague)
    thing = item_facts(cast.shien_item, cast.colleague.id)
    access = access_for(factories.sign_in(cast.colleague))
    assert not access.allows(Action.CONVENE, thing)
    recusal.delete()
    begin(cast, cast.colleague)
    access = access_for(factories.sign_in(cast.colleague))
    assert access.allows(Action.CONVENE, thing)


def test_not_while_the_head_is_coming(cast: Cast, sitting: Sitting) -> None:
    rules(cast.shien, stand_in_rule=Rule.MEMBERS)
    designate(cast, cast.colleague)
    answer(cast.chair, sitting, "present")
    with pytest.raises(RefusedError, match="出席の予定"):
        begin(cast, cast.colleague)
    assert not Office.objects.filter(sitting_id=sitting.id).exists()


def test_absence_and_vacancy_are_told_apart(cast: Cast, sitting: Sitting) -> None:
    rules(cast.shien, stand_in_rule=Rule.MEMBERS)
    designate(cast, cast.colleague)
    answer(cast.chair, sitting, "absent")
    with pytest.raises(RefusedError, match="空席ではありません"):
        begin(cast, cast.colleague, Why.VACANCY)
    Office.objects.filter(person=cast.chair).update(ends_at=clock.now())
    with pytest.raises(RefusedError, match="空席です"):
        begin(cast, cast.colleague, Why.ABSENCE)
    assert begin(cast, cast.colleague, Why.VACANCY).head is None


def test_the_circumstances_are_asked(cast: Cast, sitting: Sitting) -> None:
    with pytest.raises(InvalidError, match="事由"):
        begin(cast, cast.colleague, note="")


def test_nobody_else_than_the_rule_names(cast: Cast, sitting: Sitting) -> None:
    rules(cast.shien, stand_in_rule=Rule.MEMBERS)
    answer(cast.chair, sitting, "absent")
    with pytest.raises(RefusedError, match="決められていません"):
        begin(cast, cast.clinic)
    designate(cast, cast.colleague)
    with pytest.raises(RefusedError, match="加藤 恵"):
        begin(cast, cast.clinic)


def test_somebody_of_the_day_only_where_the_rule_allows_it(
    cast: Cast, sitting: Sitting
) -> None:
    rules(cast.shien, stand_in_rule=Rule.VICE_HEAD, ad_hoc_stand_in=True)
    designate(cast, cast.colleague)
    answer(cast.chair, sitting, "absent")
    assert begin(cast, cast.clinic).ad_hoc
    with pytest.raises(RefusedError):
        begin(cast, cast.stranger)


def test_the_ranked_come_in_their_order(cast: Cast, sitting: Sitting) -> None:
    rules(cast.shien, stand_in_rule=Rule.RANKED)
    designate(cast, cast.clinic, 1)
    designate(cast, cast.colleague, 2)
    with pytest.raises(RefusedError, match="順位"):
        designate(cast, cast.newcomer, 2)
    answer(cast.chair, sitting, "absent")
    with pytest.raises(RefusedError, match="上田 健"):
        begin(cast, cast.colleague)
    answer(cast.clinic, sitting, "absent")
    assert begin(cast, cast.colleague).person == cast.colleague


def test_the_head_hands_the_chair_over_for_some_days(
    cast: Cast, sitting: Sitting
) -> None:
    rules(cast.shien, stand_in_rule=Rule.HAND_OVER)
    body = Body.objects.get(pk=cast.shien.pk)
    span = Span(clock.today(), clock.today() + timedelta(days=7))
    with pytest.raises(RefusedError, match="あらかじめ"):
        designate(cast, cast.colleague)
    handed: Any = {"body": body, "person": cast.colleague, "span": span}
    with pytest.raises(RefusedError, match="いまの議長だけ"):
        stand_ins.hand_over_chair(actor=factories.sign_in(cast.secretariat), **handed)
    stand_ins.hand_over_chair(actor=factories.sign_in(cast.chair), **handed)
    on: Any = {**handed, "person": cast.clinic}
    with pytest.raises(RefusedError, match="いまの議長だけ"):  # not handed on again
        stand_ins.hand_over_chair(actor=factories.sign_in(cast.colleague), **on)
    answer(cast.chair, sitting, "absent")
    assert begin(cast, cast.colleague).person == cast.colleague


def test_only_who_is_bound_to_secrecy_is_designated(cast: Cast) -> None:
    rules(cast.shien, stand_in_rule=Rule.ANYONE)
    stranger = factories.person("清水 陽子", factories.organization("総務課"))
    with pytest.raises(RefusedError, match="委嘱"):
        designate(cast, stranger)
    factories.commission(stranger, cast.shien)
    assert designate(cast, stranger).rank == 1
    assert Commission.objects.filter(person=stranger).count() == 1


@pytest.mark.parametrize("name", ["clinic", "stranger", "administrator"])
def test_only_who_convenes_says_who_presides(
    cast: Cast, sitting: Sitting, name: str
) -> None:
    actor = factories.sign_in(getattr(cast, name))
    with pytest.raises(HiddenError):
        acting_heads.preside_instead(
            actor=actor,
            sitting=sitting,
            person=cast.colleague,
            why=Why.ABSENCE,
            note="公務",
        )
    with pytest.raises(HiddenError):
        acting_heads.step_back(actor=actor, sitting=sitting)


def test_the_pages_lead_from_the_answer_to_the_chair(
    cast: Cast, sitting: Sitting, signed_in
) -> None:
    rules(cast.shien, stand_in_rule=Rule.MEMBERS)
    designate(cast, cast.colleague)
    done = signed_in(cast.clinic).post(
        reverse("meetings:sitting-answer", args=[sitting.id]),
        {"rsvp": "proxy", "proxy_name": "清水 陽子", "proxy_post": "看護師"},
    )
    assert done.status_code == 302
    answer(cast.chair, sitting, "absent")
    clerk = signed_in(cast.secretariat)
    board = clerk.get(reverse("meetings:invitation-board", args=[sitting.id]))
    assert "清水 陽子" in board.content.decode()
    url = reverse("meetings:proxy-answer", args=[invited(cast.clinic, sitting).id])
    assert clerk.post(url, {"accept": "1"}).status_code == 302
    assert Proxy.objects.get().state == Proxy.State.ACCEPTED
    page = reverse("meetings:sitting-presiding", args=[sitting.id])
    typed = {"person": cast.colleague.id, "why": "absence", "note": "公務のため"}
    assert clerk.post(page, typed).status_code == 302
    assert "加藤 恵" in clerk.get(page).content.decode()
    assert clerk.post(page, {"step_back": "1"}).status_code == 302
    assert not ActingHead.objects.filter(ended_at=None).exists()
