"""Where a link leads: for each purpose what the app that owns the thing says of it."""

from collections.abc import Callable
from uuid import UUID

from django.urls import reverse

from documents import selectors
from documents.models import Link
from members.access import Actor
from members.models import Person, Purpose, Scope, SignIn
from portal.core import clock
from portal.core.errors import HiddenError, NeedAcknowledgementError, StepUpError

# Purpose to the name of an address with one argument, the thing's id. The apps
# above add theirs when they are ready.
PAGES: dict[str, str] = {Purpose.REQUEST: "documents:reply"}
# What the page behind the link asks first: raises HiddenError for whom it is none.
OPENERS: dict[str, Callable[[Actor, UUID], object]] = {
    Purpose.REQUEST: selectors.open_request
}
# Sends a new link in place of one that ran out, if all rules hold for its person.
RENEWALS: dict[str, Callable[[Link], None]] = {}
# The neutral serial of a thing, as its papers' marks say it.
SERIALS: dict[str, Callable[[UUID], str]] = {}


def serial_of(scope: Scope) -> str:
    """The neutral serial, e.g. ``2026-012``; a pseudonym for things without one."""
    serial = SERIALS.get(scope.purpose)
    return serial(scope.id) if serial else scope.id.hex[:8].upper()


def page_of(scope: Scope) -> str:
    """The address of what the link leads to."""
    return reverse(PAGES[scope.purpose], args=[scope.id])


def opens(person: Person, scope: Scope) -> bool:
    """Whether the page behind the link would open for the person, who is not here.

    As if just signed in by it with a personal factor; writes and opens nothing.
    """
    now = clock.now()
    sign_in = SignIn(
        person=person,
        started_at=now,
        seen_at=now,
        strength=2,
        strong_at=now,
        purpose=scope.purpose,
        scope_id=scope.id,
    )
    try:
        OPENERS[scope.purpose](Actor(person, sign_in), scope.id)
    except HiddenError:
        return False
    except (NeedAcknowledgementError, StepUpError):
        return True
    return True
