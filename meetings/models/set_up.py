"""はじめの設定: a typical ordinance with its answers, until bodies are made of them."""

import uuid

from django.db import models

from members.models import Person
from members.typical_charters import TYPICAL, TypicalCharter


class SetUp(models.Model):
    """The answers so far, kept from page to page; ``founded_at``: they became bodies.

    ``answers`` holds the fields of each page by the page's name, as JSON writes them.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    code = models.CharField(max_length=20, choices=[(c, c) for c in TYPICAL])
    answers = models.JSONField(default=dict)
    entered_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    begun_at = models.DateTimeField()
    founded_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-begun_at",)

    def __str__(self) -> str:
        return f"{self.typical.title}"

    @property
    def typical(self) -> TypicalCharter:
        """The ordinance it began from."""
        return TYPICAL[self.code]
