"""次第の枠とひな形: what a body's agendas have in common."""

import uuid

from django.db import models

from members.models import Body


class FrameLine(models.Model):
    """A line of every agenda of a body beside its items, seen by all who come."""

    class Part(models.TextChoices):
        """What the line is for; every frame has one SECRECY, and ITEMS after it."""

        PLAIN = "plain", "進行"
        SECRECY = "secrecy", "守秘義務の確認"
        ITEMS = "items", "議題"
        NEXT = "next", "次回の日程"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    body = models.ForeignKey(Body, models.PROTECT, related_name="frame")
    order = models.PositiveSmallIntegerField()
    part = models.CharField(max_length=10, choices=Part.choices, default=Part.PLAIN)
    words = models.CharField("進行", max_length=60)
    minutes = models.PositiveSmallIntegerField("時間(分)", default=0)

    class Meta:
        ordering = ("order",)
        constraints = (
            models.UniqueConstraint(fields=["body", "order"], name="frame_order_once"),
            models.UniqueConstraint(
                fields=["body", "part"],
                condition=models.Q(part__in=["secrecy", "items"]),
                name="frame_part_once",
            ),
        )

    def __str__(self) -> str:
        return self.words


class ItemTemplate(models.Model):
    """議題のひな形: what is talked about on an occasion, or in an item of a kind."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    body = models.ForeignKey(Body, models.PROTECT, related_name="item_templates")
    # An occasion for an item with a case, a kind for one without.
    subject = models.CharField(max_length=20)
    points = models.TextField("話し合うこと", blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["body", "subject"], name="template_once"),
        )

    def __str__(self) -> str:
        return self.subject
