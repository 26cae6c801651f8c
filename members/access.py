"""The one loader of facts and the one door to ``decide``.

A request gathers the facts of its actor once, in a number of queries that does
not grow with the data, and asks about as many things as it likes.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypedDict, TypeVar
from uuid import UUID

from django.conf import settings
from django.db.models import Model, Q

from members import facts, models
from members.decide import decide
from members.facts import Action, Answer, ObjectFacts, Regime, Role, Session, Span
from members.freshness import factor_is_fresh, session_is_fresh
from portal.core import clock
from portal.core.errors import HiddenError, NeedAcknowledgementError, StepUpError


@dataclass(frozen=True, slots=True)
class Actor:
    """The acting person and, where one exists, the sign-in they act in.

    With ``token`` another system acts for them, within the reach of that key.
    """

    person: models.Person
    sign_in: models.SignIn | None = None
    token: models.ApiToken | None = None

    @property
    def id(self) -> UUID:
        """The person's pseudonymous id."""
        return self.person.id

    @property
    def session(self) -> Session | None:
        """The sign-in as the decision reads it."""
        if self.sign_in is None:
            return None
        session = self.sign_in.session
        return replace(session, reach=self.token.reach) if self.token else session

    @property
    def scope(self) -> models.Scope | None:
        """What the link leads to that opened the sign-in; None for everybody else."""
        return self.sign_in.scope if self.sign_in else None


def as_if_here(person: models.Person) -> Actor:
    """The person as if just signed in with a personal factor.

    Tells what would open for somebody who is not here; it writes nothing and opens
    nothing.
    """
    now = clock.now()
    sign_in = models.SignIn(
        person=person, started_at=now, seen_at=now, strength=2, strong_at=now
    )
    return Actor(person, sign_in)


def by_token(token: models.ApiToken) -> Actor:
    """Who answers for a key of another system, within its reach and until its end.

    For the rest as if they were here: what they lose, the key loses.
    """
    actor = as_if_here(token.person)
    assert actor.sign_in is not None  # noqa: S101 – made just now
    actor.sign_in.ends_at = token.ends_at
    return replace(actor, token=token)


def afresh(actor: Actor) -> Actor:
    """The actor with the sign-in, or the key, as it stands now."""
    if actor.token is not None:
        tokens = models.ApiToken.objects.select_related("person__organization")
        return by_token(tokens.prefetch_related("bodies").get(id=actor.token.id))
    if actor.sign_in is None:
        raise HiddenError
    fresh = models.SignIn.objects.select_related("person__organization").get(
        id=actor.sign_in.id
    )
    return Actor(fresh.person, fresh)


@dataclass(frozen=True, slots=True)
class Access:
    """The actor's facts as of ``t``: ask it, never the tables."""

    actor: Actor
    facts: facts.Facts
    t: datetime

    @property
    def class3_strength(self) -> int:
        """The strength that papers of class 3 ask for now (R8)."""
        return self.facts.municipality.class3_strength(self.t)

    def answer(self, action: Action, thing: ObjectFacts) -> Answer:
        """The decision itself."""
        return decide(self.facts, self.actor.session, action, thing, self.t)

    def allows(self, action: Action, thing: ObjectFacts) -> bool:
        """Whether the act would go through now."""
        return self.answer(action, thing) is Answer.ALLOW

    def offers(self, action: Action, thing: ObjectFacts) -> bool:
        """Whether to show the act's button: allowed, or after a fresh factor."""
        return self.answer(action, thing) in {Answer.ALLOW, Answer.STEP_UP}

    def require(self, action: Action, thing: ObjectFacts) -> None:
        """Raise the error that answers anything but ALLOW."""
        answer = self.answer(action, thing)
        if answer is Answer.HIDDEN:
            raise HiddenError
        if answer is Answer.NEED_ACK:
            raise NeedAcknowledgementError
        if answer is Answer.STEP_UP:
            raise StepUpError


def access_for(
    actor: Actor,
    *,
    cases: Collection[UUID] | None = None,
    items: Collection[UUID] | None = None,
) -> Access:
    """The actor's access now.

    ``cases`` and ``items`` limit what is loaded to those cases and agenda items: a
    custodian of many years has thousands. What is asked about others is HIDDEN.
    """
    return access_for_all([actor], cases=cases, items=items)[actor.id]


def about(known: Access, *, cases: Collection[UUID], items: Collection[UUID]) -> Access:
    """The same access, with how its actor stands to these cases and items.

    For one answer that asks about several sorts of things: of what was gathered when
    it began, only what depends on the things is loaded for each sort.
    """
    ids = [known.actor.id]
    standing = _standing(ids, cases, items)[known.actor.id]
    person = replace(known.facts.person, **standing)
    town = replace(known.facts.municipality, consents=_consents(ids, cases))
    return replace(known, facts=facts.Facts(person, town))


def access_for_all(
    actors: Sequence[Actor],
    *,
    cases: Collection[UUID] | None = None,
    items: Collection[UUID] | None = None,
) -> dict[UUID, Access]:
    """Access of several actors at once, in as many queries as for one."""
    t = clock.now()
    town = _municipality(actors, cases)
    people = _people(actors, cases, items)
    return {
        actor.id: Access(actor, facts.Facts(people[actor.id], town), t)
        for actor in actors
    }


def session_holds(actor: Actor, t: datetime) -> bool:
    """R7 alone, in no query: an active account and a fresh sign-in."""
    known = _alone(actor)
    return session_is_fresh(actor.session, known, t) and known.person.active.holds(t)


def require_own_factor(actor: Actor, *, fresh: bool) -> None:
    """R8 alone, for one's own ways to sign in, which are no thing of any body.

    Whoever came by a code in a mail proves a personal factor first, and who changes
    something has proved it just now. Raises StepUpError.
    """
    session = actor.session
    if session is None or session.strength < 2:
        raise StepUpError
    if fresh and not factor_is_fresh(session, _alone(actor), clock.now()):
        raise StepUpError


def _alone(actor: Actor) -> facts.Facts:
    """The actor without anything that they belong to."""
    person = facts.PersonFacts(
        id=actor.id,
        internal=actor.person.organization.internal,
        active=actor.person.span,
    )
    return facts.Facts(person, _settings())


def _people(
    actors: Sequence[Actor],
    cases: Collection[UUID] | None,
    items: Collection[UUID] | None,
) -> dict[UUID, facts.PersonFacts]:
    ids = [actor.id for actor in actors]
    organizations = {actor.person.organization_id for actor in actors}
    fresh = models.Person.objects.select_related("organization").in_bulk(ids)
    offices = _by_person(models.Office.objects.filter(person__in=ids).order_by("pk"))
    acknowledged = _acknowledged(ids)
    standing = _standing(ids, cases, items)
    party = Q(person__in=ids) | Q(organization__in=organizations)
    commissions = _by_party(models.Commission.objects.filter(party).order_by("pk"))
    recusals = _by_party(models.Recusal.objects.filter(party).order_by("pk"))
    return {
        person.id: facts.PersonFacts(
            id=person.id,
            internal=person.organization.internal,
            active=person.span,
            roles=tuple(
                facts.RoleGrant(
                    Role(o.role),
                    o.body_id,
                    o.span,
                    o.convenes,
                    o.presides,
                    o.sitting_id,
                )
                for o in offices[person.id]
            ),
            commissions=tuple(
                facts.Commission(c.body_id, c.span)
                for party_id in (person.id, person.organization_id)
                for c in commissions[party_id]
            ),
            acknowledged=frozenset(acknowledged[person.id]),
            recusals=tuple(
                facts.Recusal(r.case_id, r.item_id, r.span)
                for party_id in (person.id, person.organization_id)
                for r in recusals[party_id]
            ),
            **standing[person.id],
        )
        for person in fresh.values()
    }


class _Standing(TypedDict):
    memberships: tuple[facts.Membership, ...]
    seats: tuple[facts.Seat, ...]
    archive_grants: tuple[facts.ArchiveGrant, ...]


def _standing(
    ids: Collection[UUID],
    cases: Collection[UUID] | None,
    items: Collection[UUID] | None,
) -> dict[UUID, _Standing]:
    """How each person stands to the cases and items, or to all of theirs."""
    chosen = models.Membership.objects.filter(person__in=ids).order_by("pk")
    memberships = _by_person(chosen.filter(_limit("case", cases)))
    seated = models.Seat.objects.filter(person__in=ids).order_by("pk")
    seats = _by_person(seated.filter(_limit("item_id", items)))
    grants = models.ArchiveGrant.objects.filter(person__in=ids).order_by("pk")
    granted = _by_person(grants.filter(_limit("case", cases)))
    return {
        person: _Standing(
            memberships=tuple(
                facts.Membership(m.case_id, Role(m.role), m.span, m.back_history)
                for m in memberships[person]
            ),
            seats=tuple(
                facts.Seat(s.item_id, Role(s.role), s.span, s.scribe, s.signatory)
                for s in seats[person]
            ),
            archive_grants=tuple(
                facts.ArchiveGrant(g.case_id, g.span) for g in granted[person]
            ),
        )
        for person in ids
    }


def _acknowledged(people: Collection[UUID]) -> Mapping[UUID, set[tuple[Regime, int]]]:
    """Regime and version of the pledges that each of them acknowledged."""
    found: dict[UUID, set[tuple[Regime, int]]] = defaultdict(set)
    rows = models.Acknowledgement.objects.filter(person__in=people)
    for person, regime, version in rows.values_list(
        "person", "pledge__regime", "pledge__version"
    ):
        found[person].add((Regime(regime), version))
    return found


Row = TypeVar("Row", bound=Model)


def _by_person(rows: Iterable[Row]) -> Mapping[UUID, list[Row]]:
    grouped: dict[UUID, list[Row]] = defaultdict(list)
    for row in rows:
        grouped[row.person_id].append(row)  # type: ignore[attr-defined] # all have it
    return grouped


def _by_party(rows: Iterable[Row]) -> Mapping[UUID, list[Row]]:
    """Rows by the one person or organization that each names."""
    grouped: dict[UUID, list[Row]] = defaultdict(list)
    for row in rows:
        party = row.person_id or row.organization_id  # type: ignore[attr-defined] # all have them
        grouped[party].append(row)
    return grouped


def _limit(field: str, ids: Collection[UUID] | None) -> Q:
    return Q() if ids is None else Q(**{f"{field}__in": ids})


def _municipality(
    actors: Sequence[Actor], cases: Collection[UUID] | None
) -> facts.Municipality:
    policy = models.Policy.in_force()
    lowered = models.Relaxation.objects.filter(kind=models.Relaxation.Kind.CLASS_3)
    bases: dict[UUID, list[Span]] = defaultdict(list)
    shelters: dict[str, list[Span]] = defaultdict(list)
    for ground in models.LegalGround.objects.filter(regime=Regime.SHIEN):
        shelters[ground.code].append(ground.span)
    for basis in models.LegalBasis.objects.filter(ground__in=shelters):
        bases[basis.body_id] += [
            common
            for span in shelters[basis.ground]
            if (common := basis.span.common(span))
        ]
    return replace(
        _settings(),
        legal_basis={body: tuple(spans) for body, spans in bases.items()},
        pledges=tuple(
            facts.Pledge(Regime(p.regime), p.version, p.span)
            for p in models.PledgeText.objects.defer("text")
        ),
        consents=_consents([actor.id for actor in actors], cases),
        lowered=tuple(row.span for row in lowered),
        internal_downloads=policy.internal_downloads,
    )


def _consents(
    ids: Collection[UUID], cases: Collection[UUID] | None
) -> dict[UUID, tuple[Span, ...]]:
    """The consents of all who belong to the cases, or to any case of the people."""
    consents: dict[UUID, list[Span]] = defaultdict(list)
    rows = models.Consent.objects.all()
    if cases is None:
        chosen = models.Membership.objects.filter(person__in=ids).values("case")
        rows = rows.filter(member__case__in=chosen)
    else:
        rows = rows.filter(member__case__in=cases)
    for member, given_at, withdrawn_at in rows.values_list(
        "member", "given_at", "withdrawn_at"
    ):
        consents[member].append(Span(given_at, withdrawn_at))
    return {member: tuple(spans) for member, spans in consents.items()}


def idle_minutes(actor: Actor) -> int:
    """After how many minutes without a request the actor's sign-in ends (R7)."""
    town = _settings()
    if actor.person.organization.internal:
        return town.idle_internal_minutes
    return town.idle_external_minutes


def sign_in_end(actor: Actor) -> datetime | None:
    """When the actor's sign-in ends, however busy they are (R7); None without one."""
    span = actor.session.span if actor.session else Span()
    if span.start is None:
        return None
    oldest = span.start + timedelta(hours=_settings().session_hours)
    return min(oldest, span.end or oldest)


def _settings() -> facts.Municipality:
    return facts.Municipality(
        idle_external_minutes=settings.IDLE_EXTERNAL_MINUTES,
        idle_internal_minutes=settings.IDLE_INTERNAL_MINUTES,
        session_hours=settings.SESSION_HOURS,
        step_up_minutes=settings.STEP_UP_MINUTES,
    )
