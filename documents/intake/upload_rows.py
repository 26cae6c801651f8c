"""Rows of uploads under way: how far they are, and their end."""

from datetime import timedelta
from uuid import UUID

from django.db.models import QuerySet, Sum

from documents.models import Upload, UploadPart
from portal.core import clock, vault
from portal.core.models import StoredObject

KEPT = timedelta(hours=24)


def arrived(upload: Upload) -> int:
    """How many bytes of it are here: what comes next begins there."""
    if upload.filed:
        return upload.size
    return upload.parts.aggregate(here=Sum("stored__size"))["here"] or 0


def close(upload_id: UUID) -> None:
    """The file is filed: its parts go, in the transaction of the filing."""
    own = Upload.objects.filter(id=upload_id)
    if own.update(filed=True):
        drop_parts(own)


def drop_parts(uploads: QuerySet[Upload]) -> None:
    """Destroy the parts of the uploads, keys first."""
    parts = UploadPart.objects.filter(upload__in=uploads)
    stored = list(parts.values_list("stored_id", flat=True))
    parts.delete()
    for object_id in stored:
        vault.erase(object_id)
    StoredObject.objects.filter(id__in=stored).delete()


def sweep() -> int:
    """Clear what was begun a day ago; the worker calls it now and then."""
    stale = Upload.objects.filter(begun_at__lt=clock.now() - KEPT)
    drop_parts(stale)
    count, _ = stale.delete()
    return count
