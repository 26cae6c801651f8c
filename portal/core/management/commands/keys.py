"""``keys``: the key file of an installation, and the exchange of its keys."""

from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any, ClassVar

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from portal.core import keys, rotation

_KINDS = {"wrap": "wrapping key", "code": "code key", "sign": "signing key"}


class Command(BaseCommand):
    """Make the key file, exchange its keys, destroy old ones."""

    help = "Create the key file, or exchange its keys (back it up each time)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The verb."""
        parser.add_argument("verb", choices=list(self.verbs))

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it and say what to do next."""
        if options["verb"] != "create" and not settings.KEY_FILE.exists():
            raise CommandError(f"No key file at {settings.KEY_FILE}.")
        self.verbs[options["verb"]](self)

    def create(self) -> None:
        """Make the key file; an existing one is never touched."""
        keys.create(settings.KEY_FILE)
        self.stdout.write(f"Key file: {settings.KEY_FILE}")

    def add(self) -> None:
        """Add new keys without using them."""
        rotation.add()
        self.stdout.write(
            "New keys are in the file, not in use yet. Copy the file to every machine "
            "and back it up, then run `keys rotate`."
        )

    def rotate(self) -> None:
        """Use the newest keys from now on."""
        for name, number in rotation.rotate().items():
            self.stdout.write(f"In use now: {_KINDS[name]} {number}")
        self.stdout.write(
            "Copy the file to every machine and back it up, then run `keys rewrap`."
        )

    def rewrap(self) -> None:
        """Wrap anew what older keys wrapped."""
        done = rotation.rewrap()
        self.stdout.write(f"Wrapped anew: {done.count}")
        for name in done.unreadable:
            self.stderr.write(f"no key opens {name}")
        if done.unreadable:
            raise CommandError(f"{len(done.unreadable)} could not be wrapped anew.")

    def retire(self) -> None:
        """Destroy older keys that nothing needs."""
        for name, done in rotation.retire().items():
            kind = _KINDS[name]
            if done.not_before:
                begins = timezone.localtime(done.not_before)
                self.stdout.write(f"{kind}: not before {begins:%Y-%m-%d %H:%M}")
            for what, count in done.needed.items():
                self.stdout.write(f"{kind}: older ones are needed by {count} {what}")
            if not done.not_before and not done.needed:
                self.stdout.write(f"{kind}: {done.count} destroyed")

    verbs: ClassVar[dict[str, Callable[["Command"], None]]] = {
        "create": create,
        "add": add,
        "rotate": rotate,
        "rewrap": rewrap,
        "retire": retire,
    }
