"""A form that met a stale factor: kept sealed in the session, sent on after the proof.

Nothing typed is lost when the five minutes of R8 run out while somebody writes.
"""

import json
from dataclasses import dataclass

import tink
from django.http import HttpRequest

from portal.core import keys

KEY = "held_form"
_PURPOSE = b"held form"


@dataclass(frozen=True, slots=True)
class HeldForm:
    """Where the form was sent to, and its fields in their order."""

    path: str
    fields: list[tuple[str, str]]


def hold(request: HttpRequest) -> None:
    """Keep what was posted; a form with files is not kept."""
    if request.method != "POST" or request.FILES:
        return
    fields = [
        (name, value)
        for name, values in request.POST.lists()
        for value in values
        if name != "csrfmiddlewaretoken"
    ]
    text = json.dumps({"path": request.get_full_path(), "fields": fields})
    request.session[KEY] = keys.seal(text, _PURPOSE).hex()


def take(request: HttpRequest) -> HeldForm | None:
    """The kept form, once."""
    sealed = request.session.pop(KEY, None)
    if sealed is None:
        return None
    try:
        kept = json.loads(keys.unseal(bytes.fromhex(sealed), _PURPOSE))
    except tink.TinkError:  # sealed by a key that is gone: typed again, not an error
        return None
    return HeldForm(kept["path"], [(name, value) for name, value in kept["fields"]])
