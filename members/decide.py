"""The access decision: every yes and no of the portal (ACCESS_RULES.md).

``decide`` is pure: no clock, no database, no settings. Each rule is one function
named after its number; ALLOW needs every rule to hold. A rule says what its
breach amounts to: HIDDEN, or, where all the others hold, NEED_ACK or STEP_UP.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from uuid import UUID

from members.facts import (
    Action,
    Answer,
    Facts,
    Kind,
    Membership,
    ObjectFacts,
    PersonFacts,
    Regime,
    Role,
    Seat,
    Session,
    Span,
    State,
)

CUSTODIANS = frozenset({Role.CHAIR, Role.SECRETARIAT})
MEMBERS = frozenset({Role.INTERNAL, Role.EXTERNAL})
SEATED = MEMBERS | {Role.DEPUTY}
APART = frozenset({Role.ADMINISTRATOR, Role.AUDITOR})

# R32. What is absent is HIDDEN; conditions inside a cell are rules of their own.
TABLE: dict[Action, frozenset[Role]] = {
    Action.SEE_NOTICE: CUSTODIANS | SEATED | {Role.GUEST},
    Action.ACKNOWLEDGE: CUSTODIANS | SEATED | {Role.GUEST},
    Action.CONVENE: CUSTODIANS,
    Action.APPROVE: frozenset({Role.CHAIR}),
    Action.READ: CUSTODIANS | SEATED | {Role.GUEST, Role.RESPONDENT},
    Action.OPEN_FROZEN: CUSTODIANS,
    Action.UPLOAD: CUSTODIANS | SEATED | {Role.RESPONDENT},
    Action.DOWNLOAD: CUSTODIANS | SEATED,
    Action.RELEASE: CUSTODIANS,
    Action.RECALL: CUSTODIANS | MEMBERS,
    Action.WRITE_MINUTES: CUSTODIANS | {Role.INTERNAL, Role.DEPUTY},
    Action.FOLLOW_MINUTES: CUSTODIANS | SEATED | {Role.GUEST},
    Action.REQUEST_CORRECTION: CUSTODIANS | SEATED,
    Action.CONFIRM_MINUTES: MEMBERS | {Role.CHAIR},
    Action.ENTER_CONSENT: CUSTODIANS,
    Action.ENTER_RECUSAL: CUSTODIANS,
    Action.DECLARE_RECUSAL: SEATED,
    Action.DISPOSE: CUSTODIANS,
    Action.ADMINISTER: frozenset({Role.ADMINISTRATOR}),
    Action.READ_TRAIL: CUSTODIANS | SEATED | {Role.AUDITOR},
}

# R8: strength 2, renewed within a few minutes.
STRONG_ACTS = frozenset(
    {
        Action.APPROVE,
        Action.RELEASE,
        Action.CONFIRM_MINUTES,
        Action.ENTER_CONSENT,
        Action.ENTER_RECUSAL,
        Action.OPEN_FROZEN,
        Action.DISPOSE,
    }
)
NEUTRAL_ACTS = frozenset({Action.SEE_NOTICE, Action.ACKNOWLEDGE})
ARTEFACTS = frozenset({Kind.PAPER, Kind.MINUTES})
# Acts that show content of a thing or add to it (R20, R24).
CONTENT_ACTS = frozenset(
    {
        Action.READ,
        Action.UPLOAD,
        Action.DOWNLOAD,
        Action.RELEASE,
        Action.WRITE_MINUTES,
        Action.FOLLOW_MINUTES,
        Action.REQUEST_CORRECTION,
        Action.CONFIRM_MINUTES,
    }
)


@dataclass(frozen=True)
class Question:
    """One question, and what several rules derive from it alike."""

    facts: Facts
    session: Session | None
    action: Action
    thing: ObjectFacts
    t: datetime

    @property
    def person(self) -> PersonFacts:
        """Who asks."""
        return self.facts.person

    @cached_property
    def offices(self) -> frozenset[Role]:
        """Roles held for the body of the thing, or for the whole portal (R17)."""
        return frozenset(
            grant.role
            for grant in self.person.roles
            if grant.span.holds(self.t)
            and (grant.role in APART or grant.body == self.thing.body is not None)
        )

    @cached_property
    def memberships(self) -> tuple[Membership, ...]:
        """Live selections for the case of the thing (R12)."""
        return tuple(
            m
            for m in self.person.memberships
            if m.case == self.thing.case is not None and m.span.holds(self.t)
        )

    @cached_property
    def seat(self) -> Seat | None:
        """The live place on the roster of the thing's item (R18)."""
        for seat in self.person.seats:
            if seat.item == self.thing.item is not None and seat.span.holds(self.t):
                return seat
        return None

    @cached_property
    def roles(self) -> frozenset[Role]:
        """The roles in which the person meets this thing now.

        Administration and audit exclude every content role (R35). An office alone
        opens no case: chair and secretariat need selection for it like anybody
        (R12), and their selection is void without the office (R17).
        """
        apart = self.offices & APART
        if apart:
            return apart
        if self.thing.kind is Kind.REQUEST and self.thing.author:
            return frozenset({Role.RESPONDENT})
        roles = set(self._selected())
        if self.seat and self.seat.role in {Role.DEPUTY, Role.GUEST}:
            roles.add(self.seat.role)
        if self.thing.kind is Kind.SITTING and self.thing.invited:
            roles.add(self._own_side())
        if self.thing.kind is Kind.TRAIL and self.thing.author:
            roles.add(self._own_side())
        return frozenset(roles)

    def _selected(self) -> frozenset[Role]:
        offices = self.offices & CUSTODIANS
        if self.thing.case is not None:
            selected = frozenset(m.role for m in self.memberships)
            return (selected & MEMBERS) | (selected & offices)
        if self.seat and self.seat.role in MEMBERS | CUSTODIANS:
            return offices | ({self.seat.role} & (MEMBERS | offices))
        return offices

    def _own_side(self) -> Role:
        return Role.INTERNAL if self.person.internal else Role.EXTERNAL

    @property
    def custodian(self) -> bool:
        """Chair or secretariat of the case (R24)."""
        return bool(self.roles & CUSTODIANS)

    @property
    def admitted(self) -> bool:
        """In the room for this item now."""
        return any(span.holds(self.t) for span in self.thing.admitted)

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
            and self._within_membership(release)
            and self._within_consent(release)
            for release in self.thing.released
        )

    def _within_membership(self, release: Span) -> bool:
        if self.thing.case is None:
            return self.seat is not None
        selections = [(m.span, m.back_history) for m in self.memberships]
        if self.seat and self.seat.role in {Role.DEPUTY, Role.GUEST}:
            selections.append((self.seat.span, False))
        return any(back or _begins_in(release, span) for span, back in selections)

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


def r7_account_is_active(q: Question) -> bool:
    """The account is active at t."""
    return q.person.active.holds(q.t)


def r7_session_is_fresh(q: Question) -> bool:
    """There is a session, not ended, not idle too long, not too old."""
    return session_is_fresh(q.session, q.facts, q.t)


def session_is_fresh(session: Session | None, facts: Facts, t: datetime) -> bool:
    """R7 for a session: also asked before any thing is known, at sign-in."""
    if session is None or session.span.start is None or not session.span.holds(t):
        return False
    town = facts.municipality
    idle = (
        town.idle_internal_minutes
        if facts.person.internal
        else town.idle_external_minutes
    )
    age = timedelta(hours=town.session_hours)
    return t < session.seen_at + timedelta(minutes=idle) and (
        t < session.span.start + age
    )


def r8_session_is_strong(q: Question) -> bool:
    """The session has the strength that the act and the class ask for."""
    if q.session is None:
        return False
    if q.session.strength < _needed_strength(q):
        return False
    if q.action not in STRONG_ACTS:
        return True
    limit = timedelta(minutes=q.facts.municipality.step_up_minutes)
    proved = q.session.strong_at
    return proved is not None and q.t < proved + limit


def _needed_strength(q: Question) -> int:
    if q.action in NEUTRAL_ACTS:
        return 1
    if q.action in STRONG_ACTS or q.roles & (CUSTODIANS | APART):
        return 2
    if q.thing.document_class >= 3:
        return q.facts.municipality.class3_strength
    return 1


def r10_person_is_commissioned(q: Question) -> bool:
    """A commission to the body is valid at t.

    Not asked of administration and audit, of a respondent (R15), nor of a guest
    outside a SHIEN item (R16). The organisation-wide commission's second half,
    being named for the case, is R12's selection.
    """
    if q.roles & APART or Role.RESPONDENT in q.roles:
        return True
    if q.roles == {Role.GUEST} and q.thing.regime is not Regime.SHIEN:
        return True
    return any(
        c.body == q.thing.body and c.span.holds(q.t) for c in q.person.commissions
    )


def r11_pledge_is_acknowledged(q: Question) -> bool:
    """The pledge text in force for the regime was acknowledged, in its version."""
    if q.action in NEUTRAL_ACTS or q.roles & (APART | {Role.RESPONDENT}):
        return True
    return all(
        (pledge.regime, pledge.version) in q.person.acknowledged
        for pledge in q.facts.municipality.pledges
        if pledge.regime is q.thing.regime and pledge.span.holds(q.t)
    )


def r13_release_reaches_the_reader(q: Question) -> bool:
    """Readers other than the custodian read what was released to them."""
    if q.thing.kind not in ARTEFACTS or q.custodian:
        return True
    if q.action in {Action.READ, Action.DOWNLOAD, Action.REQUEST_CORRECTION}:
        return q.live_release() or _reads_own_draft(q)
    if q.action is Action.CONFIRM_MINUTES:
        return q.live_release()
    return True


def _reads_own_draft(q: Question) -> bool:
    return q.action is Action.READ and q.thing.author and q.thing.state is State.DRAFT


def r16_guest_is_in_the_room(q: Question) -> bool:
    """A guest sees only while admitted."""
    if q.roles != {Role.GUEST} or q.action in NEUTRAL_ACTS:
        return True
    return q.admitted


def r18_item_has_its_roster(q: Question) -> bool:
    """Item-bound acts need a place on that item's roster, and following the room.

    The custodians run the room: they need the place, not the admission.
    """
    if q.action is Action.READ and q.thing.kind is Kind.ITEM:
        return q.seat is not None or q.custodian
    if q.action is Action.UPLOAD and q.thing.kind is Kind.ITEM:
        return q.seat is not None or q.custodian
    if q.action is Action.FOLLOW_MINUTES:
        return q.seat is not None and (q.custodian or q.admitted)
    if q.action is Action.WRITE_MINUTES:
        return q.seat is not None and (q.custodian or (q.seat.scribe and q.admitted))
    return True


def r19_legal_basis_is_in_force(q: Question) -> bool:
    """A SHIEN item needs the municipality's legal basis, switched on at t."""
    if q.thing.regime is not Regime.SHIEN or q.roles & APART:
        return True
    if q.thing.body is None:
        return False
    bases = q.facts.municipality.legal_basis.get(q.thing.body, ())
    return any(span.holds(q.t) for span in bases)


def r20_consent_covers_the_household(q: Question) -> bool:
    """JUSO content needs consent of all it is about; without it, it is frozen (R24).

    The custodian still handles the case and the item, and opens frozen artefacts
    only with a reason, through OPEN_FROZEN.
    """
    if q.thing.regime is not Regime.JUSO or q.action not in CONTENT_ACTS:
        return True
    if q.thing.case is None:
        return True
    if q.custodian and q.action is Action.READ and q.thing.kind not in ARTEFACTS:
        return True
    return q.consented


def r21_regime_is_not_crossed(q: Question) -> bool:
    """What was received under one law does not slide under another.

    Tax information (地方税法22条) stays out of items without consent.
    """
    if q.thing.tax_information and q.thing.regime is not Regime.JUSO:
        return q.action not in {Action.RELEASE, Action.DOWNLOAD} and (
            q.custodian or q.thing.author or q.action is not Action.READ
        )
    return q.thing.origin in {None, q.thing.regime}


def r27_person_is_not_recused(q: Question) -> bool:
    """Recusal beats every grant, also for the recusal itself."""
    return not any(
        recusal.span.holds(q.t)
        and (
            recusal.case == q.thing.case is not None
            or recusal.item == q.thing.item is not None
        )
        for recusal in q.person.recusals
    )


def r28_restricted_list_names_the_reader(q: Question) -> bool:
    """A restricted paper opens to its list only, which never adds rights."""
    return q.thing.readers is None or q.person.id in q.thing.readers


# R29: in which state who may do what with an artefact; the rest is HIDDEN.
def r29_state_allows_the_act(q: Question) -> bool:
    """The artefact's state admits the act."""
    if q.thing.kind not in ARTEFACTS:
        return q.thing.state is State.OPEN
    return _STATES.get(q.thing.state, _nobody)(q)


def _nobody(q: Question) -> bool:
    return False


def _in_draft(q: Question) -> bool:
    if q.action is Action.READ:
        return q.thing.author or Role.SECRETARIAT in q.roles
    return q.action in {Action.RELEASE, Action.RECALL, Action.OPEN_FROZEN}


def _held(q: Question) -> bool:
    return q.custodian and q.action in {
        Action.READ,
        Action.RELEASE,
        Action.RECALL,
        Action.OPEN_FROZEN,
    }


def _released(q: Question) -> bool:
    if q.action is Action.RECALL:
        return q.custodian or q.thing.author
    if q.action is Action.REQUEST_CORRECTION:
        return q.thing.kind is Kind.MINUTES and (q.custodian or q.thing.attended)
    if q.action is Action.CONFIRM_MINUTES:
        signs = q.seat is not None and q.seat.signatory
        return q.thing.kind is Kind.MINUTES and (Role.CHAIR in q.roles or signs)
    return q.action in {
        Action.READ,
        Action.DOWNLOAD,
        Action.RELEASE,
        Action.OPEN_FROZEN,
    }


def _kept_by_custodian(q: Question) -> bool:
    return q.custodian and q.action in {
        Action.READ,
        Action.DOWNLOAD,
        Action.OPEN_FROZEN,
        Action.DISPOSE,
    }


def _final(q: Question) -> bool:
    return q.action in {Action.READ, Action.DOWNLOAD} or _kept_by_custodian(q)


_STATES: dict[State, Callable[[Question], bool]] = {
    State.DRAFT: _in_draft,
    State.HELD: _held,
    State.RELEASED: _released,
    State.REPLACED: _kept_by_custodian,
    State.FINAL: _final,
    State.ARCHIVED: _kept_by_custodian,
}


def r31_link_stays_in_its_sitting(q: Question) -> bool:
    """A session that a link opened sees that link's sitting and nothing else."""
    if q.session is None or q.session.sitting is None:
        return True
    return q.session.sitting == q.thing.sitting


def r32_role_may_act(q: Question) -> bool:
    """One of the person's roles has the act in its column, with its condition."""
    allowed = q.roles & TABLE[q.action]
    if q.thing.kind is Kind.HEALTH:
        return bool(allowed & {Role.ADMINISTRATOR})
    if q.action is Action.DOWNLOAD:
        return _may_download(q, allowed)
    if q.action is Action.RECALL:
        return bool(allowed & CUSTODIANS) or (bool(allowed) and q.thing.author)
    return bool(allowed)


def _may_download(q: Question, allowed: frozenset[Role]) -> bool:
    if allowed & CUSTODIANS:
        return True
    if Role.INTERNAL in allowed and q.facts.municipality.internal_downloads:
        return True
    return bool(allowed) and q.thing.original_granted


Rule = Callable[[Question], bool]

RULES: tuple[tuple[Rule, Answer], ...] = (
    (r7_account_is_active, Answer.HIDDEN),
    (r7_session_is_fresh, Answer.HIDDEN),
    (r10_person_is_commissioned, Answer.HIDDEN),
    (r13_release_reaches_the_reader, Answer.HIDDEN),
    (r16_guest_is_in_the_room, Answer.HIDDEN),
    (r18_item_has_its_roster, Answer.HIDDEN),
    (r19_legal_basis_is_in_force, Answer.HIDDEN),
    (r20_consent_covers_the_household, Answer.HIDDEN),
    (r21_regime_is_not_crossed, Answer.HIDDEN),
    (r27_person_is_not_recused, Answer.HIDDEN),
    (r28_restricted_list_names_the_reader, Answer.HIDDEN),
    (r29_state_allows_the_act, Answer.HIDDEN),
    (r31_link_stays_in_its_sitting, Answer.HIDDEN),
    (r32_role_may_act, Answer.HIDDEN),
    (r11_pledge_is_acknowledged, Answer.NEED_ACK),
    (r8_session_is_strong, Answer.STEP_UP),
)


def decide(
    facts: Facts,
    session: Session | None,
    action: Action,
    thing: ObjectFacts,
    t: datetime,
) -> Answer:
    """ALLOW only if every rule holds; else what the first broken rule amounts to.

    NEED_ACK and STEP_UP come last in RULES, so they are answered only when all
    other rules already say yes (R4).
    """
    question = Question(facts, session, action, thing, t)
    for rule, otherwise in RULES:
        if not rule(question):
            return otherwise
    return Answer.ALLOW


def broken_rules(
    facts: Facts,
    session: Session | None,
    action: Action,
    thing: ObjectFacts,
    t: datetime,
) -> tuple[str, ...]:
    """The names of all rules that say no: for the access review, never for pages."""
    question = Question(facts, session, action, thing, t)
    return tuple(rule.__name__ for rule, _ in RULES if not rule(question))
