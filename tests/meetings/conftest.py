"""An invitation that went out by mail, and the time of the answers to it."""

from datetime import UTC, datetime, timedelta

import pytest
from pytest_django.fixtures import Settings
from time_machine import TimeMachineFixture

from meetings.models import Invitation
from tests.cast import Cast
from tests.meetings.convening import convened, invitation

NOW = datetime(2026, 11, 21, 1, 0, tzinfo=UTC)


@pytest.fixture
def morning(settings: Settings, time_machine: TimeMachineFixture) -> None:
    settings.REPLY_DOMAIN = "kasane.city.mihon.example"
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def asked(morning: None, cast: Cast, time_machine: TimeMachineFixture) -> Invitation:
    """The clinic's invitation, told by mail two hours ago."""
    sitting = convened(cast, cast.clinic, cast.newcomer)
    time_machine.move_to(NOW + timedelta(hours=2), tick=False)
    return invitation(cast.clinic, sitting)
