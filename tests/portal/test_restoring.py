"""Until a restore is proved, nobody from outside gets in (R40)."""

from typing import Any

import pytest
from django.db import connection

from documents.models import Link, LinkCode
from meetings.models import CalendarFeed
from meetings.services import feeds
from members.http import SESSION_KEY, actor_of
from members.models import SignIn
from members.services import sign_ins
from portal.core import backups, clock, restoring
from portal.core.errors import UnavailableError
from portal.core.models import Restoration
from tests import factories
from tests.cast import Cast
from tests.clients import client_of
from tests.documents import gate


def test_people_from_outside_wait_until_a_restore_is_proved(cast: Cast) -> None:
    waiting = Restoration.objects.create(at=clock.now(), manifest="0" * 64)
    assert restoring.is_closed()
    with pytest.raises(UnavailableError):
        sign_ins.start(person=cast.clinic, strength=2)
    sign_ins.start(person=cast.secretariat, strength=2)

    waiting.proved_at = clock.now()
    waiting.save()
    sign_ins.start(person=cast.clinic, strength=2)


def test_with_a_restore_ends_whatever_lets_somebody_in(cast: Cast) -> None:
    """Sign-ins, links, their codes and feeds: in the commit that brings them back."""
    gate.ask(gate.enter(gate.issue(cast)))
    feeds.make_feed(actor=factories.sign_in(cast.clinic))
    client = client_of(cast.secretariat)
    sign_in = client.session[SESSION_KEY]
    assert actor_of(sign_in) is not None
    manifest = backups.Manifest(1, "", "", "", "", 0, "", [], "", "", {})
    with connection.cursor() as cursor:
        for statement in restoring._closing(manifest):
            cursor.execute(statement)
    now = clock.now()
    living: list[Any] = [SignIn, Link, LinkCode, CalendarFeed]
    for model in living:
        rows = model.objects.all()
        assert rows.exists(), model
        assert not [row for row in rows if row.ends_at is None or row.ends_at > now]
    assert actor_of(sign_in) is None
