"""``inbound-reply``: take in one mail, as a mail server hands it to a program."""

import sys
from typing import Any

from django.core.management.base import BaseCommand
from django.db import OperationalError

from meetings import inbound
from meetings.services import replies
from meetings.services.replies import Outcome

# Of sysexits.h: what a mail server does with the mail follows from it.
DATA_ERROR, NO_PERMISSION, TRY_AGAIN = 65, 77, 75
_REFUSALS = {
    Outcome.REFUSED: (NO_PERMISSION, "このお返事は受け付けられませんでした。"),
    Outcome.UNREADABLE: (
        DATA_ERROR,
        "この宛先では、カレンダーからの出欠だけを受け取ります。",
    ),
}
_NEXT = "出欠は、ご案内のメールにあるページからお答えください。"


class Command(BaseCommand):
    """Neutral words and a status; the mail server may send the words back."""

    help = "Take in one mail from standard input: a calendar's reply, or a bounce."

    def handle(self, *args: Any, **options: Any) -> None:
        """Read no more than is ever taken."""
        raw = sys.stdin.buffer.read(inbound.MAX_BYTES + 1)
        try:
            outcome = replies.receive(raw=raw)
        except OperationalError:
            raise SystemExit(TRY_AGAIN) from None
        if outcome in _REFUSALS:
            status, words = _REFUSALS[outcome]
            self.stderr.write(f"{words}{_NEXT}")
            raise SystemExit(status)
        self.stdout.write(outcome)
