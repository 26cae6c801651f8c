"""圏域・区: the parts of the municipality, entered, renamed and ended (R32)."""

from datetime import date
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from members.access import Actor, access_for
from members.facts import Action
from members.models import Body, Person, Unit
from members.policies import HEALTH
from portal.core import audit, clock
from portal.core.errors import HiddenError, InvalidError, RefusedError
from portal.core.repeats import made_before


@transaction.atomic
def enter_unit(*, actor: Actor, key: UUID, name: str) -> Unit:
    """Enter a unit; a repeat with ``key`` is answered.

    Raises InvalidError for a name that another unit has.
    """
    _require(actor)
    known = made_before(Unit, key)
    if known is not None:
        return known
    unit = Unit.objects.create(id=key, name=_free_name(name))
    _record("enter", actor, unit)
    return unit


@transaction.atomic
def rename_unit(*, actor: Actor, unit: Unit, name: str) -> Unit:
    """Give the unit another name; papers that were made keep the old one."""
    unit = _locked(actor, unit)
    unit.name = _free_name(name, unit)
    unit.save(update_fields=["name"])
    _record("rename", actor, unit)
    return unit


@transaction.atomic
def end_unit(*, actor: Actor, unit: Unit, last_day: date) -> Unit:
    """Offer the unit no more after ``last_day``; its bodies have ended by then."""
    unit = _locked(actor, unit)
    if last_day < clock.today():
        raise InvalidError(_("今日以降の日にしてください。"), field="last_day")
    lasting = Q(ends_on=None) | Q(ends_on__gt=last_day)
    if Body.objects.filter(lasting, unit=unit).exists():
        raise RefusedError(_("先に、この圏域の会議体を終えてください。"))
    unit.ends_on = last_day
    unit.save(update_fields=["ends_on"])
    _record("end", actor, unit)
    return unit


def _require(actor: Actor) -> None:
    access_for(actor, cases=(), items=()).require(Action.ADMINISTER, HEALTH)
    Person.objects.select_for_update(of=("self",)).get(
        pk=actor.id
    )  # two clicks are one


def _locked(actor: Actor, unit: Unit) -> Unit:
    _require(actor)
    found = Unit.objects.select_for_update().filter(pk=unit.pk).first()
    if found is None:
        raise HiddenError
    return found


def _free_name(name: str, own: Unit | None = None) -> str:
    name = name.strip()
    if not name:
        raise InvalidError(_("圏域の名称を入力してください。"), field="name")
    same = Unit.objects.filter(name=name)
    if own is not None:
        same = same.exclude(pk=own.pk)
    if same.exists():
        raise InvalidError(_("同じ名称の圏域が、もう登録されています。"), field="name")
    return name


def _record(what: str, actor: Actor, unit: Unit) -> None:
    audit.record(f"members.unit.{what}", actor=actor.id, subject=f"unit:{unit.id}")
