"""Ending what is open by somebody's link, where a browser there is not their own."""

from django.db import transaction

from documents.services import links
from meetings.models import Invitation
from meetings.selectors.sittings import convened_invitation
from members.access import Actor


@transaction.atomic
def end_sign_ins(*, actor: Actor, invitation: Invitation) -> int:
    """End every sign-in by the person's links to the sitting; returns how many.

    The link stays: with code or factor its person comes in again.
    """
    invitation = convened_invitation(actor, invitation.id)
    return links.end_sign_ins(
        actor=actor, scope_id=invitation.sitting_id, person=invitation.person
    )
