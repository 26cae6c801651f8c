"""A form that came too late: kept sealed in the session, sent on after the proof.

Nothing typed is lost when the five minutes of R8 or the idle time of R7 run out while
somebody writes. The form is its sender's: nobody else who signs in here gets it. It is
what was pressed last, and goes on after the proof that was asked for it, no other one.
"""

import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import tink
from django.http import HttpRequest

from portal.core import clock, keys

KEY = "held_form"
LIFE = timedelta(hours=2)  # a long lunch; who comes back later has forgotten the act
_PURPOSE = b"held form"


@dataclass(frozen=True, slots=True)
class HeldForm:
    """Where the form was sent to, from which page and when; its fields in order."""

    path: str
    page: str
    sent_at: datetime
    fields: list[tuple[str, str]]

    @property
    def words(self) -> str:
        """The longest text that was typed, by which its writer knows the form again."""
        typed = (value for _, value in self.fields if not value.isascii())
        return max(typed, key=len, default="")


def hold(request: HttpRequest, person_id: UUID, page: str) -> str:
    """Keep what the person posted instead of what was kept; returns its name, or "".

    A form with files is not kept. What a script sends that wants no page is no form.
    """
    wants_page = "text/html" in request.headers.get("Accept", "text/html")
    if request.method != "POST" or not wants_page:
        return ""
    request.session.pop(KEY, None)
    fields = [
        (name, value)
        for name, values in request.POST.lists()
        for value in values
        if name != "csrfmiddlewaretoken"
    ]
    if request.FILES or not fields:
        return ""
    form = {
        "person": str(person_id),
        "path": request.get_full_path(),
        "page": page,
        "fields": fields,
    }
    name = secrets.token_urlsafe(8)
    request.session[KEY] = {
        "name": name,
        "at": clock.now().isoformat(),
        "sealed": keys.seal(json.dumps(form), _PURPOSE).hex(),
    }
    return name


def waits(request: HttpRequest) -> bool:
    """Whether a form waits in this session, whosever it is."""
    kept = request.session.get(KEY)
    return kept is not None and _is_young(kept)


def take(
    request: HttpRequest, person_id: UUID, name: str | None = None
) -> HeldForm | None:
    """The kept form, once, and for its sender alone; with a name, that very one."""
    kept = request.session.get(KEY)
    if kept is None or name not in {None, kept["name"]}:
        return None
    del request.session[KEY]
    return _opened(kept, person_id) if _is_young(kept) else None


def _is_young(kept: dict[str, str]) -> bool:
    return clock.now() < datetime.fromisoformat(kept["at"]) + LIFE


def _opened(kept: dict[str, str], person_id: UUID) -> HeldForm | None:
    try:
        form: dict[str, Any] = json.loads(
            keys.unseal(bytes.fromhex(kept["sealed"]), _PURPOSE)
        )
    except tink.TinkError:  # sealed by a key that is gone: typed again, not an error
        return None
    if form["person"] != str(person_id):
        return None
    return HeldForm(
        path=form["path"],
        page=form["page"],
        sent_at=datetime.fromisoformat(kept["at"]),
        fields=[(name, value) for name, value in form["fields"]],
    )
