"""リンクと閲覧: who came how far; links made anew, longer, stopped and unlocked."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from documents.evidence.link_devices import devices_of
from meetings.forms.link_board import ExtendForm
from meetings.models import Invitation
from meetings.selectors import link_board as boards
from meetings.selectors.sittings import convened_invitation, convened_sitting
from meetings.services import convocation, link_devices, reminders
from members.http import MemberRequest, signed_in
from portal.core import clock
from portal.core.acting import attempt, form_page, press


@signed_in
def link_board(request: MemberRequest, sitting_id: UUID) -> HttpResponse:
    """Everybody's way, from the notice to the declaration."""
    opened = convened_sitting(request.actor, sitting_id)
    board = boards.link_board(opened, request.GET.get("show", ""))
    context = {"board": board, "sitting": opened.sitting}
    return render(request, "meetings/link_board.html", context)


@require_POST
@signed_in
def link_remind(request: MemberRequest, sitting_id: UUID) -> HttpResponse:
    """Tell those once more to whom papers were released and who opened none."""
    opened = convened_sitting(request.actor, sitting_id)
    press(
        request,
        lambda: reminders.remind_of_papers(actor=request.actor, opened=opened),
        _("まだ資料を開いていない方に、もう一度お知らせしました。"),
    )
    return redirect("meetings:link-board", sitting_id)


@require_http_methods(["GET", "POST"])
@signed_in
def link_stop_all(request: MemberRequest, sitting_id: UUID) -> HttpResponse:
    """GET asks; POST ends every link of the sitting with all that is open by it."""
    opened = convened_sitting(request.actor, sitting_id)
    if request.method == "POST":
        done = _("この会議のリンクをすべて止めました。")
        act = convocation.stop_all
        press(request, lambda: act(actor=request.actor, opened=opened), done)
        return redirect("meetings:link-board", sitting_id)
    board = boards.link_board(opened, "")
    context = {"board": board, "sitting": opened.sitting}
    return render(request, "meetings/link_stop_all.html", context)


@require_http_methods(["GET", "POST"])
@signed_in
def link_person(request: MemberRequest, invitation_id: UUID) -> HttpResponse:
    """One person's way paper by paper; POST lets their link last longer."""
    invitation = convened_invitation(request.actor, invitation_id)
    limit = convocation.links_end(invitation.sitting)
    last = clock.day_of(limit)
    form = ExtendForm(request.POST or None, last=last)
    if form.is_valid() and _extended(request, form, invitation):
        return redirect("meetings:link-person", invitation_id)
    opened = convened_sitting(request.actor, invitation.sitting_id)
    context = {
        "line": boards.line_of(opened, invitation.person),
        "invitation": invitation,
        "sitting": opened.sitting,
        "last": last,
        "confirm_by": boards.confirm_by(opened, invitation.person),
        "devices": devices_of(invitation.sitting_id, invitation.person),
    }
    return form_page(request, form, "meetings/link_person.html", context)


def _extended(request: MemberRequest, form: ExtendForm, invitation: Invitation) -> bool:
    limit = convocation.links_end(invitation.sitting)

    def act() -> bool:
        until = form.ends_at(limit)
        convocation.extend_link(actor=request.actor, invitation=invitation, until=until)
        return True

    return bool(attempt(form, act))


@require_POST
@signed_in
def link_reissue(request: MemberRequest, invitation_id: UUID) -> HttpResponse:
    """Send a new link; the one before it ends."""
    invitation = convened_invitation(request.actor, invitation_id)
    done = _("新しいリンクを送りました。前のリンクは使えなくなりました。")
    act = convocation.reissue
    press(request, lambda: act(actor=request.actor, invitation=invitation), done)
    return redirect("meetings:link-person", invitation_id)


@require_http_methods(["GET", "POST"])
@signed_in
def link_stop(request: MemberRequest, invitation_id: UUID) -> HttpResponse:
    """GET asks; POST ends the person's link with everything that is open by it."""
    invitation = convened_invitation(request.actor, invitation_id)
    if request.method == "POST":
        done = _("リンクを止めました。開いていた画面とダウンロードも終わりました。")
        act = convocation.stop_link
        press(request, lambda: act(actor=request.actor, invitation=invitation), done)
        return redirect("meetings:link-person", invitation_id)
    context = {"invitation": invitation, "sitting": invitation.sitting}
    return render(request, "meetings/link_stop.html", context)


@require_POST
@signed_in
def link_unlock(request: MemberRequest, invitation_id: UUID) -> HttpResponse:
    """Let the person try codes again, once the secretariat has spoken to them."""
    invitation = convened_invitation(request.actor, invitation_id)
    done = _("ロックを解除しました。本人に、もう一度お試しいただいてください。")
    act = convocation.unlock
    press(request, lambda: act(actor=request.actor, invitation=invitation), done)
    return redirect("meetings:link-person", invitation_id)


@require_POST
@signed_in
def link_sign_ins_end(request: MemberRequest, invitation_id: UUID) -> HttpResponse:
    """End everything that is open by the person's link; the link itself goes on."""
    invitation = convened_invitation(request.actor, invitation_id)
    done = _("この方のリンクで開いていた画面を、すべての端末で終えました。")
    act = link_devices.end_sign_ins
    press(request, lambda: act(actor=request.actor, invitation=invitation), done)
    return redirect("meetings:link-person", invitation_id)
