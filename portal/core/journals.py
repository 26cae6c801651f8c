"""The journal: what was taken away, in a file outside the database and its backups.

Restored from a backup, a database knows nothing of what happened since. The journal
does: each end, removal, withdrawal, disposal and used code is a line of JSON in a file
of its own, chained to the line before it by SHA-256 and on the disk before the act is
answered. ``portal.core.takings`` notes in the act's transaction, ``flush`` carries the
notes out, ``portal.core.restoring`` replays them.

Each host writes its own file, ``<host>.jsonl``. The files of all hosts together are
the journal; the order of their lines does not matter, for a replay never gives.
"""

import fcntl
import hashlib
import json
import os
import socket
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.db import transaction

from portal.core import clock
from portal.core.models import Taking

GENESIS = "0" * 64
AT_ONCE = 1000
_TAIL = 64 * 1024  # longer than any line

# Lines that are no takings.
HEAD = "head"  # the audit trail's head at that time
BACKUP = "backup"
RESTORE = "restore"

Facts = Mapping[str, Any]


class JournalError(Exception):
    """A journal that is not whole; says which file, where and how."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a journal."""

    at: str
    kind: str
    facts: Facts
    previous: str
    digest: str


def flush() -> int:
    """Carry what was taken away into the journal; returns how much it was.

    It is on the disk when this returns. A death in between writes a line twice, which
    harms nothing.
    """
    if not Taking.objects.exists():
        return 0
    with transaction.atomic():
        rows = list(Taking.objects.select_for_update().order_by("id")[:AT_ONCE])
        append([_of(row) for row in rows])
        Taking.objects.filter(id__in=[row.id for row in rows]).delete()
    return len(rows)


def _of(row: Taking) -> tuple[str, str, Facts]:
    about = {"table": row.table, "row": row.row, "facts": row.facts}
    return (row.at.isoformat(), row.kind, about)


def note(kind: str, facts: Facts) -> None:
    """Write a line that is no taking: a head, a backup, a restore."""
    append([(clock.now().isoformat(), kind, facts)])


def append(entries: Sequence[tuple[str, str, Facts]]) -> None:
    """Write lines to the end of this host's file, and wait for the disk."""
    if not entries:
        return
    with _opened() as file:
        previous = _mend(file)
        for at, kind, facts in entries:
            line = _chained(at, kind, facts, previous)
            file.write(_text(line))
            previous = line.digest
        file.flush()
        os.fsync(file.fileno())


def _opened() -> BinaryIO:
    """The file of this host, locked against other writers until it is closed."""
    folder: Path = settings.JOURNAL
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{socket.gethostname()}.jsonl"
    is_new = not path.exists()
    file = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+b")
    fcntl.flock(file, fcntl.LOCK_EX)
    if is_new:
        descriptor = os.open(folder, os.O_RDONLY)
        os.fsync(descriptor)
        os.close(descriptor)
    return file


def _mend(file: BinaryIO) -> str:
    """The last line's digest; what a death left of an unfinished line is cut off."""
    end = file.seek(0, os.SEEK_END)
    file.seek(max(0, end - _TAIL))
    tail = file.read()
    whole = tail[: tail.rfind(b"\n") + 1]
    file.truncate(end - len(tail) + len(whole))
    file.seek(0, os.SEEK_END)
    last = whole.splitlines()[-1:] or [b""]
    return _parsed(last[0]).digest if last[0] else GENESIS


def _chained(at: str, kind: str, facts: Facts, previous: str) -> Line:
    text = json.dumps([at, kind, facts, previous], ensure_ascii=False, sort_keys=True)
    digest = hashlib.sha256(text.encode("utf-8")).hexdigest()
    return Line(at, kind, facts, previous, digest)


def _text(line: Line) -> bytes:
    words = {
        "at": line.at,
        "kind": line.kind,
        "facts": line.facts,
        "previous": line.previous,
        "digest": line.digest,
    }
    return json.dumps(words, ensure_ascii=False).encode("utf-8") + b"\n"


def _parsed(text: bytes) -> Line:
    return Line(**json.loads(text))


def lines(path: Path) -> Iterator[Line]:
    """The lines of one file in their order. Raises JournalError at the first break."""
    previous = GENESIS
    with path.open("rb") as file:
        for number, text in enumerate(file, start=1):
            if not text.endswith(b"\n"):
                return  # never finished, so nobody was answered
            try:
                line = _parsed(text)
            except (ValueError, TypeError):
                raise JournalError(f"{path.name}: line {number} is no line") from None
            if line != _chained(line.at, line.kind, line.facts, previous):
                raise JournalError(f"{path.name}: line {number} does not follow")
            previous = line.digest
            yield line


def files(folder: Path) -> list[Path]:
    """The journal's files, of all hosts."""
    return sorted(folder.glob("*.jsonl"))
