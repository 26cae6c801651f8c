"""``demo``: fill an empty database with the demo municipality."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from portal.demo import loader


class Command(BaseCommand):
    """Fill once; a second run leaves everything as it is."""

    help = "Fill an empty database with the demo municipality."

    def handle(self, *args: Any, **options: Any) -> None:
        """Refuse outside the demo, say what was done."""
        if not settings.DEMO:
            raise CommandError("Set KASANE_DEMO=on: the demo signs anybody in.")
        if loader.load():
            self.stdout.write("The demo municipality is ready.")
        else:
            self.stdout.write("The database holds people already: nothing was changed.")
