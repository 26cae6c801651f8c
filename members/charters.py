"""What the pages of a body show: its rules, their versions, its people."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from django.db.models import Model, Prefetch, QuerySet

from members import ordinance, registry
from members.access import Access, Actor, access_for
from members.facts import Action, Answer, Regime
from members.filters import ending_after, holding_at
from members.models import (
    Body,
    Charter,
    Commission,
    LegalBasis,
    LegalGround,
    Office,
    Person,
)
from members.models.charters import RULES
from members.offices import Part, approval_was_held, approvers_of, part_of, part_words
from members.ordinance import Article
from members.permissions import APART
from members.policies import HEALTH, rules_facts
from members.selectors import commissioned_people
from portal.core import clock
from portal.core.errors import HiddenError

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, slots=True)
class Change:
    """One setting that a version changed."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Version:
    """One version of the rules, and what it changed of the one before.

    With the ``first`` the body begins.
    """

    charter: Charter
    first: bool
    changes: list[Change]
    current: bool
    waiting: bool


@dataclass(frozen=True, slots=True)
class Basis:
    """A legal basis of the body with the article it names."""

    row: LegalBasis
    article: str
    live: bool
    waiting: bool

    @property
    def over(self) -> bool:
        """Whether it carries nothing any more."""
        return not self.live and not self.waiting


@dataclass(frozen=True, slots=True)
class BodyPage:
    """A body as its custodians see it."""

    body: Body
    rules: Charter
    articles: list[Article]
    versions: list[Version]
    bases: list[Basis]
    children: list[Body]
    unsheltered: bool
    can_change: bool
    access: Access


@dataclass(frozen=True, slots=True)
class OfficeLine:
    """Who holds an office, under the body's own word for it."""

    row: Office
    words: str
    waiting: bool


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """The offices and the commissions of a body that hold or will."""

    body: Body
    rules: Charter
    offices: list[OfficeLine]
    commissions: list[Commission]
    can_appoint: bool
    access: Access


@dataclass(frozen=True, slots=True)
class BodyRow:
    """A body in the list, with who runs it."""

    body: Body
    offices: list[OfficeLine]
    over: bool


def kept_bodies(actor: Actor) -> list[BodyRow]:
    """The bodies of which the actor is a custodian now."""
    access = access_for(actor, cases=(), items=())
    held = {grant.body for grant in access.facts.person.roles if grant.body}
    offices = Office.objects.filter(holding_at(access.t), sitting_id=None)
    bodies = (
        _bodies()
        .filter(id__in=held)
        .prefetch_related(
            Prefetch("offices", offices.select_related("person__organization"))
        )
    )
    found = [b for b in bodies if access.allows(Action.READ, rules_facts(b))]
    if not found:
        raise HiddenError
    today = clock.day_of(access.t)
    return [
        BodyRow(
            body=body,
            offices=_lines(body.offices.all(), body.rules_at(access.t), access.t),
            over=not body.exists_on(today),
        )
        for body in found
    ]


def _lines(offices: Iterable[Office], rules: Charter, t: datetime) -> list[OfficeLine]:
    order = list(Part)
    rows = sorted(offices, key=lambda o: (order.index(part_of(o)), o.starts_at, o.pk))
    return [OfficeLine(o, part_words(part_of(o), rules), o.starts_at > t) for o in rows]


def kept_body(
    actor: Actor, body_id: UUID, action: Action = Action.READ
) -> tuple[Body, Access]:
    """One body, once its custodian may do ``action``; unknown and hidden alike."""
    access = access_for(actor, cases=(), items=())
    body = _bodies().filter(id=body_id).first()
    if body is None:
        raise HiddenError
    access.require(Action.READ, rules_facts(body))
    access.require(action, rules_facts(body))
    return body, access


def _bodies() -> QuerySet[Body]:
    return Body.objects.select_related("unit", "parent__unit").prefetch_related(
        Prefetch("charters", Charter.objects.select_related("entered_by"))
    )


@dataclass(frozen=True, slots=True)
class FoundingGround:
    """What the founding of a body may rest on."""

    alone: bool
    parents: list[Body]
    keepers: list[Person]


def founding_ground(actor: Actor) -> FoundingGround:
    """Whether a body may be founded alone, below which ones, and who may keep it."""
    access = access_for(actor, cases=(), items=())
    alone = access.answer(Action.ADMINISTER, HEALTH) is Answer.ALLOW
    parents = founded_below(actor, access)
    if not alone and not parents:
        raise HiddenError
    if alone:
        apart = Office.objects.filter(role__in=APART)
        people = Person.objects.filter(organization__internal=True)
        keepers = [
            person
            for person in people.exclude(id__in=apart.values("person"))
            if person.span.holds(access.t)
        ]
    else:
        keepers = commissioned_people(parents)
    return FoundingGround(alone, parents, keepers)


def founded_below(actor: Actor, access: Access) -> list[Body]:
    """The bodies below which the actor may found others."""
    held = {grant.body for grant in access.facts.person.roles if grant.body}
    bodies = Body.objects.filter(id__in=held).select_related("unit")
    return [b for b in bodies if access.offers(Action.SET_RULES, rules_facts(b))]


def keeps(actor: Actor, body: Body) -> bool:
    """Whether the actor is a custodian of the body."""
    access = access_for(actor, cases=(), items=())
    return access.allows(Action.READ, rules_facts(body))


def draft_of(body: Body) -> Charter:
    """A new version that begins with what is in force, decided by nobody yet."""
    return Charter(**{name: getattr(body.rules, name) for name in RULES})


def body_page(body: Body, access: Access) -> BodyPage:
    """Rules in words, their history, the legal bases with theirs."""
    rules, t = body.rules_at(access.t), access.t
    bases = _bases(body, t)
    sheltered = any(b.live and b.row.ground in _shelters(t) for b in bases)
    begun = body.begun_by(t)
    articles = [b.article for b in bases if b.row.span.holds(begun) and _by_law(b.row)]
    unsheltered = Regime.SHIEN in rules.regimes and not sheltered
    return BodyPage(
        body=body,
        rules=rules,
        articles=ordinance.articles(body, rules, articles),
        versions=_versions(body, t),
        bases=bases,
        children=list(body.children.select_related("unit")),
        unsheltered=unsheltered and body.exists_on(clock.day_of(t)),
        can_change=access.offers(Action.SET_RULES, rules_facts(body)),
        access=access,
    )


def _by_law(basis: LegalBasis) -> bool:
    return basis.ground != LegalGround.Code.NONE


def _shelters(t: datetime) -> set[str]:
    grounds = LegalGround.objects.filter(regime=Regime.SHIEN)
    return {ground.code for ground in grounds if ground.span.holds(t)}


def _bases(body: Body, t: datetime) -> list[Basis]:
    words = {g.code: g.article for g in LegalGround.objects.all() if g.span.holds(t)}
    return [
        Basis(
            row=row,
            article=words.get(row.ground, row.get_ground_display()),
            live=row.span.holds(t),
            waiting=row.starts_at > t,
        )
        for row in body.legal_bases.all()
    ]


def _versions(body: Body, t: datetime) -> list[Version]:
    """The latest first; the first of all changed nothing."""
    rows = list(body.charters.all())
    return [
        Version(
            charter=row,
            first=before is None,
            changes=changes(before, row) if before else [],
            current=row.span.holds(t),
            waiting=row.starts_at > t,
        )
        for before, row in zip([None, *rows], rows, strict=False)
    ][::-1]


def changes(before: Charter, after: Charter) -> list[Change]:
    """The settings in which two versions differ, in their words."""
    labels = {field.name: str(field.verbose_name) for field in Charter._meta.fields}
    return [
        Change(labels[name], _shown(before, name), _shown(after, name))
        for name in RULES
        if getattr(before, name) != getattr(after, name)
    ]


def _shown(charter: Charter, name: str) -> str:
    value = getattr(charter, name)
    if isinstance(value, bool):
        return "はい" if value else "いいえ"
    display = getattr(charter, f"get_{name}_display", None)
    return str(display() if display else value)


def people_page(body: Body, access: Access) -> PeoplePage:
    """Who runs the body and who is commissioned, now and from a day to come."""
    rules, t = body.rules_at(access.t), access.t
    offices = body.offices.filter(ending_after(t), sitting_id=None)
    commissions = body.commissions.filter(ending_after(t)).select_related(
        "person__organization", "organization", "replaces__person"
    )
    return PeoplePage(
        body=body,
        rules=rules,
        offices=_lines(offices.select_related("person__organization"), rules, t),
        commissions=sorted(commissions, key=_by_agency),
        can_appoint=access.offers(Action.APPOINT, rules_facts(body)),
        access=access,
    )


def _by_agency(row: Commission) -> tuple[bool, str, str]:
    agency = row.person.organization if row.person else row.organization
    name = row.person.kana if row.person else ""
    return (not (agency and agency.internal), agency.kana if agency else "", name)


def commissioned(body: Body) -> list[Person]:
    """Who may hold an office of the body."""
    return commissioned_people([body])


@dataclass(frozen=True, slots=True)
class CommissionGround:
    """What a new commission may rest on."""

    people: list[Person]
    approvers: list[tuple[str, str]]
    predecessors: list[Commission]


def commission_ground(access: Access, body: Body) -> CommissionGround:
    """Whom the actor knows, who approves, and whose remaining term is open."""
    standing = {grant.body for grant in access.facts.person.roles if grant.body}
    kept = [
        b
        for b in Body.objects.filter(id__in=standing)
        if access.allows(Action.READ, rules_facts(b))
    ]
    today = clock.day_of(access.t)
    left = body.commissions.filter(ends_at__lte=access.t, person__isnull=False)
    left = left.filter(term_until__gte=today).select_related("person__organization")
    return CommissionGround(
        people=registry.people_offered(kept, access.t),
        approvers=approvers_offered(body, access.t),
        predecessors=list(left),
    )


def approvers_offered(body: Body, t: datetime) -> list[tuple[str, str]]:
    """Names with their words; before the first holder, who decided on the rules."""
    people = [(person.name, str(person)) for person in approvers_of(body, t)]
    if people or approval_was_held(body):
        return people
    decided_by = body.rules.decided_by
    return [(decided_by, decided_by)] if decided_by else []


def party_words(commission: Commission) -> str:
    """Who is commissioned, in words."""
    return str(commission.person or commission.organization)


def office_of(body: Body, office_id: int) -> Office:
    """One office of the body."""
    found = body.offices.filter(pk=office_id, sitting_id=None)
    return _one(found.select_related("person__organization"))


def commission_of(body: Body, commission_id: int) -> Commission:
    """One commission of the body."""
    found = body.commissions.filter(pk=commission_id)
    return _one(found.select_related("person__organization", "organization"))


def basis_of(body: Body, basis_id: int) -> LegalBasis:
    """One legal basis of the body."""
    return _one(body.legal_bases.filter(pk=basis_id))


def version_of(body: Body, charter_id: int) -> Charter:
    """One version of the body's rules."""
    return _one(body.charters.filter(pk=charter_id))


def _one(rows: Iterable[Row]) -> Row:
    for row in rows:
        return row
    raise HiddenError
