"""How the tests set up bodies, change their rules and commission people."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from members.access import Actor
from members.models import Body, Charter, Commission, Person
from members.services import charters, commissions
from members.services.commissions import Term
from members.services.foundings import Founding
from members.services.people import NewPerson
from portal.core import clock
from tests import factories
from tests.cast import Cast

KEY = UUID(int=701)
OUTSIDERS = ["clinic", "stranger", "administrator", "auditor", "recused"]


def day(offset: int = 0) -> date:
    return clock.today() + timedelta(days=offset)


def clerk(cast: Cast) -> Actor:
    return factories.sign_in(cast.secretariat)


def stale(cast: Cast) -> Actor:
    old = clock.now() - timedelta(minutes=6)
    return factories.sign_in(cast.secretariat, strong_at=old)


def rules(body: Body, **changed: Any) -> Charter:
    found = Charter.usual(body)
    for name, value in changed.items():
        setattr(found, name, value)
    return found


def set_rules(
    cast: Cast, actor: Actor | None = None, starts: int = 0, **changed: Any
) -> Charter:
    return charters.set_rules(
        actor=actor or clerk(cast),
        body=cast.shien,
        rules=rules(cast.shien, **changed),
        starts_on=day(starts),
        decided_by="市長決裁",
        decided_on=day(),
    )


def fresh(body: Body) -> Body:
    return Body.objects.get(pk=body.pk)


def founding(cast: Cast, **more: Any) -> Founding:
    values: dict[str, Any] = {
        "name": "北部 個別支援会議",
        "tier": "case",
        "ground": "act_106_6",
        "keeper": cast.secretariat,
        "starts_on": day(),
        "unit": cast.shien.unit,
        "parent": cast.shien,
    }
    return Founding(**{**values, **more})


def found(actor: Actor, plan: Founding, own: Charter | None = None) -> Body:
    return charters.found_body(
        actor=actor,
        key=KEY,
        founding=plan,
        rules=own,
        decided_by="市長決裁",
        decided_on=day(),
    )


def end(cast: Cast, body: Body, last: int) -> Body:
    return charters.end_body(
        actor=clerk(cast),
        body=body,
        last_day=day(last),
        decided_by="市長決裁",
        decided_on=day(),
    )


def commission(cast: Cast, person: Person | NewPerson, **more: Any) -> Commission:
    values: dict[str, Any] = {
        "approved_by": cast.chair.name,
        "approved_on": day(),
        "term": Term(day()),
    }
    return commissions.commission_somebody(
        actor=clerk(cast), person=person, **{"body": cast.shien, **values, **more}
    )


def newcomer(cast: Cast, name: str = "渡部 望") -> Person:
    return factories.person(name, cast.clinic.organization)
