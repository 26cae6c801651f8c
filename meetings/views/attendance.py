"""代理出席・オンライン出席の確認, and 職務代理 at one sitting."""

from functools import partial
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from meetings.forms.attendance import ActingHeadForm
from meetings.models import OnlineRequest, Proxy, Sitting
from meetings.selectors import sittings as selectors
from meetings.services import acting_heads, proxies
from members.http import MemberRequest, signed_in
from members.offices import presiding_of
from portal.core.acting import attempt, form_page, press
from portal.core.errors import HiddenError


@require_POST
@signed_in
def proxy_answer(request: MemberRequest, invitation_id: UUID) -> HttpResponse:
    """Accept the deputy whom the member named, or say why not."""
    invitation = selectors.convened_invitation(request.actor, invitation_id)
    proxy: Proxy | None = getattr(invitation, "proxy", None)
    if proxy is None:
        raise HiddenError
    if "accept" in request.POST:
        press(
            request,
            lambda: proxies.accept_proxy(actor=request.actor, proxy=proxy),
            _("代理の方を受け入れ、案内を送りました。"),
        )
    else:
        reason = request.POST.get("reason", "").strip()[:200]
        press(
            request,
            lambda: proxies.refuse_proxy(
                actor=request.actor, proxy=proxy, reason=reason
            ),
            _("受け入れないことを記録しました。理由は本人の画面に出ます。"),
        )
    return redirect("meetings:invitation-board", invitation.sitting_id)


@require_POST
@signed_in
def online_answer(request: MemberRequest, invitation_id: UUID) -> HttpResponse:
    """Allow or refuse attendance from elsewhere."""
    invitation = selectors.convened_invitation(request.actor, invitation_id)
    asked: OnlineRequest | None = getattr(invitation, "online", None)
    if asked is None:
        raise HiddenError
    allow = "allow" in request.POST
    press(
        request,
        lambda: proxies.answer_online(actor=request.actor, request=asked, allow=allow),
        _("オンライン出席のお返事を記録しました。"),
    )
    return redirect("meetings:invitation-board", invitation.sitting_id)


@require_http_methods(["GET", "POST"])
@signed_in
def sitting_presiding(request: MemberRequest, sitting_id: UUID) -> HttpResponse:
    """Who presides: the head, or somebody in the head's stead and why."""
    opened = selectors.convened_sitting(request.actor, sitting_id)
    sitting = opened.sitting
    if "step_back" in request.POST:
        return _step_back(request, sitting)
    people = acting_heads.who_may(sitting, opened.items)
    form = ActingHeadForm(request.POST or None, people=people)
    if form.is_valid():
        asked = {"actor": request.actor, "sitting": sitting, **form.cleaned_data}
        if attempt(form, partial(acting_heads.preside_instead, **asked)) is not None:
            return redirect("meetings:sitting-presiding", sitting.id)
    context = {
        "sitting": sitting,
        "rules": sitting.body.rules,
        "head": presiding_of(sitting.body, sitting.starts_at),
        "acting": acting_heads.acting_of(sitting.id),
    }
    return form_page(request, form, "meetings/sitting_presiding.html", context)


def _step_back(request: MemberRequest, sitting: Sitting) -> HttpResponse:
    press(
        request,
        lambda: acting_heads.step_back(actor=request.actor, sitting=sitting),
        _("代理を終え、本来の議長に戻しました。"),
    )
    return redirect("meetings:sitting-presiding", sitting.id)
