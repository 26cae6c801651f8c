"""Mail as it comes back: what calendars of several makes answer, and bounces."""

from email.message import EmailMessage

from meetings.models import CalendarReply, Invitation
from portal.core import outbox
from portal.core.models import AuditEvent, OutgoingMail

# As Google and Apple write it; {…} is filled in by ``reply``.
PLAIN = """BEGIN:VCALENDAR
PRODID:-//Example//Calendar//EN
VERSION:2.0
CALSCALE:GREGORIAN
METHOD:{method}
BEGIN:VEVENT
DTSTART:20261215T043000Z
DTEND:20261215T063000Z
DTSTAMP:{stamp}
ORGANIZER;CN=かさね:mailto:kasane@city.mihon.example
UID:{uid}
ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT={partstat};CN=x:mailto:{attendee}
SEQUENCE:{sequence}
STATUS:CONFIRMED
SUMMARY:Accepted
END:VEVENT
END:VCALENDAR
"""

# As Exchange writes it: no ORGANIZER, a Windows time zone, its own properties.
EXCHANGE = """BEGIN:VCALENDAR
METHOD:{method}
PRODID:Microsoft Exchange Server 2010
VERSION:2.0
BEGIN:VTIMEZONE
TZID:Tokyo Standard Time
BEGIN:STANDARD
DTSTART:16010101T000000
TZOFFSETFROM:+0900
TZOFFSETTO:+0900
END:STANDARD
END:VTIMEZONE
BEGIN:VEVENT
ATTENDEE;PARTSTAT={partstat};CN=x:MAILTO:{attendee}
COMMENT;LANGUAGE=ja-JP:\\n
UID:{uid}
SUMMARY;LANGUAGE=ja-JP:承諾済み: かさね 会議のお知らせ
DTSTART;TZID=Tokyo Standard Time:20261215T133000
DTEND;TZID=Tokyo Standard Time:20261215T153000
CLASS:PRIVATE
PRIORITY:5
DTSTAMP:{stamp}
TRANSP:OPAQUE
STATUS:CONFIRMED
SEQUENCE:{sequence}
X-MICROSOFT-CDO-APPT-SEQUENCE:{sequence}
X-MICROSOFT-CDO-BUSYSTATUS:BUSY
BEGIN:VALARM
DESCRIPTION:REMINDER
TRIGGER;RELATED=START:-PT15M
ACTION:DISPLAY
END:VALARM
END:VEVENT
END:VCALENDAR
"""


def answer(invitation: Invitation, style: str = PLAIN, **changes: object) -> str:
    """The calendar of a reply."""
    values = {
        "method": "REPLY",
        "stamp": "20261121T020000Z",
        "uid": f"{invitation.calendar_uid}@city.mihon.example",
        "partstat": "ACCEPTED",
        "attendee": invitation.person.email,
        "sequence": invitation.sequence,
    }
    return style.format(**{**values, **changes}).replace("\n", "\r\n")


def carried(calendar: str, *, sender: str, to: str = "") -> bytes:
    """A mail that carries the calendar."""
    mail = EmailMessage()
    mail["From"] = f"somebody <{sender}>"
    mail["To"] = to or "kasane@city.mihon.example"
    mail["Subject"] = "Accepted"
    mail.set_content("出席します。")
    mail.add_alternative(calendar, subtype="calendar", params={"method": "REPLY"})
    return mail.as_bytes()


def reply(
    invitation: Invitation,
    style: str = PLAIN,
    *,
    sender: str = "",
    to: str = "",
    **changes: object,
) -> bytes:
    """What the calendar of the invited person sends, or somebody else's."""
    calendar = answer(invitation, style, **changes)
    return carried(calendar, sender=sender or invitation.person.email, to=to)


REPORT = """From: MAILER-DAEMON@relay.mihon.example
To: {to}
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="x"

--x
Content-Type: text/plain; charset=utf-8

The mail could not be delivered.

--x
Content-Type: message/delivery-status

Reporting-MTA: dns; relay.mihon.example

Final-Recipient: rfc822; {address}
Action: {action}
Status: {status}

--x
Content-Type: {kind}

Message-ID: {message_id}
Subject: returned

--x--
"""


def report(mail: OutgoingMail, **changes: str) -> bytes:
    """A delivery status notification about ``mail``."""
    values = {
        "to": outbox.reply_address(mail.id) or "kasane@city.mihon.example",
        "address": mail.address,
        "action": "failed",
        "status": "5.1.1",
        "kind": "text/rfc822-headers",
        "message_id": f"<{mail.id}@city.mihon.example>",
    }
    return REPORT.format(**{**values, **changes}).encode()


SAMPLE = carried(
    EXCHANGE.format(
        method="REPLY",
        partstat="ACCEPTED",
        attendee="ueda@clinic.mihon.example",
        uid="5f0c2f6e-7c1b-4a53-9d0e-2f6f5f2b7c11",
        stamp="20261121T020000Z",
        sequence=0,
    ),
    sender="ueda@clinic.mihon.example",
)


def hint(asked: Invitation) -> CalendarReply | None:
    return Invitation.objects.get(pk=asked.pk).hint


def reasons() -> list[object]:
    events = AuditEvent.objects.filter(action="meetings.reply.refuse")
    return [event.detail["reason"] for event in events.order_by("seq")]
