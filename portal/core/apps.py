"""The kernel as a Django app."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class CoreConfig(AppConfig):
    """Audit trail, outgoing mail and stored objects."""

    name = "portal.core"
    label = "core"

    def ready(self) -> None:
        """Register the start-up checks; after each migration see to what must be.

        That is the audit chain's head, the function that appends to it, and the
        triggers that note what is taken away. Words of forms are set once, here.
        """
        from portal.core import (
            audit,
            checks,  # noqa: F401 – registers the checks
            rights,
            rotation,
            takings,
        )
        from portal.core.fields import say_what_to_do
        from portal.core.search import index, triggers

        rotation.LIVING_CODES["the search index"] = index.living
        gone = takings.Kind.GONE
        takings.WATCHED += [
            takings.Watch(
                "core.StoredObject",
                ("state",),
                finals=("erased",),
                again=_erase_again,
            ),
            takings.Watch("otp_totp.TOTPDevice", (), gone),
            takings.Watch("django_otp_webauthn.WebAuthnCredential", (), gone),
        ]
        say_what_to_do()
        post_migrate.connect(_make_audit_head, sender=self)
        post_migrate.connect(audit.install, sender=self)
        # Once, when all apps have their tables: members' is not the last one.
        post_migrate.connect(takings.install)
        post_migrate.connect(triggers.install)
        post_migrate.connect(rights.give)


def _make_audit_head(**kwargs: Any) -> None:
    from portal.core.models import AuditHead

    AuditHead.objects.get_or_create(id=1)


def _erase_again(row: Any) -> None:
    from portal.core import vault

    vault.erase(row.pk)
