"""``audit``: verify the trail, take it out for others to verify, show its signing."""

from argparse import ArgumentParser
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, ClassVar

from django.core.management.base import BaseCommand, CommandError

from portal.core import audit, chain, heads, keys
from portal.core.models import AuditEvent

EVENTS, HEADS = "events.jsonl", "heads.jsonl"


class Command(BaseCommand):
    """Verify the audit trail; a break ends with exit status 1."""

    help = "Verify the audit trail, or export it for somebody else to verify."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The verb, and what it needs."""
        parser.add_argument("verb", choices=list(self.verbs))
        parser.add_argument(
            "folder", nargs="?", type=Path, help="of the export; it must be empty"
        )
        parser.add_argument(
            "--heads", nargs="+", type=Path, default=[], help="kept outside"
        )
        parser.add_argument(
            "--key", action="append", default=[], type=chain.key_argument
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it; what cannot be read ends with its reason."""
        try:
            self.verbs[options["verb"]](self, options)
        except (OSError, chain.NotReadableError) as error:
            raise CommandError(str(error)) from None

    def verify(self, options: dict[str, Any]) -> None:
        """Print everything that does not hold, and the outcome."""
        walk = chain.Walk(chain.heads_in(options["heads"]), options["key"])
        *found, outcome = chain.report(walk, audit.verify(walk))
        for line in found:
            self.stdout.write(line)
        if not outcome.startswith("HOLDS"):
            raise CommandError(outcome)
        self.stdout.write(f"{outcome}\nHead: {walk.digest}")

    def export(self, options: dict[str, Any]) -> None:
        """Write events and heads; ``chain.py`` verifies them."""
        folder: Path | None = options["folder"]
        if folder is None or (folder.exists() and any(folder.iterdir())):
            raise CommandError("Name a folder that is empty or not there yet.")
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        count = _written(folder / EVENTS, audit.export())
        _written(folder / HEADS, heads.lines())
        self.stdout.write(f"{count} events in {folder}.")

    def sign(self, options: dict[str, Any]) -> None:
        """Sign the newest head now and give it away."""
        if not AuditEvent.objects.exists():
            raise CommandError("The trail is empty: there is nothing to sign.")
        heads.give_newest()
        heads.drop_waiting()
        self.status(options)

    def status(self, options: dict[str, Any]) -> None:
        """Say how signing stands, and which key to trust."""
        standing = heads.standing()
        self.stdout.write(f"Signing key: {keys.public_key()}")
        if standing.last:
            self.stdout.write(f"Last head: {standing.last.seq}, {standing.last.at}")
        for line in _troubles(standing):
            self.stdout.write(line)

    verbs: ClassVar[dict[str, Callable[["Command", dict[str, Any]], None]]] = {
        "verify": verify,
        "export": export,
        "sign": sign,
        "status": status,
    }


def _written(path: Path, lines: Iterable[str]) -> int:
    count = 0
    with path.open("x", encoding="utf-8", newline="\n") as file:
        for line in lines:
            file.write(f"{line}\n")
            count += 1
    return count


def _troubles(standing: heads.Standing) -> Iterable[str]:
    if standing.nowhere:
        yield "Heads leave by no way: set KASANE_AUDIT_DROP or KASANE_AUDIT_MAIL."
    if standing.late:
        yield "No head for a long time: does a worker run?"
    if standing.waiting:
        yield f"Not in the folder yet: {standing.waiting}"
    if standing.unmailed:
        yield f"Letters to the auditor that did not leave: {standing.unmailed}"
    if standing.unstamped:
        yield "The last head has no time stamp: the authority did not answer."
