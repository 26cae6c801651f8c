"""An empty installation becomes the one of a backup, and nothing that was taken lives.

The order is: look whether everything belongs together, and refuse with nothing done;
put the database back with all sign-ins, links, codes and feeds ended in the same
commit, closed to people from outside; bring back objects that the store has not; take
again what the journal says was taken; open. Each step can be done again: a restore
that died goes on when the same command is given once more.
"""

import hashlib
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, cast

from django.conf import settings
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader

from portal.core import (
    audit,
    backups,
    capsules,
    chain,
    clock,
    dumps,
    journals,
    takings,
    upkeep,
)
from portal.core.backups import BackupError
from portal.core.models import AuditEvent, AuditHead, Restoration, StoredObject
from portal.core.objectstore import store


@dataclass
class Report:
    """What a restore did, in figures."""

    objects: int = 0
    records: int = 0
    left: int = 0
    lines: int = 0
    taken: int = 0
    missing: int = 0


@dataclass(frozen=True)
class Evidence:
    """What lies outside the backup, and the backup is held against."""

    journal: Path
    heads: Sequence[chain.Head]
    keys: Sequence[str]


def restore(place: Path, evidence: Evidence) -> Report:
    """Make this empty installation that of the backup at ``place``.

    Raises BackupError with the reason, and with nothing done, when the backup, the
    journal, the heads or the key file do not belong together.
    """
    manifest = backups.read(place)
    _require_known(manifest)
    lines = list(_since(manifest, evidence.journal))
    _require_reached(manifest, evidence, lines)
    begun = _is_begun(manifest)
    if not begun:
        dumps.load(place / backups.DATABASE, _closing(manifest))
    _require_trail(manifest, evidence, fresh=not begun)
    call_command("migrate", verbosity=0, interactive=False)
    report = Report(lines=len(lines))
    report.objects = _bring_objects(place)
    report.records, left = capsules.enter_all()
    report.left = len(left)
    # Bytes that were brought back are not locked; the worker locks them again.
    StoredObject.objects.update(locked_until=None)
    report.taken = _take_again(lines)
    if _take_again(lines):
        raise BackupError("The journal does not come to an end: report this.")
    report.missing = sum(1 for found in upkeep.check() if found.what in _SERIOUS)
    _open(manifest, lines, report)
    return report


def is_closed() -> bool:
    """Whether a restore is not proved yet: nobody from outside gets in (R40)."""
    return Restoration.objects.filter(proved_at=None).exists()


_SERIOUS = {upkeep.MISSING, upkeep.NO_KEY}


# Does everything belong together? -----------------------------------------------------


def _require_known(manifest: backups.Manifest) -> None:
    ours = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
    unknown = sorted(set(manifest.migrations) - ours)
    if unknown:
        raise BackupError(
            f"The backup is of a version that this one does not know: {unknown[0]}."
        )


def _since(manifest: backups.Manifest, folder: Path) -> Iterator[journals.Line]:
    """The lines since the backup. Refuses a journal that is not whole up to it."""
    files = {path.name: path for path in journals.files(folder)}
    absent = manifest.journals.keys() - files.keys()
    if absent:
        raise BackupError(f"The journal {min(absent)} is missing in {folder}.")
    declared = False
    try:
        for name, path in files.items():
            last = manifest.journals.get(name, journals.GENESIS)
            known = last == journals.GENESIS
            for line in journals.lines(path):
                if known:
                    yield line
                    declared = declared or _declares(line, manifest)
                known = known or line.digest == last
            if not known:
                raise BackupError(f"The journal {name} is cut off before the backup.")
    except journals.JournalError as error:
        raise BackupError(f"The journal is not whole: {error}.") from None
    if not declared:
        raise BackupError("The journal does not know this backup: cut off, or forged.")


def _declares(line: journals.Line, manifest: backups.Manifest) -> bool:
    return line.kind == journals.BACKUP and line.facts["manifest"] == manifest.name


def _require_reached(
    manifest: backups.Manifest, evidence: Evidence, lines: Iterable[journals.Line]
) -> None:
    """The journal must reach the last head that was given away, and agree with it."""
    noted = {
        x.facts["seq"]: x.facts["digest"] for x in lines if x.kind == journals.HEAD
    }
    later = [head for head in evidence.heads if head.seq > manifest.seq]
    for head in evidence.heads:
        if head.installation.replace("-", "") != manifest.installation:
            raise BackupError(f"Head {head.seq} belongs to another installation.")
        if evidence.keys and head.key not in evidence.keys:
            raise BackupError(f"Head {head.seq} is signed with a key nobody named.")
        if not chain.is_signed(head):
            raise BackupError(f"Head {head.seq} is forged.")
    for head in later:
        if head.digest not in noted.get(head.seq, {head.digest}):
            raise BackupError(f"Head {head.seq} names another chain than the journal.")
    if later and max(head.seq for head in later) > max(noted, default=0):
        raise BackupError("The journal is cut off: a head outside is newer.")


# The database -------------------------------------------------------------------------


def _is_begun(manifest: backups.Manifest) -> bool:
    """Whether this restore has put the database back already. Refuses another one."""
    if dumps.is_empty():
        return False
    tables = connection.introspection.table_names()
    if Restoration._meta.db_table in tables:
        waiting = Restoration.objects.filter(proved_at=None, manifest=manifest.name)
        if waiting.exists():
            return True
    raise BackupError("The database is not empty: restore into an empty one.")


def _require_trail(
    manifest: backups.Manifest, evidence: Evidence, *, fresh: bool
) -> None:
    """The restored trail must hold, and run through the heads that were given away."""
    older = [head for head in evidence.heads if head.seq <= manifest.seq]
    walk = chain.Walk(older, evidence.keys)
    found = next((each for each in audit.verify(walk) if not each.note), None)
    last = AuditEvent.objects.filter(seq=manifest.seq, digest=manifest.digest)
    if found is None and last.exists():
        return
    if fresh:
        dumps.clear()
    reason = f"event {found.seq}: {found.reason}" if found else "another head"
    raise BackupError(f"The restored trail does not hold: {reason}.")


def _closing(manifest: backups.Manifest) -> Iterator[str]:
    """What happens in the commit that brings the database back."""
    now = clock.now().strftime("%Y-%m-%d %H:%M:%S.%f")
    if connection.vendor == "postgresql":
        now += "+00"
    # Times, digests and names of the code: nothing that anybody typed.
    yield (
        "INSERT INTO core_restoration (at, manifest, proved_at)"  # noqa: S608 # nosec B608
        f" VALUES ('{now}', '{manifest.name}', NULL)"
    )
    yield "DELETE FROM django_session"
    for path in takings.LIVING:
        table, column = takings.column_of(path)
        yield (
            f"UPDATE {table} SET {column} = '{now}'"  # noqa: S608 # nosec B608
            f" WHERE {column} IS NULL OR {column} > '{now}'"
        )


# The objects --------------------------------------------------------------------------


def _bring_objects(place: Path) -> int:
    """Put into the store what it has not; returns how many objects that were."""
    there = {name for name, _written in store().entries()}
    listed = dict(backups.objects(place))
    ready = StoredObject.objects.filter(state=StoredObject.State.READY)
    wanted = {object_id.hex for object_id in ready.values_list("id", flat=True)}
    count = 0
    for name in sorted(wanted & listed.keys() - there):
        copy = backups.object_file(place.parent, name)
        if not copy.exists():
            continue  # disposed of after the backup; the journal says so
        with copy.open("rb") as sealed:
            reading = _Digesting(sealed)
            store().put(name, cast("BinaryIO", reading))
        if reading.digest.hexdigest() != listed[name]:
            store().remove(name)
            raise BackupError(f"The backup's object {name} is damaged.")
        count += 1
    return count


class _Digesting(io.RawIOBase):
    """A source that digests what is read of it."""

    def __init__(self, source: BinaryIO) -> None:
        self.source, self.digest = source, hashlib.sha256()

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        data = self.source.read(size)
        self.digest.update(data)
        return data


# The journal --------------------------------------------------------------------------


@transaction.atomic
def _take_again(lines: Iterable[journals.Line]) -> int:
    """Take what was taken since the backup; the last word on a row is what counts."""
    taken = 0
    for line in _last_words(lines):
        taken += takings.replay(line.kind, **line.facts)
    rows = [watch.rows for watch in takings.WATCHED if watch.kind == takings.Kind.NEW]
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), rows):
            cursor.execute(statement)
    return taken


def _last_words(lines: Iterable[journals.Line]) -> list[journals.Line]:
    last: dict[tuple[str, ...], journals.Line] = {}
    kinds = {kind.value for kind in takings.Kind}
    for line in sorted(lines, key=lambda each: datetime.fromisoformat(each.at)):
        if line.kind in kinds:
            facts = line.facts
            last[(line.kind, facts["table"], facts["row"], *facts["facts"])] = line
    return list(last.values())


# The end ------------------------------------------------------------------------------


def _open(
    manifest: backups.Manifest, lines: Sequence[journals.Line], report: Report
) -> None:
    """Declare the gap; open the portal again unless papers are missing."""
    lost = max(
        [x.facts["seq"] for x in lines if "seq" in x.facts], default=manifest.seq
    )
    gap: dict[str, str | int] = {
        "manifest": manifest.name,
        "kept": manifest.seq,
        "lost_up_to": lost,
        "taken": report.taken,
        "missing": report.missing,
    }
    with transaction.atomic():
        audit.record("core.restore", actor=None, detail=gap)
        if not report.missing:
            waiting = Restoration.objects.filter(manifest=manifest.name)
            waiting.filter(proved_at=None).update(proved_at=clock.now())
    journals.flush()
    head = AuditHead.objects.get(id=1)
    journals.note(journals.RESTORE, {**gap, "seq": head.seq, "digest": head.digest})


def evidence(heads: Sequence[Path], trusted: Sequence[str]) -> Evidence:
    """The journal of this installation, and the heads in files and folders."""
    return Evidence(settings.JOURNAL, list(chain.heads_in(heads)), trusted)
