"""Tables on their way in: inspected, scanned, and kept in the vault for a while."""

from io import BytesIO
from pathlib import PurePosixPath

from django.utils.translation import gettext as _

from documents.intake import acceptance, scanning
from documents.services.papers import Upload
from portal.core import tables, vault
from portal.core.errors import InvalidError, UnavailableError
from portal.core.models import StoredObject

MAX_BYTES = 10 * 1024 * 1024


def take_in(upload: Upload) -> tuple[bytes, str, StoredObject]:
    """Inspect and scan a table as any upload, and store it: its bytes, and its ending.

    Raises InvalidError with what is wrong with it, RefusedError where the virus
    scanner does not answer.
    """
    ending = PurePosixPath(upload.name).suffix.lower()
    if ending in {".xls", ".xlsm", ".xlsb", ".ods", ".numbers"}:
        raise InvalidError(
            _("Excelで開き、「Excelブック(.xlsx)」で保存し直してから選んでください。")
        )
    if ending not in tables.ENDINGS:
        raise InvalidError(_("Excel(xlsx)かCSVのファイルを選んでください。"))
    if upload.size > MAX_BYTES:
        raise InvalidError(
            _("ファイルが大きすぎます(上限10MB)。分けて保存し直してください。")
        )
    acceptance.inspect(upload.file, upload.name, upload.size)
    scanning.require_clean(upload.file)
    upload.file.seek(0)
    data = upload.file.read()
    stored = vault.put(BytesIO(data))
    if stored.size != upload.size:  # what was looked into is what is kept
        raise UnavailableError
    return data, ending, stored


def keep(stored: StoredObject) -> None:
    """Keep what was taken in, in the transaction that refers to it."""
    vault.keep(stored)


def read(stored: StoredObject) -> bytes:
    """The bytes of a kept table."""
    return vault.read(stored)


def drop(stored: StoredObject) -> None:
    """Destroy a table whose rows are entered, or that nobody wants any more."""
    vault.erase(stored.id)
