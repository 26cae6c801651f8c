"""Two clerks, one mail address, one moment: it becomes one person's."""

from threading import Thread

import pytest
from django.db import connection, transaction

from members.access import Actor
from members.models import Organization, Person
from members.services.people import NewPerson, enter_person
from portal.core.errors import InvalidError
from portal.core.models import AuditHead
from tests import factories
from tests.cast import Cast, assemble

ADDRESS = "minami@clinic.example"


@pytest.fixture
def town(transactional_db: None) -> Cast:
    """The cast, committed: the other clerk's thread sees it."""
    AuditHead.objects.get_or_create(id=1)
    return assemble()


def enter(
    actor: Actor, town: Cast, agency: Organization, address: str, *, shared: bool
) -> Person:
    entry = NewPerson(agency, "南 一郎", email=address, shared=shared)
    return enter_person(actor=actor, body=town.shien, entry=entry)


@pytest.mark.parametrize("shared", [False, True])
def test_an_address_that_is_being_entered_is_refused_to_the_other_clerk(
    town: Cast, shared: bool
) -> None:
    """Also where the first says that it is a mailbox of several people."""
    agencies = [factories.organization(name) for name in ("南医院", "北医院")]
    first, second = factories.sign_in(town.secretariat), factories.sign_in(town.chair)
    refused: list[str] = []

    def meanwhile() -> None:
        try:
            enter(second, town, agencies[1], ADDRESS.upper(), shared=False)
        except InvalidError as error:
            refused.append(error.field)
        finally:
            connection.close()

    other = Thread(target=meanwhile)
    with transaction.atomic():
        enter(first, town, agencies[0], ADDRESS, shared=shared)
        other.start()
        if connection.vendor == "postgresql":  # SQLite lets the other wait for the end
            other.join(10)  # whoever is not refused waits for the first one's end
    other.join()
    assert refused == ["email" if connection.vendor == "postgresql" else "shared"]
    (bearer,) = Person.objects.filter(email__iexact=ADDRESS)
    assert bearer.organization == agencies[0]
    # Nothing is held any longer: the refusal now says whose it is.
    with pytest.raises(InvalidError) as told:
        enter(second, town, agencies[1], ADDRESS, shared=False)
    assert told.value.field == "shared"
