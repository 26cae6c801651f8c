"""What the decision needs to know of the things of this app."""

from uuid import UUID

from members.facts import Kind, ObjectFacts, Regime
from members.models import Body, Case

HEALTH = ObjectFacts(kind=Kind.HEALTH, document_class=2)


def body_facts(body: Body) -> ObjectFacts:
    """A body, to create cases and sittings in."""
    return ObjectFacts(kind=Kind.BODY, body=body.id, regime=Regime(body.regime))


def rules_facts(body: Body) -> ObjectFacts:
    """A body's rules and people: no case is in them, so they need no law's shelter.

    Where its legal basis is switched off, they are all that is left to mend (R19).
    """
    return ObjectFacts(kind=Kind.BODY, body=body.id)


def case_facts(case: Case, body: Body | None = None) -> ObjectFacts:
    """A case: its household, roster, consents and status.

    ``body`` is another body that deals with it: one of the same joint day, or the
    parent to which it was carried up.
    """
    body = body or case.body
    return ObjectFacts(
        kind=Kind.CASE,
        body=body.id,
        case=case.id,
        regime=Regime(body.regime),
        about=frozenset(member.id for member in case.household.all()),
    )


def trail_facts(*, author: bool, case: Case | None = None) -> ObjectFacts:
    """Audit events of one case, or of one's own acts (``author``)."""
    body: UUID | None = case.body_id if case else None
    regime = Regime(case.body.regime) if case else Regime.NONE
    return ObjectFacts(
        kind=Kind.TRAIL,
        body=body,
        case=case.id if case else None,
        regime=regime,
        author=author,
    )
