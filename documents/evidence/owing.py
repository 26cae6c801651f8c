"""Who is still to say what became of a version that no longer opens for them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet

from documents.models import PaperVersion, Release, Retrieval, RetrievalAsk
from documents.policies import place_facts, retrieval_facts
from members.access import Access, Actor, access_for, access_for_all, as_if_here
from members.facts import Action, State
from members.models import Person, Purpose
from portal.core import clock
from portal.core.errors import HiddenError

_CLOSED = {State.REPLACED, State.RECALLED}
# Of what is older a person is reminded only when somebody asks for it.
LATELY = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Due:
    """A version that a person once had and has no more, with what they declared."""

    version: PaperVersion
    person: Person
    since: datetime
    ended_at: datetime | None
    declared: Retrieval | None

    @property
    def reference(self) -> str:
        """What the downloaded file is called; it tells nothing of the paper."""
        return f"shiryo-{self.version_id.hex[:8]}"

    @property
    def version_id(self) -> UUID:
        """The version's id."""
        return self.version.id


def of_sitting(sitting_id: UUID, person: Person) -> list[Due]:
    """What one person is to declare, or has declared, of one sitting."""
    return _dues(_given().filter(version__paper__sitting_id=sitting_id, person=person))


def of_item(item_id: UUID) -> list[Due]:
    """What everybody is to declare, or has declared, of one item's papers."""
    return _dues(_given().filter(version__paper__item_id=item_id))


def of_person(person: Person) -> list[Due]:
    """What one person has not declared of papers given lately or asked about."""
    asked = RetrievalAsk.objects.filter(person=person)
    lately = Q(starts_at__gt=clock.now() - LATELY)
    rows = _given().filter(
        lately | Q(version__paper__sitting_id__in=asked.values("sitting_id")),
        person=person,
        version__paper__purpose=Purpose.SITTING,
    )
    return [due for due in _dues(rows) if due.declared is None]


def sittings_owed(access: Access, dues: Sequence[Due]) -> list[UUID]:
    """The sittings of those ``dues`` that the actor may declare, each once."""
    sittings = dict.fromkeys(due.version.paper.sitting_id for due in dues)
    return [s for s in sittings if _open(access, _within(dues, s), s)]


def _within(dues: Sequence[Due], sitting_id: UUID) -> list[Due]:
    return [due for due in dues if due.version.paper.sitting_id == sitting_id]


def owes(access: Access, sitting_id: UUID) -> bool:
    """Whether the person has something to declare of the sitting."""
    found = of_sitting(sitting_id, access.actor.person)
    return any(d.declared is None for d in _open(access, found, sitting_id))


def own_dues(actor: Actor, sitting_id: UUID, way_in: UUID) -> list[Due]:
    """What the actor may declare of a sitting, come in by it or by a request.

    Raises HiddenError for whoever never had anything to declare there.
    """
    found = of_sitting(sitting_id, actor.person)
    papers = [due.version.paper for due in found]
    access = access_for(
        actor,
        cases={paper.case_id for paper in papers if paper.case_id},
        items={paper.item_id for paper in papers},
    )
    dues = _open(access, found, way_in)
    if not dues:
        raise HiddenError
    return dues


def _open(access: Access, dues: Sequence[Due], way_in: UUID) -> list[Due]:
    return [
        due
        for due in dues
        if access.allows(Action.SEE_NOTICE, retrieval_facts(due.version.paper, way_in))
    ]


def dues_to_see(access: Access, item_id: UUID) -> list[Due]:
    """Everybody's dues of an item, as far as the custodian keeps those papers."""
    return [
        due
        for due in of_item(item_id)
        if access.allows(
            Action.CONVENE, place_facts(due.version.paper, access.actor.id)
        )
    ]


def reachable(dues: Sequence[Due]) -> set[UUID]:
    """The people among them who could still declare: commissioned, not recused."""
    people = {due.person.id: due.person for due in dues}
    papers = [due.version.paper for due in dues]
    gathered = access_for_all(
        [as_if_here(person) for person in people.values()],
        cases={paper.case_id for paper in papers if paper.case_id},
        items={paper.item_id for paper in papers},
    )
    return {
        due.person.id
        for due in dues
        if gathered[due.person.id].allows(
            Action.SEE_NOTICE,
            retrieval_facts(due.version.paper, due.version.paper.sitting_id),
        )
    }


def _given() -> QuerySet[Release]:
    return (
        Release.objects.filter(starts_at__lte=clock.now())
        .select_related(
            "version__paper__body", "version__paper__case", "person__organization"
        )
        .prefetch_related("version__paper__about", "version__paper__readers")
        .order_by("version__paper__order", "version__number", "person__kana")
    )


def _dues(releases: Iterable[Release]) -> list[Due]:
    grouped: dict[tuple[UUID, UUID], list[Release]] = defaultdict(list)
    for release in releases:
        if not release.undone:
            grouped[release.version_id, release.person_id].append(release)
    versions = {version for version, _person in grouped}
    declared = {
        (row.version_id, row.person_id): row
        for row in Retrieval.objects.filter(version__in=versions)
    }
    now = clock.now()
    return [
        _due(rows, declared.get(key))
        for key, rows in grouped.items()
        if rows[0].version.state in _CLOSED or not _live(rows, now)
    ]


def _live(releases: Sequence[Release], t: datetime) -> bool:
    return any(release.span.holds(t) for release in releases)


def _due(releases: Sequence[Release], declared: Retrieval | None) -> Due:
    ends = [r.ends_at for r in releases if r.ends_at is not None]
    now = clock.now()
    return Due(
        version=releases[0].version,
        person=releases[0].person,
        since=min(r.starts_at for r in releases),
        ended_at=max((end for end in ends if end <= now), default=None),
        declared=declared,
    )
