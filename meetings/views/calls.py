"""Pages of a call for cases: for those who ask, and for those who are asked."""

from collections.abc import Callable
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from meetings.forms.calls import CallForm, PeopleChoice
from meetings.selectors import calls as selectors
from meetings.services import calls as services
from members.http import MemberRequest, signed_in
from members.models import Body
from portal.core.acting import attempt, form_page, press
from portal.core.errors import HiddenError


@signed_in
def call_list(request: MemberRequest) -> HttpResponse:
    """The calls of the bodies one convenes, and those one is asked in."""
    context = {
        "lines": selectors.listed_calls(request.actor),
        "can_open": bool(selectors.bodies_to_ask_for(request.actor)),
    }
    return render(request, "meetings/call_list.html", context)


@require_http_methods(["GET", "POST"])
@signed_in
def call_create(request: MemberRequest) -> HttpResponse:
    """Ask organisations for cases: for which meeting, until when, whom."""
    bodies = selectors.bodies_to_ask_for(request.actor)
    body = _chosen_body(request, bodies)
    form = CallForm(
        request.POST or None,
        targets=selectors.targets(body),
        people=selectors.people_to_ask(body),
        chosen=selectors.asked_last(body),
    )
    if form.is_valid():
        call = attempt(
            form,
            lambda: services.open_call(
                actor=request.actor,
                key=form.cleaned_data["key"],
                body=body,
                asked=form.asked,
                people=form.chosen,
            ),
        )
        if call is not None:
            return redirect("meetings:call-board", call.id)
    context = {"bodies": bodies, "body": body}
    return form_page(request, form, "meetings/call_form.html", context)


def _chosen_body(request: MemberRequest, bodies: list[Body]) -> Body:
    wished = request.GET.get("body")
    if not bodies:
        raise HiddenError
    return next((body for body in bodies if str(body.id) == wished), bodies[0])


@signed_in
def call_board(request: MemberRequest, call_id: UUID) -> HttpResponse:
    """Who has answered, who has not, what was proposed."""
    board = selectors.board_of(request.actor, call_id)
    return render(request, "meetings/call_board.html", {"board": board})


@require_http_methods(["GET", "POST"])
@signed_in
def call_ask(request: MemberRequest, call_id: UUID) -> HttpResponse:
    """Ask further people while the call is open."""
    call = selectors.convened_call(request.actor, call_id)
    people = selectors.people_to_ask(call.body, call)
    form = PeopleChoice(request.POST or None, people=people)
    if form.is_valid():
        done = attempt(
            form,
            lambda: services.ask_more(
                actor=request.actor, call=call, people=form.chosen
            ),
        )
        if done is not None:
            return redirect("meetings:call-board", call.id)
    return form_page(request, form, "meetings/call_ask.html", {"call": call})


@require_POST
@signed_in
def call_remind(request: MemberRequest, call_id: UUID) -> HttpResponse:
    """One mail to everybody whose organisation is silent."""
    call = selectors.convened_call(request.actor, call_id)
    press(
        request,
        lambda: services.remind(actor=request.actor, call=call),
        _("お返事のない方に、もう一度お送りしました。"),
    )
    return redirect("meetings:call-board", call.id)


def _button(
    request: MemberRequest, recipient_id: UUID, act: Callable[..., object], done: str
) -> HttpResponse:
    recipient = selectors.convened_recipient(request.actor, recipient_id)
    press(request, lambda: act(actor=request.actor, recipient=recipient), done)
    return redirect("meetings:call-board", recipient.call_id)


@require_POST
@signed_in
def recipient_send(request: MemberRequest, recipient_id: UUID) -> HttpResponse:
    """Send the mail again with a new link; the old one stops."""
    done = _("もう一度お送りしました。前のリンクは使えなくなりました。")
    return _button(request, recipient_id, services.send_again, done)


@require_POST
@signed_in
def recipient_stop(request: MemberRequest, recipient_id: UUID) -> HttpResponse:
    """Stop the person's link with everything opened through it."""
    done = _("リンクを止めました。必要になったら、もう一度お送りください。")
    return _button(request, recipient_id, services.stop_link, done)


@require_POST
@signed_in
def recipient_unlock(request: MemberRequest, recipient_id: UUID) -> HttpResponse:
    """Let the person try codes again."""
    done = _("ロックを解除しました。本人に、もう一度お試しいただいてください。")
    return _button(request, recipient_id, services.unlock, done)


@require_POST
@signed_in
def recipient_nothing(request: MemberRequest, recipient_id: UUID) -> HttpResponse:
    """Note what the person said by telephone: nothing this time."""
    done = _("「該当なし」と記録しました。")
    return _button(request, recipient_id, services.answer_nothing, done)


@signed_in
def call_detail(request: MemberRequest, call_id: UUID) -> HttpResponse:
    """The question, as somebody sees it who is asked; where a link leads.

    Custodians who are not asked themselves are sent on to their board.
    """
    if not selectors.asked_in(request.actor, call_id):
        selectors.convened_call(request.actor, call_id)
        return redirect("meetings:call-board", call_id)
    own = selectors.own_call(request.actor, call_id)
    return render(request, "meetings/call_detail.html", {"own": own, "call": own.call})


@require_POST
@signed_in
def call_nothing(request: MemberRequest, call_id: UUID) -> HttpResponse:
    """今回は該当なし, in one press."""
    own = selectors.own_call(request.actor, call_id)
    press(
        request,
        lambda: services.answer_nothing(actor=request.actor, recipient=own.recipient),
        _("「該当なし」のお返事をいただきました。ありがとうございました。"),
    )
    return redirect("meetings:call-detail", call_id)
