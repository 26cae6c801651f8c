"""Pages of units and organisations."""

from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from members import registry as selectors
from members.forms.registry import LastDayForm, OrganizationForm, SearchForm, UnitForm
from members.http import MemberRequest, signed_in
from members.models import Organization
from members.services import organizations, units
from members.views.registry_acts import Words, act_page

PER_PAGE = 50
_SECTIONS_TOO = gettext_lazy("庁内の課や係と、会議に加わる庁外の機関を登録します。")
_AGENCIES = gettext_lazy(
    "会議に加わる庁外の機関を登録します。庁内の課や係は、システム管理者が登録します。"
)


def _words(
    title: str, lead: str, button: str, back: str, *, end: bool = False
) -> Words:
    return Words(
        title=title,
        lead=lead,
        button=button,
        done=_("名簿から外す日を登録しました。") if end else _("登録しました。"),
        back=back,
        area=_("機関"),
        area_url=reverse("members:organization-list"),
        danger=end,
    )


def _page_of(organization: Organization) -> str:
    return reverse("members:organization-detail", args=[organization.id])


@require_safe
@signed_in
def organization_list(request: MemberRequest) -> HttpResponse:
    """The register of organisations, to look through."""
    kept = selectors.keeping(request.actor)
    form = SearchForm(request.GET)
    rows = selectors.organizations(**form.wanted)
    context = {
        "kept": kept,
        "form": form,
        "searched": any(form.wanted.values()),
        "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "members/organization_list.html", context)


@require_safe
@signed_in
def organization_detail(request: MemberRequest, organization_id: UUID) -> HttpResponse:
    """One organisation and whom of it the actor keeps."""
    page = selectors.organization_page(request.actor, organization_id)
    return render(request, "members/organization_detail.html", {"page": page})


@require_http_methods(["GET", "POST"])
@signed_in
def organization_new(request: MemberRequest) -> HttpResponse:
    """Enter an organisation."""
    kept = selectors.keeping(request.actor)
    kept.require_fresh()
    form = OrganizationForm(request.POST or None, administers=kept.administers)
    words = _words(
        _("機関を登録する"),
        str(_SECTIONS_TOO if kept.administers else _AGENCIES),
        _("この機関を登録する"),
        reverse("members:organization-list"),
    )
    return act_page(
        request,
        form,
        lambda: organizations.enter_organization(
            actor=request.actor, key=form.cleaned_data["key"], entry=form.entry
        ),
        words,
        _page_of,
    )


@require_http_methods(["GET", "POST"])
@signed_in
def organization_edit(request: MemberRequest, organization_id: UUID) -> HttpResponse:
    """Mend the entry of an organisation."""
    page = selectors.kept_organization(request.actor, organization_id)
    row = page.organization
    form = OrganizationForm(
        request.POST or None, administers=page.kept.administers, known=row
    )
    words = _words(
        _("機関の登録を直す"),
        _("これから作る案内文や会議録に効きます。済んだものは変わりません。"),
        _("この内容で直す"),
        _page_of(row),
    )
    return act_page(
        request,
        form,
        lambda: organizations.change_organization(
            actor=request.actor, organization=row, entry=form.entry
        ),
        words,
        _page_of,
    )


@require_http_methods(["GET", "POST"])
@signed_in
def organization_end(request: MemberRequest, organization_id: UUID) -> HttpResponse:
    """Take an organisation out of the register after a day."""
    row = selectors.kept_organization(request.actor, organization_id).organization
    form = LastDayForm(request.POST or None)
    words = _words(
        _("%(name)sを名簿から外す") % {"name": row.name},
        _("この日より後は、選ぶ欄に出なくなります。これまでの記録は残ります。"),
        _("名簿から外す"),
        _page_of(row),
        end=True,
    )
    return act_page(
        request,
        form,
        lambda: organizations.end_organization(
            actor=request.actor, organization=row, **form.cleaned_data
        ),
        words,
        _page_of,
    )


def _unit_words(title: str, lead: str, button: str) -> Words:
    home = reverse("members:unit-list")
    return Words(title, lead, button, _("登録しました。"), home, _("圏域"), home)


def _unit_list_of(unit: object) -> str:
    return reverse("members:unit-list")


@require_safe
@signed_in
def unit_list(request: MemberRequest) -> HttpResponse:
    """The parts of the town."""
    kept, rows = selectors.units(request.actor)
    return render(request, "members/unit_list.html", {"kept": kept, "rows": rows})


@require_http_methods(["GET", "POST"])
@signed_in
def unit_new(request: MemberRequest) -> HttpResponse:
    """Enter a unit."""
    selectors.units(request.actor)
    form = UnitForm(request.POST or None)
    words = _unit_words(
        _("圏域を登録する"),
        _(
            "圏域や区ごとに会議体を置くときに登録します。"
            "圏域が違う会議体どうしは、互いの事例が見えません。"
        ),
        _("この圏域を登録する"),
    )
    return act_page(
        request,
        form,
        lambda: units.enter_unit(actor=request.actor, **form.cleaned_data),
        words,
        _unit_list_of,
    )


@require_http_methods(["GET", "POST"])
@signed_in
def unit_edit(request: MemberRequest, unit_id: UUID) -> HttpResponse:
    """Rename a unit."""
    unit = selectors.unit_of(request.actor, unit_id)
    form = UnitForm(request.POST or None, initial={"name": unit.name})
    words = _unit_words(
        _("圏域の名称を直す"),
        _("会議体や事例の画面の表示が変わります。作成済みの文書は変わりません。"),
        _("この名称にする"),
    )
    return act_page(
        request,
        form,
        lambda: units.rename_unit(
            actor=request.actor, unit=unit, name=form.cleaned_data["name"]
        ),
        words,
        _unit_list_of,
    )


@require_http_methods(["GET", "POST"])
@signed_in
def unit_end(request: MemberRequest, unit_id: UUID) -> HttpResponse:
    """Offer a unit no more after a day."""
    unit = selectors.unit_of(request.actor, unit_id)
    form = LastDayForm(request.POST or None)
    words = _unit_words(
        _("%(name)sを終える") % {"name": unit.name},
        _("先に、この圏域の会議体を終えます。これまでの事例と記録は残ります。"),
        _("この圏域を終える"),
    )
    return act_page(
        request,
        form,
        lambda: units.end_unit(actor=request.actor, unit=unit, **form.cleaned_data),
        words,
        _unit_list_of,
    )
