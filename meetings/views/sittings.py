"""Pages of a sitting: list, own agenda, whole agenda, making and approving it."""

from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from documents.evidence import owing
from documents.selectors import paper_rows
from meetings import rosters
from meetings.forms.convening import AnswerForm, NoteForm, SittingForm, WhenForm
from meetings.selectors import carrying, late, packets, retention
from meetings.selectors import sittings as selectors
from meetings.selectors.agenda import Agenda, OwnSitting, agenda_view, own_view
from meetings.selectors.attendance import missed
from meetings.selectors.papers_at_home import standing_of
from meetings.selectors.records_at_home import to_confirm
from meetings.selectors.sitting_requests import asking_of
from meetings.selectors.sittings import Opened
from meetings.selectors.summary import has_summary
from meetings.services import invitations
from meetings.services import sittings as services
from members import selectors as members
from members.access import access_for
from members.http import MemberRequest, signed_in
from portal.core import audit
from portal.core.acting import attempt, form_page, press
from portal.core.errors import HiddenError

PER_PAGE = 20


@signed_in
def sitting_list(request: MemberRequest) -> HttpResponse:
    """The sittings one convenes or is asked to, those to come first."""
    access = access_for(request.actor, cases=(), items=())
    found = Paginator(selectors.listed_sittings(request.actor), PER_PAGE)
    page = found.get_page(request.GET.get("page"))
    context = {
        "page": page,
        "lines": selectors.lines(access, page.object_list),
        "can_create": bool(members.convened_bodies(access)),
        "can_link": rosters.takes_part(access),
        "can_ask": bool(asking_of(request.actor).bodies),
    }
    return render(request, "meetings/sitting_list.html", context)


@require_http_methods(["GET", "POST"])
@signed_in
def sitting_create(request: MemberRequest) -> HttpResponse:
    """Make a draft; the form's key makes a second sending harmless."""
    access = access_for(request.actor, cases=(), items=())
    bodies = members.convened_bodies(access)
    if not bodies:
        raise HiddenError
    form = SittingForm(request.POST or None, bodies=bodies)
    if form.is_valid():
        data = form.cleaned_data
        made = attempt(
            form,
            lambda: services.create_sitting(
                actor=request.actor, key=data["key"], body=data["body"], when=form.when
            ),
        )
        if made is not None:
            return redirect("meetings:sitting-detail", made.id)
    return form_page(request, form, "meetings/sitting_form.html", {"sitting": None})


@signed_in
def sitting_detail(request: MemberRequest, sitting_id: UUID) -> HttpResponse:
    """The whole agenda for those who convene it, the own one for everybody else."""
    opened = selectors.open_sitting(request.actor, sitting_id)
    if opened.custodian:
        return _whole_page(request, opened)
    own = own_view(opened)
    _record_read(opened, [line.item.id for line in own.items])
    context = {
        **_own(own),
        "has_summary": has_summary(opened),
        "confirmations": to_confirm(opened.access, opened.sitting),
    }
    return render(request, "meetings/sitting_own.html", context)


def _whole_page(request: MemberRequest, opened: Opened) -> HttpResponse:
    agenda = agenda_view(opened)
    context, read = _whole(agenda), agenda.agenda_items
    context["has_summary"] = has_summary(opened)
    context["confirmations"] = to_confirm(opened.access, opened.sitting)
    context["after"] = late.after_sitting(opened)
    context["keeps_file"] = retention.keeps_sitting(opened.access, opened.sitting)
    if opened.sitting.ends_at <= opened.access.t:
        context["missing_copies"] = packets.missing_copies(opened)
    if agenda.can.arrange:
        offered = carrying.proposals(request.actor, opened.sitting)
        context["proposals"], read = offered, [*read, *offered.items]
    _record_read(opened, [item.id for item in read])
    return render(request, "meetings/sitting_agenda.html", context)


def _record_read(opened: Opened, items: list[UUID]) -> None:
    if items:
        audit.record_read(
            "meetings.agenda.read",
            actor=opened.access.actor.id,
            subject=f"sitting:{opened.sitting.id}",
            detail={"items": " ".join(str(item) for item in items)},
        )


def _whole(agenda: Agenda) -> dict[str, object]:
    invitation = agenda.invitation
    return {
        "agenda": agenda,
        "sitting": agenda.sitting,
        "can": agenda.can,
        "invitation": invitation,
    }


def _own(own: OwnSitting) -> dict[str, object]:
    papers = paper_rows(own.access, [line.item.id for line in own.items])
    return {
        "own": own,
        "sitting": own.sitting,
        "invitation": own.invitation,
        "can_link": rosters.takes_part(own.access),
        "owes": owing.owes(own.access, own.sitting.id),
        "missed": missed(own.access, own.agenda_items),
        "standing": standing_of(own.access, own.sitting.id),
        "lines": [
            (line, [row for row in papers if row.item_id == line.item.id])
            for line in own.items
        ],
        "answer": AnswerForm(invitation=own.invitation) if own.invitation else None,
    }


@require_http_methods(["GET", "POST"])
@signed_in
def sitting_answer(request: MemberRequest, sitting_id: UUID) -> HttpResponse:
    """出欠回答: GET only shows, so that a mail scanner answers nothing."""
    opened = selectors.open_sitting(request.actor, sitting_id)
    own = own_view(opened)
    if own.invitation is None:
        raise HiddenError
    invitation = own.invitation
    form = AnswerForm(request.POST or None, invitation=invitation)
    if form.is_valid() and press(
        request,
        lambda: invitations.answer_invitation(
            actor=request.actor, invitation=invitation, **form.answer
        ),
        _("お返事を受け付けました。あとから変えることもできます。"),
    ):
        return redirect("meetings:sitting-detail", sitting_id)
    context = {"own": own, "sitting": own.sitting}
    return form_page(request, form, "meetings/sitting_answer.html", context)


@require_http_methods(["GET", "POST"])
@signed_in
def sitting_edit(request: MemberRequest, sitting_id: UUID) -> HttpResponse:
    """Change date, time and place; once convened, everybody is told."""
    opened = selectors.convened_sitting(request.actor, sitting_id)
    sitting = opened.sitting
    form = WhenForm(request.POST or None, initial=WhenForm.initial_of(sitting))
    if form.is_valid():
        changed = attempt(
            form,
            lambda: services.change_sitting(
                actor=request.actor, sitting=sitting, when=form.when
            ),
        )
        if changed is not None:
            return redirect("meetings:sitting-detail", sitting_id)
    context = {"sitting": sitting}
    return form_page(request, form, "meetings/sitting_form.html", context)


@require_POST
@signed_in
def sitting_submit(request: MemberRequest, sitting_id: UUID) -> HttpResponse:
    """Hand the agenda to the chair."""
    sitting = selectors.convened_sitting(request.actor, sitting_id).sitting
    press(
        request,
        lambda: services.submit_agenda(actor=request.actor, sitting=sitting),
        _("次第を承認に回しました。承認されると、案内が送られます。"),
    )
    return redirect("meetings:sitting-detail", sitting_id)


@require_http_methods(["GET", "POST"])
@signed_in
def sitting_approve(request: MemberRequest, sitting_id: UUID) -> HttpResponse:
    """The chair looks at everything once more, then calls people together."""
    opened = selectors.convened_sitting(request.actor, sitting_id)
    opened.require_chair()
    if request.method == "POST" and press(
        request,
        lambda: services.approve_agenda(actor=request.actor, sitting=opened.sitting),
        _("次第を承認しました。参加する人に案内を送ります。"),
    ):
        return redirect("meetings:sitting-detail", sitting_id)
    agenda = agenda_view(opened)
    if not agenda.can.approve:
        return redirect("meetings:sitting-detail", sitting_id)
    _record_read(opened, [line.item.id for line in agenda.lines])
    context = {**_whole(agenda), "form": NoteForm()}
    return render(request, "meetings/sitting_approve.html", context)


@require_http_methods(["GET", "POST"])
@signed_in
def sitting_return(request: MemberRequest, sitting_id: UUID) -> HttpResponse:
    """The chair gives the agenda back, with a word on what to mend."""
    sitting = selectors.convened_sitting(request.actor, sitting_id).sitting
    form = NoteForm(request.POST or None)
    if form.is_valid() and press(
        request,
        lambda: services.send_back(
            actor=request.actor, sitting=sitting, note=form.cleaned_data["note"]
        ),
        _("次第を事務局に差し戻しました。"),
    ):
        return redirect("meetings:sitting-detail", sitting_id)
    context = {"sitting": sitting}
    return form_page(request, form, "meetings/sitting_return.html", context)


@require_POST
@signed_in
def sitting_take_back(request: MemberRequest, sitting_id: UUID) -> HttpResponse:
    """The secretariat takes its agenda back to mend it."""
    sitting = selectors.convened_sitting(request.actor, sitting_id).sitting
    press(
        request,
        lambda: services.send_back(actor=request.actor, sitting=sitting, note=""),
        _("次第を準備中に戻しました。直してから、もう一度承認に回してください。"),
    )
    return redirect("meetings:sitting-detail", sitting_id)


@require_http_methods(["GET", "POST"])
@signed_in
def sitting_cancel(request: MemberRequest, sitting_id: UUID) -> HttpResponse:
    """Call the sitting off, after a page that says what will happen."""
    opened = selectors.convened_sitting(request.actor, sitting_id)
    if request.method == "POST" and press(
        request,
        lambda: services.cancel_sitting(actor=request.actor, sitting=opened.sitting),
        _("会議を中止にしました。案内を受けた人に、取消しの連絡を送ります。"),
    ):
        return redirect("meetings:sitting-detail", sitting_id)
    agenda = agenda_view(opened)
    _record_read(opened, [line.item.id for line in agenda.lines])
    return render(request, "meetings/sitting_cancel.html", _whole(agenda))
