"""保存記録の閲覧の許可: somebody reads a case's records for some days (R33)."""

from datetime import date, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from members.access import Actor, access_for
from members.facts import Action
from members.models import ArchiveGrant, Case, Person
from members.policies import case_facts
from members.services.cases import selectable
from portal.core import audit, clock
from portal.core.errors import HiddenError, InvalidError, RefusedError

MAX_DAYS = 14


@transaction.atomic
def grant(
    *, actor: Actor, case: Case, person: Person, purpose: str, last_day: date
) -> ArchiveGrant:
    """Let the person read the confirmed records until the end of ``last_day``.

    Commission, pledge, consent and recusal are asked when it is read. Raises
    InvalidError for a day gone by or too far off, RefusedError for a recused person.
    """
    _require(actor, case)
    today = clock.today()
    if not today <= last_day < today + timedelta(days=MAX_DAYS):
        raise InvalidError(_("今日から14日以内の日にしてください。"))
    if not selectable(case, person):
        raise RefusedError(_("この人には、この事例の閲覧を許可できません。"))
    made = ArchiveGrant.objects.create(
        case=case,
        person=person,
        purpose=purpose,
        granted_by=actor.person,
        starts_at=clock.now(),
        ends_at=clock.day_end(last_day),
    )
    _record("grant", actor, made)
    return made


@transaction.atomic
def end(*, actor: Actor, case: Case, grant_id: int) -> None:
    """End a grant now, before its time."""
    _require(actor, case)
    rows = ArchiveGrant.objects.select_for_update(of=("self",))
    found = rows.filter(id=grant_id, case=case).first()
    if found is None:
        raise HiddenError
    if found.span.holds(clock.now()):
        found.ends_at = clock.now()
        found.save(update_fields=["ends_at"])
        _record("end", actor, found)


def _require(actor: Actor, case: Case) -> None:
    access = access_for(actor, cases=[case.id], items=())
    access.require(Action.OPEN_ARCHIVE, case_facts(case))


def _record(what: str, actor: Actor, row: ArchiveGrant) -> None:
    audit.record(
        f"members.archive.{what}",
        actor=actor.id,
        subject=f"person:{row.person_id}",
        case=row.case_id,
        detail={"grant": row.id},
    )
