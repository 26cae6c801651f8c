"""委嘱 of one more person between the regular rolls, with the term its body gives."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from members.access import Actor, access_for
from members.facts import Action
from members.models import Body, Charter, Commission, Person
from members.policies import body_facts
from portal.core import audit, clock, jp
from portal.core.errors import InvalidError

Term = Charter.TermRule


@transaction.atomic
def commission_person(
    *, actor: Actor, body: Body, person: Person, approved_by: str, approved_on: date
) -> Commission:
    """Commission ``person`` to ``body`` from now on; a live commission is kept.

    Raises InvalidError for an approval to come.
    """
    access = access_for(actor, cases=(), items=())
    access.require(Action.APPOINT, body_facts(body))
    if approved_on > clock.today():
        raise InvalidError(_("承認した日は、今日までの日付にしてください。"))
    live = Q(ends_at=None) | Q(ends_at__gt=access.t)
    known = body.commissions.filter(
        live,
        Q(person=person) | Q(organization=person.organization_id),
        starts_at__lte=access.t,
    ).first()
    if known is not None:
        return known
    commission = Commission.objects.create(
        form=Commission.Form.INDIVIDUAL,
        body=body,
        person=person,
        starts_at=access.t,
        ends_at=_term_end(body, clock.today()),
        approved_by=approved_by,
    )
    audit.record(
        "members.commission.make",
        actor=actor.id,
        subject=f"person:{person.id}",
        detail={"body": str(body.id), "approved_on": approved_on.isoformat()},
    )
    return commission


def _term_end(body: Body, day: date) -> datetime | None:
    """When a commission that begins on ``day`` ends by the body's rule."""
    rule = body.rules.term_rule
    if rule == Term.FISCAL_YEAR_AFTER:
        return clock.day_end(date(jp.fiscal_year(day) + 2, 3, 31))
    if rule == Term.TWO_YEARS:
        return clock.day_start(_two_years_on(day))
    if body.ends_on is not None:
        return clock.day_end(body.ends_on)
    return None


def _two_years_on(day: date) -> date:
    try:
        return day.replace(year=day.year + 2)
    except ValueError:  # 29 February
        return date(day.year + 2, 3, 1)
