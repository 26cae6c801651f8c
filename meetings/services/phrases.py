"""定型文 of a body: what its scribes put into entries."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from meetings.models import Phrase
from members.access import Actor, access_for
from members.facts import Action
from members.models import Body
from members.policies import body_facts
from portal.core import audit


@dataclass(frozen=True, slots=True)
class Words:
    """A phrase as it is set; empty occasion or kind for every one."""

    occasion: str
    kind: str
    words: str


@transaction.atomic
def set_phrases(*, actor: Actor, body: Body, phrases: Sequence[Words]) -> None:
    """Make ``phrases`` those of the body; without any it has the standard ones."""
    body = Body.objects.select_for_update().get(pk=body.pk)
    access_for(actor, cases=(), items=()).require(Action.CONVENE, body_facts(body))
    Phrase.objects.filter(body=body).delete()
    Phrase.objects.bulk_create(
        Phrase(
            body=body,
            order=order,
            occasion=phrase.occasion,
            kind=phrase.kind,
            words=phrase.words,
        )
        for order, phrase in enumerate(phrases, 1)
    )
    audit.record("meetings.phrases.set", actor=actor.id, subject=f"body:{body.id}")
