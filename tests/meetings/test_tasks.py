"""Roles and pending replies: made in the room, done or back at the next meeting."""

from datetime import date
from typing import Any

import pytest

from meetings.live.protocol import Act, Reason
from meetings.live.store import apply
from meetings.models import Entry, Task
from members.access import Actor
from tests import factories
from tests.cast import Cast
from tests.meetings.live import by, name, operation

pytestmark = pytest.mark.django_db

Kind = Entry.Kind
DUE = date(2027, 1, 18)


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
        cast, clerk, kind=kind, text="受診に同行", assignee=cast.clinic.id, due_on=DUE
    )
    task = task_of()
    assert (task.person, task.organization) == (cast.clinic, cast.clinic.organization)
    assert task.entry.speaker == f"{cast.clinic.organization.name} {cast.clinic.name}"
    assert (task.entry.due_on, task.done_on) == (DUE, None)


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
    after = operation(cast.shien_item, "a", base=made["revision"], due_on=DUE)
    refused, done = apply([by(clerk, wrong), by(clerk, after)]).answers
    assert (refused["reason"], done["type"]) == (Reason.BAD_FIELD, "ack")
    task = task_of()
    assert (task.entry.text, task.entry.due_on) == ("訪問", DUE)
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
