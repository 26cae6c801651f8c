"""名簿の読み込み: first kept to be read over, then entered as a whole or not at all."""

from dataclasses import asdict, dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db import transaction

from members.access import Actor, access_for
from members.facts import Action
from members.filters import concerning, ending_after
from members.models import Body, Commission, Organization, Person, RollImport
from members.policies import rules_facts
from members.rolls import Line, Roll
from members.services.commissions import Term, commission_person
from members.services.people import NewPerson, enter_person
from portal.core import audit, clock
from portal.core.errors import HiddenError, RefusedError
from portal.core.repeats import made_before

KEPT_FOR = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Approval:
    """Who approved, when, and from which day a line without its own holds."""

    by: str
    on: date
    starts_on: date


@transaction.atomic
def keep_roll(*, actor: Actor, key: UUID, body: Body, roll: Roll) -> RollImport:
    """Keep a roll that was read, until somebody confirms it; a repeat is answered.

    Raises RefusedError for one in which something must be mended first.
    """
    _require(actor, body)
    known = made_before(RollImport, key, body=body)
    if known is not None:
        return known
    if not roll.takeable:
        raise RefusedError("名簿に、直していただくところがあります。")
    return RollImport.objects.create(
        id=key,
        body=body,
        entered_by=actor.person,
        at=clock.now(),
        count=len(roll.lines),
        lines=[_packed(line) for line in roll.lines],
    )


def _require(actor: Actor, body: Body) -> None:
    access = access_for(actor, cases=(), items=())
    access.require(Action.APPOINT, rules_facts(body))


def _packed(line: Line) -> dict[str, object]:
    values = asdict(line)
    for name in ("starts_on", "ends_on"):
        values[name] = values[name].isoformat() if values[name] else None
    return values


def lines_of(kept: RollImport) -> list[Line]:
    """The people of a kept roll; empty once they are entered."""
    return [
        Line(
            **{
                **values,
                "starts_on": _day(values["starts_on"]),
                "ends_on": _day(values["ends_on"]),
            }
        )
        for values in kept.lines
    ]


def _day(words: str | None) -> date | None:
    return date.fromisoformat(words) if words else None


@transaction.atomic
def confirm_roll(*, actor: Actor, kept: RollImport, approval: Approval) -> int:
    """Enter and commission everybody of the roll; how many were commissioned.

    Who is commissioned already stays as they are. A repeat changes nothing. Any
    refusal of a line refuses the whole.
    """
    kept = RollImport.objects.select_for_update().get(pk=kept.pk)
    _require(actor, kept.body)
    made = 0
    for line in lines_of(kept):
        person = _entered(actor, kept.body, line)
        # Standing begins today at the earliest; a roll may tell of a day gone by.
        start = max(line.starts_on or approval.starts_on, clock.today())
        if not _commissioned(kept.body, person, start):
            commission_person(
                actor=actor,
                body=kept.body,
                person=person,
                approved_by=approval.by,
                approved_on=approval.on,
                term=Term(start),
            )
            made += 1
    if kept.confirmed_at is None:
        kept.lines, kept.confirmed_at = [], clock.now()
        kept.save(update_fields=["lines", "confirmed_at"])
        audit.record(
            "members.roll.confirm",
            actor=actor.id,
            subject=f"body:{kept.body_id}",
            detail={"people": kept.count, "commissioned": made},
        )
    return made


def _entered(actor: Actor, body: Body, line: Line) -> Person:
    organization = Organization.objects.filter(name=line.organization).first()
    if organization is None:
        organization = Organization.objects.create(
            name=line.organization, unit=body.unit
        )
    entry = NewPerson(
        organization=organization,
        name=line.name,
        kana=line.kana,
        post=line.post,
        email=line.email,
        phone=line.phone,
    )
    return enter_person(actor=actor, body=body, entry=entry)


def _commissioned(body: Body, person: Person, day: date) -> bool:
    ahead = ending_after(clock.day_start(day))
    return Commission.objects.filter(concerning(person), ahead, body=body).exists()


def kept_roll(actor: Actor, roll_id: UUID) -> RollImport:
    """A roll of one of the actor's bodies; unknown and forbidden are the same."""
    rows = RollImport.objects.select_related("body__unit", "entered_by")
    kept = rows.filter(pk=roll_id).first()
    if kept is None:
        raise HiddenError
    _require(actor, kept.body)
    return kept


def drop_stale() -> int:
    """Forget what nobody confirmed within a day; how many were forgotten."""
    stale = RollImport.objects.filter(confirmed_at=None, at__lt=clock.now() - KEPT_FOR)
    return stale.delete()[0]
