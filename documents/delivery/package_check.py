"""Whether an export package is what the portal made. Runs alone, away from the portal.

    python3 verify.py PACKAGE.zip [--key KEY]

Needs Python 3.11 and nothing else. It says whether every file is there and unchanged,
whether the manifest is the one that was signed, and by which key. Compare the key with
the one that your municipality published: a package cannot vouch for its own key.
"""

import argparse
import hashlib
import json
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FORMAT, HEAD_FORMAT = "kasane-package-1", "kasane-head-1"
MANIFEST = "manifest.json"
# What is beside the files that the manifest lists.
BESIDE = {MANIFEST, "verify.py", "mokuroku.txt"}
_CHUNK = 1024 * 1024
_HEAD = ("format", "installation", "seq", "digest", "at", "key")


def canonical(value: object) -> bytes:
    """The one way in which something is written as JSON here."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode("utf-8")


def signed_text(manifest: dict[str, Any]) -> bytes:
    """What the signature of a manifest is over."""
    return canonical({k: v for k, v in manifest.items() if k != "signature"})


def faults(package: Path, key: str = "") -> Iterator[str]:
    """Everything that is not as it was made."""
    try:
        with zipfile.ZipFile(package) as archive:
            yield from _faults(archive, key)
    except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError):
        yield "the package cannot be read to its end"


def _faults(archive: zipfile.ZipFile, key: str) -> Iterator[str]:
    names = archive.namelist()
    if len(names) != len(set(names)):
        yield "two files have the same name"
    try:
        manifest = json.loads(archive.read(MANIFEST))
        listed = {str(each["name"]): each for each in manifest["files"]}
        sound = manifest["format"] == FORMAT
    except (KeyError, ValueError, TypeError, RecursionError):
        yield "there is no manifest that can be read"
        return
    if not sound:
        yield "the manifest has another format"
    yield from _signatures(manifest, key)
    for name in sorted(set(names) - listed.keys() - BESIDE):
        yield f"{name} is not in the manifest"
    for name, entry in sorted(listed.items()):
        if name not in names:
            yield f"{name} is missing"
        elif _digest(archive, name) != (entry.get("size"), entry.get("sha256")):
            yield f"{name} was changed"


def _digest(archive: zipfile.ZipFile, name: str) -> tuple[int, str]:
    found, size = hashlib.sha256(), 0
    try:
        with archive.open(name) as file:
            while chunk := file.read(_CHUNK):
                found.update(chunk)
                size += len(chunk)
    except (zipfile.BadZipFile, EOFError):
        return -1, ""
    return size, found.hexdigest()


def _signatures(manifest: dict[str, Any], key: str) -> Iterator[str]:
    """The manifest and the audit trail's head in it, both by the same key."""
    own, head = str(manifest.get("key", "")), manifest.get("head")
    if key and own != key:
        yield "it is signed with another key than the one given"
    if not is_signed(own, str(manifest.get("signature", "")), signed_text(manifest)):
        yield "the manifest is not what was signed"
    if not isinstance(head, dict) or head.get("key") != own:
        yield "there is no head of the audit trail by the same key"
        return
    text = canonical({name: head.get(name) for name in _HEAD})
    same = head.get("format") == HEAD_FORMAT
    if not same or not is_signed(own, str(head.get("signature", "")), text):
        yield "the head of the audit trail is not what was signed"


# Ed25519 (RFC 8032, section 6), for verifying alone: nothing here is secret. ----------

_P = 2**255 - 19
_Q = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, _P - 2, _P) % _P
_ROOT = pow(2, (_P - 1) // 4, _P)
Point = tuple[int, int, int, int]


def _add(a: Point, b: Point) -> Point:
    e = (a[1] - a[0]) * (b[1] - b[0]) % _P
    f = (a[1] + a[0]) * (b[1] + b[0]) % _P
    g, h = 2 * a[3] * b[3] * _D % _P, 2 * a[2] * b[2] % _P
    e, f, g, h = f - e, h - g, h + g, f + e
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _times(count: int, point: Point) -> Point:
    total: Point = (0, 1, 1, 0)
    while count > 0:
        if count & 1:
            total = _add(total, point)
        point, count = _add(point, point), count >> 1
    return total


def _x_of(y: int, sign: int) -> int | None:
    if y >= _P:
        return None
    square = (y * y - 1) * pow(_D * y * y + 1, _P - 2, _P) % _P
    x = pow(square, (_P + 3) // 8, _P)
    if (x * x - square) % _P:
        x = x * _ROOT % _P
    if (x * x - square) % _P or (x == 0 and sign):
        return None
    return _P - x if x & 1 != sign else x


def _point(data: bytes) -> Point | None:
    number = int.from_bytes(data, "little")
    y, sign = number & (2**255 - 1), number >> 255
    x = _x_of(y, sign)
    return None if x is None else (x, y, 1, x * y % _P)


_BASE_Y = 4 * pow(5, _P - 2, _P) % _P
_BASE_X = _x_of(_BASE_Y, 0) or 0
_BASE: Point = (_BASE_X, _BASE_Y, 1, _BASE_X * _BASE_Y % _P)


def is_signed(key: str, signature: str, text: bytes) -> bool:
    """Whether the signature over the text is the key's; both in hexadecimal digits."""
    try:
        public, proof = bytes.fromhex(key), bytes.fromhex(signature)
    except ValueError:
        return False
    if (len(public), len(proof)) != (32, 64):
        return False
    a, r = _point(public), _point(proof[:32])
    s = int.from_bytes(proof[32:], "little")
    if a is None or r is None or s >= _Q:
        return False
    seal = hashlib.sha512(proof[:32] + public + text).digest()
    left = _times(s, _BASE)
    right = _add(r, _times(int.from_bytes(seal, "little") % _Q, a))
    return not (
        (left[0] * right[2] - right[0] * left[2]) % _P
        or (left[1] * right[2] - right[1] * left[2]) % _P
    )


def main(arguments: list[str]) -> int:
    """0: whole and signed; 1: not so."""
    parser = argparse.ArgumentParser(description="Verify an export package.")
    parser.add_argument("package", type=Path)
    parser.add_argument("--key", default="")
    given = parser.parse_args(arguments)
    found = list(faults(given.package, given.key))
    for fault in found:
        sys.stdout.write(f"BROKEN: {fault}.\n")
    if found:
        return 1
    with zipfile.ZipFile(given.package) as archive:
        manifest = json.loads(archive.read(MANIFEST))
    sys.stdout.write(f"Key: {manifest['key']}\n")
    sys.stdout.write(f"HOLDS: {len(manifest['files'])} files, {manifest['made_at']}.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
