"""A few guesses at each of many links: told, slowed, and nobody is locked out."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from documents.models import GateAlarm, Link
from documents.models.links import BUDGET_SPAN, PACE, WRONG_BUDGET
from documents.services import codes
from documents.services.codes import Way
from documents.services.visits import Verdict, Visit
from members.models import Person
from members.services import factors
from portal.core import clock
from portal.core.models import AuditEvent, OutgoingMail
from tests import factories
from tests.documents.gate import ask, enter, issue, mailed_code, sitting_page, typed

LINKS = 200
GUESSES = 2
GUESS = "00000000"
BETWEEN = timedelta(seconds=0.1)  # ten guesses in a second
SOON = timedelta(seconds=10)


@pytest.fixture
def stolen(cast) -> list[Link]:
    """The links of people all over the town, as somebody has them who stole mails."""
    people = Person.objects.bulk_create(
        Person(
            name=f"構成員{n}",
            login=f"spray-{n}",
            email=f"spray-{n}@mihon.example",
            organization=cast.clinic.organization,
            starts_at=cast.clinic.starts_at,
        )
        for n in range(LINKS)
    )
    return [issue(cast, person).link for person in people]


def guess(link: Link, number: int, clock_hand: time_machine.Traveller) -> Verdict:
    """One guess, from an address of its own."""
    visit = Visit(link, f"{number:064d}", f"203.0.113.{number % 250}", "")
    clock_hand.shift(BETWEEN)
    return codes.try_code(visit=visit, way=Way.MAIL, token=GUESS).verdict


def spray(
    links: list[Link], hand: time_machine.Traveller, wait: timedelta = timedelta(0)
) -> list[Verdict]:
    """Guess at each link in turn, ``wait`` after its code was asked for."""
    verdicts = []
    for number, link in enumerate(links):
        codes.send_code(link=link, browser=f"{number:064d}")
        hand.shift(wait)
        verdicts += [guess(link, number, hand) for _ in range(GUESSES)]
    return verdicts


def test_past_the_budget_no_quick_guess_is_compared_in_the_whole_town(cast, stolen):
    with time_machine.travel(clock.now(), tick=False) as hand:
        began = clock.now()
        verdicts = spray(stolen, hand)
    assert verdicts[:WRONG_BUDGET] == [Verdict.WRONG] * WRONG_BUDGET
    assert set(verdicts[WRONG_BUDGET:]) == {Verdict.WAIT}
    assert GateAlarm.objects.get().at - began <= timedelta(seconds=60)
    told = OutgoingMail.objects.filter(subject="かさね 確認コードの誤りが続いています")
    assert str(cast.secretariat.id) in told.values_list("person", flat=True)
    wrong = AuditEvent.objects.filter(action="documents.link.wrong_code")
    assert wrong.count() == WRONG_BUDGET


def test_who_waits_at_each_link_is_slowed_to_one_guess_a_pause(cast, stolen):
    with time_machine.travel(clock.now(), tick=False) as hand:
        spray(stolen[: WRONG_BUDGET // GUESSES], hand)
        verdicts = spray(stolen[-20:], hand, wait=PACE)
    assert verdicts == [Verdict.WRONG, Verdict.WAIT] * 20
    assert max(Link.objects.values_list("wrong_count", flat=True)) == GUESSES


def test_honest_members_come_in_meanwhile_and_afterwards(cast, stolen):
    _, card = factors.issue_card(
        actor=factories.sign_in(cast.secretariat), person=cast.newcomer
    )
    with_card = enter(issue(cast, cast.newcomer))
    with time_machine.travel(clock.now(), tick=False) as hand:
        spray(stolen[:40], hand)
        assert inside(cast, typed(with_card, card[0], "card")), "a card never waits"
        client, code = asked(cast)
        since = clock.now()
        early = typed(client, code)
        assert early.status_code == 422
        assert f"{PACE.seconds}秒待ってから" in early.content.decode()
        hand.shift(PACE)
        assert inside(cast, typed(client, code))
        assert clock.now() - since <= SOON
        hand.shift(BUDGET_SPAN)
        client, code = asked(cast)
        assert inside(cast, typed(client, code)), "the town waits no longer"
    assert not Link.objects.filter(person__in=[cast.clinic, cast.newcomer]).filter(
        wrong_count__gt=0
    )


def asked(cast) -> tuple[Client, str]:
    """The clinic at its gate, with the code that came by mail."""
    client = enter(issue(cast))
    ask(client)
    return client, mailed_code()


def inside(cast, answer) -> bool:
    """Whether the code led to the sitting, or first to the offer of a passkey."""
    pages = {sitting_page(cast.sitting.id), reverse("members:own-offer")}
    return bool(answer.status_code == 302 and answer.url in pages)
