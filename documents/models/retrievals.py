"""廃棄・返却の申告: what a reader says became of a paper that no longer opens."""

import uuid

from django.db import models

from documents.models.papers import PaperVersion
from members.models import Person


class Retrieval(models.Model):
    """What one reader declared of one version; the row is the declaration."""

    class Way(models.TextChoices):
        """Nobody is asked how much they had."""

        DISPOSED = "disposed", "印刷物・ファイルを廃棄した"
        RETURNED = "returned", "事務局に返した"
        NOTHING_TAKEN = "nothing_taken", "画面で見ただけで、手元にない"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    version = models.ForeignKey(PaperVersion, models.PROTECT, related_name="retrievals")
    person = models.ForeignKey(Person, models.PROTECT, related_name="retrievals")
    way = models.CharField("申告", max_length=20, choices=Way.choices)
    declared_at = models.DateTimeField("申告日")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["version", "person"], name="retrieval_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.version} {self.person}"


class RetrievalAsk(models.Model):
    """One person is asked for the declarations they owe of one sitting.

    Its id is what the link in the mail leads to: such a link opens no paper (R31).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    sitting_id = models.UUIDField()
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    asked_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField("依頼日")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["sitting_id", "person"], name="retrieval_ask_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.sitting_id} {self.person}"
