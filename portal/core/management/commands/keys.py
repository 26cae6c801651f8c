"""``keys create``: the key file of a new installation."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from portal.core import keys


class Command(BaseCommand):
    """Make the key file; an existing one is never touched."""

    help = "Create the key file (keep it apart from the data, and back it up)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """One verb so far."""
        parser.add_argument("verb", choices=["create"])

    def handle(self, *args: Any, **options: Any) -> None:
        """Create and say where."""
        keys.create(settings.KEY_FILE)
        self.stdout.write(f"Key file: {settings.KEY_FILE}")
