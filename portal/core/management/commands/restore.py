"""``restore``: an empty installation becomes that of a backup."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from portal.core import backups, chain, dumps, restoring
from portal.core.errors import UnavailableError


class Command(BaseCommand):
    """Restore; what does not belong together is refused with nothing done."""

    help = "Restore a backup into an empty installation, and replay the journal."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The backups, and what was kept outside of them."""
        parser.add_argument("folder", type=Path)
        parser.add_argument(
            "--heads",
            nargs="+",
            type=Path,
            default=[],
            help="signed heads kept outside",
        )
        parser.add_argument(
            "--key", action="append", default=[], type=chain.key_argument
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it and print the figures."""
        places = options["heads"]
        if not places and settings.AUDIT_DROP:
            places = [Path(settings.AUDIT_DROP)]
        try:
            place = backups.newest(options["folder"].resolve())
            evidence = restoring.evidence(places, options["key"])
            report = restoring.restore(place, evidence)
        except (backups.BackupError, dumps.DumpError, chain.NotReadableError) as error:
            raise CommandError(str(error)) from None
        except UnavailableError:
            raise CommandError(
                "The store does not answer: give the command again when it does."
            ) from None
        self.stdout.write(f"Restored: {place}")
        self.stdout.write(f"Objects brought back: {report.objects}")
        self.stdout.write(f"Records confirmed since: {report.records}")
        if report.left:
            self.stdout.write(f"Records whose item came later, kept: {report.left}")
        self.stdout.write(f"Journal: {report.lines} lines, taken again: {report.taken}")
        if report.missing:
            raise CommandError(
                f"{report.missing} papers have no bytes or no key (`store check` names "
                "them): closed to people from outside until they are mended and this "
                "command is given again."
            )
        self.stdout.write("The portal is open. Issue new links.")
