"""``audit verify``: walk the chain and report every break."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.core import audit
from portal.core.models import AuditHead


class Command(BaseCommand):
    """Verify the audit trail; a break ends with exit status 1."""

    help = "Verify the audit trail."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """One verb so far."""
        parser.add_argument("verb", choices=["verify"])

    def handle(self, *args: Any, **options: Any) -> None:
        """Print every break, or the head that holds."""
        breaks = list(audit.verify())
        for found in breaks:
            self.stderr.write(f"event {found.seq}: {found.reason}")
        if breaks:
            raise CommandError(f"The audit trail is broken in {len(breaks)} place(s).")
        head = AuditHead.objects.get(id=1)
        self.stdout.write(f"{head.seq} events hold. Head: {head.digest}")
