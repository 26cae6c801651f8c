"""Which rows count: those that hold at a time, concern a person, or are offered."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q, QuerySet

from members.models import Body, Organization, Person, Unit
from portal.core import clock


def holding_at(t: datetime, way: str = "") -> Q:
    """Dated rows that hold at ``t`` (R2); ``way`` is the path to them."""
    return Q(**{f"{way}starts_at__lte": t}) & ending_after(t, way)


def ending_after(t: datetime, way: str = "") -> Q:
    """Dated rows that are not over at ``t``, begun or still to begin."""
    return Q(**{f"{way}ends_at": None}) | Q(**{f"{way}ends_at__gt": t})


def concerning(person: Person) -> Q:
    """Commissions and recusals of the person, by name or by organisation."""
    return Q(person=person) | Q(organization=person.organization_id)


def bodies_among(bodies: Iterable[Body]) -> QuerySet[Body]:
    """The bodies that a form offers: those that were found, with their units."""
    rows = Body.objects.filter(id__in=[body.id for body in bodies])
    return rows.select_related("unit")


def people_among(people: Iterable[Person]) -> QuerySet[Person]:
    """The people whom a form offers: those who were found, with their organisations."""
    rows = Person.objects.filter(id__in=[person.id for person in people])
    return rows.select_related("organization")


def organizations_offered() -> QuerySet[Organization]:
    """The organisations that a form offers: in the register, and not over."""
    return Organization.objects.filter(_lasting(), listed=True)


def units_offered() -> QuerySet[Unit]:
    """The units that a form offers: those that are not over."""
    return Unit.objects.filter(_lasting()).order_by("name")


def _lasting() -> Q:
    return Q(ends_on=None) | Q(ends_on__gte=clock.today())
