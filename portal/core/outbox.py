"""Outgoing mail: a row first, sent by the worker, each to one person (R39).

Subjects and bodies are composed from neutral words only: portal name, serial,
date, time, place, the recipient's own name, the link.
"""

import base64
import binascii
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from email.utils import parseaddr
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import transaction
from django_tasks import task

from portal.core import audit, clock, keys
from portal.core.models import OutgoingMail

log = logging.getLogger(__name__)

MAX_ATTEMPTS = 8
MAILS_PER_TASK = 50
_REPLY = "reply+"
_PAD = "======"  # base 32 of 16 bytes is 26 letters long, and padded to 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One mail to be sent.

    ``about`` names what it depends on (``link:<id>``), so that revoking it can
    cancel mail that has not left yet.
    """

    person: UUID
    address: str
    subject: str
    body: str
    about: str = ""
    calendar: str = ""
    calendar_method: str = ""


def queue(
    *, person: UUID, address: str, subject: str, body: str, about: str = ""
) -> OutgoingMail:
    """Put one mail into the outbox, as ``queue_all`` does."""
    (mail,) = queue_all(
        [
            Letter(
                person=person,
                address=address,
                subject=subject,
                body=body,
                about=about,
            )
        ]
    )
    return mail


@transaction.atomic
def queue_all(letters: Sequence[Letter]) -> list[OutgoingMail]:
    """Put mails into the outbox, in the caller's transaction; in the same order.

    Raises ValueError for a line break in an address or a subject: it would begin a
    header of its own.
    """
    mails = OutgoingMail.objects.bulk_create([_sealed(letter) for letter in letters])
    _enqueue([mail.id for mail in mails])
    return mails


def _sealed(letter: Letter) -> OutgoingMail:
    if any(character in "\r\n" for character in letter.address + letter.subject):
        raise ValueError("A mail's address and subject are one line each.")
    now = clock.now()
    mail = OutgoingMail(
        person=str(letter.person),
        about=letter.about,
        address=letter.address,
        subject=letter.subject,
        calendar_method=letter.calendar_method,
        queued_at=now,
        due_at=now,
    )
    mail.sealed_body = keys.seal(letter.body, mail.id.bytes)
    if letter.calendar:
        mail.sealed_calendar = keys.seal(letter.calendar, mail.id.bytes)
    return mail


def _enqueue(mails: Sequence[UUID]) -> None:
    for start in range(0, len(mails), MAILS_PER_TASK):
        deliver.enqueue(*map(str, mails[start : start + MAILS_PER_TASK]))


def cancel(*, about: str) -> int:
    """Stop mail about ``about`` that has not left; returns how many."""
    return OutgoingMail.objects.filter(
        about=about, state=OutgoingMail.State.WAITING
    ).update(state=OutgoingMail.State.CANCELLED, sealed_body=b"", sealed_calendar=b"")


@task()
def deliver(*mail_ids: str) -> None:
    """Send waiting mails, each in a transaction of its own.

    A mail that fails to be sent is due again later. One that cannot even be composed
    holds up none of the others.
    """
    errors = []
    for mail_id in mail_ids:
        try:
            _deliver(mail_id)
        except Exception as error:  # noqa: BLE001 – raised below, with the others
            errors.append(error)
    if errors:
        raise ExceptionGroup("mails that could not be composed", errors)


@transaction.atomic
def _deliver(mail_id: str) -> None:
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
    _enqueue(ids)
    return len(ids)


def sends_as_example() -> bool:
    """Whether mail would bear the address of an example: nobody could answer it."""
    _name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return address.lower().endswith(".example") and not settings.DEMO


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
    if not keys.is_tag(tag, f"reply:{mail_id}"):
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
