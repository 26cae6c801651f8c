"""Sittings as somebody may see them: one of them opened, and the list (R5, R10)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Case, Prefetch, Q, QuerySet, When

from meetings import notices, rosters
from meetings.models import AgendaItem, Invitation, JointSitting, Sitting
from meetings.policies import item_facts, sitting_facts
from members.access import Access, Actor, access_for
from members.facts import Action, Answer
from members.policies import body_facts
from portal.core import clock
from portal.core.errors import HiddenError, StepUpError

State = Sitting.State


@dataclass(frozen=True, slots=True)
class Opened:
    """A sitting with the reader's access to it and to all of its items."""

    sitting: Sitting
    items: list[AgendaItem]
    access: Access
    invitation: Invitation | None

    @property
    def custodian(self) -> bool:
        """Whether the reader convenes this sitting; a stronger sign-in aside."""
        return self.access.offers(Action.CONVENE, sitting_facts(self.sitting, None))

    def require_custodian(self) -> None:
        """Answer anything but the right to convene with its error."""
        self.access.require(Action.CONVENE, sitting_facts(self.sitting, None))

    def require_chair(self) -> None:
        """Answer anything but the right to approve with its error."""
        self.access.require(Action.APPROVE, sitting_facts(self.sitting, None))

    def visible(self, action: Action) -> list[AgendaItem]:
        """The items for which ``action`` is allowed, in their order."""
        return [
            item
            for item in self.items
            if self.access.allows(action, item_facts(item, self.access.actor.id))
        ]


def open_sitting(actor: Actor, sitting_id: UUID) -> Opened:
    """The sitting, if the actor may at least see its neutral face."""
    sitting = _sittings().filter(id=sitting_id).first()
    if sitting is None:
        raise HiddenError
    items = list(sitting.items.all())
    access = access_for(
        actor,
        cases={i.case_id for i in items if i.case_id},
        items={i.id for i in items},
    )
    invitation = sitting.invitations.filter(person=actor.id).first()
    seated = {seat.item for seat in access.facts.person.seats}
    bodies = {item.body_id for item in items if item.id in seated}
    bodies |= {joint.body_id for joint in sitting.joint.all()}
    answer = rosters.notice_answer(access, sitting, invitation, bodies)
    if answer is Answer.HIDDEN:
        raise HiddenError
    if answer is Answer.STEP_UP:
        raise StepUpError
    return Opened(sitting, items, access, invitation)


def convened_sitting(actor: Actor, sitting_id: UUID) -> Opened:
    """The sitting, if the actor convenes it."""
    opened = open_sitting(actor, sitting_id)
    opened.require_custodian()
    return opened


def convened_item(actor: Actor, item_id: UUID) -> tuple[AgendaItem, Access]:
    """One item, if the actor convenes it."""
    item = (
        AgendaItem.objects.select_related("sitting__body", "body", "case__unit")
        .prefetch_related("about")
        .filter(id=item_id)
        .first()
    )
    if item is None:
        raise HiddenError
    access = access_for(
        actor, cases=[item.case_id] if item.case_id else (), items=[item.id]
    )
    access.require(Action.CONVENE, item_facts(item, actor.id))
    return item, access


def convened_invitation(actor: Actor, invitation_id: UUID) -> Invitation:
    """One invitation, if the actor convenes its sitting and an item of the person."""
    invitation = (
        Invitation.objects.select_related(
            "sitting__body", "person__organization", "proxy", "online"
        )
        .filter(id=invitation_id)
        .first()
    )
    if invitation is None:
        raise HiddenError
    opened = convened_sitting(actor, invitation.sitting_id)
    people = rosters.people_in_sight(opened.access, opened.items)
    if invitation.person_id not in people[opened.sitting.id]:
        raise HiddenError
    return invitation


def _sittings() -> QuerySet[Sitting]:
    return Sitting.objects.select_related(
        "body__unit", "created_by", "approved_by"
    ).prefetch_related(
        Prefetch(
            "items",
            AgendaItem.objects.select_related("body", "case")
            .prefetch_related("about", "body__charters")
            .order_by("order"),
        ),
        "joint__body",
    )


def live_invitation(invitation: Invitation | None) -> Invitation | None:
    """The invitation, unless it was withdrawn."""
    return invitation if invitation and invitation.withdrawn_at is None else None


def is_today(sitting: Sitting, t: datetime) -> bool:
    """Whether the door of the room is shown."""
    day = clock.day_of(sitting.starts_at)
    return sitting.state == State.CONVENED and day == clock.day_of(t)


def listed_sittings(actor: Actor) -> QuerySet[Sitting]:
    """The sittings of the bodies one convenes, and those one is asked to.

    Those to come stand first, the next one at the head; then those that are over, the
    latest at the head. What the query finds is decided row by row where it is shown.
    """
    today = clock.day_start(clock.today())
    bodies = actor.person.offices.filter(role__in=rosters.OFFICES).values("body")
    asked = Invitation.objects.filter(person=actor.person, withdrawn_at=None)
    joint = JointSitting.objects.filter(body__in=bodies)
    return (
        Sitting.objects.filter(
            Q(body__in=bodies)
            | Q(id__in=joint.values("sitting"))
            | (
                Q(id__in=asked.values("sitting"))
                & ~Q(state__in=[State.DRAFT, State.SUBMITTED])
            )
        )
        .select_related("body__unit")
        .prefetch_related("joint__body")
        .annotate(
            over=Case(
                When(Q(ends_at__lt=today) | Q(state=State.CLOSED), then=True),
                default=False,
            )
        )
        .order_by("over", Case(When(over=False, then="starts_at")), "-starts_at", "id")
    )


@dataclass(frozen=True, slots=True)
class ListedSitting:
    """One line of a list; the body's name is for those who convene it.

    ``joint`` are the second bodies of the day, as far as the reader convenes them or
    the sitting itself.
    """

    sitting: Sitting
    serial: str
    custodian: bool
    joint: list[JointSitting]
    invitation: Invitation | None
    today: bool


def lines(access: Access, sittings: Iterable[Sitting]) -> list[ListedSitting]:
    """The lines of ``sittings`` that the actor may see, in a few queries more."""
    rows, actor = list(sittings), access.actor
    invitations = {
        i.sitting_id: i
        for i in Invitation.objects.filter(person=actor.person, sitting__in=rows)
    }
    seated = actor.person.seats.values("item_id")
    asked: dict[UUID, set[UUID]] = {}
    own = AgendaItem.objects.filter(sitting__in=rows, id__in=seated)
    for sitting, body in own.values_list("sitting", "body"):
        asked.setdefault(sitting, set()).add(body)
    found = []
    for row in rows:
        invitation = invitations.get(row.id)
        bodies = asked.get(row.id, set()) | {j.body_id for j in row.joint.all()}
        answer = rosters.notice_answer(access, row, invitation, bodies)
        if answer is Answer.HIDDEN:
            continue
        custodian = access.offers(Action.CONVENE, sitting_facts(row, None))
        joint = [
            j
            for j in row.joint.all()
            if custodian or access.offers(Action.CONVENE, body_facts(j.body))
        ]
        serial = notices.serial_of(row.starts_at, row.number)
        found.append(
            ListedSitting(
                row,
                serial,
                custodian,
                joint,
                live_invitation(invitation),
                is_today(row, access.t),
            )
        )
    return found
