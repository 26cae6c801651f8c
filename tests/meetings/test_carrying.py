"""持ち越しと報告: what the next agenda takes over from the last."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from django.urls import reverse

from documents.models import Paper, PaperVersion, Release
from documents.services import releases
from meetings.models import AgendaItem, Entry, Sitting
from meetings.selectors import carrying as selectors
from meetings.services import agenda, carrying, room
from meetings.services.carrying import Mode
from members.facts import State
from members.models import Membership, Recusal, Seat
from portal.core import clock
from portal.core.errors import HiddenError, InvalidError, RefusedError
from portal.core.models import AuditEvent
from tests import factories
from tests.cast import Cast
from tests.conftest import SignIn
from tests.meetings.convening import clerk, draft, head, key
from tests.papers import Filed

ItemState = AgendaItem.State
OUTSIDERS = ["clinic", "newcomer", "stranger", "recused", "administrator", "auditor"]


def url(name: str, *args: object) -> str:
    return reverse(f"meetings:{name}", args=args)


def over(cast: Cast, state: str = Sitting.State.CLOSED) -> Sitting:
    """The cast's sitting, once it is over; nobody got to its items."""
    Sitting.objects.filter(pk=cast.sitting.pk).update(state=state)
    cast.sitting.refresh_from_db()
    return cast.sitting


def carry(
    cast: Cast, item: AgendaItem, to: Sitting, mode: Mode = Mode.MOVE, number: int = 50
) -> AgendaItem:
    item = AgendaItem.objects.select_related("sitting").get(pk=item.pk)
    return carrying.carry_over(
        actor=clerk(cast), key=key(number), item=item, to_sitting=to, mode=mode
    )


def state_of(item: AgendaItem) -> str:
    return AgendaItem.objects.get(pk=item.pk).state


# Carrying over ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "state", [Sitting.State.CLOSED, Sitting.State.CANCELLED, Sitting.State.CONVENED]
)
def test_an_unfinished_item_goes_on_with_its_words(cast: Cast, state: str) -> None:
    over(cast, state)
    old = cast.shien_item
    AgendaItem.objects.filter(pk=old.pk).update(points="見守り", minutes_allotted=25)
    old.about.set(old.about.all()[:1])
    new = carry(cast, old, to := draft(cast))
    assert (new.sitting, new.carried_from) == (to, old)
    assert (new.case, new.body, new.regime) == (old.case, old.body, old.regime)
    assert (new.title, new.points, new.minutes_allotted) == (old.title, "見守り", 25)
    assert list(new.about.all()) == list(old.about.all())
    assert state_of(old) == ItemState.CARRIED
    event = AuditEvent.objects.get(action="meetings.item.carry")
    assert event.item == str(old.id)


def test_people_are_selected_anew(cast: Cast) -> None:
    over(cast)
    new = carry(cast, cast.shien_item, draft(cast))
    seated = set(Seat.objects.filter(item_id=new.id).values_list("person", flat=True))
    assert seated == {cast.chair.id, cast.secretariat.id}
    assert Seat.objects.filter(item_id=cast.shien_item.id, person=cast.clinic).exists()


def test_papers_go_on_as_drafts_and_what_was_released_ends(
    cast: Cast, released: Filed
) -> None:
    version = released(cast.clinic)
    over(cast)
    new = carry(cast, cast.shien_item, draft(cast))
    paper = Paper.objects.get(item_id=new.id)
    assert paper.source == version
    assert paper.versions.get().state == State.DRAFT
    assert not Release.objects.filter(version__paper=paper).exists()
    assert not [r for r in version.releases.all() if r.span.holds(clock.now())]
    assert Paper.objects.filter(item_id=cast.shien_item.id).count() == 1


def test_a_restricted_paper_keeps_its_readers_and_whom_it_is_about(
    cast: Cast, filed: Filed
) -> None:
    """R23, R28: on the next agenda it opens to nobody whom it was closed to."""
    source = filed().paper
    source.restricted = True
    source.save()
    source.readers.set([cast.secretariat])
    cast.shien_item.about.set(cast.shien_item.about.all()[:1])
    over(cast)
    new = carry(cast, cast.shien_item, draft(cast))
    paper = Paper.objects.get(item_id=new.id)
    assert paper.restricted
    assert list(paper.readers.all()) == [cast.secretariat]
    assert set(paper.about.all()) == set(source.about.all())
    assert paper.about.count() > new.about.count()


def test_tax_information_stays_behind_without_consent(cast: Cast, filed: Filed) -> None:
    filed(tax_information=True)
    over(cast)
    new = carry(cast, cast.shien_item, draft(cast))
    assert not Paper.objects.filter(item_id=new.id).exists()


def test_the_record_stays_readable_where_it_was_made(
    cast: Cast, released: Filed
) -> None:
    record = released(cast.clinic)
    Paper.objects.filter(pk=record.paper_id).update(kind=Paper.Kind.MINUTES)
    over(cast)
    carry(cast, cast.shien_item, draft(cast))
    assert [r for r in record.releases.all() if r.span.holds(clock.now())]
    assert PaperVersion.objects.count() == 1


def test_an_item_that_was_talked_about_keeps_its_state_for_its_record(
    cast: Cast,
) -> None:
    over(cast)
    AgendaItem.objects.filter(pk=cast.shien_item.pk).update(state=ItemState.CLOSED)
    carry(cast, cast.shien_item, draft(cast))
    assert state_of(cast.shien_item) == ItemState.CLOSED


def test_a_copy_takes_the_words_alone(cast: Cast, released: Filed) -> None:
    version = released(cast.clinic)
    over(cast)
    new = carry(cast, cast.shien_item, draft(cast), Mode.COPY)
    assert new.title == cast.shien_item.title
    assert new.carried_from is None
    assert state_of(cast.shien_item) == ItemState.PENDING
    assert not Paper.objects.filter(item_id=new.id).exists()
    assert version.releases.get().span.holds(clock.now())


@pytest.mark.parametrize("mode", Mode)
def test_sent_twice_it_is_one_item(cast: Cast, mode: Mode) -> None:
    over(cast)
    to = draft(cast)
    first = carry(cast, cast.shien_item, to, mode)
    assert carry(cast, cast.shien_item, to, mode) == first
    assert to.items.count() == 1


def test_two_tabs_carry_it_once(cast: Cast) -> None:
    over(cast)
    to = draft(cast)
    first = carry(cast, cast.shien_item, to)
    assert carry(cast, cast.shien_item, to, number=51) == first
    with pytest.raises(RefusedError, match="もうほかの会議に"):
        carry(cast, cast.shien_item, draft(cast, 2), number=52)


def test_nothing_leaves_a_meeting_that_is_still_to_come(cast: Cast) -> None:
    Sitting.objects.filter(pk=cast.sitting.pk).update(
        starts_at=clock.now() + timedelta(hours=1)
    )
    with pytest.raises(RefusedError, match="会議が始まってから"):
        carry(cast, cast.shien_item, draft(cast))
    assert state_of(cast.shien_item) == ItemState.PENDING


def test_an_item_under_discussion_is_closed_first(cast: Cast) -> None:
    AgendaItem.objects.filter(pk=cast.shien_item.pk).update(state=ItemState.OPEN)
    with pytest.raises(RefusedError, match="終えてから"):
        carry(cast, cast.shien_item, draft(cast))


def test_an_item_that_went_on_is_not_opened_any_more(cast: Cast) -> None:
    carry(cast, cast.shien_item, draft(cast))
    with pytest.raises(RefusedError, match="次回へ持ち越し"):
        room.open_item(actor=clerk(cast), item=cast.shien_item)


def test_only_drafts_of_the_same_body_take_items(cast: Cast) -> None:
    over(cast)
    other = factories.sitting(cast.juso, cast.secretariat, state=Sitting.State.DRAFT)
    with pytest.raises(InvalidError, match="同じ会議体"):
        carry(cast, cast.shien_item, other)
    called = draft(cast)
    Sitting.objects.filter(pk=called.pk).update(state=Sitting.State.SUBMITTED)
    with pytest.raises(RefusedError):
        carry(cast, cast.shien_item, called)
    assert not AgendaItem.objects.filter(carried_from=cast.shien_item).exists()


@pytest.mark.parametrize("name", OUTSIDERS)
@pytest.mark.parametrize("mode", Mode)
def test_nobody_else_carries_over(cast: Cast, name: str, mode: Mode) -> None:
    over(cast)
    to = draft(cast)
    with pytest.raises(HiddenError):
        carrying.carry_over(
            actor=factories.sign_in(getattr(cast, name)),
            key=key(50),
            item=cast.shien_item,
            to_sitting=to,
            mode=mode,
        )
    assert to.items.count() == 0


def test_taken_off_again_it_waits_where_it_came_from(cast: Cast) -> None:
    over(cast)
    new = carry(cast, cast.shien_item, to := draft(cast))
    agenda.remove_item(actor=clerk(cast), item=new)
    assert state_of(cast.shien_item) == ItemState.PENDING
    assert carry(cast, cast.shien_item, to, number=51).carried_from == cast.shien_item


def test_a_paper_is_recalled_before_its_item_goes(cast: Cast, filed: Filed) -> None:
    filed()
    over(cast)
    new = carry(cast, cast.shien_item, draft(cast))
    with pytest.raises(RefusedError, match="先に取り下げ"):
        agenda.remove_item(actor=clerk(cast), item=new)
    copy = PaperVersion.objects.get(paper__item_id=new.id)
    releases.recall_version(actor=clerk(cast), version=copy)
    agenda.remove_item(actor=clerk(cast), item=new)
    assert state_of(cast.shien_item) == ItemState.PENDING


# What a draft is offered --------------------------------------------------------------


def offered(cast: Cast, sitting: Sitting) -> selectors.Proposals:
    return selectors.proposals(clerk(cast), sitting)


def left(cast: Cast, sitting: Sitting) -> list[AgendaItem]:
    return [row.item for row in offered(cast, sitting).unfinished]


def test_a_draft_is_offered_what_the_last_sitting_left(cast: Cast) -> None:
    over(cast)
    to = draft(cast)
    assert left(cast, to) == [cast.shien_item, cast.juso_item]
    carry(cast, cast.shien_item, to)
    assert left(cast, to) == [cast.juso_item]


def test_what_was_called_off_after_the_last_sitting_is_offered_too(cast: Cast) -> None:
    over(cast)
    AgendaItem.objects.update(state=ItemState.CLOSED)
    off = factories.sitting(
        cast.shien,
        cast.secretariat,
        state=Sitting.State.CANCELLED,
        starts_at=clock.now() + timedelta(days=3),
        ends_at=clock.now() + timedelta(days=3, hours=2),
    )
    waiting = factories.item(off, cast.case, cast.shien)
    assert left(cast, draft(cast)) == [waiting]


def test_what_is_long_past_is_not_offered(cast: Cast) -> None:
    over(cast)
    long_ago = clock.now() - timedelta(days=60)
    old = factories.sitting(
        cast.shien,
        cast.secretariat,
        state=Sitting.State.CLOSED,
        starts_at=long_ago,
        ends_at=long_ago + timedelta(hours=2),
    )
    factories.item(old, cast.case, cast.shien)
    assert left(cast, draft(cast)) == [cast.shien_item, cast.juso_item]


def test_items_that_the_clerk_may_not_see_are_not_offered(cast: Cast) -> None:
    over(cast)
    Recusal.objects.create(
        person=cast.secretariat,
        item_id=cast.shien_item.id,
        starts_at=factories.LONG_AGO,
        entered_by=cast.chair,
    )
    assert left(cast, draft(cast)) == [cast.juso_item]


def test_withdrawn_consent_closes_what_would_be_reported(cast: Cast) -> None:
    to = decided(cast)
    noted(cast, cast.juso_item, Entry.Kind.DECISION, "訪問する。")
    assert len(offered(cast, to).reports) == 2
    for member in cast.case.household.all():
        member.consents.update(withdrawn_at=clock.now())
    assert [row.item for row in offered(cast, to).reports] == [cast.shien_item]


def test_the_clerk_carries_over_with_one_press(cast: Cast, signed_in: SignIn) -> None:
    over(cast)
    to, client = draft(cast), signed_in(cast.secretariat)
    page = client.get(url("sitting-detail", to.id)).content.decode()
    assert "前回から持ち越す" in page
    form = {"key": key(60), "to": to.id, "mode": "move"}
    answer = client.post(url("item-carry", cast.shien_item.id), form)
    assert answer["Location"] == url("item-people", to.items.get().id)
    again = client.post(url("item-carry", cast.shien_item.id), form)
    assert again["Location"] == answer["Location"]


def test_the_end_of_a_sitting_offers_the_next(cast: Cast, signed_in: SignIn) -> None:
    over(cast)
    client, address = signed_in(cast.secretariat), url("item-carry", cast.shien_item.id)
    assert (
        address in client.get(url("sitting-detail", cast.sitting.id)).content.decode()
    )
    assert "持ち越す先の会議がありません" in client.get(address).content.decode()
    to = draft(cast)
    assert f"第{to.number}回" in client.get(address).content.decode()


# Reports ------------------------------------------------------------------------------


def noted(
    cast: Cast, item: AgendaItem, kind: str, text: str, due_on: date | None = None
) -> Entry:
    now = clock.now()
    return Entry.objects.create(
        item=item,
        order=item.entries.count() + 1,
        kind=kind,
        text=text,
        speaker="見本こころのクリニック" if kind == Entry.Kind.TASK else "",
        due_on=due_on,
        revision=1,
        created_by=cast.secretariat,
        created_at=now,
        changed_at=now,
    )


def decided(cast: Cast) -> Sitting:
    """The cast's sitting, over, with a decision and a task; and the next draft."""
    AgendaItem.objects.update(state=ItemState.CLOSED)
    over(cast)
    noted(cast, cast.shien_item, Entry.Kind.DECISION, "月2回\n訪問する。")
    noted(cast, cast.shien_item, Entry.Kind.TASK, "受診に同行", date(2026, 12, 18))
    noted(cast, cast.shien_item, Entry.Kind.DISCUSSION, "費用の話")
    return draft(cast)


def report(cast: Cast, sitting: Sitting) -> list[AgendaItem]:
    return carrying.add_reports(actor=clerk(cast), sitting=sitting)


def test_decisions_and_tasks_come_back_as_a_report(cast: Cast) -> None:
    to = decided(cast)
    (found,) = offered(cast, to).reports
    assert (found.item, found.decisions, found.tasks) == (cast.shien_item, 1, 1)
    (item,) = report(cast, to)
    assert (item.kind, item.reports_on) == (AgendaItem.Kind.REPORT, cast.shien_item)
    assert (item.case, item.regime) == (cast.case, cast.shien_item.regime)
    assert item.points.splitlines() == [
        "決定: 月2回 訪問する。",
        "役割分担: 受診に同行(見本こころのクリニック) 令和8年12月18日(金)まで",
    ]


def test_a_repeat_adds_no_second_report(cast: Cast) -> None:
    to = decided(cast)
    assert len(report(cast, to)) == 1
    assert report(cast, to) == []
    assert offered(cast, to).reports == []


def test_the_report_keeps_the_seats_of_those_still_selected(cast: Cast) -> None:
    to = decided(cast)
    (item,) = report(cast, to)
    seats = Seat.objects.filter(item_id=item.id, ends_at=None)
    seated = set(seats.values_list("person", flat=True))
    staying = {cast.chair, cast.secretariat, cast.clinic, cast.newcomer}
    assert seated == {person.id for person in staying}
    assert seats.get(person=cast.clinic).signatory


def test_whose_selection_ended_gets_no_seat(cast: Cast) -> None:
    to = decided(cast)
    Membership.objects.filter(person=cast.clinic).update(ends_at=clock.now())
    (item,) = report(cast, to)
    assert not Seat.objects.filter(item_id=item.id, person=cast.clinic).exists()


def test_deleted_and_empty_entries_make_no_report(cast: Cast) -> None:
    to = decided(cast)
    Entry.objects.update(text="")
    assert offered(cast, to).reports == []
    Entry.objects.update(text="訪問する。", deleted=True)
    assert report(cast, to) == []


@pytest.mark.parametrize("name", OUTSIDERS)
def test_nobody_else_adds_reports(cast: Cast, name: str) -> None:
    to = decided(cast)
    with pytest.raises(HiddenError):
        carrying.add_reports(actor=factories.sign_in(getattr(cast, name)), sitting=to)
    assert to.items.count() == 0


def test_a_chair_who_is_kept_away_adds_no_report_of_the_case(cast: Cast) -> None:
    to = decided(cast)
    Recusal.objects.create(
        person=cast.chair,
        case=cast.case,
        starts_at=factories.LONG_AGO,
        entered_by=cast.secretariat,
    )
    assert carrying.add_reports(actor=head(cast), sitting=to) == []


def test_reports_wait_for_no_agenda_that_went_out(cast: Cast) -> None:
    to = decided(cast)
    Sitting.objects.filter(pk=to.pk).update(state=Sitting.State.CONVENED)
    with pytest.raises(RefusedError):
        report(cast, to)


def test_the_clerk_accepts_with_one_press(cast: Cast, signed_in: SignIn) -> None:
    to, client = decided(cast), signed_in(cast.secretariat)
    page = client.get(url("sitting-detail", to.id)).content.decode()
    assert "決定1件" in page
    assert "月2回" not in page
    client.post(url("report-add", to.id))
    page = client.get(url("sitting-detail", to.id)).content.decode()
    assert "決定: 月2回 訪問する。" in page
    assert "前回の決定・役割の報告" not in page


def test_what_was_looked_at_is_on_the_trail(cast: Cast, signed_in: SignIn) -> None:
    to = decided(cast)
    signed_in(cast.secretariat).get(url("sitting-detail", to.id))
    event = AuditEvent.objects.filter(action="meetings.agenda.read").latest("seq")
    assert UUID(str(event.detail["items"])) == cast.shien_item.id


def test_the_offer_costs_no_more_queries_for_more_items(
    cast: Cast, signed_in: SignIn, django_assert_max_num_queries
) -> None:
    to = decided(cast)
    client, address = signed_in(cast.secretariat), url("sitting-detail", to.id)
    with django_assert_max_num_queries(150) as small:
        client.get(address)
    for _more in range(6):
        item = factories.item(cast.sitting, cast.case, cast.shien)
        noted(cast, item, Entry.Kind.DECISION, "続ける。")
    with django_assert_max_num_queries(len(small.captured_queries)):
        client.get(address)
