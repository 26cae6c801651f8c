"""The pages of the register, as clerk and administration use them."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from members import grounds
from members.facts import Regime
from members.filters import ending_after
from members.models import (
    Body,
    Charter,
    LegalBasis,
    Organization,
    Person,
    PledgeText,
    Unit,
)
from members.services.people import Outsider, note_outsider
from portal.core import clock
from tests import factories
from tests.cast import Cast
from tests.conftest import SignIn

DAY = timedelta(days=1)


@pytest.fixture
def clerk(cast: Cast, signed_in: SignIn) -> Client:
    return signed_in(cast.secretariat)


@pytest.fixture
def administration(cast: Cast, signed_in: SignIn) -> Client:
    return signed_in(cast.administrator)


def at(name: str, *args: Any) -> str:
    return reverse(f"members:{name}", args=args)


def text(client: Client, address: str, **query: str) -> str:
    return client.get(address, query).content.decode()


def test_the_town_is_entered_from_nothing(
    cast: Cast, administration: Client, clerk: Client
) -> None:
    """A unit, a section, a clerk with a sign-in name; then an agency and its person."""
    sent: dict[str, Any] = {"key": uuid4(), "name": "東部圏域"}
    assert administration.post(at("unit-new"), sent).status_code == 302
    assert Unit.objects.filter(name="東部圏域").count() == 1
    sent = {"key": uuid4(), "name": "税務課", "internal": "yes"}
    for _twice in range(2):
        answer = administration.post(at("organization-new"), sent)
        assert answer.status_code == 302
    section = Organization.objects.get(name="税務課", internal=True)
    sent = {
        "key": uuid4(),
        "organization": section.id,
        "name": "春野 花",
        "login": "haruno",
    }
    for _twice in range(2):
        assert administration.post(at("person-new"), sent).status_code == 302
    person = Person.objects.get(login="haruno")
    assert "利用者名 haruno でサインイン" in text(
        administration, at("person-detail", person.id)
    )
    sent = {"key": uuid4(), "name": "見本警察署", "kana": "ミホンケイサツショ"}
    assert clerk.post(at("organization-new"), sent).status_code == 302
    police = Organization.objects.get(name="見本警察署")
    assert not police.internal
    page = text(clerk, at("organization-detail", police.id))
    assert f'href="{at("organization-new")}">続けて別の機関を登録する' in page
    assert "見本警察署" in text(clerk, at("organization-list"), words="けいさつ")
    assert "見つかりませんでした" in text(clerk, at("organization-list"), words="消防")
    sent = {
        "key": uuid4(),
        "body": cast.shien.id,
        "organization": police.id,
        "name": "南 一郎",
    }
    assert clerk.post(at("person-new"), sent).status_code == 302
    made = Person.objects.get(name="南 一郎")
    page = text(clerk, at("person-detail", made.id))
    assert "手紙のリンクと、コードカード" in page
    assert f'href="{at("person-new")}">続けて別の人を登録する' in page
    assert f"{at('commission-make', cast.shien.id)}?person={made.id}" in page
    assert "委嘱前" in text(clerk, at("person-list"), words="南一郎")
    # The form of the commission begins with them, and the city's staff are offered.
    page = text(clerk, at("commission-make", cast.shien.id), person=str(made.id))
    assert f'value="{made.id}" selected' in page
    assert "春野 花" in page


def test_a_form_wrong_twice_loses_nothing(cast: Cast, clerk: Client) -> None:
    sent = {
        "key": str(uuid4()),
        "body": str(cast.shien.id),
        "organization": str(cast.clinic.organization_id),
        "name": cast.clinic.name,
        "kana": "ウエダ ケン",
        "email": "not mail",
    }
    for email, words in (("no mail", "有効なメール"), ("", "同じ氏名の方が")):
        answer = clerk.post(at("person-new"), {**sent, "email": email})
        assert answer.status_code == 422
        page = answer.content.decode()
        assert words in page
        assert "ウエダ ケン" in page
        assert sent["key"] in page
    assert "別の方として登録する" in page
    assert (
        clerk.post(
            at("person-new"), {**sent, "email": "", "namesake": "on"}
        ).status_code
        == 302
    )


def test_whoever_shares_a_mailbox_is_asked_once(cast: Cast, clerk: Client) -> None:
    """The box comes with the refusal, on every form that takes an address."""
    address, box = "ueda@clinic.example", "お二人で使う"
    Person.objects.filter(pk=cast.clinic.pk).update(email=address)
    edit = at("person-edit", cast.colleague.id)
    sent = {"name": cast.colleague.name, "email": address}
    assert box not in text(clerk, edit)
    answer = clerk.post(edit, sent)
    assert answer.status_code == 422
    assert f"{cast.clinic.name}さんが使っています" in answer.content.decode()
    assert box in answer.content.decode()
    assert clerk.post(edit, {**sent, "shared": "on"}).status_code == 302
    cast.colleague.refresh_from_db()
    assert cast.colleague.email == address
    make = at("commission-make", cast.shien.id)
    assert box not in text(clerk, make)
    sent = {
        "whom": "new",
        "organization": str(cast.clinic.organization_id),
        "name": "北 二郎",
        "email": address,
        "starts_on": clock.today().isoformat(),
        "approved_by": cast.chair.name,
        "approved_on": clock.today().isoformat(),
    }
    answer = clerk.post(make, sent)
    assert answer.status_code == 422
    assert box in answer.content.decode()
    assert clerk.post(make, {**sent, "shared": "on"}).status_code == 302
    assert Person.objects.filter(email=address).count() == 3


def test_people_are_mended_moved_and_ended(cast: Cast, clerk: Client) -> None:
    person = cast.colleague
    sent: dict[str, Any] = {"name": "加藤 めぐみ", "email": "kato@clinic.example"}
    assert clerk.post(at("person-edit", person.id), sent).status_code == 302
    hospital = factories.organization("見本病院")
    sent = {"to": hospital.id, "post": "相談員", "moved_on": clock.today()}
    assert clerk.post(at("person-move", person.id), sent).status_code == 302
    page = text(clerk, at("person-detail", person.id))
    assert "加藤 めぐみ" in page
    assert "見本病院 相談員" in page
    assert "見本こころのクリニック" in page  # where they came from
    sent = {"last_day": clock.today()}
    assert clerk.post(at("person-end", person.id), sent).status_code == 302
    person.refresh_from_db()
    assert person.ends_at == clock.day_end(clock.today())


def test_an_account_is_changed_by_the_administration(
    cast: Cast, clerk: Client, administration: Client
) -> None:
    address = at("person-edit", cast.chair.id)
    assert clerk.get(at("person-detail", cast.chair.id)).status_code == 200
    assert clerk.get(address).status_code == 404
    assert administration.get(address).status_code == 200
    # Whom the bodies deal with, the administration is not told.
    page = text(administration, at("person-detail", cast.chair.id))
    assert cast.shien.name not in page
    assert administration.get(at("person-detail", cast.clinic.id)).status_code == 404
    page = text(administration, at("organization-detail", cast.clinic.organization_id))
    assert cast.clinic.name not in page


def test_agencies_known_from_a_request_are_not_listed(
    cast: Cast, clerk: Client, administration: Client
) -> None:
    who = Outsider("遠くの診療所", "外山 医師")
    actor = factories.sign_in(cast.secretariat)
    asked = note_outsider(actor=actor, body=cast.shien, who=who)
    for client in (clerk, administration):
        assert "遠くの診療所" not in text(client, at("organization-list"))
        for page in ("organization-detail", "organization-edit"):
            address = at(page, asked.organization_id)
            assert client.get(address).status_code == 404
        assert client.get(at("person-detail", asked.id)).status_code == 404
        assert "外山 医師" not in text(client, at("person-new"))


def test_a_wording_is_looked_at_entered_and_taken_back(
    cast: Cast, administration: Client, clerk: Client
) -> None:
    page = text(administration, at("pledge-new", "juso"), typical="")
    assert "下の文は、一般的な文例です" in page
    assert "個人情報その他の秘密を" in page
    sent = {
        "key": uuid4(),
        "title": "誓約書",
        "text": "秘密を守ります。\r\n\r\n役目を終えた後も守ります。",
        "starts_on": clock.today().replace(year=clock.today().year + 1),
        "decided_by": "見本市長",
        "decided_on": clock.today(),
    }
    address = at("pledge-new", "juso")
    seen = administration.post(address, {**sent, "preview": "1"})
    assert "まだ登録していません" in seen.content.decode()
    assert "<p>役目を終えた後も守ります。</p>" in seen.content.decode()
    assert PledgeText.objects.filter(regime=Regime.JUSO).count() == 1
    for _twice in range(2):
        assert administration.post(address, sent).status_code == 302
    made = PledgeText.objects.get(title="誓約書")
    assert "適用日を待っています" in text(clerk, at("pledge-list"))
    assert "見本市長" in text(clerk, at("pledge-text", made.id))
    assert clerk.post(at("pledge-withdraw", made.id)).status_code == 404
    assert administration.post(at("pledge-withdraw", made.id)).status_code == 302
    assert administration.get(at("pledge-new", "nonsense")).status_code == 404


def test_to_look_at_a_wording_nothing_but_its_words_is_needed(
    cast: Cast, administration: Client
) -> None:
    address = at("pledge-new", "juso")
    words = {"key": uuid4(), "title": "誓約書", "text": "秘密を守ります。"}
    before = PledgeText.objects.count()
    seen = administration.post(address, {**words, "preview": "1"})
    assert (seen.status_code, "<p>秘密を守ります。</p>" in seen.content.decode()) == (
        200,
        True,
    )
    assert "入力してください。" not in seen.content.decode()
    empty = administration.post(address, {**words, "text": "", "preview": "1"})
    assert (empty.status_code, "まだ登録していません" in empty.content.decode()) == (
        422,
        False,
    )
    assert administration.post(address, words).status_code == 422
    assert PledgeText.objects.count() == before


def test_the_usual_words_name_the_law_and_the_bodies_of_the_town(
    cast: Cast, administration: Client
) -> None:
    """A body in preparation rests on 106条の3; one of 生活困窮 on its own article 9."""
    Body.objects.update(ends_on=clock.today() - DAY)

    def draft(regime: Regime) -> str:
        return text(administration, at("pledge-new", regime), typical="")

    def stands_on(regime: Regime, name: str, ground: str) -> None:
        body = factories.body(unit=None, regime=regime, name=name)
        body.legal_bases.all().delete()
        LegalBasis.objects.create(
            body=body, ground=ground, starts_at=factories.LONG_AGO
        )

    grounds.enter_usual_grounds()
    assert "第106条の6第5項" in draft(Regime.SHIEN)
    assert "見本市重層的支援会議（" in draft(Regime.JUSO)
    stands_on(Regime.JUSO, "支援調整会議", "act_106_3")
    page = draft(Regime.JUSO)
    assert "見本市支援調整会議（社会福祉法" in page
    assert "第106条の3第1項の支援体制の整備として開催する" in page
    assert "支援調整会議に関する守秘の誓約書" in page
    assert "106条の4" not in page
    stands_on(Regime.SHIEN, "支援会議", "self_reliance_9")
    page = draft(Regime.SHIEN)
    assert "生活困窮者自立支援法（平成25年法律第105号）第9条第5項の規定に基づき" in page
    assert "106条の6" not in page
    stands_on(Regime.SHIEN, "支援会議", "act_106_6")
    page = draft(Regime.SHIEN)
    assert "第106条の6第5項及び生活困窮者自立支援法" in page
    assert "支援会議・支援会議" not in page
    # By the town's own ordinance alone.
    Body.objects.filter(regime=Regime.JUSO).update(ends_on=clock.today() - DAY)
    stands_on(Regime.JUSO, "ケア会議", "none")
    assert "見本市ケア会議（会議の設置要綱に基づき開催する" in draft(Regime.JUSO)


def test_a_body_of_both_laws_is_asked_for_both_pledges(
    cast: Cast, administration: Client
) -> None:
    """What the page demands is what the duty and the first steps ask for."""
    Body.objects.exclude(pk=cast.shien.pk).update(ends_on=clock.today() - DAY)
    PledgeText.objects.filter(regime=Regime.JUSO).update(ends_at=clock.now())
    asked = "誓約をお願いしないまま資料が開きます"
    assert asked not in text(administration, at("pledge-list"))
    rules = cast.shien.rules
    rules.consent, rules.starts_at = Charter.Consent.BOTH, factories.LONG_AGO
    rules.decided_on = clock.today()
    rules.save()
    assert asked in text(administration, at("pledge-list"))
    commissions = cast.shien.commissions.filter(ending_after(clock.now()))
    wanted = commissions.values("person", "organization").distinct().count()
    assert wanted > 0
    page = text(administration, at("pledge-new", "juso"))
    assert f"いまの委嘱・任命は{wanted}件です" in page


def test_lists_ask_as_often_for_many_as_for_few(cast: Cast, clerk: Client) -> None:
    def queries(name: str) -> int:
        clerk.get(at(name))
        with CaptureQueriesContext(
            connection,
        ) as asked:
            clerk.get(at(name))
        return len(asked)

    before = [queries(name) for name in ("organization-list", "person-list")]
    for number in range(5):
        agency = factories.organization(f"機関{number}")
        factories.commission(factories.person(f"人{number}", agency), cast.shien)
    assert [queries(name) for name in ("organization-list", "person-list")] == before
