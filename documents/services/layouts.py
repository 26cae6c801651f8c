"""Word files of the municipality's own, kept in the vault, filled with words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any

from django.utils.translation import gettext as _

from documents.intake import acceptance, scanning
from documents.output import layouts
from documents.output.layouts import Filled
from documents.services.papers import Upload
from portal.core import vault
from portal.core.errors import InvalidError, UnavailableError
from portal.core.models import StoredObject

__all__ = ["Filled", "Taken", "drop", "fill", "keep", "take_in"]


@dataclass(frozen=True, slots=True)
class Taken:
    """A template in the store, which nothing refers to yet."""

    file_name: str
    stored: StoredObject


def take_in(upload: Upload, words: Mapping[str, Any], made_at: datetime) -> Taken:
    """Inspect and scan a Word file as any upload, try it out with words, and store it.

    Raises InvalidError with all that is wrong with it, RefusedError where the virus
    scanner does not answer.
    """
    if not upload.name.lower().endswith(".docx"):
        raise InvalidError(_("ひな形は、Wordのファイル(docx)で登録してください。"))
    found = acceptance.inspect(upload.file, upload.name, upload.size)
    scanning.require_clean(upload.file)
    tried = layouts.fill(upload.file, words, title="", made_at=made_at)
    if tried.complaints:
        raise InvalidError(" ".join(tried.complaints))
    upload.file.seek(0)
    stored = vault.put(upload.file)
    if stored.size != upload.size:  # what was tried is what is kept
        raise UnavailableError
    return Taken(found.file_name, stored)


def keep(taken: Taken) -> None:
    """Keep what was taken in, in the transaction that refers to it."""
    vault.keep(taken.stored)


def fill(
    stored: StoredObject, words: Mapping[str, Any], *, title: str, made_at: datetime
) -> Filled:
    """A kept template filled with words, or why that cannot be."""
    source = BytesIO(vault.read(stored))
    return layouts.fill(source, words, title=title, made_at=made_at)


def drop(stored: StoredObject) -> None:
    """Destroy a template that nothing refers to any more."""
    vault.erase(stored.id)
