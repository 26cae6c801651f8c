"""The register as the tables are now, and what a version's home case is known by."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import starmap
from threading import Lock
from uuid import UUID

from django.db.models import QuerySet

from documents.mixups.folding import address_key, halves, name_key, phone_key
from documents.mixups.register import Register, Row, keys_of
from documents.mixups.weighing import Known
from members.filters import holding_at
from members.models import Case, HouseholdMember, Membership, Organization, Person
from portal.core import clock

_COLUMNS = ("id", "case_id", "name", "kana", "address", "phone", "birth_date")
_register = Register()
_lock = Lock()


@contextmanager
def register() -> Iterator[Register]:
    """What all cases are known by; kept between looks, as folding it takes seconds."""
    rows = HouseholdMember.objects.values_list(*_COLUMNS)
    numbers = Case.objects.values_list("number", "id")
    with _lock:
        _register.update(starmap(Row, rows.iterator()), numbers.iterator())
        yield _register


def known_at(case_id: UUID | None) -> Known:
    """What a paper of the case may speak of (the household, and people at work).

    Those selected for it and everybody at their agencies are named there every day.
    """
    home = HouseholdMember.objects.filter(case=case_id).values_list(*_COLUMNS)
    rows = list(starmap(Row, home))
    keys = [keys_of(row) for row in rows]
    selected = Membership.objects.filter(holding_at(clock.now()), case=case_id)
    agencies = selected.values("person__organization")
    near = Person.objects.filter(organization__in=agencies)
    names = {key for each in keys for key in (each.name, each.kana) if key}
    return Known(
        case=case_id,
        names=frozenset(names | {name_key(name) for name in _names(near)}),
        addresses=frozenset(address_key(row.address) for row in rows),
        phones=frozenset(each.phone for each in keys) | _phones_at_work(),
        families=frozenset(halves(row.name)[0] for row in rows if halves(row.name)[1]),
        staff=frozenset(name_key(name) for name in _names(Person.objects.all())),
    )


def _names(people: QuerySet[Person]) -> Iterator[str]:
    for name, kana in people.values_list("name", "kana"):
        yield name
        if kana:
            yield kana


def _phones_at_work() -> frozenset[str]:
    numbers = [
        *Organization.objects.values_list("phone", "fax"),
        *((phone, "") for phone in Person.objects.values_list("phone", flat=True)),
    ]
    return frozenset(
        key for pair in numbers for number in pair if (key := phone_key(number))
    )
