"""Large files in parts: begun, gone on with after any break, joined when whole (R37).

Each part goes straight into the vault. Whether the person may upload there is asked
at the beginning, at each part, and by the filing itself.
"""

import io
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, BinaryIO, cast
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from documents.intake import acceptance, quotas, upload_rows
from documents.intake.upload_rows import arrived
from documents.models import PaperVersion, Upload, UploadPart
from documents.services import papers
from documents.services.papers import ItemReference
from members.access import Actor
from portal.core import audit, clock, vault
from portal.core.body_limit import PART_BYTES
from portal.core.errors import HiddenError, InvalidError
from portal.core.models import StoredObject


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where files of a person go: ``require`` raises unless they may, now.

    ``scope`` is what the form's key is unique in, as the filing has it.
    """

    item_id: UUID
    scope: UUID
    require: Callable[[Actor], object]


def place_of(item: ItemReference) -> Place:
    """For new papers under ``item``."""
    return Place(
        item_id=item.item_id,
        scope=item.item_id,
        require=lambda actor: papers.require_upload(actor, item),
    )


def place_instead_of(version: PaperVersion) -> Place:
    """For a new version in the place of one."""
    return Place(
        item_id=version.paper.item_id,
        scope=version.paper_id,
        require=lambda actor: papers.require_replace(actor, version),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part as it came in, of a file with that name and ``size``."""

    name: str
    size: int
    offset: int
    body: BinaryIO


def offset(*, actor: Actor, place: Place, key: UUID) -> int:
    """How much of the file is here; 0 for one that was not begun.

    One that was filed is here, also where its own filing has closed the place.
    """
    upload = _row(actor, place, key)
    if upload is None or not upload.filed:
        place.require(actor)
    return arrived(upload) if upload else 0


def receive(*, actor: Actor, place: Place, key: UUID, part: Part) -> int:
    """Take one part in; returns how much of the file is here now.

    A part that begins anywhere else is left: the answer says where to go on. Every
    part but the last is ``PART_BYTES`` long. Raises InvalidError for a file that
    would be refused, for one too many, and for a part that is cut.
    """
    place.require(actor)
    upload = _begun(actor, place, key, part)
    here = arrived(upload)
    if part.offset != here or here == upload.size:
        return here
    stored = vault.put(part.body)
    if stored.size != min(PART_BYTES, upload.size - here):
        raise InvalidError(_("送信が途中で切れました。もう一度送ってください。"))
    return _keep(actor, place, upload, part.offset, stored)


def _begun(actor: Actor, place: Place, key: UUID, part: Part) -> Upload:
    known = _row(actor, place, key)
    if known is None:
        return _begin(actor, place, papers.own_id(actor, place.scope, key), part)
    if known.size != part.size:
        raise InvalidError(
            _("送信の途中でファイルが変わりました。もう一度選び直してください。")
        )
    return known


@transaction.atomic
def _begin(actor: Actor, place: Place, own_id: UUID, part: Part) -> Upload:
    name = acceptance.announced(part.name, part.size)
    quotas.refuse_beyond(actor.id, place.item_id, part.size, but=own_id)
    upload, begun = Upload.objects.get_or_create(
        id=own_id,
        defaults={
            "person": actor.person,
            "place_id": place.item_id,
            "name": name,
            "size": part.size,
            "begun_at": clock.now(),
        },
    )
    if begun:
        _record("begin", actor, upload)
    return upload


@transaction.atomic
def _keep(
    actor: Actor, place: Place, upload: Upload, offset: int, stored: StoredObject
) -> int:
    place.require(actor)  # the part took its time
    row = Upload.objects.select_for_update().filter(id=upload.id).first()
    if row is None:  # cancelled meanwhile
        raise HiddenError
    here = arrived(row)
    if here != offset:  # the same part, a moment faster
        return here
    vault.keep(stored)
    UploadPart.objects.create(upload=row, offset=offset, stored=stored)
    return here + stored.size


@transaction.atomic
def cancel(*, actor: Actor, place: Place, key: UUID) -> None:
    """Throw away what has come of the file; nothing there is fine."""
    place.require(actor)
    own = Upload.objects.filter(
        id=papers.own_id(actor, place.scope, key), person=actor.person, filed=False
    )
    for upload in own.select_for_update():
        upload_rows.drop_parts(own)
        _record("cancel", actor, upload)
        upload.delete()


def taken(*, actor: Actor, place: Place, key: UUID) -> papers.Upload | None:
    """The whole file as the filing takes it; None while any of it is missing."""
    upload = _row(actor, place, key)
    if upload is None or arrived(upload) != upload.size:
        return None
    return papers.Upload(cast("BinaryIO", _Joined(upload)), upload.name, upload.size)


def _row(actor: Actor, place: Place, key: UUID) -> Upload | None:
    own_id = papers.own_id(actor, place.scope, key)
    return Upload.objects.filter(id=own_id, person=actor.person).first()


def _record(what: str, actor: Actor, upload: Upload) -> None:
    audit.record(
        f"documents.upload.{what}",
        actor=actor.id,
        subject=f"upload:{upload.id}",
        item=upload.place_id,
    )


class _Joined(io.RawIOBase):
    """The parts as one file: joined when it is first looked into, if it ever is.

    A filing that is repeated never looks. The plain bytes lie in a file without a
    name, as those of the plain form do.
    """

    def __init__(self, upload: Upload) -> None:
        self.upload = upload

    @cached_property
    def whole(self) -> BinaryIO:
        """All parts, at the beginning."""
        file = tempfile.TemporaryFile()  # noqa: SIM115 – lives as long as this one
        for part in self.upload.parts.select_related("stored"):
            with vault.open_object(part.stored) as chunks:
                file.writelines(chunks)
        file.seek(0)
        return cast("BinaryIO", file)

    def close(self) -> None:
        """Let the plain bytes go."""
        if "whole" in self.__dict__:
            self.whole.close()
        super().close()

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def fileno(self) -> int:
        """The file that another process can open."""
        return self.whole.fileno()

    def read(self, size: int = -1) -> bytes:
        """The next bytes."""
        return self.whole.read(size)

    def readinto(self, target: Any) -> int:
        data = self.whole.read(len(target))
        target[: len(data)] = data
        return len(data)

    def seek(self, position: int, whence: int = io.SEEK_SET) -> int:
        """Go to a position."""
        return self.whole.seek(position, whence)

    def tell(self) -> int:
        """Where the next bytes are."""
        return self.whole.tell()
