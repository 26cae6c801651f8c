"""検索: the field, and what was found."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from meetings.forms.search import SearchForm, sealed, unsealed
from meetings.selectors.search import require_search, search
from members.http import MemberRequest, signed_in
from portal.core.acting import form_page

_PAGE = "meetings/search.html"


@require_http_methods(["GET", "POST"])
@signed_in
def search_view(request: MemberRequest) -> HttpResponse:
    """Take the words in by a form; show what they found at an address without them."""
    actor = request.actor
    require_search(actor)
    if request.method == "POST":
        form = SearchForm(request.POST)
        if form.is_valid():
            words = sealed(form.wish, actor.id)
            return redirect(f"{reverse('meetings:search')}?about={words}")
        return form_page(request, form, _PAGE, {})
    wished = unsealed(request.GET.get("about", ""), actor.id)
    form = SearchForm(wished or None)
    if not wished or not form.is_valid():
        return render(request, _PAGE, {"form": SearchForm()})
    context = {"form": form, "found": search(actor, form.wish)}
    return render(request, _PAGE, context)
