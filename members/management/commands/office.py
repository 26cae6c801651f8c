"""``portal office``: administrators and auditors, whom no page can make.

Gives the office to somebody of the staff who is registered with a sign-in name, and
prints their card. ``--lost`` makes another card for a holder who has lost everything;
``--end`` ends the office.
"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from members.facts import Role
from members.management import printed_card
from members.permissions import APART
from members.services import founding
from portal.core.errors import DomainError


class Command(BaseCommand):
    """Give or end an office that stands apart, and print the paper card."""

    help = "Make somebody of the staff administrator or auditor; prints a code card."

    def add_arguments(self, parser: CommandParser) -> None:
        """Who it is, which office, and what becomes of it."""
        parser.add_argument("login", help="the name the person signs in with")
        parser.add_argument("role", choices=[role.value for role in sorted(APART)])
        what = parser.add_mutually_exclusive_group()
        what.add_argument(
            "--lost",
            action="store_true",
            help="a new card for a holder who has lost card and devices",
        )
        what.add_argument("--end", action="store_true", help="end the office")

    def handle(self, *args: Any, **options: Any) -> None:
        """Act, print, forget."""
        try:
            self._act(options["login"], Role(options["role"]), options)
        except DomainError as error:
            raise CommandError(error.message) from error

    def _act(self, login: str, role: Role, options: dict[str, Any]) -> None:
        if options["end"]:
            founding.end_apart(login=login, role=role)
            self.stdout.write(_("役割を終えました。"))
            return
        make = founding.renew_apart if options["lost"] else founding.give_apart
        codes = make(login=login, role=role)
        if codes:
            printed_card.write(self.stdout, login=login, codes=codes)
        else:
            self.stdout.write(_("登録しました。サインインの方法は、いまのままです。"))
