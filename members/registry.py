"""名簿: units, organisations and people as those see them who keep them.

Organisations are the town's: the administration and every custodian keep them. People
from outside belong to the bodies that entered or commissioned them, and the city's own
people have accounts, which the administration keeps (R17, R35).
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import F, Model, Q, QuerySet

from members.access import Access, Actor, access_for, require_own_factor
from members.facts import Action, Answer
from members.filters import ending_after, organizations_offered
from members.models import (
    Body,
    Commission,
    Move,
    Office,
    Organization,
    Person,
    Unit,
)
from members.permissions import APART
from members.policies import HEALTH, rules_facts
from members.selectors import commissioned_people, convened_bodies
from members.services import duty
from portal.core import clock
from portal.core.errors import HiddenError
from portal.core.folding import compact, folded


@dataclass(frozen=True, slots=True)
class Keeping:
    """What of the register the actor keeps: the city's own part, and whose people."""

    access: Access
    administers: bool
    bodies: list[Body]

    @property
    def appoints(self) -> bool:
        """Whether there is a body whose people the actor keeps."""
        return bool(self.bodies)

    def keeps(self, organization: Organization) -> bool:
        """Whether the actor may change the entry of an organisation."""
        if not organization.listed:
            return False
        return self.administers or (self.appoints and not organization.internal)

    def sees_person(self, person: Person) -> bool:
        """Whether the entry of a person is shown to the actor."""
        if self.administers:
            return person.organization.internal
        people = people_kept(self.bodies, self.access.t)
        return people.filter(pk=person.pk).exists()

    def keeps_person(self, person: Person) -> bool:
        """Whether the actor may change it; an account is the administration's."""
        own = self.administers or person.login is None
        return own and self.sees_person(person)

    def require_fresh(self) -> None:
        """Ask custodians for the factor that appointing asks for."""
        if not self.administers and not self.bodies:
            raise HiddenError
        if not self.administers:
            self.access.require(Action.APPOINT, rules_facts(self.bodies[0]))


def keeping(actor: Actor) -> Keeping:
    """What the actor keeps; HIDDEN for whoever keeps nothing."""
    access = access_for(actor, cases=(), items=())
    held = {grant.body for grant in access.facts.person.roles if grant.body}
    found = Keeping(
        access=access,
        administers=access.answer(Action.ADMINISTER, HEALTH) is Answer.ALLOW,
        bodies=[
            body
            for body in Body.objects.filter(id__in=held).select_related("unit")
            if access.offers(Action.APPOINT, rules_facts(body))
        ],
    )
    if not found.administers and not found.bodies:
        raise HiddenError
    return found


def people_kept(bodies: Collection[Body], t: datetime) -> QuerySet[Person]:
    """Whom the bodies commissioned, now or from a day to come, or entered."""
    ahead = Commission.objects.filter(ending_after(t), body__in=bodies)
    ids = Person.objects.filter(
        Q(commissions__in=ahead)
        | Q(organization__commissions__in=ahead)
        | Q(entered_for__in=bodies)
    )
    return _in_order(Person.objects.filter(id__in=ids.values("id")))


def people_offered(bodies: Collection[Body], t: datetime) -> list[Person]:
    """Whom the custodians of the bodies may commission: theirs, and the city's staff.

    Neither who administers nor who audits (R35).
    """
    apart = Office.objects.filter(ending_after(t), role__in=APART)
    theirs = people_kept(bodies, t).values("id")
    people = Person.objects.filter(
        Q(id__in=theirs) | Q(organization__internal=True, organization__listed=True),
        ending_after(t),
    )
    return list(_in_order(people.exclude(id__in=apart.values("person"))))


def _in_order(people: QuerySet[Person]) -> QuerySet[Person]:
    order = ("-organization__internal", "organization__kana", "kana", "id")
    return people.select_related("organization").order_by(*order)


def has_words(row: Model, words: str, names: Iterable[str]) -> bool:
    """Whether one of the row's texts has ``words``, in whatever writing."""
    wanted = _plain(words)
    return any(wanted in _plain(str(getattr(row, name))) for name in names)


def _plain(text: str) -> str:
    return compact(folded(text))[0]


def organizations(*, words: str, sort: str) -> list[Organization]:
    """The register of organisations; ``sort`` narrows it, or shows what has left it."""
    rows = organizations_offered()
    if sort == "past":
        rows = Organization.objects.filter(listed=True, ends_on__lt=clock.today())
    elif sort:
        rows = rows.filter(internal=sort == "inside")
    names = ("name", "kana", "address", "phone")
    return [r for r in rows.select_related("unit") if has_words(r, words, names)]


def units(actor: Actor) -> tuple[Keeping, list[Unit]]:
    """The parts of the town, those that are over last; the administration's."""
    kept = keeping(actor)
    if not kept.administers:
        raise HiddenError
    return kept, list(Unit.objects.order_by(F("ends_on").asc(nulls_first=True), "name"))


def unit_of(actor: Actor, unit_id: UUID) -> Unit:
    """One of them."""
    _kept, rows = units(actor)
    for unit in rows:
        if unit.pk == unit_id:
            return unit
    raise HiddenError


@dataclass(frozen=True, slots=True)
class OrganizationPage:
    """An organisation, whom of it the actor keeps, and what may be done."""

    kept: Keeping
    organization: Organization
    people: list[Person]
    can_change: bool
    over: bool


def organization_page(actor: Actor, organization_id: UUID) -> OrganizationPage:
    """One organisation of the register; unknown and unlisted are the same."""
    kept = keeping(actor)
    rows = Organization.objects.filter(listed=True).select_related("unit")
    row = rows.filter(pk=organization_id).first()
    if row is None:
        raise HiddenError
    people = row.people.filter(ending_after(kept.access.t))
    if not kept.administers:
        theirs = people_kept(kept.bodies, kept.access.t).values("id")
        people = people.filter(id__in=theirs)
    elif not row.internal:
        people = people.none()
    return OrganizationPage(
        kept=kept,
        organization=row,
        people=list(_in_order(people)),
        can_change=kept.keeps(row),
        over=row.ends_on is not None and row.ends_on < clock.today(),
    )


def kept_organization(actor: Actor, organization_id: UUID) -> OrganizationPage:
    """One organisation whose entry the actor may change now."""
    page = organization_page(actor, organization_id)
    if not page.can_change:
        raise HiddenError
    page.kept.require_fresh()
    return page


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A person in the list, and what may be said and done there."""

    person: Person
    entered: bool  # and not commissioned yet
    pledged: bool
    card: bool


def people_rows(actor: Actor, *, words: str) -> list[PersonRow]:
    """The people of the actor's bodies who are in the register now."""
    kept = keeping(actor)
    if not kept.appoints:
        raise HiddenError
    t = kept.access.t
    rows = people_kept(kept.bodies, t).filter(ending_after(t))
    convened = commissioned_people(convened_bodies(kept.access))
    standing = {p.id for p in commissioned_people(kept.bodies)}
    may_card = {p.id for p in convened} - {actor.id}
    names = ("name", "kana", "post", "organization", "phone", "email")
    people = [p for p in rows if has_words(p, words, names)]
    pledged = duty.pledged(people)
    return [
        PersonRow(p, p.id not in standing, p.id in pledged, p.id in may_card)
        for p in people
    ]


@dataclass(frozen=True, slots=True)
class PersonPage:
    """A person's entry, where they stand as far as the actor keeps it."""

    kept: Keeping
    person: Person
    moves: list[Move]
    commissions: list[Commission]
    can_change: bool
    by_links: bool
    over: bool
    own: bool
    may_card: bool

    @property
    def open_bodies(self) -> list[Body]:
        """The actor's bodies to which the person is not commissioned."""
        held = {commission.body_id for commission in self.commissions}
        return [body for body in self.kept.bodies if body.id not in held]


def person_page(actor: Actor, person_id: UUID) -> PersonPage:
    """One person of the register, to those who keep them; others see nothing."""
    kept = keeping(actor)
    people = Person.objects.select_related("organization", "entered_for")
    person = people.filter(pk=person_id).first()
    if person is None or not kept.sees_person(person):
        raise HiddenError
    t = kept.access.t
    party = Q(person=person) | Q(organization=person.organization_id)
    rows = Commission.objects.filter(ending_after(t), body__in=kept.bodies)
    over = person.ends_at is not None and person.ends_at <= t
    convened = commissioned_people(convened_bodies(kept.access))
    return PersonPage(
        kept=kept,
        person=person,
        moves=list(person.moves.select_related("came_from", "went_to")),
        commissions=list(rows.filter(party).select_related("body__unit")),
        can_change=not over and kept.keeps_person(person),
        by_links=brought_by_links(person, t),
        over=over,
        own=person.id == actor.id,
        may_card=person.id != actor.id and person in convened,
    )


def kept_person(actor: Actor, person_id: UUID) -> PersonPage:
    """One person whose entry the actor may change now."""
    page = person_page(actor, person_id)
    if not page.can_change:
        raise HiddenError
    page.kept.require_fresh()
    if page.kept.administers:
        require_own_factor(actor, fresh=True)
    return page


def brought_by_links(person: Person, t: datetime) -> bool:
    """Whether what is mailed to the person lets somebody in as them, now or soon."""
    if person.login is not None:
        return False
    party = Q(person=person) | Q(organization=person.organization_id)
    standing = Commission.objects.filter(ending_after(t)).filter(party)
    offices = Office.objects.filter(ending_after(t), person=person)
    return standing.exists() or offices.exists()
