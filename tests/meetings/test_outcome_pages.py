"""The pages of progress, gaps and layers: what each sees, says and refuses."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from meetings.models import AgendaItem, CarryUp, Outcome, ResourceGap, Sitting
from meetings.services import gaps
from meetings.services.gaps import GapWords
from members.facts import Regime
from members.models import Body, Case, Consent, Recusal
from portal.core import clock
from portal.core.models import AuditEvent
from tests import factories
from tests.cast import Cast
from tests.meetings.convening import clerk as clerk_of
from tests.meetings.convening import key, offices, when

Status = Case.Status
pytestmark = pytest.mark.django_db


def url(name: str, *args: object) -> str:
    return reverse(f"meetings:{name}", args=args)


def text(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, address
    return response.content.decode()


@pytest.fixture
def clerk(cast: Cast, signed_in) -> Client:
    client: Client = signed_in(cast.secretariat)
    return client


def make_plan_item(cast: Cast) -> AgendaItem:
    AgendaItem.objects.filter(pk=cast.juso_item.pk).update(occasion="plan")
    return cast.juso_item


def settled(cast: Cast, case: Case, **more) -> Outcome:
    """An outcome on an item of an earlier meeting about ``case``."""
    start = clock.now() - timedelta(days=100)
    sitting = factories.sitting(
        cast.shien,
        cast.secretariat,
        starts_at=start,
        ends_at=start + timedelta(hours=2),
        state=Sitting.State.CLOSED,
    )
    item = factories.item(sitting, case, cast.juso, occasion="plan")
    for person, role in offices(cast):
        factories.seat(person, item, role)
    values = {
        "held_on": start.date(),
        "result": "confirmed",
        "before": Status.PLANNED,
        "target": Status.CONFIRMED,
        "recorded_by": cast.secretariat,
        "recorded_at": start,
    }
    Case.objects.filter(pk=case.pk).update(status=Status.CONFIRMED)
    return Outcome.objects.create(item=item, case=case, **{**values, **more})


def another_case(cast: Cast, number: str) -> Case:
    case = factories.case(cast.shien, number=number)
    for person, role in offices(cast):
        factories.membership(person, case, role)
    return case


def test_the_clerk_walks_from_the_plan_to_the_citys_decision(cast, clerk):
    item = make_plan_item(cast)
    assert "結果を登録する" in text(clerk, url("item-outcome", item.id))
    day = clock.today() + timedelta(days=90)
    entered = {"key": key(), "result": "confirmed", "participation": "on"}
    refused = clerk.post(url("item-outcome", item.id), entered)
    assert refused.status_code == 422
    assert "次のモニタリングの日を入力" in refused.content.decode()
    made = clerk.post(
        url("item-outcome", item.id),
        {**entered, "monitoring_on": day.isoformat(), "note": "月2回の訪問"},
    )
    assert made["Location"] == url("item-outcome", item.id)
    page = text(clerk, url("item-outcome", item.id))
    assert "自治体の決定を待っています" in page
    assert "月2回の訪問" in page
    board = text(clerk, url("case-board"))
    assert "決定待ち" in board
    assert url("item-decision", item.id) in board
    done = clerk.post(
        url("item-decision", item.id),
        {"granted": "yes", "decided_on": clock.today(), "decided_by": "福祉事務所長"},
    )
    assert done["Location"] == url("item-outcome", item.id)
    assert "プラン確定" in text(clerk, url("case-progress", cast.case.id))
    assert Case.objects.get().status == Status.CONFIRMED
    assert "結果は変えられません" in text(clerk, url("item-outcome", item.id))
    assert "待っていません" in text(clerk, url("item-decision", item.id))


def test_a_result_of_another_timing_is_not_offered_and_not_taken(cast, clerk):
    item = make_plan_item(cast)
    page = text(clerk, url("item-outcome", item.id))
    assert 'value="confirmed"' in page
    assert 'value="closed"' not in page
    form = {"key": key(), "result": "closed"}
    answer = clerk.post(url("item-outcome", item.id), form)
    assert answer.status_code == 422
    assert not Outcome.objects.exists()


def test_overdue_cases_come_first_and_can_be_asked_for(cast, clerk):
    late = another_case(cast, "R8-099")
    today = clock.today()
    settled(cast, cast.case, monitoring_on=today + timedelta(days=5))
    settled(cast, late, monitoring_on=today - timedelta(days=1))
    board = text(clerk, url("case-board"))
    assert board.index("R8-099") < board.index("R8-012")
    assert board.count("過ぎています") == 1
    overdue = text(clerk, url("case-board") + "?show=overdue")
    assert "R8-099" in overdue
    assert "R8-012" not in overdue
    nothing = text(clerk, url("case-board") + "?show=waiting")
    assert "この条件の事例はありません" in nothing
    assert "R8-099" in text(clerk, url("case-board") + "?show=nonsense")


def test_the_day_itself_is_not_late(cast, clerk):
    settled(cast, cast.case, monitoring_on=clock.today())
    assert "過ぎています" not in text(clerk, url("case-board"))


def test_ended_cases_stand_apart_and_are_taken_up_again(cast, clerk):
    Case.objects.update(status=Status.CLOSED)
    assert "R8-012" not in text(clerk, url("case-board"))
    assert "R8-012" in text(clerk, url("case-board") + "?show=ended")
    assert "再開する" in text(clerk, url("case-progress", cast.case.id))
    clerk.post(url("case-step", cast.case.id), {"status": "assessment"})
    assert Case.objects.get().status == Status.ASSESSMENT
    clerk.post(url("case-step", cast.case.id), {"status": "confirmed"})
    refused = text(clerk, url("case-progress", cast.case.id))
    assert "その議題の結果を登録してください" in refused
    assert Case.objects.get().status == Status.ASSESSMENT


def test_a_case_is_handed_back_from_the_board(cast, clerk):
    office = factories.organization("地域包括支援センター")
    Case.objects.update(referrer=office)
    assert url("case-hand-back", cast.case.id) in text(clerk, url("case-board"))
    page = text(clerk, url("case-hand-back", cast.case.id))
    assert f'value="{office.id}" selected' in page
    today = clock.today()
    form = {"organization": office.id, "talked_on": today, "talk": "相談を続ける"}
    made = clerk.post(url("case-hand-back", cast.case.id), {**form, "handed_on": today})
    assert made["Location"] == url("case-progress", cast.case.id)
    assert "相談を続ける" in text(clerk, made["Location"])


def test_an_item_one_is_kept_from_leaves_no_trace_on_the_board(cast, clerk):
    outcome = settled(
        cast,
        cast.case,
        monitoring_on=clock.today() - timedelta(days=1),
        note="議題の秘密",
    )
    Recusal.objects.create(
        person=cast.secretariat,
        item_id=outcome.item_id,
        starts_at=clock.now(),
        entered_by=cast.chair,
    )
    for page in (url("case-board"), url("case-progress", cast.case.id)):
        seen = text(clerk, page)
        assert str(outcome.item_id) not in seen
        assert "議題の秘密" not in seen
        assert "過ぎています" not in seen
    assert clerk.get(url("item-outcome", outcome.item_id)).status_code == 404


def test_without_consent_the_words_of_an_outcome_are_frozen(cast, clerk):
    """R24: neither shown nor written nor lost; the result stays the custodian's."""
    item = make_plan_item(cast)
    outcome = settled(cast, cast.case, note="月2回の見守り")
    resolved = Outcome.objects.create(
        item=item,
        case=cast.case,
        held_on=clock.today(),
        result="continued",
        note="家計の見直し",
        recorded_by=cast.secretariat,
        recorded_at=clock.now(),
    )
    pages = [
        url("case-progress", cast.case.id),
        url("item-outcome", outcome.item_id),
        url("item-decision", outcome.item_id),
        url("item-outcome", item.id),
        url("item-resolve", item.id),
    ]
    notes = ("月2回の見守り", "家計の見直し")
    assert all(any(note in text(clerk, page) for note in notes) for page in pages)
    Consent.objects.update(withdrawn_at=clock.now())
    for page in pages:
        seen = text(clerk, page)
        assert "同意がそろっていないため" in seen
        assert not [note for note in notes if note in seen]
    assert "プラン確定" in text(clerk, pages[0])
    entered = {"key": key(), "result": "referred_back", "note": "書きかえ"}
    assert clerk.post(url("item-outcome", item.id), entered).status_code == 302
    resolved.refresh_from_db()
    assert (resolved.result, resolved.note) == ("referred_back", "家計の見直し")


def test_a_case_one_is_kept_from_adds_no_page_to_the_board(cast, clerk):
    """R27: the number of pages would tell that there is one more."""
    another_case(cast, "R8-099")
    Recusal.objects.create(
        person=cast.secretariat,
        case=cast.case,
        starts_at=clock.now(),
        entered_by=cast.chair,
    )
    page = clerk.get(url("case-board")).context["page"]
    assert page.paginator.count == 1


def test_reading_a_gap_of_a_case_leaves_its_trace(cast, clerk):
    """P6: what is open to all custodians is no content of a case."""
    for number, general in ((1, True), (2, False)):
        gaps.raise_gap(
            actor=clerk_of(cast),
            key=key(number),
            body=cast.shien,
            item=cast.shien_item,
            words=GapWords("other", f"足りないもの{number}", general=general),
        )
    text(clerk, url("gap-list"))
    (event,) = AuditEvent.objects.filter(action="meetings.gaps.read")
    assert event.detail == {"gaps": str(key(2))}


def test_looking_at_the_board_leaves_its_trace(cast, clerk):
    text(clerk, url("case-board"))
    (event,) = AuditEvent.objects.filter(action="meetings.board.read")
    assert str(cast.case.id) in event.detail["cases"]


@pytest.mark.parametrize("page", ["case-board", "gap-list", "carried-list"])
def test_the_number_of_queries_does_not_grow(
    cast, clerk, django_assert_max_num_queries, page
):
    parent = over(cast)
    grow(cast, parent, 1)
    with django_assert_max_num_queries(150) as small:
        text(clerk, url(page))
    for number in range(2, 6):
        grow(cast, parent, number)
    with django_assert_max_num_queries(len(small.captured_queries)):
        text(clerk, url(page))


def over(cast: Cast) -> Body:
    """A parent over the 支援会議, kept by the same two people."""
    parent = factories.body(Regime.SHIEN, unit=None, name="市全体の支援会議")
    for person, role in offices(cast):
        factories.office(person, role, parent)
        factories.commission(person, parent)
    Body.objects.filter(pk=cast.shien.pk).update(parent=parent)
    cast.shien.refresh_from_db()
    return parent


def grow(cast: Cast, parent: Body, number: int) -> None:
    case = another_case(cast, f"R8-1{number:02}")
    outcome = settled(cast, case, monitoring_on=clock.today())
    gap = gaps.raise_gap(
        actor=clerk_of(cast),
        key=key(number),
        body=cast.shien,
        item=outcome.item,
        words=GapWords("place", "居場所がない", general=number % 2 == 0),
    )
    CarryUp.objects.create(
        body=parent,
        child=cast.shien,
        occasion="sharing",
        title="居場所について",
        carried_by=cast.secretariat,
        carried_at=clock.now(),
        **({"gap": gap} if gap.general else {"source": outcome.item, "case": case}),
    )


# The register ------------------------------------------------------------------------


def test_a_gap_is_entered_followed_up_and_filtered(cast, clerk):
    free = {"key": key(1), "body": cast.shien.id, "field": "place"}
    made = clerk.post(url("gap-create"), {**free, "words": "夜の居場所がない"})
    assert made["Location"] == url("gap-list")
    closed = {"key": key(2), "field": "care", "words": "母を夜に見る人がいない"}
    made = clerk.post(url("item-gap", cast.shien_item.id), closed)
    assert made["Location"] == url("item-outcome", cast.shien_item.id)
    listed = text(clerk, url("gap-list"))
    assert "夜の居場所がない" in listed
    assert "母を夜に見る人がいない" in listed
    wrong = clerk.post(url("gap-edit", key(1)), {"state": "done", "followed": ""})
    assert wrong.status_code == 422
    clerk.post(url("gap-edit", key(1)), {"state": "done", "followed": "開設した"})
    open_ones = text(clerk, url("gap-list") + f"?state=open&body={cast.shien.id}")
    assert "夜の居場所がない" not in open_ones
    assert "母を夜に見る人がいない" in open_ones


def test_another_units_secretariat_has_its_own_register(cast, clerk, signed_in):
    clerk.post(
        url("gap-create"),
        {
            "key": key(1),
            "body": cast.shien.id,
            "field": "place",
            "words": "夜の居場所がない",
        },
    )
    stranger = signed_in(cast.stranger)
    assert "夜の居場所がない" not in text(stranger, url("gap-list"))
    assert stranger.get(url("gap-edit", key(1))).status_code == 404
    south = Body.objects.get(name="支援会議(南部)")
    taken = clerk.post(
        url("gap-create"),
        {"key": key(2), "body": south.id, "field": "place", "words": "x"},
    )
    assert taken.status_code == 422
    assert ResourceGap.objects.count() == 1


# Layers ------------------------------------------------------------------------------


def test_a_case_goes_up_is_taken_and_comes_down_again(cast, clerk):
    parent = over(cast)
    source = cast.shien_item
    made = clerk.post(
        url("item-carry-up", source.id),
        {"key": key(1), "title": "見守りの分担", "with_case": "on"},
    )
    assert made["Location"] == url("item-outcome", source.id)
    assert "受付待ち" in text(clerk, url("item-outcome", source.id))
    assert "見守りの分担" in text(clerk, url("carried-list"))
    assert "準備中の会議がありません" in text(clerk, url("carried-take", key(1)))
    sitting = factories.sitting(
        parent,
        cast.secretariat,
        state=Sitting.State.DRAFT,
        starts_at=when().starts_at,
        ends_at=when().ends_at,
    )
    taken = clerk.post(url("carried-take", key(1)), {"sitting": sitting.id})
    item = AgendaItem.objects.get(sitting=sitting)
    assert taken["Location"] == url("item-people", item.id)
    assert "上がってきた議題です" in text(clerk, url("item-outcome", item.id))
    clerk.post(url("carried-hand-down", key(1)), {"answer": "早すぎる"})
    assert "早すぎる" not in text(clerk, url("carried-list"))
    now = clock.now()
    Sitting.objects.filter(pk=sitting.pk).update(
        state=Sitting.State.CLOSED,
        starts_at=now - timedelta(hours=2),
        ends_at=now - timedelta(hours=1),
    )
    clerk.post(url("item-outcome", item.id), {"key": key(), "result": "continued"})
    clerk.post(url("carried-hand-down", key(1)), {"answer": "市で予算を検討する"})
    for page in (url("carried-list"), url("item-outcome", source.id)):
        assert "市で予算を検討する" in text(clerk, page)


def test_a_sitting_becomes_a_joint_one(cast, clerk):
    page = url("sitting-joint", cast.sitting.id)
    assert "合同開催にする" in text(clerk, page)
    made = clerk.post(page, {"body": cast.juso.id})
    assert made["Location"] == url("sitting-detail", cast.sitting.id)
    assert "合同開催: 重層的支援会議" in text(clerk, made["Location"])
    assert "合同: 重層的支援会議" in text(clerk, url("sitting-list"))
    assert "選べる会議体がありません" in text(clerk, page)


def test_the_case_page_leads_on_for_its_custodians_only(cast, clerk, signed_in):
    page = reverse("members:case-detail", args=[cast.case.id])
    way = url("case-progress", cast.case.id)
    assert way in text(clerk, page)
    assert way not in text(signed_in(cast.clinic), page)
    assert url("case-board") not in text(
        signed_in(cast.clinic), reverse("members:case-list")
    )
