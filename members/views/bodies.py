"""Pages of a body: its rules as an ordinance reads, their versions, its bases."""

from uuid import UUID

from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from members import charters as selectors
from members.facts import Action
from members.forms.bodies import (
    BasisEndForm,
    BasisForm,
    BodyEndForm,
    FoundingForm,
    RulesForm,
    today,
)
from members.http import MemberRequest, signed_in
from members.models import Body
from members.services import charters as services
from members.views.body_acts import act_page, form_act
from portal.core import clock
from portal.core.acting import attempt, form_page, press

BACK = "members:body-detail"


@signed_in
def body_list(request: MemberRequest) -> HttpResponse:
    """The bodies that one keeps."""
    context = {"rows": selectors.kept_bodies(request.actor)}
    return render(request, "members/body_list.html", context)


@require_http_methods(["GET", "POST"])
@signed_in
def body_create(request: MemberRequest) -> HttpResponse:
    """Set up a body: below one that one keeps, or alone for the administration."""
    ground = selectors.founding_ground(request.actor)
    form = FoundingForm(
        request.POST or None,
        initial=today(),
        parents=ground.parents,
        keepers=ground.keepers,
        alone=ground.alone,
    )
    if form.is_valid():
        body = attempt(
            form,
            lambda: services.found_body(
                actor=request.actor,
                key=form.cleaned_data["key"],
                founding=form.founding,
                rules=None,
                decided_by=form.cleaned_data["decided_by"],
                decided_on=form.cleaned_data["decided_on"],
            ),
        )
        if body is not None:
            return _founded(request, body)
    return form_page(request, form, "members/body_create.html", {})


def _founded(request: MemberRequest, body: Body) -> HttpResponse:
    """On to the body, for who keeps it; the administration sees nothing of it."""
    press(request, lambda: None, _("会議体を設置しました。"))
    if selectors.keeps(request.actor, body):
        return redirect(BACK, body.id)
    return redirect("meetings:home")


@signed_in
def body_detail(request: MemberRequest, body_id: UUID) -> HttpResponse:
    """The body's rules in words, what they rest on, and how they came about."""
    body, access = selectors.kept_body(request.actor, body_id)
    page = selectors.body_page(body, access)
    return render(request, "members/body_detail.html", {"page": page, "body": body})


@require_http_methods(["GET", "POST"])
@signed_in
def rules_edit(request: MemberRequest, body_id: UUID) -> HttpResponse:
    """Enter a new version of the rules."""
    body, _access = selectors.kept_body(request.actor, body_id, Action.SET_RULES)
    form = RulesForm(
        request.POST or None,
        instance=selectors.draft_of(body),
        initial={
            "starts_on": max(clock.today(), body.starts_on or clock.today()),
            "decided_by": "",
            "decided_on": None,
        },
    )
    if form.is_valid():
        version = attempt(
            form,
            lambda: services.set_rules(
                actor=request.actor,
                body=body,
                rules=form.instance,
                **{name.name: form.cleaned_data[name.name] for name in form.decision},
            ),
        )
        if version is not None:
            return redirect(BACK, body.id)
    return form_page(request, form, "members/rules_edit.html", {"body": body})


@require_http_methods(["GET", "POST"])
@signed_in
def rules_withdraw(
    request: MemberRequest, body_id: UUID, charter_id: int
) -> HttpResponse:
    """Take back a version that has not begun."""
    body, _access = selectors.kept_body(request.actor, body_id, Action.SET_RULES)
    version = selectors.version_of(body, charter_id)
    if request.method == "POST":
        press(
            request,
            lambda: services.withdraw_rules(actor=request.actor, version=version),
            _("これからの版を取り消しました。"),
        )
        return redirect(BACK, body.id)
    words = {
        "title": _("これからの版を取り消す"),
        "lead": _("取り消すと、いまの規則がそのまま続きます。"),
        "button": _("この版を取り消す"),
    }
    return act_page(request, (body, BACK), Form(), words)


@require_http_methods(["GET", "POST"])
@signed_in
def basis_edit(request: MemberRequest, body_id: UUID) -> HttpResponse:
    """Add a legal ground."""
    body, _access = selectors.kept_body(request.actor, body_id, Action.SET_RULES)
    form = BasisForm(request.POST or None, initial=today())
    words = {
        "title": _("根拠法令を加える"),
        "lead": _(
            "議題の根拠、案内の文、罰則の言葉は、ここで選んだ根拠から決まります。"
            "1つの会議体が、複数の根拠を持つこともできます。"
        ),
        "button": _("この根拠を加える"),
    }
    return form_act(
        request,
        (body, BACK),
        form,
        lambda: services.set_basis(actor=request.actor, body=body, **form.cleaned_data),
        words,
    )


@require_http_methods(["GET", "POST"])
@signed_in
def basis_end(request: MemberRequest, body_id: UUID, basis_id: int) -> HttpResponse:
    """Switch a legal ground off from a day on."""
    body, _access = selectors.kept_body(request.actor, body_id, Action.SET_RULES)
    basis = selectors.basis_of(body, basis_id)
    form = BasisEndForm(request.POST or None, initial=today())
    words = {
        "title": _("根拠を終える: %(ground)s") % {"ground": basis.get_ground_display()},
        "lead": _(
            "支援会議の根拠を終えると、同意を前提としない議題は、その日からだれも"
            "開けなくなります。記録は失われません。重層事業を移行準備に戻すときなどに"
            "使います。"
        ),
        "button": _("この根拠を終える"),
        "danger": True,
    }
    return form_act(
        request,
        (body, BACK),
        form,
        lambda: services.end_basis(
            actor=request.actor, basis=basis, **form.cleaned_data
        ),
        words,
    )


@require_http_methods(["GET", "POST"])
@signed_in
def body_end(request: MemberRequest, body_id: UUID) -> HttpResponse:
    """Let the body end with a day."""
    body, _access = selectors.kept_body(request.actor, body_id, Action.SET_RULES)
    form = BodyEndForm(request.POST or None, initial={"last_day": body.ends_on})
    words = {
        "title": _("会議体を終える"),
        "lead": _(
            "終了日より後は、この会議体の会議を開けません。"
            "事例、資料、会議録はそのまま残り、役割のある人が読めます。"
        ),
        "button": _("この日で終える"),
        "danger": True,
    }
    return form_act(
        request,
        (body, BACK),
        form,
        lambda: services.end_body(actor=request.actor, body=body, **form.cleaned_data),
        words,
    )
