"""見晴市, March to May: a contractor convenes under two laws, and a post presides."""

from datetime import date, time, timedelta

import pytest
import time_machine
from django.urls import reverse

from documents.models import CooperationRequest, PaperVersion
from documents.services import replies, requests
from documents.services.requests import Asked
from meetings import records, rosters
from meetings.models import AgendaItem, Invitation, Proposal, Sitting
from meetings.outcomes import Resolution
from meetings.selectors import carrying as carried
from meetings.selectors.agenda import agenda_view
from meetings.selectors.progress import Show, board_of
from meetings.selectors.sittings import open_sitting
from meetings.services import (
    acting_heads,
    carrying,
    cooperation,
    emergency,
    openings,
    outcomes,
    sitting_requests,
    sittings,
    turnover,
    year,
)
from meetings.services import records as record_services
from meetings.services.agenda import ItemWords
from meetings.services.emergency import Emergency
from meetings.services.invitations import ProxyWords
from meetings.services.outcomes import Decision
from meetings.services.sittings import When
from meetings.services.triage import NewCase, Taking, take_proposal
from meetings.year import Rule, Shift
from members.facts import Regime
from members.models import Case, Commission, Post, Purpose, Scope
from members.offices import Part, offices_at, part_of, presiding_of
from members.services import cases, commissions, offices, stand_ins
from members.services.offices import OfficeTerm
from members.services.people import Outsider
from members.services.posts import Successor
from portal.core import clock
from portal.core.errors import HiddenError, InvalidError, RefusedError
from tests import factories
from tests.municipalities import steps, towns
from tests.municipalities.towns import Town, at, key

Rsvp = Invitation.Rsvp
pytestmark = pytest.mark.django_db(transaction=True)

CLERK = "city clerk"
DAY = date(2026, 4, 15)


def test_a_month_in_miharashi() -> None:
    with time_machine.travel(at(towns.FOUNDING), tick=False) as time:
        town = towns.miharashi()
        set_up(town)
        sitting = dates_of_the_year(town)
        time.move_to(at(date(2026, 3, 16)))
        call = steps.open_call(town, CLERK, sitting, "hospital", "nurse", "first")
        proposal = steps.propose(town, "hospital", call, "受診の途切れた世帯")
        time.move_to(at(date(2026, 3, 30)))
        items = triage(town, sitting, proposal)
        hand_the_post_on(town)
        time.move_to(at(date(2026, 4, 1)))
        the_post_has_a_new_holder(town, items)
        call_together(town, sitting, items)
        time.move_to(at(date(2026, 4, 8)))
        answers_come(town, sitting)
        time.move_to(at(DAY, 13, 25))
        the_sitting(town, sitting, items)
        time.move_to(at(date(2026, 4, 16)))
        the_outcome(town, items)
        the_record(town, items)
        time.move_to(at(date(2026, 4, 20)))
        ask_around(town, items["shared"])
        time.move_to(at(date(2026, 4, 20), 11))
        call_at_once(town, items["shared"])
        a_substitute(town)
        next_month(town, sitting, items)


def set_up(town: Town) -> None:
    """2, 3, 4, 8: five roles of four people, and nobody beside the rules."""
    held = {part_of(o): o.person for o in offices_at(town.body, clock.now())}
    assert held[Part.CONVENER].organization == town["keeper"].organization
    assert not held[Part.CONVENER].organization.internal
    assert presiding_of(town.body, clock.now()) == town["head"]
    keepers = town.body.offices.filter(role="secretariat")
    assert {o.person.organization.internal for o in keepers} == {True, False}
    with pytest.raises(RefusedError, match="役職で決まります"):
        offices.give_office(
            actor=town.actor("keeper"),
            body=town.body,
            person=town["first"],
            part=Part.HEAD,
            term=OfficeTerm(clock.today(), None, "互選", clock.today()),
        )
    with pytest.raises(RefusedError, match="別の順位"):
        designate(town, "hospital", 1)
    with pytest.raises(RefusedError, match="任意の引き継ぎがありません"):
        stand_ins.hand_over_chair(
            actor=town.actor("head"),
            body=town.body,
            person=town["first"],
            span=stand_ins.Span(clock.today(), clock.today()),
        )
    term_of(town)


def designate(town: Town, name: str, rank: int) -> None:
    stand_ins.designate(
        actor=town.actor(CLERK),
        body=town.body,
        person=town[name],
        rank=rank,
        designated_by="総括者",
        designated_on=clock.today(),
    )


def term_of(town: Town) -> None:
    """8: to 31 March of the fiscal year after; the convener approves, not the head."""
    hospital = Commission.objects.get(person=town["hospital"])
    assert hospital.term_until == date(2027, 3, 31)
    worker = factories.person("上原 克", town["hospital"].organization)
    with pytest.raises(InvalidError, match="招集者"):
        towns.commission(town, worker, "総括者 森田 豊")


def dates_of_the_year(town: Town) -> Sitting:
    """5: the year's dates come from a rule; nobody has to ask for them."""
    rule = Rule(
        nth=3,
        weekday=2,
        shift=Shift.AFTER,
        months_out=frozenset({8}),
        starts=time(13, 30),
        ends=time(15, 30),
        place="総合福祉センター 2階",
    )
    clerk = town.actor(CLERK)
    planned = year.plan_year(actor=clerk, body=town.body, number=2026, rule=rule)
    days = [row.day for row in planned if row.day and not row.out]
    made = year.confirm_year(
        actor=clerk,
        key=key("year"),
        body=town.body,
        number=2026,
        rule=rule,
        days=days,
    )
    assert len(made) == 11
    assert made[0].starts_at == at(DAY, 13, 30)
    with pytest.raises(HiddenError):
        sitting_requests.ask_for_sitting(
            actor=town.actor("hospital"),
            key=key("asking"),
            body=town.body,
            reason="早く集まりたい",
            wished_by=None,
        )
    return made[0]


def triage(town: Town, sitting: Sitting, proposal: Proposal) -> dict[str, AgendaItem]:
    """1: one item without consent and one with it, each on its own ground."""
    shared = take_proposal(
        actor=town.actor(CLERK),
        proposal=proposal,
        taking=Taking(
            sitting=sitting,
            body=town.body,
            regime=Regime.SHIEN,
            case=None,
            new_case=NewCase(
                number="R8-001",
                title="母と本人の世帯",
                household=steps.HOUSEHOLD,
                opened_on=clock.today(),
            ),
            words=steps.SHARING,
            sheets=list(PaperVersion.objects.filter(paper__item_id=proposal.id)),
        ),
    )
    other = cases.create_case(
        actor=town.actor(CLERK),
        body=town.body,
        number="R8-002",
        title="父と本人の世帯",
        household=steps.HOUSEHOLD,
        opened_on=clock.today(),
    )
    with pytest.raises(InvalidError, match="同意のもとで扱うかどうか"):
        steps.add(town, CLERK, sitting, steps.PLAN, other)
    planned = steps.add(town, CLERK, sitting, steps.PLAN, other, Regime.JUSO)
    assert (shared.ground, planned.ground) == ("act_106_6", "act_106_4")
    report = steps.add(
        town, CLERK, sitting, ItemWords("report", "sharing", "昨年度のまとめ", "", 5)
    )
    study = steps.add(
        town, CLERK, sitting, ItemWords("study", "sharing", "新しい制度", "", 15)
    )
    assert report.regime is study.regime is Regime.NONE
    with pytest.raises(RefusedError, match="公開できません"):
        openings.open_to_public(
            actor=town.actor(CLERK),
            item=study,
            opening=openings.Opening("総括者", clock.today(), "説明のため"),
        )
    return {"shared": shared, "planned": planned, "report": report, "study": study}


def hand_the_post_on(town: Town) -> None:
    """3: the head's post passes on; no meeting is entered again."""
    turnover.hand_over(
        actor=town.actor(CLERK),
        key=key("turnover"),
        day=date(2026, 4, 1),
        successors=[
            Successor(Post.objects.get(name="地域福祉課長"), town["next head"])
        ],
        decided_by=towns.MIHARASHI_MAYOR,
        decided_on=clock.today(),
    )
    assert presiding_of(town.body, clock.now()) == town["head"]


def the_post_has_a_new_holder(town: Town, items: dict[str, AgendaItem]) -> None:
    turnover.settle_due()
    assert presiding_of(town.body, clock.now()) == town["next head"]
    town.pledge("next head")
    sitting = items["shared"].sitting
    asked = sitting.invitations.filter(withdrawn_at=None)
    assert town["next head"].id in set(asked.values_list("person", flat=True))
    with pytest.raises(HiddenError):
        agenda_view(open_sitting(town.actor("head"), sitting.id))


def call_together(town: Town, sitting: Sitting, items: dict[str, AgendaItem]) -> None:
    """1, 2: what lacks consent is not called for; the head alone calls nobody."""
    members = ("hospital", "nurse", "first")
    for item in items.values():
        steps.select(town, CLERK, item, *members, signatory="nurse")
    blocking = [f.check for f in steps.findings(town, CLERK, sitting) if f.blocks]
    assert blocking == ["consent"]
    for member in steps.case_of(items["planned"]).household.all():
        cases.enter_consent(
            actor=town.actor(CLERK),
            member=member,
            scope="会議の構成員",
            evidence="様式1-1への署名",
            given_at=clock.now(),
        )
    for name in ("shared", "planned"):
        steps.file_and_release(town, CLERK, items[name], *members)
    assert not [f for f in steps.findings(town, CLERK, sitting) if f.blocks]
    shown = agenda_view(open_sitting(town.actor(CLERK), sitting.id))
    assert [words for words in shown.penalties if "拘禁刑" in words]
    assert sum("106条の6" in words for words in shown.basis) == 1
    assert sum("106条の4" in words for words in shown.basis) == 1
    sittings.submit_agenda(actor=town.actor(CLERK), sitting=sitting)
    with pytest.raises(HiddenError):
        sittings.approve_agenda(actor=town.actor("next head"), sitting=sitting)
    convened = sittings.approve_agenda(actor=town.actor("convener"), sitting=sitting)
    assert convened.approved_by == town["convener"]
    assert convened.presiding == town["next head"]
    for name in members:
        told = steps.words_of(steps.mails(town[name]).last())
        assert "4月15日" in told
        assert "R8-001" not in told
        assert "潤" not in told


def answers_come(town: Town, sitting: Sitting) -> None:
    """4: the head is away, so the first in rank leads, and nobody else."""
    sitting.refresh_from_db()
    steps.answer(town, "first", sitting, Rsvp.PRESENT)
    steps.answer(town, "nurse", sitting, Rsvp.PRESENT, online_from="事業所")
    steps.answer(
        town,
        "hospital",
        sitting,
        Rsvp.PROXY,
        ProxyWords("有村 直", "主任", "p@mihon.example"),
    )
    steps.accept_proxy(town, CLERK, "hospital", sitting)
    steps.answer(town, "next head", sitting, Rsvp.PRESENT)
    with pytest.raises(RefusedError, match="欠席のお返事"):
        preside(town, sitting, "first")
    steps.answer(town, "next head", sitting, Rsvp.ABSENT)
    with pytest.raises(RefusedError, match="小川 渉"):
        preside(town, sitting, "nurse")
    with pytest.raises(RefusedError, match="小川 渉"):
        preside(town, sitting, "keeper")
    with pytest.raises(RefusedError, match="空席ではありません"):
        preside(town, sitting, "first", why="vacancy")
    with pytest.raises(RefusedError, match="引き継ぎは、開催日にはありません"):
        preside(town, sitting, "first", why="handed")
    preside(town, sitting, "first")
    sitting.refresh_from_db()
    assert sitting.presiding == town["first"]


def preside(town: Town, sitting: Sitting, name: str, why: str = "absence") -> None:
    acting_heads.preside_instead(
        actor=town.actor(CLERK),
        sitting=sitting,
        person=town[name],
        why=why,
        note="議会対応のため",
    )


def the_sitting(town: Town, sitting: Sitting, items: dict[str, AgendaItem]) -> None:
    came = ("convener", "keeper", CLERK, "first", "nurse", "proxy")
    steps.check_in(town, CLERK, sitting, *came)
    for name in ("shared", "planned", "report", "study"):
        inside = steps.hold(
            town,
            CLERK,
            items[name],
            ("discussion", "各機関の様子を共有した。"),
            ("decision", "訪問を週1回とする。"),
        )
        assert inside == {town[person] for person in came}
    steps.close(town, CLERK, sitting)


def the_outcome(town: Town, items: dict[str, AgendaItem]) -> None:
    """10: what the meeting says is decided at once."""
    item = items["planned"]
    outcome = outcomes.record_outcome(
        actor=town.actor(CLERK),
        item=item,
        resolution=Resolution(
            result=outcomes.Result.CONFIRMED,
            lead_agency=town["nurse"].organization,
            monitoring_on=date(2026, 7, 15),
        ),
    )
    assert not outcome.needs_decision
    assert outcome.presided_by == town["first"]
    assert steps.case_of(item).status == Case.Status.CONFIRMED
    with pytest.raises(RefusedError, match="自治体の決定を待っていません"):
        outcomes.enter_decision(
            actor=town.actor(CLERK),
            item=item,
            decision=Decision(True, clock.today(), towns.MIHARASHI_MAYOR),
        )
    board = board_of(town.actor(CLERK), show=Show.OPEN, lead=None, number=None)
    assert {r.case.number: r.monitoring_on for r in board.rows} == {
        "R8-002": date(2026, 7, 15),
        "R8-001": None,
    }


def the_record(town: Town, items: dict[str, AgendaItem]) -> None:
    """9: a record per case, confirmed by who presided and one more."""
    steps.circulate(town, CLERK, [items["shared"], items["planned"]])
    item = items["shared"]
    record = records.load(item.id)
    assert records.document(record, confirmed=False).head_title == "総括者"
    assert steps.missing(item) == {town["first"], town["nurse"]}
    entry = steps.entry_of(item, "discussion")
    asked = record_services.ask_correction(
        actor=town.actor("nurse", steps.to(item.sitting)),
        key=key("correction"),
        item_id=item.id,
        entry_id=entry.id,
        text="訪問看護の様子も加えてください。",
    )
    record_services.answer_correction(
        actor=town.actor(CLERK),
        item_id=item.id,
        correction_id=asked.id,
        answer="加えました。",
        new_text="各機関と訪問看護の様子を共有した。",
    )
    with pytest.raises(RefusedError):  # the head confirms last here
        steps.confirm(town, "first", item)
    steps.confirm(town, "nurse", item)
    assert not steps.is_final(item)
    steps.confirm(town, "first", item)
    assert steps.is_final(item)
    planned = records.load(items["planned"].id)
    assert planned.minutes.state == planned.minutes.State.ROUND
    assert not agenda_view(open_sitting(town.actor(CLERK), item.sitting_id)).one_record
    page = reverse("meetings:sitting-record", args=[item.sitting_id])
    assert steps.browser(town, CLERK).get(page).status_code == 404


def ask_around(town: Town, item: AgendaItem) -> None:
    """7: anybody is asked, in the mayor's name, and may become a member."""
    request = requests.make_request(
        actor=town.actor(CLERK),
        key=key("request"),
        case=steps.case_of(item),
        asked=Asked(
            body=town.body,
            whom=Outsider(
                "見晴ガス株式会社", "辻 和夫", "保安課", "tsuji@mihon.example"
            ),
            text="開栓の様子を教えてください。",
            document_class="2",
            due_on=clock.today() + timedelta(days=14),
        ),
    )
    assert request.in_name_of == "見晴市長"
    assert request.clause == "社会福祉法第106条の6第3項"
    gas = town.remember("gas", request.person)
    answered = replies.answer(
        actor=town.actor("gas", Scope(Purpose.REQUEST, request.id)),
        request=request,
        opinion="冬の間は使われていません。",
    )
    with pytest.raises(InvalidError, match="招集者"):
        convert(town, answered, "総括者 三浦 幸")
    convert(town, answered, "局長 瀬川 学")
    assert Commission.objects.get(person=gas).term_until == date(2028, 3, 31)


def convert(town: Town, request: CooperationRequest, approved_by: str) -> None:
    cooperation.convert(
        actor=town.actor(CLERK),
        request=request,
        approved_by=approved_by,
        approved_on=clock.today(),
        reason="見守りに加わるため",
    )


def call_at_once(town: Town, item: AgendaItem) -> None:
    """5: in an emergency people are called for today, in one act of the convener."""
    before = steps.mails(town["nurse"]).count()
    sitting = emergency.open_emergency(
        actor=town.actor("convener"),
        key=key("emergency"),
        case=steps.case_of(item),
        emergency=Emergency(
            body=town.body,
            regime=Regime.SHIEN,
            when=When(at(clock.today(), 16), at(clock.today(), 17), "福祉センター"),
            title="今夜の見守り",
            reason="連絡が取れないため",
            people=[town["nurse"], town["gas"]],
        ),
    )
    assert sitting.state == Sitting.State.CONVENED
    assert steps.mails(town["nurse"]).count() == before + 1
    assert sitting.presiding == town["next head"]


def a_substitute(town: Town) -> None:
    """8: who comes in the place of a member gets the remainder of the term."""
    hospital = Commission.objects.get(person=town["hospital"])
    ended = commissions.end_commission(
        actor=town.actor(CLERK), commission=hospital, off_from=clock.today()
    )
    successor = factories.person("上村 亘", town["hospital"].organization)
    made = towns.commission(town, successor, "局長 瀬川 学", by=CLERK, replaces=ended)
    assert made.term_until == hospital.term_until == date(2027, 3, 31)


def next_month(town: Town, sitting: Sitting, items: dict[str, AgendaItem]) -> None:
    """The next draft takes over the decisions of both cases by itself."""
    coming = town.body.sittings.get(starts_at=at(date(2026, 5, 20), 13, 30))
    assert coming.number == sitting.number + 1
    offer = carried.proposals(town.actor(CLERK), coming)
    assert {r.item.id for r in offer.reports} == {
        items["shared"].id,
        items["planned"].id,
    }
    made = carrying.add_reports(actor=town.actor(CLERK), sitting=coming)
    assert {item.regime for item in made} == {Regime.SHIEN, Regime.JUSO}
    assert all("決定: 訪問を週1回とする。" in item.points for item in made)
    seated = {s.person for i in made for s in rosters.seats_of([i.id])[i.id]}
    assert {town["next head"], town["nurse"]} <= seated
    assert town["head"] not in seated
