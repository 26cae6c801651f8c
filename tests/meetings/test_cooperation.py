"""協力依頼: what goes out, what comes in, and who sees nothing of it (R15)."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from documents.delivery import gateway
from documents.models import CooperationRequest, Link, Paper, PaperVersion
from documents.selectors import open_request
from documents.services import replies, requests
from meetings.services import cooperation
from members.facts import Regime, Role, State
from members.models import (
    Charter,
    Commission,
    Consent,
    LegalBasis,
    Membership,
    Recusal,
    SignIn,
)
from portal.core import clock, keys
from portal.core.errors import (
    HiddenError,
    InvalidError,
    RefusedError,
    StepUpError,
)
from portal.core.models import AuditEvent, OutgoingMail
from tests import factories
from tests.cast import Cast
from tests.conftest import SignIn as Client_
from tests.documents import files
from tests.documents.gate import enter
from tests.meetings.asking import (
    GAS,
    TEXT,
    answered,
    ask,
    asked,
    give,
    respondent,
    scope,
)
from tests.meetings.convening import mails
from tests.papers import Filed, upload

OUTSIDERS = [
    "clinic",
    "newcomer",
    "leaver",
    "colleague",
    "stranger",
    "recused",
    "administrator",
    "auditor",
]


def clerk(cast: Cast):
    return factories.sign_in(cast.secretariat)


def page(request: CooperationRequest) -> str:
    return reverse("documents:reply", args=[request.id])


def by_link(request: CooperationRequest, signed_in: Client_) -> Client:
    return signed_in(request.person, strength=1, scope=scope(request))


def live_links(request: CooperationRequest) -> list[Link]:
    rows = Link.objects.filter(scope_id=request.id)
    return [link for link in rows if link.is_live(clock.now())]


# Asking


def test_a_request_is_numbered_dated_and_cites_its_clause(cast: Cast) -> None:
    first, second = ask(cast), ask(cast, 2)
    assert [first.number, second.number] == [1, 2]
    assert first.serial.endswith("-K001")
    assert first.clause == "社会福祉法第106条の6第3項"
    assert first.in_name_of == "見本市長"
    assert first.person.organization.name == GAS.organization
    assert second.person == first.person, "one person, one account"


def test_the_same_form_sent_twice_asks_once(cast: Cast) -> None:
    assert ask(cast) == ask(cast)
    assert OutgoingMail.objects.count() == 1


def test_the_mail_holds_neutral_words_and_the_link(cast: Cast) -> None:
    request = ask(cast)
    (mail,) = mails(request.person)
    body = keys.unseal(bytes(mail.sealed_body), mail.id.bytes)
    assert "/g/#" in body
    assert request.serial in mail.subject
    secrets = (TEXT, cast.case.number, cast.case.title, "支援会議", "106条", "長男")
    for word in secrets:
        assert word not in body
        assert word not in mail.subject


@pytest.mark.parametrize("name", OUTSIDERS)
def test_nobody_else_asks(cast: Cast, name: str) -> None:
    with pytest.raises(HiddenError):
        requests.make_request(
            actor=factories.sign_in(getattr(cast, name)),
            key=uuid4(),
            case=cast.case,
            asked=asked(cast),
        )
    assert not CooperationRequest.objects.exists()


def test_a_due_date_that_is_past_is_refused(cast: Cast) -> None:
    with pytest.raises(InvalidError):
        ask(cast, due_on=clock.today() - timedelta(days=1))


def test_where_the_charter_says_members_only_outsiders_are_not_asked(
    cast: Cast,
) -> None:
    charter = Charter.usual(cast.shien)
    charter.requests_to = Charter.RequestsTo.MEMBERS
    charter.requests_in_name_of = "支援会議会長"
    charter.starts_at = clock.now() - timedelta(days=1)
    charter.decided_by, charter.decided_on = "市長", clock.today()
    charter.save()
    with pytest.raises(RefusedError, match="構成員に限られて"):
        ask(cast)
    assert ask(cast, 2, whom=cast.colleague).in_name_of == "支援会議会長"


def test_without_a_legal_basis_nobody_is_asked(cast: Cast) -> None:
    LegalBasis.objects.filter(body=cast.shien).update(ends_at=clock.now())
    with pytest.raises(HiddenError):
        ask(cast)


def test_a_recused_person_is_not_asked_and_the_words_do_not_say_why(
    cast: Cast,
) -> None:
    with pytest.raises(RefusedError) as refused:
        ask(cast, whom=cast.recused)
    assert "除斥" not in refused.value.message


# Answering


def test_the_respondent_sees_the_text_and_hands_in_once(
    cast: Cast, signed_in: Client_
) -> None:
    request = ask(cast)
    client = by_link(request, signed_in)
    shown = client.get(page(request)).content.decode()
    assert TEXT in shown
    assert cast.case.number not in shown
    assert cast.case.title not in shown
    file = SimpleUploadedFile("診療の記録.pdf", files.pdf_file())
    kept = {"opinion": "昨年度は月1回", "key": str(uuid4()), "file": file}
    assert client.post(page(request), kept).status_code == 302
    again = client.get(page(request)).content.decode()
    assert "診療の記録.pdf" in again
    assert "昨年度は月1回" in again
    done = client.post(
        page(request),
        {"opinion": "昨年度は月1回でした。", "key": str(uuid4()), "hand_in": "1"},
    )
    assert done.status_code == 200
    assert "回答を受け付けました" in done.content.decode()
    assert "診療の記録.pdf" in done.content.decode()
    request.refresh_from_db()
    assert request.state == request.State.ANSWERED
    assert request.opinion == "昨年度は月1回でした。"


def test_after_handing_in_nothing_opens_any_more(
    cast: Cast, signed_in: Client_
) -> None:
    request = answered(cast)
    assert live_links(request) == []
    client = by_link(request, signed_in)  # as if the session had lived on
    assert client.get(page(request)).status_code == 404
    version = PaperVersion.objects.get(paper__item_id=request.id)
    assert client.get(f"/papers/{version.id}/").status_code == 404
    with pytest.raises(HiddenError):
        replies.answer(actor=respondent(request), request=request, opinion="もう一度")
    with pytest.raises(RefusedError):
        give(request, 2)


def test_the_link_leads_to_the_request_and_to_nothing_else(
    cast: Cast, signed_in: Client_
) -> None:
    request = ask(cast)
    issued = requests.print_letter(actor=clerk(cast), request=request)
    assert enter(issued).get(reverse("documents:gate-notice")).status_code == 200
    client = by_link(request, signed_in)
    assert client.get(reverse("meetings:home")).headers["Location"] == page(request)
    other = ask(cast, 2)
    for address in (
        page(other),
        reverse("members:case-detail", args=[cast.case.id]),
        reverse("meetings:sitting-detail", args=[cast.sitting.id]),
        reverse("meetings:cooperation-detail", args=[request.id]),
        reverse("meetings:cooperation-list", args=[cast.case.id]),
    ):
        assert client.get(address).status_code == 404, address


def test_an_uploaded_file_confers_no_reading(cast: Cast) -> None:
    request = ask(cast)
    version = give(request)
    with pytest.raises(HiddenError):
        gateway.readable(respondent(request, 2), version.id)


def test_a_file_can_be_taken_out_before_handing_in(
    cast: Cast, signed_in: Client_
) -> None:
    request = ask(cast)
    version = give(request)
    client = by_link(request, signed_in)
    client.post(
        page(request), {"opinion": "", "key": str(uuid4()), "remove": str(version.id)}
    )
    version.refresh_from_db()
    assert version.state == State.RECALLED
    empty = client.post(
        page(request), {"opinion": " ", "key": str(uuid4()), "hand_in": "1"}
    )
    assert empty.status_code == 422
    request.refresh_from_db()
    assert request.waiting


def test_a_refused_file_is_said_and_the_words_stay(
    cast: Cast, signed_in: Client_
) -> None:
    request = ask(cast)
    file = SimpleUploadedFile("資料.zip", b"PK\x03\x04 nothing good")
    response = by_link(request, signed_in).post(
        page(request),
        {"opinion": "書きかけ", "key": str(uuid4()), "file": file, "hand_in": "1"},
    )
    assert response.status_code == 422
    assert "書きかけ" in response.content.decode()
    request.refresh_from_db()
    assert request.waiting
    assert request.opinion == "書きかけ"


def test_a_text_of_class_three_asks_for_a_factor_of_ones_own(cast: Cast) -> None:
    request = ask(cast, document_class="3B")
    with pytest.raises(StepUpError):
        open_request(respondent(request, 1), request.id)
    assert open_request(respondent(request, 2), request.id) == request


def test_the_secretariat_enters_what_came_on_paper(
    cast: Cast, signed_in: Client_
) -> None:
    request = ask(cast)
    client = signed_in(cast.secretariat)
    assert "紙で届いた回答" in client.get(page(request)).content.decode()
    done = client.post(
        page(request), {"opinion": "FAXの回答", "key": str(uuid4()), "hand_in": "1"}
    )
    assert done.status_code == 200
    assert live_links(request) == []
    assert client.get(page(request)).status_code == 302


# Keeping


def test_the_custodians_read_what_was_handed_in(cast: Cast, signed_in: Client_) -> None:
    request = answered(cast)
    version = PaperVersion.objects.get(paper__item_id=request.id)
    assert version.state == State.FINAL
    client = signed_in(cast.chair)
    address = reverse("meetings:cooperation-detail", args=[request.id])
    assert "昨年度は月1回でした。" in client.get(address).content.decode()
    shown = client.get(reverse("documents:version-view", args=[version.id]))
    assert shown.status_code == 200
    assert AuditEvent.objects.filter(action="documents.version.read").exists()


@pytest.mark.parametrize("name", OUTSIDERS)
def test_nobody_else_reads_it(cast: Cast, name: str) -> None:
    request = answered(cast)
    version = PaperVersion.objects.get(paper__item_id=request.id)
    with pytest.raises(HiddenError):
        gateway.readable(factories.sign_in(getattr(cast, name)), version.id)


def test_a_withdrawn_request_is_dead_at_once(cast: Cast, signed_in: Client_) -> None:
    request = ask(cast)
    version = give(request)
    client = by_link(request, signed_in)
    assert client.get(page(request)).status_code == 200
    requests.withdraw(actor=clerk(cast), request=request)
    assert live_links(request) == []
    request.refresh_from_db()
    assert client.get(page(request)).status_code == 404
    version.refresh_from_db()
    assert version.state == State.RECALLED
    last = mails(request.person)[-1]
    assert "取下げ" in last.subject
    with pytest.raises(RefusedError):
        requests.remind(actor=clerk(cast), request=request)


def test_withdrawing_ends_the_sign_in_of_its_link(cast: Cast) -> None:
    request = ask(cast)
    (link,) = live_links(request)
    actor = factories.sign_in(request.person, 1, scope(request), link_id=link.id)
    requests.withdraw(actor=clerk(cast), request=request)
    assert actor.sign_in is not None
    row = SignIn.objects.get(pk=actor.sign_in.pk)
    assert row.ends_at is not None


def test_a_reminder_brings_a_new_link_and_ends_the_old(cast: Cast) -> None:
    request = ask(cast)
    (old,) = live_links(request)
    requests.remind(actor=clerk(cast), request=request)
    (new,) = live_links(request)
    assert new != old
    assert "再送" in mails(request.person)[-1].subject


def test_more_time_keeps_the_link(cast: Cast) -> None:
    request = ask(cast)
    (link,) = live_links(request)
    later = request.due_on + timedelta(days=7)
    requests.extend(actor=clerk(cast), request=request, due_on=later)
    (kept,) = live_links(request)
    assert kept == link
    assert kept.ends_at is not None
    assert link.ends_at is not None
    assert kept.ends_at > link.ends_at
    with pytest.raises(InvalidError):
        requests.extend(actor=clerk(cast), request=request, due_on=later)


def test_who_has_no_mail_address_waits_for_the_letter(
    cast: Cast, signed_in: Client_
) -> None:
    request = ask(cast, whom=factories.person("野口 茂", cast.clinic.organization))
    request.person.email = ""
    request.person.save()
    request.told_at = None
    request.save()
    client = signed_in(cast.secretariat)
    detail = reverse("meetings:cooperation-detail", args=[request.id])
    assert "まだ相手に届いていません" in client.get(detail).content.decode()
    letter = client.post(reverse("meetings:cooperation-letter", args=[request.id]))
    words = letter.content.decode()
    sheet = words[words.index("letter stack") :]
    assert request.serial in sheet
    assert TEXT not in sheet
    assert cast.case.number not in sheet


# What becomes of a reply


def test_a_file_becomes_a_paper_of_an_item_and_remembers_where_it_came_from(
    cast: Cast,
) -> None:
    request = answered(cast)
    source = PaperVersion.objects.get(paper__item_id=request.id)
    used = cooperation.use_reply(
        actor=clerk(cast), version=source, item=cast.shien_item, reason="協議のため"
    )
    assert used.paper.item_id == cast.shien_item.id
    assert used.paper.source == source
    assert used.state == State.DRAFT
    assert used.stored != source.stored
    assert Paper.objects.get(item_id=request.id).origin == request.regime
    with pytest.raises(HiddenError):
        gateway.readable(factories.sign_in(cast.clinic), used.id)


def test_a_reply_goes_to_no_item_of_another_case(cast: Cast) -> None:
    request = answered(cast)
    source = PaperVersion.objects.get(paper__item_id=request.id)
    other = factories.case(cast.shien, number="R8-099")
    factories.membership(cast.secretariat, other, Role.SECRETARIAT)
    item = factories.item(cast.sitting, other, cast.shien, order=9)
    with pytest.raises(RefusedError, match="ほかの事例"):
        cooperation.use_reply(
            actor=clerk(cast), version=source, item=item, reason="協議のため"
        )
    assert not Paper.objects.filter(item_id=item.id).exists()


@pytest.mark.parametrize("withdrawn", [False, True])
def test_what_rests_on_consent_crosses_only_while_it_lasts(
    cast: Cast, filed: Filed, withdrawn: bool
) -> None:
    """R24: a withdrawn consent is not got round by another law."""
    for member in cast.case.household.all():
        factories.consent(member, cast.secretariat)
    source = filed(item=cast.juso_item)
    if withdrawn:
        Consent.objects.filter(member__case=cast.case).update(withdrawn_at=clock.now())

    def use() -> PaperVersion:
        return cooperation.use_reply(
            actor=clerk(cast), version=source, item=cast.shien_item, reason="協議のため"
        )

    if withdrawn:
        with pytest.raises(RefusedError, match="同意の撤回"):
            use()
    else:
        assert use().paper.law == Regime.SHIEN


@pytest.mark.parametrize("name", OUTSIDERS)
def test_nobody_else_uses_a_reply(cast: Cast, name: str) -> None:
    request = answered(cast)
    source = PaperVersion.objects.get(paper__item_id=request.id)
    with pytest.raises(HiddenError):
        cooperation.use_reply(
            actor=factories.sign_in(getattr(cast, name)),
            version=source,
            item=cast.shien_item,
            reason="x",
        )


def convert(cast: Cast, request: CooperationRequest, **more):
    values = {
        "approved_by": "社会福祉課長 青木 誠",
        "approved_on": clock.today(),
        "reason": "継続して情報を交わすため",
    }
    return cooperation.convert(actor=clerk(cast), request=request, **{**values, **more})


def test_a_respondent_becomes_a_member_by_an_act_with_an_approver(cast: Cast) -> None:
    request = answered(cast)
    membership = convert(cast, request)
    assert membership.person == request.person
    assert membership.role == Role.EXTERNAL
    commission = Commission.objects.get(person=request.person)
    assert commission.approved_by == "社会福祉課長 青木 誠"
    assert not membership.back_history
    event = AuditEvent.objects.get(action="meetings.request.convert")
    assert event.actor == str(cast.secretariat.id)
    assert convert(cast, request) == membership, "a repeat is harmless"
    version = PaperVersion.objects.get(paper__item_id=request.id)
    with pytest.raises(HiddenError):
        gateway.readable(factories.sign_in(request.person), version.id)


def test_the_page_offers_who_approves(cast: Cast, signed_in) -> None:
    address = reverse("meetings:cooperation-convert", args=[answered(cast).id])
    text = signed_in(cast.secretariat).get(address).content.decode()
    assert 'name="approved_by" value="社会福祉課長 青木 誠"' in text
    assert 'list="approved_by-offered"' in text
    assert '<option value="社会福祉課長 青木 誠"></option>' in text


def test_a_term_follows_the_charter(cast: Cast) -> None:
    charter = Charter.usual(cast.shien)
    charter.term_rule = Charter.TermRule.FISCAL_YEAR_AFTER
    charter.starts_at = clock.now() - timedelta(days=1)
    charter.decided_by, charter.decided_on = "市長", clock.today()
    charter.save()
    convert(cast, answered(cast))
    (commission,) = Commission.objects.filter(approved_by__contains="青木")
    assert commission.ends_at is not None
    last = commission.ends_at.astimezone(clock.JST) - timedelta(seconds=1)
    assert (last.month, last.day) == (3, 31)


def test_what_is_missing_for_a_membership_is_said(cast: Cast) -> None:
    request = answered(cast)
    with pytest.raises(InvalidError):
        convert(cast, request, approved_on=clock.today() + timedelta(days=1))
    request.person.email = ""
    request.person.save()
    with pytest.raises(RefusedError, match="本人確認の手段"):
        convert(cast, request)
    Recusal.objects.create(
        person=request.person,
        case=cast.case,
        starts_at=clock.now(),
        entered_by=cast.secretariat,
    )
    request.person.email = "tsuji@gas.mihon.example"
    request.person.save()
    with pytest.raises(RefusedError):
        convert(cast, request)
    assert not Commission.objects.filter(person=request.person).exists()
    assert not Membership.objects.filter(person=request.person).exists()


def test_a_withdrawn_request_leads_to_no_membership(cast: Cast) -> None:
    request = ask(cast)
    requests.withdraw(actor=clerk(cast), request=request)
    with pytest.raises(RefusedError):
        convert(cast, request)


def test_converting_asks_for_a_fresh_factor(cast: Cast) -> None:
    request = answered(cast)
    stale = factories.sign_in(
        cast.secretariat, strong_at=clock.now() - timedelta(minutes=6)
    )
    with pytest.raises(StepUpError):
        cooperation.convert(
            actor=stale,
            request=request,
            approved_by="x",
            approved_on=clock.today(),
            reason="x",
        )


def test_a_card_is_for_respondents_without_a_factor(cast: Cast) -> None:
    request = ask(cast, document_class="3B")
    codes = cooperation.issue_card(actor=clerk(cast), request=request)
    assert len(codes) == 10
    own = ask(cast, 2, whom=cast.secretariat)
    with pytest.raises(RefusedError):
        cooperation.issue_card(actor=clerk(cast), request=own)


def test_the_pages_of_a_request_say_what_comes_next(
    cast: Cast, signed_in: Client_
) -> None:
    client = signed_in(cast.secretariat)
    form = {
        "key": str(UUID(int=1)),
        "body": str(cast.shien.id),
        "organization": GAS.organization,
        "name": GAS.name,
        "email": GAS.email,
        "text": TEXT,
        "document_class": "3B",
        "due_on": (clock.today() + timedelta(days=10)).isoformat(),
    }
    create = reverse("meetings:cooperation-create", args=[cast.case.id])
    made = client.post(create, form, follow=True)
    assert "本人確認の手段がありません" in made.content.decode()
    nobody = client.post(create, {**form, "organization": "", "name": ""})
    assert nobody.status_code == 422
    request = CooperationRequest.objects.get()
    answer = reverse("meetings:cooperation-extend", args=[request.id])
    assert client.post(answer, {"due_on": "2020-01-01"}).status_code == 422
    withdraw = reverse("meetings:cooperation-withdraw", args=[request.id])
    assert "取り下げました" in client.post(withdraw, follow=True).content.decode()
    listed = client.get(reverse("meetings:cooperation-list", args=[cast.case.id]))
    assert "取下げ" in listed.content.decode()


def test_the_list_asks_as_often_for_many_as_for_one(
    cast: Cast, signed_in: Client_
) -> None:
    client = signed_in(cast.secretariat)
    address = reverse("meetings:cooperation-list", args=[cast.case.id])
    ask(cast)
    client.get(address)
    with CaptureQueriesContext(connection) as once:
        client.get(address)
    for number in range(2, 6):
        ask(cast, number)
    with CaptureQueriesContext(connection) as often:
        client.get(address)
    assert len(often) == len(once)


def test_a_foreign_unit_has_nothing(cast: Cast, signed_in: Client_) -> None:
    request = answered(cast)
    client = signed_in(cast.stranger)
    for name in ("detail", "letter", "convert", "card", "extend"):
        address = reverse(f"meetings:cooperation-{name}", args=[request.id])
        assert client.get(address).status_code == 404, name
    assert client.get(page(request)).status_code == 404


def test_an_upload_beside_the_request_needs_the_request(cast: Cast) -> None:
    request = ask(cast)
    with pytest.raises(HiddenError):
        replies.file_reply(
            actor=factories.sign_in(cast.clinic),
            request=request,
            upload=upload(files.pdf_file(), "x.pdf"),
            token=uuid4(),
        )


def test_a_reply_that_came_and_one_that_is_late_wait_on_the_desk(
    cast: Cast, signed_in: Client_
) -> None:
    home = reverse("meetings:home")
    answered(cast)
    late = ask(cast, 2)
    CooperationRequest.objects.filter(pk=late.pk).update(
        due_on=clock.today() - timedelta(days=1)
    )
    shown = signed_in(cast.secretariat).get(home).content.decode()
    assert "回答が届きました" in shown
    assert "期限を過ぎても届いていません" in shown
    for name in ("clinic", "stranger", "recused"):
        assert (
            "協力依頼" not in signed_in(getattr(cast, name)).get(home).content.decode()
        )
