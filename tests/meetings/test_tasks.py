"""Roles and pending replies: made in the room, done or back at the next meeting."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from meetings.live.protocol import Act, Reason
from meetings.live.store import apply
from meetings.models import AgendaItem, Entry, Sitting, Task
from meetings.selectors import tasks as selectors
from meetings.services import carrying
from meetings.services import tasks as services
from meetings.services.tasks import Said
from members.access import Actor
from members.facts import Role
from members.models import Consent, Person, Recusal, Seat
from portal.core import clock
from portal.core.errors import HiddenError, InvalidError, RefusedError
from portal.core.models import AuditEvent
from tests import factories
from tests.cast import Cast
from tests.meetings.convening import draft, key, offices
from tests.meetings.live import by, name, operation, snapshot

pytestmark = pytest.mark.django_db

Kind = Entry.Kind


def due() -> date:
    return clock.today() + timedelta(days=60)


@pytest.fixture
def clerk(cast: Cast) -> Actor:
    return factories.sign_in(cast.secretariat)


def write(
    cast: Cast, actor: Actor, act: Act = Act.CREATE, base: int = 0, **fields: Any
) -> dict[str, Any]:
    made = operation(cast.shien_item, "a", act, base=base, **fields)
    return apply([by(actor, made)]).answers[0]


def task_of(entry: str = "a") -> Task:
    return Task.objects.get(entry=name(entry))


# In the room --------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [Kind.TASK, Kind.PENDING])
def test_a_task_belongs_to_a_person_of_the_roster(cast, clerk, kind):
    write(
        cast, clerk, kind=kind, text="受診に同行", assignee=cast.clinic.id, due_on=due()
    )
    task = task_of()
    assert (task.person, task.organization) == (cast.clinic, cast.clinic.organization)
    assert task.entry.speaker == f"{cast.clinic.organization.name} {cast.clinic.name}"
    assert (task.entry.due_on, task.done_on) == (due(), None)


def test_a_task_can_belong_to_an_agency_or_to_words_alone(cast, clerk):
    agency = cast.clinic.organization
    made = write(cast, clerk, kind=Kind.TASK, text="見守り", assignee=agency.id)
    assert (task_of().organization, task_of().person) == (agency, None)
    assert task_of().entry.speaker == agency.name
    write(cast, clerk, Act.CHANGE, made["revision"], speaker="町会", assignee=None)
    assert (task_of().organization, task_of().entry.speaker) == (None, "町会")


def test_words_of_a_task_change_and_its_holder_stays(cast, clerk):
    made = write(cast, clerk, kind=Kind.TASK, assignee=cast.clinic.id)
    write(cast, clerk, Act.CHANGE, made["revision"], text="月2回、訪問する")
    assert task_of().person == cast.clinic


@pytest.mark.parametrize("persona", ["stranger", "colleague", "leaver"])
def test_nobody_outside_the_roster_gets_a_task(cast, clerk, persona):
    """A refusal leaves no entry, and says nothing of who there is."""
    person = getattr(cast, persona)
    for assignee in (person.id, name("nobody")):
        answer = write(cast, clerk, kind=Kind.TASK, assignee=assignee)
        assert (answer["type"], answer["reason"]) == ("refused", Reason.BAD_FIELD)
    assert not Entry.objects.filter(id=name("a")).exists()


def test_a_refused_holder_changes_nothing_of_the_entry(cast, clerk):
    made = write(cast, clerk, kind=Kind.TASK, text="訪問", assignee=cast.clinic.id)
    wrong = operation(
        cast.shien_item,
        "a",
        base=made["revision"],
        text="別の文",
        assignee=cast.stranger.id,
    )
    after = operation(cast.shien_item, "a", base=made["revision"], due_on=due())
    refused, done = apply([by(clerk, wrong), by(clerk, after)]).answers
    assert (refused["reason"], done["type"]) == (Reason.BAD_FIELD, "ack")
    task = task_of()
    assert (task.entry.text, task.entry.due_on) == ("訪問", due())
    assert task.person == cast.clinic


def test_only_tasks_have_a_holder(cast, clerk):
    answer = write(cast, clerk, kind=Kind.DECISION, assignee=cast.clinic.id)
    assert answer["reason"] == Reason.BAD_FIELD
    made = write(cast, clerk, kind=Kind.TASK, assignee=cast.clinic.id)
    write(cast, clerk, Act.CHANGE, made["revision"], kind=Kind.DECISION)
    assert not Task.objects.exists()


def test_a_repeated_operation_makes_one_task(cast, clerk):
    first = write(cast, clerk, kind=Kind.PENDING, assignee=cast.clinic.id)
    assert write(cast, clerk, kind=Kind.PENDING, assignee=cast.clinic.id) == first
    assert Task.objects.count() == 1


# After the room -----------------------------------------------------------------------

NOTE = "主治医と話しました。"


@pytest.fixture
def earlier(cast: Cast) -> AgendaItem:
    """Last month's item about the same case, under the same law."""
    start = clock.now() - timedelta(days=30)
    sitting = factories.sitting(
        cast.shien,
        cast.secretariat,
        starts_at=start,
        ends_at=start + timedelta(hours=2),
        state=Sitting.State.CLOSED,
    )
    item = factories.item(sitting, cast.case, cast.shien)
    seated = {**dict(offices(cast)), cast.clinic: Role.EXTERNAL}
    for person, role in seated.items():
        factories.seat(person, item, role)
    return item


@pytest.fixture
def task(cast: Cast, earlier: AgendaItem) -> Task:
    return factories.task(earlier, cast.secretariat, cast.clinic, due_on=due())


def seat_colleague(cast: Cast, item: AgendaItem) -> Actor:
    factories.membership(cast.colleague, cast.case, Role.EXTERNAL)
    factories.seat(cast.colleague, item, Role.EXTERNAL)
    return factories.sign_in(cast.colleague)


@pytest.mark.parametrize("persona", ["clinic", "secretariat", "chair"])
def test_holder_and_custodians_say_what_has_become_of_it(cast, task, persona):
    actor = factories.sign_in(getattr(cast, persona))
    services.finish(actor=actor, task=task, note=NOTE)
    task.refresh_from_db()
    assert (task.done_by, task.done_on, task.note) == (
        actor.person,
        clock.today(),
        NOTE,
    )
    services.finish(actor=actor, task=task, note="二度目")
    with pytest.raises(InvalidError):
        services.reopen(actor=actor, task=task, note=" ")
    services.reopen(actor=actor, task=task, note="書類が足りなかった")
    task.refresh_from_db()
    assert (task.done_on, task.note) == (None, "書類が足りなかった")
    acts = AuditEvent.objects.filter(action__startswith="meetings.task.")
    assert list(acts.order_by("pk").values_list("action", flat=True)) == [
        "meetings.task.done",
        "meetings.task.reopen",
    ]
    assert all(NOTE not in str(event.detail) for event in acts)


def test_the_holders_agency_may_say_so_where_it_sits_on_the_item(cast, earlier, task):
    outside = factories.sign_in(cast.colleague)
    with pytest.raises(HiddenError):
        services.finish(actor=outside, task=task)
    services.finish(actor=seat_colleague(cast, earlier), task=task)
    task.refresh_from_db()
    assert task.done_by == cast.colleague


def refuse_all(cast: Cast, task: Task, persona: str, client: Client) -> None:
    actor = factories.sign_in(getattr(cast, persona))
    with pytest.raises(HiddenError):
        services.finish(actor=actor, task=task)
    with pytest.raises(HiddenError):
        services.reopen(actor=actor, task=task, note="x")
    assert selectors.own_open(actor) == [] or "受診に同行" not in home(client)
    page = client.get(reverse("meetings:task-detail", args=[task.pk]))
    assert page.status_code == 404


def home(client: Client) -> str:
    return client.get(reverse("meetings:home")).content.decode()


@pytest.mark.parametrize(
    "persona",
    ["newcomer", "leaver", "colleague", "stranger", "recused", "auditor"],
)
def test_nobody_else_sees_or_settles_a_task(cast, task, signed_in, persona):
    refuse_all(cast, task, persona, signed_in(getattr(cast, persona)))


def test_a_removed_holder_sees_nothing_of_it(cast, earlier, task, signed_in):
    Seat.objects.filter(person=cast.clinic, item_id=earlier.id).update(
        ends_at=clock.now()
    )
    refuse_all(cast, task, "clinic", signed_in(cast.clinic))


def test_a_recused_holder_sees_nothing_of_it(cast, task, signed_in):
    Recusal.objects.filter(person=cast.recused).update(person=cast.clinic)
    refuse_all(cast, task, "clinic", signed_in(cast.clinic))


def test_withdrawn_consent_freezes_it_for_everybody(cast, earlier, task):
    """R20, R24: also for those who keep the case."""
    AgendaItem.objects.filter(pk=earlier.pk).update(body=cast.juso, law="juso")
    earlier.about.set(cast.case.household.all())
    services.finish(actor=factories.sign_in(cast.clinic), task=task)
    Consent.objects.update(withdrawn_at=clock.now())
    for person in (cast.clinic, cast.secretariat):
        with pytest.raises(HiddenError):
            services.reopen(actor=factories.sign_in(person), task=task, note="x")


def test_home_shows_ones_own_overdue_first(cast, earlier, task, signed_in):
    late = clock.today() - timedelta(days=1)
    factories.task(
        earlier, cast.secretariat, cast.clinic, text="住まいを探す", due_on=late
    )
    own = Entry.objects.create(
        item=earlier,
        kind=Kind.PENDING,
        text="所属の考えを返事する",
        order=3,
        revision=3,
        created_by=cast.secretariat,
        created_at=clock.now(),
        changed_at=clock.now(),
    )
    Task.objects.create(entry=own, organization=cast.clinic.organization)
    done = factories.task(earlier, cast.secretariat, cast.clinic, text="済んだこと")
    services.finish(actor=factories.sign_in(cast.clinic), task=done)
    page = home(signed_in(cast.clinic))
    order = ["住まいを探す", "受診に同行する", "所属の考えを返事する"]
    places = [page.index(words) for words in order]
    assert places == sorted(places)
    assert page.count("期限を過ぎています") == 1
    assert "済んだこと" not in page
    assert "住まいを探す" not in home(signed_in(cast.secretariat))


def test_whom_only_words_name_is_asked_after_by_the_secretariat(
    cast, earlier, signed_in
):
    task = factories.task(
        earlier, cast.secretariat, text="鍵を預かる", speaker="隣の方"
    )
    page = home(signed_in(cast.secretariat))
    assert "事務局が確かめる役割" in page
    assert page.index("鍵を預かる") < page.index("隣の方")
    for person in (cast.clinic, cast.chair, cast.stranger):
        assert "鍵を預かる" not in home(signed_in(person))
    services.finish(actor=factories.sign_in(cast.secretariat), task=task)
    assert "鍵を預かる" not in home(signed_in(cast.secretariat))


def test_the_page_of_a_task_settles_it(cast, task, signed_in):
    client = signed_in(cast.clinic)
    page = reverse("meetings:task-detail", args=[task.pk])
    assert "受診に同行する" in client.get(page).content.decode()
    assert client.post(page, {"note": NOTE}).status_code == 422
    assert client.post(page, {"done": "yes", "note": NOTE}).status_code == 302
    assert "まだ済んでいないことにする" in client.get(page).content.decode()
    assert client.post(page, {"done": "no"}).status_code == 422


# Back at the next meeting -------------------------------------------------------------


def left(cast: Cast, person: Person) -> list[str]:
    found = selectors.homework(
        factories.sign_in(person), cast.shien_item.id, clock.today()
    )
    return [line.task.entry.text for line in found.lines]


def test_what_is_open_comes_back_by_itself(cast, task):
    assert left(cast, cast.secretariat) == ["受診に同行する。"]
    factories.presence(cast.clinic, cast.shien_item)
    assert left(cast, cast.clinic) == ["受診に同行する。"]
    services.finish(actor=factories.sign_in(cast.clinic), task=task)
    assert left(cast, cast.secretariat) == []


def test_it_comes_back_to_those_only_who_had_it_then(cast, task):
    """P4: a seat on this item opens nothing of an earlier one."""
    seat_colleague(cast, cast.shien_item)
    factories.presence(cast.colleague, cast.shien_item)
    assert left(cast, cast.colleague) == []


def test_nothing_comes_back_under_another_law(cast, earlier, task):
    AgendaItem.objects.filter(pk=earlier.pk).update(body=cast.juso, law="juso")
    assert left(cast, cast.secretariat) == []


@pytest.mark.parametrize("persona", ["clinic", "newcomer", "stranger", "recused"])
def test_outside_the_room_there_is_no_list(cast, task, persona):
    with pytest.raises(HiddenError):
        left(cast, getattr(cast, persona))


def test_a_guest_gets_no_list_and_no_word_of_it(cast, earlier, task):
    """R16, P4: a guest has the outcome pane, not what earlier meetings left."""
    for item in (earlier, cast.shien_item):
        factories.seat(cast.colleague, item, Role.GUEST)
        factories.presence(cast.colleague, item)
    guest = factories.sign_in(cast.colleague)
    try:
        lines = selectors.homework(guest, cast.shien_item.id, clock.today()).lines
    except HiddenError:
        lines = []
    assert lines == []
    hear(cast, Said(done=True, note=NOTE))
    shown = snapshot(cast.shien_item, guest.id, outcome_only=True)["entries"]
    assert shown == []
    with pytest.raises(HiddenError):
        services.finish(actor=guest, task=task)


def hear(cast: Cast, said: Said, number: int = 1, actor: Actor | None = None) -> None:
    services.hear(
        actor=actor or factories.sign_in(cast.secretariat),
        key=key(number),
        item=cast.shien_item,
        task_id=Task.objects.order_by("entry__created_at")[0].pk,
        said=said,
    )


def test_done_is_said_in_the_course_of_this_meeting(cast, task):
    actor = factories.sign_in(cast.secretariat)
    for _twice in range(2):
        hear(cast, Said(done=True, note=NOTE), actor=actor)
    (entry,) = Entry.objects.filter(item=cast.shien_item)
    assert entry.kind == Kind.DISCUSSION
    assert entry.text == f"前回の役割分担「受診に同行する。」は済み。{NOTE}"
    task.refresh_from_db()
    assert (task.done_on, task.done_by) == (clock.today(), cast.secretariat)
    with pytest.raises(RefusedError):
        hear(cast, Said(done=True), number=2)


def test_what_goes_on_becomes_an_outcome_of_this_meeting(cast, task):
    later = clock.today() + timedelta(days=60)
    hear(cast, Said(done=False, note="次は1月", due_on=later))
    task.refresh_from_db()
    new = task.continued
    assert new is not None
    assert (new.item, new.kind, new.due_on) == (cast.shien_item, Kind.TASK, later)
    assert new.text == "受診に同行する。\n次は1月"
    assert new.task.person == cast.clinic
    assert left(cast, cast.secretariat) == []
    assert [t.entry_id for t in selectors.own_open(factories.sign_in(cast.clinic))] == [
        new.id
    ]
    Entry.objects.filter(pk=new.pk).update(deleted=True)
    assert left(cast, cast.secretariat) == ["受診に同行する。"]


def test_who_does_not_write_this_item_hears_nothing_for_it(cast, task):
    factories.presence(cast.clinic, cast.shien_item)
    with pytest.raises(HiddenError):
        hear(cast, Said(done=True), actor=factories.sign_in(cast.clinic))
    task.refresh_from_db()
    assert task.done_on is None


def test_the_list_is_a_page_and_a_form(cast, task, signed_in):
    client = signed_in(cast.secretariat)
    page = reverse("meetings:item-homework", args=[cast.shien_item.id])
    assert "受診に同行する" in client.get(page).content.decode()
    sent = {"key": key(), "task": task.pk, "act": "done", "note": NOTE}
    assert client.post(page, sent)["Location"] == page
    assert "すべて済んでいます" in client.get(page).content.decode()
    assert client.post(page, {**sent, "key": key(2)}).status_code == 422


def test_a_report_on_the_next_agenda_says_what_is_done(cast, earlier, task):
    services.finish(actor=factories.sign_in(cast.clinic), task=task)
    actor = factories.sign_in(cast.secretariat)
    (report,) = carrying.add_reports(actor=actor, sitting=draft(cast))
    assert report.points.startswith("役割分担(済み): 受診に同行する。")
