"""自分のサインイン: where one is signed in, and by what one proves who one is."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from members import devices
from members.access import Actor, require_own_factor, session_holds
from members.forms.own import AppForm, PasskeyNameForm, PasswordForm
from members.http import MemberRequest, signed_in, unheld
from members.models import PaperCard, SignIn
from members.services import factors, passkeys, passwords, phones, sign_ins
from members.views import city, questions
from members.views.sign_in import next_url
from portal.core import clock, keys, telephone
from portal.core.acting import form_page
from portal.core.errors import InvalidError
from portal.core.qr import qr_of

NEW_APP = "new_app"
_PURPOSE = b"new authenticator app"


@signed_in
def own(request: MemberRequest) -> HttpResponse:
    """One's passkeys, apps and card; one's sign-ins of the last days."""
    actor = request.actor
    require_own_factor(actor, fresh=False)
    rows = [_row(actor, s) for s in sign_ins.own_sign_ins(actor=actor)]
    usable = factors.usable_devices(actor.person)
    context = {
        "passkeys": passkeys.passkeys_of(actor.person),
        "passkeys_here": passkeys.available(request.get_host()),
        "apps": [d for d in usable if not isinstance(d, PaperCard)],
        "cards": [d for d in usable if isinstance(d, PaperCard)],
        **_phone(actor),
        "has_password": actor.person.has_usable_password(),
        "live": [row for row in rows if row["live"]],
        "ended": [row for row in rows if not row["live"]],
        **city.own_part(actor.person),
    }
    return render(request, "members/own.html", context)


def _phone(actor: Actor) -> dict[str, object]:
    phone = phones.usable(actor.person)
    return {
        "phone": phone,
        "phone_number": telephone.masked(phone.number) if phone else "",
    }


@signed_in
def own_offer(request: MemberRequest) -> HttpResponse:
    """Who came in by a card or by telephone is offered what lasts, right then."""
    require_own_factor(request.actor, fresh=False)
    context = {
        "passkeys_here": passkeys.available(request.get_host()),
        "next": next_url(request),
        "interrupted": "next" in request.GET,
    }
    return render(request, "members/own_offer.html", context)


def _back(request: MemberRequest) -> str:
    """Where enrolling goes on: the page that the offer names, or one's sign-ins."""
    return next_url(request) if "next" in request.GET else reverse("members:own")


def _row(actor: Actor, sign_in: SignIn) -> dict[str, object]:
    here = actor.sign_in is not None and sign_in.id == actor.sign_in.id
    live = session_holds(Actor(actor.person, sign_in), clock.now())
    return {
        "sign_in": sign_in,
        "device": devices.words(sign_in.user_agent),
        "here": here,
        "live": live,
    }


@require_http_methods(["GET", "POST"])
@signed_in
@unheld
def passkey_add(request: MemberRequest) -> HttpResponse:
    """Enrol a passkey of this device or of a key that is plugged in."""
    require_own_factor(request.actor, fresh=True)
    form = PasskeyNameForm(
        request.POST or None,
        initial={"name": devices.words(request.headers.get("User-Agent", ""))},
    )
    if request.method == "POST" and form.is_valid():
        state = questions.take(request, "enrol")
        try:
            passkeys.enrol(actor=request.actor, state=state, **form.cleaned_data)
        except InvalidError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, _("パスキーを登録しました。"))
            return redirect(_back(request))
    context = {
        "here": passkeys.available(request.get_host()),
        "back": _back(request),
    }
    return form_page(request, form, "members/passkey_add.html", context)


@require_http_methods(["GET", "POST"])
@signed_in
@unheld
def app_add(request: MemberRequest) -> HttpResponse:
    """Enrol an authenticator app: its key stays the same until a right code comes."""
    key = _new_app_key(request)
    form = AppForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            factors.enrol_app(actor=request.actor, key=key, **form.cleaned_data)
        except InvalidError as error:
            form.add_error("token", error.message)
        else:
            del request.session[NEW_APP]
            messages.success(request, _("認証アプリを登録しました。"))
            return redirect(_back(request))
    address = factors.app_address(actor=request.actor, key=key)
    context = {
        "qr": qr_of(address),
        "key_words": factors.app_key_words(key),
        "back": _back(request),
    }
    return form_page(request, form, "members/app_add.html", context)


def _new_app_key(request: MemberRequest) -> str:
    """The key that this session was shown, sealed in it; a new one at first."""
    require_own_factor(request.actor, fresh=True)
    whose = _PURPOSE + request.actor.id.bytes
    sealed = request.session.get(NEW_APP)
    if sealed is None:
        sealed = keys.seal(factors.new_app_key(actor=request.actor), whose).hex()
        request.session[NEW_APP] = sealed
    return keys.unseal(bytes.fromhex(sealed), whose)


@require_http_methods(["GET", "POST"])
@signed_in
def factor_remove(request: MemberRequest, sort: str, factor_id: int) -> HttpResponse:
    """Delete one of one's own passkeys, apps or cards."""
    actor = request.actor
    device = factors.own_factor(actor=actor, kind=sort, factor_id=factor_id)
    require_own_factor(actor, fresh=True)
    if request.method == "POST":
        factors.remove(actor=actor, kind=sort, factor_id=factor_id)
        messages.success(request, _("削除しました。"))
        return redirect("members:own")
    return render(request, "members/factor_remove.html", {"device": device})


@require_http_methods(["GET", "POST"])
@signed_in
@unheld
def password_change(request: MemberRequest) -> HttpResponse:
    """Exchange one's password; who has none is not asked for a code first."""
    passwords.require_one(request.actor)
    require_own_factor(request.actor, fresh=True)
    form = PasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            passwords.change(actor=request.actor, **form.cleaned_data)
        except InvalidError as error:
            form.add_error(None, error.message)
        else:
            messages.success(
                request,
                _("パスワードを変えました。ほかの端末のサインインは終わりました。"),
            )
            return redirect("members:own")
    return form_page(request, form, "members/password_change.html", {})


@require_POST
@signed_in
def sign_in_end(request: MemberRequest, sign_in_id: UUID) -> HttpResponse:
    """Sign out on another device."""
    sign_ins.end_own(actor=request.actor, sign_in_id=sign_in_id)
    messages.success(request, _("その端末のサインインを終えました。"))
    return redirect("members:own")


@require_POST
@signed_in
def sign_ins_end(request: MemberRequest) -> HttpResponse:
    """Sign out everywhere else."""
    ended = sign_ins.end_others(actor=request.actor)
    messages.success(
        request, _("ほかの%(n)s件のサインインを終えました。") % {"n": ended}
    )
    return redirect("members:own")
