"""The board of invitations: told, opened, answered; send again, stop, unlock."""

from collections.abc import Callable
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from meetings.forms.convening import AnswerForm
from meetings.notices import serial_of
from meetings.selectors import board
from meetings.selectors import sittings as selectors
from meetings.services import convocation, invitations
from meetings.views.letters import letter_context
from members.http import MemberRequest, signed_in
from portal.core.acting import form_page, press


@signed_in
def invitation_board(request: MemberRequest, sitting_id: UUID) -> HttpResponse:
    """Who was told, whose link was opened, who answered."""
    opened = selectors.convened_sitting(request.actor, sitting_id)
    context = {"board": board.board_of(opened), "sitting": opened.sitting}
    return render(request, "meetings/invitation_board.html", context)


def _button(
    request: MemberRequest,
    invitation_id: UUID,
    act: Callable[..., object],
    done: str,
) -> HttpResponse:
    invitation = selectors.convened_invitation(request.actor, invitation_id)
    press(request, lambda: act(actor=request.actor, invitation=invitation), done)
    return redirect("meetings:invitation-board", invitation.sitting_id)


@require_POST
@signed_in
def invitation_remind(request: MemberRequest, sitting_id: UUID) -> HttpResponse:
    """Ask everybody once more who has not answered."""
    sitting = selectors.convened_sitting(request.actor, sitting_id).sitting
    press(
        request,
        lambda: convocation.remind_waiting(actor=request.actor, sitting=sitting),
        _("お返事のまだの方に、もう一度ご案内を送りました。"),
    )
    return redirect("meetings:invitation-board", sitting_id)


@require_POST
@signed_in
def invitation_send(request: MemberRequest, invitation_id: UUID) -> HttpResponse:
    """Send the notice again with a new link; the old one stops."""
    done = _("案内を送り直しました。前のリンクは使えなくなりました。")
    return _button(request, invitation_id, convocation.send_again, done)


@require_POST
@signed_in
def invitation_stop(request: MemberRequest, invitation_id: UUID) -> HttpResponse:
    """Stop the person's link with everything opened through it."""
    done = _("リンクを止めました。必要になったら、案内を送り直してください。")
    return _button(request, invitation_id, convocation.stop_link, done)


@require_POST
@signed_in
def invitation_unlock(request: MemberRequest, invitation_id: UUID) -> HttpResponse:
    """Let the person try codes again."""
    done = _("ロックを解除しました。本人に、もう一度お試しいただいてください。")
    return _button(request, invitation_id, convocation.unlock, done)


@require_http_methods(["GET", "POST"])
@signed_in
def invitation_letter(request: MemberRequest, invitation_id: UUID) -> HttpResponse:
    """GET asks; POST makes a new link and shows the letter this once, to print."""
    invitation = selectors.convened_invitation(request.actor, invitation_id)
    sitting = invitation.sitting
    context: dict[str, object] = {
        "invitation": invitation,
        "sitting": sitting,
        "serial": serial_of(sitting.starts_at, sitting.number),
    }
    if request.method == "POST":
        issued = convocation.print_letter(actor=request.actor, invitation=invitation)
        context |= letter_context(issued)
        return render(request, "meetings/invitation_letter.html", context)
    return render(request, "meetings/invitation_letter_ask.html", context)


@require_http_methods(["GET", "POST"])
@signed_in
def invitation_answer(request: MemberRequest, invitation_id: UUID) -> HttpResponse:
    """Enter what the person said by phone or on paper."""
    invitation = selectors.convened_invitation(request.actor, invitation_id)
    form = AnswerForm(request.POST or None, invitation=invitation)
    if form.is_valid() and press(
        request,
        lambda: invitations.answer_invitation(
            actor=request.actor, invitation=invitation, **form.answer
        ),
        _("お返事を記録しました。"),
    ):
        return redirect("meetings:invitation-board", invitation.sitting_id)
    context = {"invitation": invitation, "sitting": invitation.sitting}
    return form_page(request, form, "meetings/invitation_answer.html", context)
