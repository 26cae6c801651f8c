"""The gate of a secure link: link, way, passkey or code, and then what it leads to.

Before the right code a browser holds a *handle* only: the link's id and a nonce of
its own, in its session. GET and HEAD change nothing; an unknown, ended or revoked
link is answered by one page.
"""

import hashlib
import secrets
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from documents import entrances
from documents.forms.gate import CardCodeForm, CodeForm, SecretForm, WishForm
from documents.models import Link
from documents.services import codes, gate_passkeys, links, renewals
from documents.services.codes import Sending, Sent, Way
from documents.services.visits import Attempt, Verdict, Visit
from members import held, http
from members.models import SignIn
from members.offices import secretariat_for
from members.services import factors, passkeys
from members.views import questions
from members.views.sign_in import onwards
from portal.core import clock, jp, manuals
from portal.core.errors import HiddenError

HANDLE = "gate"
P = ParamSpec("P")
form_page = require_http_methods(["GET", "HEAD", "POST"])


def at_gate(
    view: Callable[Concatenate[HttpRequest, Visit, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Let a browser through that holds the handle of a live, unlocked link."""

    @wraps(view)
    def wrapper(
        request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponse:
        visit = _visit(request)
        if visit is None:
            return _inside(request) or _unavailable(request)
        if visit.link.locked:
            return _locked(request, visit.link)
        return view(request, visit, *args, **kwargs)

    return wrapper


@form_page
def gate(request: HttpRequest) -> HttpResponse:
    """Where a link leads: the script posts the secret from the address's fragment."""
    if request.method != "POST":
        return _page(request, "gate", {"form": SecretForm()})
    form = SecretForm(request.POST)
    link = (
        links.find_by_secret(form.cleaned_data["secret"]) if form.is_valid() else None
    )
    if link:
        return _enter(request, link)
    return _unavailable(request, form.cleaned_data.get("secret", ""))


@form_page
def card(request: HttpRequest) -> HttpResponse:
    """The same door without script: the code printed on the letter."""
    form = CardCodeForm(request.POST or None)
    if not form.is_valid():
        return _page(request, "gate_card", {"form": form}, 422 if form.errors else 200)
    link = links.find_by_card_code(form.cleaned_data["card_code"])
    if link:
        return _enter(request, link)
    form.add_error(
        "card_code",
        _(
            "このコードでは開けません。打ち間違いがないか、期限が過ぎていないかをお確かめください。"
        ),
    )
    context = {"form": form, "card_code": form.data.get("card_code")}
    return _page(request, "gate_card", context, 404)


@form_page
def wish(request: HttpRequest) -> HttpResponse:
    """Ask for a new link in place of an ended one: one answer, whatever the link."""
    form = WishForm(request.POST)
    if request.method == "POST" and form.is_valid():
        renewals.ask(**form.cleaned_data)
        return redirect("documents:gate-wish")
    return _page(request, "gate_wish", {})


@form_page
@at_gate
def notice(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The neutral notice, all that a link alone shows; POST asks for a code."""
    if request.method == "POST":
        way = Way.PHONE if request.POST.get("way") == Way.PHONE else Way.MAIL
        sent = codes.send_code(link=visit.link, browser=visit.browser, way=way)
        _tell(request, sent)
        if sent.sending in {Sending.NOT_POSSIBLE, Sending.USED_UP}:
            return redirect("documents:gate-notice")
        return redirect("documents:gate-code", way)
    return _notice_page(request, visit)


def _notice_page(request: HttpRequest, visit: Visit) -> HttpResponse:
    link = visit.link
    here = passkeys.available(request.get_host())
    context = {
        "link": link,
        "ways": codes.ways_of(link),
        "sent": [_sent(visit, way) for way in codes.SENT],
        "passkey": here and gate_passkeys.enrolled(link),
    }
    return _page(request, "gate_notice", context)


def _sent(visit: Visit, way: Way) -> dict[str, Any]:
    return {
        "way": way,
        "target": codes.target(visit.link, way),
        "code": codes.live_code(visit.link, visit.browser, way),
    }


@require_safe
@at_gate
def manual(request: HttpRequest, visit: Visit) -> HttpResponse:
    """How to come in, and the rest of the manual, for who stands at the gate."""
    text = manuals.manual("outside-member")
    return _page(request, "gate_manual", {"link": visit.link, "manual": text})


@form_page
@at_gate
def passkey(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The answer of a passkey; without script nobody comes here."""
    if request.method != "POST":
        return redirect("documents:gate-notice")
    visit = visit._replace(device=http.device_of(request))
    attempt = gate_passkeys.prove(
        visit=visit,
        state=questions.take(request, "gate"),
        answer=request.POST.get("answer", "")[: passkeys.LONGEST_ANSWER],
    )
    if attempt.sign_in:
        return _inwards(request, visit, attempt.sign_in)
    if attempt.verdict is Verdict.WRONG:
        messages.error(
            request,
            _(
                "パスキーで確認できませんでした。もう一度押すか、別の方法をお使いください。"
            ),
        )
    return redirect("documents:gate-notice")


@require_POST
@at_gate
def passkey_question(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Ask the browser for one of the passkeys of the link's person."""
    if not gate_passkeys.enrolled(visit.link):
        raise HiddenError
    return questions.put(request, "gate", passkeys.begin_proof(visit.link.person))


def _inwards(request: HttpRequest, visit: Visit, sign_in: SignIn) -> HttpResponse:
    """To where the link leads; by way of an offer of a factor that lasts."""
    http.begin(request, sign_in)
    page = entrances.page_of(visit.link.scope)
    if held.waits(request):
        return onwards(request, sign_in.person, page)
    if sign_in.strength == 2 and not factors.has_lasting(sign_in.person):
        return redirect("members:own-offer")
    return redirect(page)


@form_page
@at_gate
def code(request: HttpRequest, visit: Visit, way_name: str) -> HttpResponse:
    """Type the one-time code; the right one opens what the link leads to."""
    way = _way(visit.link, way_name)
    form = CodeForm(way, request.POST or None)
    if not form.is_valid():
        return _code_page(request, visit, way, form)
    visit = visit._replace(device=http.device_of(request))
    attempt = codes.try_code(visit=visit, way=way, token=form.cleaned_data["code"])
    if attempt.sign_in:
        return _inwards(request, visit, attempt.sign_in)
    return _refused(request, visit, way, form, attempt)


def _enter(request: HttpRequest, link: Link) -> HttpResponse:
    """Give this browser its handle; one that holds it already keeps its nonce.

    Who taps the link in the mail again after asking for a code can still use it.
    """
    actor = getattr(request, "actor", None)
    if actor is not None and actor.sign_in.link_id == link.id:
        return redirect(entrances.page_of(link.scope))
    links.note_knock(link)
    handle = request.session.get(HANDLE)
    if handle is None or handle["link"] != str(link.id):
        nonce = secrets.token_urlsafe(32)
        request.session[HANDLE] = {"link": str(link.id), "nonce": nonce}
        request.session.cycle_key()
    return redirect("documents:gate-notice")


def _visit(request: HttpRequest) -> Visit | None:
    handle = request.session.get(HANDLE)
    if handle is None:
        return None
    link = links.find_by_id(UUID(handle["link"]))
    if link is None:
        return None
    return Visit(
        link=link,
        browser=hashlib.sha256(handle["nonce"].encode()).hexdigest(),
        address=str(request.META.get("REMOTE_ADDR", "")),
        user_agent=request.headers.get("User-Agent", ""),
    )


def _inside(request: HttpRequest) -> HttpResponse | None:
    """Who has passed the gate and comes back to it goes on to where it leads."""
    actor = getattr(request, "actor", None)
    scope = actor.scope if actor is not None else None
    return redirect(entrances.page_of(scope)) if scope else None


def _way(link: Link, name: str) -> Way:
    """The way of this name, if it is open to the link's person."""
    for way in codes.ways_of(link):
        if way == name:
            return way
    raise HiddenError


def _tell(request: HttpRequest, sent: Sent) -> None:
    """Say what became of the wish for a code, and the next step."""
    again = _clock_words(sent.again_at)
    words = {
        Sending.SENT: _("確認コードをお送りしました。"),
        Sending.TOO_SOON: _(
            "確認コードは先ほどお送りしました。届くまで1分ほどお待ちください。"
        ),
        Sending.TOO_MANY: _(
            "確認コードをお送りできる回数を超えました。%(again)s以降にもう一度お試しいただくか、事務局へお電話ください。"
        )
        % {"again": again},
        Sending.NOT_POSSIBLE: _(
            "確認コードをお送りできません。事務局へお電話ください。"
        ),
        Sending.FAILED: _(
            "確認コードのメールを送れませんでした。1分ほど待ってもう一度お試しいただくか、事務局へお電話ください。"
        ),
        Sending.USED_UP: _(
            "電話への確認コードは、今日お送りできる数に達しました。ほかの方法をお使いいただくか、事務局へお電話ください。"
        ),
    }
    level = messages.SUCCESS if sent.sending is Sending.SENT else messages.WARNING
    messages.add_message(request, level, words[sent.sending])


def _clock_words(moment: datetime | None) -> str:
    return jp.clock_words(moment.astimezone(clock.JST).time()) if moment else ""


def _refused(
    request: HttpRequest, visit: Visit, way: Way, form: CodeForm, attempt: Attempt
) -> HttpResponse:
    if attempt.verdict is Verdict.GONE:
        return _unavailable(request)
    visit.link.refresh_from_db(fields=["wrong_count"])
    if visit.link.locked:
        return _locked(request, visit.link)
    form.add_error("code", _words_of(attempt, visit.link))
    return _code_page(request, visit, way, form)


def _words_of(attempt: Attempt, link: Link) -> str:
    """Why the typed code did not open the link, and the next step."""
    if attempt.verdict is Verdict.WRONG:
        return _("確認コードが違います。あと%(left)s回まで入力できます。") % {
            "left": link.attempts_left
        }
    if attempt.verdict is Verdict.WAIT:
        return _(
            "続けては入力できません。%(seconds)s秒待ってから、もう一度入力してください。"
        ) % {"seconds": attempt.wait_seconds}
    return _(
        "使える確認コードがありません。期限が過ぎたか、別のブラウザーで受け取ったコードです。新しい確認コードをお受け取りください。"
    )


def _code_page(
    request: HttpRequest, visit: Visit, way: Way, form: CodeForm
) -> HttpResponse:
    context = {
        **_sent(visit, way),
        "form": form,
        "link": visit.link,
        "is_sent": way in codes.SENT,
    }
    return _page(request, "gate_code", context, 422 if form.errors else 200)


def _locked(request: HttpRequest, link: Link) -> HttpResponse:
    return _page(request, "gate_locked", {"link": link}, 403)


def _unavailable(  # nosec B107 # no secret is no default password
    request: HttpRequest, secret: str = ""
) -> HttpResponse:
    request.session.pop(HANDLE, None)
    return _page(request, "gate_unavailable", {"secret": secret}, 404)


def _page(
    request: HttpRequest, name: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    link = context.get("link")
    if link is not None:
        context["secretariat"] = secretariat_for(link.person, link.scope)
    return render(request, f"documents/{name}.html", context, status=status)
