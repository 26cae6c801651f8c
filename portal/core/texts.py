"""One-time codes to telephones: a row first, handed over by the worker (R39).

As with mail, the row is written with the act that causes it. Unlike mail, a text is
claimed in one transaction and handed over outside of it, so that a slow gateway holds
no lock; whoever dies meanwhile leaves a claim that runs out. The gateway knows a
repetition by its key.
"""

import logging
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django_tasks import task

from portal.core import clock, keys, telephone
from portal.core.models import OutgoingText

log = logging.getLogger(__name__)

CLAIM = timedelta(seconds=30)  # longer than the gateway is waited for
PAUSE = timedelta(seconds=10)
WAITING = OutgoingText.State.WAITING


@transaction.atomic
def queue(
    *, person: UUID, number: str, body: str, about: str, until: datetime, spoken: bool
) -> OutgoingText:
    """Put one text into the outbox, in the caller's transaction.

    ``about`` names what it depends on, as for mail; after ``until`` it is not sent.
    """
    now = clock.now()
    text = OutgoingText(
        person=str(person),
        about=about,
        number=number,
        spoken=spoken,
        queued_at=now,
        due_at=now,
        ends_at=until,
    )
    text.sealed_body = keys.seal(body, text.id.bytes)
    text.save(force_insert=True)
    deliver.enqueue(str(text.id))
    return text


def cancel(*, about: str | None = None) -> int:
    """Stop texts about ``about``, or all, that have not left; returns how many."""
    waiting = OutgoingText.objects.filter(state=WAITING)
    if about is not None:
        waiting = waiting.filter(about=about)
    return waiting.update(state=OutgoingText.State.CANCELLED, sealed_body=b"")


@task()
def deliver(text_id: str) -> None:
    """Hand one waiting text over; what fails is due again later."""
    text = _claimed(text_id)
    if text is None:
        return
    try:
        telephone.hand_over(
            key=text.id,
            number=text.number,
            text=keys.unseal(bytes(text.sealed_body), text.id.bytes),
            spoken=text.spoken,
        )
    except telephone.GatewayError as error:
        # Neither number nor text is logged.
        log.warning("a code to a telephone was not taken, final: %s", error.final)
        _put_off(text, final=error.final)
    else:
        _settle(text, OutgoingText.State.SENT)


@transaction.atomic
def _claimed(text_id: str) -> OutgoingText | None:
    """The text, if it is due and nobody else has it; late ones are given up."""
    now = clock.now()
    due = OutgoingText.objects.select_for_update(skip_locked=True).filter(
        id=text_id, state=WAITING, due_at__lte=now
    )
    text = due.first()
    if text is None:
        return None
    if text.ends_at <= now:
        _settle(text, OutgoingText.State.FAILED)
        return None
    text.due_at = now + CLAIM
    text.save(update_fields=["due_at"])
    return text


def _put_off(text: OutgoingText, *, final: bool) -> None:
    if final:
        _settle(text, OutgoingText.State.FAILED)
        return
    attempts = text.attempt_count + 1
    OutgoingText.objects.filter(id=text.id, state=WAITING).update(
        attempt_count=attempts, due_at=clock.now() + PAUSE * 2 ** (attempts - 1)
    )


def _settle(text: OutgoingText, state: OutgoingText.State) -> None:
    """The end of a waiting text; one that was cancelled meanwhile stays so."""
    waiting = OutgoingText.objects.filter(id=text.id, state=WAITING)
    waiting.update(state=state, sealed_body=b"")


def requeue_due() -> int:
    """Enqueue what is due and has no task any more; returns how many."""
    due = OutgoingText.objects.filter(state=WAITING, due_at__lte=clock.now())
    ids = list(due.values_list("id", flat=True)[:500])
    for text_id in ids:
        deliver.enqueue(str(text_id))
    return len(ids)


def count(*, since: datetime, person: UUID | None = None) -> int:
    """How many texts were asked for since then, by everybody or by one person."""
    texts = OutgoingText.objects.filter(queued_at__gt=since)
    if person is not None:
        texts = texts.filter(person=str(person))
    return texts.count()


def forget(*, before: datetime) -> None:
    """Drop texts, with their numbers, that nothing counts any more."""
    OutgoingText.objects.filter(queued_at__lt=before).delete()
