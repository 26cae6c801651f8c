"""May this page still be shown? Open pages ask by themselves and leave on a no (P5)."""

from collections.abc import Callable
from uuid import UUID

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from documents.selectors import version_for
from meetings import records
from meetings.selectors.sittings import open_sitting
from meetings.selectors.summary import summary_of
from members.access import Actor
from members.facts import Action
from members.http import MemberRequest, background, signed_in
from members.selectors import readable_case
from portal.core.errors import DomainError, HiddenError


def _version(actor: Actor, version_id: UUID) -> None:
    found = version_for(actor, version_id)
    found.access.require(Action.READ, found.thing)


# Each raises a DomainError when the thing is not open to the actor any more.
_OPEN: dict[str, Callable[[Actor, UUID], object]] = {
    "case": readable_case,
    "record": records.readable,
    "sitting": open_sitting,
    "summary": summary_of,
    "version": _version,
}


@background
@require_GET
@signed_in
def watch(request: MemberRequest, kind: str, thing_id: UUID) -> HttpResponse:
    """204 while the thing is open to the person, 404 from the moment it is not.

    Nothing is served and nothing recorded: it says no more than opening would.
    """
    if kind not in _OPEN:
        raise HiddenError
    try:
        _OPEN[kind](request.actor, thing_id)
    except DomainError:
        raise HiddenError from None
    return HttpResponse(status=204)
