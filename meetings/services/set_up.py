"""はじめの設定: answers kept page by page, and made into bodies in one act."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from meetings import set_up as drawing
from meetings.models import FileKind, RecordsClass, RetentionRule, SetUp
from meetings.set_up import Drawn
from members.access import Actor, access_for
from members.facts import Action
from members.filters import organizations_offered, units_offered
from members.models import Body, Organization, Person, Policy, Relaxation, Unit
from members.policies import HEALTH
from members.services import charters, downloads, relaxations, units
from members.services.charters import Planned
from members.services.foundings import Decision, Founding
from members.typical_charters import TYPICAL
from portal.core import audit, clock
from portal.core.errors import HiddenError, InvalidError, RefusedError
from portal.core.repeats import made_before

A_YEAR = timedelta(days=365)
_GROUND = "設置要綱の定めによる"


@transaction.atomic
def begin(*, actor: Actor, key: UUID, code: str) -> SetUp:
    """Begin from a typical ordinance; a repeat with ``key`` is answered."""
    _require(actor)
    known = made_before(SetUp, key, entered_by=actor.person)
    if known is not None:
        return known
    if code not in TYPICAL:
        raise HiddenError
    made = SetUp.objects.create(
        id=key, code=code, entered_by=actor.person, begun_at=clock.now()
    )
    _record("begin", actor, made)
    return made


@transaction.atomic
def answer(
    *, actor: Actor, set_up: SetUp, theme: str, answers: dict[str, Any]
) -> SetUp:
    """Keep the answers of one page; those of the other pages stay as they are."""
    row = _locked(actor, set_up)
    if row.founded_at is not None:
        raise RefusedError(_("この内容の会議体は、もう設置されています。"))
    row.answers = {**row.answers, theme: answers}
    row.save(update_fields=["answers"])
    return row


@transaction.atomic
def drop(*, actor: Actor, set_up: SetUp) -> None:
    """Throw the answers away; bodies that were made of them stay."""
    row = _locked(actor, set_up)
    if row.founded_at is not None:
        raise RefusedError(_("この内容の会議体は、もう設置されています。"))
    _record("drop", actor, row)
    row.delete()


@transaction.atomic
def found(*, actor: Actor, set_up: SetUp) -> list[Body]:
    """Make the bodies that the answers draw, with all that is settled of them.

    All or none; a repeat is answered. Raises InvalidError while a page is missing.
    """
    row = _locked(actor, set_up)
    drawn = drawing.drawn_of(row) if drawing.is_complete(row) else []
    if row.founded_at is not None:
        return list(Body.objects.filter(pk__in=[each.key for each in drawn]))
    if not drawn:
        raise InvalidError(_("まだ答えていない質問があります。"))
    settled = _settled(row)
    bodies = charters.found_together(
        actor=actor,
        plans=[_planned(actor, row, each, settled) for each in drawn],
        decision=settled.decision,
    )
    _keep_records(actor, bodies, settled)
    _set_policy(actor, settled)
    row.founded_at = clock.now()
    row.save(update_fields=["founded_at"])
    _record("found", actor, row)
    return bodies


@dataclass(frozen=True, slots=True)
class _Settled:
    """The answers that are no rules of a body, as rows and days."""

    answers: dict[str, Any]
    decision: Decision
    people: dict[str, Person]
    organizations: tuple[Organization, ...]

    def person(self, name: str) -> Person | None:
        """Who was chosen in the field of that name; None for a field left empty."""
        chosen = self.answers.get(name)
        if not chosen:
            return None
        if chosen not in self.people:
            raise RefusedError(
                _("選んだ人がいなくなりました。担当を選び直してください。")
            )
        return self.people[chosen]


def _settled(row: SetUp) -> _Settled:
    answers = drawing.flat(row)
    chosen = [v for name, v in answers.items() if name.startswith(_PEOPLE) and v]
    people = Person.objects.filter(pk__in=chosen).select_related("organization")
    return _Settled(
        answers,
        Decision(answers["decided_by"], date.fromisoformat(answers["decided_on"])),
        {
            str(p.pk): p
            for p in people.filter(pk__in=[value for value in chosen if value])
        },
        tuple(organizations_offered().filter(pk__in=answers["organizations"])),
    )


_PEOPLE = "who_"


def _planned(actor: Actor, row: SetUp, drawn: Drawn, settled: _Settled) -> Planned:
    body, typical = drawn.body, drawn.typical
    unit = _unit(actor, row, body.unit) if body.unit else None
    place = body.unit.name if body.unit else ""
    keeper = settled.person(drawing.keeper_asked(row, place, settled.answers))
    if keeper is None:
        raise InvalidError(_("最初の事務局になる人を選んでください。"))
    ground, *also = drawn.grounds
    named_now = drawn.rules.head_rule in drawing.NAMED_NOW
    apart = typical.everywhere  # its own offices are named by its own secretariat
    founding = Founding(
        name=body.name,
        tier=body.tier,
        ground=ground,
        also=tuple(also),
        keeper=keeper,
        convener=None if apart else settled.person("who_convener"),
        head=settled.person("who_head") if named_now and not apart else None,
        organizations=settled.organizations if typical.has_cases else (),
        starts_on=body.starts_on or clock.today(),
        unit=unit,
    )
    return Planned(drawn.key, founding, drawn.rules, drawn.below)


def _unit(actor: Actor, row: SetUp, unit: Unit) -> Unit:
    known = units_offered().filter(name=unit.name).first()
    if known is not None:
        return known
    key = drawing.unit_key(row, unit.name)
    return units.enter_unit(actor=actor, key=key, name=unit.name)


def _keep_records(actor: Actor, bodies: list[Body], settled: _Settled) -> None:
    """保存期間 of the bodies' files, by the decision that founds them (R34)."""
    for kind, name in drawing.CLASS_FIELDS.items():
        row = RecordsClass.objects.filter(pk=settled.answers[name]).first()
        if row is None:
            raise RefusedError(
                _("選んだ保存期間がなくなりました。選び直してください。")
            )
        RetentionRule.objects.bulk_create(
            RetentionRule(
                body=body,
                kind=kind,
                records_class=row,
                starts_on=clock.today(),
                decided_by=settled.decision.by,
                entered_by=actor.person,
            )
            for body in bodies
            if kind == FileKind.SITTING or body.rules.regimes
        )


def _set_policy(actor: Actor, settled: _Settled) -> None:
    """What holds for the whole town: originals inside, codes by telephone (R8)."""
    decision, allowed = settled.decision, settled.answers["internal_downloads"]
    if not Policy.in_force().says(allowed):
        downloads.decide(
            actor=actor,
            decision=downloads.Decision(allowed, decision.by, decision.on, _GROUND),
        )
    kind = Relaxation.Kind.TELEPHONE
    if not settled.answers["telephone"] or relaxations.in_force(kind) is not None:
        return
    words = relaxations.Decision(
        kind, decision.by, decision.on, _GROUND, clock.today() + A_YEAR
    )
    relaxations.enter(actor=actor, decision=words)


def _require(actor: Actor) -> None:
    access_for(actor, cases=(), items=()).require(Action.ADMINISTER, HEALTH)


def _locked(actor: Actor, set_up: SetUp) -> SetUp:
    _require(actor)
    found = SetUp.objects.select_for_update(of=("self",)).filter(pk=set_up.pk).first()
    if found is None:
        raise HiddenError
    return found


def _record(what: str, actor: Actor, row: SetUp) -> None:
    audit.record(
        f"meetings.set_up.{what}",
        actor=actor.id,
        subject=f"set_up:{row.id}",
        detail={"code": row.code},
    )
