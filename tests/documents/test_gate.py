"""The pages of the gate: neutral before the code, the same for every dead link."""

import re
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.core import mail
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice

from documents import entrances
from documents.models import Link, LinkCode
from documents.models.links import CODE_LIFE, MAX_WRONG_CODES
from documents.services import links
from members.http import SESSION_KEY
from members.models import Purpose, Scope, SignIn
from members.services import factors
from portal.core import clock, journals
from portal.core.models import AuditEvent
from tests import factories
from tests.documents.gate import (
    ask,
    enter,
    issue,
    mailed_code,
    other_than,
    secret_of,
    sitting_page,
    typed,
)

GATE = reverse("documents:gate")
CARD = reverse("documents:gate-card")
NOTICE = reverse("documents:gate-notice")
CODE = reverse("documents:gate-code", args=["mail"])
UNKNOWN = UUID(int=404)
PAGES = [GATE, CARD, NOTICE, CODE]


def test_link_code_and_then_the_sitting(cast):
    issued = issue(cast)
    client = Client()
    opened = client.post(GATE, {"secret": secret_of(issued)})
    assert opened.status_code == 302
    assert opened.url == NOTICE
    asked = ask(client)
    assert "確認コードをお送りしました" in asked.content.decode()
    before = client.session.session_key
    done = typed(client, mailed_code())
    assert done.status_code == 302
    assert done.url == sitting_page(cast.sitting.id)
    assert client.session.session_key != before
    sign_in = SignIn.objects.get(id=client.session[SESSION_KEY])
    assert sign_in.link_id == issued.link.id
    assert sign_in.strength == 1


def test_without_script_the_entrance_says_how_one_comes_in():
    """The secret of a link stands behind the #: only script can send it."""
    page = Client().get(GATE).content.decode()
    words = page.partition("<noscript>")[2].partition("</noscript>")[0]
    assert "JavaScript" in words
    assert "事務局へお電話ください" in words
    assert f'href="{CARD}"' in page


def test_the_printed_code_opens_the_same_door(cast):
    issued = issue(cast)
    client = Client()
    opened = client.post(CARD, {"card_code": issued.card_code.lower()})
    assert opened.url == NOTICE
    assert client.get(NOTICE).status_code == 200


@pytest.mark.parametrize("typed_code", ["", "7K3M", "!" * 12, "x" * 200])
def test_a_misshapen_printed_code_is_told_and_kept(cast, typed_code):
    page = Client().post(CARD, {"card_code": typed_code})
    assert page.status_code == 422
    assert typed_code in page.content.decode()


def test_paper_card_and_app_open_with_strength_two(cast):
    actor = factories.sign_in(cast.secretariat)
    _, card_codes = factors.issue_card(actor=actor, person=cast.clinic)
    device = TOTPDevice.objects.create(user=cast.clinic, name="app")
    for way, code in (
        ("card", card_codes[0]),
        ("app", f"{TOTP(device.bin_key).token():06d}"),
    ):
        client = enter(issue(cast))
        assert typed(client, code, way).url == sitting_page(cast.sitting.id)
        sign_in = SignIn.objects.get(id=client.session[SESSION_KEY])
        assert sign_in.strength == 2


def test_a_way_that_is_not_set_up_is_no_page(cast):
    client = enter(issue(cast))
    for way in ("app", "card", "sms"):
        address = reverse("documents:gate-code", args=[way])
        assert client.get(address).status_code == 404
        assert client.post(address, {"code": "12345678"}).status_code == 404


def test_before_the_code_a_page_names_nobody(cast):
    client = enter(issue(cast))
    ask(client)
    for page in (client.get(NOTICE), client.get(CODE), client.get(GATE)):
        text = page.content.decode()
        for secret in (
            cast.clinic.name,
            cast.clinic.email,
            cast.clinic.organization.name,
            cast.case.number,
            cast.case.title,
            cast.sitting.place,
            cast.shien.name,
            str(cast.sitting.id),
            str(cast.clinic.id),
        ):
            assert secret not in text
    assert "p***@m***.example" in client.get(NOTICE).content.decode()


def dead_secrets(cast) -> dict[str, str]:
    now = clock.now()
    expired = issue(cast)
    Link.objects.filter(id=expired.link.id).update(ends_at=now)
    revoked = issue(cast, cast.newcomer)
    links.revoke_link(actor=factories.sign_in(cast.secretariat), link=revoked.link)
    early = issue(cast, cast.colleague, starts_at=now + timedelta(hours=1))
    left = issue(cast, cast.leaver)
    cast.leaver.ends_at = now
    cast.leaver.save()
    made = {"expired": expired, "revoked": revoked, "early": early, "left": left}
    return {"unknown": "x" * 43, **{k: secret_of(v) for k, v in made.items()}}


def but_for(page: HttpResponse, secret: str) -> bytes:
    """The page without what its own visitor sent, and without the form's token."""
    content = page.content.replace(secret.encode(), b"")
    return re.sub(rb'value="\w{64}"', b"", content)


def test_unknown_and_dead_links_get_one_and_the_same_page(
    cast, django_assert_num_queries
):
    answers, secrets = set(), dead_secrets(cast)
    journals.flush()  # what was taken away to make them dead
    for secret in secrets.values():
        with django_assert_num_queries(2):
            page = Client().post(GATE, {"secret": secret})
        content = but_for(page, secret)
        answers.add((page.status_code, content, tuple(page.headers.items())))
    assert len(answers) == 1
    status, content, _ = answers.pop()
    assert status == 404
    assert "このリンクは開けません" in content.decode()
    assert not Session.objects.exists()


def test_without_a_handle_the_steps_show_the_same_page(cast):
    unknown = Client().post(GATE, {"secret": ""})
    for address in (NOTICE, CODE):
        for page in (Client().get(address), Client().post(address, {"code": "1"})):
            assert page.status_code == 404
            assert page.content == unknown.content


def test_a_printed_code_of_a_dead_link_is_as_unknown_as_any(cast):
    issued = issue(cast)
    links.revoke_link(actor=factories.sign_in(cast.secretariat), link=issued.link)
    for code in (issued.card_code, "7K3M-Q2XP-94TA"):
        page = Client().post(CARD, {"card_code": code})
        assert page.status_code == 404
        assert "このコードでは開けません" in page.content.decode()
    assert not Session.objects.exists()


def test_get_and_head_change_nothing(cast):
    issued = issue(cast)
    client = enter(issued)
    ask(client)

    def state() -> tuple[object, ...]:
        rows = (Link, LinkCode, SignIn, AuditEvent, Session)
        return (
            *(list(row.objects.order_by("pk").values()) for row in rows),
            len(mail.outbox),
        )

    before = state()
    for address in PAGES:
        for _ in range(3):
            client.get(address, {"secret": secret_of(issued), "code": mailed_code()})
            client.head(address)
            Client().get(f"{address}?{secret_of(issued)}")
    assert state() == before


def test_other_methods_are_refused(cast):
    client = enter(issue(cast))
    for address in PAGES:
        for method in (client.put, client.delete, client.patch):
            assert method(address).status_code == 405


def test_a_form_without_its_token_or_from_elsewhere_is_refused(cast):
    issued = issue(cast)
    client = Client(enforce_csrf_checks=True)
    assert client.post(GATE, {"secret": secret_of(issued)}).status_code == 403
    token = client.get(GATE).context["csrf_token"]
    form = {"secret": secret_of(issued), "csrfmiddlewaretoken": token}
    foreign = client.post(GATE, form, headers={"Origin": "https://elsewhere.example"})
    assert foreign.status_code == 403
    assert client.post(GATE, form).status_code == 302


def test_wrong_codes_count_down_and_lock(cast):
    issued = issue(cast)
    client = enter(issued)
    ask(client)
    code = mailed_code()
    for left in range(MAX_WRONG_CODES - 1, 0, -1):
        page = typed(client, other_than(code))
        assert page.status_code == 422
        assert f"あと{left}回まで入力できます" in page.content.decode()
    locked = typed(client, other_than(code))
    assert locked.status_code == 403
    assert "事務局へお電話ください" in locked.content.decode()
    for page in (
        typed(client, code),
        client.get(NOTICE),
        client.get(CODE),
        client.post(NOTICE),
        enter(issued).get(NOTICE),
    ):
        assert page.status_code == 403
    assert not SignIn.objects.filter(link_id=issued.link.id).exists()
    links.unlock_link(actor=factories.sign_in(cast.secretariat), link=issued.link)
    assert typed(client, code).url == sitting_page(cast.sitting.id)


@pytest.mark.parametrize("code", ["", "1234567", "123456789", "abcdefgh", "9" * 41])
def test_what_is_no_code_costs_no_attempt_and_is_kept(cast, code):
    issued = issue(cast)
    client = enter(issued)
    ask(client)
    page = typed(client, code)
    assert page.status_code == 422
    assert code in page.content.decode()
    assert Link.objects.get(id=issued.link.id).wrong_count == 0


def test_a_late_code_says_the_next_step(cast):
    client = enter(issue(cast))
    ask(client)
    code = mailed_code()
    with time_machine.travel(clock.now() + CODE_LIFE, tick=False):
        page = typed(client, code)
        assert page.status_code == 422
        assert "新しい確認コードをお受け取りください" in page.content.decode()


def test_another_browsers_code_does_not_open(cast):
    issued = issue(cast)
    mine, theirs = enter(issued), enter(issued)
    ask(mine)
    page = typed(theirs, mailed_code())
    assert page.status_code == 422
    assert Link.objects.get(id=issued.link.id).wrong_count == 0


def test_opening_the_link_again_in_one_browser_keeps_the_code(cast):
    issued = issue(cast)
    client = enter(issued)
    ask(client)
    enter(issued, client)
    assert typed(client, mailed_code()).url == sitting_page(cast.sitting.id)


def test_another_link_in_the_same_browser_takes_over(cast):
    first, second = issue(cast), issue(cast, cast.newcomer)
    client = enter(first)
    ask(client)
    code = mailed_code()
    enter(second, client)
    assert typed(client, code).status_code == 422
    assert not SignIn.objects.filter(link_id__isnull=False).exists()


def test_going_back_after_the_code_leads_on_to_the_sitting(cast):
    issued = issue(cast)
    client = enter(issued)
    ask(client)
    code = mailed_code()
    typed(client, code)
    for page in (
        client.get(NOTICE),
        client.get(CODE),
        typed(client, code),
        client.post(GATE, {"secret": secret_of(issued)}),
    ):
        assert page.status_code == 302
        assert page.url == sitting_page(cast.sitting.id)
    assert SignIn.objects.filter(link_id=issued.link.id).count() == 1


def test_revoking_kills_the_session_and_the_half_open_gate(cast):
    issued = issue(cast)
    inside, waiting = enter(issued), enter(issued)
    ask(inside)
    typed(inside, mailed_code())
    page = sitting_page(cast.sitting.id)
    assert inside.get(page).status_code == 200
    links.revoke_link(actor=factories.sign_in(cast.secretariat), link=issued.link)
    assert inside.get(page).status_code == 302
    assert waiting.get(NOTICE).status_code == 404


def test_a_person_without_mail_is_told_what_to_do(cast):
    cast.clinic.email = ""
    cast.clinic.save()
    client = enter(issue(cast))
    page = client.get(NOTICE).content.decode()
    assert "確認の方法が、まだ登録されていません" in page
    assert "***@" not in page
    assert client.get(CODE).status_code == 404
    assert "確認コードをお送りできません" in ask(client).content.decode()


def test_a_mail_that_fails_is_said(cast, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    page = ask(enter(issue(cast)))
    assert "確認コードのメールを送れませんでした" in page.content.decode()


def test_the_secretariats_telephone_is_shown(cast):
    office = cast.secretariat.organization
    office.phone = "000-000-1234"
    office.save()
    client = enter(issue(cast))
    ask(client)
    for address in (NOTICE, CODE):
        page = client.get(address).content.decode()
        assert "000-000-1234" in page
        assert Link.objects.get().reference in page


def test_every_page_forbids_caches_and_keeps_its_address(cast):
    client = enter(issue(cast))
    for address in PAGES:
        page = client.get(address)
        assert "no-store" in page.headers["Cache-Control"]
        assert page.headers["Referrer-Policy"] == "same-origin"
        assert "script-src 'self'" in page.headers["Content-Security-Policy"]


def test_the_secret_and_the_code_are_in_no_log_row_or_address(cast, caplog):
    caplog.set_level("DEBUG")
    issued = issue(cast)
    client = enter(issued)
    asked = ask(client)
    code = mailed_code().replace(" ", "")
    typed(client, other_than(code))
    done = typed(client, code)
    rows = (Link, LinkCode, SignIn, AuditEvent, Session)
    kept = "".join(str(list(row.objects.values())) for row in rows)
    kept += str([session.get_decoded() for session in Session.objects.all()])
    kept += caplog.text + done.url + str(asked.redirect_chain)
    kept += str(client.cookies)
    for secret in (secret_of(issued), issued.card_code, code, other_than(code)):
        assert secret not in kept


def test_an_unheard_of_handle_is_a_dead_link(cast):
    client = Client()
    session = client.session
    session["gate"] = {"link": str(uuid4()), "nonce": "x"}
    session.save()
    assert client.get(NOTICE).status_code == 404
    assert "gate" not in client.session


@pytest.mark.parametrize("purpose", Purpose)
def test_the_gate_leads_to_the_page_of_its_purpose(cast, monkeypatch, purpose):
    """The app that owns the page names it; the gate's words are the same for all."""
    monkeypatch.setitem(entrances.PAGES, purpose, "members:case-detail")
    monkeypatch.setitem(entrances.OPENERS, purpose, lambda actor, thing: None)
    issued = issue(cast, scope=Scope(purpose, UNKNOWN))
    page = reverse("members:case-detail", args=[UNKNOWN])
    client = enter(issued)
    shown = ask(client).content.decode()
    assert not [word for word in ("日程", "募集", "依頼") if word in shown]
    assert typed(client, mailed_code()).url == page
    sign_in = SignIn.objects.get(id=client.session[SESSION_KEY])
    assert sign_in.scope == issued.link.scope
    assert sign_in.session.sitting == UNKNOWN
    again = client.post(GATE, {"secret": secret_of(issued)})
    assert again.url == page
    assert client.get(NOTICE).url == page
    assert client.get(reverse("meetings:home")).url == page


def test_a_session_of_a_link_to_something_else_sees_no_sitting(
    cast, monkeypatch, signed_in
):
    elsewhere = Scope(Purpose.POLL, UNKNOWN)
    monkeypatch.setitem(entrances.PAGES, elsewhere.purpose, "members:case-detail")
    client = signed_in(cast.clinic, scope=elsewhere)
    assert client.get(sitting_page(cast.sitting.id)).status_code == 404
