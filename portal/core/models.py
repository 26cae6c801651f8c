"""The kernel's tables: audit chain, outgoing mail, stored objects."""

import uuid

from django.db import models


class AuditEvent(models.Model):
    """One link of the audit chain. Rows are only ever inserted.

    ``actor``, ``case`` and ``item`` are pseudonymous ids; ``detail`` holds
    identifiers and labels, never case prose.
    """

    seq = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    action = models.CharField(max_length=80)
    actor = models.CharField(max_length=40, blank=True)
    sign_in = models.CharField(max_length=40, blank=True)
    address = models.CharField(max_length=45, blank=True)
    subject = models.CharField(max_length=80, blank=True)
    case = models.CharField(max_length=40, blank=True)
    item = models.CharField(max_length=40, blank=True)
    detail = models.JSONField(default=dict)
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)

    class Meta:
        ordering = ("seq",)
        indexes = (
            models.Index(fields=["case", "seq"], name="audit_by_case"),
            models.Index(fields=["actor", "seq"], name="audit_by_actor"),
            models.Index(fields=["subject", "seq"], name="audit_by_subject"),
            models.Index(fields=["at"], name="audit_by_time"),
        )

    def __str__(self) -> str:
        return f"{self.seq} {self.action}"


class AuditHead(models.Model):
    """The newest link: the row that every append locks. There is exactly one."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    installation = models.UUIDField(default=uuid.uuid4)
    seq = models.BigIntegerField(default=0)
    digest = models.CharField(max_length=64, default="0" * 64)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=models.Q(id=1), name="one_audit_head"),
        )

    def __str__(self) -> str:
        return f"{self.seq}"


class SignedHead(models.Model):
    """An end of the chain that was signed and given away. Rows are only ever inserted.

    What proves something is the copy outside; this one says what was given away.
    ``stamp`` is the RFC 3161 time stamp over the signed text, where there is one.
    """

    seq = models.BigIntegerField(primary_key=True)
    digest = models.CharField(max_length=64)
    at = models.DateTimeField()
    key = models.CharField(max_length=64)
    signature = models.CharField(max_length=128)
    stamp = models.BinaryField(default=bytes)
    dropped_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("seq",)

    def __str__(self) -> str:
        return f"{self.seq}"


class OutgoingMail(models.Model):
    """A mail that waits to be sent. Its body rests sealed and is wiped once sent."""

    class State(models.TextChoices):
        """Where the mail stands."""

        WAITING = "waiting"
        SENT = "sent"
        CANCELLED = "cancelled"
        FAILED = "failed"  # our mail server did not take it
        BOUNCED = "bounced"  # it was sent back on the way

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    person = models.CharField(max_length=40, db_index=True)
    about = models.CharField(max_length=80, blank=True, db_index=True)
    address = models.EmailField()
    subject = models.CharField(max_length=120)
    sealed_body = models.BinaryField()
    sealed_calendar = models.BinaryField(default=bytes)
    calendar_method = models.CharField(max_length=10, blank=True)
    state = models.CharField(
        max_length=10, choices=State.choices, default=State.WAITING
    )
    attempt_count = models.PositiveSmallIntegerField(default=0)
    queued_at = models.DateTimeField()
    due_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    bounced_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=["state", "due_at"], name="mail_due"),)

    def __str__(self) -> str:
        return f"{self.id} {self.state}"


class OutgoingText(models.Model):
    """A code on its way to a telephone. Its text rests sealed, and is wiped at the end.

    Its id is the key by which the gateway knows a repetition. After ``ends_at`` the
    code is worth nothing, and nothing is sent.
    """

    class State(models.TextChoices):
        """Where the text stands."""

        WAITING = "waiting"
        SENT = "sent"
        CANCELLED = "cancelled"
        FAILED = "failed"  # the gateway refused it, or it came too late

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    person = models.CharField(max_length=40, db_index=True)
    about = models.CharField(max_length=80, db_index=True)
    number = models.CharField(max_length=16)
    spoken = models.BooleanField()
    sealed_body = models.BinaryField()
    state = models.CharField(
        max_length=10, choices=State.choices, default=State.WAITING
    )
    attempt_count = models.PositiveSmallIntegerField(default=0)
    queued_at = models.DateTimeField()
    due_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=["state", "due_at"], name="text_due"),)

    def __str__(self) -> str:
        return f"{self.id} {self.state}"

    @property
    def failed(self) -> bool:
        """Whether it has not arrived and will not."""
        return self.state == self.State.FAILED

    @property
    def late(self) -> bool:
        """Whether the gateway did not take it, and it is tried again."""
        return self.state == self.State.WAITING and self.attempt_count > 0


class StoredObject(models.Model):
    """An encrypted object in the store; the row is the truth about it.

    ``sealed_key`` is the object's own data keyset, wrapped by the key file's key:
    wiping it makes the bytes unreadable everywhere, backups included.
    """

    class State(models.TextChoices):
        """``pending`` until the bytes are in the store and verified."""

        PENDING = "pending"
        READY = "ready"
        ERASED = "erased"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    state = models.CharField(
        max_length=10, choices=State.choices, default=State.PENDING
    )
    size = models.BigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    sealed_key = models.BinaryField(default=bytes)
    created_at = models.DateTimeField()
    # Until when the store itself lets nobody remove the bytes.
    locked_until = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=["state", "created_at"], name="object_state"),)

    def __str__(self) -> str:
        return f"{self.id}"


class LockProof(models.Model):
    """What came of the last attempt to prove the store's lock; one row."""

    class Outcome(models.TextChoices):
        """Whether the lock is used, or why not."""

        HOLDS = "holds"
        FOLDER = "folder"
        OFF = "off"
        FAILED = "failed"

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    gaps = models.TextField(blank=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.outcome


class Taking(models.Model):
    """Something taken away, on its way into the journal outside the database.

    A trigger writes the row in the transaction of the act; ``portal.core.journals``
    copies it into the journal and deletes it. ``row`` and ``facts`` hold keys, times
    and states, never words.
    """

    class Kind(models.TextChoices):
        """What happened to the row."""

        SET = "set"  # an end was set
        NEW = "new"  # a row that takes away, such as a recusal
        GONE = "gone"

    at = models.DateTimeField()
    kind = models.CharField(max_length=4, choices=Kind.choices)
    table = models.CharField(max_length=63)
    row = models.CharField(max_length=64)
    facts = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"{self.kind} {self.table} {self.row}"


class Restoration(models.Model):
    """A restore. Until it is proved, nobody from outside gets in (R40)."""

    at = models.DateTimeField()
    manifest = models.CharField(max_length=64)
    proved_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("at",)

    def __str__(self) -> str:
        return f"{self.at}"


class Beat(models.Model):
    """That a worker lives: each host's writes down the time every few seconds."""

    host = models.CharField(max_length=64, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.host


class SearchRow(models.Model):
    """Something that can be found; its tokens lie beside it (``portal.core.search``).

    ``realm`` is what its tokens are made for, ``scope`` what a search is limited by:
    opaque here. ``key`` is the number of the code key that the tokens come from.
    """

    kind = models.CharField(max_length=20)
    subject = models.UUIDField()
    realm = models.UUIDField()
    scope = models.UUIDField()
    at = models.DateTimeField()
    key = models.BigIntegerField(db_index=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["kind", "subject"], name="found_once"),
        )
        indexes = (
            models.Index(fields=["scope", "kind", "-at"], name="found_by_scope"),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"


class SearchDue(models.Model):
    """Something that was written and is to be indexed; a trigger notes it."""

    kind = models.CharField(max_length=20)
    subject = models.UUIDField()

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"
