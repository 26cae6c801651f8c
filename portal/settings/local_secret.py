"""A secret that the embedded profile makes for itself on its first start."""

import os
import secrets
from pathlib import Path


def local_secret(path: Path) -> str:
    """Read the secret at ``path``; create it, readable by its owner only, if new."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii").strip()
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        secret = secrets.token_urlsafe(48)
        file.write(secret)
    return secret
