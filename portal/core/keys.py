"""The key file: key-encryption key and code key, outside database and store.

The file holds two Tink keysets in JSON. Its loss makes every stored paper
unreadable, its theft alone opens nothing: back it up apart from the data.
"""

import functools
import json
import os
import tempfile
from contextlib import suppress
from pathlib import Path

import tink
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from tink import aead, mac, secret_key_access

aead.register()
mac.register()

_TEMPLATES = {
    "wrap": aead.aead_key_templates.AES256_GCM,
    "code": mac.mac_key_templates.HMAC_SHA256_256BITTAG,
}


def create(path: Path) -> None:
    """Write a new key file, readable by its owner only. An existing one stays."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    keysets = {}
    for name, template in _TEMPLATES.items():
        handle = tink.new_keyset_handle(template)
        keysets[name] = json.loads(
            tink.json_proto_keyset_format.serialize(handle, secret_key_access.TOKEN)
        )
    # Whole or not at all: another process may be looking for it right now.
    descriptor, draft = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(keysets, file)
    with suppress(FileExistsError):
        os.link(draft, path)
    os.unlink(draft)


@functools.cache
def _handle(path: Path, name: str) -> tink.KeysetHandle:
    if not path.exists():
        if settings.PROFILE != "embedded":
            raise ImproperlyConfigured(
                f"No key file at {path}: run `python -m portal keys create` once."
            )
        create(path)
    keysets = json.loads(path.read_text(encoding="utf-8"))
    return tink.json_proto_keyset_format.parse(
        json.dumps(keysets[name]), secret_key_access.TOKEN
    )


@functools.cache
def wrapping_key() -> aead.Aead:
    """The AEAD that wraps data keys and seals mail bodies waiting to be sent."""
    handle = _handle(settings.KEY_FILE, "wrap")
    return handle.primitive(aead.Aead)  # type: ignore[type-abstract] # Tink asks so


@functools.cache
def code_key() -> mac.Mac:
    """The MAC under which one-time codes are kept."""
    handle = _handle(settings.KEY_FILE, "code")
    return handle.primitive(mac.Mac)  # type: ignore[type-abstract] # Tink asks so


def tag(text: str) -> bytes:
    """128 bit that only this installation can derive from ``text``."""
    return code_key().compute_mac(text.encode("utf-8"))[-16:]


def seal(text: str, purpose: bytes) -> bytes:
    """Encrypt ``text`` for its short rest in the database, bound to ``purpose``."""
    return wrapping_key().encrypt(text.encode("utf-8"), purpose)


def unseal(sealed: bytes, purpose: bytes) -> str:
    """Undo ``seal``; raises tink.TinkError when anything was changed."""
    return wrapping_key().decrypt(sealed, purpose).decode("utf-8")
