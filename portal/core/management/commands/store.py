"""``store``: whether database and store agree, and whether the store's lock holds."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from portal.core import audit, objectlock, upkeep
from portal.core.errors import UnavailableError
from portal.core.objectstore import store


class Command(BaseCommand):
    """Look for what is missing or left over, or prove the object lock."""

    help = "Check the stored objects, or prove the store's object lock."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The verb, and how thoroughly to look."""
        parser.add_argument("verb", choices=["check", "prove"])
        parser.add_argument(
            "--read", action="store_true", help="check: read every object to its end"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it; exit status 1 for anything that is not as it must be."""
        try:
            if options["verb"] == "check":
                self._check(read=options["read"])
            else:
                self._prove()
        except UnavailableError as error:
            raise CommandError(
                f"The store does not answer: {error.__cause__}"
            ) from None

    def _check(self, *, read: bool) -> None:
        count = 0
        for found in upkeep.check(read=read):
            self.stderr.write(f"{found.what}: {found.name}")
            count += 1
        if count:
            raise CommandError(f"Findings: {count}.")
        self.stdout.write("Database and store agree.")

    def _prove(self) -> None:
        proof = objectlock.prove(store())
        with transaction.atomic():
            audit.record(
                "core.store.prove",
                actor=None,
                detail={"holds": proof.holds, "gaps": "; ".join(proof.gaps)},
            )
        for name in proof.tried:
            self.stdout.write(f"tried: {name}")
        for gap in proof.gaps:
            self.stderr.write(gap)
        if not proof.holds:
            raise CommandError("Object lock is not proved: it stays off.")
        self.stdout.write("Object lock holds.")
