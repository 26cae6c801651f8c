"""The key file: wrapping, code and signing keys, outside database and store.

The file holds Tink keysets in JSON, ``wrap``, ``code`` and ``sign``. Each may hold
several keys: the primary one is used for what is new, the others for what they once
made. Its loss makes every stored paper unreadable, its theft alone opens nothing: back
it up apart from the data. ``portal.core.rotation`` exchanges the keys.
"""

import base64
import functools
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hmac import compare_digest
from pathlib import Path
from typing import Any

import tink
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from tink import aead, mac, secret_key_access, signature
from tink.proto import ed25519_pb2

aead.register()
mac.register()
signature.register()

TEMPLATES = {
    "wrap": aead.aead_key_templates.AES256_GCM,
    "code": mac.mac_key_templates.HMAC_SHA256_256BITTAG,
    "sign": signature.signature_key_templates.ED25519,
}
KeyFile = dict[str, Any]


def create(path: Path) -> None:
    """Write a new key file, readable by its owner only. An existing one stays."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _draft(path, {name: new_keyset(name) for name in TEMPLATES}) as draft:
        with suppress(FileExistsError):
            os.link(draft, path)
        os.unlink(draft)


def new_keyset(name: str) -> dict[str, Any]:
    """A keyset with one fresh key, as the file holds it."""
    handle = tink.new_keyset_handle(TEMPLATES[name])
    keyset: dict[str, Any] = json.loads(
        tink.json_proto_keyset_format.serialize(handle, secret_key_access.TOKEN)
    )
    return keyset


def load(path: Path) -> KeyFile:
    """What the file holds."""
    held: KeyFile = json.loads(path.read_text(encoding="utf-8"))
    return held


def replace(path: Path, keysets: KeyFile) -> None:
    """Write the file anew; whoever reads it sees the old one or the new one."""
    with _draft(path, keysets) as draft:
        os.replace(draft, path)


@contextmanager
def _draft(path: Path, keysets: KeyFile) -> Iterator[str]:
    """A synced file beside ``path``, and its folder synced after it has moved."""
    descriptor, draft = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(keysets, file)
        file.flush()
        os.fsync(file.fileno())
    yield draft
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


@dataclass(frozen=True, slots=True)
class _Ring:
    """The keys of one state of the key file, ready for use."""

    wrap: aead.Aead
    code: mac.Mac
    each_code: tuple[mac.Mac, ...]  # the primary one first
    sign: signature.PublicKeySign
    public: str
    primary: dict[str, int]


def _ring() -> _Ring:
    """The keys as the file holds them now.

    A file that is gone while the portal runs, like one on a medium that was taken
    out, takes no key away.
    """
    path: Path = settings.KEY_FILE
    try:
        seen = path.stat()
    except FileNotFoundError:
        if path in _newest:
            return _newest[path]
        _require_new_installation(path)
        create(path)
        seen = path.stat()
    _newest[path] = _read(path, (seen.st_ino, seen.st_mtime_ns, seen.st_size))
    return _newest[path]


_newest: dict[Path, _Ring] = {}


def _require_new_installation(path: Path) -> None:
    """Only a trial makes its key file itself, and only while it holds no paper."""
    if settings.PROFILE != "embedded":
        raise ImproperlyConfigured(
            f"No key file at {path}: run `python -m portal keys create` once."
        )
    vault: Path = settings.VAULT_STORE["path"]
    if any(vault.glob("??/*")):
        raise ImproperlyConfigured(
            f"No key file at {path}, but papers that need it: put it back."
        )


@functools.lru_cache(maxsize=4)
def _read(path: Path, seen: tuple[int, int, int]) -> _Ring:
    """The keys of the file as it looked then."""
    keysets = load(path)
    code = keysets["code"]
    primary = code["primaryKeyId"]
    ordered = sorted(code["key"], key=lambda key: key["keyId"] != primary)
    return _Ring(
        _handle(keysets["wrap"]).primitive(aead.Aead),  # type: ignore[type-abstract] # Tink asks so
        _mac(code),
        tuple(_mac({"primaryKeyId": k["keyId"], "key": [k]}) for k in ordered),
        _handle(keysets["sign"]).primitive(signature.PublicKeySign),  # type: ignore[type-abstract] # Tink asks so
        public_of(keysets["sign"]),
        {name: keysets[name]["primaryKeyId"] for name in TEMPLATES},
    )


def _handle(keyset: dict[str, Any]) -> tink.KeysetHandle:
    return tink.json_proto_keyset_format.parse(
        json.dumps(keyset), secret_key_access.TOKEN
    )


def _mac(keyset: dict[str, Any]) -> mac.Mac:
    return _handle(keyset).primitive(mac.Mac)  # type: ignore[type-abstract] # Tink asks so


def wrapping_key() -> aead.Aead:
    """The AEAD that wraps data keys and seals mail bodies waiting to be sent."""
    return _ring().wrap


def code_key() -> mac.Mac:
    """The MAC under which one-time codes are kept; it verifies under every key."""
    return _ring().code


def macs(text: str) -> list[bytes]:
    """The MACs of ``text`` under every code key, the primary one's first.

    For what is looked up by its MAC, and may have been kept under an older key.
    """
    return [key.compute_mac(text.encode("utf-8")) for key in _ring().each_code]


def tag(text: str) -> bytes:
    """128 bit that only this installation can derive from ``text``."""
    return code_key().compute_mac(text.encode("utf-8"))[-16:]


def is_tag(given: bytes, text: str) -> bool:
    """Whether ``given`` is the tag of ``text`` under any code key."""
    return any(compare_digest(given, found[-16:]) for found in macs(text))


def index_keys() -> list[bytes]:
    """Keys for the index of what can be found: the one in use, then older ones."""
    return [made[_PREFIX_BYTES:] for made in macs("the search index")]


def seal(text: str, purpose: bytes) -> bytes:
    """Encrypt ``text`` for its short rest in the database, bound to ``purpose``."""
    return wrapping_key().encrypt(text.encode("utf-8"), purpose)


def unseal(sealed: bytes, purpose: bytes) -> str:
    """Undo ``seal``; raises tink.TinkError when anything was changed."""
    return wrapping_key().decrypt(sealed, purpose).decode("utf-8")


def sign(message: bytes) -> str:
    """The Ed25519 signature of ``message``, in hexadecimal digits."""
    return _ring().sign.sign(message)[_PREFIX_BYTES:].hex()


def public_key() -> str:
    """The public half of the signing key in use, in hexadecimal digits."""
    return _ring().public


def public_of(keyset: dict[str, Any]) -> str:
    """The public half of a signing keyset's primary key."""
    public = tink.json_proto_keyset_format.serialize_without_secret(
        _handle(keyset).public_keyset_handle()
    )
    (value,) = (
        key["keyData"]["value"]
        for key in json.loads(public)["key"]
        if key["keyId"] == keyset["primaryKeyId"]
    )
    held = ed25519_pb2.Ed25519PublicKey.FromString(base64.b64decode(value))  # type: ignore[attr-defined] # made by protobuf
    return str(held.key_value.hex())


def primary(name: str) -> int:
    """The number of the key in use."""
    return _ring().primary[name]


def key_of(made: bytes) -> int:
    """The number of the key that made a ciphertext or a MAC; it stands in front."""
    if len(made) < _PREFIX_BYTES or not made.startswith(_PREFIX):
        return 0
    return int.from_bytes(made[1:5], "big")


def mark_of(number: int) -> bytes:
    """What stands in front of all that the key made."""
    return _PREFIX + number.to_bytes(4, "big")


# Of Tink's own output, by its wire format.
_PREFIX = b"\x01"
_PREFIX_BYTES = len(_PREFIX) + 4
