"""Mail written into files: where nothing is sent, each mail is a file of its own."""

from collections.abc import Sequence
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from portal.core import clock

SUFFIX = ".eml"


class EmailBackend(BaseEmailBackend):
    """Named by the time, so the newest is last; never by whom a mail goes to."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Write each mail whole: a reader never meets half of one."""
        folder = Path(settings.EMAIL_FILE_PATH)
        folder.mkdir(parents=True, exist_ok=True)
        for message in email_messages:
            now = clock.now().astimezone(clock.JST)
            file = folder / f"{now:%Y%m%d-%H%M%S-%f}-{uuid4().hex[:8]}{SUFFIX}"
            part = file.with_suffix(".part")
            part.write_bytes(message.message().as_bytes())
            part.rename(file)
        return len(email_messages)
