"""波止場町, March to May: consent or nothing, on request, and the town decides."""

from datetime import date, timedelta

import pytest
import time_machine
from django.urls import reverse

from documents.models import CooperationRequest, PaperVersion
from documents.services import requests
from documents.services.requests import Asked
from meetings import records, rosters
from meetings.models import ActingHead, AgendaItem, Invitation, Proposal, Sitting
from meetings.outcomes import Resolution
from meetings.selectors import carrying as carried
from meetings.selectors.agenda import agenda_view
from meetings.selectors.progress import Show, board_of
from meetings.selectors.sittings import open_sitting
from meetings.services import (
    acting_heads,
    carrying,
    emergency,
    openings,
    outcomes,
    sitting_requests,
    sittings,
    turnover,
)
from meetings.services.agenda import ItemWords
from meetings.services.emergency import Emergency
from meetings.services.invitations import ProxyWords
from meetings.services.outcomes import Decision
from meetings.services.sittings import When
from meetings.services.triage import NewCase, Taking, take_proposal
from members.facts import Regime
from members.models import Case, Commission, Person, Post
from members.offices import Part, offices_at, part_of, presiding_of
from members.services import cases, offices, stand_ins
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

CLERK = "keeper"
DAY = date(2026, 4, 16)
MEMBERS = ("clinic", "centre", "police", "deputy head")


def test_a_month_in_hatoba() -> None:
    with time_machine.travel(at(towns.FOUNDING), tick=False) as time:
        town = towns.hatoba()
        set_up(town)
        time.move_to(at(date(2026, 3, 13)))
        sitting = asked_for(town)
        time.move_to(at(date(2026, 3, 16)))
        call = steps.open_call(town, CLERK, sitting, "clinic", "centre")
        proposal = steps.propose(town, "centre", call, "暮らしの立て直し")
        time.move_to(at(date(2026, 3, 30)))
        items = triage(town, sitting, proposal)
        nothing_without_consent(town, items)
        time.move_to(at(date(2026, 4, 1)))
        call_together(town, sitting, items)
        time.move_to(at(date(2026, 4, 9)))
        answers_come(town, sitting)
        time.move_to(at(DAY, 13, 25))
        the_sitting(town, sitting, items)
        time.move_to(at(date(2026, 4, 17)))
        the_record(town, items)
        the_meeting_advises(town, items["planned"])
        time.move_to(at(date(2026, 4, 28)))
        the_town_decides(town, items["planned"])
        next_month(town, items)


def set_up(town: Town) -> None:
    """2, 3, 4, 8: who calls does not preside, and the head is named by the mayor."""
    held = {part_of(o): o for o in offices_at(town.body, clock.now())}
    assert held[Part.CONVENER].person == town["convener"]
    assert presiding_of(town.body, clock.now()) == town["head"]
    named = held[Part.HEAD]
    assert (named.appointed_by, named.appointed_on) == (
        towns.HATOBA_MAYOR,
        towns.FOUNDING,
    )
    offices.end_office(
        actor=town.actor(CLERK), office=named, off_from=date(2027, 3, 31)
    )
    with pytest.raises(InvalidError, match="座長を選んだ人"):
        offices.give_office(
            actor=town.actor(CLERK),
            body=town.body,
            person=town["clinic"],
            part=Part.HEAD,
            term=OfficeTerm(date(2027, 4, 1)),
        )
    with pytest.raises(RefusedError, match="あらかじめ代理を指名しません"):
        stand_ins.designate(
            actor=town.actor(CLERK),
            body=town.body,
            person=town["clinic"],
            rank=1,
            designated_by="座長",
            designated_on=clock.today(),
        )
    terms(town)


def terms(town: Town) -> None:
    """8: two years, the head approves; with a post as long as the post is held."""
    clinic = Commission.objects.get(person=town["clinic"])
    assert clinic.term_until == date(2028, 3, 1)
    assert Commission.objects.get(person=town["police"]).term_until is None
    worker = factories.person("浪江 保", town["clinic"].organization)
    with pytest.raises(InvalidError, match="沖田 実"):
        towns.commission(town, worker, "健康福祉部長 船越 剛")
    successor = factories.person("入江 翔", town["police"].organization)
    turnover.hand_over(
        actor=town.actor(CLERK),
        key=key("police"),
        day=date(2026, 5, 1),
        successors=[Successor(Post.objects.get(name="生活安全課長"), successor)],
        decided_by="警察署長",
        decided_on=clock.today(),
    )
    ended = Commission.objects.get(person=town["police"])
    assert ended.ends_at == clock.day_start(date(2026, 5, 1))


def asked_for(town: Town) -> Sitting:
    """5: a member organisation asks; one is refused and told why, one is held."""
    no = sitting_requests.note_request(
        actor=town.actor(CLERK),
        key=key("no"),
        body=town.body,
        asked_by=town["centre"],
        reason="制度の説明を聞きたい",
        wished_by=None,
    )
    sitting_requests.refuse(
        actor=town.actor(CLERK), request=no, reason="研修会でご説明します。"
    )
    no.refresh_from_db()
    assert (no.state, no.answer) == ("refused", "研修会でご説明します。")
    yes = sitting_requests.ask_for_sitting(
        actor=town.actor("clinic"),
        key=key("yes"),
        body=town.body,
        reason="支払いの滞っている世帯のことで集まりたい",
        wished_by=date(2026, 4, 20),
    )
    with pytest.raises(HiddenError):
        sitting_requests.accept(
            actor=town.actor("clinic"), request=yes, when=_when(DAY)
        )
    sitting = sitting_requests.accept(
        actor=town.actor(CLERK), request=yes, when=_when(DAY)
    )
    assert sitting.state == Sitting.State.DRAFT
    return sitting


def _when(day: date) -> When:
    return When(at(day, 13, 30), at(day, 15, 30), "町役場 2階")


def triage(town: Town, sitting: Sitting, proposal: Proposal) -> dict[str, AgendaItem]:
    """1, 6: nothing stands here without consent; an item may be opened."""
    with pytest.raises(InvalidError, match="置けません"):
        take(town, sitting, proposal, Regime.SHIEN)
    planned = take(town, sitting, proposal, Regime.JUSO)
    assert planned.ground == "act_106_3"
    report = steps.add(
        town, CLERK, sitting, ItemWords("report", "sharing", "昨年度のまとめ", "", 5)
    )
    study = steps.add(
        town, CLERK, sitting, ItemWords("study", "sharing", "新しい制度", "", 15)
    )
    with pytest.raises(RefusedError, match="事例"):
        open_up(town, planned)
    assert "座長決定" in records.closed_words(town.body.rules, open_up(town, study))
    assert records.closed_words(town.body.rules, report) == "原則非公開"
    return {"planned": planned, "report": report, "study": study}


def take(
    town: Town, sitting: Sitting, proposal: Proposal, regime: Regime
) -> AgendaItem:
    return take_proposal(
        actor=town.actor(CLERK),
        proposal=proposal,
        taking=Taking(
            sitting=sitting,
            body=town.body,
            regime=regime,
            case=None,
            new_case=NewCase(
                number="R8-001",
                title="母と本人の世帯",
                household=steps.HOUSEHOLD,
                opened_on=clock.today(),
            ),
            words=steps.PLAN,
            sheets=list(PaperVersion.objects.filter(paper__item_id=proposal.id)),
            reason="計画の案のため",
        ),
    )


def open_up(town: Town, item: AgendaItem) -> AgendaItem:
    return openings.open_to_public(
        actor=town.actor(CLERK),
        item=item,
        opening=openings.Opening("座長", clock.today(), "制度の説明のため"),
    )


def nothing_without_consent(town: Town, items: dict[str, AgendaItem]) -> None:
    """1, 5, 7: no emergency, and nobody outside the members is asked."""
    item = items["planned"]
    with pytest.raises(RefusedError, match="緊急の開催はできません"):
        emergency.open_emergency(
            actor=town.actor("convener"),
            key=key("emergency"),
            case=steps.case_of(item),
            emergency=Emergency(
                body=town.body,
                regime=Regime.JUSO,
                when=_when(clock.today()),
                title="今夜の見守り",
                reason="連絡が取れないため",
                people=[town["clinic"]],
            ),
        )
    with pytest.raises(RefusedError, match="構成員に限られています"):
        ask(town, item, Outsider("波止場ガス", "辻 和夫", "", "tsuji@mihon.example"))
    assert not CooperationRequest.objects.exists()


def ask(town: Town, item: AgendaItem, whom: Person | Outsider) -> CooperationRequest:
    return requests.make_request(
        actor=town.actor(CLERK),
        key=key(f"request {whom}"),
        case=steps.case_of(item),
        asked=Asked(
            body=town.body,
            whom=whom,
            text="通院の様子を教えてください。",
            document_class="2",
            due_on=clock.today() + timedelta(days=14),
        ),
    )


def call_together(town: Town, sitting: Sitting, items: dict[str, AgendaItem]) -> None:
    """1, 2: consent or nothing; no penalty stands anywhere; the head calls nobody."""
    for item in items.values():
        steps.select(town, CLERK, item, *MEMBERS)
    found = steps.findings(town, CLERK, sitting)
    assert [f.check for f in found if f.blocks] == ["consent"]
    for member in steps.case_of(items["planned"]).household.all():
        cases.enter_consent(
            actor=town.actor(CLERK),
            member=member,
            scope="会議の構成員",
            evidence="同意書への署名",
            given_at=clock.now(),
        )
    steps.file_and_release(town, CLERK, items["planned"], *MEMBERS)
    found = steps.findings(town, CLERK, sitting)
    assert not [f for f in found if f.blocks]
    shown = agenda_view(open_sitting(town.actor(CLERK), sitting.id))
    assert shown.penalties == []
    assert shown.basis == [
        "社会福祉法第106条の3の支援体制の整備として、本人の同意のもとに開きます。"
    ]
    no_penalty_stands(town, sitting)
    request = ask(town, items["planned"], town["clinic"])
    assert request.in_name_of == "波止場町健康福祉部長"
    assert request.clause == "社会福祉法第106条の3"
    sittings.submit_agenda(actor=town.actor(CLERK), sitting=sitting)
    with pytest.raises(HiddenError):
        sittings.approve_agenda(actor=town.actor("head"), sitting=sitting)
    convened = sittings.approve_agenda(actor=town.actor("convener"), sitting=sitting)
    assert convened.approved_by == town["convener"]
    assert convened.presiding == town["head"]


def no_penalty_stands(town: Town, sitting: Sitting) -> None:
    """1: without the statutory shelter no page speaks of its penalty or its article."""
    browser = steps.browser(town, CLERK)
    for page in (
        reverse("meetings:sitting-detail", args=[sitting.id]),
        reverse("members:body-detail", args=[town.body_id]),
    ):
        words = browser.get(page).content.decode()
        assert "106条の3" in words
        for word in ("106条の6", "拘禁刑", "罰金"):
            assert word not in words
    printed = browser.get(reverse("meetings:agenda-print", args=[sitting.id]))
    words = steps.pdf_words(printed.content)
    assert "106条の3" in words
    assert "拘禁刑" not in words


def answers_come(town: Town, sitting: Sitting) -> None:
    """4: the head hands the chair over at will, and that alone makes a stand-in."""
    sitting.refresh_from_db()
    steps.answer(town, "police", sitting, Rsvp.PRESENT)
    with pytest.raises(RefusedError, match="オンライン"):
        steps.answer(town, "police", sitting, Rsvp.PRESENT, online_from="警察署")
    steps.answer(
        town,
        "clinic",
        sitting,
        Rsvp.PROXY,
        ProxyWords("潮田 望", "師長", "p@mihon.example"),
    )
    steps.accept_proxy(town, CLERK, "clinic", sitting)
    with pytest.raises(RefusedError, match="いまの座長だけ"):
        hand_over(town, by="convener")
    hand_over(town, by="head")
    assert preside(town, sitting, "police", "absence").ad_hoc
    steps.answer(town, "head", sitting, Rsvp.PRESENT)
    with pytest.raises(RefusedError, match="引き継ぎは、開催日にはありません"):
        preside(town, sitting, "centre", "handed")
    assert not preside(town, sitting, "deputy head", "handed").ad_hoc
    sitting.refresh_from_db()
    assert sitting.presiding == town["deputy head"]


def hand_over(town: Town, by: str) -> None:
    stand_ins.hand_over_chair(
        actor=town.actor(by),
        body=town.body,
        person=town["deputy head"],
        span=stand_ins.Span(DAY, DAY),
    )


def preside(town: Town, sitting: Sitting, name: str, why: str) -> ActingHead:
    return acting_heads.preside_instead(
        actor=town.actor(CLERK),
        sitting=sitting,
        person=town[name],
        why=why,
        note="座長の意向による",
    )


def the_sitting(town: Town, sitting: Sitting, items: dict[str, AgendaItem]) -> None:
    came = ("convener", CLERK, "deputy head", "centre", "police", "proxy")
    steps.check_in(town, CLERK, sitting, *came)
    for name in ("planned", "report", "study"):
        inside = steps.hold(
            town,
            CLERK,
            items[name],
            ("discussion", "各機関の様子を共有した。"),
            ("decision", "家計の相談を始める。"),
        )
        assert inside == {town[person] for person in came}
    steps.close(town, CLERK, sitting)


def the_record(town: Town, items: dict[str, AgendaItem]) -> None:
    """9: it goes round to all who came; one volume holds the sitting's records."""
    steps.circulate(town, CLERK, items.values())
    item = items["planned"]
    document = records.document(records.load(item.id), confirmed=False)
    assert document.head_title == "座長"
    assert "106条の3" in document.legal_basis
    who = ("convener", "deputy head", "centre", "police")
    assert steps.missing(item) == {town[name] for name in who}
    for name in who:
        assert not steps.is_final(item)
        steps.confirm(town, name, item)
    assert steps.is_final(item)
    assert agenda_view(open_sitting(town.actor(CLERK), item.sitting_id)).one_record
    page = reverse("meetings:sitting-record", args=[item.sitting_id])
    volume = steps.pdf_words(steps.browser(town, CLERK).get(page).content)
    assert "R8-001" in volume
    assert "昨年度のまとめ" in volume
    assert "新しい制度" in volume


def the_meeting_advises(town: Town, item: AgendaItem) -> None:
    """10: what the meeting says waits for the town."""
    outcome = outcomes.record_outcome(
        actor=town.actor(CLERK),
        item=item,
        resolution=Resolution(
            result=outcomes.Result.CONFIRMED,
            lead_agency=town["centre"].organization,
            monitoring_on=date(2026, 7, 15),
        ),
    )
    assert outcome.needs_decision
    assert steps.case_of(item).status == Case.Status.AWAITING


def the_town_decides(town: Town, item: AgendaItem) -> None:
    """10: on another day, by another hand."""
    waiting = board_of(town.actor(CLERK), show=Show.WAITING, lead=None, number=None)
    assert [row.case for row in waiting.rows] == [item.case]
    decided = outcomes.enter_decision(
        actor=town.actor(CLERK),
        item=item,
        decision=Decision(granted=True, decided_on=clock.today(), decided_by="浜口 清"),
    )
    assert steps.case_of(item).status == Case.Status.CONFIRMED
    assert decided.outcome.held_on == DAY
    assert decided.decided_on == date(2026, 4, 28)
    assert decided.outcome.presided_by == town["deputy head"]
    assert decided.decided_by == "浜口 清"
    board = board_of(town.actor(CLERK), show=Show.OPEN, lead=None, number=None)
    assert [row.monitoring_on for row in board.rows] == [date(2026, 7, 15)]


def next_month(town: Town, items: dict[str, AgendaItem]) -> None:
    """The next sitting is asked for again, and takes over what was decided."""
    asked = sitting_requests.ask_for_sitting(
        actor=town.actor("clinic"),
        key=key("again"),
        body=town.body,
        reason="その後の様子を確かめたい",
        wished_by=None,
    )
    coming = sitting_requests.accept(
        actor=town.actor(CLERK), request=asked, when=_when(date(2026, 5, 21))
    )
    offer = carried.proposals(town.actor(CLERK), coming)
    assert [report.item for report in offer.reports] == [items["planned"]]
    (report,) = carrying.add_reports(actor=town.actor(CLERK), sitting=coming)
    assert report.points == "決定: 家計の相談を始める。"
    seated = {seat.person for seat in rosters.seats_of([report.id])[report.id]}
    assert {town["head"], town["centre"]} <= seated
