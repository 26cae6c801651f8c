"""Codes to a telephone: by decision, for people from outside, with the same limits."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.test import Client, override_settings
from django.urls import reverse

from documents.models import LinkCode
from documents.services import codes, link_texts, links
from documents.services.codes import Sending, Way
from documents.services.visits import Attempt, Verdict, Visit
from members.facts import Role
from members.models import CodePhone, Person, Relaxation, SignIn
from members.services import factors, phones, relaxations
from members.services.phones import Entry
from portal.core import clock, texts
from portal.core.errors import HiddenError, InvalidError, RefusedError
from portal.core.models import OutgoingText
from tests import factories
from tests.cast import Cast
from tests.documents.gate import enter, issue, other_than, sitting_page, typed
from tests.portal.telephones import Gateway, running

HERE = "a" * 64
MOBILE = Entry("090-1234-5678", False, CodePhone.Proof.CALLED)


@pytest.fixture
def gateway(cast: Cast) -> Iterator[Gateway]:
    """A gateway, and the decision that allows it."""
    factories.lowered(cast.administrator, Relaxation.Kind.TELEPHONE)
    with running() as gateway:
        yield gateway


def record(cast: Cast, entry: Entry = MOBILE, person: Person | None = None):
    return phones.record(
        actor=factories.sign_in(cast.secretariat),
        body=cast.shien,
        person=person or cast.clinic,
        entry=entry,
    )


@pytest.fixture
def link(cast: Cast, gateway: Gateway):
    record(cast)
    return issue(cast).link


def deliver() -> None:
    """What the worker does, inside the test's transaction."""
    for text in OutgoingText.objects.all():
        texts.deliver.call(str(text.id))


def sent(link, gateway: Gateway) -> str:
    given = codes.send_code(link=link, browser=HERE, way=Way.PHONE)
    assert given.sending is Sending.SENT
    deliver()
    found = re.search(r"\d{4} \d{4}", gateway.asked[-1]["text"])
    assert found
    return found[0]


def tried(link, code: str, way: Way = Way.PHONE) -> Attempt:
    visit = Visit(link, HERE, "192.0.2.7", "Test browser")
    return codes.try_code(visit=visit, way=way, token=code)


def later(seconds: int):
    return time_machine.travel(clock.now() + timedelta(seconds=seconds), tick=False)


def test_a_code_to_the_telephone_is_a_personal_factor(cast, link, gateway):
    attempt = tried(link, sent(link, gateway))
    assert attempt.verdict is Verdict.RIGHT
    row = SignIn.objects.get(link_id=link.id)
    assert (row.strength, row.by_phone) == (2, True)
    told = gateway.asked[-1]
    assert told["to"] == "+819012345678"
    for word in (cast.clinic.name, cast.clinic.organization.name, cast.sitting.place):
        assert word not in told["text"], "R39"


def test_a_spoken_code_is_read_digit_by_digit(cast, gateway):
    with pytest.raises(InvalidError):
        record(cast, Entry("03-1234-5678", False, CodePhone.Proof.CALLED))
    record(cast, Entry("03-1234-5678", True, CodePhone.Proof.IN_PERSON))
    link = issue(cast).link
    codes.send_code(link=link, browser=HERE, way=Way.PHONE)
    deliver()
    assert gateway.asked[-1]["channel"] == "voice"
    assert re.search(r"(\d、){7}\d。", gateway.asked[-1]["text"])


def test_limits_are_those_of_the_link_whatever_the_way(cast, link, gateway):
    code = sent(link, gateway)
    assert codes.send_code(link=link, browser=HERE).sending is Sending.TOO_SOON
    for step in range(1, 6):
        assert tried(link, other_than(code, step=step)).verdict is Verdict.WRONG
    assert tried(link, code).verdict is Verdict.LOCKED


def test_a_code_by_mail_is_none_by_telephone(cast, link, gateway):
    code = sent(link, gateway)
    assert tried(link, code, Way.MAIL).verdict is Verdict.NO_CODE
    with later(61):
        codes.send_code(link=link, browser=HERE)
        assert tried(link, code).verdict is Verdict.NO_CODE, "the newer one voids it"


def test_a_person_and_the_town_have_a_budget_for_a_day(cast, link, gateway):
    start = clock.now()
    texts_before = link_texts.CODES_PER_DAY
    for hour in range(texts_before):
        with time_machine.travel(start + timedelta(hours=hour), tick=False):
            assert not link_texts.used_up(cast.clinic)
            link_texts.queue(link, "12345678", clock.now() + timedelta(minutes=1))
    with time_machine.travel(start + timedelta(hours=10), tick=False):
        answer = codes.send_code(link=link, browser=HERE, way=Way.PHONE)
        assert answer.sending is Sending.USED_UP
        assert not link_texts.used_up(cast.newcomer)
        with override_settings(PHONE_CODES_PER_DAY=texts_before):
            assert link_texts.used_up(cast.newcomer)


def test_nothing_is_sent_after_the_link_was_revoked(cast, link, gateway):
    codes.send_code(link=link, browser=HERE, way=Way.PHONE)
    links.revoke_link(actor=factories.sign_in(cast.secretariat), link=link)
    deliver()
    assert not gateway.asked


def test_withdrawing_the_decision_ends_what_rests_on_it(cast, link, gateway):
    code = sent(link, gateway)
    tried(link, code)
    other = factories.sign_in(cast.newcomer)
    with later(61):
        codes.send_code(link=link, browser=HERE, way=Way.PHONE)
        (held,) = Relaxation.objects.all()
        admin = factories.sign_in(cast.administrator)
        relaxations.withdraw(actor=admin, relaxation_id=held.pk)
        deliver()
        assert len(gateway.asked) == 1
        assert not SignIn.objects.get(by_phone=True).session.span.holds(clock.now())
        other.sign_in.refresh_from_db()
        assert other.sign_in.session.span.holds(clock.now()), "it was no telephone's"
        assert Way.PHONE not in codes.ways_of(link)
        assert tried(link, code).verdict is Verdict.NO_CODE
        factors.issue_card(
            actor=factories.sign_in(cast.secretariat), person=cast.clinic
        )


def test_a_sign_in_by_telephone_ends_with_the_decision(cast, link, gateway):
    end = clock.now() + timedelta(hours=1)
    Relaxation.objects.update(ends_at=end)
    tried(link, sent(link, gateway))
    assert SignIn.objects.get(by_phone=True).ends_at == end


def test_a_telephone_is_no_second_key_made_by_one_person(cast, gateway):
    secretariat = factories.sign_in(cast.secretariat)
    factors.issue_card(actor=secretariat, person=cast.clinic)
    with pytest.raises(RefusedError):
        record(cast)
    record(cast, person=cast.newcomer)
    with pytest.raises(RefusedError):
        factors.issue_card(actor=secretariat, person=cast.newcomer)
    with pytest.raises(RefusedError):
        record(
            cast, Entry("090-9999-9999", False, CodePhone.Proof.CALLED), cast.newcomer
        )


def test_nobody_inside_and_no_administrator_gets_codes_by_telephone(cast, gateway):
    for person in (cast.chair, cast.colleague, cast.administrator, cast.secretariat):
        if person.organization.internal:
            with pytest.raises(HiddenError):
                record(cast, person=person)
    factories.office(cast.clinic, Role.ADMINISTRATOR)
    with pytest.raises(HiddenError):
        record(cast)


def test_without_decision_or_gateway_there_is_no_such_way(cast, link, gateway):
    assert Way.PHONE in codes.ways_of(link)
    with override_settings(PHONE_URL=""):
        assert Way.PHONE not in codes.ways_of(link)
    Relaxation.objects.update(ends_at=clock.now())
    answer = codes.send_code(link=link, browser=HERE, way=Way.PHONE)
    assert answer.sending is Sending.NOT_POSSIBLE
    assert not LinkCode.objects.exists()


def test_at_the_gate_one_sees_that_the_gateway_is_down_and_what_to_do(cast, gateway):
    record(cast)
    client = enter(issue(cast), Client())
    page = client.get(reverse("documents:gate-notice")).content.decode()
    assert "***-****-**78" in page
    assert "1234" not in page
    gateway.answers = [503, 400]
    where = {"way": "phone"}
    client.post(reverse("documents:gate-notice"), where)
    code_page = reverse("documents:gate-code", args=["phone"])
    assert "時間がかかっています" not in client.get(code_page).content.decode()
    deliver()
    assert "時間がかかっています" in client.get(code_page).content.decode()
    with later(30):
        deliver()
        assert "事務局へお電話ください" in client.get(code_page).content.decode()
        assert "送信ができませんでした" in client.get(code_page).content.decode()
    assert OutgoingText.objects.get().failed


def test_the_code_is_typed_and_the_paper_of_a_case_opens(cast, gateway):
    record(cast)
    client = enter(issue(cast), Client())
    client.post(reverse("documents:gate-notice"), {"way": "phone"})
    deliver()
    found = re.search(r"\d{4} \d{4}", gateway.asked[-1]["text"])
    answer = typed(client, found[0], "phone")
    assert answer.url == reverse("members:own-offer"), "what lasts is offered first"
    assert client.get(answer.url).status_code == 200
    assert client.get(reverse("meetings:home")).url == sitting_page(cast.sitting.id)


def test_the_secretariat_records_a_number_at_its_page(cast, signed_in, gateway):
    clerk = signed_in(cast.secretariat)
    page = reverse("members:phone-record", args=[cast.clinic.id])
    card = clerk.get(reverse("members:card-issue", args=[cast.clinic.id]))
    assert page in card.content.decode()
    bad = {"number": "0120-000-000", "spoken": "no", "proof": "called"}
    assert clerk.post(page, bad).status_code == 422
    assert clerk.post(page, {**bad, "number": "090 1234 5678"}).status_code == 302
    assert CodePhone.objects.get().number == "+819012345678"
    assert clerk.post(page, {**bad, "number": "090 1234 5678"}).status_code == 422


def test_when_the_proof_is_old_the_page_says_how_to_renew_it(cast, link, gateway):
    client = enter(issue(cast), Client())
    client.post(reverse("documents:gate-notice"), {"way": "phone"})
    deliver()
    found = re.search(r"\d{4} \d{4}", gateway.asked[-1]["text"])
    typed(client, found[0], "phone")
    with later(360):
        page = client.get(reverse("members:passkey-add"), follow=True)
    assert "リンクをもう一度開き" in page.content.decode()
