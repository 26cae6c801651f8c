"""``portal first-card``: the card of the first person of a new body.

The secretariat hands out cards; the first of them has nobody to get one from. It
refuses as soon as somebody of the body can prove who they are.
"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from members.management import printed_card
from members.services import founding
from portal.core.errors import DomainError


class Command(BaseCommand):
    """Print the first paper card of a body."""

    help = "Print the code card of the first chair or clerk of a new body."

    def add_arguments(self, parser: CommandParser) -> None:
        """Whose card it is."""
        parser.add_argument("login", help="the name the person signs in with")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make, print, forget."""
        try:
            codes = founding.first_of_a_body(login=options["login"])
        except DomainError as error:
            raise CommandError(error.message) from error
        printed_card.write(self.stdout, login=options["login"], codes=codes)
