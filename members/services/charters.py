"""設置要綱: bodies set up, their rules and legal bases changed, their end (R17, R19).

Rules and bases are dated versions. A change begins today or later, so that nothing
that was done under the old words is read under new ones.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from members.access import Actor, access_for
from members.facts import Action
from members.filters import ending_after
from members.grounds import words_of
from members.models import (
    Body,
    Charter,
    LegalBasis,
)
from members.models.charters import RULES
from members.policies import HEALTH, rules_facts
from members.services import foundings
from members.services.bodies import lock_body
from members.services.foundings import Decision, Founding
from portal.core import audit, clock, jp
from portal.core.errors import HiddenError, InvalidError, RefusedError


@transaction.atomic
def found_body(
    *,
    actor: Actor,
    key: UUID,
    founding: Founding,
    rules: Charter | None,
    decided_by: str,
    decided_on: date,
) -> Body:
    """Set up a body with its basis, its rules (else the usual) and its secretariat.

    The custodians of the parent body do this, or the administration for a body
    without a parent. A repeat with ``key`` is answered.
    """
    _require_founder(actor, founding)
    return _found(actor, key, founding, rules, Decision(decided_by, decided_on))


@dataclass(frozen=True, slots=True)
class Planned:
    """A body of several that are set up at once; ``below`` is the key of its parent."""

    key: UUID
    founding: Founding
    rules: Charter
    below: UUID | None = None


@transaction.atomic
def found_together(
    *, actor: Actor, plans: Sequence[Planned], decision: Decision
) -> list[Body]:
    """Set up the bodies of one ordinance, all or none, parents first.

    The administration does this; the bodies below stand under those of the same act.
    """
    access_for(actor, cases=(), items=()).require(Action.ADMINISTER, HEALTH)
    made: dict[UUID, Body] = {}
    for plan in plans:
        founding = plan.founding
        if plan.below is not None:
            founding = replace(founding, parent=made[plan.below])
        made[plan.key] = _found(actor, plan.key, founding, plan.rules, decision)
    return list(made.values())


def _found(
    actor: Actor,
    key: UUID,
    founding: Founding,
    rules: Charter | None,
    decision: Decision,
) -> Body:
    known = Body.objects.filter(pk=key).first()
    if known is not None:
        return known
    _check_founding(founding)
    _check_decision(decision.by, decision.on)
    start = clock.day_start(founding.starts_on)
    words = [words_of(code, start) for code in (founding.ground, *founding.also)]
    if words[0] is None or None in words:
        raise InvalidError(_("設置日に施行されている根拠法令を選んでください。"))
    body = Body.objects.create(
        id=key,
        name=founding.name,
        tier=founding.tier,
        unit=founding.unit,
        parent=founding.parent,
        regime=words[0].regime,
        starts_on=founding.starts_on,
        ends_on=founding.ends_on,
    )
    foundings.stand_on(body, founding, decision)
    version = rules or Charter.usual(body)
    foundings.check_people(founding, version)
    _write_version(actor, body, version, start, (decision.by, decision.on))
    foundings.take_seats(body, founding, version, decision)
    _record("found", actor, body, (decision.by, decision.on))
    return body


def _require_founder(actor: Actor, founding: Founding) -> None:
    access = access_for(actor, cases=(), items=())
    if founding.parent is None:
        access.require(Action.ADMINISTER, HEALTH)
    else:
        access.require(Action.SET_RULES, rules_facts(founding.parent))


def _check_founding(founding: Founding) -> None:
    parent, unit = founding.parent, founding.unit
    if founding.ends_on is not None and founding.ends_on < founding.starts_on:
        raise InvalidError(_("終了日は、設置日以降の日にしてください。"))
    if parent is not None and parent.unit_id not in {None, unit.id if unit else None}:
        raise InvalidError(_("上位の会議体と同じ圏域の会議体にしてください。"))
    if parent is not None and not parent.exists_on(founding.starts_on):
        raise InvalidError(_("上位の会議体が設置されている期間に設置してください。"))
    if Body.objects.filter(name=founding.name, unit=unit).exists():
        raise InvalidError(_("この圏域には、同じ名称の会議体がもうあります。"))


@transaction.atomic
def set_rules(
    *,
    actor: Actor,
    body: Body,
    rules: Charter,
    starts_on: date,
    decided_by: str,
    decided_on: date,
) -> Charter:
    """Let new rules begin on ``starts_on``; the version before them ends then.

    ``rules`` is an unsaved row that carries the settings. Of a body that has not
    begun they take the place of those with which it begins, or follow them. Raises
    InvalidError for a day gone by or before the body's first, rules equal to those
    in force, or a later version that waits.
    """
    body = lock_body(actor, body, Action.SET_RULES)
    start = begin_of(starts_on)
    _check_decision(decided_by, decided_on)
    _check_first_day(body, starts_on)
    _check_waiting(body)
    if _same_rules(rules, body.rules_at(start)):
        raise InvalidError(_("いまの規則から変わるところがありません。"))
    body.charters.filter(starts_at=start, starts_at__gt=clock.now()).delete()
    body.charters.filter(ends_at=None).update(ends_at=start)
    version = _write_version(actor, body, rules, start, (decided_by, decided_on))
    _record("rules", actor, body, (decided_by, decided_on), starts_on)
    return version


def _check_first_day(body: Body, starts_on: date) -> None:
    if body.ends_on is not None and starts_on > body.ends_on:
        raise InvalidError(_("会議体の終了日より前の日にしてください。"))
    if body.starts_on is not None and starts_on < body.starts_on:
        raise InvalidError(
            _("この会議体は%(day)sに始まります。その日以降の日にしてください。")
            % {"day": jp.era_words(body.starts_on)},
            field="starts_on",
        )


def _check_waiting(body: Body) -> None:
    """At most one version waits, beside the one with which the body begins."""
    begun = body.begun_by(clock.now())
    waiting = body.charters.filter(starts_at__gt=begun).first()
    if waiting is not None:
        day = jp.era_words(clock.day_of(waiting.starts_at))
        raise InvalidError(
            _(
                "%(day)sからの版が、もう登録されています。先にその版を取り消してください。"
            )
            % {"day": day}
        )


def _same_rules(one: Charter, other: Charter) -> bool:
    """Whether two versions say the same; a version never entered says nothing."""
    if other.pk is None:
        return False
    return all(getattr(one, name) == getattr(other, name) for name in RULES)


def _write_version(
    actor: Actor,
    body: Body,
    rules: Charter,
    start: datetime,
    decision: tuple[str, date],
) -> Charter:
    version = Charter(**{name: getattr(rules, name) for name in RULES})
    version.body, version.starts_at = body, start
    version.decided_by, version.decided_on = decision
    version.entered_by, version.entered_at = actor.person, clock.now()
    try:
        version.clean_fields()
    except ValidationError as error:
        raise InvalidError(" ".join(error.messages)) from error
    version.save()
    return version


@transaction.atomic
def withdraw_rules(*, actor: Actor, version: Charter) -> None:
    """Take back a version that has not begun; the one before it goes on.

    Raises RefusedError for the first: the body would be left without rules.
    """
    body = lock_body(actor, version.body, Action.SET_RULES)
    found = body.charters.filter(pk=version.pk).first()
    if found is None:
        raise HiddenError
    if found.starts_at <= clock.now():
        raise RefusedError(
            _("この版は、もう適用されています。新しい版を登録してください。")
        )
    start = found.starts_at
    if not body.charters.filter(starts_at__lt=start).exists():
        raise RefusedError(
            _(
                "会議体が始まるときの規則は、取り消せません。"
                "違うところは「規則を改める」で直してください。"
            )
        )
    found.delete()
    body.charters.filter(ends_at=start).update(ends_at=None)
    audit.record(
        "members.body.rules_withdraw", actor=actor.id, subject=f"body:{body.id}"
    )


@transaction.atomic
def set_basis(
    *,
    actor: Actor,
    body: Body,
    ground: str,
    starts_on: date,
    decided_by: str,
    decided_on: date,
) -> LegalBasis:
    """Let the body stand on ``ground`` from a day on, until ``end_basis`` (R19)."""
    body = lock_body(actor, body, Action.SET_RULES)
    start = begin_of(starts_on)
    _check_decision(decided_by, decided_on)
    if words_of(ground, start) is None:
        raise InvalidError(_("その日に施行されている根拠法令を選んでください。"))
    same = body.legal_bases.filter(ground=ground)
    if same.filter(ending_after(start)).exists():
        raise InvalidError(_("この根拠は、その日にはもう登録されています。"))
    basis = LegalBasis.objects.create(
        body=body,
        ground=ground,
        starts_at=start,
        decided_by=decided_by,
        decided_on=decided_on,
    )
    _record("basis", actor, body, (decided_by, decided_on), starts_on, ground)
    return basis


@transaction.atomic
def end_basis(
    *,
    actor: Actor,
    basis: LegalBasis,
    off_from: date,
    decided_by: str,
    decided_on: date,
) -> LegalBasis:
    """Let a ground carry nothing from ``off_from`` on: its items close then (R19)."""
    body = lock_body(actor, basis.body, Action.SET_RULES)
    found = body.legal_bases.filter(pk=basis.pk).first()
    if found is None:
        raise HiddenError
    end = begin_of(off_from)
    _check_decision(decided_by, decided_on)
    if found.ends_at is not None and found.ends_at <= clock.now():
        raise RefusedError(_("この根拠は、もう終わっています。"))
    if end <= found.starts_at:
        raise InvalidError(_("終わる日は、始まる日より後にしてください。"))
    found.ends_at = end
    found.end_decided_by, found.end_decided_on = decided_by, decided_on
    found.save()
    _record("basis_end", actor, body, (decided_by, decided_on), off_from, found.ground)
    return found


@transaction.atomic
def end_body(
    *, actor: Actor, body: Body, last_day: date, decided_by: str, decided_on: date
) -> Body:
    """Let the body end with ``last_day``: no sitting after it, its archive stays.

    Terms that last as long as the body end with it, except those of its offices,
    who keep the archive.
    """
    body = lock_body(actor, body, Action.SET_RULES)
    begin_of(last_day)
    _check_decision(decided_by, decided_on)
    if body.ends_on is not None and body.ends_on < clock.today():
        raise RefusedError(_("この会議体は、もう終わっています。"))
    if body.starts_on is not None and last_day < body.starts_on:
        raise InvalidError(_("終了日は、設置日以降の日にしてください。"))
    if body.children.filter(Q(ends_on=None) | Q(ends_on__gt=last_day)).exists():
        raise RefusedError(_("先に、この会議体の下にある会議体を終えてください。"))
    body.ends_on = last_day
    body.save(update_fields=["ends_on"])
    if body.rules.term_rule == Charter.TermRule.BODY:
        _end_terms(body, last_day)
    _record("end", actor, body, (decided_by, decided_on), last_day)
    return body


def _end_terms(body: Body, last_day: date) -> None:
    end = clock.day_end(last_day)
    ahead = ending_after(clock.now())
    keepers = body.offices.filter(ahead)
    people = keepers.values_list("person", "person__organization")
    mine = Q(person__in={p for p, _o in people}) | Q(
        organization__in={o for _p, o in people}
    )
    others = body.commissions.filter(ahead).exclude(mine)
    others.update(ends_at=end, term_until=last_day)


def begin_of(day: date) -> datetime:
    """The first moment of a change that begins on ``day``: now, where it is today."""
    if day < clock.today():
        raise InvalidError(
            _("今日以降の日にしてください。済んだことの扱いは、後から変えられません。"),
            field="starts_on",
        )
    return max(clock.day_start(day), clock.now())


def _check_decision(decided_by: str, decided_on: date) -> None:
    if not decided_by.strip():
        raise InvalidError(_("決めた人を入力してください。"))
    if decided_on > clock.today():
        raise InvalidError(_("決めた日は、今日までの日付にしてください。"))


def _record(
    what: str,
    actor: Actor,
    body: Body,
    decision: tuple[str, date],
    day: date | None = None,
    ground: str = "",
) -> None:
    by, on = decision
    detail = {"decided_by": by, "decided_on": on.isoformat(), "ground": ground}
    audit.record(
        f"members.body.{what}",
        actor=actor.id,
        subject=f"body:{body.id}",
        detail=detail | {"day": day.isoformat() if day else ""},
    )
