"""What comes back by mail, taken in: a hint on the invitation, a mail undelivered.

A mail proves nothing. It never answers for anybody, never opens anything, and says
nothing of a sitting to whoever sent it.
"""

from datetime import datetime
from enum import StrEnum

from django.db import transaction

from meetings import inbound, rosters
from meetings.inbound import Reply, Report, UnreadableError
from meetings.models import CalendarReply, Invitation, Sitting
from meetings.selectors import sittings
from portal.core import audit, clock, outbox
from portal.core.models import OutgoingMail

Rsvp = Invitation.Rsvp
_ANSWERS = {
    "ACCEPTED": Rsvp.PRESENT,
    "DECLINED": Rsvp.ABSENT,
    "TENTATIVE": Rsvp.UNDECIDED,
    "DELEGATED": Rsvp.PROXY,
}


class Outcome(StrEnum):
    """What became of a mail."""

    HINTED = "hinted"
    OUTDATED = "outdated"  # an answer to an entry that has changed, or a late one
    UNDELIVERED = "undelivered"
    IGNORED = "ignored"  # automatic mail, or nothing new
    REFUSED = "refused"
    UNREADABLE = "unreadable"


@transaction.atomic
def receive(*, raw: bytes) -> Outcome:
    """Take one mail in; refusals are written to the trail, without its words."""
    try:
        came = inbound.read(raw)
    except UnreadableError as error:
        return _refuse(error.reason, Outcome.UNREADABLE)
    if came is None:
        return Outcome.IGNORED
    return _note(came) if isinstance(came, Report) else _hint(came)


def _refuse(
    reason: str,
    outcome: Outcome = Outcome.REFUSED,
    invitation: Invitation | None = None,
) -> Outcome:
    audit.record(
        "meetings.reply.refuse",
        actor=None,
        subject=f"invitation:{invitation.id}" if invitation else "",
        detail={"reason": reason},
    )
    return outcome


def _note(report: Report) -> Outcome:
    mail = _mail_behind(report.to) or (
        OutgoingMail.objects.filter(id__in=report.mails[:1]).first()
    )
    if mail is None:
        return _refuse("mail")
    noted = report.failed and outbox.note_bounce(mail, code=report.code)
    return Outcome.UNDELIVERED if noted else Outcome.IGNORED


def _mail_behind(addresses: tuple[str, ...]) -> OutgoingMail | None:
    found = (outbox.mail_behind(address) for address in addresses)
    return next((mail for mail in found if mail is not None), None)


def _hint(reply: Reply) -> Outcome:
    invitation = (
        Invitation.objects.select_for_update(of=("self",))
        .select_related("sitting__body", "person__organization")
        .filter(calendar_uid=reply.uid)
        .first()
    )
    if invitation is None:
        return _refuse("uid")
    reason = _objection(reply, invitation)
    if reason:
        return _refuse(reason, invitation=invitation)
    stamp = min(reply.stamp or clock.now(), clock.now())
    known = CalendarReply.objects.filter(invitation=invitation).first()
    if reply.sequence < invitation.sequence or (known and not known.before(stamp)):
        return Outcome.OUTDATED
    _keep(invitation, _ANSWERS[reply.answer], stamp)
    return Outcome.HINTED


def _objection(reply: Reply, invitation: Invitation) -> str:
    """Why the mail counts for nothing; empty when it may be a hint."""
    if reply.answer not in _ANSWERS:
        return "answer"
    email = inbound.plain(invitation.person.email)
    if reply.attendee != email:
        return "attendee"  # whom we did not ask: a forwarded entry
    mail = _mail_behind(reply.to)
    ours = mail is not None and mail.person == str(invitation.person_id)
    if email not in reply.senders and not ours:
        return "sender"
    return "" if _open(invitation) else "over"


def _open(invitation: Invitation) -> bool:
    """Whether the person would be asked now, signed in (R10, R12)."""
    sitting = invitation.sitting
    if sitting.state != Sitting.State.CONVENED or sitting.ends_at <= clock.now():
        return False
    access = rosters.standing([invitation.person], items=())[invitation.person_id]
    return any(line.invitation for line in sittings.lines(access, [sitting]))


def _keep(invitation: Invitation, answer: Rsvp, stamp: datetime) -> None:
    CalendarReply.objects.update_or_create(
        invitation=invitation,
        defaults={
            "answer": answer,
            "sequence": invitation.sequence,
            "stamp": stamp,
            "received_at": clock.now(),
        },
    )
    audit.record(
        "meetings.reply.hint",
        actor=None,
        subject=f"invitation:{invitation.id}",
        detail={"answer": answer, "person": str(invitation.person_id)},
    )
