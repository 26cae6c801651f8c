"""書き出し: what is here in the columns in which it is taken in, for who keeps it."""

from collections.abc import Callable, Iterator

from meetings.importing.columns import COLUMNS, Kind
from meetings.selectors.old_records import records_of
from members.access import Actor, access_for
from members.facts import Action
from members.filters import ending_after
from members.models import Body, Case, Commission, HouseholdMember, Organization
from members.policies import case_facts
from portal.core import clock

Line = dict[str, object]


def lines_of(actor: Actor, kind: Kind, body: Body | None) -> list[Line]:
    """The rows by their columns; of cases only those that the actor may read.

    Whoever calls has asked the decision for the kind and the body.
    """
    return list(_LINES[kind](actor, body))


def cells_of(kind: Kind, line: Line) -> list[str]:
    """A line in words, in the order of the columns."""
    return [_words(line.get(column.name)) for column in COLUMNS[kind]]


def _words(value: object) -> str:
    if isinstance(value, bool):
        return "○" if value else ""
    return "" if value is None else str(value)


def _organizations(_actor: Actor, _body: Body | None) -> Iterator[Line]:
    rows = Organization.objects.filter(listed=True, ends_on=None)
    for row in rows.select_related("unit"):
        yield {
            "organization": row.name,
            "kana": row.kana,
            "internal": row.internal,
            "unit": row.unit,
            "address": row.address,
            "phone": row.phone,
            "fax": row.fax,
        }


def _roll(_actor: Actor, body: Body | None) -> Iterator[Line]:
    rows = Commission.objects.filter(
        ending_after(clock.now()), body=body, person__isnull=False
    )
    people = rows.select_related("person__organization")
    for row in people.order_by("person__organization__kana", "person__kana"):
        person = row.person
        if person is None:
            continue
        yield {
            "organization": person.organization.name,
            "name": person.name,
            "kana": person.kana,
            "post": person.post,
            "email": person.email,
            "phone": person.phone,
            "starts_on": clock.day_of(row.starts_at),
            "ends_on": row.term_until,
        }


def _cases(actor: Actor, body: Body | None) -> Iterator[Line]:
    rows = Case.objects.filter(body=body).select_related("body", "referrer")
    cases = list(rows.prefetch_related("household"))
    access = access_for(actor, cases=[case.id for case in cases], items=())
    for case in cases:
        if access.allows(Action.READ, case_facts(case)):
            for at, member in enumerate(case.household.all()):
                first = _of_case(case) if at == 0 else {}
                yield {"number": case.number, **first, **_of_member(member)}


def _of_case(case: Case) -> Line:
    return {
        "id": case.id,
        "title": case.title,
        "opened_on": case.opened_on,
        "status": case.get_status_display(),
        "closed_on": case.closed_on,
        "referrer": case.referrer,
        "summary": case.summary,
    }


def _of_member(member: HouseholdMember) -> Line:
    """A protected address does not leave the portal."""
    shown = not member.address_protected
    return {
        "label": member.label,
        "name": member.name,
        "kana": member.kana,
        "birth_date": member.birth_date,
        "address": member.address if shown else "",
        "phone": member.phone if shown else "",
        "address_protected": member.address_protected,
    }


def _records(actor: Actor, body: Body | None) -> Iterator[Line]:
    names = [column.name for column in COLUMNS[Kind.RECORDS] if column.name != "number"]
    for record in records_of(actor, body):
        words = {name: getattr(record, name) for name in names}
        yield {"id": record.case_id, "number": record.case.number, **words}


_LINES: dict[Kind, Callable[[Actor, Body | None], Iterator[Line]]] = {
    Kind.ORGANIZATIONS: _organizations,
    Kind.ROLL: _roll,
    Kind.CASES: _cases,
    Kind.RECORDS: _records,
}
