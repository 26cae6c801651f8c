"""Clients that are signed in, and answers that nobody reads to their end."""

from typing import Any

from django.core.signals import request_finished
from django.db import close_old_connections
from django.http import HttpResponseBase
from django.test import Client

from members.http import SESSION_KEY
from members.models import Person
from tests import factories


def client_of(person: Person, **sign_in: Any) -> Client:
    """A client signed in as somebody, without the pages of signing in."""
    client = Client()
    actor = factories.sign_in(person, **sign_in)
    assert actor.sign_in is not None
    session = client.session
    session[SESSION_KEY] = str(actor.sign_in.id)
    session.save()
    return client


def close(response: HttpResponseBase) -> None:
    """Free what an answer holds, as Django's own client does."""
    request_finished.disconnect(close_old_connections)
    response.close()
    request_finished.connect(close_old_connections)
