"""The frame of every page: who is signed in, and the ways that are open to them."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from documents import entrances
from meetings.selectors.search import may_search
from members.access import Actor, idle_minutes, sign_in_end
from members.models import Office
from portal.core import clock, manuals


def page_frame(request: HttpRequest) -> dict[str, Any]:
    """The header's person and main navigation; empty without a sign-in."""
    actor: Actor | None = getattr(request, "actor", None)
    if actor is None:
        return {}
    now = clock.now()
    ends_at = sign_in_end(actor)
    offices = [o for o in actor.person.offices.all() if o.span.holds(now)]
    return {
        "signed_in": {
            "id": actor.id,
            "name": actor.person.name,
            "office": actor.person.standing,
            "own_url": reverse("members:own"),
            "sign_out_url": reverse("members:sign-out"),
            "stay_url": reverse("members:stay"),
            "idle_seconds": idle_minutes(actor) * 60,
            "ends": int(ends_at.timestamp()) if ends_at else 0,
        },
        "navigation": _ways(request, actor, offices),
        "search_url": _search(request, actor, offices),
        **_help(request, offices),
        "practice_url": reverse("members:practice") if settings.PRACTICE_URL else "",
    }


def _help(request: HttpRequest, offices: list[Office]) -> dict[str, str]:
    """The manual of one's role, and its section on the page that is shown."""
    roles = {office.role for office in offices}
    own = next((name for name in manuals.NAMES if name in roles), "outside-member")
    page = request.resolver_match.view_name if request.resolver_match else ""
    return {
        "manual_url": reverse("members:manual", args=[own]),
        "help_url": manuals.section_url(own, page),
    }


def _search(request: HttpRequest, actor: Actor, offices: list[Office]) -> str:
    """The field on every page, for those who may look for things; not on its own."""
    url = reverse("meetings:search")
    return url if may_search(actor, offices) and request.path != url else ""


def _ways(
    request: HttpRequest, actor: Actor, offices: list[Office]
) -> list[dict[str, Any]]:
    """A session that a link opened has one way only: what it leads to."""
    scope = actor.scope
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
            ways.append((_("記録"), reverse("meetings:records-desk")))
            ways.append((_("人と機関"), reverse("members:person-list")))
            ways.append((_("会議体"), reverse("members:body-list")))
    return [
        {"label": label, "url": url, "current": request.path == url}
        for label, url in ways
    ]


_APART = {"administrator", "auditor"}
_CUSTODIANS = {"chair", "secretariat"}
