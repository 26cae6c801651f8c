"""Until a restore is proved, nobody from outside gets in (R40)."""

import pytest

from members.services import sign_ins
from portal.core import clock, restoring
from portal.core.errors import UnavailableError
from portal.core.models import Restoration
from tests.cast import Cast


def test_people_from_outside_wait_until_a_restore_is_proved(cast: Cast) -> None:
    waiting = Restoration.objects.create(at=clock.now(), manifest="0" * 64)
    assert restoring.is_closed()
    with pytest.raises(UnavailableError):
        sign_ins.start(person=cast.clinic, strength=2)
    sign_ins.start(person=cast.secretariat, strength=2)

    waiting.proved_at = clock.now()
    waiting.save()
    sign_ins.start(person=cast.clinic, strength=2)
