"""No text that leaves speaks of a case (R39): the canaries of ``tests/canary.py``.

Mail, calendars, feeds, letters, file names, page titles, addresses and log lines hold
nothing but the portal's name, serials, dates, places, the recipient's own name, links.
"""

import re
from collections.abc import Callable, Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django_tasks_db.models import DBTaskResult
from pytest_django.fixtures import Settings

from meetings.services import feeds, sittings
from members.models import Person
from portal.core import outbox
from portal.core.models import AuditEvent, OutgoingMail
from tests import factories, matrix
from tests.architecture.source import APPS, calls, modules, name
from tests.canary import FIELDS, LEFT_OUT, free_texts, leaks, singing
from tests.cast import Cast
from tests.clients import close
from tests.conftest import SignIn
from tests.documents import gate
from tests.meetings import asking, polling
from tests.meetings.convening import clerk, convened, invitation
from tests.outgoing import ACTS, SENDERS, Act
from tests.outside import headers_of, text_of
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
    with singing(*cast.rows):
        yield cast


# Mail and calendars -------------------------------------------------------------------


@pytest.fixture
def send(settings: Settings, tmp_path: Path) -> Send:
    """Let waiting mail leave, into files as a mail server gets it; all that left."""
    settings.EMAIL_BACKEND = "portal.core.mail_files.EmailBackend"
    settings.EMAIL_FILE_PATH = tmp_path
    settings.REPLY_DOMAIN = "reply.mihon.example"

    def leave() -> list[EmailMessage]:
        for row in OutgoingMail.objects.filter(state=OutgoingMail.State.WAITING):
            outbox.deliver.call(str(row.id))
        each = sorted(tmp_path.iterdir())
        return [
            message_from_bytes(one.read_bytes(), policy=policy.default) for one in each
        ]

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
    office = town.secretariat.organization  # whom to call stands on every paper
    client = signed_in(town.secretariat)
    for address, recipient in to_whom.items():
        answer = client.post(address)
        (paper,) = _PAPER.findall(answer.content.decode())
        apart = [recipient.name, office.name, office.phone]
        assert leaks(paper, but=apart) == set(), address


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


@pytest.fixture
def things(cast: Cast, released: Filed) -> Iterator[dict[str, object]]:
    found = matrix.things(cast, released(cast.clinic))
    with singing(*cast.rows):
        yield found


def test_within_the_canaries_are_heard(
    things: dict[str, object], cast: Cast, signed_in: SignIn
) -> None:
    """The pages that ``tests/test_matrix.py`` listens to from outside do sing."""
    client = signed_in(cast.secretariat)
    files = pages = 0
    for row in matrix.rows():
        if (row.method, row.expected["secretariat"]) == ("GET", "200"):
            names = ROUTES[row.route].pattern.converters
            address = reverse(row.route, kwargs={each: things[each] for each in names})
            answer = ask(client, "GET", address)
            files += "Content-Disposition" in answer.headers
            pages += bool(leaks(text_of(answer)))
            close(answer)
    assert files > 3
    assert pages > 80
