"""Pages of date polls: asking, answering, the board, deciding."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from meetings import rosters
from meetings.forms.polls import MarksForm, PollForm
from meetings.models import PollVoter
from meetings.poll_notices import late_words
from meetings.selectors import polls as selectors
from meetings.selectors.polls import OpenedPoll
from meetings.services import polls as services
from meetings.views.letters import letter_context
from members import selectors as members
from members.access import access_for
from members.http import MemberRequest, signed_in
from portal.core.acting import attempt, form_page, press
from portal.core.errors import HiddenError

PER_PAGE = 20


@signed_in
def poll_list(request: MemberRequest) -> HttpResponse:
    """The polls one convenes or is asked in, the latest first."""
    access = access_for(request.actor, cases=(), items=())
    found = Paginator(selectors.listed_polls(request.actor), PER_PAGE)
    page = found.get_page(request.GET.get("page"))
    context = {
        "page": page,
        "lines": selectors.lines(access, page.object_list),
        "bodies": members.convened_bodies(access),
    }
    return render(request, "meetings/poll_list.html", context)


@require_http_methods(["GET", "POST"])
@signed_in
def poll_create(request: MemberRequest, body_id: UUID) -> HttpResponse:
    """Offer several days; everybody ticked is told at once."""
    body = selectors.polled_body(request.actor, body_id)
    form = PollForm(request.POST or None, roll=rosters.roll(body))
    if form.is_valid():
        made = attempt(
            form,
            lambda: services.open_poll(
                actor=request.actor,
                key=form.cleaned_data["key"],
                body=body,
                plan=form.plan,
            ),
        )
        if made is not None:
            return redirect("meetings:poll-detail", made.id)
    return form_page(request, form, "meetings/poll_form.html", {"body": body})


@signed_in
def poll_detail(request: MemberRequest, poll_id: UUID) -> HttpResponse:
    """The board for those who convene, one's own answers for everybody else."""
    opened = selectors.open_poll(request.actor, poll_id)
    if opened.custodian:
        board = selectors.board_of(opened)
        context = {"opened": opened, "poll": opened.poll, "board": board}
        return render(request, "meetings/poll_board.html", context)
    return render(request, "meetings/poll_own.html", _own(opened))


def _own(opened: OpenedPoll) -> dict[str, object]:
    voter = opened.voter
    if voter is None:
        raise HiddenError
    return {
        "opened": opened,
        "poll": opened.poll,
        "voter": voter,
        "form": MarksForm(dates=opened.dates, voter=voter),
        "marks": selectors.own_marks(opened),
        "late_words": late_words(opened.poll) if opened.late else "",
    }


@require_http_methods(["GET", "POST"])
@signed_in
def poll_answer(request: MemberRequest, poll_id: UUID) -> HttpResponse:
    """One's own answer. GET only shows, so that a mail scanner answers nothing."""
    opened = selectors.open_poll(request.actor, poll_id)
    voter = opened.voter
    if voter is None:
        raise HiddenError
    form = MarksForm(request.POST or None, dates=opened.dates, voter=voter)
    if form.is_valid() and attempt(form, _answering(request, form, voter)):
        return redirect("meetings:poll-detail", poll_id)
    context = {"opened": opened, "poll": opened.poll, "voter": voter}
    return form_page(request, form, "meetings/poll_answer.html", context)


def _answering(
    request: MemberRequest, form: MarksForm, voter: PollVoter
) -> Callable[[], bool]:
    def answer() -> bool:
        services.answer_poll(
            actor=request.actor,
            voter=voter,
            marks=form.marks,
            note=form.cleaned_data["note"],
        )
        return True

    return answer


@require_http_methods(["GET", "POST"])
@signed_in
def poll_enter(request: MemberRequest, voter_id: UUID) -> HttpResponse:
    """Enter what the person said by phone or on paper."""
    opened, voter = selectors.convened_voter(request.actor, voter_id)
    form = MarksForm(request.POST or None, dates=opened.dates, voter=voter)
    if form.is_valid() and attempt(form, _answering(request, form, voter)):
        messages.success(request, _("ご都合を記録しました。"))
        return redirect("meetings:poll-detail", opened.poll.id)
    context = {"opened": opened, "poll": opened.poll, "voter": voter}
    return form_page(request, form, "meetings/poll_enter.html", context)


@require_POST
@signed_in
def poll_send(request: MemberRequest, voter_id: UUID) -> HttpResponse:
    """Send the mail again with a new link; the old one stops."""
    opened, voter = selectors.convened_voter(request.actor, voter_id)
    press(
        request,
        lambda: services.send_again(actor=request.actor, voter=voter),
        _("お伺いを送り直しました。前のリンクは使えなくなりました。"),
    )
    return redirect("meetings:poll-detail", opened.poll.id)


@require_http_methods(["GET", "POST"])
@signed_in
def poll_letter(request: MemberRequest, voter_id: UUID) -> HttpResponse:
    """GET asks; POST makes a new link and shows the letter this once, to print."""
    opened, voter = selectors.convened_voter(request.actor, voter_id)
    context: dict[str, object] = {
        "opened": opened,
        "poll": opened.poll,
        "voter": voter,
    }
    if request.method == "POST":
        issued = services.print_letter(actor=request.actor, voter=voter)
        context |= letter_context(issued)
        return render(request, "meetings/poll_letter.html", context)
    return render(request, "meetings/poll_letter_ask.html", context)


@require_POST
@signed_in
def poll_remind(request: MemberRequest, poll_id: UUID) -> HttpResponse:
    """Ask those again who have not answered."""
    opened = selectors.convened_poll(request.actor, poll_id)
    press(
        request,
        lambda: services.remind(actor=request.actor, poll=opened.poll),
        _("お返事がまだの方に、もう一度お送りしました。"),
    )
    return redirect("meetings:poll-detail", poll_id)


@require_http_methods(["GET", "POST"])
@signed_in
def poll_close(request: MemberRequest, poll_id: UUID) -> HttpResponse:
    """End the poll without a day, after a page that says what will happen."""
    opened = selectors.convened_poll(request.actor, poll_id)
    if request.method == "POST":
        press(
            request,
            lambda: services.close_poll(actor=request.actor, poll=opened.poll),
            _("日程調整を取りやめました。お伺いを受けた方に、その連絡を送ります。"),
        )
        return redirect("meetings:poll-detail", poll_id)
    context = {"opened": opened, "poll": opened.poll}
    return render(request, "meetings/poll_close.html", context)


@require_http_methods(["GET", "POST"])
@signed_in
def poll_decide(request: MemberRequest, date_id: UUID) -> HttpResponse:
    """Decide on one of the days: a draft sitting is made, and everybody is told."""
    opened, date = selectors.convened_date(request.actor, date_id)
    if request.method == "POST" and press(
        request,
        lambda: services.decide_date(actor=request.actor, date=date),
        _("日程を決めて、会議をつくりました。議題と参加する人を選んでください。"),
    ):
        return redirect("meetings:sitting-detail", date.id)
    board = selectors.board_of(opened)
    column = next(column for column in board.columns if column.date == date)
    context = {"opened": opened, "poll": opened.poll, "board": board, "column": column}
    return render(request, "meetings/poll_decide.html", context)
