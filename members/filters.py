"""Which rows count: those that hold at a time, those that concern a person."""

from datetime import datetime

from django.db.models import Q

from members.models import Person


def holding_at(t: datetime, way: str = "") -> Q:
    """Dated rows that hold at ``t`` (R2); ``way`` is the path to them."""
    return Q(**{f"{way}starts_at__lte": t}) & ending_after(t, way)


def ending_after(t: datetime, way: str = "") -> Q:
    """Dated rows that are not over at ``t``, begun or still to begin."""
    return Q(**{f"{way}ends_at": None}) | Q(**{f"{way}ends_at__gt": t})


def concerning(person: Person) -> Q:
    """Commissions and recusals of the person, by name or by organisation."""
    return Q(person=person) | Q(organization=person.organization_id)
