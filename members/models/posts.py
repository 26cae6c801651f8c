"""充て職: posts, who holds them, and the bodies in which a post has its place."""

import uuid

from django.db import models

from members.models.bodies import Body, Dated, Organization
from members.models.people import Person


class Post(models.Model):
    """役職: a post of an organisation, whoever holds it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="posts")
    name = models.CharField("役職", max_length=60)

    class Meta:
        ordering = ("-organization__internal", "organization__kana", "name")
        constraints = (
            models.UniqueConstraint(
                fields=["organization", "name"], name="post_named_once"
            ),
        )

    def __str__(self) -> str:
        if self.name.startswith(self.organization.name):
            return self.name
        return f"{self.organization.name} {self.name}"


class Tenure(Dated):
    """Who holds a post from when until when: one person at a time."""

    post = models.ForeignKey(Post, models.PROTECT, related_name="tenures")
    person = models.ForeignKey(Person, models.PROTECT, related_name="tenures")

    class Meta:
        ordering = ("starts_at",)
        constraints = (
            models.UniqueConstraint(
                fields=["post"],
                condition=models.Q(ends_at=None),
                name="post_has_one_holder",
            ),
        )

    def __str__(self) -> str:
        return f"{self.post} {self.person}"


class ExOfficio(Dated):
    """The place of a post in a body. Its holder sits there as long as both last."""

    class Part(models.TextChoices):
        """What the post is in the body."""

        MEMBER = "member", "構成員"
        SECRETARIAT = "secretariat", "事務局"
        CONVENER = "convener", "招集者"
        HEAD = "head", "長"
        CHAIR = "chair", "招集者と長"

    body = models.ForeignKey(Body, models.PROTECT, related_name="ex_officio")
    post = models.ForeignKey(Post, models.PROTECT, related_name="places")
    part = models.CharField("立場", max_length=20, choices=Part.choices)

    class Meta:
        verbose_name_plural = "ex officio"

    def __str__(self) -> str:
        return f"{self.body} {self.post}"


class Turnover(models.Model):
    """異動: the holders of posts replaced from the start of one day.

    ``settled_at``: since when the sittings to come have asked the new holders.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    day = models.DateField("異動日")
    decided_by = models.CharField("発令者", max_length=60)
    decided_on = models.DateField("発令を確認した日")
    entered_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-day",)

    def __str__(self) -> str:
        return f"{self.day}"


class Succession(models.Model):
    """One post in a turnover; without a successor it stays vacant."""

    turnover = models.ForeignKey(Turnover, models.PROTECT, related_name="successions")
    post = models.ForeignKey(Post, models.PROTECT, related_name="successions")
    predecessor = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    successor = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["turnover", "post"], name="post_turns_over_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.post}"
