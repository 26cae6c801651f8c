"""A room to measure in: an open item, people seated on it, and their sessions."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from common import set_up_django

set_up_django()

from django.contrib.sessions.backends.db import SessionStore  # noqa: E402

from meetings.models import (  # noqa: E402 – after set-up
    AgendaItem,
    Invitation,
    Presence,
    Sitting,
)
from members import models  # noqa: E402
from members.facts import Regime, Role  # noqa: E402
from members.http import SESSION_KEY  # noqa: E402
from portal.core import clock  # noqa: E402

GROUNDS = {Regime.SHIEN: "act_106_6", Regime.JUSO: "act_106_4"}


@dataclass(frozen=True)
class Seat:
    """Somebody who will connect: the item and the session that opens it."""

    item: AgendaItem
    session: str


def long_ago() -> datetime:
    """Since when everything here holds."""
    return clock.now() - timedelta(days=30)


def furnish(clients: int) -> list[Seat]:
    """A sitting of a new body with one open item; the clerk first, then members."""
    word = uuid4().hex[:8]
    item = open_item(Regime.SHIEN, word)
    office = item.sitting.created_by.organization
    others = models.Person.objects.bulk_create(
        models.Person(
            name=f"測定 {n}",
            login=f"{word}-{n}",
            organization=office,
            starts_at=long_ago(),
        )
        for n in range(1, clients)
    )
    seats = [seated(item.sitting.created_by, Role.SECRETARIAT, item)]
    return seats + [seated(person, Role.INTERNAL, item) for person in others]


def open_item(law: Regime, word: str) -> AgendaItem:
    """What is being talked about in a new body's sitting under way, and its case."""
    now, before = clock.now(), long_ago()
    unit = models.Unit.objects.create(name=f"測定{word}")
    body = models.Body.objects.create(unit=unit, name="会議", regime=law)
    ground = GROUNDS[law]
    models.LegalBasis.objects.create(body=body, ground=ground, starts_at=before)
    office = models.Organization.objects.create(name=f"測定課{word}", internal=True)
    clerk = models.Person.objects.create(
        name="測定", login=f"{word}-0", organization=office, starts_at=before
    )
    models.Office.objects.create(
        role=Role.SECRETARIAT, body=body, person=clerk, starts_at=before
    )
    case = models.Case.objects.create(
        number=f"B-{word}", unit=unit, body=body, title="測定", opened_on=before.date()
    )
    sitting = Sitting.objects.create(
        body=body,
        number=1,
        starts_at=now,
        ends_at=now + timedelta(hours=2),
        place="測定室",
        state=Sitting.State.CONVENED,
        created_by=clerk,
    )
    return AgendaItem.objects.create(
        sitting=sitting,
        order=1,
        kind=AgendaItem.Kind.DELIBERATION,
        body=body,
        law=law,
        ground=ground,
        case=case,
        title="測定",
        state=AgendaItem.State.OPEN,
        opened_at=now,
    )


def seated(person: models.Person, role: Role, item: AgendaItem, **by: Any) -> Seat:
    """Selected, commissioned, pledged, let in, and signed in ``by`` what."""
    now = clock.now()
    assert item.case is not None  # open_item gave it one
    since = {"person": person, "starts_at": long_ago()}
    models.Commission.objects.create(form="appointment", body=item.body, **since)
    models.Membership.objects.create(case=item.case, role=role, **since)
    models.Seat.objects.create(item_id=item.id, role=role, **since)
    for pledge in models.PledgeText.objects.all():
        models.Acknowledgement.objects.create(person=person, pledge=pledge, at=now)
    Invitation.objects.create(sitting=item.sitting, person=person, checked_in_at=now)
    Presence.objects.create(item=item, person=person, starts_at=now)
    sign_in = models.SignIn.objects.create(
        person=person, started_at=now, seen_at=now, strength=2, strong_at=now, **by
    )
    session = SessionStore()
    session[SESSION_KEY] = str(sign_in.id)
    session.save()
    return Seat(item, str(session.session_key))
