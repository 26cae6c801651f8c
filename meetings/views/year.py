"""Pages of 年間の日程: the bodies, a body's year, its plan, the calendar."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from meetings.forms.year import CalendarDayForm, DaysForm, RuleForm
from meetings.selectors import year as selectors
from meetings.services import year as services
from meetings.services.year import PlannedMonth
from members.http import MemberRequest, signed_in
from members.models import Body
from portal.core.acting import attempt, form_page, press


@signed_in
def year_list(request: MemberRequest) -> HttpResponse:
    """The bodies that one convenes, each with its rule."""
    context = {"bodies": selectors.body_years(request.actor)}
    return render(request, "meetings/year_list.html", context)


@signed_in
def year_detail(request: MemberRequest, body_id: UUID) -> HttpResponse:
    """One fiscal year of one body."""
    shown = selectors.body_year(request.actor, body_id, _year(request))
    return render(request, "meetings/year_detail.html", {"shown": shown})


def _year(request: HttpRequest) -> int | None:
    asked = request.GET.get("year", "")
    return int(asked) if len(asked) == 4 and asked.isdecimal() else None


@require_http_methods(["GET", "POST"])
@signed_in
def year_plan(request: MemberRequest, body_id: UUID) -> HttpResponse:
    """Rule and preview by GET; by POST the dates, under the rule in the address."""
    body, _access = selectors.convened_body(request.actor, body_id)
    rule = _rule_form(request, body)
    planned = _planned(request, body, rule)
    if planned is None:
        return _plan_page(request, body, rule, None, wrong=request.method == "POST")
    days = DaysForm(request.POST if request.method == "POST" else None, planned=planned)
    if not days.is_valid():
        return _plan_page(request, body, rule, days, wrong=days.is_bound)
    if "check" in request.POST or days.unseen:
        return _look_again(request, body, rule, days)
    return _confirm(request, body, rule, days)


def _rule_form(request: MemberRequest, body: Body) -> RuleForm:
    """Bound once a rule was sent; else the rule confirmed last."""
    initial = RuleForm.initial_of(selectors.latest_rule(body))
    return RuleForm(
        request.GET if "nth" in request.GET else None,
        years=selectors.plannable_years(),
        initial={**initial, "year": _year(request)},
    )


def _planned(
    request: MemberRequest, body: Body, form: RuleForm, days: DaysForm | None = None
) -> list[PlannedMonth] | None:
    """The preview; None while there is no rule that gives one."""
    if not form.is_valid():
        return None
    return attempt(
        form,
        lambda: services.plan_year(
            actor=request.actor,
            body=body,
            number=form.cleaned_data["year"],
            rule=form.rule,
            chosen=days.chosen if days else None,
        ),
    )


def _plan_page(
    request: MemberRequest,
    body: Body,
    form: RuleForm,
    days: DaysForm | None,
    *,
    wrong: bool,
) -> HttpResponse:
    context = {"body": body, "form": form, "days": days}
    status = 422 if wrong or form.errors else 200
    return render(request, "meetings/year_plan.html", context, status=status)


def _look_again(
    request: MemberRequest, body: Body, form: RuleForm, days: DaysForm
) -> HttpResponse:
    """The same page for the dates changed by hand, before they are confirmed."""
    planned = _planned(request, body, form, days)
    if planned is None:
        return _plan_page(request, body, form, None, wrong=True)
    messages.info(
        request, _("変えた日を確かめました。よければ、会議をつくってください。")
    )
    again = DaysForm(planned=planned)
    return _plan_page(request, body, form, again, wrong=False)


def _confirm(
    request: MemberRequest, body: Body, form: RuleForm, days: DaysForm
) -> HttpResponse:
    number = form.cleaned_data["year"]
    made = attempt(
        days,
        lambda: services.confirm_year(
            actor=request.actor,
            key=days.cleaned_data["key"],
            body=body,
            number=number,
            rule=form.rule,
            days=list(days.chosen.values()),
        ),
    )
    if made is None:
        return _plan_page(request, body, form, days, wrong=True)
    messages.success(
        request,
        _("会議を%(count)s回つくりました。議題と参加する人は、会議ごとに決めます。")
        % {"count": len(made)},
    )
    address = reverse("meetings:year-detail", args=[body.id])
    return redirect(f"{address}?year={number}")


@require_http_methods(["GET", "POST"])
@signed_in
def closed_days(request: MemberRequest) -> HttpResponse:
    """The closed days of a fiscal year, and the form to enter one."""
    shown = selectors.calendar_year(request.actor, _year(request))
    form = CalendarDayForm(request.POST or None)
    if form.is_valid():
        entered = attempt(
            form,
            lambda: services.enter_calendar_day(actor=request.actor, **form.entry),
        )
        if entered is not None:
            messages.success(
                request, _("登録しました。つくってある会議の日は変わりません。")
            )
            return redirect("meetings:closed-days")
    return form_page(request, form, "meetings/closed_days.html", {"shown": shown})


@require_POST
@signed_in
def closed_day_remove(request: MemberRequest, day_id: UUID) -> HttpResponse:
    """Take one entry out."""
    row = selectors.calendar_day(request.actor, day_id)
    press(
        request,
        lambda: services.remove_calendar_day(actor=request.actor, row=row),
        _("登録を消しました。つくってある会議の日は変わりません。"),
    )
    return redirect("meetings:closed-days")
