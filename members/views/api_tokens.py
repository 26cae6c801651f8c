"""連携キー: the keys of other systems, asked for, allowed, made and ended."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from members import selectors
from members.forms.api_tokens import TokenForm
from members.http import MemberRequest, signed_in
from members.services import api_tokens as services
from portal.core.acting import attempt, form_page, press
from portal.core.errors import HiddenError


@signed_in
def token_list(request: MemberRequest) -> HttpResponse:
    """The keys in one's sight, with what waits to be done about them."""
    page = selectors.token_page(request.actor)
    context = {
        "rows": [row for row in page.rows if not row.over],
        "past": [row for row in page.rows if row.over],
        "can_ask": bool(page.bodies),
        "administers": page.administers,
    }
    return render(request, "members/token_list.html", context)


@require_http_methods(["GET", "POST"])
@signed_in
def token_ask(request: MemberRequest) -> HttpResponse:
    """Ask for a key, which the administration then allows."""
    page = selectors.token_page(request.actor)
    if not page.bodies:
        raise HiddenError
    form = TokenForm(request.POST or None, bodies=page.bodies)
    if form.is_valid():
        key = form.cleaned_data["key"]
        attempt(
            form, lambda: services.ask(actor=request.actor, key=key, wish=form.wish)
        )
        if form.is_valid():
            return redirect("members:token-list")
    return form_page(request, form, "members/token_ask.html", {})


@require_POST
@signed_in
def token_allow(request: MemberRequest, token_id: UUID) -> HttpResponse:
    """Allow it, as the administration."""
    press(
        request,
        lambda: services.allow(actor=request.actor, token_id=token_id),
        _("許可しました。責任者が連携キーを表示し、連携先に登録します。"),
    )
    return redirect("members:token-list")


@require_POST
@signed_in
def token_issue(request: MemberRequest, token_id: UUID) -> HttpResponse:
    """Make the key and show it this once."""
    shown: list[str] = []
    press(
        request,
        lambda: shown.append(services.issue(actor=request.actor, token_id=token_id)),
    )
    if not shown:
        return redirect("members:token-list")
    return render(request, "members/token_issued.html", {"secret": shown[0]})


@require_POST
@signed_in
def token_end(request: MemberRequest, token_id: UUID) -> HttpResponse:
    """End it at once."""
    press(
        request,
        lambda: services.end(actor=request.actor, token_id=token_id),
        _("連携キーを止めました。この連携キーでは、もう何も取り出せません。"),
    )
    return redirect("members:token-list")
