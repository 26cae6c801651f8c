"""People as those who convene enter them: a name, an organisation, ways to reach."""

from dataclasses import dataclass

from django.db import transaction

from members.access import Actor, access_for
from members.facts import Action
from members.models import Body, Organization, Person
from members.policies import body_facts
from portal.core import audit, clock


@dataclass(frozen=True, slots=True)
class NewPerson:
    """What is asked about somebody who is new to the portal."""

    organization: Organization
    name: str
    kana: str = ""
    post: str = ""
    email: str = ""
    phone: str = ""


@transaction.atomic
def enter_person(*, actor: Actor, body: Body, entry: NewPerson) -> Person:
    """The person of that name, reading and organisation; entered if not yet known.

    Entering opens nothing: standing comes with a commission (R10), a sign-in name
    from the administration (R35). A known person's mail and telephone stay.
    """
    access = access_for(actor, cases=(), items=())
    access.require(Action.APPOINT, body_facts(body))
    Organization.objects.select_for_update().get(pk=entry.organization.pk)
    now = clock.now()
    same = Person.objects.filter(
        organization=entry.organization, name=entry.name, kana=entry.kana
    )
    for person in same.select_related("organization"):
        if person.span.holds(now):
            return person
    person = Person.objects.create(
        organization=entry.organization,
        name=entry.name,
        kana=entry.kana,
        post=entry.post,
        email=entry.email,
        phone=entry.phone,
        starts_at=now,
    )
    audit.record("members.person.enter", actor=actor.id, subject=f"person:{person.id}")
    return person
