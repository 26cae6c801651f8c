"""``backup``: database, objects and manifest into a folder."""

import shutil
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from portal.core import backups, dumps, journals
from portal.core.errors import UnavailableError


class Command(BaseCommand):
    """Add one backup to a folder of backups, while the portal serves."""

    help = "Back up the database and the objects that are new. No keys."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where to, and whether the key file is copied as well."""
        parser.add_argument("folder", type=Path)
        parser.add_argument(
            "--keys", type=Path, help="also copy the key file to this path, elsewhere"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it and say where it lies."""
        folder, copy = options["folder"].resolve(), options["keys"]
        if copy and (copy.exists() or copy.resolve().is_relative_to(folder)):
            raise CommandError("--keys names a new file outside of the backups.")
        try:
            place = backups.make(folder)
        except UnavailableError:
            raise CommandError("The store does not give a paper: no backup.") from None
        except (OSError, dumps.DumpError, journals.JournalError) as error:
            raise CommandError(f"No backup: {error}") from None
        if copy:
            copy.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            copy.touch(mode=0o600)
            shutil.copyfile(settings.KEY_FILE, copy)
        manifest = backups.read(place)
        self.stdout.write(f"Backup: {place}")
        self.stdout.write(f"Head: {manifest.seq} {manifest.digest}")
