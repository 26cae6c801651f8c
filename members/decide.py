"""The access decision: every yes and no of the portal (docs/reference/access-rules.md).

``decide`` is pure: no clock, no database, no settings. Each rule is one function
named after its number; ALLOW needs every rule to hold, in one and the same role. A
rule says what its breach amounts to: HIDDEN, or, where all the others hold, NEED_ACK
or STEP_UP.
"""

from collections.abc import Callable
from datetime import datetime

from members.facts import (
    Action,
    Answer,
    Facts,
    Kind,
    ObjectFacts,
    Regime,
    Role,
    Session,
    State,
    Way,
)
from members.freshness import factor_is_fresh, session_is_fresh
from members.permissions import (
    ACTS,
    APART,
    ARTEFACTS,
    CONTENT_ACTS,
    CUSTODIANS,
    NEUTRAL_ACTS,
    STRONG_ACTS,
    TABLE,
)
from members.question import Question, roles_of


def r1_act_belongs_to_the_kind(q: Question) -> bool:
    """The kind of thing knows the act."""
    return q.action in ACTS[q.thing.kind]


def r7_account_is_active(q: Question) -> bool:
    """The account is active at t."""
    return q.person.active.holds(q.t)


def r7_session_is_fresh(q: Question) -> bool:
    """There is a session, not ended, not idle too long, not too old."""
    return session_is_fresh(q.session, q.facts, q.t)


def r8_session_is_strong(q: Question) -> bool:
    """The session has the strength that the act and the class ask for."""
    if q.session is None or q.session.strength < _needed_strength(q):
        return False
    return not _needs_fresh_factor(q) or factor_is_fresh(q.session, q.facts, q.t)


def _needs_fresh_factor(q: Question) -> bool:
    archive = q.thing.state is State.ARCHIVED or q.role is Role.ARCHIVE_READER
    return archive or q.action in STRONG_ACTS


def _needed_strength(q: Question) -> int:
    if q.action in NEUTRAL_ACTS:
        return 1
    if _needs_fresh_factor(q) or q.role in CUSTODIANS | APART:
        return 2
    if q.thing.document_class >= 3:
        return q.facts.municipality.class3_strength(q.t)
    return 1


def r10_person_is_commissioned(q: Question) -> bool:
    """A commission to the body is valid at t.

    For one's own acts, which belong to no body, any commission will do. The
    organisation-wide commission's second half, being named for the case, is R12's
    selection.
    """
    if not q.owes_secrecy:
        return True
    live = {c.body for c in q.person.commissions if c.span.holds(q.t)}
    if q.thing.kind is Kind.TRAIL and q.thing.body is None:
        return bool(live)
    return q.thing.body in live


def r11_pledge_is_acknowledged(q: Question) -> bool:
    """The pledge text in force for the regime was acknowledged, in its version."""
    if q.action in NEUTRAL_ACTS or not q.owes_secrecy:
        return True
    return all(
        (pledge.regime, pledge.version) in q.person.acknowledged
        for pledge in q.facts.municipality.pledges
        if pledge.regime is q.thing.regime and pledge.span.holds(q.t)
    )


def r13_release_reaches_the_reader(q: Question) -> bool:
    """Readers other than the custodian read what was released to them.

    A grant opens what is confirmed, without a release (R33).
    """
    if q.thing.kind not in ARTEFACTS or q.custodian:
        return True
    if q.role is Role.ARCHIVE_READER:
        return q.thing.state in {State.FINAL, State.ARCHIVED}
    if q.action in {Action.READ, Action.DOWNLOAD, Action.REQUEST_CORRECTION}:
        return q.live_release() or _opens_own_draft(q)
    if q.action is Action.CONFIRM_MINUTES:
        return q.live_release()
    return True


def _opens_own_draft(q: Question) -> bool:
    opens = q.action in {Action.READ, Action.DOWNLOAD}
    return opens and q.thing.author and q.thing.state is State.DRAFT


def r15_request_is_the_respondents(q: Question) -> bool:
    """A co-operation request lies between the custodian and who was asked."""
    if q.thing.kind is not Kind.REQUEST:
        return True
    return q.custodian or q.role is Role.RESPONDENT


def r16_guest_is_in_the_room(q: Question) -> bool:
    """A guest sees only while admitted."""
    return q.role is not Role.GUEST or q.admitted


def r17_convener_calls_together(q: Question) -> bool:
    """Of two people in the chair's role, the convener approves what calls together."""
    if q.action is not Action.APPROVE:
        return True
    return any(grant.convenes for grant in q.grants)


def r18_item_has_its_roster(q: Question) -> bool:
    """Item-bound acts need a place on that item's roster, and following the room.

    The custodians run the room: they need the place, not the admission.
    """
    if q.action in {Action.READ, Action.UPLOAD} and q.thing.kind is Kind.ITEM:
        return bool(q.seats) or q.custodian
    if q.action is Action.FOLLOW_MINUTES:
        return bool(q.seats) and (q.custodian or q.admitted)
    if q.action is Action.WRITE_MINUTES:
        scribe = any(seat.scribe for seat in q.seats) and q.admitted
        return bool(q.seats) and (q.custodian or scribe)
    return True


def r19_legal_basis_is_in_force(q: Question) -> bool:
    """A SHIEN item needs the municipality's legal basis, switched on at t.

    To dispose of it is not to read it: how long a file is kept is R34's alone, and
    a basis that ended must not keep it for ever.
    """
    if q.thing.regime is not Regime.SHIEN or q.role in APART:
        return True
    if q.action is Action.DISPOSE:
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
    asked = q.thing.regime is Regime.JUSO and q.thing.case is not None
    if not asked or q.action not in CONTENT_ACTS:
        return True
    if q.custodian and q.action is Action.READ and q.thing.kind not in ARTEFACTS:
        return True
    return q.consented


def r21_regime_is_not_crossed(q: Question) -> bool:
    """What was received under one law does not slide under another.

    Tax information (地方税法22条) stays out of items without consent: there it
    leaves nobody's hands, and only who holds it already may read it.
    """
    if q.thing.origin not in {None, q.thing.regime}:
        return False
    consent_rules = q.thing.regime is Regime.JUSO and q.thing.case is not None
    if not q.thing.tax_information or consent_rules:
        return True
    if q.action is Action.READ:
        return q.custodian or q.thing.author
    return q.action not in {Action.RELEASE, Action.DOWNLOAD}


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
    rule = _STATES.get(q.thing.state)
    return rule is not None and rule(q)


def _in_draft(q: Question) -> bool:
    if q.action in {Action.READ, Action.DOWNLOAD, Action.OPEN_FROZEN}:
        return q.thing.author or q.role is Role.SECRETARIAT
    return q.action in {Action.RELEASE, Action.RECALL}


def _unscanned(q: Question) -> bool:
    return q.action is Action.RECALL and (q.custodian or q.thing.author)


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
        return q.custodian or q.thing.attended
    if q.action is Action.CONFIRM_MINUTES:
        presides = any(grant.presides for grant in q.grants)
        return presides or any(seat.signatory for seat in q.seats)
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


def _archived(q: Question) -> bool:
    by_grant = q.role is Role.ARCHIVE_READER and q.action is Action.READ
    return by_grant or _kept_by_custodian(q)


_STATES: dict[State, Callable[[Question], bool]] = {
    State.DRAFT: _in_draft,
    State.UNSCANNED: _unscanned,
    State.HELD: _held,
    State.RELEASED: _released,
    State.REPLACED: _kept_by_custodian,
    State.FINAL: _final,
    State.ARCHIVED: _archived,
}


def r31_link_stays_in_its_sitting(q: Question) -> bool:
    """A session that a link opened sees that link's sitting and nothing else."""
    if q.session is None or q.session.sitting is None:
        return True
    return q.session.sitting == q.thing.sitting


def r31_key_stays_in_its_reach(q: Question) -> bool:
    """A key of another system reads what it is for, and does nothing else."""
    reach = q.session.reach if q.session else None
    return reach is None or reach.covers(q.action, q.thing)


def r32_role_may_act(q: Question) -> bool:
    """The role has the act in its column, with its condition."""
    if q.role not in TABLE[q.action]:
        return False
    if q.action is Action.DOWNLOAD:
        return _may_download(q)
    if q.action is Action.RECALL:
        return q.custodian or q.thing.author
    if q.action is Action.READ_TRAIL:
        return _may_read_trail(q)
    return True


def _may_download(q: Question) -> bool:
    if q.custodian:
        return True
    if q.thing.way is None:
        return q.role is Role.INTERNAL and q.facts.municipality.internal_downloads
    return q.thing.way is Way.ORIGINAL


def _may_read_trail(q: Question) -> bool:
    """Own cases for the custodian, own acts for members, all for the auditor."""
    if q.custodian:
        return q.thing.case is not None
    return q.role is Role.AUDITOR or q.thing.author


Rule = Callable[[Question], bool]

RULES: tuple[tuple[Rule, Answer], ...] = (
    (r1_act_belongs_to_the_kind, Answer.HIDDEN),
    (r7_account_is_active, Answer.HIDDEN),
    (r7_session_is_fresh, Answer.HIDDEN),
    (r10_person_is_commissioned, Answer.HIDDEN),
    (r13_release_reaches_the_reader, Answer.HIDDEN),
    (r15_request_is_the_respondents, Answer.HIDDEN),
    (r16_guest_is_in_the_room, Answer.HIDDEN),
    (r17_convener_calls_together, Answer.HIDDEN),
    (r18_item_has_its_roster, Answer.HIDDEN),
    (r19_legal_basis_is_in_force, Answer.HIDDEN),
    (r20_consent_covers_the_household, Answer.HIDDEN),
    (r21_regime_is_not_crossed, Answer.HIDDEN),
    (r27_person_is_not_recused, Answer.HIDDEN),
    (r28_restricted_list_names_the_reader, Answer.HIDDEN),
    (r29_state_allows_the_act, Answer.HIDDEN),
    (r31_link_stays_in_its_sitting, Answer.HIDDEN),
    (r31_key_stays_in_its_reach, Answer.HIDDEN),
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
    """The best answer that any of the person's roles for the thing earns.

    Each role stands on its own, so that losing one never opens anything (P1).
    """
    answers = answers_by_role(facts, session, action, thing, t).values()
    return max(answers, key=_BETTER.index, default=Answer.HIDDEN)


def answers_by_role(
    facts: Facts,
    session: Session | None,
    action: Action,
    thing: ObjectFacts,
    t: datetime,
) -> dict[Role, Answer]:
    """What each of the person's roles for the thing earns; empty without a role."""
    return {
        role: _answer(Question(facts, session, action, thing, t, role))
        for role in roles_of(facts.person, thing, t)
    }


_BETTER = (Answer.HIDDEN, Answer.NEED_ACK, Answer.STEP_UP, Answer.ALLOW)


def _answer(question: Question) -> Answer:
    """ALLOW only if every rule holds; else what the first broken rule amounts to.

    NEED_ACK and STEP_UP come last in RULES, so they are answered only when all
    other rules already say yes (R4).
    """
    for rule, otherwise in RULES:
        if not rule(question):
            return otherwise
    return Answer.ALLOW
