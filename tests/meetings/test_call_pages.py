"""The pages of calls and proposals: the clerk's, the member's, without script."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from documents.models import Paper, PaperVersion
from meetings.models import AgendaItem, Call, CallRecipient, Proposal
from meetings.services import proposals
from members.models import Case
from portal.core import clock
from tests import factories
from tests.cast import Cast
from tests.conftest import SignIn
from tests.documents import files
from tests.meetings import calling, convening
from tests.meetings.calling import opened, recipient, submitted

WORDS = {
    "title": calling.WORDS.title,
    "occasion": "sharing",
    "purpose": calling.WORDS.purpose,
    "words": calling.WORDS.words,
    "urgency": "soon",
    "consent": "none",
}


def page(name: str, *arguments: object) -> str:
    return reverse(f"meetings:{name}", args=arguments)


def text(response: Any) -> str:
    return str(response.content.decode())


def household() -> dict[str, str]:
    return {
        "household-TOTAL_FORMS": "4",
        "household-INITIAL_FORMS": "0",
        "household-0-label": "長男",
        "household-0-name": "見本 太郎",
        "household-0-subject": "on",
        "household-1-label": "母",
        "household-1-name": "見本 花",
    }


def taking_form(cast: Cast, sitting_id: object, **more: str) -> dict[str, str]:
    return {
        "law": f"{cast.shien.id}:shien",
        "sitting": str(sitting_id),
        "kind": "deliberation",
        "occasion": "sharing",
        "title": calling.WORDS.title,
        "purpose": calling.WORDS.purpose,
        "minutes": "20",
        "number": "R8-077",
        "case_title": "母と長男の世帯",
        **household(),
        **more,
    }


@pytest.fixture
def clerk(cast: Cast, signed_in: SignIn) -> Client:
    return signed_in(cast.secretariat)


@pytest.fixture
def clinic(cast: Cast, signed_in: SignIn) -> Client:
    return signed_in(cast.clinic)


# The clerk ----------------------------------------------------------------------------


def test_the_clerk_opens_a_call(cast: Cast, clerk: Client):
    sitting = convening.draft(cast)
    shown = clerk.get(page("call-create"), {"body": str(cast.shien.id)})
    assert cast.clinic.name in text(shown)
    sent = clerk.post(
        page("call-create") + f"?body={cast.shien.id}",
        {
            "key": str(shown.context["form"]["key"].value()),
            "target": f"sitting:{sitting.id}",
            "due_on": str(clock.today() + timedelta(days=10)),
            "words": "2件まで扱えます。",
            "people": [str(cast.clinic.id), str(cast.newcomer.id)],
        },
    )
    call = Call.objects.get()
    assert sent["Location"] == page("call-board", call.id)
    assert call.sitting == sitting
    assert call.recipients.count() == 2


def test_whom_the_clerk_asked_last_is_ticked(cast: Cast, clerk: Client):
    opened(cast)
    shown = clerk.get(page("call-create"), {"body": str(cast.shien.id)})
    ticked = {
        person.name
        for _organization, people in shown.context["form"].organizations()
        for person, chosen in people
        if chosen
    }
    assert ticked == {cast.clinic.name}


def test_nothing_typed_is_lost_when_nobody_is_chosen(cast: Cast, clerk: Client):
    sent = clerk.post(
        page("call-create"),
        {"due_on": str(clock.today()), "words": "2件まで扱えます。"},
    )
    assert sent.status_code == 422
    assert "2件まで扱えます。" in text(sent)
    assert "お願いする人を、1人以上選んでください。" in text(sent)


def test_the_board_names_who_is_silent(cast: Cast, clerk: Client):
    other = factories.person("北 京子", factories.organization("相談支援センター"))
    factories.commission(other, cast.shien)
    call = opened(cast, cast.clinic, other)
    submitted(call, cast.clinic)
    board = clerk.get(page("call-board", call.id)).context["board"]
    assert [line.recipient.person for line in board.silent] == [other]
    assert [line.recipient.person for line in board.heard] == [cast.clinic]
    assert (board.organizations, board.to_judge, board.remindable) == (2, 1, 1)
    clerk.post(page("call-remind", call.id))
    assert len(convening.mails(other)) == 2
    assert len(convening.mails(cast.clinic)) == 1


def test_urgent_proposals_come_first(cast: Cast, clerk: Client):
    call = opened(cast)
    usual = submitted(call, cast.clinic)
    urgent = submitted(call, cast.clinic)
    Proposal.objects.filter(pk=urgent.pk).update(urgency="urgent")
    board = clerk.get(page("call-board", call.id)).context["board"]
    assert board.proposals == [urgent, usual]


@pytest.mark.parametrize("name", ["call-board", "call-list", "home"])
def test_the_number_of_queries_does_not_grow(
    cast: Cast, clerk: Client, django_assert_max_num_queries: Any, name: str
):
    call = opened(cast)
    submitted(call, cast.clinic)
    where = page(name, call.id) if name == "call-board" else page(name)
    counts = []
    for number in range(2):
        with django_assert_max_num_queries(70) as queries:
            clerk.get(where)
        counts.append(len(queries))
        for more in range(4):
            organization = factories.organization(f"機関{number}{more}")
            person = factories.person(f"人{number}{more}", organization)
            factories.commission(person, cast.shien)
            CallRecipient.objects.create(call=call, person=person)
            factories.acknowledge(person, cast.pledges[call.regime])
            submitted(call, person)
    assert counts[0] == counts[1]


# The member ---------------------------------------------------------------------------


def test_nothing_this_time_in_one_press(cast: Cast, clinic: Client):
    call = opened(cast)
    assert "今回は該当なし" in text(clinic.get(page("call-detail", call.id)))
    answer = clinic.post(page("call-nothing", call.id), follow=True)
    assert "ありがとうございました" in text(answer)
    assert recipient(call, cast.clinic).answer == CallRecipient.Answer.NOTHING


def test_a_member_writes_attaches_and_sends_in(cast: Cast, clinic: Client):
    call = opened(cast)
    form = clinic.get(page("proposal-create", call.id)).context["form"]
    key = str(form["key"].value())
    clinic.post(page("proposal-create", call.id), {"key": key, **WORDS})
    proposal = Proposal.objects.get()
    where = page("proposal-detail", proposal.id)
    shown = clinic.get(where)
    assert "この内容で提出する" in text(shown)
    sent = clinic.post(
        where,
        {
            "key": str(shown.context["form"]["key"].value()),
            "file": SimpleUploadedFile("様式1-2.pdf", files.pdf_file()),
            "title": "アセスメントシート",
            "kind": "assessment_sheet",
            "document_class": "3B",
        },
    )
    assert sent["Location"] == where
    assert "お預かりしました" in text(clinic.get(where))
    done = clinic.post(page("proposal-submit", proposal.id), follow=True)
    assert "提案をお預かりしました" in text(done)
    assert "この内容で提出する" not in text(done)
    assert Paper.objects.get().item_id == proposal.id


def test_a_refused_file_says_why_and_keeps_the_draft(cast: Cast, clinic: Client):
    proposal = calling.drafted(opened(cast), cast.clinic)
    sent = clinic.post(
        page("proposal-detail", proposal.id),
        {
            "key": str(convening.key(4)),
            "file": SimpleUploadedFile("様式.exe", b"MZ" + b"\0" * 100),
            "title": "アセスメントシート",
            "kind": "agency_form",
            "document_class": "3B",
        },
    )
    assert sent.status_code == 422
    assert sent.context["form"].errors
    assert not Paper.objects.exists()
    assert Proposal.objects.filter(pk=proposal.pk).exists()


def test_after_the_due_date_the_typed_words_stay_in_the_form(
    cast: Cast, clinic: Client
):
    call = opened(cast)
    calling.end(call)
    sent = clinic.post(
        page("proposal-create", call.id), {"key": str(convening.key(4)), **WORDS}
    )
    assert sent.status_code == 422
    assert "期限を過ぎた" in text(sent)
    assert WORDS["words"] in text(sent)
    assert not Proposal.objects.exists()


def test_a_mail_code_shows_the_question_and_no_proposal(
    cast: Cast, clinic: Client, signed_in: SignIn
):
    call = opened(cast)
    proposal = submitted(call, cast.clinic)
    weak = signed_in(cast.clinic, strength=1, scope=calling.to_call(call))
    shown = text(weak.get(page("call-detail", call.id)))
    assert call.serial in shown
    assert proposal.title not in shown
    answer = weak.get(page("proposal-detail", proposal.id))
    assert answer["Location"].startswith(reverse("members:step-up"))
    assert proposal.title in text(clinic.get(page("call-detail", call.id)))


def test_a_link_leads_to_its_own_call_only(cast: Cast, signed_in: SignIn):
    call, other = opened(cast), opened(cast, number=502)
    visitor = signed_in(cast.clinic, scope=calling.to_call(call))
    assert visitor.get(reverse("meetings:home"))["Location"] == page(
        "call-detail", call.id
    )
    assert visitor.get(page("call-detail", call.id)).status_code == 200
    assert visitor.get(page("call-detail", other.id)).status_code == 404
    listed = visitor.get(page("call-list")).context["lines"]
    assert [line.call for line in listed] == [call]


def test_a_taken_proposal_says_so_without_its_words(cast: Cast, clinic: Client):
    call = opened(cast)
    calling.taken(cast, submitted(call, cast.clinic))
    shown = text(clinic.get(page("call-detail", call.id)))
    assert "議題になりました" in shown
    assert calling.WORDS.title not in shown


# Triage -------------------------------------------------------------------------------


def test_triage_ends_where_the_people_are_chosen(cast: Cast, clerk: Client):
    proposal = calling.drafted(opened(cast), cast.clinic)
    sheet = calling.sheet(proposal)
    proposals.submit_proposal(actor=factories.sign_in(cast.clinic), proposal=proposal)
    sitting = convening.draft(cast)
    shown = clerk.get(page("proposal-take", proposal.id))
    assert calling.WORDS.title in text(shown)
    sent = clerk.post(
        page("proposal-take", proposal.id),
        taking_form(cast, sitting.id, sheets=str(sheet.id)),
    )
    item = AgendaItem.objects.get(proposal=proposal)
    assert sent["Location"] == page("item-people", item.id)
    assert PaperVersion.objects.filter(paper__item_id=item.id).count() == 1
    assert clerk.get(sent["Location"]).status_code == 200


def test_a_missing_household_is_asked_for_and_nothing_is_made(
    cast: Cast, clerk: Client
):
    proposal = submitted(opened(cast), cast.clinic)
    sitting = convening.draft(cast)
    sent = clerk.post(
        page("proposal-take", proposal.id),
        taking_form(cast, sitting.id, **{"household-0-subject": ""}),
    )
    assert sent.status_code == 422
    assert "本人を1人" in text(sent)
    assert "見本 太郎" in text(sent)
    assert Case.objects.count() == 1
    assert not AgendaItem.objects.filter(sitting=sitting).exists()


def test_without_a_number_the_case_is_not_made(cast: Cast, clerk: Client):
    proposal = submitted(opened(cast), cast.clinic)
    sitting = convening.draft(cast)
    sent = clerk.post(
        page("proposal-take", proposal.id), taking_form(cast, sitting.id, number="")
    )
    assert sent.status_code == 422
    assert Case.objects.count() == 1


def test_returning_tells_the_reason_on_the_page_only(
    cast: Cast, clerk: Client, clinic: Client
):
    proposal = submitted(opened(cast), cast.clinic)
    clerk.post(
        page("proposal-return", proposal.id),
        {
            "reason": "関わる機関を書き足してください。",
            "due_on": str(clock.today() + timedelta(days=3)),
        },
    )
    assert "書き足して" in text(clinic.get(page("proposal-detail", proposal.id)))
    assert "書き足して" not in calling.text_of(convening.mails(cast.clinic)[-1])


def test_what_comes_from_a_call_leads_back_to_it(cast: Cast, clerk: Client):
    proposal = calling.drafted(opened(cast), cast.clinic)
    sheet = calling.sheet(proposal)
    proposals.submit_proposal(actor=factories.sign_in(cast.clinic), proposal=proposal)
    viewer = clerk.get(reverse("documents:version-view", args=[sheet.id]))
    back = page("call-detail", proposal.call_id)
    assert back in text(viewer)
    assert clerk.get(back)["Location"] == page("call-board", proposal.call_id)


# The home page ------------------------------------------------------------------------


def test_home_asks_the_member_and_the_clerk(cast: Cast, clerk: Client, clinic: Client):
    call = opened(cast)
    assert page("call-detail", call.id) in text(clinic.get(page("home")))
    assert page("call-board", call.id) not in text(clerk.get(page("home")))
    submitted(call, cast.clinic)
    assert page("call-detail", call.id) not in text(clinic.get(page("home")))
    assert page("call-board", call.id) in text(clerk.get(page("home")))
