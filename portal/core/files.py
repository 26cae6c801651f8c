"""Files that are there whole or not at all, and on the disk once written."""

import hashlib
import os
from pathlib import Path
from typing import BinaryIO

_PIECE = 1024 * 1024


def write(path: Path, data: bytes) -> None:
    """Write ``data``; whoever looks sees the old file or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.name}")
    with _private(draft) as file:
        file.write(data)
        _settle(file)
    draft.replace(path)
    sync(path.parent)


def write_from(path: Path, source: BinaryIO) -> str:
    """Write ``source`` to its end; returns its SHA-256."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft, digest = path.with_name(f".{path.name}"), hashlib.sha256()
    with _private(draft) as file:
        while chunk := source.read(_PIECE):
            digest.update(chunk)
            file.write(chunk)
        _settle(file)
    draft.replace(path)
    return digest.hexdigest()


def sync(folder: Path) -> None:
    """Have the folder itself on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def digest_of(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _private(path: Path) -> BinaryIO:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    return os.fdopen(descriptor, "wb")


def _settle(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())
