"""代理出席: accepted for one sitting, with the principal's rights and no more (R25)."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from documents.services import releases
from meetings.models import AgendaItem, Invitation, OnlineRequest, Proxy
from meetings.policies import sitting_facts
from meetings.services import invitations
from members.access import Actor, access_for
from members.facts import Action, Role
from members.filters import concerning, ending_after, holding_at
from members.models import Commission, Person, Seat
from members.policies import rules_facts
from members.services import cases
from members.services.people import NewPerson, enter_person
from portal.core import audit, clock
from portal.core.errors import HiddenError, RefusedError

# How long after the close a deputy may still read (a setting of R25).
AFTER_CLOSE = timedelta(hours=24)


@transaction.atomic
def accept_proxy(*, actor: Actor, proxy: Proxy) -> Person:
    """Let the named person come instead: own account, own pledge, the same items.

    From now until a day after the sitting; then seats, commission and releases end
    by themselves. Raises RefusedError for somebody who sits there already, or
    whom a recusal keeps away from every item.
    """
    proxy = _locked(actor, proxy)
    if proxy.state == Proxy.State.ACCEPTED and proxy.person is not None:
        return proxy.person
    invitation = proxy.invitation
    principal, sitting = invitation.person, invitation.sitting
    entry = NewPerson(
        organization=principal.organization,
        name=proxy.name,
        post=proxy.post,
        email=proxy.email,
    )
    person = enter_person(actor=actor, body=sitting.body, entry=entry)
    until = sitting.ends_at + AFTER_CLOSE
    if not _seat(actor, principal, person, list(_items(invitation)), until):
        raise RefusedError(
            _(
                "%(name)sさんは、この会議に代理で出席できません。ご本人にご確認ください。"
            )
            % {"name": proxy.name}
        )
    proxy.person = person
    _answer(actor, proxy, Proxy.State.ACCEPTED)
    invitations.settle(actor, sitting)
    return person


def _locked(actor: Actor, proxy: Proxy) -> Proxy:
    rows = Proxy.objects.select_for_update(of=("self",)).select_related(
        "person", "invitation__sitting__body", "invitation__person__organization"
    )
    found = rows.filter(pk=proxy.pk).first()
    if found is None:
        raise HiddenError
    _require(actor, found.invitation)
    return found


def _require(actor: Actor, invitation: Invitation) -> None:
    sitting = invitation.sitting
    access = access_for(actor, cases=(), items=())
    access.require(Action.CONVENE, sitting_facts(sitting, None))
    if sitting.ends_at <= clock.now() or invitation.withdrawn_at is not None:
        raise RefusedError(_("この会議は終わったか、案内が取り消されています。"))


def _items(invitation: Invitation) -> list[AgendaItem]:
    """The principal's items of the sitting."""
    seats = Seat.objects.filter(ending_after(clock.now()), person=invitation.person)
    rows = invitation.sitting.items.filter(id__in=seats.values("item_id"))
    return list(rows.select_related("case", "body"))


def _seat(
    actor: Actor,
    principal: Person,
    person: Person,
    items: list[AgendaItem],
    until: datetime,
) -> bool:
    now = clock.now()
    access = access_for(actor, cases=(), items=())
    sits = Seat.objects.filter(ending_after(now), person=person)
    taken = set(sits.values_list("item_id", flat=True))
    open_to = [
        item
        for item in items
        if item.id not in taken
        and access.allows(Action.APPOINT, rules_facts(item.body))  # R17
        and (item.case is None or cases.selectable(item.case, person))
    ]
    for body in {item.body for item in open_to}:
        if not Commission.objects.filter(
            concerning(person), holding_at(now), body=body
        ).exists():
            Commission.objects.create(
                form=Commission.Form.INDIVIDUAL,
                body=body,
                person=person,
                starts_at=now,
                ends_at=until,
                approved_by=_("代理出席"),
            )
    for item in open_to:
        cases.give_seat(
            actor=actor,
            item_id=item.id,
            person=person,
            role=Role.DEPUTY,
            until=until,
        )
        releases.pass_on(
            actor=actor, item_id=item.id, people=(principal, person), until=until
        )
    return bool(open_to)


@transaction.atomic
def refuse_proxy(*, actor: Actor, proxy: Proxy, reason: str) -> None:
    """Say no, with the reason the member reads; one accepted before comes no more."""
    proxy = _locked(actor, proxy)
    if not reason:
        raise RefusedError(_("受け入れない理由を書いてください。"))
    if proxy.person is not None:
        _unseat(actor, proxy)
    proxy.reason = reason
    _answer(actor, proxy, Proxy.State.REFUSED)


def _unseat(actor: Actor, proxy: Proxy) -> None:
    sitting, person = proxy.invitation.sitting, proxy.person
    items = sitting.items.values_list("id", flat=True)
    seats = Seat.objects.filter(
        ending_after(clock.now()),
        item_id__in=list(items),
        person=person,
        role=Role.DEPUTY,
    )
    for seat in seats.select_related("person"):
        cases.end_seat(actor=actor, seat=seat)
        releases.end_releases(actor=actor, item_id=seat.item_id, person=seat.person)
    invitations.settle(actor, sitting)


def _answer(actor: Actor, proxy: Proxy, state: Proxy.State) -> None:
    proxy.state, proxy.answered_by = state, actor.person
    proxy.answered_at = clock.now()
    proxy.save()
    audit.record(
        f"meetings.proxy.{state}",
        actor=actor.id,
        subject=f"invitation:{proxy.invitation_id}",
        detail={"person": str(proxy.person_id or "")},
    )


@transaction.atomic
def answer_online(*, actor: Actor, request: OnlineRequest, allow: bool) -> None:
    """Allow or refuse attendance from elsewhere; a repeat is harmless."""
    rows = OnlineRequest.objects.select_for_update(of=("self",))
    request = rows.select_related("invitation__sitting__body").get(pk=request.pk)
    _require(actor, request.invitation)
    state = OnlineRequest.State
    request.state = state.ALLOWED if allow else state.REFUSED
    request.answered_by, request.answered_at = actor.person, clock.now()
    request.save()
    audit.record(
        f"meetings.online.{request.state}",
        actor=actor.id,
        subject=f"invitation:{request.invitation_id}",
    )
