"""One row of a table, entered by the services that every page uses."""

from collections.abc import Callable
from uuid import uuid4

from meetings.importing.columns import Kind
from meetings.importing.reading import Row, key_of
from meetings.models import Import
from meetings.selectors.import_known import Known
from meetings.selectors.import_plans import Planned, start_of
from meetings.services.old_records import OldRecordEntry, enter_old_record
from members.access import Actor
from members.facts import Action
from members.models import Body, Case, Organization
from members.services.bodies import lock_body
from members.services.cases import NewMember, create_case
from members.services.commissions import Term, commission_somebody
from members.services.organizations import OrganizationEntry, enter_organization
from members.services.people import NewPerson
from members.services.progress import settle
from portal.core import clock
from portal.core.errors import HiddenError

Made = dict[str, str]


def enter(*, actor: Actor, source: Import, plan: Planned, known: Known) -> Made:
    """Enter what is planned of a row; the ids of what is new, by table.

    Every act asks the decision by itself. Raises what the services refuse.
    """
    return _ENTERED[Kind(source.kind)](actor, source, plan, known)


def _enter_organization(
    actor: Actor, _source: Import, plan: Planned, known: Known
) -> Made:
    row = plan.rows[0]
    entry = OrganizationEntry(
        name=row.text("organization"),
        internal=row.yes("internal"),
        kana=row.text("kana"),
        unit=known.units.get(key_of(row.text("unit"))),
        address=row.text("address"),
        phone=row.text("phone"),
        fax=row.text("fax"),
    )
    organization, made = _organization(actor, entry)
    known.add_organization(organization)
    return made


def _organization(actor: Actor, entry: OrganizationEntry) -> tuple[Organization, Made]:
    """As entered; it is made here unless it stood there, known from a request."""
    key = uuid4()
    row = enter_organization(actor=actor, key=key, entry=entry)
    return row, {"organization": str(key)} if row.id == key else {}


def _enter_person(actor: Actor, source: Import, plan: Planned, known: Known) -> Made:
    row, made = plan.rows[0], Made()
    # First: it is locked later again, when the trail is held already.
    body = lock_body(actor, _body(source), Action.APPOINT)
    organization = known.organization(row.text("organization"))
    fresh = organization is None
    if organization is None:
        entry = OrganizationEntry(name=row.text("organization"), unit=body.unit)
        organization, made = _organization(actor, entry)
    person = known.person(row)
    commission = commission_somebody(
        actor=actor,
        body=body,
        person=person or _new_person(row, organization),
        approved_by=source.approved_by,
        approved_on=source.approved_on or clock.today(),
        term=Term(start_of(row, source.starts_on or clock.today())),
    )
    made["commission"] = str(commission.id)
    if fresh:
        known.add_organization(organization)
    if person is None and commission.person is not None:
        made["person"] = str(commission.person_id)
        known.add_person(commission.person)
    return made


def _body(source: Import) -> Body:
    if source.body is None:
        raise HiddenError
    return source.body


def _new_person(row: Row, organization: Organization) -> NewPerson:
    return NewPerson(
        organization=organization,
        name=row.text("name"),
        kana=row.text("kana"),
        post=row.text("post"),
        email=row.text("email"),
        phone=row.text("phone"),
    )


def _enter_case(actor: Actor, source: Import, plan: Planned, known: Known) -> Made:
    first = plan.rows[0]
    referrer = first.text("referrer")
    case = create_case(
        actor=actor,
        body=_body(source),
        number=first.text("number"),
        title=first.text("title"),
        household=[_member(row) for row in plan.rows],
        opened_on=first.day("opened_on") or clock.today(),
        summary=first.text("summary"),
        referrer=known.organization(referrer) if referrer else None,
    )
    status = first.text("status")
    if status:
        settle(
            actor=actor,
            case=case,
            status=Case.Status(status),
            closed_on=first.day("closed_on"),
        )
    return {"case": str(case.id)}


def _member(row: Row) -> NewMember:
    return NewMember(
        label=row.text("label"),
        name=row.text("name"),
        kana=row.text("kana"),
        birth_date=row.day("birth_date"),
        address=row.text("address"),
        phone=row.text("phone"),
        address_protected=row.yes("address_protected"),
        subject=row.text("label") == "本人",
    )


def _enter_record(actor: Actor, _source: Import, plan: Planned, known: Known) -> Made:
    row = plan.rows[0]
    case = known.records.case(row.text("number"))
    if case is None:
        raise HiddenError
    entry = OldRecordEntry(
        held_on=row.day("held_on") or clock.today(),
        title=row.text("title"),
        sitting=row.text("sitting"),
        attendees=row.text("attendees"),
        decided=row.text("decided"),
        course=row.text("course"),
        confirmed_on=row.day("confirmed_on"),
        confirmed_by=row.text("confirmed_by"),
    )
    made = enter_old_record(actor=actor, case=case, entry=entry)
    return {"oldrecord": str(made.id)}


_ENTERED: dict[Kind, Callable[[Actor, Import, Planned, Known], Made]] = {
    Kind.ORGANIZATIONS: _enter_organization,
    Kind.ROLL: _enter_person,
    Kind.CASES: _enter_case,
    Kind.RECORDS: _enter_record,
}
