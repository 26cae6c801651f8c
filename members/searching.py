"""Cases, people and organisations as they are found, and to whom they are shown."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from members import selectors
from members.access import Access, about
from members.facts import Action
from members.models import Body, Case, Organization, Person
from members.policies import case_facts
from portal.core import clock, jp
from portal.core.search import sources
from portal.core.search.hits import Hit, Part, Read, excerpts_of, in_order
from portal.core.search.sources import TOWN, Found, Source, Watch
from portal.core.search.words import Query, marked, text_of

Check = Callable[[list[UUID]], Iterable[Hit]]


def register() -> None:
    """Have them indexed."""
    sources.register(
        Source(
            "case",
            Case.objects.all,
            _cases,
            (
                Watch("members.Case", ("number", "title", "summary", "body")),
                Watch(
                    "members.HouseholdMember",
                    ("label", "name", "kana", "birth_date", "address", "phone", "case"),
                    subject="case",
                ),
            ),
        )
    )
    sources.register(
        Source(
            "person",
            Person.objects.all,
            _people,
            (
                Watch("members.Person", ("name", "kana", "post", "organization")),
                Watch(
                    "members.Organization",
                    ("name",),
                    through="members.Person.organization",
                ),
            ),
        )
    )
    sources.register(
        Source(
            "organization",
            Organization.objects.all,
            _organizations,
            (Watch("members.Organization", ("name", "kana", "phone", "fax")),),
        )
    )


def _cases(ids: Collection[UUID]) -> Iterator[Found]:
    cases = Case.objects.filter(id__in=ids).prefetch_related("household")
    for case in cases:
        rows = case.household.all()
        whole = [selectors.whole_row(row) for row in rows]
        parts = [*_case_parts(case, whole), Part.of("", f"{case.number} {case.title}")]
        yield Found(
            case.id,
            case.body_id,
            case.id,
            clock.day_start(case.opened_on),
            tuple(part.text for part in parts),
        )


def _case_parts(case: Case, rows: Sequence[selectors.HouseholdRow]) -> Iterator[Part]:
    yield Part.of(_("経過と課題"), case.summary)
    for row in rows:
        born = jp.era_words(row.birth_date) if row.birth_date else ""
        words = (row.member.label, row.name, row.kana, born, row.address, row.phone)
        yield Part.of(_("世帯"), " ".join(word for word in words if word))


def case_check(known: Access, query: Query) -> Check:
    """Cases that the actor may read, by what they may see of the household."""

    def check(ids: list[UUID]) -> Iterator[Hit]:
        rows = Case.objects.filter(id__in=ids).select_related("body")
        cases = list(in_order(rows.prefetch_related("household"), ids))
        access = about(known, cases=ids, items=())
        for case in cases:
            if not access.allows(Action.READ, case_facts(case)):
                continue
            head = f"{case.number} {case.title}"
            parts = list(_case_parts(case, selectors.household_rows(access, case)))
            found = excerpts_of([Part.of("", head), *parts], query)
            if found is not None:
                yield Hit(
                    url=reverse("members:case-detail", args=[case.id]),
                    title=marked(head, query),
                    day=case.opened_on,
                    meta=(case.get_status_display(),),
                    excerpts=tuple(each for each in found if each.where),
                    read=Read("members.case.found", f"case:{case.id}", case.id),
                )

    return check


def _people(ids: Collection[UUID]) -> Iterator[Found]:
    rows = Person.objects.filter(id__in=ids).select_related("organization")
    for person in rows:
        text = text_of(_person_words(person))
        yield Found(person.id, TOWN, person.organization_id, person.starts_at, (text,))


def _person_words(person: Person) -> str:
    words = (person.name, person.kana, person.organization.name, person.post)
    return " / ".join(word for word in words if word)


def _organizations(ids: Collection[UUID]) -> Iterator[Found]:
    for row in Organization.objects.filter(id__in=ids):
        text = text_of(_organization_words(row))
        yield Found(row.id, TOWN, row.id, clock.now(), (text,))


def _organization_words(row: Organization) -> str:
    return " / ".join(w for w in (row.name, row.kana, row.phone, row.fax) if w)


def _people_of(known: Access) -> list[Person]:
    """Everybody with standing at the bodies that the actor convenes; else nobody."""
    bodies: list[Body] = selectors.convened_bodies(known)
    return selectors.commissioned_people(bodies) if bodies else []


def person_check(known: Access, query: Query) -> Check:
    """Those people of the actor's bodies who are looked for."""

    def check(ids: list[UUID]) -> Iterator[Hit]:
        people = {person.id: person for person in _people_of(known)}
        for person in (people[each] for each in ids if each in people):
            words = _person_words(person)
            if excerpts_of([Part.of("", words)], query) is not None:
                yield _in_directory(words, query)

    return check


def organization_check(known: Access, query: Query) -> Check:
    """The organisations of those people that are looked for."""

    def check(ids: list[UUID]) -> Iterator[Hit]:
        people = _people_of(known)
        offices = {person.organization_id: person.organization for person in people}
        for row in (offices[each] for each in ids if each in offices):
            words = _organization_words(row)
            if excerpts_of([Part.of("", words)], query) is not None:
                yield _in_directory(words, query)

    return check


def _in_directory(words: str, query: Query) -> Hit:
    """A line that leads to the page of people, which is not put on record either."""
    address = reverse("members:person-list")
    return Hit(address, marked(words, query), None, (), ())
