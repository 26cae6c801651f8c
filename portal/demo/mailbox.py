"""The outgoing mail of the embedded profile, read back from its files."""

from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.utils import parsedate_to_datetime
from pathlib import Path

from portal.core.mail_files import SUFFIX


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail as its addressee would see it."""

    to: str
    subject: str
    sent_at: datetime
    body: str
    has_calendar: bool


def read_folder(folder: Path) -> list[Mail]:
    """All mails in the files of ``folder``, newest first."""
    mails = [read(file) for file in folder.glob(f"*{SUFFIX}")]
    return sorted(mails, key=lambda mail: mail.sent_at, reverse=True)


def read(file: Path) -> Mail:
    """The mail of one file."""
    message = message_from_bytes(file.read_bytes(), policy=policy.default)
    text = message.get_body(("plain",))
    kinds = {part.get_content_type() for part in message.walk()}
    return Mail(
        to=str(message["To"]),
        subject=str(message["Subject"]),
        # Django writes the zone "-0000", which is read as no zone at all.
        sent_at=parsedate_to_datetime(str(message["Date"])).replace(tzinfo=UTC),
        body=text.get_content() if text else "",
        has_calendar="text/calendar" in kinds,
    )
