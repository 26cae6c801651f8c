"""Co-operation requests, made and answered as the services do it."""

import io
from datetime import timedelta

from documents.models import CooperationRequest
from documents.output.sheet import Sheet, facts
from documents.output.typesetting import sheet_pdf
from documents.services import replies, requests
from documents.services.papers import Upload
from documents.services.requests import Asked
from members.access import Actor
from members.models import Person, SignIn
from members.services.people import Outsider
from portal.core import clock
from portal.demo.content import requests as content
from portal.demo.identity import uid
from portal.demo.loader.rows import Rows


def load(rows: Rows) -> None:
    """Ask, answer, and set the dates back to when it would have been."""
    for entry in content.REQUESTS:
        made = requests.make_request(
            actor=_present(rows.people[content.CLERK]),
            key=uid("request", entry.key),
            case=rows.cases[entry.case],
            asked=Asked(
                body=rows.bodies[content.BODY],
                whom=Outsider(entry.organization, entry.name, entry.post, entry.mail),
                text=entry.text,
                document_class="2",
                due_on=clock.today() + timedelta(days=entry.due_in_days),
            ),
        )
        if entry.answered_days_ago is not None:
            _answer(entry, made)
        _set_back(entry, made)


def _answer(entry: content.Request, made: CooperationRequest) -> None:
    actor = _present(made.person)
    data = sheet_pdf(
        Sheet(
            file_title="回答",
            title="ご依頼への回答",
            made_at=clock.now(),
            blocks=(facts(*entry.sheet),),
        )
    )
    replies.file_reply(
        actor=actor,
        request=made,
        upload=Upload(io.BytesIO(data), "回答書.pdf", len(data)),
        token=uid("reply", entry.key),
    )
    replies.answer(actor=actor, request=made, opinion=entry.opinion)


def _set_back(entry: content.Request, made: CooperationRequest) -> None:
    now = clock.now()
    asked_at = now - timedelta(days=entry.asked_days_ago)
    days = entry.answered_days_ago
    CooperationRequest.objects.filter(pk=made.pk).update(
        asked_at=asked_at,
        told_at=asked_at,
        answered_at=None if days is None else now - timedelta(days=days),
    )


def _present(person: Person) -> Actor:
    """The person as if just signed in."""
    now = clock.now()
    sign_in = SignIn(
        person=person, started_at=now, seen_at=now, strength=2, strong_at=now
    )
    return Actor(person, sign_in)
