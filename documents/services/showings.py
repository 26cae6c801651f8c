"""提示の記録: that a paper was shown at the meeting, and to whom (P10)."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from documents import selectors
from documents.models import Paper, PaperVersion, Showing
from documents.policies import place_facts
from members.access import Actor, access_for
from members.facts import Action, Span
from members.models import Person
from portal.core import audit, clock
from portal.core.errors import HiddenError, InvalidError
from portal.core.repeats import made_before


@transaction.atomic
def note_showing(
    *,
    actor: Actor,
    key: UUID,
    paper: Paper,
    at: datetime,
    people: Sequence[Person],
    admitted: tuple[Span, ...],
) -> Showing:
    """Note that the paper was shown to ``people`` at a moment; once for ``key``.

    The custodians do, and the scribe while ``admitted`` to the item: whoever writes
    its minutes. The caller knows who was in the room. It is a record of what happened,
    so it names everybody who was there, on the paper's list or not.
    """
    paper = Paper.objects.select_for_update(of=("self",)).get(id=paper.id)
    cases = [paper.case_id] if paper.case_id else ()
    access = access_for(actor, cases=cases, items=[paper.item_id])
    access.require(Action.WRITE_MINUTES, place_facts(paper, actor.id, admitted))
    known = made_before(Showing, key, paper_id=paper.id, by_id=actor.id)
    if known is not None:
        return known
    if at > clock.now():
        raise InvalidError(_("提示した時刻は、今より前にしてください。"))
    if not people:
        raise InvalidError(
            _("その時刻に入室していた人がいません。時刻を確かめてください。")
        )
    version = _shown_version(actor, paper)
    showing = Showing.objects.create(
        id=key, paper=paper, version=version, at=at, by=actor.person
    )
    showing.people.set(people)
    audit.record(
        "documents.paper.show",
        actor=actor.id,
        subject=f"version:{version.id}" if version else f"paper:{paper.id}",
        case=paper.case_id,
        item=paper.item_id,
        detail={
            "people": " ".join(str(person.id) for person in people),
            "at": at.isoformat(),
        },
    )
    return showing


def _shown_version(actor: Actor, paper: Paper) -> PaperVersion | None:
    """The version that stands for the paper now; None where its agency keeps it."""
    if paper.kept_by_id is not None:
        return None
    newest = paper.versions.order_by("-number").first()
    if newest is None:
        raise HiddenError
    found = selectors.version_for(actor, newest.id)
    found.access.require(Action.READ, found.thing)
    return found.version
