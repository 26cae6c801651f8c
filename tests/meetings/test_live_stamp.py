"""The stamp: the database notices every change to what the decision reads."""

import importlib
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from meetings.live.authorisation import Asked, look, look_again, present_stamp
from meetings.live.protocol import Act
from meetings.live.store import apply
from meetings.models import Presence
from members.facts import Role
from members.models import Membership, SignIn
from portal.core import clock
from portal.core.models import AuditHead
from tests import cast as people
from tests import factories
from tests.cast import Cast
from tests.meetings.live import by, operation

TRIGGERS = importlib.import_module("meetings.migrations.0002_standing_stamp_triggers")


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    """The town, committed: on PostgreSQL the stamp is set at commit."""
    AuditHead.objects.get_or_create(id=1)
    return people.assemble()


def asked(cast: Cast) -> Asked:
    factories.presence(cast.clinic, cast.shien_item)
    actor = factories.sign_in(cast.clinic)
    assert actor.sign_in is not None
    return Asked(actor.sign_in.id, cast.sitting.id)


def test_every_table_that_an_answer_rests_on_is_watched(cast: Cast) -> None:
    question = asked(cast)
    with CaptureQueriesContext(connection) as queries:
        look({question})
    read = set()
    for query in queries.captured_queries:
        read |= set(re.findall(r'(?:FROM|JOIN) "(\w+)"', query["sql"]))
    assert read - TRIGGERS.WATCHED.keys() == set()


def test_an_unchanged_answer_is_given_again_and_a_changed_one_is_not(
    cast: Cast,
) -> None:
    question = asked(cast)
    first = look({question})
    with CaptureQueriesContext(connection) as queries:
        again = look_again({question}, first)
    assert len(queries) == 1
    assert again.standings[question] is first.standings[question]
    Membership.objects.filter(person=cast.clinic).update(ends_at=clock.now())
    changed = look_again({question}, again)
    assert changed.standings[question][cast.shien_item.id].follows is False


def test_a_date_that_passes_is_noticed_without_any_change(cast: Cast) -> None:
    question = asked(cast)
    soon = clock.now() + (clock.now() - cast.sitting.starts_at)
    Presence.objects.update(ends_at=soon)
    sight = look({question})
    assert sight.until <= soon


def test_a_newcomer_is_asked_about_alone(cast: Cast) -> None:
    first = asked(cast)
    sight = look({first})
    chair = factories.sign_in(cast.chair)
    assert chair.sign_in is not None
    second = Asked(chair.sign_in.id, cast.sitting.id)
    both = look_again({first, second}, sight)
    assert both.standings.keys() == {first, second}
    assert both.standings[first] is sight.standings[first]
    assert look_again({second}, both).standings.keys() == {second}


@pytest.mark.parametrize("column", ["ends_at", "strength"])
def test_an_end_or_a_change_of_a_sign_in_changes_the_stamp(
    cast: Cast, column: str
) -> None:
    actor = factories.sign_in(cast.clinic)
    before = present_stamp()
    SignIn.objects.filter(person=cast.clinic).update(seen_at=clock.now())
    assert present_stamp() == before
    values = {"ends_at": clock.now(), "strength": 1}
    SignIn.objects.filter(person=actor.person).update(**{column: values[column]})
    assert present_stamp() != before


def test_typing_does_not_change_the_stamp(cast: Cast) -> None:
    clerk = factories.sign_in(cast.secretariat)
    before = present_stamp()
    made = operation(cast.shien_item, "a", Act.CREATE, kind="decision", text="一")
    assert apply([by(clerk, made)]).answers[0]["type"] == "ack"
    assert present_stamp() == before


def test_a_writer_who_was_remembered_is_refused_once_removed(cast: Cast) -> None:
    clerk = factories.sign_in(cast.secretariat)
    item = cast.shien_item
    first = operation(item, "a", Act.CREATE, kind="decision")
    assert apply([by(clerk, first)]).answers[0]["type"] == "ack"
    Membership.objects.filter(person=cast.secretariat, role=Role.SECRETARIAT).delete()
    second = operation(item, "a", base=1, text="もう書けない")
    assert apply([by(clerk, second)]).answers[0]["type"] == "refused"
