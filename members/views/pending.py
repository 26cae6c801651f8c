"""A sign-in half done: whose password this very session has proved."""

from datetime import datetime, timedelta
from uuid import UUID

from django.http import HttpRequest

from members import http
from members.models import Person
from members.services import sign_ins
from portal.core import clock

KEY = "pending_sign_in"
LIFE = timedelta(minutes=5)


def begin(request: HttpRequest, person: Person) -> None:
    """Remember it in a new session; nothing is open yet."""
    http.begin_anew(request)
    request.session[KEY] = [str(person.id), clock.now().isoformat()]


def person_of(request: HttpRequest) -> Person | None:
    """Who has yet to prove their factor here; None after five minutes."""
    person_id, begun = request.session.get(KEY) or ("", "")
    if not person_id or clock.now() >= datetime.fromisoformat(begun) + LIFE:
        return None
    return sign_ins.person_named(UUID(person_id))
