"""Pages of the wordings of the pledge: versions, a new one, as members see them."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from members import wordings
from members.facts import Regime
from members.forms.pledges import WordingForm
from members.http import MemberRequest, signed_in
from members.services import pledges
from portal.core.acting import attempt, form_page, press


@require_safe
@signed_in
def pledge_list(request: MemberRequest) -> HttpResponse:
    """The versions by law: in force, waiting, gone."""
    page = wordings.wordings_page(request.actor)
    return render(request, "members/pledge_list.html", {"page": page})


@require_safe
@signed_in
def pledge_text(request: MemberRequest, pledge_id: int) -> HttpResponse:
    """One version as it is shown to whoever pledges."""
    version = wordings.one_wording(request.actor, pledge_id)
    return render(request, "members/pledge_text.html", {"version": version})


@require_http_methods(["GET", "POST"])
@signed_in
def pledge_new(request: MemberRequest, regime: str) -> HttpResponse:
    """Enter a new wording, looked at first if one likes."""
    draft = wordings.draft(request.actor, regime, typical="typical" in request.GET)
    form = WordingForm(
        request.POST or None, initial={"title": draft.title, "text": draft.text}
    )
    context = {"draft": draft}
    if form.is_valid() and "preview" in request.POST:
        return render(
            request, "members/pledge_new.html", {"form": form, "seen": True, **context}
        )
    if form.is_valid():
        made = attempt(
            form,
            lambda: pledges.enter_pledge_text(
                actor=request.actor,
                key=form.cleaned_data["key"],
                wording=form.wording(Regime(draft.regime)),
            ),
        )
        if made is not None:
            messages.success(request, _("新しい版を登録しました。"))
            return redirect("members:pledge-list")
    return form_page(request, form, "members/pledge_new.html", context)


@require_POST
@signed_in
def pledge_withdraw(request: MemberRequest, pledge_id: int) -> HttpResponse:
    """Take back a version that has not begun."""
    version = wordings.one_wording(request.actor, pledge_id)
    press(
        request,
        lambda: pledges.withdraw_pledge_text(actor=request.actor, pledge=version.row),
        _("取り消しました。前の版が、このまま続きます。"),
    )
    return redirect("members:pledge-list")
