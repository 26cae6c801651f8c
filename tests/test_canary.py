"""No text that leaves speaks of a case (R39): the canaries of ``tests/canary.py``.

Mail, calendars, feeds, letters, file names, page titles, addresses and log lines hold
nothing but the portal's name, serials, dates, places, the recipient's own name, links.
"""

import re
from collections.abc import Callable, Iterator
from copy import copy
from dataclasses import asdict, fields
from email import message_from_bytes, policy
from email.message import EmailMessage
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core import mail
from django.db.models import Model
from django.http import HttpResponseBase
from django.test import Client
from django.urls import reverse
from django_tasks_db.models import DBTaskResult
from pytest_django.fixtures import Settings

from meetings.services import feeds, sittings
from members.models import Person, RollImport
from members.rolls import Line
from portal.core import outbox
from portal.core.models import AuditEvent, OutgoingMail
from tests import factories, matrix
from tests.architecture.source import APPS, calls, modules, name
from tests.canary import FIELDS, LEFT_OUT, free_texts, leaks, singing
from tests.cast import Cast
from tests.clients import close
from tests.conftest import SignIn
from tests.documents import gate
from tests.matrix import PERSONAS, Row, sign_in_of
from tests.meetings import asking, polling
from tests.meetings.convening import clerk, convened, invitation
from tests.outgoing import ACTS, SENDERS, Act
from tests.papers import Filed
from tests.test_matrix import ROUTES, ask

Send = Callable[[], list[EmailMessage]]


def test_every_text_is_planted_or_listed_with_its_reason() -> None:
    """A new text comes with its decision in the same commit."""
    sung = {f"{label}.{field}" for label, names in FIELDS.items() for field in names}
    assert sung.isdisjoint(LEFT_OUT)
    assert sorted(sung | LEFT_OUT.keys()) == sorted(free_texts())


def test_every_sender_has_its_acts() -> None:
    """A new module that sends mail comes with an act in ``tests/outgoing.py``."""
    sending = {"outbox.queue", "outbox.queue_all", "outbox.send_now"}
    found = {
        name(path)
        for path in modules(*APPS)
        if sending & {called for _line, called in calls(path)}
    }
    assert found == SENDERS


@pytest.fixture
def town(cast: Cast) -> Iterator[Cast]:
    """The cast, with a token in every text, and in every text written from now on."""
    with singing(*_rows(cast)):
        yield cast


def _rows(cast: Cast) -> list[Model]:
    found = [getattr(cast, field.name) for field in fields(cast)]
    return [each for each in found if isinstance(each, Model)]


# Mail and calendars -------------------------------------------------------------------


@pytest.fixture
def send(settings: Settings, tmp_path: Path) -> Send:
    """Let waiting mail leave, into files as a mail server gets it; all that left."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = tmp_path
    settings.REPLY_DOMAIN = "reply.mihon.example"

    def leave() -> list[EmailMessage]:
        for row in OutgoingMail.objects.filter(state=OutgoingMail.State.WAITING):
            outbox.deliver.call(str(row.id))
        raw = b"".join(file.read_bytes() for file in tmp_path.iterdir())
        *each, _end = raw.split(b"-" * 79 + b"\n")
        return [message_from_bytes(one, policy=policy.default) for one in each]

    return leave


def words_of(message: EmailMessage) -> str:
    """All that leaves: headers of every part, texts, calendars unfolded."""
    found = []
    for part in message.walk():
        found += [f"{header}: {value}" for header, value in part.items()]
        if not part.is_multipart():
            content = part.get_content()
            text = content if isinstance(content, str) else content.decode()
            found.append(text.replace("\r\n ", ""))
    return "\n".join(found)


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.__name__)
def test_mail_log_and_trail_speak_of_no_case(
    town: Cast, send: Send, act: Act, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    for _step in act(town):
        sent = send()
    assert len(sent) >= ACTS[act]
    for message in sent:
        recipient = Person.objects.get(email=message["To"])
        assert leaks(words_of(message), but=[recipient.name]) == set()
    assert leaks(caplog.text) == set()
    events, tasks = AuditEvent.objects.values(), DBTaskResult.objects.values()
    assert leaks(f"{[*events]} {[*tasks]}") == set()


def test_a_feed_speaks_of_no_case(town: Cast) -> None:
    for number in (1, 2):
        convened(town, town.clinic, number=number)
    gone = convened(town, town.clinic, number=3)
    sittings.cancel_sitting(actor=clerk(town), sitting=gone)
    address = feeds.make_feed(actor=factories.sign_in(town.clinic))
    answer = Client().get(urlsplit(address).path)
    calendar = answer.content.decode().replace("\r\n ", "")
    assert calendar.count("BEGIN:VEVENT") >= 3
    assert leaks(calendar + headers_of(answer)) == set()


# Paper --------------------------------------------------------------------------------


def test_printed_letters_speak_of_no_case(town: Cast, signed_in: SignIn) -> None:
    sitting, poll = convened(town, town.clinic), polling.ask(town)
    asked = asking.ask(town)
    to_whom = {
        reverse(
            "meetings:invitation-letter", args=[invitation(town.clinic, sitting).id]
        ): town.clinic,
        reverse(
            "meetings:poll-letter", args=[polling.voter(poll, town.clinic).id]
        ): town.clinic,
        reverse("meetings:cooperation-letter", args=[asked.id]): asked.person,
        reverse("members:card-issue", args=[town.clinic.id]): town.clinic,
    }
    client = signed_in(town.secretariat)
    for address, recipient in to_whom.items():
        answer = client.post(address)
        (paper,) = _PAPER.findall(answer.content.decode())
        assert leaks(paper, but=[recipient.name]) == set(), address


# The sheet of a letter, the card of codes.
_PAPER = re.compile(
    r'<article class="sheet letter.*?</article>'
    r'|<section class="card[^>]*aria-labelledby="card".*?</section>',
    re.DOTALL,
)


# Pages --------------------------------------------------------------------------------


def test_the_gate_speaks_of_no_case(town: Cast) -> None:
    """All that is seen before the right code is typed."""
    issued = gate.issue(town)
    client = gate.enter(issued)
    office = town.secretariat.organization  # whom to call stands on every step
    answers = [
        Client().get(reverse("documents:gate")),
        Client().get(reverse("documents:gate-card")),
        client.get(reverse("documents:gate-notice")),
        gate.ask(client),
        gate.typed(client, gate.other_than(gate.mailed_code())),
    ]
    for answer in answers:
        assert answer.status_code in {200, 422}
        page = answer.content.decode() + headers_of(answer)
        assert leaks(page, but=[office.name, office.phone]) == set()
    assert leaks(str(mail.outbox[0].message()), but=[town.clinic.name]) == set()


def headers_of(answer: HttpResponseBase) -> str:
    """Headers with redirects and file names, and cookies."""
    return f"{answer.headers} {answer.cookies}"


_TITLE = re.compile(r"<title>.*?</title>", re.DOTALL)
_ADDRESS = re.compile(r'(?:href|src|action)="(?!tel:|mailto:)[^"]*"')


def outside_of(answer: Any) -> str:
    """What of an answer is seen outside its page: title, addresses, headers."""
    page = text_of(answer)
    shown = [headers_of(answer), *_TITLE.findall(page), *_ADDRESS.findall(page)]
    return "\n".join(shown)


def text_of(answer: Any) -> str:
    """The page; nothing for a file, which is for its reader alone."""
    if answer.streaming or not answer["Content-Type"].startswith("text/html"):
        return ""
    page: str = answer.content.decode()
    return page


@pytest.fixture
def things(cast: Cast, released: Filed) -> Iterator[dict[str, object]]:
    found = matrix.things(cast, released(cast.clinic))
    line = asdict(Line(row=2, organization="見本訪問看護", name="清水 陽子"))
    RollImport.objects.update(lines=[line], count=1)
    with singing(*_rows(cast)):
        yield found


@pytest.fixture
def browsers(cast: Cast, signed_in: SignIn, things: object) -> dict[str, Client]:
    known = {persona: sign_in_of(cast, persona) for persona in PERSONAS}
    return {
        persona: signed_in(who[0], **who[1]) if who else Client()
        for persona, who in known.items()
    }


PARTS = 4  # of the walk, for several processes


def cells() -> Iterator[tuple[Row, str]]:
    """Every row with the personas for whom a page or a file is made."""
    for row in matrix.rows():
        for persona, answer in row.expected.items():
            if answer not in {"405", "in", "ack", "step"}:
                yield row, persona


@pytest.mark.parametrize("part", range(PARTS))
def test_titles_addresses_and_file_names_speak_of_no_case(
    things: dict[str, object],
    browsers: dict[str, Client],
    caplog: pytest.LogCaptureFixture,
    part: int,
) -> None:
    caplog.set_level("INFO")
    known = {persona: copy(client.cookies) for persona, client in browsers.items()}
    found: dict[object, set[str]] = {}
    files = singing_pages = 0
    for row, persona in islice(cells(), part, None, PARTS):
        names = ROUTES[row.route].pattern.converters
        address = reverse(row.route, kwargs={each: things[each] for each in names})
        client = browsers[persona]
        client.cookies = copy(known[persona])  # also after signing out
        answer = ask(client, row.method, address)
        files += "Content-Disposition" in answer.headers
        singing_pages += bool(leaks(text_of(answer)))
        outside = outside_of(answer)
        if persona == "anonymous":
            outside += text_of(answer)
        if heard := leaks(outside):
            found[row.route, row.method, persona] = heard
        close(answer)
    assert found == {}
    assert files > 3
    assert singing_pages > 80, "within, the canaries are heard"
    assert leaks(caplog.text) == set()
