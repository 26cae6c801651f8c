"""Resetting somebody's factors (R36), first passwords, and the administration (R35)."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django_otp.plugins.otp_totp.models import TOTPDevice
from time_machine import TimeMachineFixture

from members.facts import Role
from members.models import FactorReset, Person, SignIn
from members.services import accounts, factors, passwords, resets
from members.services.people import NewPerson, enter_person
from portal.core import clock
from portal.core.errors import HiddenError, InvalidError, RefusedError, StepUpError
from portal.core.models import AuditEvent, OutgoingMail
from tests import factories
from tests.cast import Cast
from tests.conftest import SignIn as SignInAs

PASSWORD = "みどりの電車は三時に着く"


def vouched(cast: Cast, person: Person) -> FactorReset:
    return resets.vouch(
        actor=factories.sign_in(cast.secretariat),
        body=cast.shien,
        person=person,
        proof=FactorReset.Proof.IN_PERSON,
    )


@pytest.fixture
def card(cast: Cast) -> list[str]:
    """The clinic's card."""
    actor = factories.sign_in(cast.secretariat)
    return factors.issue_card(actor=actor, person=cast.clinic)[1]


def test_a_second_proof_is_never_made_by_one_person(
    cast: Cast, card: list[str], signed_in: SignInAs
) -> None:
    client = signed_in(cast.secretariat)
    url = reverse("members:card-issue", args=[cast.clinic.id])
    page = client.get(url).content.decode()
    assert "新しいカードを作る" not in page
    assert "作り直しを依頼する" in page
    assert client.post(url).status_code == 409
    vouched(cast, cast.clinic)
    assert client.post(url).status_code == 409
    assert factors.has_any(cast.clinic)


def test_an_outsiders_reset_takes_two_people_a_notice_and_a_day(
    cast: Cast, card: list[str], time_machine: TimeMachineFixture
) -> None:
    start = clock.now()
    time_machine.move_to(start, tick=False)
    TOTPDevice.objects.create(user=cast.clinic, name="電話")
    live = factories.sign_in(cast.clinic).sign_in
    assert live is not None
    reset = vouched(cast, cast.clinic)
    assert SignIn.objects.get(id=live.id).ends_at is None
    OutgoingMail.objects.all().delete()
    resets.start(actor=factories.sign_in(cast.administrator), reset_id=reset.id)
    assert not factors.has_any(cast.clinic)
    assert SignIn.objects.get(id=live.id).ends_at == start
    told = set(OutgoingMail.objects.values_list("person", flat=True))
    assert told == {str(cast.clinic.id), str(cast.secretariat.id)}

    time_machine.move_to(start + timedelta(hours=24, microseconds=-1), tick=False)
    clerk = factories.sign_in(cast.secretariat)
    with pytest.raises(RefusedError, match="待ち時間"):
        factors.issue_card(actor=clerk, person=cast.clinic)
    time_machine.move_to(start + timedelta(hours=24), tick=False)
    clerk = factories.sign_in(cast.secretariat)
    factors.issue_card(actor=clerk, person=cast.clinic)
    assert FactorReset.objects.get().finished_at == clock.now()
    with pytest.raises(RefusedError, match="すでに本人確認の方法"):
        factors.issue_card(actor=clerk, person=cast.clinic)


def test_the_citys_own_people_need_not_wait(cast: Cast) -> None:
    TOTPDevice.objects.create(user=cast.chair, name="電話")
    reset = vouched(cast, cast.chair)
    resets.start(actor=factories.sign_in(cast.administrator), reset_id=reset.id)
    clerk = factories.sign_in(cast.secretariat)
    assert factors.issue_card(actor=clerk, person=cast.chair)[1]


def test_who_vouches_never_begins_and_nobody_resets_themselves(
    cast: Cast, card: list[str]
) -> None:
    reset = vouched(cast, cast.clinic)
    with pytest.raises(HiddenError):
        vouched(cast, cast.secretariat)
    factories.office(cast.secretariat, Role.ADMINISTRATOR)
    with pytest.raises(RefusedError, match="ほかの人"):
        resets.start(actor=factories.sign_in(cast.secretariat), reset_id=reset.id)
    for stranger in (cast.chair, cast.clinic, cast.auditor):
        with pytest.raises(HiddenError):
            resets.start(actor=factories.sign_in(stranger), reset_id=reset.id)
    stale = factories.sign_in(
        cast.administrator, strong_at=clock.now() - timedelta(minutes=5)
    )
    with pytest.raises(StepUpError):
        resets.start(actor=stale, reset_id=reset.id)
    assert factors.has_any(cast.clinic)


def test_a_wish_is_asked_once_and_taken_back_until_it_began(
    cast: Cast, card: list[str]
) -> None:
    clerk = factories.sign_in(cast.secretariat)
    reset = vouched(cast, cast.clinic)
    with pytest.raises(RefusedError, match="すでに依頼"):
        vouched(cast, cast.clinic)
    resets.withdraw(actor=clerk, body=cast.shien, person=cast.clinic)
    with pytest.raises(HiddenError):
        resets.start(actor=factories.sign_in(cast.administrator), reset_id=reset.id)
    again = vouched(cast, cast.clinic)
    resets.start(actor=factories.sign_in(cast.administrator), reset_id=again.id)
    with pytest.raises(RefusedError, match="始まっています"):
        resets.withdraw(actor=clerk, body=cast.shien, person=cast.clinic)


def begin(client: Client, login: str, code: str, new: str = PASSWORD) -> int:
    form = {"login": login, "code": code, "new": new}
    return client.post(reverse("members:begin"), form).status_code


def test_a_card_and_a_name_choose_a_first_password_once(
    cast: Cast, client: Client
) -> None:
    cast.chair.login = "gicho"
    cast.chair.set_unusable_password()
    cast.chair.save()
    clerk = factories.sign_in(cast.secretariat)
    _card, codes = factors.issue_card(actor=clerk, person=cast.chair)
    assert begin(client, "nobody", codes[0]) == 422
    assert begin(client, "gicho", codes[0], "password") == 422
    assert begin(client, "gicho", codes[0]) == 302  # a poor password cost no code
    assert client.get(reverse("members:own")).status_code == 200
    assert SignIn.objects.get(id=client.session["sign_in"]).strength == 2
    assert passwords.prove(login="gicho", password=PASSWORD) == cast.chair
    assert begin(Client(), "gicho", codes[1]) == 422


def test_a_name_that_opens_the_account_with_a_code_is_on_a_sheet_apart(
    cast: Cast, signed_in: SignInAs
) -> None:
    """Only of whoever has a name and no password yet; never on the card itself."""
    Person.objects.filter(pk=cast.chair.pk).update(login="gicho", password="!")
    Person.objects.filter(pk=cast.newcomer.pk).update(
        login="shinnin", password="a hash"
    )
    client = signed_in(cast.secretariat)
    shown = {"gicho": cast.chair, "": cast.clinic, "shinnin": cast.newcomer}
    for login, person in shown.items():
        url = reverse("members:card-issue", args=[person.id])
        page = client.post(url).content.decode()
        card = page.partition('id="card"')[2].partition("</section")[0]
        slip = page.partition('id="slip"')[2].partition("</section")[0]
        assert "<ol>" in card
        assert "利用者名" not in card
        assert "<ol>" not in slip
        begins = login == "gicho"
        assert ("利用者名: gicho" in slip) == begins
        assert ("下の紙には、利用者名が載ります。" in page) == begins
        assert not login or begins or login not in page
    assert "利用者名: " not in client.get(url).content.decode()


def test_who_was_entered_as_a_member_chooses_a_first_password_too(
    cast: Cast, client: Client
) -> None:
    here = factories.sign_in(cast.secretariat)
    entry = NewPerson(cast.chair.organization, "堤 里香")
    person = enter_person(actor=here, body=cast.shien, entry=entry)
    administrator = factories.sign_in(cast.administrator)
    accounts.name_account(actor=administrator, person_id=person.id, login="tsutsumi")
    _card, codes = factors.issue_card(actor=here, person=person)
    assert begin(client, "tsutsumi", codes[0]) == 302


def test_codes_for_a_first_password_are_not_guessed(cast: Cast) -> None:
    cast.chair.login = "gicho"
    cast.chair.set_unusable_password()
    cast.chair.save()
    clerk = factories.sign_in(cast.secretariat)
    _card, codes = factors.issue_card(actor=clerk, person=cast.chair)
    for _ in range(passwords.FREE_TRIES + 1):
        assert passwords.begin(login="gicho", code="00000000", new=PASSWORD) is None
    assert passwords.begin(login="gicho", code=codes[0], new=PASSWORD) is None


def test_a_stopped_account_ends_at_once_and_may_go_on(
    cast: Cast, signed_in: SignInAs
) -> None:
    there = signed_in(cast.chair)
    admin = signed_in(cast.administrator)
    stop = reverse("members:account-stop", args=[cast.chair.id])
    assert admin.post(stop).status_code == 302
    assert there.get(reverse("members:own")).status_code == 302
    assert "停止中" in admin.get(reverse("members:accounts")).content.decode()
    admin.post(reverse("members:account-resume", args=[cast.chair.id]))
    cast.chair.refresh_from_db()
    assert cast.chair.span.holds(clock.now())
    own = reverse("members:account-stop", args=[cast.administrator.id])
    page = admin.post(own, follow=True).content.decode()
    assert "ご自分のアカウントは止められません。" in page


def test_an_account_is_named_once_and_only_of_the_citys_people(cast: Cast) -> None:
    admin = factories.sign_in(cast.administrator)
    office = cast.chair.organization
    new = factories.person("新任 一郎", office, login=None)
    for wrong in ("", "ab", "大文字", "a b c", cast.chair.login or ""):
        with pytest.raises(InvalidError):
            accounts.name_account(actor=admin, person_id=new.id, login=wrong)
    accounts.name_account(actor=admin, person_id=new.id, login="shinnin")
    with pytest.raises(RefusedError):
        accounts.name_account(actor=admin, person_id=new.id, login="other")
    with pytest.raises(HiddenError):
        accounts.name_account(actor=admin, person_id=cast.clinic.id, login="clinic")
    with pytest.raises(HiddenError):
        accounts.accounts(actor=factories.sign_in(cast.chair))


def test_the_administrations_pages_speak_of_no_case_and_no_outsider(
    cast: Cast, signed_in: SignInAs
) -> None:
    page = signed_in(cast.administrator).get(reverse("members:accounts"))
    words = page.content.decode()
    assert cast.chair.name in words
    for hidden in (cast.case.title, cast.case.number, cast.clinic.name, "支援会議の"):
        assert hidden not in words


def test_the_first_administrator_comes_by_command_and_the_door_closes(
    db: None, client: Client
) -> None:
    out = StringIO()
    call_command("administrator", "kanri", "管理 花子", "情報政策課", stdout=out)
    lines = out.getvalue().splitlines()
    code = next(line.strip() for line in lines if line.startswith("  "))
    assert begin(client, "kanri", code) == 302
    assert client.get(reverse("members:accounts")).status_code == 200
    with pytest.raises(CommandError, match="すでにいます"):
        call_command("administrator", "second", "管理 次郎", "情報政策課")
    assert AuditEvent.objects.filter(action="members.account.found").count() == 1
