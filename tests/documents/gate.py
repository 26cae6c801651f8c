"""What the tests of the gate share: an issued link and a browser at its door."""

import re
from datetime import timedelta
from uuid import UUID

from django.core import mail
from django.test import Client
from django.urls import reverse

from documents.services.links import IssuedLink, issue_link
from members.models import Person
from portal.core import clock
from tests import factories
from tests.cast import Cast
from tests.factories import to_sitting


def issue(cast: Cast, person: Person | None = None, **more) -> IssuedLink:
    now = clock.now()
    values = {
        "scope": to_sitting(cast.sitting),
        "starts_at": now - timedelta(days=1),
        "ends_at": now + timedelta(days=7),
    }
    return issue_link(
        actor=factories.sign_in(cast.secretariat),
        person=person or cast.clinic,
        **{**values, **more},
    )


def secret_of(issued: IssuedLink) -> str:
    return issued.url.partition("#")[2]


def enter(issued: IssuedLink, client: Client | None = None) -> Client:
    """A browser whose script has posted the secret."""
    client = client or Client()
    client.post(reverse("documents:gate"), {"secret": secret_of(issued)})
    return client


def ask(client: Client):
    return client.post(reverse("documents:gate-notice"), follow=True)


def typed(client: Client, code: str, way: str = "mail"):
    return client.post(reverse("documents:gate-code", args=[way]), {"code": code})


def mailed_code() -> str:
    """The code in the newest mail, as its reader sees it."""
    found = re.search(r"\d{4} \d{4}", str(mail.outbox[-1].body))
    assert found
    return found[0]


def other_than(code: str, *, step: int = 1) -> str:
    """Another code of the same length."""
    digits = code.replace(" ", "")
    return f"{(int(digits) + step) % 10 ** len(digits):0{len(digits)}d}"


def sitting_page(sitting_id: UUID) -> str:
    return reverse("meetings:sitting-detail", args=[sitting_id])
