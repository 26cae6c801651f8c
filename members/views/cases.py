"""Pages of cases: list, one case, selection, consent, recusal."""

from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from members import selectors
from members.access import access_for
from members.facts import Action
from members.forms.cases import (
    CaseForm,
    ConsentForm,
    FieldsForm,
    HouseholdFormSet,
    MemberForm,
    RecusalForm,
    SelectForm,
    StepBackForm,
)
from members.http import MemberRequest, signed_in
from members.models import Body, Case
from members.policies import case_facts
from members.services import cases
from portal.core import audit
from portal.core.acting import attempt, form_page
from portal.core.errors import HiddenError, InvalidError

PER_PAGE = 50


@signed_in
def case_list(request: MemberRequest) -> HttpResponse:
    """The cases one is selected for."""
    found = Paginator(selectors.listed_cases(request.actor), PER_PAGE)
    page = found.get_page(request.GET.get("page"))
    bodies = _convened(request)
    context = {
        "page": page,
        "cases": selectors.readable_cases(request.actor, page.object_list),
        "can_create": any(body.unit_id for body in bodies),
        "keeps": bool(bodies),
        "has_children": selectors.have_children(bodies),
    }
    return render(request, "members/case_list.html", context)


def _convened(request: MemberRequest) -> list[Body]:
    return selectors.convened_bodies(access_for(request.actor, cases=(), items=()))


@require_http_methods(["GET", "POST"])
@signed_in
def case_create(request: MemberRequest) -> HttpResponse:
    """Open a case with its household."""
    bodies = [body for body in _convened(request) if body.unit_id]
    if not bodies:
        raise HiddenError
    form = CaseForm(request.POST or None, bodies=bodies)
    household = HouseholdFormSet(request.POST or None, prefix="household")
    if request.method == "POST" and form.is_valid() and household.is_valid():
        try:
            case = cases.create_case(
                actor=request.actor,
                household=[form.member for form in household if form.has_changed()],
                **form.cleaned_data,
            )
        except InvalidError as error:
            form.add_error(None, error.message)
        else:
            return redirect("members:case-detail", case.id)
    context = {"household": household}
    return form_page(request, form, "members/case_create.html", context)


@signed_in
def case_detail(request: MemberRequest, case_id: UUID) -> HttpResponse:
    """One case: household with consents, and who is selected."""
    case, access = selectors.readable_case(request.actor, case_id)
    audit.record_read(
        "members.case.read",
        actor=request.actor.id,
        subject=f"case:{case.id}",
        case=case.id,
    )
    context = {
        "case": case,
        "can": selectors.case_abilities(access, case),
        "household": selectors.household_rows(access, case),
        "now": access.t,
    }
    return render(request, "members/case_detail.html", context)


def _act(request: MemberRequest, case_id: UUID, action: Action) -> Case:
    """The case, once the act is open to the actor (or a step-up is asked)."""
    case, access = selectors.readable_case(request.actor, case_id)
    access.require(action, case_facts(case))
    return case


@dataclass(frozen=True, slots=True)
class Words:
    """What the page of an act on a case says."""

    title: str
    lead: str
    button: str


def _form_page(
    request: MemberRequest, case: Case, form: Form, words: Words
) -> HttpResponse:
    context = {"case": case, "words": words}
    return form_page(request, form, "members/case_act.html", context)


@require_http_methods(["GET", "POST"])
@signed_in
def household_edit(
    request: MemberRequest, case_id: UUID, member_id: UUID
) -> HttpResponse:
    """Correct what is kept of one of the household."""
    case = _act(request, case_id, Action.CONVENE)
    member = {m.id: m for m in case.household.all()}.get(member_id)
    if member is None:
        raise HiddenError
    form = MemberForm(request.POST or None, member=member)
    if request.method == "POST" and form.is_valid():
        cases.update_member(actor=request.actor, member=member, entered=form.member)
        messages.success(request, _("世帯員の情報を直しました。"))
        return redirect("members:case-detail", case.id)
    words = Words(
        _("世帯員の情報を直す"),
        _(
            "保護した住所と電話番号は、この事例の議長と事務局にだけ表示されます。"
            "ほかの人には、登録がないときと同じ表示になります。"
        ),
        _("保存する"),
    )
    return _form_page(request, case, form, words)


@require_http_methods(["GET", "POST"])
@signed_in
def case_fields(request: MemberRequest, case_id: UUID) -> HttpResponse:
    """Say of which fields (分野) the case is."""
    case = _act(request, case_id, Action.CONVENE)
    form = FieldsForm(request.POST or None, initial={"fields_of_case": case.fields})
    if request.method == "POST" and form.is_valid():
        codes = form.cleaned_data["fields_of_case"]
        cases.set_fields(actor=request.actor, case=case, codes=codes)
        messages.success(request, _("分野を登録しました。"))
        return redirect("members:case-detail", case.id)
    words = Words(
        _("事例の分野"),
        _("世帯に関わる分野をすべて選びます。会議の統計に数えます。"),
        _("保存する"),
    )
    return _form_page(request, case, form, words)


@require_http_methods(["GET", "POST"])
@signed_in
def member_select(request: MemberRequest, case_id: UUID) -> HttpResponse:
    """Select one more person for the case."""
    case = _act(request, case_id, Action.CONVENE)
    bodies = selectors.bodies_of(case)
    people = cases.selectable_among(case, selectors.commissioned_people(bodies))
    form = SelectForm(request.POST or None, people=people)
    if request.method == "POST" and form.is_valid():
        cases.select_member(
            actor=request.actor, case=case, role=form.role, **form.cleaned_data
        )
        messages.success(request, _("選定しました。"))
        return redirect("members:case-detail", case.id)
    words = Words(
        _("人を選ぶ"),
        _(
            "選ばれた人だけが、この事例の資料と会議を見られます。"
            "委嘱・任命を受けている人から選びます。"
        ),
        _("この人を選ぶ"),
    )
    return _form_page(request, case, form, words)


@require_POST
@signed_in
def membership_end(
    request: MemberRequest, case_id: UUID, membership_id: int
) -> HttpResponse:
    """End a selection now."""
    case = _act(request, case_id, Action.CONVENE)
    membership = get_object_or_404(case.memberships, id=membership_id)
    cases.end_membership(actor=request.actor, membership=membership)
    messages.success(request, _("選定を終了しました。閲覧は直ちに止まります。"))
    return redirect("members:case-detail", case.id)


@require_http_methods(["GET", "POST"])
@signed_in
def consent_enter(request: MemberRequest, case_id: UUID) -> HttpResponse:
    """Record a household member's consent."""
    case = _act(request, case_id, Action.ENTER_CONSENT)
    form = ConsentForm(request.POST or None, case=case)
    if request.method == "POST" and form.is_valid():
        consent = attempt(
            form,
            lambda: cases.enter_consent(
                actor=request.actor,
                member=form.cleaned_data["member"],
                scope=form.cleaned_data["scope"],
                evidence=form.cleaned_data["evidence"],
                given_at=form.given_at,
            ),
        )
        if consent is not None:
            messages.success(request, _("同意を登録しました。"))
            return redirect("members:case-detail", case.id)
    words = Words(
        _("同意を登録する"),
        _(
            "同意は世帯員ごとに登録します。"
            "登録しても、以前に配付した資料が自動で開くことはありません。"
        ),
        _("同意を登録する"),
    )
    return _form_page(request, case, form, words)


@require_http_methods(["GET", "POST"])
@signed_in
def consent_withdraw(
    request: MemberRequest, case_id: UUID, consent_id: UUID
) -> HttpResponse:
    """Withdraw a consent, after saying what that stops."""
    case = _act(request, case_id, Action.ENTER_CONSENT)
    consents = {c.id: c for m in case.household.all() for c in m.consents.all()}
    if consent_id not in consents:
        raise HiddenError
    if request.method == "POST":
        cases.withdraw_consent(actor=request.actor, consent=consents[consent_id])
        messages.success(request, _("撤回を登録しました。閲覧は直ちに止まります。"))
        return redirect("members:case-detail", case.id)
    context = {"case": case, "consent": consents[consent_id]}
    return render(request, "members/consent_withdraw.html", context)


@require_http_methods(["GET", "POST"])
@signed_in
def recusal_enter(request: MemberRequest, case_id: UUID) -> HttpResponse:
    """Keep a person or an agency away from the case."""
    case = _act(request, case_id, Action.ENTER_RECUSAL)
    people = selectors.commissioned_people(selectors.bodies_of(case))
    form = RecusalForm(request.POST or None, people=people)
    if request.method == "POST" and form.is_valid():
        cases.enter_recusal(actor=request.actor, case=case, **form.cleaned_data)
        messages.success(request, _("除斥を登録しました。"))
        return redirect("members:case-detail", case.id)
    words = Words(
        _("除斥を登録する"),
        _("登録すると、その人や機関は、この事例のすべてを直ちに見られなくなります。"),
        _("除斥を登録する"),
    )
    return _form_page(request, case, form, words)


@require_http_methods(["GET", "POST"])
@signed_in
def recusal_declare(request: MemberRequest, case_id: UUID) -> HttpResponse:
    """Step back from the case oneself; afterwards it does not exist any more."""
    case = _act(request, case_id, Action.DECLARE_RECUSAL)
    form = StepBackForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        cases.declare_recusal(actor=request.actor, case=case, **form.cleaned_data)
        messages.success(request, _("辞退を受け付けました。"))
        return redirect("meetings:home")
    words = Words(
        _("この事例への参加を辞退する"),
        _(
            "辞退すると、この事例のすべてが直ちに見られなくなります。"
            "取り消すには事務局への連絡が必要です。"
        ),
        _("辞退する"),
    )
    return _form_page(request, case, form, words)
