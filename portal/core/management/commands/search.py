"""``search``: the index of what can be found, made anew."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from portal.core.search import index


class Command(BaseCommand):
    """Make the index anew while people work."""

    help = "Make the search index anew, such as after an exchange of keys."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The verb."""
        parser.add_argument("verb", choices=["rebuild"])

    def handle(self, *args: Any, **options: Any) -> None:
        """Index everything, and say how far it is."""
        index.rebuild(self._say)
        index.catch_up()
        self.stdout.write("The search index is complete.")

    def _say(self, kind: str, done: int, count: int) -> None:
        self.stdout.write(f"{kind}: {done} of {count}")
