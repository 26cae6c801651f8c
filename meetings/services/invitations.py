"""Who is asked to come: selection per item, and the answers (R12)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from documents.services import releases
from meetings import rosters
from meetings.models import AgendaItem, Invitation, OnlineRequest, Proxy, Sitting
from meetings.notices import Occasion
from meetings.policies import item_facts, sitting_facts
from meetings.services import convocation
from members.access import Actor, access_for
from members.facts import Action, Answer, Role
from members.filters import holding_at
from members.models import Charter, Membership, Person, Seat
from members.permissions import BY_SEAT
from members.services import cases
from portal.core import audit, clock
from portal.core.errors import HiddenError, InvalidError, RefusedError

OPEN_FOR_SELECTION = frozenset({Sitting.State.DRAFT, Sitting.State.CONVENED})


@dataclass(frozen=True, slots=True)
class ProxyWords:
    """Whom a member names to come instead."""

    name: str
    post: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """One person chosen for an item; ``reason`` is asked once per case."""

    person: Person
    reason: str = ""
    scribe: bool = False
    signatory: bool = False


@transaction.atomic
def select_people(
    *,
    actor: Actor,
    item: AgendaItem,
    choices: Sequence[Choice],
    leaving: Iterable[UUID] = (),
) -> AgendaItem:
    """Make ``choices`` the roster of the item, beside chair and secretariat.

    Whoever is not among them loses the seat; those in ``leaving`` also their
    membership of the case. A deputy comes with a member, and goes with that member
    (R25); guests are no part of it (R16). Once the sitting is convened, whoever
    comes in is told at once and whoever has no item left gets a cancellation. Raises
    InvalidError for a missing reason, RefusedError for somebody who cannot be chosen.
    """
    item = lock_item(actor, item)
    _hold_still(choices)
    taken = rosters.seats_of([item.id]).get(item.id, [])
    deputies = {seat.person_id: seat for seat in taken if seat.role == Role.DEPUTY}
    by_seat = {seat.person_id for seat in taken if seat.role in BY_SEAT}
    offered = {person.id for person in rosters.candidates(item)} - by_seat
    memberships = rosters.members_of(item.case_id)
    _check(choices, offered, memberships, has_case=item.case_id is not None)
    seats = {
        seat.person_id: seat
        for seat in taken
        if seat.role not in rosters.OFFICES and seat.role not in BY_SEAT
    }
    for choice in choices:
        _select(actor, item, choice, memberships)
        _seat(actor, item, choice, seats.get(choice.person.id))
    chosen = {choice.person.id for choice in choices}
    gone = [seat for person, seat in seats.items() if person not in chosen]
    gone += [deputies[person] for person in _in_stead_of(item, gone) & deputies.keys()]
    for seat in gone:
        cases.end_seat(actor=actor, seat=seat)
        releases.end_releases(actor=actor, item_id=item.id, person=seat.person)
    for person in set(leaving) - chosen:
        if person in memberships and person in seats:
            cases.end_membership(
                actor=actor, membership=memberships[person], body=item.body
            )
    audit.record(
        "meetings.item.people",
        actor=actor.id,
        subject=f"item:{item.id}",
        case=item.case_id,
        item=item.id,
        detail={"chosen": len(chosen), "left": len(gone)},
    )
    settle(actor, item.sitting)
    return item


def _in_stead_of(item: AgendaItem, seats: Iterable[Seat]) -> set[UUID]:
    """Who was accepted for the sitting in place of those who sit there."""
    named = Proxy.objects.filter(
        invitation__sitting=item.sitting_id,
        invitation__person__in=[seat.person_id for seat in seats],
    )
    return {proxy.person_id for proxy in named if proxy.person_id is not None}


def lock_item(actor: Actor, item: AgendaItem) -> AgendaItem:
    """The item under its sitting's lock, once the actor may convene it.

    Raises RefusedError unless the agenda is a draft or people have been called.
    """
    Sitting.objects.select_for_update().get(pk=item.sitting_id)
    rows = AgendaItem.objects.select_related("sitting__body", "body", "case__body")
    item = rows.get(pk=item.pk)
    cases = [item.case_id] if item.case_id else ()
    access = access_for(actor, cases=cases, items=[item.id])
    access.require(Action.CONVENE, item_facts(item, actor.id))
    if item.sitting.state not in OPEN_FOR_SELECTION:
        raise RefusedError(
            _("承認待ちの間と、会議が終わった後は、参加する人を変えられません。")
        )
    return item


def _hold_still(choices: Iterable[Choice]) -> None:
    """Lock who is chosen before they are looked at: an import may be undone now."""
    rows = Person.objects.filter(pk__in=[choice.person.id for choice in choices])
    rows = rows.select_for_update(of=("self",), no_key=True).order_by("pk")
    list(rows.values_list("pk", flat=True))


def _check(
    choices: Sequence[Choice],
    offered: set[UUID],
    memberships: dict[UUID, Membership],
    *,
    has_case: bool,
) -> None:
    for choice in choices:
        if choice.person.id not in offered:
            raise RefusedError(
                _("%(name)sさんは、この議題では選べません。")
                % {"name": choice.person.name}
            )
    unreasoned = [
        choice.person.name
        for choice in choices
        if has_case and choice.person.id not in memberships and not choice.reason
    ]
    if unreasoned:
        raise InvalidError(
            _("%(names)sさんを選ぶ理由を書いてください。")
            % {"names": _("さん、").join(unreasoned)},
            field="common_reason",
        )


def _select(
    actor: Actor,
    item: AgendaItem,
    choice: Choice,
    memberships: dict[UUID, Membership],
) -> None:
    if item.case is not None and choice.person.id not in memberships:
        cases.select_member(
            actor=actor,
            case=item.case,
            person=choice.person,
            role=rosters.side_of(choice.person),
            reason=choice.reason,
            body=item.body,
        )


def _seat(actor: Actor, item: AgendaItem, choice: Choice, seat: Seat | None) -> None:
    wanted = (choice.scribe, choice.signatory)
    if seat is None or (seat.scribe, seat.signatory) != wanted:
        cases.give_seat(
            actor=actor,
            item_id=item.id,
            person=choice.person,
            role=rosters.side_of(choice.person),
            scribe=choice.scribe,
            signatory=choice.signatory,
        )


def seat_offices(actor: Actor, item: AgendaItem) -> None:
    """Chair and secretariat of the item's body take their seats.

    For an item with a case they need selection for it like anybody (R12): who has
    none is selected now, by the actor, by reason of the office. Who is recused
    stays away.
    """
    memberships = rosters.members_of(item.case_id)
    for person, role in rosters.office_holders(item.body).items():
        if item.case is not None and not cases.selectable(item.case, person):
            continue
        known = memberships.get(person.id)
        if item.case is not None and (known is None or known.role != role):
            cases.select_member(
                actor=actor,
                case=item.case,
                person=person,
                role=role,
                reason=_("この議題の会議体の役職"),
                body=item.body,
            )
        cases.give_seat(actor=actor, item_id=item.id, person=person, role=role)
    settle(actor, item.sitting)


def settle(actor: Actor, sitting: Sitting) -> None:
    """Bring the invitations into line with the seats of the sitting's items.

    While the agenda is a draft nobody is told; once convened, newcomers get their
    notice and those without any seat a cancellation.
    """
    seated = _asked(sitting)
    known = {row.person_id: row for row in sitting.invitations.select_related("person")}
    for person in seated.values():
        if person.id not in known:
            known[person.id] = Invitation.objects.create(sitting=sitting, person=person)
        elif known[person.id].withdrawn_at is not None:
            _ask_again(known[person.id])
    for invitation in known.values():
        if invitation.person_id not in seated and invitation.withdrawn_at is None:
            convocation.withdraw(actor, invitation, Occasion.WITHDRAWN)
    if sitting.state == Sitting.State.CONVENED:
        untold = [i for i in known.values() if i.notified_at is None]
        convocation.notify(actor, sitting, untold)


def _asked(sitting: Sitting) -> dict[UUID, Person]:
    """Everybody seated; of guests those alone who have a commission (R10, R16)."""
    bodies = dict(sitting.items.values_list("id", "body_id"))
    seats = [seat for rows in rosters.seats_of(bodies).values() for seat in rows]
    guests = {seat.person for seat in seats if seat.role == Role.GUEST}
    standing = rosters.standing(guests, items=())
    return {
        seat.person_id: seat.person
        for seat in seats
        if seat.role != Role.GUEST
        or rosters.commissioned(standing[seat.person_id], bodies[seat.item_id])
    }


def _ask_again(invitation: Invitation) -> None:
    invitation.withdrawn_at = invitation.notified_at = invitation.rsvp_at = None
    invitation.rsvp, invitation.rsvp_note = Invitation.Rsvp.WAITING, ""
    invitation.sequence += 1
    invitation.save()


@transaction.atomic
def answer_invitation(
    *,
    actor: Actor,
    invitation: Invitation,
    rsvp: Invitation.Rsvp,
    note: str = "",
    proxy: ProxyWords | None = None,
    online_from: str = "",
) -> None:
    """Record the answer of the person, or what the secretariat was told by phone.

    ``proxy`` names who comes instead (R25), ``online_from`` the place from which
    the person asks to take part. Raises HiddenError for somebody else's invitation,
    RefusedError when the meeting is over or called off, and for what the body's
    rules do not know.
    """
    invitation = (
        Invitation.objects.select_for_update(of=("self",))
        .select_related("sitting__body")
        .get(pk=invitation.pk)
    )
    _require_answer(actor, invitation)
    if rsvp == Invitation.Rsvp.WAITING:
        raise InvalidError(_("出席・欠席・代理出席・未定のどれかを選んでください。"))
    invitation.rsvp, invitation.rsvp_note = rsvp, note
    invitation.rsvp_at = clock.now()
    invitation.save()
    _name_proxy(invitation, proxy if rsvp == Invitation.Rsvp.PROXY else None)
    _ask_online(invitation, online_from if rsvp == Invitation.Rsvp.PRESENT else "")
    audit.record(
        "meetings.invitation.answer",
        actor=actor.id,
        subject=f"invitation:{invitation.id}",
        detail={"rsvp": rsvp, "person": str(invitation.person_id)},
    )


def _name_proxy(invitation: Invitation, words: ProxyWords | None) -> None:
    """Keep whom the member named; a named one that was not accepted may change."""
    waiting = Proxy.objects.filter(invitation=invitation).exclude(
        state=Proxy.State.ACCEPTED
    )
    if words is None:
        waiting.delete()
        return
    if is_deputy(invitation):
        raise RefusedError(_("代理の方が、さらに代理を立てることはできません。"))
    waiting.delete()
    Proxy.objects.get_or_create(
        invitation=invitation,
        defaults={
            "name": words.name,
            "post": words.post,
            "email": words.email,
            "named_at": clock.now(),
        },
    )


def is_deputy(invitation: Invitation) -> bool:
    """Whether the person comes in somebody else's stead."""
    items = invitation.sitting.items.values_list("id", flat=True)
    return Seat.objects.filter(
        holding_at(clock.now()),
        person=invitation.person_id,
        item_id__in=list(items),
        role=Role.DEPUTY,
    ).exists()


def _ask_online(invitation: Invitation, place: str) -> None:
    if not place:
        OnlineRequest.objects.filter(invitation=invitation).delete()
        return
    if invitation.sitting.body.rules.online == Charter.Online.NONE:
        raise RefusedError(_("この会議は、オンラインでの出席を認めていません。"))
    asked = OnlineRequest.objects.filter(invitation=invitation)
    if not asked.filter(place=place).exists():
        asked.delete()
        OnlineRequest.objects.create(
            invitation=invitation, place=place, asked_at=clock.now()
        )


def _require_answer(actor: Actor, invitation: Invitation) -> None:
    sitting = invitation.sitting
    items = dict(sitting.items.values_list("id", "body_id"))
    access = access_for(actor, cases=(), items=items)
    if invitation.person_id == actor.id:
        bodies = {items[seat.item] for seat in access.facts.person.seats}
        answer = rosters.notice_answer(access, sitting, invitation, bodies)
    else:
        answer = access.answer(Action.CONVENE, sitting_facts(sitting, None))
    if answer is not Answer.ALLOW:
        raise HiddenError
    if sitting.state != Sitting.State.CONVENED or sitting.ends_at <= clock.now():
        raise RefusedError(
            _("この会議は終わったか、中止になりました。お返事は要りません。")
        )
