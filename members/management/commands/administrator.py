"""``portal administrator``: the first administrator of a new installation.

Prints a sign-in name and a card of one-time codes, with which the person chooses a
password and enrols a passkey. It refuses while there is an administrator: all other
accounts are made by people, on pages, on record; ``portal office`` makes the next one.
"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from members.management import printed_card
from members.services import founding
from portal.core.errors import DomainError


class Command(BaseCommand):
    """Make the first administrator and print the paper card."""

    help = "Make the first administrator of a new installation; prints a code card."

    def add_arguments(self, parser: CommandParser) -> None:
        """Who it is."""
        parser.add_argument("login", help="the name to sign in with")
        parser.add_argument("name", help="the person's own name")
        parser.add_argument("section", help="the section of the city they belong to")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make, print, forget."""
        try:
            codes = founding.first_administrator(
                login=options["login"],
                name=options["name"],
                section=options["section"],
            )
        except DomainError as error:
            raise CommandError(error.message) from error
        printed_card.write(self.stdout, login=options["login"], codes=codes)
