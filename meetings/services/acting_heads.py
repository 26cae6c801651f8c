"""職務代理 at one sitting: only in the stated absence or vacancy of the head (R26)."""

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from meetings import rosters
from meetings.live import bell
from meetings.models import ActingHead, AgendaItem, Invitation, Sitting
from meetings.selectors.agenda import visible_items
from meetings.services import invitations
from meetings.services.sittings import lock_sitting
from members.access import Actor
from members.facts import Role
from members.filters import ending_after, holding_at
from members.models import Body, Charter, Membership, Office, Person, Seat
from members.offices import offices_at, presiding_of
from members.services import cases
from members.services.stand_ins import designated
from portal.core import audit, clock
from portal.core.errors import InvalidError, RefusedError

Rule = Charter.StandInRule
Why = ActingHead.Why
_BEFORE_THE_END = (Sitting.State.DRAFT, Sitting.State.SUBMITTED, Sitting.State.CONVENED)


@transaction.atomic
def preside_instead(
    *, actor: Actor, sitting: Sitting, person: Person, why: str, note: str
) -> ActingHead:
    """Let ``person`` preside over the sitting in the head's stead; a repeat is kept.

    The chair's office is theirs for this sitting and its minutes, and for nothing
    else. They are seated on the items that the actor convenes; an item from which
    the actor is kept away waits for another custodian's repeat (R27). Raises
    InvalidError without the circumstances, RefusedError where the head is there, the
    reason does not fit, or the body's rule does not admit them.
    """
    sitting, _access = lock_sitting(actor, sitting, *_BEFORE_THE_END)
    known = ActingHead.objects.filter(sitting=sitting, ended_at=None).first()
    if known is not None and known.person_id == person.id:
        _seat(actor, sitting, person)
        return known
    if not note:
        raise InvalidError(_("どのような事由かを書いてください。会議録に残ります。"))
    head = presiding_of(sitting.body, sitting.starts_at)
    if why == Why.HANDED:
        _check_handed(sitting, person)
    else:
        _check_reason(sitting, head, Why(why))
    ad_hoc = _check_rule(sitting, person)
    if known is not None:
        _end(actor, known)
    office = Office.objects.create(
        person=person,
        body=sitting.body,
        role=Role.CHAIR,
        convenes=False,
        sitting_id=sitting.id,
        acting_for=head,
        starts_at=clock.now(),
    )
    acting = ActingHead.objects.create(
        sitting=sitting,
        head=head,
        person=person,
        office=office,
        why=why,
        note=note,
        ad_hoc=ad_hoc,
        noted_by=actor.person,
        noted_at=clock.now(),
    )
    _seat(actor, sitting, person)
    _preside(sitting, person)
    _record("begin", actor, sitting, person)
    return acting


def _check_handed(sitting: Sitting, person: Person) -> None:
    """At will: the head may be there all the same."""
    if person not in _handed_to(sitting):
        raise RefusedError(
            _("%(name)sさんへの引き継ぎは、開催日にはありません。")
            % {"name": person.name}
        )


def _check_reason(sitting: Sitting, head: Person | None, why: ActingHead.Why) -> None:
    title = {"title": sitting.body.rules.head_title}
    if why == Why.VACANCY and head is not None:
        raise RefusedError(
            _("%(title)sは空席ではありません。欠席などの事由を選んでください。") % title
        )
    if why == Why.ABSENCE and head is None:
        raise RefusedError(_("%(title)sは空席です。空席を選んでください。") % title)
    came = Q(checked_in_at__isnull=False) | Q(rsvp=Invitation.Rsvp.PRESENT)
    if head is not None and sitting.invitations.filter(came, person=head).exists():
        raise RefusedError(
            _(
                "%(title)sは出席の予定です。"
                "代理は、欠席のお返事を記録してから始められます。"
            )
            % title
        )


def _check_rule(sitting: Sitting, person: Person) -> bool:
    """Whether the stand-in is one of the day only; RefusedError if not admitted."""
    body = sitting.body
    rules = body.rules_at(sitting.starts_at)
    allowed = _allowed(body, sitting, rules.stand_in_rule)
    if person in allowed:
        return False
    if rules.ad_hoc_stand_in and person in _seated(sitting):
        return True
    if allowed:
        names = _("、").join(p.name for p in allowed)
        raise RefusedError(
            _("この会議体の決まりでは、%(names)sさんが代理を務めます。")
            % {"names": names}
        )
    raise RefusedError(
        _("代理になる人が決められていません。会議体の画面で登録してください。")
    )


def _allowed(body: Body, sitting: Sitting, rule: str) -> list[Person]:
    """Who may stand in, by the rule, the first of those who come."""
    if rule == Rule.HAND_OVER:
        return _handed_to(sitting)
    people = [row.person for row in designated(body)]
    if rule != Rule.RANKED:
        return people
    away = set(
        sitting.invitations.filter(
            person__in=people, rsvp=Invitation.Rsvp.ABSENT
        ).values_list("person_id", flat=True)
    )
    return [person for person in people if person.id not in away][:1]


def _handed_to(sitting: Sitting) -> list[Person]:
    offices = offices_at(sitting.body, sitting.starts_at)
    return [o.person for o in offices.filter(acting_for__isnull=False)]


def who_may(sitting: Sitting, items: Iterable[AgendaItem]) -> list[Person]:
    """Whom the page offers: by the rule, then those of the day where it lets it."""
    rules = sitting.body.rules_at(sitting.starts_at)
    people = _allowed(sitting.body, sitting, rules.stand_in_rule)
    if rules.ad_hoc_stand_in:
        seats = rosters.seats_of(item.id for item in items)
        people += [seat.person for rows in seats.values() for seat in rows]
    return list(dict.fromkeys(people))


def _seated(sitting: Sitting) -> set[Person]:
    seats = rosters.seats_of(sitting.items.values_list("id", flat=True))
    return {seat.person for rows in seats.values() for seat in rows}


def _seat(actor: Actor, sitting: Sitting, person: Person) -> None:
    """The stand-in leads the body's items, except where they are recused."""
    for item in visible_items(actor, sitting):
        if item.body_id != sitting.body_id:
            continue
        if item.case is not None and not cases.selectable(item.case, person):
            continue
        if item.case is not None:
            cases.select_member(
                actor=actor,
                case=item.case,
                person=person,
                role=Role.CHAIR,
                reason=_("職務代理"),
                body=item.body,
            )
        cases.give_seat(actor=actor, item_id=item.id, person=person, role=Role.CHAIR)
    invitations.settle(actor, sitting)


@transaction.atomic
def step_back(*, actor: Actor, sitting: Sitting) -> None:
    """The head has come: nobody stands in any more. A repeat is harmless."""
    sitting, _access = lock_sitting(actor, sitting, *_BEFORE_THE_END)
    acting = ActingHead.objects.filter(sitting=sitting, ended_at=None).first()
    if acting is None:
        return
    _end(actor, acting)
    _preside(sitting, presiding_of(sitting.body, sitting.starts_at))
    _record("end", actor, sitting, acting.person)


def _end(actor: Actor, acting: ActingHead) -> None:
    now = clock.now()
    acting.ended_at = acting.office.ends_at = now
    acting.save(update_fields=["ended_at"])
    acting.office.save(update_fields=["ends_at"])
    items = list(acting.sitting.items.filter(body=acting.sitting.body_id))
    chosen = Membership.objects.filter(
        ending_after(now),
        person=acting.person,
        case__in=[i.case_id for i in items if i.case_id],
    )
    # What the person had before stays: a convener keeps the cases of that office.
    by_stand_in = Q(role=Role.CHAIR, starts_at__gte=acting.office.starts_at)
    own = set(chosen.exclude(by_stand_in).values_list("case_id", flat=True))
    for item in items:
        _give_back(actor, item, acting.person, stays=item.case_id in {None, *own})
    chosen.filter(by_stand_in).update(ends_at=now)


def _give_back(actor: Actor, item: AgendaItem, person: Person, *, stays: bool) -> None:
    """The chair's seat ends; who has a place of their own sits in that one again."""
    seat = Seat.objects.filter(
        holding_at(clock.now()), item_id=item.id, person=person, role=Role.CHAIR
    ).first()
    if seat is None:
        return
    if stays:
        offices = rosters.office_holders(item.body)
        role = offices.get(person) or rosters.side_of(person)
        cases.give_seat(actor=actor, item_id=item.id, person=person, role=role)
    else:
        cases.end_seat(actor=actor, seat=seat)


def _preside(sitting: Sitting, person: Person | None) -> None:
    sitting.presiding = person
    sitting.save(update_fields=["presiding"])
    bell.after_commit(sitting.pk, standing=True)


def acting_of(sitting: UUID) -> ActingHead | None:
    """Who stands in at the sitting, if anybody does."""
    rows = ActingHead.objects.filter(sitting=sitting, ended_at=None)
    return rows.select_related("person__organization", "head").first()


def _record(what: str, actor: Actor, sitting: Sitting, person: Person) -> None:
    audit.record(
        f"meetings.acting_head.{what}",
        actor=actor.id,
        subject=f"sitting:{sitting.id}",
        detail={"person": str(person.id)},
    )
