"""What must survive without waiting for the next backup: confirmed records.

A capsule is a sealed file beside the journal, with the rows of one record and the
sealed bytes of its objects. A backup holds what its capsules held, so it removes
them; a restore enters those that were made since.
"""

from collections.abc import Collection, Iterable
from pathlib import Path
from uuid import UUID

import tink
from django.conf import settings
from django.core import serializers
from django.db import IntegrityError, connection, models, transaction

from portal.core import files, keys
from portal.core.models import StoredObject
from portal.core.objectstore import store


def _folder() -> Path:
    return Path(settings.JOURNAL) / "records"


def _object(name: str) -> Path:
    return Path(settings.JOURNAL) / "objects" / name


def names() -> set[str]:
    """The capsules that there are."""
    return {path.stem for path in _folder().glob("*.sealed")}


def keep(
    name: UUID, rows: Iterable[models.Model], objects: Collection[StoredObject]
) -> None:
    """Make the capsule of a record; it is on the disk when this returns.

    Raises UnavailableError when the store does not give the bytes.
    """
    for row in objects:
        with store().open(row.id.hex) as sealed:
            files.write_from(_object(row.id.hex), sealed)
    text = serializers.serialize("json", [*objects, *rows])
    files.write(_folder() / f"{name.hex}.sealed", keys.seal(text, name.bytes))


def forget(taken_in: Iterable[str]) -> None:
    """Remove capsules whose records are in a backup now, or are no more."""
    for name in taken_in:
        (_folder() / f"{name}.sealed").unlink(missing_ok=True)
    if not names():
        for copy in (Path(settings.JOURNAL) / "objects").glob("*"):
            copy.unlink(missing_ok=True)


def enter_all() -> tuple[int, list[str]]:
    """Enter the records of all capsules; how many, and those that cannot be entered.

    A record whose agenda item came after the backup has nothing to be entered at: its
    capsule stays.
    """
    entered, left = 0, []
    for path in sorted(_folder().glob("*.sealed")):
        try:
            _enter(path)
        except (IntegrityError, tink.TinkError):
            left.append(path.stem)
        else:
            entered += 1
    return entered, left


@transaction.atomic
def _enter(path: Path) -> None:
    text = keys.unseal(path.read_bytes(), UUID(path.stem).bytes)
    for found in serializers.deserialize("json", text):
        found.save()
        if isinstance(found.object, StoredObject):
            _bring(found.object.id.hex)
    connection.check_constraints()


def _bring(name: str) -> None:
    if name not in {there for there, _written in store().entries()}:
        with _object(name).open("rb") as sealed:
            store().put(name, sealed)
