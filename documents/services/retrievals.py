"""廃棄・返却の申告: asked for by the custodians, declared by who had a paper."""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from documents import entrances
from documents.evidence import owing, retrieval_notices
from documents.models import PaperVersion, Retrieval, RetrievalAsk
from documents.services import links
from documents.services.papers import ItemReference
from members.access import Actor, access_for
from members.facts import Action
from members.models import Person, Purpose, Scope
from portal.core import audit, clock, outbox
from portal.core.errors import HiddenError, RefusedError


def open_ask(actor: Actor, ask_id: UUID) -> RetrievalAsk:
    """The request that was made to the actor; HiddenError for any other."""
    found = RetrievalAsk.objects.filter(id=ask_id, person=actor.person).first()
    if found is None:
        raise HiddenError
    owing.own_dues(actor, found.sitting_id, found.id)
    return found


@transaction.atomic
def declare(
    *, actor: Actor, sitting_id: UUID, way_in: UUID, ways: Mapping[UUID, str]
) -> int:
    """Note what became of each version; a later word takes the place of the earlier.

    ``ways`` maps versions to ``Retrieval.Way``. Returns how many words were new.
    """
    dues = {due.version_id: due for due in owing.own_dues(actor, sitting_id, way_in)}
    if not ways.keys() <= dues.keys():
        raise HiddenError
    new = {
        version: way
        for version, way in ways.items()
        if (said := dues[version].declared) is None or said.way != way
    }
    for version, way in new.items():
        Retrieval.objects.update_or_create(
            version_id=version,
            person=actor.person,
            defaults={"way": Retrieval.Way(way), "declared_at": clock.now()},
        )
    for version, way in new.items():
        _record("declare", actor, dues[version].version, way=way)
    return len(new)


# The custodians -----------------------------------------------------------------------


@transaction.atomic
def ask(*, actor: Actor, item: ItemReference, serial: str) -> list[Person]:
    """Ask everybody by mail who has not declared; returns whom.

    Who has no sign-in of their own gets a link that opens the declaration and no
    paper. Raises RefusedError when nobody is left to be asked.
    """
    access = access_for(actor, cases=item.cases, items=[item.item_id])
    access.require(Action.CONVENE, item.facts)
    silent = [d for d in owing.dues_to_see(access, item.item_id) if d.declared is None]
    may = owing.reachable(silent)
    people = {d.person.id: d.person for d in silent if d.person.id in may}
    written = [person for person in people.values() if person.email]
    if not written:
        raise RefusedError(_("メールでお願いできる方は、いません。"))
    for person in written:
        _send(actor, item, person, serial)
    audit.record(
        "documents.retrieval.ask",
        actor=actor.id,
        subject=f"item:{item.item_id}",
        case=item.case.id if item.case else None,
        item=item.item_id,
        detail={"people": " ".join(str(person.id) for person in written)},
    )
    return written


def _send(actor: Actor, item: ItemReference, person: Person, serial: str) -> None:
    now = clock.now()
    row, _made = RetrievalAsk.objects.update_or_create(
        sitting_id=item.sitting_id,
        person=person,
        defaults={"asked_by": actor.person, "asked_at": now},
    )
    scope = Scope(Purpose.RETRIEVAL, row.id)
    link, until = f"{settings.BASE_URL}{entrances.page_of(scope)}", None
    about = f"retrieval:{row.id}"
    if not person.login:
        until = clock.today() + timedelta(days=item.body.rules.link_days)
        issued = links.issue_link(
            actor=actor,
            person=person,
            scope=scope,
            starts_at=now,
            ends_at=clock.day_end(until),
        )
        link, about = issued.url, f"link:{issued.link.id}"
    facts = retrieval_notices.Facts(serial, person.name, link, until)
    subject, body = retrieval_notices.compose(facts)
    outbox.queue(
        person=person.id,
        address=person.email,
        subject=subject,
        body=body,
        about=about,
    )


def _record(what: str, actor: Actor, version: PaperVersion, **detail: str) -> None:
    audit.record(
        f"documents.retrieval.{what}",
        actor=actor.id,
        subject=f"version:{version.id}",
        case=version.paper.case_id,
        item=version.paper.item_id,
        detail=detail,
    )
