"""Zip packages: looked over as a whole before anything in them is unpacked."""

import os
import stat
import zipfile
from typing import BinaryIO

from documents.intake.inspection.found import FoundError

MAX_ENTRIES = 5_000
MAX_UNPACKED = 1024 * 1024 * 1024
MAX_RATIO = 100  # of a package above FREE_BYTES, as a whole
FREE_BYTES = 20 * 1024 * 1024
MAX_DIRECTORY = 16 * 1024 * 1024


def package_of(file: BinaryIO) -> zipfile.ZipFile:
    """The package, of a bearable size and without names that lead anywhere."""
    _check_directory_size(file)
    try:
        package = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise FoundError("broken") from error
    entries = package.infolist()
    if len(entries) > MAX_ENTRIES:
        raise FoundError("bomb")
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise FoundError("encrypted")
    _check_names(entries)
    _check_sizes(entries)
    return package


def _check_directory_size(file: BinaryIO) -> None:
    """Before zipfile reads the whole directory into memory."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - 65_557))
    tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) < at + 22:
        raise FoundError("broken")
    if int.from_bytes(tail[at + 12 : at + 16], "little") > MAX_DIRECTORY:
        raise FoundError("bomb")
    file.seek(0)


def _check_names(entries: list[zipfile.ZipInfo]) -> None:
    seen = set()
    for entry in entries:
        name = entry.orig_filename
        folded = name.casefold()
        if folded in seen or not name or "\0" in name or "\\" in name or ":" in name:
            raise FoundError("broken")
        seen.add(folded)
        if name.startswith("/") or ".." in name.split("/"):
            raise FoundError("broken")
        if stat.S_ISLNK(entry.external_attr >> 16):
            raise FoundError("broken")


def _check_sizes(entries: list[zipfile.ZipInfo]) -> None:
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    if unpacked > MAX_UNPACKED:
        raise FoundError("bomb")
    if unpacked > FREE_BYTES and unpacked > packed * MAX_RATIO:
        raise FoundError("bomb")
    end = 0
    for entry in sorted(entries, key=lambda entry: entry.header_offset):
        if entry.header_offset < end:
            raise FoundError("bomb")  # entries that share bytes
        end = entry.header_offset + entry.compress_size
