"""Organisations, people with their factors, bodies, duty."""

from django_otp.plugins.otp_totp.models import TOTPDevice

from members.facts import Regime, Role
from members.grounds import enter_usual_grounds
from members.models import (
    Acknowledgement,
    Body,
    Charter,
    Commission,
    LegalBasis,
    Office,
    Organization,
    PaperCard,
    PaperCode,
    Person,
    PledgeText,
    Policy,
    Unit,
)
from members.models.factors import CODES_PER_CARD
from portal.core import clock
from portal.demo.content.types import Body as BodyContent
from portal.demo.content.types import DemoContent
from portal.demo.content.types import Person as PersonContent
from portal.demo.identity import card_codes, totp_key, uid
from portal.demo.loader.rows import Rows, end_of, regime


def load(content: DemoContent, rows: Rows) -> None:
    """Everybody, and where they stand."""
    Policy.objects.create()
    _organizations(content, rows)
    _people(content, rows)
    _bodies(content, rows)
    _duty(content, rows)


def _organizations(content: DemoContent, rows: Rows) -> None:
    for unit in content.units:
        rows.units[unit.key] = Unit.objects.create(
            id=uid("unit", unit.key), name=unit.name
        )
    for entry in content.organizations:
        rows.organizations[entry.key] = Organization.objects.create(
            id=uid("organization", entry.key),
            name=entry.name,
            kana=entry.kana,
            internal=entry.internal,
            unit=rows.units.get(entry.unit or ""),
            phone=entry.phone,
            fax=entry.fax or "",
        )


def _people(content: DemoContent, rows: Rows) -> None:
    start = clock.day_start(content.fiscal_years[0].starts_on)
    for entry in content.people:
        person = Person(
            id=uid("person", entry.key),
            login=entry.key if entry.account == "staff" else None,
            name=entry.name,
            kana=entry.kana,
            organization=rows.organizations[entry.organization],
            post=entry.post,
            email=entry.mail or "",
            phone=entry.phone,
            starts_at=start,
        )
        person.set_unusable_password()
        person.save(force_insert=True)
        rows.people[entry.key] = person
    clerk = rows.people["tachibana"]
    for entry in content.people:
        _factor(entry, rows.people[entry.key], clerk)


def _factor(entry: PersonContent, person: Person, clerk: Person) -> None:
    if entry.account == "staff":
        TOTPDevice.objects.create(
            user=person, name="認証アプリ", key=totp_key(entry.key), confirmed=True
        )
        return
    card = PaperCard.objects.create(
        user=person,
        name="ワンタイムコードカード",
        confirmed=True,
        issued_at=person.starts_at,
        issued_by=clerk,
    )
    PaperCode.objects.bulk_create(
        PaperCode(card=card, mac=card.mac(code))
        for code in card_codes(entry.key, CODES_PER_CARD)
    )


def _charter(entry: BodyContent, body: Body, rows: Rows) -> None:
    head = rows.people[entry.head]
    charter = Charter.usual(body)
    charter.name, charter.head_title = entry.charter, entry.head_title
    charter.signatory_count = entry.confirming_members
    charter.starts_at = charter.entered_at = head.starts_at
    charter.decided_by = entry.convener
    charter.decided_on = clock.day_of(head.starts_at)
    charter.entered_by = rows.people[entry.secretariat]
    charter.save()


def _bodies(content: DemoContent, rows: Rows) -> None:
    enter_usual_grounds()
    for entry in content.bodies:
        body = Body.objects.create(
            id=uid("body", entry.key),
            unit=rows.units.get(entry.unit or ""),
            name=entry.name,
            regime=regime(entry.regime),
            tier=(
                Body.Tier.CASE if entry.regime != "NONE" else Body.Tier.REPRESENTATIVES
            ),
        )
        _charter(entry, body, rows)
        rows.bodies[entry.key] = body
        LegalBasis.objects.bulk_create(
            LegalBasis(
                body=body,
                ground=basis.ground,
                starts_at=clock.day_start(basis.valid_from),
                ends_at=end_of(basis.valid_until),
            )
            for basis in entry.legal_bases
        )
        since = rows.people[entry.head].starts_at
        for key, role in (
            (entry.head, Role.CHAIR),
            (entry.secretariat, Role.SECRETARIAT),
        ):
            Office.objects.create(
                person=rows.people[key], role=role, body=body, starts_at=since
            )
    for entry in content.bodies:
        if entry.parent is not None:
            child = rows.bodies[entry.key]
            child.parent = rows.bodies[entry.parent]
            child.save(update_fields=["parent"])
    for person in content.people:
        for held in person.roles:
            if held.name in {Role.ADMINISTRATOR, Role.AUDITOR}:
                row = rows.people[person.key]
                Office.objects.create(
                    person=row, role=held.name, starts_at=row.starts_at
                )


def _duty(content: DemoContent, rows: Rows) -> None:
    for entry in content.pledges:
        if entry.regime == "COOPERATION":  # co-operation requests come later
            continue
        rows.pledges[entry.key] = PledgeText.objects.create(
            regime=Regime(regime(entry.regime)),
            version=entry.version,
            title=entry.title,
            text=entry.text,
            starts_at=clock.day_start(entry.valid_from),
            ends_at=end_of(entry.valid_until),
        )
    Commission.objects.bulk_create(
        Commission(
            form=entry.kind,
            body=rows.bodies[entry.body],
            person=rows.people.get(entry.person or ""),
            organization=rows.organizations.get(entry.organization or ""),
            starts_at=clock.day_start(entry.valid_from),
            ends_at=end_of(entry.valid_until),
            approved_by=content.municipality.mayor_title,
        )
        for entry in content.commissions
    )
    Acknowledgement.objects.bulk_create(
        Acknowledgement(
            person=rows.people[entry.person],
            pledge=rows.pledges[entry.pledge],
            text_digest=rows.pledges[entry.pledge].digest,
            at=clock.day_start(entry.acknowledged_on),
        )
        for entry in content.acknowledgements
        if entry.pledge in rows.pledges
    )
