"""What the decision needs to know of sittings, items and records."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from documents.models import Release
from meetings.models import (
    AgendaItem,
    Call,
    CallRecipient,
    CarryUp,
    Invitation,
    Minutes,
    OldRecord,
    Poll,
    Presence,
    Proposal,
    ResourceGap,
    Sitting,
    SittingRequest,
)
from members.facts import ALWAYS, Kind, ObjectFacts, Regime, Span, State
from members.models import Body, Case, Charter
from members.policies import body_facts, case_facts
from portal.core import clock


def sitting_facts(
    sitting: Sitting, invitation: Invitation | None, body: UUID | None = None
) -> ObjectFacts:
    """The neutral face of a sitting: number, date, place, own invitation.

    ``body`` is the body for which the person is asked to come, where it is not
    the one that holds the sitting (a member of the other body of a joint day); the
    law of that body is asked for with its items. An invitation counts once the
    chair has convened the sitting, and until withdrawn.
    """
    announced = sitting.state not in {Sitting.State.DRAFT, Sitting.State.SUBMITTED}
    own = body in {None, sitting.body_id}
    return ObjectFacts(
        kind=Kind.SITTING,
        body=body or sitting.body_id,
        sitting=sitting.id,
        regime=Regime(sitting.body.regime) if own else Regime.NONE,
        document_class=2,
        invited=(
            announced and invitation is not None and invitation.withdrawn_at is None
        ),
    )


def poll_facts(poll: Poll, *, asked: bool) -> ObjectFacts:
    """A poll of dates: as neutral as a sitting's face, for those who are asked."""
    return ObjectFacts(
        kind=Kind.SITTING,
        body=poll.body_id,
        sitting=poll.id,
        regime=Regime(poll.body.regime),
        document_class=2,
        invited=asked,
    )


def asked_facts(body: UUID, sitting: UUID | None) -> ObjectFacts:
    """Any sitting of the body to which the person were asked; its neutral face.

    ``sitting`` is the one that a session opened by a link is narrowed to.
    """
    return ObjectFacts(
        kind=Kind.SITTING, body=body, sitting=sitting, document_class=2, invited=True
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


def gap_facts(gap: ResourceGap, person: UUID) -> ObjectFacts:
    """A gap: the body's register, or the item whose case its words may touch."""
    if gap.general or gap.item is None:
        return body_facts(gap.body)
    return item_facts(gap.item, person)


def carry_facts(carried: CarryUp) -> ObjectFacts:
    """What was carried up, as it lies before the parent body: like an item there."""
    item = carried.item
    if carried.case_id is None and item is None:
        return body_facts(carried.body)
    source = carried.source if carried.case_id else None
    about = source.about.all() if source else ()
    return ObjectFacts(
        kind=Kind.ITEM,
        body=carried.body_id,
        sitting=item.sitting_id if item else None,
        case=carried.case_id,
        item=carried.item_id,
        regime=source.regime if source else Regime.NONE,
        about=frozenset(member.id for member in about),
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
    return replace(
        outcome_facts(item),
        state=_RECORD_STATES[Minutes.State(minutes.state)],
        attended=attended,
        released=released,
    )


def reopened_facts(record: ObjectFacts) -> ObjectFacts:
    """A confirmed record as the draft that its reopening makes of it (R29)."""
    return replace(record, state=State.DRAFT, released=())


def old_record_facts(record: OldRecord) -> ObjectFacts:
    """A record from before the portal, confirmed elsewhere.

    It counts as handed out before every selection and every consent: beside the
    custodians it opens to members whose selection reaches back (R13), and under the
    law of consent to no member (R24).
    """
    return replace(
        case_facts(record.case, record.body),
        kind=Kind.MINUTES,
        state=State.FINAL,
        released=(ALWAYS,),
    )


def summary_facts(
    item: AgendaItem, sitting: Sitting, person: UUID, presences: Iterable[Presence]
) -> ObjectFacts:
    """The outcomes of an item: open to who attended, from the end of the sitting.

    Until the body's days of reading are over (設置要綱): then the record stands alone.
    """
    days = sitting.body.rules_at(sitting.starts_at).link_days
    read = Span(sitting.closed_at, sitting.ends_at + timedelta(days=days))
    attended = any((p.item_id, p.person_id) == (item.id, person) for p in presences)
    return replace(
        outcome_facts(item), attended=attended, released=(read,) if attended else ()
    )


def outcome_facts(item: AgendaItem) -> ObjectFacts:
    """The words of an item's outcome, which its minutes have too: as frozen as these.

    They open to the custodians alone, and to them while the consent holds on which
    they rest (R24); which result it was, and on what day, is the case's.
    """
    return ObjectFacts(
        kind=Kind.MINUTES,
        body=item.body_id,
        sitting=item.sitting_id,
        case=item.case_id,
        item=item.id,
        regime=item.regime,
        state=State.RELEASED,
        about=frozenset(member.id for member in item.about.all()),
    )


def call_facts(call: Call, recipient: CallRecipient | None) -> ObjectFacts:
    """The neutral face of a call for cases: its number, its due date, its words."""
    return ObjectFacts(
        kind=Kind.CALL,
        body=call.body_id,
        sitting=call.id,
        regime=call.regime,
        document_class=3,
        invited=recipient is not None,
    )


def proposal_facts(proposal: Proposal) -> ObjectFacts:
    """A proposal: an item of its own, on which its author has the one seat (R5)."""
    case = proposal.case
    return ObjectFacts(
        kind=Kind.ITEM,
        body=proposal.call.body_id,
        sitting=proposal.call_id,
        case=proposal.case_id,
        item=proposal.id,
        regime=proposal.call.regime,
        about=frozenset(m.id for m in case.household.all()) if case else frozenset(),
    )


def case_in_call_facts(case: Case, call: Call) -> ObjectFacts:
    """A known case, as it would lie under the law of the call's body."""
    return replace(
        case_facts(case), body=call.body_id, sitting=call.id, regime=call.regime
    )


def asking_facts(body: Body, *, asks: bool) -> ObjectFacts:
    """The door at which members ask a body for a sitting; ``asks``: it has one today.

    Only a body that meets on request has it (設置要綱).
    """
    return ObjectFacts(
        kind=Kind.CALL, body=body.id, regime=Regime(body.regime), invited=asks
    )


def meets_on_request(body: Body) -> bool:
    """Whether the body's charter lets its members ask for a sitting today."""
    on_request = body.rules.rhythm == Charter.Rhythm.ON_REQUEST
    return on_request and body.exists_on(clock.today())


def sitting_request_facts(request: SittingRequest, person: UUID) -> ObjectFacts:
    """A request for a sitting, for who asked and for the custodians of the body."""
    facts = asking_facts(request.body, asks=request.asked_by_id == person)
    return replace(facts, sitting=request.id)
