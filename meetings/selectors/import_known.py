"""Who and what is here already, as the words of a table find them."""

from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import prefetch_related_objects

from meetings.importing.columns import Kind
from meetings.importing.reading import Row, key_of
from meetings.models import Import
from meetings.selectors.old_records import KnownRecords, known_records
from members.access import Actor
from members.filters import ending_after
from members.models import Body, Case, Commission, Organization, Person, Unit
from members.registry import keeping, people_kept
from portal.core import clock


@dataclass(slots=True)
class Known:
    """Who and what is here already, to be found by the words of a table.

    ``shown`` are the people whose entry the actor sees in the register (R35).
    """

    body: Body | None
    administers: bool
    units: dict[str, Unit] = field(default_factory=dict)
    organizations: dict[str, list[Organization]] = field(default_factory=dict)
    people: dict[tuple[UUID, str], list[Person]] = field(default_factory=dict)
    addresses: dict[str, Person] = field(default_factory=dict)
    shown: set[UUID] = field(default_factory=set)
    commissioned: set[UUID] = field(default_factory=set)
    cases: set[str] = field(default_factory=set)
    records: KnownRecords = field(default_factory=KnownRecords)

    def named(self, name: str) -> list[Organization]:
        """Those of that name, in whatever unit."""
        return self.organizations.get(key_of(name), [])

    def organization(self, name: str) -> Organization | None:
        """Whom a table of the body means: the one of its own unit, else the town's.

        To a body of the whole town one of any unit will do, if there is no other.
        """
        named, unit = self.named(name), self.body.unit_id if self.body else None
        for wanted in (unit, None):
            for organization in named:
                if organization.unit_id == wanted:
                    return organization
        return named[0] if unit is None and len(named) == 1 else None

    def near(self, name: str) -> list[Organization]:
        """Whom a name that is not here may mean: it is part of theirs, or has it."""
        key = key_of(name)
        found = [
            rows[0]
            for known, rows in self.organizations.items()
            if min(len(key), len(known)) > 2 and (key in known or known in key)
        ]
        meant = (self.organization(each.name) for each in found)
        return [each for each in meant if each is not None and each.listed]

    def registered(self, row: Row) -> Organization | None:
        """The one of the register that a row of organisations means: of its unit."""
        unit = self.units.get(key_of(row.text("unit")))
        rows = (o for o in self.named(row.text("organization")) if o.listed)
        return next((o for o in rows if o.unit == unit), None)

    def namesakes(self, row: Row) -> list[Person]:
        """Whom a row of a roll may mean: by organisation, name and reading.

        Where the organisation is another unit's, only who sits in the body already.
        """
        name, kana = key_of(row.text("name")), key_of(row.text("kana"))
        own = self.organization(row.text("organization"))
        houses = [own] if own else self.named(row.text("organization"))
        found = [
            person
            for house in houses
            for person in self.people.get((house.id, name), ())
            if (own or self.is_commissioned(person))
            and (not kana or not person.kana or key_of(person.kana) == kana)
        ]
        exact = [person for person in found if kana and key_of(person.kana) == kana]
        return exact or found

    def person(self, row: Row) -> Person | None:
        """Whom a row of a roll means, if they are here."""
        return next(iter(self.namesakes(row)), None)

    def is_commissioned(self, person: Person) -> bool:
        """Whether a commission to the body is there, by name or by organisation."""
        return not self.commissioned.isdisjoint({person.id, person.organization_id})

    def add_organization(self, organization: Organization) -> None:
        """One that was just entered."""
        self.organizations.setdefault(key_of(organization.name), []).append(
            organization
        )

    def add_person(self, person: Person) -> None:
        """Somebody who was just entered."""
        key = (person.organization_id, key_of(person.name))
        if person.span.holds(clock.now()):
            self.people.setdefault(key, []).append(person)
        if person.email:
            self.addresses[person.email.lower()] = person


def known_to(source: Import, actor: Actor) -> Known:
    """What is here, in a number of queries that does not grow with the table."""
    body = source.body
    kept = keeping(actor)
    if body is not None:
        prefetch_related_objects([body], "charters")  # asked for each row's term
    known = Known(body, administers=kept.administers)
    known.units = {key_of(unit.name): unit for unit in Unit.objects.all()}
    rows = Organization.objects.filter(ends_on=None).select_related("unit")
    for organization in rows.order_by("-listed", "pk"):
        known.add_organization(organization)
    there = Person.objects.filter(ending_after(clock.now()))
    for person in there.select_related("organization"):
        known.add_person(person)
    ahead = Commission.objects.filter(ending_after(clock.now()), body=body)
    for pair in ahead.values_list("person", "organization"):
        known.commissioned |= set(pair) - {None}
    people = people_kept(kept.bodies, clock.now())
    known.shown = set(people.values_list("pk", flat=True))
    known.cases = {key_of(n) for n in Case.objects.values_list("number", flat=True)}
    if source.kind == Kind.RECORDS and body is not None:
        known.records = known_records(actor, body)
    return known
