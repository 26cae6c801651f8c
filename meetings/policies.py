"""What the decision needs to know of sittings, items and records."""

from collections.abc import Iterable
from uuid import UUID

from documents.models import Release
from meetings.models import AgendaItem, Invitation, Minutes, Presence, Sitting
from members.facts import Kind, ObjectFacts, Regime, Span, State


def sitting_facts(
    sitting: Sitting, invitation: Invitation | None, body: UUID | None = None
) -> ObjectFacts:
    """The neutral face of a sitting: number, date, place, own invitation.

    ``body`` is the body for which the person is asked to come, where it is not
    the one that holds the sitting (a member of the other body of a joint day). An
    invitation counts once the chair has convened the sitting, and until withdrawn.
    """
    announced = sitting.state not in {Sitting.State.DRAFT, Sitting.State.SUBMITTED}
    return ObjectFacts(
        kind=Kind.SITTING,
        body=body or sitting.body_id,
        sitting=sitting.id,
        regime=Regime(sitting.body.regime),
        document_class=2,
        invited=(
            announced and invitation is not None and invitation.withdrawn_at is None
        ),
    )


def item_facts(
    item: AgendaItem, person: UUID, presences: Iterable[Presence] = ()
) -> ObjectFacts:
    """An agenda item with its live minutes, as ``person`` stands to it."""
    return ObjectFacts(
        kind=Kind.ITEM,
        body=item.body_id,
        sitting=item.sitting_id,
        case=item.case_id,
        item=item.id,
        regime=item.regime,
        about=frozenset(member.id for member in item.about.all()),
        admitted=tuple(
            p.span for p in presences if (p.item_id, p.person_id) == (item.id, person)
        ),
    )


_RECORD_STATES = {
    Minutes.State.WRITING: State.DRAFT,
    Minutes.State.ROUND: State.RELEASED,
    Minutes.State.FINAL: State.FINAL,
}


def minutes_facts(
    minutes: Minutes,
    person: UUID,
    presences: Iterable[Presence],
    releases: Iterable[Release] = (),
) -> ObjectFacts:
    """The record of an item: the draft round opens it to those who attended.

    Once it is final, the releases of its PDF say who may still read it.
    """
    item = minutes.item
    attended = any((p.item_id, p.person_id) == (item.id, person) for p in presences)
    if minutes.state == Minutes.State.FINAL:
        released = tuple(r.span for r in releases if r.person_id == person)
    elif minutes.state == Minutes.State.ROUND and attended:
        released = (Span(minutes.circulated_at, None),)
    else:
        released = ()
    return ObjectFacts(
        kind=Kind.MINUTES,
        body=item.body_id,
        sitting=item.sitting_id,
        case=item.case_id,
        item=item.id,
        regime=item.regime,
        state=_RECORD_STATES[Minutes.State(minutes.state)],
        about=frozenset(member.id for member in item.about.all()),
        attended=attended,
        released=released,
    )
