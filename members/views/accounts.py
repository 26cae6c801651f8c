"""The administration's own pages, under their own prefix: accounts, and no content."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from members.forms.accounts import LoginForm
from members.http import MemberRequest, signed_in
from members.services import accounts as services
from members.services import resets
from portal.core import clock
from portal.core.acting import attempt, form_page, press


@signed_in
def accounts(request: MemberRequest) -> HttpResponse:
    """Who of the city has an account; which resets wait for a second person."""
    now = clock.now()
    people = services.accounts(actor=request.actor)
    context = {
        "resets": services.resets_asked(actor=request.actor),
        "rows": [
            {
                "person": person,
                "active": person.span.holds(now),
                "own": person.id == request.actor.id,
            }
            for person in people
        ],
    }
    return render(request, "members/accounts.html", context)


@require_http_methods(["GET", "POST"])
@signed_in
def account_name(request: MemberRequest, account_id: UUID) -> HttpResponse:
    """Give somebody a sign-in name."""
    person = services.account(actor=request.actor, person_id=account_id)
    form = LoginForm(request.POST or None)
    if form.is_valid():
        attempt(
            form,
            lambda: services.name_account(
                actor=request.actor,
                person_id=account_id,
                login=form.cleaned_data["login"],
            ),
        )
        if form.is_valid():
            return redirect("members:accounts")
    return form_page(request, form, "members/account_name.html", {"person": person})


@require_POST
@signed_in
def account_stop(request: MemberRequest, account_id: UUID) -> HttpResponse:
    """Stop an account: every sign-in of the person ends with it."""
    press(
        request,
        lambda: services.stop_account(actor=request.actor, person_id=account_id),
        _("アカウントを止めました。"),
    )
    return redirect("members:accounts")


@require_POST
@signed_in
def account_resume(request: MemberRequest, account_id: UUID) -> HttpResponse:
    """Let a stopped account go on."""
    press(
        request,
        lambda: services.resume_account(actor=request.actor, person_id=account_id),
        _("アカウントを再開しました。"),
    )
    return redirect("members:accounts")


@require_POST
@signed_in
def reset_start(request: MemberRequest, reset_id: UUID) -> HttpResponse:
    """Begin a reset that the secretariat has vouched for."""
    press(
        request,
        lambda: resets.start(actor=request.actor, reset_id=reset_id),
        _("本人確認の作り直しを始めました。ご本人と依頼者にお知らせします。"),
    )
    return redirect("members:accounts")
