"""People outside every body, whom a body asks for something (DOMAIN 1.3)."""

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from members.access import Actor, access_for
from members.facts import Action
from members.models import Body, Organization, Person
from members.policies import body_facts
from portal.core import audit


@dataclass(frozen=True, slots=True)
class Outsider:
    """What the clerk knows of them."""

    organization: str
    name: str
    post: str = ""
    email: str = ""
    phone: str = ""


@transaction.atomic
def note_outsider(*, actor: Actor, key: UUID, body: Body, who: Outsider) -> Person:
    """The person of this name at this agency, entered if nobody is known by it.

    A row gives no standing: without commission and selection nothing opens.
    """
    access = access_for(actor, cases=(), items=())
    access.require(Action.CONVENE, body_facts(body))
    people = Person.objects.select_related("organization")
    known = people.filter(pk=key).first() or next(
        (
            person
            for person in people.filter(name=who.name)
            if person.organization.name == who.organization
            and person.span.holds(access.t)
        ),
        None,
    )
    if known is not None:
        return known
    agency = Organization.objects.filter(name=who.organization).first()
    if agency is None:
        agency = Organization.objects.create(name=who.organization, unit=body.unit)
    person = Person.objects.create(
        id=key,
        name=who.name,
        organization=agency,
        post=who.post,
        email=who.email,
        phone=who.phone,
        starts_at=access.t,
    )
    audit.record("members.outsider.note", actor=actor.id, subject=f"person:{person.id}")
    return person
