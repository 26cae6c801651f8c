"""Pages of the people of a body: who holds its offices, who is commissioned."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from members import charters as selectors
from members.facts import Action
from members.forms.bodies import EndForm, today
from members.forms.body_people import CommissionForm, OfficeForm
from members.http import MemberRequest, signed_in
from members.models import Body, Commission
from members.services import commissions, offices
from members.views.body_acts import form_act

BACK = "members:body-people"


@signed_in
def body_people(request: MemberRequest, body_id: UUID) -> HttpResponse:
    """The offices of the body and the terms of its members."""
    body, access = selectors.kept_body(request.actor, body_id)
    page = selectors.people_page(body, access)
    return render(request, "members/body_people.html", {"page": page, "body": body})


@require_http_methods(["GET", "POST"])
@signed_in
def office_give(request: MemberRequest, body_id: UUID) -> HttpResponse:
    """Give a commissioned person an office."""
    body, _access = selectors.kept_body(request.actor, body_id, Action.APPOINT)
    form = OfficeForm(
        request.POST or None,
        initial=today(),
        people=selectors.commissioned(body),
        rules=body.rules,
    )
    words = {
        "title": _("役割を登録する"),
        "lead": _(
            "%(convener)sが会議を招集し、%(head)sが議事を進めます。"
            "事務局は、2つ以上の機関の人が務めることもできます。"
        )
        % {"convener": body.rules.convener_title, "head": body.rules.head_title},
        "button": _("この役割を登録する"),
    }
    return form_act(
        request,
        (body, BACK),
        form,
        lambda: offices.give_office(actor=request.actor, body=body, **form.chosen),
        words,
    )


@require_http_methods(["GET", "POST"])
@signed_in
def office_end(request: MemberRequest, body_id: UUID, office_id: int) -> HttpResponse:
    """End an office."""
    body, _access = selectors.kept_body(request.actor, body_id, Action.APPOINT)
    office = selectors.office_of(body, office_id)
    form = EndForm(request.POST or None, initial=today())
    words = {
        "title": _("%(name)sさんの役割を終える") % {"name": office.person.name},
        "lead": _(
            "この役割で所管していた事例は、開けなくなります。"
            "守秘義務と、これまでの記録は残ります。"
        ),
        "button": _("役割を終える"),
        "danger": True,
    }
    return form_act(
        request,
        (body, BACK),
        form,
        lambda: offices.end_office(
            actor=request.actor, office=office, **form.cleaned_data
        ),
        words,
    )


@require_http_methods(["GET", "POST"])
@signed_in
def commission_make(request: MemberRequest, body_id: UUID) -> HttpResponse:
    """Commission a person or an organisation."""
    body, access = selectors.kept_body(request.actor, body_id, Action.APPOINT)
    ground = selectors.commission_ground(access, body)
    form = CommissionForm(
        request.POST or None,
        initial={**today(), "person": request.GET.get("person")},
        people=ground.people,
        approvers=ground.approvers,
        predecessors=ground.predecessors,
    )
    words = {
        "title": _("構成員を委嘱・任命する"),
        "lead": _(
            "この会議体の任期: %(term)s。"
            "委嘱しただけでは何も開きません。資料は、議題ごとに選ばれてから読めます。"
        )
        % {"term": body.rules.get_term_rule_display()},
        "button": _("委嘱・任命を登録する"),
    }
    return form_act(
        request, (body, BACK), form, lambda: _commission(request, body, form), words
    )


def _commission(request: MemberRequest, body: Body, form: CommissionForm) -> Commission:
    """A whole organisation, somebody new, or somebody known."""
    whom = form.cleaned_data["whom"]
    if whom == "whole":
        return commissions.commission_organization(
            actor=request.actor,
            body=body,
            organization=form.cleaned_data["organization"],
            **form.approval,
        )
    return commissions.commission_somebody(
        actor=request.actor,
        body=body,
        person=form.new_person if whom == "new" else form.cleaned_data["person"],
        **form.approval,
    )


@require_http_methods(["GET", "POST"])
@signed_in
def commission_end(
    request: MemberRequest, body_id: UUID, commission_id: int
) -> HttpResponse:
    """End a commission before its term."""
    body, _access = selectors.kept_body(request.actor, body_id, Action.APPOINT)
    commission = selectors.commission_of(body, commission_id)
    form = EndForm(request.POST or None, initial=today())
    words = {
        "title": _("委嘱・任命を終える"),
        "lead": _(
            "%(party)sは、この会議体の会議と資料を開けなくなります。"
            "守秘義務と、これまでの記録は残ります。"
        )
        % {"party": selectors.party_words(commission)},
        "button": _("終える"),
        "danger": True,
    }
    return form_act(
        request,
        (body, BACK),
        form,
        lambda: commissions.end_commission(
            actor=request.actor, commission=commission, **form.cleaned_data
        ),
        words,
    )
