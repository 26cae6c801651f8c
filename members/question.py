"""One question to the decision, and the roles in which a person may ask it."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from uuid import UUID

from members.facts import (
    Action,
    Facts,
    Kind,
    Membership,
    ObjectFacts,
    PersonFacts,
    Regime,
    Role,
    RoleGrant,
    Seat,
    Session,
    Span,
)
from members.permissions import APART, ARTEFACTS, BY_SEAT, CUSTODIANS, MEMBERS


@dataclass(frozen=True)
class Question:
    """One question asked in one role, and what several rules derive from it alike."""

    facts: Facts
    session: Session | None
    action: Action
    thing: ObjectFacts
    t: datetime
    role: Role

    @property
    def person(self) -> PersonFacts:
        """Who asks."""
        return self.facts.person

    @property
    def custodian(self) -> bool:
        """Chair or secretariat of the case (R24)."""
        return self.role in CUSTODIANS

    @cached_property
    def seats(self) -> tuple[Seat, ...]:
        """The live places on the roster of the thing's item (R18)."""
        return _seats(self.person, self.thing, self.t)

    @cached_property
    def grants(self) -> tuple[RoleGrant, ...]:
        """The live offices in which the role is held for the thing (R17)."""
        live = _grants(self.person, self.thing, self.t)
        return tuple(grant for grant in live if grant.role is self.role)

    @property
    def admitted(self) -> bool:
        """In the room for this item now."""
        return any(span.holds(self.t) for span in self.thing.admitted)

    @property
    def owes_secrecy(self) -> bool:
        """Whether the role rests on a commission and a pledge.

        Not administration and audit (R35), a respondent (R15), nor a guest outside
        a SHIEN item (R16).
        """
        if self.role is Role.GUEST:
            return self.thing.regime is Regime.SHIEN
        return self.role not in APART | {Role.RESPONDENT}

    @cached_property
    def consented(self) -> bool:
        """Whether live consent covers every household member concerned (R22, R23)."""
        return bool(self.thing.about) and all(
            any(consent.holds(self.t) for consent in self._consents(member))
            for member in self.thing.about
        )

    def _consents(self, member: UUID) -> tuple[Span, ...]:
        return self.facts.municipality.consents.get(member, ())

    def live_release(self) -> bool:
        """Whether a release to this person opens the thing now.

        A release made before the present membership began stays closed without
        back-history (R13), one made before the present consent stays closed (R24).
        """
        return any(
            release.holds(self.t)
            and self._within_selection(release)
            and self._within_consent(release)
            for release in self.thing.released
        )

    def _within_selection(self, release: Span) -> bool:
        if self.thing.case is None:
            return bool(self.seats)
        if self.role in BY_SEAT:
            spans = [(s.span, False) for s in self.seats if s.role is self.role]
        else:
            selected = _memberships(self.person, self.thing, self.t)
            spans = [(m.span, m.back_history) for m in selected if m.role is self.role]
        return any(back or _begins_in(release, span) for span, back in spans)

    def _within_consent(self, release: Span) -> bool:
        if self.thing.regime is not Regime.JUSO:
            return True
        return all(
            any(
                consent.holds(self.t) and _begins_in(release, consent)
                for consent in self._consents(member)
            )
            for member in self.thing.about
        )


def _begins_in(inner: Span, outer: Span) -> bool:
    if outer.start is None:
        return True
    return inner.start is not None and outer.start <= inner.start


def roles_of(person: PersonFacts, thing: ObjectFacts, t: datetime) -> frozenset[Role]:
    """The roles in which the person meets this thing at t.

    Administration and audit exclude every content role (R35). An office alone
    opens no case: chair and secretariat need selection for it like anybody
    (R12), and their selection is void without the office (R17).
    """
    offices = frozenset(grant.role for grant in _grants(person, thing, t))
    if offices & APART:
        return offices & APART
    if thing.kind is Kind.REQUEST and thing.author:
        return frozenset({Role.RESPONDENT})
    seated = frozenset(seat.role for seat in _seats(person, thing, t))
    if thing.case is not None:
        selected = frozenset(m.role for m in _memberships(person, thing, t))
        roles = selected & (MEMBERS | offices)
    else:
        roles = offices | (seated & MEMBERS)
    roles |= seated & BY_SEAT
    if thing.kind in ARTEFACTS and _archive_opens(person, thing, t):
        roles |= {Role.ARCHIVE_READER}
    if (thing.kind in {Kind.SITTING, Kind.CALL} and thing.invited) or (
        thing.kind is Kind.TRAIL and thing.author
    ):
        roles |= {Role.INTERNAL if person.internal else Role.EXTERNAL}
    return roles


def _archive_opens(person: PersonFacts, thing: ObjectFacts, t: datetime) -> bool:
    """Whether a live grant is for the case of the thing (R33)."""
    return any(
        grant.case == thing.case is not None and grant.span.holds(t)
        for grant in person.archive_grants
    )


def _grants(
    person: PersonFacts, thing: ObjectFacts, t: datetime
) -> tuple[RoleGrant, ...]:
    """Offices held for the body of the thing, or for the whole portal (R17).

    A stand-in's office reaches its one sitting only (R26).
    """
    return tuple(
        grant
        for grant in person.roles
        if grant.span.holds(t)
        and (grant.role in APART or grant.body == thing.body is not None)
        and grant.sitting in {None, thing.sitting}
    )


def _memberships(
    person: PersonFacts, thing: ObjectFacts, t: datetime
) -> tuple[Membership, ...]:
    """Live selections for the case of the thing (R12)."""
    if thing.case is None:
        return ()
    chosen = person.memberships_by_case.get(thing.case, ())
    return tuple(m for m in chosen if m.span.holds(t))


def _seats(person: PersonFacts, thing: ObjectFacts, t: datetime) -> tuple[Seat, ...]:
    """Live places on the roster of the thing's item (R18)."""
    if thing.item is None:
        return ()
    places = person.seats_by_item.get(thing.item, ())
    return tuple(s for s in places if s.span.holds(t))
