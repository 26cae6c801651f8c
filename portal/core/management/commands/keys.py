"""``keys``: the key file of an installation, its exchange, and its three holders."""

from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.template.loader import render_to_string
from django.utils import timezone

from portal.core import audit, clock, jp, key_shares, keys, rotation
from portal.core.key_shares import HOLDERS, NEEDED, ShareError

_KINDS = {"wrap": "wrapping key", "code": "code key", "sign": "signing key"}


class Command(BaseCommand):
    """Make the key file, exchange its keys, destroy old ones."""

    help = "Create the key file, or exchange its keys (back it up each time)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The verb."""
        parser.add_argument("verb", choices=[*self.verbs, *self.of_a_place])
        parser.add_argument(
            "place",
            nargs="?",
            type=Path,
            help="share: the folder for sealed copy and papers; recover: the copy",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it and say what to do next."""
        verb, place = options["verb"], options["place"]
        if verb not in {"create", "recover"} and not settings.KEY_FILE.exists():
            raise CommandError(f"No key file at {settings.KEY_FILE}.")
        if verb in self.verbs:
            self.verbs[verb](self)
        elif place is None:
            raise CommandError(f"keys {verb} needs a place: see --help.")
        else:
            self.of_a_place[verb](self, place)

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

    def share(self, folder: Path) -> None:
        """Seal a copy of the key file; write a paper for each of its holders."""
        shared = key_shares.share(settings.KEY_FILE.read_bytes())
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            key_shares.write(folder / "kasane-keys.sealed", shared.sealed)
            for number, words in enumerate(shared.shares, start=1):
                page = _paper(number, words.split()).encode("utf-8")
                key_shares.write(folder / f"share-{number}.txt", page)
        except FileExistsError as error:
            words = f"{error.filename} is there: name an empty folder."
            raise CommandError(words) from None
        audit.record("core.keys.share", actor=None, detail={"holders": HOLDERS})
        self.stdout.write(
            f"In {folder}: kasane-keys.sealed, to be kept with the backups, and "
            f"{HOLDERS} papers. Print each, give it to its holder in an envelope, and "
            "destroy the files. Papers of an earlier sharing: shred them."
        )

    def recover(self, sealed: Path) -> None:
        """Make the key file again from the sealed copy and the holders' words."""
        if settings.KEY_FILE.exists():
            raise CommandError(f"There is a key file at {settings.KEY_FILE}.")
        try:
            content = key_shares.recover(sealed.read_bytes(), self._typed())
        except (OSError, ShareError) as error:
            raise CommandError(str(error)) from None
        settings.KEY_FILE.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        key_shares.write(settings.KEY_FILE, content)
        self.stdout.write(
            f"Key file: {settings.KEY_FILE}. Now run `store check`: it names papers "
            "that this file does not open. Then make new shares: `keys share`."
        )

    def _typed(self) -> list[str]:
        """What the holders type, one after the other; a slip is said at once."""
        typed: list[str] = []
        while len(typed) < NEEDED:
            self.stdout.write(
                f"Words of holder {len(typed) + 1} of {NEEDED}, on a line:"
            )
            try:
                words = input()
            except EOFError:
                raise CommandError("No more words: nothing was done.") from None
            try:
                key_shares.require_together(list(map(key_shares.read, [*typed, words])))
            except ShareError as error:
                self.stderr.write(str(error))
            else:
                typed.append(words)
        return typed

    of_a_place: ClassVar[dict[str, Callable[["Command", Path], None]]] = {
        "share": share,
        "recover": recover,
    }
    verbs: ClassVar[dict[str, Callable[["Command"], None]]] = {
        "create": create,
        "add": add,
        "rotate": rotate,
        "rewrap": rewrap,
        "retire": retire,
    }


def _paper(number: int, words: list[str]) -> str:
    """One share as it is printed: three numbered words to a line."""
    cells = [f"{place:>2} {word:<12}" for place, word in enumerate(words, start=1)]
    rows = ["   ".join(cells[start : start + 3]) for start in range(0, len(cells), 3)]
    return render_to_string(
        "key_share.txt",
        {
            "number": number,
            "holders": HOLDERS,
            "needed": NEEDED,
            "municipality": settings.MUNICIPALITY,
            "day": jp.era_words(clock.today()),
            "rows": rows,
        },
    )
