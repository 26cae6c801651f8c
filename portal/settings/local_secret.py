"""A secret that the embedded profile makes for itself on its first start."""

import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path


def local_secret(path: Path) -> str:
    """Read the secret at ``path``; create it, readable by its owner only, if new."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # Whole or not at all: another process may be starting right now.
    descriptor, draft = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(48))
    with suppress(FileExistsError):
        os.link(draft, path)
    os.unlink(draft)
    return path.read_text(encoding="ascii")
