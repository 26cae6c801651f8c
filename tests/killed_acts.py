"""Acts of people that ``tests/documents/dying.py`` does, and dies in."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

from documents.models import Link, PaperVersion
from documents.services import codes
from documents.services.visits import Visit
from meetings.live.protocol import Act, Operation
from meetings.live.store import Submission, apply
from meetings.services import disposal, records
from members.access import Actor
from members.models import Consent, Membership, Person, SignIn
from members.services import cases
from portal.core import audit, heads, journals, outbox
from tests.papers import hand_out

Order = dict[str, Any]
BROWSER = "a" * 64


def actor(order: Order) -> Actor:
    """Who does it, signed in beforehand."""
    sign_in = SignIn.objects.select_related("person__organization").get(
        id=order["sign_in"]
    )
    return Actor(sign_in.person, sign_in)


def journal_of(order: Order) -> None:
    """Where this act notes what it takes."""
    settings.JOURNAL = Path(order["journal"])


def write(order: Order) -> str:
    """Add an entry to live minutes; ``ack`` once it is durable."""
    words = {"kind": "discussion", "text": order["text"]}
    op, item, entry = (UUID(order[name]) for name in ("op", "item", "entry"))
    change = Operation(op, item, entry, Act.CREATE, 0, words)
    done = apply([Submission(UUID(order["sign_in"]), "127.0.0.1", change)])
    return str(done.answers[0]["type"])


def release(order: Order) -> str:
    """Hand a paper out."""
    version = PaperVersion.objects.get(id=order["version"])
    person = Person.objects.get(id=order["receiver"])
    made = hand_out(actor(order), [version], [person], key=UUID(order["key"]))
    return str(made.pk)


def enter(order: Order) -> str:
    """Type a code at a link."""
    link = Link.objects.get(id=order["link"])
    visit = Visit(link, BROWSER, "192.0.2.7", "Test browser")
    tried = codes.try_code(visit=visit, way=codes.Way.MAIL, token=order["code"])
    return str(tried.verdict.value)


def leave(order: Order) -> int:
    """End a selection, as a page does it: the journal has it before the answer."""
    journal_of(order)
    membership = Membership.objects.get(pk=order["membership"])
    cases.end_membership(actor=actor(order), membership=membership)
    return journals.flush()


def withdraw(order: Order) -> int:
    """Withdraw a consent, in the same way."""
    journal_of(order)
    consent = Consent.objects.get(pk=order["consent"])
    cases.withdraw_consent(actor=actor(order), consent=consent)
    return journals.flush()


def append(order: Order) -> str:
    """Write to the trail."""
    with transaction.atomic():
        audit.record("core.key.create", actor=None, subject=order["subject"])
    return "written"


def sign(order: Order) -> int:
    """Sign the end of the trail and give it away."""
    journal_of(order)
    settings.AUDIT_DROP = order["drop"]
    heads.give_newest()
    return heads.drop_waiting()


def deliver(order: Order) -> str:
    """Send a waiting mail, into a folder."""
    settings.EMAIL_BACKEND = "portal.core.mail_files.EmailBackend"
    settings.EMAIL_FILE_PATH = order["folder"]
    outbox.deliver.call(order["mail"])
    return "sent"


def archive(order: Order) -> str:
    """What the worker does after the last confirmation."""
    records.archive.call(order["item"], order["person"])
    return "archived"


def dispose(order: Order) -> str:
    """What the worker does with an approved disposal."""
    journal_of(order)
    disposal.dispose.call(order["file"])
    return "disposed"


ACTS: dict[str, Callable[[Order], object]] = {
    act.__name__: act
    for act in (
        *(write, release, enter, leave, withdraw),
        *(append, sign, deliver, archive, dispose),
    )
}
