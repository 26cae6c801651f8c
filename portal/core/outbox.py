"""Outgoing mail: a row first, sent by the worker, each to one person (R39).

Subjects and bodies are composed from neutral words only: portal name, serial,
date, time, place, the recipient's own name, the link.
"""

import base64
import binascii
import logging
from datetime import timedelta
from hmac import compare_digest
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import transaction
from django_tasks import task

from portal.core import audit, clock, keys
from portal.core.models import OutgoingMail

log = logging.getLogger(__name__)

MAX_ATTEMPTS = 8
_REPLY = "reply+"
_PAD = "======"  # base 32 of 16 bytes is 26 letters long, and padded to 32


@transaction.atomic
def queue(
    *,
    person: UUID,
    address: str,
    subject: str,
    body: str,
    about: str = "",
    calendar: str = "",
    calendar_method: str = "",
) -> OutgoingMail:
    """Put one mail into the outbox, in the caller's transaction.

    ``about`` names what the mail depends on (``link:<id>``), so that revoking it
    can cancel mail that has not left yet. Raises ValueError for a line break in the
    address or the subject: it would begin a header of its own.
    """
    if any(character in "\r\n" for character in address + subject):
        raise ValueError("A mail's address and subject are one line each.")
    now = clock.now()
    mail = OutgoingMail(
        person=str(person),
        about=about,
        address=address,
        subject=subject,
        calendar_method=calendar_method,
        queued_at=now,
        due_at=now,
    )
    mail.sealed_body = keys.seal(body, mail.id.bytes)
    if calendar:
        mail.sealed_calendar = keys.seal(calendar, mail.id.bytes)
    mail.save(force_insert=True)
    deliver.enqueue(str(mail.id))
    return mail


def cancel(*, about: str) -> int:
    """Stop mail about ``about`` that has not left; returns how many."""
    return OutgoingMail.objects.filter(
        about=about, state=OutgoingMail.State.WAITING
    ).update(state=OutgoingMail.State.CANCELLED, sealed_body=b"", sealed_calendar=b"")


@task()
def deliver(mail_id: str) -> None:
    """Send one waiting mail; a failure leaves it due again later."""
    with transaction.atomic():
        mail = (
            OutgoingMail.objects.select_for_update(skip_locked=True)
            .filter(id=mail_id, state=OutgoingMail.State.WAITING)
            .first()
        )
        if mail is None:
            return
        mail.attempt_count += 1
        try:
            compose(mail).send()
        except OSError:
            # SMTP errors are OSErrors; the text may name the address: not logged.
            log.warning("mail %s: attempt %d failed", mail.id, mail.attempt_count)
            mail.due_at = clock.now() + timedelta(seconds=30 * 2**mail.attempt_count)
            if mail.attempt_count >= MAX_ATTEMPTS:
                mail.state = OutgoingMail.State.FAILED
        else:
            mail.state = OutgoingMail.State.SENT
            mail.sent_at = clock.now()
            mail.sealed_body = mail.sealed_calendar = b""
        mail.save()


def requeue_due() -> int:
    """Enqueue what is due and has no task any more; returns how many."""
    due = OutgoingMail.objects.filter(
        state=OutgoingMail.State.WAITING,
        due_at__lt=clock.now() - timedelta(seconds=20),
    )
    ids = list(due.values_list("id", flat=True)[:500])
    for mail_id in ids:
        deliver.enqueue(str(mail_id))
    return len(ids)


def compose(mail: OutgoingMail) -> EmailMultiAlternatives:
    """The message: plain text, and the calendar entry as its alternative.

    The Message-ID is the row's, so that a mail sent twice after a crash is shown
    once. Some clients take the calendar entry from the alternative with its method
    (RFC 6047), others only from an attached file: it goes out as both. What comes
    back undelivered goes to the mail's own address, and so does a calendar's answer.
    """
    sender = settings.DEFAULT_FROM_EMAIL
    host = sender.rpartition("@")[2]
    headers = {"Message-ID": f"<{mail.id}@{host}>", "From": sender}
    back = reply_address(mail.id)
    if back and mail.sealed_calendar:
        headers["Reply-To"] = back
    message = EmailMultiAlternatives(
        subject=mail.subject,
        body=keys.unseal(bytes(mail.sealed_body), mail.id.bytes),
        from_email=back or sender,  # of the envelope
        to=[mail.address],
        headers=headers,
    )
    if mail.sealed_calendar:
        calendar = keys.unseal(bytes(mail.sealed_calendar), mail.id.bytes)
        kind = f"text/calendar; method={mail.calendar_method}"
        message.attach_alternative(calendar, kind)
        message.attach("invite.ics", calendar.encode(), "application/ics")
    return message


def reply_address(mail_id: UUID) -> str:
    """The mail's own address to come back to; empty where none is set up.

    Its token is the mail's id and a tag over it, 52 letters that no mail server
    minds and nobody can make up.
    """
    if not settings.REPLY_DOMAIN:
        return ""
    halves = (mail_id.bytes, keys.tag(f"reply:{mail_id}"))
    token = "".join(base64.b32encode(half).decode().rstrip("=") for half in halves)
    return f"{_REPLY}{token.lower()}@{settings.REPLY_DOMAIN}"


def mail_behind(address: str) -> OutgoingMail | None:
    """The mail whose own address this is, if we made it; the domain does not matter."""
    token = address.partition("@")[0].lower().removeprefix(_REPLY).upper()
    try:
        mail_id = UUID(bytes=base64.b32decode(token[:26] + _PAD))
        tag = base64.b32decode(token[26:] + _PAD)
    except (ValueError, binascii.Error):
        return None
    if not compare_digest(tag, keys.tag(f"reply:{mail_id}")):
        return None
    return OutgoingMail.objects.filter(id=mail_id).first()


@transaction.atomic
def note_bounce(mail: OutgoingMail, *, code: str) -> bool:
    """Remember that a sent mail came back; False if that is known or it never left.

    ``code`` is the status of RFC 3463, such as ``5.1.1``.
    """
    noted = OutgoingMail.objects.filter(
        id=mail.id, state=OutgoingMail.State.SENT
    ).update(state=OutgoingMail.State.BOUNCED, bounced_at=clock.now())
    if noted:
        audit.record(
            "core.mail.bounce",
            actor=None,
            subject=f"mail:{mail.id}",
            detail={"person": mail.person, "code": code},
        )
    return bool(noted)


def send_now(*, address: str, subject: str, body: str) -> bool:
    """Send a mail that must never rest in a table (a one-time code).

    Returns False when the mail server did not take it.
    """
    message = EmailMultiAlternatives(
        subject=subject, body=body, to=[address], connection=get_connection()
    )
    try:
        return message.send() == 1
    except OSError:
        log.warning("a one-time code could not be sent")
        return False
