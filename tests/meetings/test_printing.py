"""次第, 出席者名簿 and 座席表 as PDF: what is one's own to see, nobody else's."""

import io
from datetime import timedelta
from typing import Any

import pypdfium2
import pytest
from django.urls import reverse

from documents.output.watermark import page_count, page_text
from meetings.models import ActingHead, Invitation, Proxy
from meetings.roster_rendering import Attendee, RosterDocument, seating_pdf
from meetings.selectors.roster import roster_of
from meetings.selectors.sittings import convened_sitting
from meetings.services.proxies import accept_proxy
from members.facts import Role
from members.models import Office, Person
from portal.core import clock
from portal.core.models import AuditEvent
from tests import factories
from tests.cast import Cast
from tests.conftest import SignIn


def words_of(content: bytes) -> str:
    pdf = io.BytesIO(content)
    return "".join(page_text(pdf, page) for page in range(page_count(pdf)))


def test_a_member_prints_the_own_items_only(cast: Cast, signed_in: SignIn) -> None:
    other = factories.case(cast.shien, number="R8-077")
    factories.item(cast.sitting, other, cast.shien, title="別の世帯について")
    page = reverse("meetings:agenda-print", args=[cast.sitting.id])
    response = signed_in(cast.clinic).get(page)
    assert response.status_code == 200
    words = words_of(response.content)
    assert cast.clinic.name in words
    assert cast.case.number in words
    assert "R8-077" not in words
    assert cast.case.number not in response["Content-Disposition"]
    event = AuditEvent.objects.get(action="meetings.agenda.print")
    assert event.actor == str(cast.clinic.id)
    assert (
        pypdfium2.PdfDocument(response.content).get_metadata_dict()["Title"] == "次第"
    )


@pytest.mark.parametrize("name", ["colleague", "leaver", "stranger", "recused"])
def test_others_print_nothing(cast: Cast, signed_in: SignIn, name: str) -> None:
    page = reverse("meetings:agenda-print", args=[cast.sitting.id])
    response = signed_in(getattr(cast, name)).get(page)
    assert response.status_code == 404
    assert not AuditEvent.objects.filter(action="meetings.agenda.print").exists()


def test_the_list_of_people_and_the_seats_name_who_is_expected(
    cast: Cast, signed_in: SignIn
) -> None:
    invited = Invitation.objects.filter(sitting=cast.sitting)
    invited.filter(person=cast.newcomer).update(rsvp=Invitation.Rsvp.ABSENT)
    mine = invited.get(person=cast.clinic)
    mine.proxy = Proxy.objects.create(
        invitation=mine,
        name="清水 陽子",
        state=Proxy.State.ACCEPTED,
        named_at=clock.now(),
    )
    client = signed_in(cast.secretariat)
    for route in ("roster-print", "seating-print"):
        answer = client.get(reverse(f"meetings:{route}", args=[cast.sitting.id]))
        words = words_of(answer.content)
        assert cast.chair.name in words
        assert "清水 陽子" in words
        assert cast.newcomer.name not in words
        assert cast.case.number not in words
        assert "kasane-" in answer["Content-Disposition"]
    read = AuditEvent.objects.filter(actor=str(cast.secretariat.id))
    assert read.filter(action="meetings.roster.print").exists()
    assert read.filter(action="meetings.seating.print").exists()


@pytest.mark.parametrize("count", [3, 19, 26, 40])
def test_a_plan_of_seats_names_everybody_on_one_page(count: int) -> None:
    """Within the margins: what runs off a page is in its text all the same."""
    people = [
        Attendee(
            name=f"勅使河原 龍之介{n}",
            standing="社会福祉法人みほん会 障害者相談支援センターみほん 管理者",
            part="会長" if n == 0 else "",
            reply="出席",
        )
        for n in range(count)
    ]
    at = clock.now()
    document = RosterDocument(
        municipality="見本市",
        body="代表者会議",
        sitting=1,
        starts_at=at,
        ends_at=at,
        place="市役所3階 大会議室",
        made_at=at,
        head=tuple(people[:1]),
        sides=tuple(people[1:-2]),
        foot=tuple(people[-2:]),
    )
    with pypdfium2.PdfDocument(seating_pdf(document)) as pdf:
        (page,) = [each.get_textpage().get_text_bounded(bottom=60) for each in pdf]
    words = "".join(page.split())
    assert all(f"{n + 1}勅使河原龍之介{n}" in words for n in range(count))


def held(cast: Cast, person: Person, **more: Any) -> Office:
    return Office.objects.create(
        person=person,
        body=cast.shien,
        role=Role.CHAIR,
        starts_at=clock.now() - timedelta(days=1),
        **more,
    )


def roster(cast: Cast) -> dict[str, tuple[str, str]]:
    """Who is on the list, with the part and the reply; nobody twice."""
    actor = factories.sign_in(cast.secretariat)
    document = roster_of(convened_sitting(actor, cast.sitting.id))
    people = [each for _number, each in document.numbered]
    assert len({each.name for each in people}) == len(people)
    return {each.name: (each.part, each.reply) for each in people}


def test_a_proxy_stands_once_in_the_members_place(cast: Cast) -> None:
    invited = Invitation.objects.filter(sitting=cast.sitting)
    invited.filter(person=cast.clinic).update(rsvp=Invitation.Rsvp.PROXY)
    named = Proxy.objects.create(
        invitation=invited.get(person=cast.clinic),
        name="清水 陽子",
        named_at=clock.now(),
    )
    assert cast.clinic.name in roster(cast)
    accept_proxy(actor=factories.sign_in(cast.secretariat), proxy=named)
    assert invited.filter(person__name="清水 陽子").exists()
    found = roster(cast)
    assert found["清水 陽子"] == (f"{cast.clinic.name}の代理", "代理出席")
    assert cast.clinic.name not in found
    invited.filter(person__name="清水 陽子").update(rsvp=Invitation.Rsvp.ABSENT)
    assert found.keys() - roster(cast).keys() == {"清水 陽子"}


def test_a_head_who_does_not_come_is_left_out_and_the_stand_in_named(
    cast: Cast,
) -> None:
    rules = cast.shien.rules
    assert roster(cast)[cast.chair.name][0] == rules.head_title
    held(
        cast,
        cast.newcomer,
        sitting_id=cast.sitting.id,
        acting_for=cast.chair,
        convenes=False,
    )
    head = Invitation.objects.filter(sitting=cast.sitting, person=cast.chair)
    found = roster(cast)
    assert found[cast.newcomer.name][0] == "職務代理"
    assert found[cast.chair.name][0] == rules.head_title
    head.update(rsvp=Invitation.Rsvp.ABSENT)
    assert roster(cast).keys() == found.keys() - {cast.chair.name}


def test_a_head_who_is_said_to_be_away_is_left_out(cast: Cast) -> None:
    office = held(
        cast,
        cast.newcomer,
        sitting_id=cast.sitting.id,
        acting_for=cast.chair,
        convenes=False,
    )
    acting = ActingHead.objects.create(
        sitting=cast.sitting,
        head=cast.chair,
        person=cast.newcomer,
        office=office,
        why=ActingHead.Why.HANDED,
        note="見本",
        noted_by=cast.secretariat,
        noted_at=clock.now(),
    )
    assert cast.chair.name in roster(cast)
    ActingHead.objects.update(why=ActingHead.Why.ABSENCE)
    assert cast.chair.name not in roster(cast)
    ActingHead.objects.filter(pk=acting.pk).update(ended_at=clock.now())
    assert cast.chair.name in roster(cast)


def test_who_calls_and_does_not_preside_is_named_so(cast: Cast) -> None:
    held(cast, cast.newcomer, presides=False)
    assert roster(cast)[cast.newcomer.name][0] == cast.shien.rules.convener_title
