"""Files on their way: parts in the vault until the file is whole and filed."""

import uuid

from django.db import models

from members.models import Person
from portal.core.models import StoredObject


class Upload(models.Model):
    """A large file that comes in parts; nobody but its person can go on with it.

    Its id is that of the paper or version it will be: what was filed once is not
    filed again. Once filed it has no parts any more; a sweep clears the rest.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    place_id = models.UUIDField(db_index=True)
    name = models.CharField("ファイル名", max_length=1000)
    size = models.BigIntegerField()
    filed = models.BooleanField(default=False)
    begun_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.id}"


class UploadPart(models.Model):
    """One part, from ``offset`` on; the parts of an upload lie end to end."""

    upload = models.ForeignKey(Upload, models.CASCADE, related_name="parts")
    offset = models.BigIntegerField()
    stored = models.ForeignKey(StoredObject, models.PROTECT, related_name="+")

    class Meta:
        ordering = ("offset",)
        constraints = (
            models.UniqueConstraint(
                fields=["upload", "offset"], name="upload_part_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.upload_id} {self.offset}"
