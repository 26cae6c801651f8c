"""The way from the real portal to the one for practice (ADR 0038)."""

from urllib.parse import urlencode

from django.conf import settings
from django.db import transaction

from members.access import Actor
from portal.core import audit, practice
from portal.core.errors import HiddenError


@transaction.atomic
def way_over(*, actor: Actor) -> str:
    """An address that lets the actor's browser in, once; HiddenError without one.

    Nothing in it tells who they are.
    """
    if not settings.PRACTICE_URL:
        raise HiddenError
    audit.record("members.practice.enter", actor=actor.id)
    way = urlencode({"ticket": practice.issue()})
    return f"{practice.origin_of(settings.PRACTICE_URL)}/practice/enter/?{way}"
