"""The words of a version, kept to be found by."""

from django.db import models

from documents.models.papers import PaperVersion


class VersionText(models.Model):
    """What a version says, under the key of its own bytes: it goes when they go."""

    version = models.OneToOneField(
        PaperVersion, models.CASCADE, primary_key=True, related_name="words"
    )
    sealed = models.BinaryField()

    def __str__(self) -> str:
        return f"{self.version_id}"
