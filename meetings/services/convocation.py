"""招集: each person's own notice, calendar entry and link, and what ends them (R31)."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from documents.models import Link
from documents.services import links
from documents.services.links import IssuedLink
from meetings import notices, rosters
from meetings.models import Invitation, Minutes, Sitting
from meetings.notices import Occasion
from meetings.policies import sitting_facts
from meetings.selectors.sittings import Opened
from meetings.services import feeds
from members.access import Actor, access_for
from members.facts import Action
from members.models import Person, Purpose, Scope
from portal.core import audit, clock, context, outbox
from portal.core.errors import InvalidError, RefusedError

# Links are told of, renewed and extended while a sitting is in one of these.
MET = (Sitting.State.CONVENED, Sitting.State.CLOSED)


def withdraw(actor: Actor, invitation: Invitation, occasion: Occasion) -> None:
    """End an invitation with its links; who had been told gets a cancellation."""
    told = invitation.notified_at is not None
    invitation.withdrawn_at = clock.now()
    invitation.sequence += int(told)
    invitation.save()
    links.revoke_links(
        actor=actor, scope_id=invitation.sitting_id, person=invitation.person
    )
    if told and invitation.person.email:
        _mail([invitation], occasion)
    audit.record(
        "meetings.invitation.withdraw",
        actor=actor.id,
        subject=f"invitation:{invitation.id}",
        detail={"person": str(invitation.person_id)},
    )


def notify(
    actor: Actor,
    sitting: Sitting,
    invitations: Sequence[Invitation],
    occasion: Occasion = Occasion.INVITED,
) -> int:
    """Send each person their own notice, calendar entry and link; how many were told.

    Nobody is told of a sitting in which nothing would open for them. People
    without a mail address stay unnotified until their letter is printed.
    """
    open_to = who_would_read(sitting, [i.person for i in invitations])
    reached = [
        invitation
        for invitation in invitations
        if invitation.withdrawn_at is None
        and invitation.person_id in open_to
        and invitation.person.email
    ]
    if reached:
        send_links(actor, sitting, reached, occasion)
    return len(reached)


def who_would_read(sitting: Sitting, people: Sequence[Person]) -> set[UUID]:
    """For whom of the people something in the sitting would open."""
    items = list(sitting.items.select_related("body").prefetch_related("about"))
    standing = rosters.standing(people, items=items)
    return {
        person
        for person, access in standing.items()
        if any(rosters.would_open(access, item) for item in items)
    }


def send_links(
    actor: Actor,
    sitting: Sitting,
    invitations: Sequence[Invitation],
    occasion: Occasion,
) -> None:
    """Send each of the invited their notice, with a new link to whom comes by one."""
    by_link = [i.person for i in invitations if not i.person.login]
    _mail(invitations, occasion, _issue(actor, sitting, by_link))
    for invitation in invitations:
        invitation.notified_at = clock.now()
    Invitation.objects.bulk_update(invitations, ["notice", "notified_at"])
    audit.record_all(
        [
            audit.Act(
                "meetings.invitation.notify",
                actor.id,
                context.origin(),
                subject=f"invitation:{invitation.id}",
                detail={"person": str(invitation.person_id), "occasion": occasion},
            )
            for invitation in invitations
        ]
    )


def _issue(
    actor: Actor, sitting: Sitting, people: Sequence[Person]
) -> dict[UUID, IssuedLink]:
    """A new link for each of the people, by person."""
    issued = links.issue_links(
        actor=actor,
        people=people,
        scope=Scope(Purpose.SITTING, sitting.id),
        starts_at=clock.now(),
        ends_at=links_end(sitting),
    )
    return {each.link.person_id: each for each in issued}


def _mail(
    invitations: Sequence[Invitation],
    occasion: Occasion,
    issued: Mapping[UUID, IssuedLink] = MappingProxyType({}),
) -> None:
    """Queue each person's own mail, and note it on the invitation."""
    without = feeds.without_entries([i.person for i in invitations])
    letters = [
        _letter(
            invitation,
            occasion,
            issued.get(invitation.person_id),
            entry=invitation.person_id not in without,
        )
        for invitation in invitations
    ]
    mails = outbox.queue_all(letters)
    for invitation, mail in zip(invitations, mails, strict=True):
        invitation.notice = mail


def _letter(
    invitation: Invitation,
    occasion: Occasion,
    issued: IssuedLink | None,
    *,
    entry: bool,
) -> outbox.Letter:
    entry = entry and occasion is not Occasion.RENEWED
    notice = notices.compose(occasion, _facts(invitation, issued, entry=entry))
    return outbox.Letter(
        person=invitation.person_id,
        address=invitation.person.email,
        subject=notice.subject,
        body=notice.body,
        about=f"link:{issued.link.id}" if issued else "",
        calendar=notice.calendar,
        calendar_method=notice.method,
    )


def _facts(
    invitation: Invitation, issued: IssuedLink | None, *, entry: bool
) -> notices.Facts:
    sitting, person = invitation.sitting, invitation.person
    address = notices.page_address(sitting.id, person)
    return notices.Facts(
        serial=notices.serial_of(sitting.starts_at, sitting.number),
        starts_at=sitting.starts_at,
        ends_at=sitting.ends_at,
        place=sitting.place,
        name=person.name,
        email=person.email,
        uid=invitation.calendar_uid,
        sequence=invitation.sequence,
        stamp=clock.now(),
        address=address,
        link=issued.url if issued else address,
        link_until=issued.link.ends_at if issued else None,
        entry=entry,
    )


def links_end(sitting: Sitting) -> datetime:
    """Until when links to the sitting may last: some days past its items (R31).

    While a record of it goes round there is that to read, and the days count from now.
    """
    closed: datetime | None = sitting.items.aggregate(at=Max("closed_at"))["at"]
    going_round = Minutes.objects.filter(
        item__sitting=sitting, state=Minutes.State.ROUND
    )
    last = [sitting.ends_at, closed, clock.now() if going_round.exists() else None]
    days = timedelta(days=sitting.body.rules.link_days)
    return max(moment for moment in last if moment) + days


def renew(link: Link) -> None:
    """A new link in place of one that ran out, if everything still holds (R14, R31).

    Its holder asked at the gate and is told nothing there; the mail is the answer.
    """
    invitation = (
        Invitation.objects.select_for_update(of=("self",))
        .select_related("sitting__body", "person__organization")
        .filter(sitting=link.scope_id, person=link.person, withdrawn_at=None)
        .first()
    )
    if invitation is None or not invitation.person.email:
        return
    sitting, until = invitation.sitting, links_end(invitation.sitting)
    if sitting.state not in MET or until <= clock.now():
        return
    if not who_would_read(sitting, [invitation.person]):
        return
    issued = links.renew_link(link=link, ends_at=until)
    _mail([invitation], Occasion.RENEWED, {invitation.person_id: issued})
    invitation.save(update_fields=["notice"])


@transaction.atomic
def send_again(*, actor: Actor, invitation: Invitation) -> None:
    """Send the notice once more. The old link dies: only its digest was kept."""
    invitation = _lock(actor, invitation)
    if not invitation.person.email:
        raise RefusedError(
            _("メールアドレスがありません。案内状を印刷してお渡しください。")
        )
    _require_something_to_open(invitation)
    send_links(actor, invitation.sitting, [invitation], Occasion.INVITED)


@transaction.atomic
def remind_waiting(*, actor: Actor, sitting: Sitting) -> int:
    """Ask those once more who have not answered; how many were asked.

    Of people without mail and of those who come for items hidden from the actor
    nothing is sent (R27).
    """
    rows = Sitting.objects.select_for_update(of=("self",)).select_related("body")
    sitting = rows.get(pk=sitting.pk)
    items = list(sitting.items.select_related("body").prefetch_related("about"))
    access = access_for(
        actor,
        cases={item.case_id for item in items if item.case_id},
        items={item.id for item in items},
    )
    access.require(Action.CONVENE, sitting_facts(sitting, None))
    if sitting.state != Sitting.State.CONVENED or sitting.ends_at <= clock.now():
        raise RefusedError(_("招集済みで、これからの会議だけが対象です。"))
    waiting = sitting.invitations.filter(
        rsvp=Invitation.Rsvp.WAITING,
        withdrawn_at=None,
        notified_at__isnull=False,
        person__in=rosters.people_in_sight(access, items)[sitting.id],
    )
    invitations = list(waiting.select_related("person__organization"))
    for invitation in invitations:
        invitation.sitting = sitting
    return notify(actor, sitting, invitations, Occasion.REMINDED)


@transaction.atomic
def print_letter(*, actor: Actor, invitation: Invitation) -> IssuedLink:
    """Make a new link to print on the letter; its secret is told this once only."""
    invitation = _lock(actor, invitation)
    _require_something_to_open(invitation)
    sitting, person = invitation.sitting, invitation.person
    issued = _issue(actor, sitting, [person])[person.id]
    invitation.notified_at = clock.now()
    invitation.notice = None
    invitation.save()
    audit.record(
        "meetings.invitation.letter",
        actor=actor.id,
        subject=f"invitation:{invitation.id}",
        detail={"person": str(invitation.person_id)},
    )
    return issued


def _require_something_to_open(invitation: Invitation) -> None:
    if not who_would_read(invitation.sitting, [invitation.person]):
        raise RefusedError(
            _("この方には、いま開ける議題がありません。選定をお確かめください。")
        )


@transaction.atomic
def reissue(*, actor: Actor, invitation: Invitation) -> None:
    """Send the person a new link, also after the sitting; the old one dies."""
    invitation = _lock(actor, invitation, MET)
    if not invitation.person.email or invitation.person.login:
        raise RefusedError(
            _("リンクをメールで受け取る方ではありません。案内状をお渡しください。")
        )
    _require_something_to_open(invitation)
    if links_end(invitation.sitting) <= clock.now():
        raise RefusedError(_("リンクを使える期間が終わっています。"))
    send_links(actor, invitation.sitting, [invitation], Occasion.RENEWED)


@transaction.atomic
def extend_link(*, actor: Actor, invitation: Invitation, until: datetime) -> None:
    """Let the person's live link last longer, up to the end that R31 allows."""
    invitation = _lock(actor, invitation, MET)
    if until > links_end(invitation.sitting):
        raise InvalidError(_("この会議のリンクを使える期間を過ぎています。"))
    for link in links.live_links(invitation.sitting_id, invitation.person):
        links.extend_link(actor=actor, link=link, ends_at=until)


@transaction.atomic
def stop_all(*, actor: Actor, opened: Opened) -> int:
    """End the links of everybody the actor convenes; how many. Others' stay (R27)."""
    Sitting.objects.select_for_update(of=("self",)).get(pk=opened.sitting.pk)
    opened.require_custodian()
    people = rosters.people_in_sight(opened.access, opened.items)
    invited = opened.sitting.invitations.filter(person__in=people[opened.sitting.id])
    return sum(
        links.revoke_links(
            actor=actor, scope_id=opened.sitting.id, person=invitation.person
        )
        for invitation in invited.select_related("person").order_by("person")
    )


@transaction.atomic
def stop_link(*, actor: Actor, invitation: Invitation) -> None:
    """End the person's links to the sitting, with everything opened through them."""
    invitation = _lock(actor, invitation, MET)
    links.revoke_links(
        actor=actor, scope_id=invitation.sitting_id, person=invitation.person
    )


@transaction.atomic
def unlock(*, actor: Actor, invitation: Invitation) -> None:
    """Let the person try codes again on the live link."""
    invitation = _lock(actor, invitation, MET)
    links.unlock_links(
        actor=actor, scope_id=invitation.sitting_id, person=invitation.person
    )


def _lock(
    actor: Actor,
    invitation: Invitation,
    states: Sequence[str] = (Sitting.State.CONVENED,),
) -> Invitation:
    """The invitation under its lock, once the actor may convene the sitting."""
    invitation = (
        Invitation.objects.select_for_update(of=("self",))
        .select_related("sitting__body", "person__organization")
        .get(pk=invitation.pk)
    )
    access = access_for(actor, cases=(), items=())
    access.require(Action.CONVENE, sitting_facts(invitation.sitting, None))
    if invitation.sitting.state not in states or invitation.withdrawn_at is not None:
        raise RefusedError(
            _("招集済みの会議の、取り消されていない案内だけが対象です。")
        )
    return invitation


def tell_of_change(actor: Actor, sitting: Sitting, *, ask_again: bool) -> None:
    """Tell everybody who had been told; without mail the letter is due once more."""
    invitations = list(
        sitting.invitations.filter(
            withdrawn_at=None, notified_at__isnull=False
        ).select_related("person")
    )
    for invitation in invitations:
        invitation.sitting = sitting
        invitation.sequence += 1
        invitation.notified_at = None
        if ask_again:
            invitation.rsvp, invitation.rsvp_at = Invitation.Rsvp.WAITING, None
        invitation.save()
        links.revoke_links(actor=actor, scope_id=sitting.id, person=invitation.person)
    notify(actor, sitting, invitations, Occasion.CHANGED)


def call_off(actor: Actor, sitting: Sitting) -> None:
    """End every invitation and link of a sitting that will not take place."""
    rows = sitting.invitations.filter(withdrawn_at=None, notified_at__isnull=False)
    told = list(rows.select_related("person"))
    for invitation in told:
        invitation.sitting = sitting
        invitation.sequence += 1
    _mail([i for i in told if i.person.email], Occasion.CANCELLED)
    Invitation.objects.bulk_update(told, ["sequence", "notice"])
    links.revoke_links(actor=actor, scope_id=sitting.id)
