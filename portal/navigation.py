"""The frame of every page: who is signed in, and the ways that are open to them."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from documents import entrances
from meetings.selectors.search import may_search
from members.access import Actor
from members.models import Office
from portal.core import clock


def page_frame(request: HttpRequest) -> dict[str, Any]:
    """The header's person and main navigation; empty without a sign-in."""
    actor: Actor | None = getattr(request, "actor", None)
    if actor is None:
        return {}
    now = clock.now()
    offices = [o for o in actor.person.offices.all() if o.span.holds(now)]
    return {
        "signed_in": {
            "name": actor.person.name,
            "office": actor.person.standing,
            "own_url": reverse("members:own"),
            "sign_out_url": reverse("members:sign-out"),
        },
        "navigation": _ways(request, actor, offices),
        "search_url": _search(request, actor, offices),
    }


def _search(request: HttpRequest, actor: Actor, offices: list[Office]) -> str:
    """The field on every page, for those who may look for things; not on its own."""
    url = reverse("meetings:search")
    return url if may_search(actor, offices) and request.path != url else ""


def _ways(
    request: HttpRequest, actor: Actor, offices: list[Office]
) -> list[dict[str, Any]]:
    """A session that a link opened has one way only: what it leads to."""
    scope = actor.sign_in.scope if actor.sign_in else None
    if scope is not None:
        ways = [(_("ご案内"), entrances.page_of(scope))]
    else:
        ways = [(_("ホーム"), reverse("meetings:home"))]
        if not any(o.role in _APART for o in offices):
            ways.append((_("会議"), reverse("meetings:sitting-list")))
            ways.append((_("提案"), reverse("meetings:call-list")))
            ways.append((_("事例"), reverse("members:case-list")))
        if any(o.role == "administrator" for o in offices):
            ways.append((_("アカウント"), reverse("members:accounts")))
        if any(o.role in _CUSTODIANS for o in offices):
            ways.append((_("人と機関"), reverse("members:person-list")))
            ways.append((_("会議体"), reverse("members:body-list")))
    return [
        {"label": label, "url": url, "current": request.path == url}
        for label, url in ways
    ]


_APART = {"administrator", "auditor"}
_CUSTODIANS = {"chair", "secretariat"}
