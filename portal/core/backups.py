"""A backup: the database, the objects that are new, and a manifest over both.

Backups lie in one folder. Each has a folder of its own, named by its moment, with the
dump, the list of its objects and the manifest; the objects themselves lie beside
them, once for all, since they never change. All of it is ciphertext but the dump:
keep the folder on an encrypted disk. The key file is not part of it.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import tink
from django.conf import settings
from django.db import connection, transaction

from portal.core import audit, capsules, clock, dumps, files, journals, keys
from portal.core.errors import UnavailableError
from portal.core.models import StoredObject
from portal.core.objectstore import is_name, store

FORMAT = 1
DATABASE, OBJECTS, MANIFEST, PROOF = (
    "database",
    "objects.jsonl",
    "manifest.json",
    "manifest.proof",
)
_PURPOSE = b"backup"
_BATCH = 1000


class BackupError(Exception):
    """A backup that is not what it should be; says why."""


@dataclass(frozen=True)
class Manifest:
    """What a backup holds, of which installation, and how far its journal reached."""

    format: int
    municipality: str
    installation: str
    engine: str
    made_at: str
    seq: int
    digest: str
    migrations: list[str]
    database: str
    objects: str
    journals: dict[str, str]

    @property
    def text(self) -> str:
        """As it is written, and digested."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=1, sort_keys=True)

    @property
    def name(self) -> str:
        """Its own digest, by which the journal names it."""
        return hashlib.sha256(self.text.encode("utf-8")).hexdigest()


def make(folder: Path) -> Path:
    """Add a backup to ``folder``; returns where it lies.

    Raises UnavailableError when the store does not give a paper that there is.
    """
    moment = clock.now()
    target = folder / moment.strftime("%Y%m%dT%H%M%SZ")
    draft = target.with_suffix(".draft")
    draft.mkdir(parents=True, mode=0o700)
    in_capsules = capsules.names()
    try:
        manifest = _fill(draft, folder, moment.isoformat())
        _write(draft / MANIFEST, manifest.text)
        _write(draft / PROOF, keys.seal(manifest.name, _PURPOSE).hex())
        _declare(manifest)
        draft.rename(target)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    files.sync(folder)
    capsules.forget(in_capsules)
    _forget_erased(folder)
    return target


def _fill(draft: Path, folder: Path, moment: str) -> Manifest:
    journals.flush()
    tails = {path.name: _tail(path) for path in journals.files(settings.JOURNAL)}
    dumped = dumps.dump(draft / DATABASE)
    _copy_objects(draft / OBJECTS, folder)
    return Manifest(
        format=FORMAT,
        municipality=settings.MUNICIPALITY,
        installation=dumped.installation,
        engine=connection.vendor,
        made_at=moment,
        seq=dumped.seq,
        digest=dumped.digest,
        migrations=list(dumped.migrations),
        database=files.digest_of(draft / DATABASE),
        objects=files.digest_of(draft / OBJECTS),
        journals=tails,
    )


def _tail(path: Path) -> str:
    """The digest of the last line: what comes after it came after the backup."""
    last = journals.GENESIS
    for line in journals.lines(path):
        last = line.digest
    return last


def _declare(manifest: Manifest) -> None:
    """Put on record, and into the journal, that this backup is ours."""
    with transaction.atomic():
        audit.record(
            "core.backup.make",
            actor=None,
            detail={"manifest": manifest.name, "seq": manifest.seq},
        )
    facts = {"manifest": manifest.name, "seq": manifest.seq, "digest": manifest.digest}
    journals.note(journals.BACKUP, facts)


def _copy_objects(listing: Path, folder: Path) -> None:
    """Copy what the folder does not have yet, and list all with their digests."""
    ready = StoredObject.objects.filter(state=StoredObject.State.READY)
    with listing.open("x", encoding="utf-8") as lines:
        for object_id in ready.values_list("id", flat=True).iterator(_BATCH):
            name = object_id.hex
            copy = object_file(folder, name)
            try:
                digest = _digest_beside(copy) or _copied(name, copy)
            except UnavailableError:
                if ready.filter(id=object_id).exists():
                    raise
                continue  # disposed of meanwhile
            lines.write(json.dumps({"name": name, "sha256": digest}) + "\n")
        lines.flush()
        os.fsync(lines.fileno())


def object_file(folder: Path, name: str) -> Path:
    """Where the backups in ``folder`` keep an object."""
    return folder / "objects" / name[:2] / name


def _digest_beside(copy: Path) -> str | None:
    note = copy.with_suffix(".sha256")
    return note.read_text(encoding="ascii") if copy.exists() and note.exists() else None


def _copied(name: str, copy: Path) -> str:
    with store().open(name) as sealed:
        digest = files.write_from(copy, sealed)
    _write(copy.with_suffix(".sha256"), digest)
    return digest


def _forget_erased(folder: Path) -> None:
    """What was disposed of goes from the backups' objects too."""
    for copy in (folder / "objects").glob("??/*"):
        if not is_name(copy.name):
            continue
        gone = StoredObject.objects.filter(id=copy.name)
        if gone.filter(state=StoredObject.State.ERASED).exists():
            copy.unlink()
            copy.with_suffix(".sha256").unlink(missing_ok=True)


def _write(path: Path, text: str) -> None:
    files.write(path, text.encode("utf-8"))


# Reading one --------------------------------------------------------------------------


def newest(folder: Path) -> Path:
    """The last whole backup in ``folder``, or ``folder`` itself if it is one."""
    if (folder / MANIFEST).exists():
        return folder
    found = sorted(path.parent for path in folder.glob(f"*Z/{MANIFEST}"))
    if not found:
        raise BackupError(f"There is no backup in {folder}.")
    return found[-1]


def read(place: Path) -> Manifest:
    """The manifest of the backup at ``place``, ours and unchanged as are its files."""
    try:
        manifest = Manifest(**json.loads((place / MANIFEST).read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        raise BackupError("The manifest cannot be read: unknown version.") from None
    for wrong in _faults(place, manifest):
        raise BackupError(wrong)
    return manifest


def _faults(place: Path, manifest: Manifest) -> Iterator[str]:
    if manifest.format != FORMAT:
        yield f"Unknown version of backups: {manifest.format}."
    if manifest.municipality != settings.MUNICIPALITY:
        yield f"The backup is of {manifest.municipality}, not {settings.MUNICIPALITY}."
    if manifest.engine != connection.vendor:
        yield f"The backup is of another profile: {manifest.engine}."
    if not _is_proved(place, manifest):
        yield "Wrong key file, or a forged manifest: the key does not open its proof."
    for name, digest in ((DATABASE, manifest.database), (OBJECTS, manifest.objects)):
        if not (place / name).exists() or files.digest_of(place / name) != digest:
            yield f"The file {name} is missing or is not the one of this backup."


def _is_proved(place: Path, manifest: Manifest) -> bool:
    try:
        sealed = bytes.fromhex((place / PROOF).read_text("ascii"))
        return keys.unseal(sealed, _PURPOSE) == manifest.name
    except (OSError, ValueError, tink.TinkError):
        return False


def objects(place: Path) -> Iterator[tuple[str, str]]:
    """Names and digests of the objects of the backup at ``place``."""
    with closing((place / OBJECTS).open(encoding="utf-8")) as lines:
        for line in lines:
            found: dict[str, Any] = json.loads(line)
            yield found["name"], found["sha256"]
