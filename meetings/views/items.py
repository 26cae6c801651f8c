"""Pages of an agenda item while it is convened: words, place, people."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from meetings.forms.agenda import ItemChangeForm, ItemForm
from meetings.forms.convening import PeopleForm
from meetings.selectors import people
from meetings.selectors import sittings as selectors
from meetings.services import agenda as services
from meetings.services import invitations
from members.http import MemberRequest, signed_in
from portal.core.acting import attempt, form_page, press


@require_http_methods(["GET", "POST"])
@signed_in
def item_create(request: MemberRequest, sitting_id: UUID) -> HttpResponse:
    """Put an item on a draft agenda, then go on to choose its people."""
    opened = selectors.convened_sitting(request.actor, sitting_id)
    sitting = opened.sitting
    form = ItemForm(
        request.POST or None,
        bodies=people.bodies_for_items(opened.access, sitting),
        cases=people.cases_for_items(request.actor, sitting),
        initial={"body": sitting.body_id},
    )
    if form.is_valid():
        item = attempt(
            form,
            lambda: services.add_item(
                actor=request.actor, sitting=sitting, words=form.words, **form.choice
            ),
        )
        if item is not None:
            return redirect("meetings:item-people", item.id)
    context = {"sitting": sitting, "item": None}
    return form_page(request, form, "meetings/item_form.html", context)


@require_http_methods(["GET", "POST"])
@signed_in
def item_edit(request: MemberRequest, item_id: UUID) -> HttpResponse:
    """Rewrite an item of a draft agenda."""
    item, _access = selectors.convened_item(request.actor, item_id)
    form = ItemChangeForm(request.POST or None, item=item)
    if form.is_valid():
        changed = attempt(
            form,
            lambda: services.change_item(
                actor=request.actor, item=item, words=form.words, about=form.about
            ),
        )
        if changed is not None:
            return redirect("meetings:sitting-detail", item.sitting_id)
    context = {"sitting": item.sitting, "item": item}
    return form_page(request, form, "meetings/item_form.html", context)


@require_http_methods(["GET", "POST"])
@signed_in
def item_remove(request: MemberRequest, item_id: UUID) -> HttpResponse:
    """Take an item off a draft agenda, after a page that asks."""
    item, _access = selectors.convened_item(request.actor, item_id)
    if request.method == "POST" and press(
        request,
        lambda: services.remove_item(actor=request.actor, item=item),
        _("議題を外しました。"),
    ):
        return redirect("meetings:sitting-detail", item.sitting_id)
    return render(request, "meetings/item_remove.html", {"item": item})


@require_http_methods(["GET", "POST"])
@signed_in
def item_people(request: MemberRequest, item_id: UUID) -> HttpResponse:
    """Choose who takes part in the item; nobody else will see anything of it."""
    item, _access = selectors.convened_item(request.actor, item_id)
    roster = people.roster_of(item)
    form = PeopleForm(request.POST or None, candidates=roster.candidates)
    if form.is_valid():
        selected = attempt(
            form,
            lambda: invitations.select_people(
                actor=request.actor,
                item=item,
                choices=form.choices,
                leaving=form.leaving,
            ),
        )
        if selected is not None:
            if not form.choices:
                messages.warning(
                    request,
                    _(
                        "参加する人は、1人も選ばれていません。"
                        "議題の「人を選ぶ」から、いつでも選べます。"
                    ),
                )
            return redirect("meetings:sitting-detail", item.sitting_id)
    context = {"item": item, "sitting": item.sitting, "roster": roster}
    return form_page(request, form, "meetings/item_people.html", context)
