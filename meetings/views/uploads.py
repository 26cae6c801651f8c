"""Files in parts: under an item, in the place of a version, with a proposal."""

from uuid import UUID

from django.http import HttpResponse

from documents.selectors import version_for
from documents.services.uploads import place_instead_of, place_of
from documents.views.uploads import answer, in_parts
from meetings import references
from meetings.selectors.papers import item_of_version, item_papers
from meetings.selectors.proposals import open_proposal
from members.http import MemberRequest, signed_in
from portal.core.errors import HiddenError


@in_parts
@signed_in
def item_part(request: MemberRequest, item_id: UUID, key: UUID) -> HttpResponse:
    """A file for a new paper of the item."""
    item = item_papers(request.actor, item_id).item
    return answer(request, place_of(references.of_item(item)), key)


@in_parts
@signed_in
def replacement_part(
    request: MemberRequest, version_id: UUID, key: UUID
) -> HttpResponse:
    """A file for a new version of the paper."""
    item_of_version(request.actor, version_id)
    version = version_for(request.actor, version_id).version
    return answer(request, place_instead_of(version), key)


@in_parts
@signed_in
def proposal_part(request: MemberRequest, proposal_id: UUID, key: UUID) -> HttpResponse:
    """A sheet for the proposal."""
    opened = open_proposal(request.actor, proposal_id)
    if not opened.mine:
        raise HiddenError
    return answer(request, place_of(references.of_proposal(opened.proposal)), key)
