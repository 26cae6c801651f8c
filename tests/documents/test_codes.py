"""One-time codes: what opens a link, what does not, and what it costs."""

from datetime import timedelta

import django_otp
import pytest
import time_machine
from django.core import mail
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice

from documents.models import Link, LinkCode
from documents.models.links import (
    CODE_LIFE,
    CODES_PER_HOUR,
    MAX_WRONG_CODES,
    RESEND_AFTER,
)
from documents.services import codes, links
from documents.services.codes import Sending, Way
from documents.services.visits import Verdict, Visit
from members.models import Purpose, Scope, SignIn
from members.services import factors
from portal.core import clock
from portal.core.models import AuditEvent
from tests import factories
from tests.documents.gate import issue, mailed_code, other_than

HERE, ELSEWHERE = "a" * 64, "b" * 64


@pytest.fixture
def link(cast) -> Link:
    return issue(cast).link


def at(link: Link, browser: str = HERE) -> Visit:
    return Visit(link, browser, "192.0.2.7", "Test browser")


def try_mail(link: Link, code: str, browser: str = HERE) -> Verdict:
    return codes.try_code(visit=at(link, browser), way=Way.MAIL, token=code).verdict


def sent(link: Link, browser: str = HERE) -> str:
    assert codes.send_code(link=link, browser=browser).sending is Sending.SENT
    return mailed_code()


def test_the_right_code_opens_one_sign_in_for_the_sitting(cast, link):
    code = sent(link)
    attempt = codes.try_code(visit=at(link), way=Way.MAIL, token=code)
    assert attempt.verdict is Verdict.RIGHT
    sign_in = SignIn.objects.get(link_id=link.id)
    assert attempt.sign_in == sign_in
    assert sign_in.person == cast.clinic
    assert sign_in.scope == Scope(Purpose.SITTING, cast.sitting.id)
    assert sign_in.ends_at == link.ends_at
    assert sign_in.strength == 1
    assert sign_in.strong_at is None
    assert (sign_in.address, sign_in.user_agent) == ("192.0.2.7", "Test browser")
    link.refresh_from_db()
    assert link.opened_at is not None
    assert link.wrong_count == 0
    assert AuditEvent.objects.filter(action="documents.link.open").count() == 1


@pytest.mark.parametrize("write", [
    lambda code: code.replace(" ", ""),
    lambda code: code.replace(" ", "-"),
    lambda code: f"  {code} ",
    lambda code: "".join(chr(ord(c) + 0xFEE0) for c in code.replace(" ", "")),
    lambda code: code.replace(" ", "ー"),
    lambda code: code.replace(" ", "\u3000"),
])  # fmt: skip
def test_a_code_forgives_the_way_it_is_written(link, write):
    assert try_mail(link, write(sent(link))) is Verdict.RIGHT


def test_a_code_is_good_for_one_use(link):
    code = sent(link)
    assert try_mail(link, code) is Verdict.RIGHT
    assert try_mail(link, code) is Verdict.NO_CODE
    assert SignIn.objects.filter(link_id=link.id).count() == 1


def test_a_late_code_is_refused_and_costs_nothing(link):
    code = sent(link)
    with time_machine.travel(clock.now() + CODE_LIFE, tick=False):
        assert try_mail(link, code) is Verdict.NO_CODE
    link.refresh_from_db()
    assert link.wrong_count == 0


def test_a_code_holds_up_to_its_end_and_not_at_it(link):
    code, row = sent(link), link.codes.get()
    assert not row.is_live(row.ends_at)
    with time_machine.travel(row.ends_at, tick=False):
        assert try_mail(link, code) is Verdict.NO_CODE
    with time_machine.travel(row.ends_at - timedelta(microseconds=1), tick=False):
        assert try_mail(link, code) is Verdict.RIGHT


def test_a_code_opens_in_the_browser_that_asked_for_it_only(link):
    code = sent(link, HERE)
    assert try_mail(link, code, ELSEWHERE) is Verdict.NO_CODE
    assert try_mail(link, code, HERE) is Verdict.RIGHT


def test_a_code_opens_its_own_link_only(cast, link):
    other = issue(cast, cast.newcomer).link
    code = sent(link)
    sent(other)
    assert try_mail(other, code) is Verdict.WRONG


def test_a_new_code_voids_the_old_one(link):
    old = sent(link)
    with time_machine.travel(clock.now() + RESEND_AFTER, tick=False):
        new = sent(link)
        assert try_mail(link, old) is Verdict.WRONG
        assert try_mail(link, new) is Verdict.RIGHT


def test_a_new_code_in_another_browser_voids_the_old_one(link):
    old = sent(link, HERE)
    with time_machine.travel(clock.now() + RESEND_AFTER, tick=False):
        sent(link, ELSEWHERE)
        assert try_mail(link, old, HERE) is Verdict.NO_CODE


def test_five_wrong_codes_lock_the_link_for_every_way(cast, link):
    code = sent(link)
    for left in range(MAX_WRONG_CODES - 1, -1, -1):
        assert try_mail(link, other_than(code)) is Verdict.WRONG
        link.refresh_from_db()
        assert link.attempts_left == left
    assert try_mail(link, code) is Verdict.LOCKED
    actor = factories.sign_in(cast.secretariat)
    _, card_codes = factors.issue_card(actor=actor, person=cast.clinic)
    attempt = codes.try_code(visit=at(link), way=Way.CARD, token=card_codes[0])
    assert attempt.verdict is Verdict.LOCKED
    assert codes.send_code(link=link, browser=HERE).sending is Sending.NOT_POSSIBLE
    assert not SignIn.objects.filter(link_id=link.id).exists()


def test_a_resent_code_never_resets_the_count(link):
    for number in range(CODES_PER_HOUR):
        with time_machine.travel(clock.now() + number * RESEND_AFTER, tick=False):
            code = sent(link)
            try_mail(link, other_than(code))
    link.refresh_from_db()
    assert link.wrong_count == CODES_PER_HOUR


def test_a_right_code_does_not_reset_the_count_either(link):
    code = sent(link)
    assert try_mail(link, other_than(code)) is Verdict.WRONG
    assert try_mail(link, code) is Verdict.RIGHT
    link.refresh_from_db()
    assert link.wrong_count == 1


def test_unlocking_lets_the_person_in_again(cast, link):
    code = sent(link)
    for _ in range(MAX_WRONG_CODES):
        try_mail(link, other_than(code))
    links.unlock_link(actor=factories.sign_in(cast.secretariat), link=link)
    assert try_mail(link, code) is Verdict.RIGHT


def test_codes_are_sent_once_a_minute_and_three_times_an_hour(link):
    start = clock.now()
    with time_machine.travel(start, tick=False) as traveller:
        sent(link)
        again = codes.send_code(link=link, browser=ELSEWHERE)
        assert again.sending is Sending.TOO_SOON
        assert again.again_at == start + RESEND_AFTER
        for _ in range(CODES_PER_HOUR - 1):
            traveller.shift(RESEND_AFTER)
            sent(link)
        traveller.shift(RESEND_AFTER)
        refused = codes.send_code(link=link, browser=HERE)
        assert refused.sending is Sending.TOO_MANY
        assert refused.again_at == start + timedelta(hours=1)
        traveller.move_to(start + timedelta(hours=1))
        sent(link)
    assert len(mail.outbox) == CODES_PER_HOUR + 1


def test_the_mail_is_neutral_and_has_the_code_in_its_body_only(cast, link):
    code = sent(link)
    message = mail.outbox[-1]
    assert message.to == [cast.clinic.email]
    assert code not in str(message.subject)
    assert not any(c.isdigit() for c in str(message.subject))
    text = f"{message.subject}{message.body}"
    for word in ("支援", cast.case.number, "会議室", cast.secretariat.name):
        assert word not in text
    assert message.attachments == []


def test_a_mail_that_fails_is_said_and_still_counts(link, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    assert codes.send_code(link=link, browser=HERE).sending is Sending.FAILED
    assert codes.send_code(link=link, browser=HERE).sending is Sending.TOO_SOON


def test_who_has_no_address_gets_no_mail_way(cast):
    cast.clinic.email = ""
    cast.clinic.save()
    link = issue(cast).link
    assert codes.ways_of(link) == []
    assert codes.send_code(link=link, browser=HERE).sending is Sending.NOT_POSSIBLE
    assert mail.outbox == []


def test_a_paper_code_opens_with_strength_two_and_once(cast, link):
    actor = factories.sign_in(cast.secretariat)
    _, card_codes = factors.issue_card(actor=actor, person=cast.clinic)
    assert codes.ways_of(link) == [Way.MAIL, Way.CARD]
    right = codes.try_code(visit=at(link), way=Way.CARD, token=card_codes[3])
    assert right.verdict is Verdict.RIGHT
    assert right.sign_in is not None
    assert right.sign_in.strength == 2
    assert right.sign_in.strong_at is not None
    again = codes.try_code(visit=at(link), way=Way.CARD, token=card_codes[3])
    assert again.verdict is Verdict.WRONG


def test_an_authenticator_app_opens_with_strength_two(cast, link):
    device = TOTPDevice.objects.create(user=cast.clinic, name="app")
    assert Way.APP in codes.ways_of(link)
    token = f"{TOTP(device.bin_key).token():06d}"
    wrong = codes.try_code(visit=at(link), way=Way.APP, token=other_than(token))
    assert wrong.verdict is Verdict.WRONG
    wait = codes.try_code(visit=at(link), way=Way.APP, token=token)
    assert wait.verdict is Verdict.WAIT
    assert wait.wait_seconds >= 1
    link.refresh_from_db()
    assert link.wrong_count == 1
    with time_machine.travel(clock.now() + timedelta(seconds=2), tick=False):
        token = f"{TOTP(device.bin_key).token():06d}"
        right = codes.try_code(visit=at(link), way=Way.APP, token=token)
        assert right.sign_in is not None
        assert right.sign_in.strength == 2


def test_an_unconfirmed_app_is_no_way(cast, link):
    TOTPDevice.objects.create(user=cast.clinic, name="app", confirmed=False)
    assert codes.ways_of(link) == [Way.MAIL]


def test_another_persons_factor_does_not_open(cast, link):
    actor = factories.sign_in(cast.secretariat)
    factors.issue_card(actor=actor, person=cast.clinic)
    _, theirs = factors.issue_card(actor=actor, person=cast.newcomer)
    attempt = codes.try_code(visit=at(link), way=Way.CARD, token=theirs[0])
    assert attempt.verdict is Verdict.WRONG


def test_a_revoked_link_refuses_the_right_code(cast, link):
    code = sent(link)
    links.revoke_link(actor=factories.sign_in(cast.secretariat), link=link)
    assert try_mail(link, code) is Verdict.GONE
    assert codes.send_code(link=link, browser=HERE).sending is Sending.NOT_POSSIBLE


def test_the_device_itself_keeps_the_limit(cast, link):
    """Whoever calls django-otp directly meets the same count."""
    code = sent(link)
    device = LinkCode.objects.get(link=link)
    for _ in range(MAX_WRONG_CODES + 3):
        assert not django_otp.verify_token(
            cast.clinic, device.persistent_id, other_than(code)
        )
    link.refresh_from_db()
    assert link.wrong_count == MAX_WRONG_CODES
    assert not django_otp.verify_token(cast.clinic, device.persistent_id, code)
    device.refresh_from_db()
    assert device.used_at is None


def test_the_device_is_its_own_persons(cast, link):
    code = sent(link)
    device = LinkCode.objects.get(link=link)
    assert not django_otp.verify_token(cast.newcomer, device.persistent_id, code)
    assert django_otp.verify_token(cast.clinic, device.persistent_id, code) == device


def test_a_code_rests_nowhere_in_clear(link, caplog):
    caplog.set_level("DEBUG")
    code = sent(link).replace(" ", "")
    try_mail(link, other_than(code))
    rows = [LinkCode, Link, AuditEvent, SignIn]
    kept = "".join(str(list(model.objects.values())) for model in rows)
    for text in (kept, caplog.text):
        assert code not in text
        assert other_than(code) not in text


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("ueda@mihon.example", "u***@m***.example"),
        ("a@b.jp", "a***@b***.jp"),
        ("taro.sato@clinic.mihon.lg.jp", "t***@c***.jp"),
    ],
)
def test_an_address_is_shown_masked(address, shown):
    assert codes.masked(address) == shown
