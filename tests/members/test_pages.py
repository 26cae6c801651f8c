"""The pages of members as people meet them: sign-in, pledge, cases."""

from datetime import timedelta

import pytest
from django.contrib.auth.hashers import make_password
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice
from time_machine import TimeMachineFixture

from members.facts import Role
from members.models import Acknowledgement, Organization, PaperCard, Recusal, SignIn
from members.services import factors, passwords
from portal.core import clock
from portal.core.models import AuditEvent
from tests import factories
from tests.cast import Cast
from tests.conftest import SignIn as SignInAs

PASSWORD = "よいパスワードは長い合言葉です"


def staff_with_totp(cast: Cast) -> TOTPDevice:
    cast.chair.password = make_password(PASSWORD)
    cast.chair.save()
    device: TOTPDevice = TOTPDevice.objects.create(user=cast.chair, name="app")
    return device


def code_of(device: TOTPDevice) -> str:
    return f"{totp(device.bin_key, device.step, device.t0, device.digits):06d}"


def test_password_and_code_together_open_the_portal(cast: Cast, client: Client) -> None:
    device = staff_with_totp(cast)
    login = {"login": cast.chair.login, "password": PASSWORD}
    page = client.post(reverse("members:sign-in"), login)
    assert page.status_code == 302
    assert not SignIn.objects.filter(person=cast.chair).exists()
    token = {"device": device.persistent_id, "token": code_of(device)}
    assert client.post(page["Location"], token).status_code == 302
    sign_in = SignIn.objects.get(person=cast.chair)
    assert sign_in.strength == 2
    assert client.get(reverse("members:case-list")).status_code == 200
    assert client.post(reverse("members:sign-out")).status_code == 200
    assert client.get(reverse("members:case-list")).status_code == 302


@pytest.mark.parametrize("wrong", [{"login": "nobody"}, {"password": "違います"}])
def test_wrong_name_and_wrong_password_answer_alike(
    cast: Cast, client: Client, wrong: dict[str, str]
) -> None:
    staff_with_totp(cast)
    login = {"login": cast.chair.login, "password": PASSWORD, **wrong}
    page = client.post(reverse("members:sign-in"), login)
    assert page.status_code == 422
    assert "利用者名またはパスワードが違います。" in page.content.decode()


@pytest.mark.parametrize("name", ["chair", "nobody"])
def test_wrong_passwords_in_a_row_make_everybody_wait(
    cast: Cast, time_machine: TimeMachineFixture, name: str
) -> None:
    staff_with_totp(cast)
    login = cast.chair.login if name == "chair" else "nobody"
    start = clock.now()
    time_machine.move_to(start, tick=False)
    for _ in range(passwords.FREE_TRIES + 1):
        assert passwords.prove(login=login or "", password="違います") is None
    assert passwords.prove(login=login or "", password=PASSWORD) is None
    time_machine.move_to(start + passwords.FIRST_WAIT, tick=False)
    proved = passwords.prove(login=login or "", password=PASSWORD)
    assert (proved == cast.chair) is (name == "chair")
    refused = AuditEvent.objects.filter(action="members.password.refuse")
    assert {event.actor for event in refused} == {""}
    assert passwords.wait_after(40) == passwords.LONGEST_WAIT


def test_a_wrong_code_begins_no_sign_in(cast: Cast, client: Client) -> None:
    device = staff_with_totp(cast)
    login = {"login": cast.chair.login, "password": PASSWORD}
    page = client.post(reverse("members:sign-in"), login)
    right = code_of(device)
    wrong = f"{(int(right) + 1) % 1_000_000:06d}"
    token = {"device": device.persistent_id, "token": wrong}
    assert client.post(page["Location"], token).status_code == 422
    assert not SignIn.objects.filter(person=cast.chair).exists()


def test_who_has_app_and_card_types_a_code_and_chooses_nothing(
    cast: Cast, signed_in: SignInAs
) -> None:
    actor = factories.sign_in(cast.secretariat)
    card, codes = factors.issue_card(actor=actor, person=cast.chair)
    app = staff_with_totp(cast)
    url, client = reverse("members:step-up"), signed_in(cast.chair)
    page = client.get(url)
    assert page.context["form"]["device"].value() == app.persistent_id
    sent = {"device": app.persistent_id, "token": codes[0]}
    assert client.post(url, sent).status_code == 302, "the card's code, by its length"
    assert client.post(url, sent).status_code == 422, "which is used up"
    sent = {"device": card.persistent_id, "token": code_of(app)}
    assert client.post(url, sent).status_code == 302
    sent = {"device": app.persistent_id, "token": codes[1][:7]}
    assert client.post(url, sent).status_code == 422
    assert client.post(url, {"device": "", "token": codes[1]}).status_code == 422


def test_who_proves_a_card_after_the_mail_is_offered_what_lasts_once(
    cast: Cast, signed_in: SignInAs
) -> None:
    actor = factories.sign_in(cast.secretariat)
    card, codes = factors.issue_card(actor=actor, person=cast.clinic)
    client, case = signed_in(cast.clinic, strength=1), reverse("members:case-list")
    proof = {"device": card.persistent_id, "next": case}
    step_up = reverse("members:step-up")
    offer = client.post(step_up, {**proof, "token": codes[0]})["Location"]
    assert offer.startswith(reverse("members:own-offer"))
    page = client.get(offer).content.decode()
    assert f'href="{case}"' in page
    assert "もとのページへ進む" in page
    assert "ご案内のページ" not in page
    assert client.post(step_up, {**proof, "token": codes[1]})["Location"] == case
    elsewhere = reverse("members:own-offer") + "?next=https://elsewhere.example/"
    assert "elsewhere" not in client.get(elsewhere).content.decode()


def test_who_has_what_lasts_is_offered_nothing_after_a_proof(
    cast: Cast, signed_in: SignInAs
) -> None:
    app = staff_with_totp(cast)
    case = reverse("members:case-list")
    proof = {"device": app.persistent_id, "token": code_of(app), "next": case}
    client = signed_in(cast.chair, strength=1)
    assert client.post(reverse("members:step-up"), proof)["Location"] == case


def test_a_used_card_code_is_not_used_again(cast: Cast) -> None:
    actor = factories.sign_in(cast.secretariat)
    card, codes = factors.issue_card(actor=actor, person=cast.clinic)
    proof = {"person": cast.clinic, "device_id": card.persistent_id}
    assert factors.verify(**proof, token=f"{codes[0][:4]} {codes[0][4:]}")
    assert not factors.verify(**proof, token=codes[0])
    assert not factors.verify(
        person=cast.colleague, device_id=card.persistent_id, token=codes[1]
    )
    stored = b"".join(bytes(code.mac) for code in card.codes.all())
    assert codes[1].encode() not in stored


def test_a_card_asks_its_maker_for_a_fresh_factor(
    cast: Cast, signed_in: SignInAs
) -> None:
    url = reverse("members:card-issue", args=[cast.clinic.id])
    proved = clock.now() - timedelta(minutes=6)
    for asked in (Client.get, Client.post):
        answer = asked(signed_in(cast.secretariat, strong_at=proved), url)
        assert answer["Location"].startswith(reverse("members:step-up"))
    assert not PaperCard.objects.exists()


def test_who_is_to_call_the_secretariat_reads_its_number(
    cast: Cast, signed_in: SignInAs
) -> None:
    offices = Organization.objects.filter(pk=cast.secretariat.organization_id)
    offices.update(phone="0599-55-1101")
    card = reverse("members:card-issue", args=[cast.clinic.id])
    made = signed_in(cast.secretariat).post(card).content.decode()
    assert "0599-55-1101" in made.partition('id="card"')[2].partition("</section")[0]
    pages = (
        (cast.newcomer, reverse("members:pledge")),
        (cast.clinic, reverse("members:step-up")),
    )
    for person, page in pages:
        answer = signed_in(person, strength=1).get(page).content.decode()
        assert 'href="tel:0599-55-1101"' in answer
    step_up = reverse("members:step-up")
    assert "tel:" not in signed_in(cast.administrator).get(step_up).content.decode()


def test_nobody_makes_their_own_card(cast: Cast, signed_in: SignInAs) -> None:
    client = signed_in(cast.secretariat)
    url = reverse("members:card-issue", args=[cast.secretariat.id])
    assert client.post(url).status_code == 404
    assert url not in client.get(reverse("members:person-list")).content.decode()
    assert not PaperCard.objects.exists()


def test_case_opens_only_once_the_pledge_is_acknowledged(
    cast: Cast, signed_in: SignInAs
) -> None:
    client = signed_in(cast.newcomer)
    page = reverse("members:case-detail", args=[cast.case.id])
    asked = client.get(page)
    assert asked.status_code == 302
    assert asked["Location"].startswith(reverse("members:pledge"))
    texts = [cast.pledges[r] for r in cast.pledges]
    answer = {"pledge": [f"{p.id}:{p.digest}" for p in texts], "next": page}
    unread = client.post(reverse("members:pledge"), {"pledge": answer["pledge"][:1]})
    assert unread.status_code == 422
    assert client.post(reverse("members:pledge"), answer)["Location"] == page
    assert client.get(page).status_code == 200
    assert Acknowledgement.objects.filter(person=cast.newcomer).count() == len(texts)
    acts = AuditEvent.objects.filter(action="members.pledge.acknowledge")
    assert {event.actor for event in acts} == {str(cast.newcomer.id)}


def test_the_steps_of_a_link_are_for_who_came_by_one(
    cast: Cast, signed_in: SignInAs
) -> None:
    page, steps = reverse("members:pledge"), "手続きの流れ"
    assert steps not in signed_in(cast.newcomer).get(page).content.decode()
    scope = factories.to_sitting(cast.sitting)
    by_link = signed_in(cast.newcomer, scope=scope).get(page)
    assert steps in by_link.content.decode()


@pytest.mark.parametrize(
    "name", ["colleague", "leaver", "stranger", "recused", "administrator", "auditor"]
)
def test_a_case_is_as_absent_as_one_that_never_was(
    cast: Cast, signed_in: SignInAs, name: str
) -> None:
    client = signed_in(getattr(cast, name))
    hidden = client.get(reverse("members:case-detail", args=[cast.case.id]))
    absent = client.get(reverse("members:case-detail", args=[cast.sitting.id]))
    assert hidden.status_code == absent.status_code == 404
    assert hidden.content == absent.content
    assert (
        cast.case.number
        not in client.get(reverse("members:case-list")).content.decode()
    )


def test_opening_a_case_is_on_record(cast: Cast, signed_in: SignInAs) -> None:
    url = reverse("members:case-detail", args=[cast.case.id])
    for person in (cast.clinic, cast.colleague):
        signed_in(person).get(url)
    read = AuditEvent.objects.filter(action="members.case.read")
    assert [(e.actor, e.case) for e in read] == [
        (str(cast.clinic.id), str(cast.case.id))
    ]


def test_a_long_list_of_cases_comes_in_pages_at_the_same_price(
    cast: Cast, signed_in: SignInAs
) -> None:
    client, url = signed_in(cast.chair), reverse("members:case-list")
    client.get(url)
    with CaptureQueriesContext(connection) as short:
        client.get(url)
    for number in range(50):
        case = factories.case(cast.shien, number=f"R9-{number:03}")
        factories.membership(cast.chair, case, Role.CHAIR)
    with CaptureQueriesContext(connection) as long:
        first = client.get(url).content.decode()
    assert len(long) == len(short)
    assert "R9-048" in first
    assert "R9-049" not in first
    second = client.get(url, {"page": 2}).content.decode()
    assert "R9-049" in second
    assert "R9-048" not in second


def test_more_people_to_choose_from_cost_no_more_queries(
    cast: Cast, signed_in: SignInAs
) -> None:
    client = signed_in(cast.secretariat)
    url = reverse("members:member-select", args=[cast.case.id])
    client.get(url)
    with CaptureQueriesContext(connection) as few:
        client.get(url)
    agency = factories.organization("計画相談")
    for number in range(5):
        person = factories.person(f"相談 {number}", agency)
        factories.commission(person, cast.shien)
    away = {"case": cast.case, "entered_by": cast.chair, "starts_at": clock.now()}
    Recusal.objects.create(person=person, **away)
    with CaptureQueriesContext(connection) as many:
        text = client.get(url).content.decode()
    assert len(many) == len(few)
    assert "相談 3" in text
    assert "相談 4" not in text
    Recusal.objects.create(organization=agency, **away)
    assert "相談 3" not in client.get(url).content.decode()


def test_a_member_sees_no_names_and_no_controls(
    cast: Cast, signed_in: SignInAs
) -> None:
    page = signed_in(cast.clinic).get(
        reverse("members:case-detail", args=[cast.case.id])
    )
    text = page.content.decode()
    assert "長男" in text
    assert not [m for m in cast.case.household.all() if m.name in text]
    assert reverse("members:member-select", args=[cast.case.id]) not in text


def test_ending_a_selection_closes_the_case_at_once(
    cast: Cast, signed_in: SignInAs
) -> None:
    clerk, clinic = signed_in(cast.secretariat), signed_in(cast.clinic)
    page = reverse("members:case-detail", args=[cast.case.id])
    assert clinic.get(page).status_code == 200
    membership = cast.case.memberships.get(person=cast.clinic)
    end = reverse("members:membership-end", args=[cast.case.id, membership.id])
    assert clinic.post(end).status_code == 404
    assert clerk.post(end).status_code == 302
    assert clinic.get(page).status_code == 404


def test_consent_asks_for_a_fresh_factor(cast: Cast, signed_in: SignInAs) -> None:
    stale = clock.now() - timedelta(minutes=6)
    page = reverse("members:consent-enter", args=[cast.case.id])
    assert signed_in(cast.secretariat).get(page).status_code == 200
    asked = signed_in(cast.secretariat, strong_at=stale).get(page)
    assert asked["Location"].startswith(reverse("members:step-up"))


def test_a_recusal_offers_nobody_of_another_unit(
    cast: Cast, signed_in: SignInAs
) -> None:
    url = reverse("members:recusal-enter", args=[cast.case.id])
    client = signed_in(cast.secretariat)
    page = client.get(url).content.decode()
    assert cast.colleague.name in page
    for person in (cast.stranger, cast.administrator):
        assert person.name not in page
        tried = client.post(url, {"person": str(person.id), "reason": "親族のため"})
        assert tried.status_code == 422
    assert cast.stranger.organization.name not in page


def test_a_form_that_met_a_stale_factor_is_sent_on_after_the_proof(
    cast: Cast, signed_in: SignInAs
) -> None:
    """Nothing typed is lost, and the way back is the page, not the form's address."""
    device = staff_with_totp(cast)
    stale = clock.now() - timedelta(minutes=6)
    client = signed_in(cast.chair, strong_at=stale)
    member = cast.case.household.get(label="母")
    page = reverse("members:consent-enter", args=[cast.case.id])
    typed = {
        "member": str(member.id),
        "scope": "支援者会議の構成員 <b>",
        "evidence": "様式1-1への署名",
        "given_on": clock.today().isoformat(),
    }
    asked = client.post(page, typed, headers={"Referer": f"http://testserver{page}"})
    assert asked["Location"].startswith(reverse("members:step-up"))
    assert typed["scope"] not in str(dict(client.session))
    token = {"device": device.persistent_id, "token": code_of(device)}
    proved = client.post(asked["Location"], token)
    assert proved.status_code == 200
    shown = proved.content.decode()
    assert f'action="{page}"' in shown
    assert "支援者会議の構成員 &lt;b&gt;" in shown
    assert f'href="http://testserver{page}"' in shown
    assert "held_form" not in client.session
    assert client.post(page, typed).status_code == 302
    assert member.consents.filter(scope=typed["scope"]).exists()


def test_a_new_case_keeps_what_was_typed_when_something_is_wrong(
    cast: Cast, signed_in: SignInAs
) -> None:
    client = signed_in(cast.secretariat)
    typed = {
        "body": str(cast.shien.id),
        "number": cast.case.number,
        "title": "高齢の夫婦。夫の入院で妻の介護が途切れた世帯",
        "opened_on": "2026-11-02",
        "household-TOTAL_FORMS": "4",
        "household-INITIAL_FORMS": "0",
        "household-0-label": "妻",
        "household-0-name": "見本 トメ",
        "household-0-subject": "on",
    }
    page = client.post(reverse("members:case-create"), typed)
    assert page.status_code == 422
    assert typed["title"] in page.content.decode()
    typed["number"] = "R8-099"
    made = client.post(reverse("members:case-create"), typed)
    assert made.status_code == 302
    assert client.get(made["Location"]).status_code == 200
