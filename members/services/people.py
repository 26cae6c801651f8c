"""People as those who convene enter them: a name, an organisation, ways to reach."""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q

from members.access import Actor, access_for
from members.facts import Action
from members.models import Body, HouseholdMember, Organization, Person
from members.policies import case_facts, rules_facts
from members.services.addresses import require_own_address
from portal.core import audit, clock


@dataclass(frozen=True, slots=True)
class NewPerson:
    """What is asked about somebody who is new to the portal.

    ``shared`` says that another's mail address is knowingly theirs too.
    """

    organization: Organization
    name: str
    kana: str = ""
    post: str = ""
    email: str = ""
    phone: str = ""
    shared: bool = False


@transaction.atomic
def enter_person(*, actor: Actor, body: Body, entry: NewPerson) -> Person:
    """The person of that name and reading, or address; entered if not yet known.

    Entering opens nothing: standing comes with a commission (R10), a sign-in name
    from the administration (R35). A known person's mail and telephone stay. Raises
    InvalidError for the address of somebody else, unless the entry says they share it.
    """
    access = access_for(actor, cases=(), items=())
    access.require(Action.APPOINT, rules_facts(body))
    return _entered(actor, entry, body)


@dataclass(frozen=True, slots=True)
class Outsider:
    """Somebody outside every body, and the agency by its name (DOMAIN 1.3)."""

    organization: str
    name: str
    post: str = ""
    email: str = ""
    shared: bool = False


@transaction.atomic
def note_outsider(*, actor: Actor, body: Body, who: Outsider) -> Person:
    """Whom ``body`` asks for something; the agency is entered too if it is new."""
    access = access_for(actor, cases=(), items=())
    access.require(Action.CONVENE, rules_facts(body))
    agency = Organization.objects.filter(name=who.organization).first()
    if agency is None:
        agency = Organization.objects.create(
            name=who.organization, unit=body.unit, listed=False
        )
    entry = NewPerson(
        agency, who.name, post=who.post, email=who.email, shared=who.shared
    )
    return _entered(actor, entry)


HOUSEHOLD = "本人・家族"


@transaction.atomic
def note_household_member(
    *, actor: Actor, body: Body, member: HouseholdMember
) -> Person:
    """A household member as somebody who comes to the meeting: by label, not by name.

    Each member of each case is a person of their own; a repeat is answered.
    """
    rows = HouseholdMember.objects.select_for_update(of=("self",))
    member = rows.select_related("case", "guest__organization").get(pk=member.pk)
    access = access_for(actor, cases=[member.case_id], items=())
    access.require(Action.CONVENE, case_facts(member.case, body))
    if member.guest is None:
        party, _new = Organization.objects.get_or_create(
            name=HOUSEHOLD, unit=None, listed=False
        )
        member.guest = Person.objects.create(
            organization=party, name=member.label, starts_at=clock.now()
        )
        member.save(update_fields=["guest"])
        audit.record(
            "members.person.enter",
            actor=actor.id,
            subject=f"person:{member.guest_id}",
            case=member.case_id,
        )
    return member.guest


def _entered(actor: Actor, entry: NewPerson, body: Body | None = None) -> Person:
    Organization.objects.select_for_update().get(pk=entry.organization.pk)
    now = clock.now()
    same = Q(kana=entry.kana)
    if entry.email:
        same |= Q(email__iexact=entry.email)
    people = Person.objects.filter(
        same, organization=entry.organization, name=entry.name
    )
    for person in people.select_related("organization"):
        if person.span.holds(now):
            return person
    require_own_address(actor=actor, address=entry.email, shared=entry.shared)
    person = Person.objects.create(
        organization=entry.organization,
        name=entry.name,
        kana=entry.kana,
        post=entry.post,
        email=entry.email,
        phone=entry.phone,
        entered_for=body,
        starts_at=now,
    )
    audit.record("members.person.enter", actor=actor.id, subject=f"person:{person.id}")
    return person
