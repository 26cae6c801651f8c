"""One function per model, with fixed values; no randomness."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any, TypeVar

from django.db.models import Model

from meetings.models import AgendaItem, Entry, Invitation, Presence, Sitting, Task
from members import grounds
from members.access import Actor
from members.facts import Regime, Role
from members.models import (
    Acknowledgement,
    Body,
    Case,
    Commission,
    Consent,
    HouseholdMember,
    LegalBasis,
    LegalGround,
    Membership,
    Office,
    Organization,
    Person,
    PledgeText,
    Purpose,
    Relaxation,
    Scope,
    Seat,
    SignIn,
    Unit,
)
from portal.core import clock

_serial = count(1)
LONG_AGO = datetime(2025, 4, 1, tzinfo=UTC)

Row = TypeVar("Row", bound=Model)
_waiting: list[Model] | None = None


@contextmanager
def table_by_table() -> Iterator[None]:
    """Rows made inside are written at the end, each table with one statement.

    Tables come in the order of their first row; nothing inside may ask for a row.
    """
    global _waiting  # noqa: PLW0603 – one thread makes a town
    rows: list[Model] = []
    _waiting = rows
    try:
        yield
    finally:
        _waiting = None
    for model in dict.fromkeys(type(row) for row in rows):
        model._base_manager.bulk_create([row for row in rows if type(row) is model])


def _row(model: type[Row], **values: Any) -> Row:
    row = model(**values)
    if _waiting is None:
        row.save(force_insert=True)
    else:
        _waiting.append(row)
    return row


def unit(name: str = "北部圏域") -> Unit:
    return Unit.objects.get_or_create(name=name)[0]


def organization(name: str, *, internal: bool = False) -> Organization:
    return Organization.objects.get_or_create(
        name=name, defaults={"internal": internal, "kana": name}
    )[0]


def person(name: str, organization: Organization, **more: Any) -> Person:
    number = next(_serial)
    values = {
        "kana": name,
        "email": f"person{number}@mihon.example",
        "starts_at": LONG_AGO,
    }
    if organization.internal:
        values |= {"login": f"staff{number}", "password": "a hash"}
    return _row(Person, name=name, organization=organization, **{**values, **more})


GROUNDS = {
    Regime.SHIEN: LegalGround.Code.ACT_106_6,
    Regime.JUSO: LegalGround.Code.ACT_106_4,
    Regime.NONE: LegalGround.Code.NONE,
}


def body(regime: Regime = Regime.SHIEN, **more: Any) -> Body:
    names = {
        Regime.SHIEN: "支援会議",
        Regime.JUSO: "重層的支援会議",
        Regime.NONE: "代表者会議",
    }
    row = Body.objects.create(
        **{"unit": unit(), "name": names[regime], "regime": regime, **more}
    )
    if not LegalGround.objects.exists():
        grounds.enter_usual_grounds()
    LegalBasis.objects.create(body=row, ground=GROUNDS[regime], starts_at=LONG_AGO)
    return row


def pledge(regime: Regime = Regime.SHIEN, version: int = 1, **more: Any) -> PledgeText:
    values = {
        "title": "守秘義務に関する誓約書",
        "text": "会議で知り得た秘密を漏らしません。",
        "starts_at": LONG_AGO,
    }
    return _row(PledgeText, regime=regime, version=version, **{**values, **more})


def office(person: Person, role: Role, body: Body | None = None) -> Office:
    return _row(Office, person=person, role=role, body=body, starts_at=LONG_AGO)


def commission(person: Person, body: Body, **more: Any) -> Commission:
    values = {"form": "individual", "starts_at": LONG_AGO}
    return _row(Commission, person=person, body=body, **{**values, **more})


def acknowledge(person: Person, pledge: PledgeText) -> Acknowledgement:
    return _row(
        Acknowledgement,
        person=person,
        pledge=pledge,
        text_digest=pledge.digest,
        at=LONG_AGO,
    )


def case(body: Body, *, number: str = "R8-012", household: int = 2) -> Case:
    row = _row(
        Case,
        number=number,
        unit=body.unit or unit(),
        body=body,
        title="母と長男の世帯。長男の長期のひきこもりと母の物忘れ",
        opened_on=date(2026, 5, 11),
    )
    people = [("母", "見本 ハナ"), ("長男", "見本 一郎"), ("長女", "見本 さくら")]
    for order, (label, name) in enumerate(people[:household]):
        _row(
            HouseholdMember,
            case=row,
            label=label,
            name=name,
            order=order,
            subject=order == 0,
        )
    return row


def consent(
    member: HouseholdMember, entered_by: Person, given_at: datetime = LONG_AGO
) -> Consent:
    return _row(
        Consent,
        member=member,
        scope="重層的支援会議の構成員",
        evidence="様式1-1への署名",
        given_at=given_at,
        entered_by=entered_by,
    )


def membership(person: Person, case: Case, role: Role, **more: Any) -> Membership:
    values = {"starts_at": LONG_AGO}
    return _row(Membership, person=person, case=case, role=role, **{**values, **more})


def sitting(body: Body, created_by: Person, **more: Any) -> Sitting:
    now = clock.now()
    values = {
        "number": next(_serial),
        # Under way, and of today also in the first minutes of the day.
        "starts_at": max(now - timedelta(minutes=10), clock.day_start(clock.today())),
        "ends_at": now + timedelta(hours=2),
        "place": "市役所本庁舎 3階 301会議室",
        "state": Sitting.State.CONVENED,
    }
    return _row(Sitting, body=body, created_by=created_by, **{**values, **more})


def item(sitting: Sitting, case: Case | None, body: Body, **more: Any) -> AgendaItem:
    values = {
        "kind": AgendaItem.Kind.DELIBERATION,
        "title": "支援の方向性について",
        "law": body.regime,
        "ground": GROUNDS[Regime(body.regime)],
        **more,
    }
    if "order" not in values:
        values["order"] = sitting.items.count() + 1
    row = _row(AgendaItem, sitting=sitting, case=case, body=body, **values)
    if case:
        _about(row, case.household.all())
    return row


def _about(item: AgendaItem, household: Iterable[HouseholdMember]) -> None:
    for member in household:
        _row(AgendaItem.about.through, agendaitem=item, householdmember=member)


def seat(person: Person, item: AgendaItem, role: Role, **more: Any) -> Seat:
    Invitation.objects.get_or_create(sitting=item.sitting, person=person)
    return place(person, item, role, **more)


def invitation(sitting: Sitting, person: Person) -> Invitation:
    return _row(Invitation, sitting=sitting, person=person)


def place(person: Person, item: AgendaItem, role: Role, **more: Any) -> Seat:
    """A seat of somebody who is invited already."""
    values = {"starts_at": LONG_AGO}
    return _row(Seat, person=person, item_id=item.id, role=role, **{**values, **more})


def presence(person: Person, item: AgendaItem) -> Presence:
    return Presence.objects.create(
        person=person, item=item, starts_at=clock.now() - timedelta(minutes=5)
    )


def task(
    item: AgendaItem, writer: Person, person: Person | None = None, **more: Any
) -> Task:
    """A role that ``person`` took on; ``more`` are fields of its entry."""
    now = clock.now()
    values = {
        "kind": Entry.Kind.TASK,
        "text": "受診に同行する。",
        "order": 1,
        "speaker": person.name if person else "",
    }
    entry = Entry.objects.create(
        item=item,
        revision=1,
        created_by=writer,
        created_at=now,
        changed_at=now,
        **{**values, **more},
    )
    organization = person.organization if person else None
    return Task.objects.create(entry=entry, person=person, organization=organization)


def lowered(
    entered_by: Person, kind: Relaxation.Kind = Relaxation.Kind.CLASS_3
) -> Relaxation:
    """A decision that asks for less, from now for thirty days."""
    return _row(
        Relaxation,
        kind=kind,
        decided_by="市長",
        decided_on=clock.today(),
        reason="全構成員に専用端末を配付したため",
        entered_by=entered_by,
        starts_at=clock.now(),
        ends_at=clock.now() + timedelta(days=30),
    )


def to_sitting(sitting: Sitting) -> Scope:
    """What a link to the sitting leads to."""
    return Scope(Purpose.SITTING, sitting.id)


def sign_in(
    person: Person, strength: int = 2, scope: Scope | None = None, **more: Any
) -> Actor:
    """A live sign-in, just proved with the given strength; ``scope`` is a link's."""
    now = clock.now()
    values = {
        "started_at": now,
        "seen_at": now,
        "strength": strength,
        "strong_at": now if strength == 2 else None,
    }
    if scope is not None:
        values |= {"purpose": scope.purpose, "scope_id": scope.id}
    return Actor(person, SignIn.objects.create(person=person, **{**values, **more}))
