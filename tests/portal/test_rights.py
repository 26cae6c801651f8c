"""The role that serves cannot change what the audit trail says."""

import pytest
from django.db import ProgrammingError, connection, transaction
from pytest_django.fixtures import Settings

from portal.core import audit, rights
from portal.core.models import AuditEvent, AuditHead

pytestmark = [pytest.mark.server, pytest.mark.django_db]


@pytest.fixture
def limited(settings: Settings) -> None:
    """This test's own role, limited as the one that serves."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        (settings.DATABASE_ROLE,) = cursor.fetchone()
    rights.give()


@pytest.mark.parametrize(
    "act",
    [
        "UPDATE core_auditevent SET action = 'nothing'",
        "DELETE FROM core_auditevent",
        "TRUNCATE core_auditevent",
        "UPDATE core_signedhead SET digest = ''",
        "DELETE FROM core_signedhead",
    ],
)
def test_postgresql_refuses_to_change_the_trail(limited: None, act: str) -> None:
    with transaction.atomic():
        audit.record("tests.act", actor=None)
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(act)
    assert AuditEvent.objects.filter(action="tests.act").exists()


def test_everything_else_goes_on(limited: None) -> None:
    before = AuditHead.objects.get(id=1).seq
    with transaction.atomic():
        audit.record("tests.act", actor=None)
    assert AuditHead.objects.get(id=1).seq == before + 1
    with connection.cursor() as cursor:
        cursor.execute("UPDATE core_signedhead SET dropped_at = now()")
