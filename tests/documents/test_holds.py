"""Holds: each reason by itself, and what their end amounts to (R29)."""

from collections.abc import Callable

import pytest

from documents.models import PaperVersion
from documents.services import holds
from members.facts import State
from portal.core.errors import RefusedError
from portal.core.models import AuditEvent
from tests import factories
from tests.cast import Cast
from tests.papers import hand_out

Hold = PaperVersion.Hold


@pytest.fixture
def handed_out(cast: Cast) -> Callable[[PaperVersion], object]:
    """Release a version to the clinic."""
    clerk = factories.sign_in(cast.secretariat)
    return lambda version: hand_out(clerk, [version], [cast.clinic])


def states(version: PaperVersion) -> tuple[str, list[str]]:
    version.refresh_from_db()
    return version.state, version.holds


def test_a_version_is_held_as_long_as_a_reason_is_left(cast, filed):
    version = filed(cast.secretariat)
    assert states(version) == (State.DRAFT, [])
    holds.hold(version, Hold.SCAN)
    holds.hold(version, Hold.MIXUP)
    assert states(version) == (State.HELD, ["scan", "mixup"])
    holds.let_go(version, Hold.SCAN)
    assert states(version) == (State.HELD, ["mixup"])
    holds.let_go(version, Hold.MIXUP)
    assert states(version) == (State.DRAFT, [])


def test_what_an_outside_member_files_is_held_for_that(cast, filed):
    version = filed(cast.clinic)
    assert states(version) == (State.HELD, ["member"])
    holds.let_go(version, Hold.SCAN)
    assert states(version) == (State.HELD, ["member"])


def test_a_reason_is_recorded_once_without_a_word_of_the_paper(cast, filed):
    version = filed(cast.secretariat)
    for _ in range(2):
        holds.hold(version, Hold.MIXUP)
    for _ in range(2):
        holds.let_go(version, Hold.MIXUP)
    events = AuditEvent.objects.filter(subject=f"version:{version.id}").order_by("seq")
    acts = [e for e in events if e.action.startswith("documents.version.")]
    assert [(e.action, e.actor, e.detail) for e in acts] == [
        ("documents.version.hold", "", {"reason": "mixup", "state": "held"}),
        ("documents.version.let_go", "", {"reason": "mixup", "state": "draft"}),
    ]


@pytest.mark.parametrize("state", [State.RELEASED, State.RECALLED, State.REPLACED])
def test_what_left_the_desk_is_held_no_more(cast, filed, state):
    version = filed(cast.secretariat)
    PaperVersion.objects.filter(id=version.id).update(state=state)
    holds.hold(version, Hold.MIXUP)
    assert states(version) == (state, [])


def test_a_release_ends_the_wait_for_the_secretariat(cast, filed, handed_out):
    version = filed(cast.clinic)
    handed_out(version)
    assert states(version) == (State.RELEASED, [])


@pytest.mark.parametrize("reason", [Hold.SCAN, Hold.MIXUP])
def test_no_release_passes_a_check_that_is_not_done(cast, filed, handed_out, reason):
    version = filed(cast.clinic)
    holds.hold(version, reason)
    with pytest.raises(RefusedError, match="保留"):
        handed_out(version)
    assert states(version) == (State.HELD, ["member", reason])
