"""カレンダー連携: the person's own page for it, and what calendars read."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from meetings.forms.feeds import EntriesForm
from meetings.selectors import feeds as selectors
from meetings.services import feeds
from members.http import MemberRequest, signed_in
from portal.core.acting import press


@require_GET
@signed_in
def feed_page(request: MemberRequest) -> HttpResponse:
    """What is set up, and the ways to change it."""
    own = selectors.own_calendar(request.actor)
    form = EntriesForm(initial={"attach": own.attach})
    context = {"own": own, "form": form, "per_hour": feeds.READS_PER_HOUR}
    return render(request, "meetings/feed.html", context)


@require_POST
@signed_in
def feed_make(request: MemberRequest) -> HttpResponse:
    """Make the address and show it this once."""
    address = feeds.make_feed(actor=request.actor)
    return render(request, "meetings/feed_made.html", {"address": address})


@require_POST
@signed_in
def feed_stop(request: MemberRequest) -> HttpResponse:
    """End the address."""
    done = _("カレンダー連携をやめました。前のアドレスは、もう使えません。")
    press(request, lambda: feeds.stop_feed(actor=request.actor), done)
    return redirect("meetings:feed")


@require_POST
@signed_in
def feed_entries(request: MemberRequest) -> HttpResponse:
    """With or without a calendar entry in one's own notices."""
    selectors.require_part(request.actor)
    form = EntriesForm(request.POST)
    if form.is_valid():
        attach = form.cleaned_data["attach"]
        done = _("これからお送りする案内に、予定を付けます。")
        if not attach:
            done = _("これからお送りする案内には、予定を付けません。")
        press(
            request,
            lambda: feeds.choose_entries(actor=request.actor, attach=attach),
            done,
        )
    return redirect("meetings:feed")


@require_GET
def feed_read(request: HttpRequest, secret: str) -> HttpResponse:
    """The calendar behind a secret address; no program signs in to read one."""
    content = feeds.read_feed(secret=secret)
    return HttpResponse(content, content_type="text/calendar; charset=utf-8")
