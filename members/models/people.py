"""People and their sign-ins. One account is one natural person (R9)."""

import uuid
from dataclasses import dataclass

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from members.facts import Session, Span
from members.models.bodies import Body, Organization


class PersonManager(BaseUserManager["Person"]):
    """Looks people up by their sign-in name."""


class Person(AbstractBaseUser):
    """A natural person. Outside members have no sign-in name: links bring them in."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    # Null, not empty: many people have no sign-in name, and it is unique.
    login = models.CharField("利用者名", max_length=60, unique=True, null=True)  # noqa: DJ001
    name = models.CharField("氏名", max_length=60)
    kana = models.CharField("フリガナ", max_length=80, blank=True)
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="people"
    )
    post = models.CharField("役職", max_length=60, blank=True)
    email = models.EmailField("メール", blank=True)
    phone = models.CharField("電話", max_length=20, blank=True)
    # Whose secretariat entered the person and keeps the entry until a commission.
    entered_for = models.ForeignKey(
        Body, models.PROTECT, null=True, blank=True, related_name="+"
    )
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)

    objects = PersonManager()

    USERNAME_FIELD = "login"
    EMAIL_FIELD = "email"

    class Meta:
        ordering = ("organization__kana", "kana")
        verbose_name_plural = "people"

    def __str__(self) -> str:
        return f"{self.name}({self.organization.name})"

    def has_usable_password(self) -> bool:
        """Whether there is a password; none was ever set for who comes by links."""
        return bool(self.password) and super().has_usable_password()

    @property
    def standing(self) -> str:
        """Organisation and post in one line, the organisation named once."""
        if self.post.startswith(self.organization.name):
            return self.post
        return f"{self.organization.name} {self.post}".strip()

    @property
    def span(self) -> Span:
        """While the account is active (R7)."""
        return Span(self.starts_at, self.ends_at)


class Move(models.Model):
    """異動: from which organisation and post a person went where, and on which day."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="moves")
    came_from = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    post_before = models.CharField("前の役職", max_length=60, blank=True)
    went_to = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    moved_on = models.DateField("異動した日")
    entered_by = models.ForeignKey(Person, models.PROTECT, related_name="+")

    class Meta:
        ordering = ("-moved_on", "-pk")

    def __str__(self) -> str:
        return f"{self.person.name} {self.came_from} {self.went_to}"


class Purpose(models.TextChoices):
    """What sort of thing a link leads to."""

    SITTING = "sitting", "会議"
    POLL = "poll", "日程調整"
    CALL = "call", "事例の募集"
    REQUEST = "request", "協力依頼"
    RETRIEVAL = "retrieval", "廃棄・返却の申告"


@dataclass(frozen=True, slots=True)
class Scope:
    """The one thing a link leads to; the session it opens sees nothing else (R31)."""

    purpose: Purpose
    id: uuid.UUID


class SignIn(models.Model):
    """One sign-in on one browser, by password and factor or through a link.

    ``purpose`` and ``scope_id`` narrow it to what the link (``link_id``) leads to.
    Ending the row ends every page, socket and download that rests on it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    person = models.ForeignKey(Person, models.PROTECT, related_name="sign_ins")
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)
    strength = models.PositiveSmallIntegerField(default=0)
    strong_at = models.DateTimeField(null=True, blank=True)
    link_id = models.UUIDField(null=True, blank=True, db_index=True)
    purpose = models.CharField(max_length=10, choices=Purpose.choices, blank=True)
    scope_id = models.UUIDField(null=True, blank=True)
    address = models.CharField(max_length=45, blank=True)
    user_agent = models.CharField(max_length=200, blank=True)
    # Of the browser's own token, and for this person only: two people at one computer
    # do not show as such.
    device = models.CharField(max_length=64, blank=True)
    # Proved by a code to a telephone: ends with the decision that allows it.
    by_phone = models.BooleanField(default=False)

    class Meta:
        indexes = (
            models.Index(fields=["person", "-started_at"], name="sign_in_by_person"),
        )

    def __str__(self) -> str:
        return f"{self.id}"

    @property
    def session(self) -> Session:
        """The sign-in as the decision reads it."""
        return Session(
            span=Span(self.started_at, self.ends_at),
            seen_at=self.seen_at,
            strength=self.strength,
            strong_at=self.strong_at,
            sitting=self.scope_id,
        )

    @property
    def scope(self) -> Scope | None:
        """What a link that opened it leads to; None for everybody else."""
        if self.scope_id is None:
            return None
        return Scope(Purpose(self.purpose), self.scope_id)


class SignInFailure(models.Model):
    """Wrong passwords in a row for one sign-in name, known or not."""

    login_digest = models.CharField(max_length=64, primary_key=True)
    count = models.PositiveIntegerField(default=0)
    last_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.count}"
