"""Households with consents, selection and recusal."""

from members.facts import Role
from members.models import (
    Case,
    Consent,
    HouseholdMember,
    Membership,
    Person,
    Recusal,
)
from portal.core import clock
from portal.demo.content.types import Case as CaseContent
from portal.demo.content.types import DemoContent
from portal.demo.identity import uid
from portal.demo.loader.rows import Rows, end_of


def load(content: DemoContent, rows: Rows) -> None:
    """All cases, each with who belongs to it."""
    for entry in content.cases:
        case = Case.objects.create(
            id=uid("case", entry.key),
            number=entry.number,
            unit=rows.units[entry.unit],
            body=rows.bodies[f"shien_{entry.unit}"],
            title=entry.title,
            summary=entry.description,
            status=entry.status,
            referrer=rows.organizations[entry.referrer],
            lead_agency=rows.organizations.get(entry.lead_agency or ""),
            opened_on=entry.opened_on,
            closed_on=entry.closed_on,
        )
        rows.cases[entry.key] = case
        _household(entry, case, rows)
        _memberships(entry, case, rows)


def _household(entry: CaseContent, case: Case, rows: Rows) -> None:
    """The first of the household is 本人, as on the intake form."""
    clerk = rows.people[_clerk(entry)]
    for order, member in enumerate(entry.members):
        rows.household[entry.key, member.key] = HouseholdMember.objects.create(
            id=uid("household", f"{entry.key}:{member.key}"),
            case=case,
            label=member.relation,
            name=member.name,
            kana=member.kana,
            birth_date=member.birth_date,
            address=member.address,
            phone=member.phone,
            address_protected=member.address_protected,
            subject=order == 0,
            order=order,
        )
    for consent in entry.consents:
        Consent.objects.create(
            id=uid("consent", f"{entry.key}:{consent.member}:{consent.valid_from}"),
            member=rows.household[entry.key, consent.member],
            scope=consent.scope,
            evidence=consent.evidence,
            given_at=clock.day_start(consent.valid_from),
            withdrawn_at=end_of(consent.withdrawn_on),
            entered_by=clerk,
        )


def _clerk(entry: CaseContent) -> str:
    return entry.selections[0].selected_by


def place_offices(case: Case, clerk: Person) -> None:
    """The head and the secretary of the body keep each of its cases."""
    for office in case.body.offices.select_related("person"):
        Membership.objects.create(
            case=case,
            person=office.person,
            role=office.role,
            starts_at=clock.day_start(case.opened_on),
            back_history=True,
            reason="この事例を所管する会議体の役職",
            selected_by=clerk,
        )


def _memberships(entry: CaseContent, case: Case, rows: Rows) -> None:
    clerk = rows.people[_clerk(entry)]
    place_offices(case, clerk)
    for selection in entry.selections:
        person = rows.people[selection.person]
        Membership.objects.create(
            case=case,
            person=person,
            role=Role.INTERNAL if person.organization.internal else Role.EXTERNAL,
            starts_at=clock.day_start(selection.valid_from),
            ends_at=end_of(selection.valid_until),
            back_history=person.organization.internal,
            reason=selection.reason,
            selected_by=clerk,
        )
    for recusal in entry.recusals:
        Recusal.objects.create(
            case=case,
            person=rows.people[recusal.person],
            reason=recusal.reason,
            starts_at=clock.day_start(recusal.valid_from),
            entered_by=clerk,
        )
