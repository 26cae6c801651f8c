"""The home page, composed by what each may do: what waits for me now."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from documents.models import Paper, PaperVersion, Release, Retrieval
from meetings.models import AgendaItem, Confirmation, Invitation, Minutes, Sitting
from meetings.selectors.home import home_of
from meetings.services import sittings
from members.facts import Role, State
from members.models import Person, Recusal
from members.services import factors, resets
from portal.core import audit, clock
from portal.core.models import AuditHead, StoredObject
from tests import factories
from tests.cast import Cast
from tests.meetings import recording
from tests.meetings.asking import ask
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


def test_hidden_papers_take_nobodys_place(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("meetings.selectors.home.LOOKED_AT", 1)
    case = factories.case(cast.shien, number="R8-050")
    others = factories.item(cast.sitting, case, cast.shien)
    frozen = upload_held(cast, cast.juso_item, cast.clinic)
    upload_held(cast, others, cast.clinic)
    cast.case.household.all()[0].consents.update(withdrawn_at=clock.now())
    own = [upload_held(cast, cast.shien_item, cast.clinic) for _number in range(2)]
    found = home_of(factories.sign_in(cast.secretariat)).desk
    assert found is not None
    assert found.held == own[:1]
    assert frozen not in found.held


def test_signatories_are_asked_to_confirm(cast: Cast, signed_in) -> None:
    circulated(cast)
    for person in (cast.chair, cast.clinic):
        assert "会議録案を読む" in home(signed_in(person))
    for person in (cast.newcomer, cast.colleague, cast.leaver, cast.recused):
        assert "会議録案" not in home(signed_in(person))


def test_the_page_of_the_sitting_asks_them_too(cast: Cast, signed_in) -> None:
    minutes = circulated(cast)
    other = factories.sitting(cast.shien, cast.secretariat, number=176)
    page = reverse("meetings:sitting-detail", args=[cast.sitting.id])
    ask = reverse("meetings:record-detail", args=[cast.shien_item.id])
    words = f'href="{ask}">会議録案を読む'
    for person in (cast.chair, cast.clinic):
        assert words in signed_in(person).get(page).content.decode()
    elsewhere = reverse("meetings:sitting-detail", args=[other.id])
    assert words not in signed_in(cast.chair).get(elsewhere).content.decode()
    for person in (cast.secretariat, cast.colleague, cast.newcomer):
        assert words not in signed_in(person).get(page).content.decode()
    Confirmation.objects.create(
        minutes=minutes, person=cast.clinic, version=1, at=clock.now()
    )
    assert words not in signed_in(cast.clinic).get(page).content.decode()


def test_a_late_round_is_the_clerks_to_follow_up(cast: Cast, signed_in) -> None:
    circulated(cast, days=-1)
    page = home(signed_in(cast.secretariat))
    assert "会議録案の取りまとめ" in page
    assert "確認の期限を過ぎています" in page


WAITING = "会議録の案の回覧"


def closed(cast: Cast, *items: AgendaItem) -> None:
    """The sitting is over, and these of its items were talked about."""
    for item in items:
        recording.held(cast, item)
    Sitting.objects.filter(pk=cast.sitting.pk).update(state=Sitting.State.CLOSED)


def test_the_drafts_of_a_closed_sitting_wait_for_its_clerk(
    cast: Cast, signed_in
) -> None:
    client = signed_in(cast.secretariat)
    recording.held(cast, cast.juso_item)
    assert WAITING not in home(client)  # the sitting goes on
    closed(cast, cast.shien_item)
    page = home(client)
    assert WAITING in page
    assert f"第{cast.sitting.number}回 2件" in page
    assert reverse("meetings:records-desk") + "#circulate" in page
    assert "いま、お願いしていることはありません" not in page
    recording.circulate(cast, cast.juso_item)
    assert f"第{cast.sitting.number}回 1件" in home(client)
    recording.circulate(cast, cast.shien_item)
    assert WAITING not in home(client)


@pytest.mark.parametrize("who", ["clinic", "stranger", "recused", "leaver"])
def test_drafts_wait_for_nobody_else(cast: Cast, signed_in, who: str) -> None:
    closed(cast, cast.juso_item)
    assert WAITING not in home(signed_in(getattr(cast, who)))


def test_a_recused_clerk_hears_of_no_drafts(cast: Cast, signed_in) -> None:
    closed(cast, cast.juso_item)
    client = signed_in(cast.secretariat)
    assert WAITING in home(client)
    Recusal.objects.create(
        person=cast.secretariat,
        case=cast.case,
        starts_at=factories.LONG_AGO,
        entered_by=cast.chair,
    )
    assert WAITING not in home(client)


def test_more_drafts_cost_no_more_queries(
    cast: Cast, signed_in, django_assert_max_num_queries
) -> None:
    closed(cast, cast.juso_item)
    held_yesterday(cast, number=70)
    client = signed_in(cast.secretariat)
    with django_assert_max_num_queries(120) as few:
        home(client)
    for number in (71, 72, 73):
        held_yesterday(cast, number=number)
    with django_assert_max_num_queries(len(few.captured_queries)):
        assert "第73回 1件" in home(client)


def held_yesterday(cast: Cast, number: int) -> None:
    """A sitting of the other body is over, with one item about the case."""
    start = clock.day_start(clock.today()) - timedelta(hours=number - 60)
    sitting = factories.sitting(
        cast.juso,
        cast.secretariat,
        number=number,
        starts_at=start,
        ends_at=start + timedelta(hours=1),
        state=Sitting.State.CLOSED,
    )
    item = factories.item(sitting, cast.case, cast.juso, state="closed")
    factories.place(cast.secretariat, item, Role.SECRETARIAT)


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


def test_an_administrator_is_told_of_a_sender_that_is_nobodys(
    cast: Cast, signed_in, settings
) -> None:
    client, words = signed_in(cast.administrator), "見本のアドレスのまま"
    settings.DEFAULT_FROM_EMAIL = "kasane@city.mihon.example"
    page = home(client)
    assert words in page
    assert "KASANE_MAIL_FROM" in page
    assert words not in home(signed_in(cast.auditor))
    settings.DEFAULT_FROM_EMAIL = "kasane@city.mihon.lg.jp"
    assert words not in home(client)
    settings.DEFAULT_FROM_EMAIL, settings.DEMO = "kasane@city.mihon.example", True
    assert words not in home(client)


def test_an_auditor_finds_the_head_of_the_trail(cast: Cast, signed_in) -> None:
    page = home(signed_in(cast.auditor))
    assert "監査担当の方へ" in page
    assert AuditHead.objects.get().digest in page
    assert "メールの送信" not in page


def given(cast: Cast, *, days: int, times: int = 1) -> list[PaperVersion]:
    """Papers of the first item, open to the clinic until the end of that day."""
    versions = []
    for _number in range(times):
        version = upload_held(cast, cast.shien_item, cast.secretariat)
        version.state, version.holds = State.RELEASED, []
        version.save()
        Release.objects.create(
            version=version,
            person=cast.clinic,
            released_by=cast.secretariat,
            starts_at=clock.now() - timedelta(hours=1),
            ends_at=clock.day_end(clock.today() + timedelta(days=days)),
        )
        versions.append(version)
    return versions


def test_papers_wait_until_they_are_opened(cast: Cast, signed_in) -> None:
    (version,) = given(cast, days=20)
    client = signed_in(cast.clinic)
    assert "まだ開いていない資料 1件" in home(client)
    audit.record_read(
        "documents.version.read", actor=cast.clinic.id, subject=f"version:{version.id}"
    )
    page = home(client)
    assert "まだ開いていない資料" not in page
    assert "開ける資料" in page


@pytest.mark.parametrize(
    ("days", "words"), [(0, "きょうで閉じます"), (3, "あと3日で閉じます"), (4, None)]
)
def test_papers_that_soon_close_say_so(cast: Cast, signed_in, days, words) -> None:
    given(cast, days=days)
    client = signed_in(cast.clinic)
    pages = [home(client)]
    pages.append(
        client.get(
            reverse("meetings:sitting-detail", args=[cast.sitting.id])
        ).content.decode()
    )
    for page in pages:
        assert "で閉じます" not in page if words is None else words in page


def test_nothing_of_papers_that_the_decision_closes(cast: Cast, signed_in) -> None:
    given(cast, days=20)
    Recusal.objects.create(
        person=cast.clinic,
        case=cast.case,
        starts_at=factories.LONG_AGO,
        entered_by=cast.chair,
    )
    for person in (cast.clinic, cast.newcomer, cast.stranger):
        page = home(signed_in(person))
        assert "資料のご案内" not in page
        assert "開ける資料" not in page


def test_what_closed_is_to_be_declared_once(cast: Cast, signed_in) -> None:
    (version,) = given(cast, days=20)
    Release.objects.update(ends_at=clock.now())
    client = signed_in(cast.clinic)
    way = reverse("meetings:retrieval", args=[cast.sitting.id])
    assert way in home(client)
    assert "お手元の資料の申告" not in home(signed_in(cast.newcomer))
    Retrieval.objects.create(
        version=version, person=cast.clinic, way="disposed", declared_at=clock.now()
    )
    assert way not in home(client)


def test_a_request_for_co_operation_waits_for_its_respondent(
    cast: Cast, signed_in
) -> None:
    made = ask(cast)
    page = home(signed_in(made.person))
    assert reverse("documents:reply", args=[made.id]) in page
    assert made.serial not in home(signed_in(cast.stranger))


def test_the_page_costs_no_more_queries_for_more_papers(
    cast: Cast, signed_in, django_assert_max_num_queries
) -> None:
    client = signed_in(cast.clinic)
    given(cast, days=2)
    with django_assert_max_num_queries(80) as few:
        home(client)
    given(cast, days=2, times=5)
    with django_assert_max_num_queries(len(few.captured_queries)):
        home(client)


def test_an_administrator_hears_of_resets_that_wait(cast: Cast, signed_in) -> None:
    client = signed_in(cast.administrator)
    assert "作り直し" not in home(client)
    factors.issue_card(actor=clerk(cast), person=cast.clinic)
    resets.vouch(
        actor=clerk(cast), body=cast.shien, person=cast.clinic, proof="in_person"
    )
    page = home(client)
    assert "本人確認の作り直しが1件" in page
    assert cast.clinic.name not in page
