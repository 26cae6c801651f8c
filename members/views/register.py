"""Pages of one person in the register: entered, mended, moved, ended."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from members import registry as selectors
from members.access import require_own_factor
from members.forms.registry import DetailsForm, LastDayForm, MoveForm, PersonForm
from members.http import MemberRequest, signed_in
from members.models import Person
from members.registry import Keeping
from members.services import register
from members.views.registry_acts import Words, act_page


def _page_of(person: Person) -> str:
    return reverse("members:person-detail", args=[person.id])


def _area(kept: Keeping) -> tuple[str, str]:
    """Where the actor's people are listed: its name and address."""
    if kept.administers:
        return _("アカウント"), reverse("members:accounts")
    return _("人と機関"), reverse("members:person-list")


@dataclass(frozen=True, slots=True)
class _Said:
    title: str
    lead: str
    button: str
    danger: bool = False

    def words(self, kept: Keeping, back: str) -> Words:
        area, area_url = _area(kept)
        return Words(
            title=self.title,
            lead=self.lead,
            button=self.button,
            done=_("登録しました。"),
            back=back,
            area=area,
            area_url=area_url,
            danger=self.danger,
        )


@require_safe
@signed_in
def person_detail(request: MemberRequest, person_id: UUID) -> HttpResponse:
    """A person's entry, and where they stand with one's bodies."""
    page = selectors.person_page(request.actor, person_id)
    area, area_url = _area(page.kept)
    context = {
        "page": page,
        "person": page.person,
        "area": area,
        "area_url": area_url,
    }
    return render(request, "members/person_detail.html", context)


@require_http_methods(["GET", "POST"])
@signed_in
def person_new(request: MemberRequest) -> HttpResponse:
    """Enter somebody."""
    kept = selectors.keeping(request.actor)
    kept.require_fresh()
    if kept.administers:
        require_own_factor(request.actor, fresh=True)
    form = PersonForm(
        request.POST or None,
        bodies=kept.bodies,
        initial={"organization": request.GET.get("organization")},
    )
    said = _Said(
        title=_("職員を登録する") if kept.administers else _("人を登録する"),
        lead=_(
            "登録しただけでは、何も開きません。"
            "会議の資料は、会議体の事務局が委嘱・任命して、事例ごとに選んでから読めます。"
        ),
        button=_("この人を登録する"),
    )
    return act_page(
        request,
        form,
        lambda: register.register_person(actor=request.actor, **form.chosen),
        said.words(kept, back=_area(kept)[1]),
        _page_of,
    )


def _form_act(
    request: MemberRequest,
    page: selectors.PersonPage,
    form: Form,
    act: Callable[[], object],
    said: _Said,
) -> HttpResponse:
    back = _page_of(page.person)
    words = said.words(page.kept, back)
    return act_page(request, form, act, words, lambda _made: back)


@require_http_methods(["GET", "POST"])
@signed_in
def person_edit(request: MemberRequest, person_id: UUID) -> HttpResponse:
    """Mend a person's entry."""
    page = selectors.kept_person(request.actor, person_id)
    form = DetailsForm(request.POST or None)
    form.describe(page.person)
    said = _Said(
        title=_("%(name)sさんの登録を直す") % {"name": page.person.name},
        lead=_(
            "メールを変えると、前のアドレスにお知らせし、"
            "リンクで開いている画面はすぐに閉じます。"
        ),
        button=_("この内容で直す"),
    )
    return _form_act(
        request,
        page,
        form,
        lambda: register.change_person(
            actor=request.actor,
            person=page.person,
            details=form.details,
            shared=form.cleaned_data["shared"],
        ),
        said,
    )


@require_http_methods(["GET", "POST"])
@signed_in
def person_move(request: MemberRequest, person_id: UUID) -> HttpResponse:
    """Move a person to another organisation."""
    page = selectors.kept_person(request.actor, person_id)
    form = MoveForm(request.POST or None, person=page.person)
    said = _Said(
        title=_("%(name)sさんの異動を登録する") % {"name": page.person.name},
        lead=_(
            "個人への委嘱・任命と利用者名は、そのまま続きます。"
            "役目が替わるときは、会議体の「役割と構成員」で終えてください。"
            "前の機関として受けていた団体委嘱は、及ばなくなります。"
        ),
        button=_("異動を登録する"),
    )
    return _form_act(
        request,
        page,
        form,
        lambda: register.move_person(
            actor=request.actor, person=page.person, **form.cleaned_data
        ),
        said,
    )


@require_http_methods(["GET", "POST"])
@signed_in
def person_end(request: MemberRequest, person_id: UUID) -> HttpResponse:
    """End a person's entry."""
    page = selectors.kept_person(request.actor, person_id)
    form = LastDayForm(request.POST or None)
    said = _Said(
        title=_("%(name)sさんの登録を終える") % {"name": page.person.name},
        lead=_(
            "この日より後は、サインインもリンクも使えなくなります。"
            "守秘義務と、これまでの記録は残ります。"
        ),
        button=_("登録を終える"),
        danger=True,
    )
    return _form_act(
        request,
        page,
        form,
        lambda: register.end_person(
            actor=request.actor, person=page.person, **form.cleaned_data
        ),
        said,
    )
