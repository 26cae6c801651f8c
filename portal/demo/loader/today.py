"""Today's meetings go out for real: notices, calendar entries and secure links."""

from django.db import transaction

from meetings.services import convocation
from members.access import Actor
from portal.demo.content.types import DemoContent
from portal.demo.loader.rows import Rows


def load(content: DemoContent, rows: Rows) -> None:
    """Notify everybody who is asked to a convened meeting, as its clerk would."""
    for sitting in rows.sittings.values():
        if sitting.state == "convened":
            with transaction.atomic():
                convocation.notify(
                    Actor(sitting.created_by),
                    sitting,
                    list(sitting.invitations.select_related("person__organization")),
                )
