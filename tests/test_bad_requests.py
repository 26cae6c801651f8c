"""Forms filled with what no form holds: answered, never broken (SECURITY 3d-7).

``KASANE_BAD_FORMS=1`` fills every form, not every sixth.
"""

import os
import re
from itertools import cycle
from urllib.parse import quote

import pytest
from django.test import Client
from django.urls import reverse

from tests import matrix
from tests.cast import Cast
from tests.clients import close
from tests.conftest import SignIn
from tests.papers import Filed
from tests.test_matrix import ROUTES, ask

FIELD = re.compile(r'\bname="([\w-]+)"')
NONSENSE = [
    "%00",
    "9" * 400,
    "NaN",
    "-1",
    "[" * 5000,
    "%ED%A0%80",  # half of a character
    quote("=1+1\r\nBcc: a@b.example"),
    "../../etc/passwd",
    "0001-01-01",
    "9999-12-31",
    "99999-12-31T25:61",
]
EACH = int(os.environ.get("KASANE_BAD_FORMS", "6"))
FORM = "application/x-www-form-urlencoded"


def fields_of(client: Client, address: str) -> list[str]:
    page = ask(client, "GET", address)
    html = "" if page.streaming else page.content.decode(errors="replace")
    close(page)
    return sorted({*FIELD.findall(html)} - {"csrfmiddlewaretoken"}) or ["field"]


def test_forms_of_any_shape_are_answered(
    cast: Cast, released: Filed, signed_in: SignIn
) -> None:
    """Forms of the secretariat, their fields with each nonsense in its turn.

    Also with fields that no form has, and each field twice.
    """
    things = matrix.things(cast, released(cast.clinic))
    client = signed_in(cast.secretariat)
    client.raise_request_exception = False
    values, broken = cycle(NONSENSE), []
    forms = [
        row
        for row in matrix.rows()
        if (row.method, row.expected["secretariat"]) == ("POST", "422")
    ]
    for row in forms[::EACH]:
        names = ROUTES[row.route].pattern.converters
        address = reverse(row.route, kwargs={each: things[each] for each in names})
        fields = fields_of(client, address)
        for _ in range(2):
            body = "&".join(f"{quote(name)}={next(values)}" for name in fields)
            body += "&is_staff=1&role=chair&case_id=1&" + body
            answer = client.post(address, body, content_type=FORM)
            if answer.status_code >= 500:
                broken.append((row.route, answer.status_code, body[:200]))
            close(answer)
    assert broken == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("&".join(f"f{n}=1" for n in range(100_000)), FORM),
        ("login=" + "a" * 2_000_000, FORM),
        ("--x\r\n" * 10_000, "multipart/form-data; boundary=x"),
        ("login=a", "multipart/form-data"),
        ("[" * 10_000, "application/json"),
    ],
    ids=["many fields", "one long field", "many parts", "no boundary", "deep"],
)
def test_bodies_beyond_any_form_are_refused(
    client: Client, body: str, kind: str
) -> None:
    client.raise_request_exception = False
    answer = client.post(reverse("members:sign-in"), body, content_type=kind)
    assert 400 <= answer.status_code < 500
