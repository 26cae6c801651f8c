"""The home page, composed by what each may do: what waits for me now."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from documents.models import Paper, PaperVersion
from meetings.models import AgendaItem, Invitation, Minutes
from meetings.services import sittings
from members.facts import State
from members.models import Person, Recusal
from portal.core import clock
from portal.core.models import AuditHead, StoredObject
from tests import factories
from tests.cast import Cast
from tests.meetings.convening import add, clerk, convened, draft, links, select


def home(client: Client) -> str:
    response = client.get(reverse("meetings:home"))
    assert response.status_code == 200
    return response.content.decode()


def circulated(cast: Cast, days: int = 3) -> Minutes:
    """The draft record of the first item, in its round."""
    for person in (cast.chair, cast.secretariat, cast.clinic):
        factories.presence(person, cast.shien_item)
    return Minutes.objects.create(
        item=cast.shien_item,
        state=Minutes.State.ROUND,
        version=1,
        circulated_at=clock.now() - timedelta(minutes=1),
        due_on=clock.today() + timedelta(days=days),
    )


def upload_held(cast: Cast, item: AgendaItem, person: Person) -> PaperVersion:
    now = clock.now()
    paper = Paper.objects.create(
        number="資料9",
        title="受診の経過",
        kind=Paper.Kind.AGENCY_FORM,
        document_class=Paper.Class.C3B,
        body=item.body,
        case=item.case,
        item_id=item.id,
        sitting_id=item.sitting_id,
        law=item.body.regime,
        origin=item.body.regime,
        created_by=person,
        created_at=now,
    )
    return PaperVersion.objects.create(
        paper=paper,
        state=State.HELD,
        holds=[PaperVersion.Hold.MEMBER],
        file_name="keika.pdf",
        media_type="application/pdf",
        stored=StoredObject.objects.create(created_at=now),
        uploaded_by=person,
        uploaded_at=now,
    )


def test_the_chair_is_asked_to_approve_and_the_clerk_is_not(
    cast: Cast, signed_in
) -> None:
    sitting = draft(cast)
    add(cast, sitting)
    chair, secretariat = signed_in(cast.chair), signed_in(cast.secretariat)
    assert "次第の承認" not in home(chair)
    sittings.submit_agenda(actor=clerk(cast), sitting=sitting)
    assert "次第の承認" in home(chair)
    assert "次第の承認" not in home(secretariat)


def test_the_clerk_sees_what_the_next_agenda_lacks(cast: Cast, signed_in) -> None:
    client = signed_in(cast.secretariat)
    sitting = draft(cast)
    assert "議題がまだありません" in home(client)
    select(cast, add(cast, sitting), cast.clinic)
    page = home(client)
    assert "次の会議の準備" in page
    assert "議題がまだありません" not in page
    assert "資料がまだありません" in page


def test_the_clerk_sees_who_has_not_answered(cast: Cast, signed_in) -> None:
    convened(cast, cast.clinic, cast.newcomer)
    client = signed_in(cast.secretariat)
    assert "お返事がまだの方が4人います" in home(client)
    Invitation.objects.filter(person=cast.clinic).update(rsvp="present")
    assert "お返事がまだの方が3人います" in home(client)


def test_the_clerk_sees_letters_and_locked_links(cast: Cast, signed_in) -> None:
    cast.newcomer.email = ""
    cast.newcomer.save()
    sitting = convened(cast, cast.clinic, cast.newcomer)
    link = links(cast.clinic, sitting)[0]
    link.wrong_count = 5
    link.save()
    page = home(signed_in(cast.secretariat))
    assert "案内状の印刷が必要な方が1人います" in page
    assert "リンクのロック" in page


def test_a_recused_clerk_hears_nothing_of_those_who_come(cast: Cast, signed_in) -> None:
    sitting = convened(cast, cast.clinic)
    link = links(cast.clinic, sitting)[0]
    link.wrong_count = 5
    link.save()
    Invitation.objects.filter(person=cast.clinic).update(rsvp="present")
    Recusal.objects.create(
        person=cast.secretariat,
        case=cast.case,
        starts_at=factories.LONG_AGO,
        entered_by=cast.chair,
    )
    client = signed_in(cast.secretariat)
    board = reverse("meetings:invitation-board", args=[sitting.id])
    agenda = reverse("meetings:sitting-detail", args=[sitting.id])
    for page in (
        home(client),
        *(client.get(u).content.decode() for u in (board, agenda)),
    ):
        assert cast.clinic.name not in page
        assert "リンクのロック" not in page
        assert "お返事がまだの方" not in page
    assert "出席0 代理0" in client.get(agenda).content.decode()
    asked = Invitation.objects.get(person=cast.clinic, sitting=sitting)
    unlock = reverse("meetings:invitation-unlock", args=[asked.id])
    assert client.post(unlock).status_code == 404
    assert signed_in(cast.chair).post(unlock).status_code == 302


def test_held_papers_wait_for_the_clerk_of_their_case(cast: Cast, signed_in) -> None:
    upload_held(cast, cast.shien_item, cast.clinic)
    assert "届いた資料の確認" in home(signed_in(cast.secretariat))
    for person in (cast.stranger, cast.clinic, cast.colleague, cast.auditor):
        page = home(signed_in(person))
        assert "届いた資料の確認" not in page
        assert "受診の経過" not in page


def test_signatories_are_asked_to_confirm(cast: Cast, signed_in) -> None:
    circulated(cast)
    for person in (cast.chair, cast.clinic):
        assert "会議録案を読む" in home(signed_in(person))
    for person in (cast.newcomer, cast.colleague, cast.leaver, cast.recused):
        assert "会議録案" not in home(signed_in(person))


def test_a_late_round_is_the_clerks_to_follow_up(cast: Cast, signed_in) -> None:
    circulated(cast, days=-1)
    page = home(signed_in(cast.secretariat))
    assert "会議録案の取りまとめ" in page
    assert "確認の期限を過ぎています" in page


def test_a_member_sees_own_sittings_under_neutral_names(cast: Cast, signed_in) -> None:
    sitting = convened(cast, cast.clinic)
    page = home(signed_in(cast.clinic))
    assert "出欠を答える" in page
    assert str(sitting.id) in page
    assert cast.shien.name not in page
    assert "会議をつくる" not in page


def test_the_pledge_comes_first_when_due(cast: Cast, signed_in) -> None:
    assert "誓約書を読む" in home(signed_in(cast.newcomer))
    assert "誓約書を読む" not in home(signed_in(cast.clinic))


@pytest.mark.parametrize(
    "name", ["colleague", "leaver", "stranger", "administrator", "auditor"]
)
def test_nothing_of_a_sitting_one_is_not_asked_to(
    cast: Cast, signed_in, name: str
) -> None:
    sitting = convened(cast, cast.clinic)
    page = home(signed_in(getattr(cast, name)))
    assert str(sitting.id) not in page


def test_a_quiet_day_says_so(cast: Cast, signed_in) -> None:
    page = home(signed_in(cast.colleague))
    assert "いま、お願いしていることはありません" in page


def test_an_administrator_finds_the_chores_and_no_case(cast: Cast, signed_in) -> None:
    page = home(signed_in(cast.administrator))
    assert "システム管理者の方へ" in page
    assert "python -m portal audit verify" in page
    assert "これからの会議" not in page


def test_an_auditor_finds_the_head_of_the_trail(cast: Cast, signed_in) -> None:
    page = home(signed_in(cast.auditor))
    assert "監査担当の方へ" in page
    assert AuditHead.objects.get().digest in page
    assert "メールの送信" not in page
