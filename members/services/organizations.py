"""機関: sections of the city and outside agencies, entered, changed and ended.

The city's own sections are settings of the administration, for whoever belongs to one
is internal to every rule; outside agencies are entered by custodians too (R17, R32).
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from members import registry
from members.access import Actor
from members.filters import ending_after
from members.models import Organization, Person, Unit
from members.registry import Keeping
from portal.core import audit, clock
from portal.core.errors import HiddenError, InvalidError, RefusedError
from portal.core.repeats import made_before


@dataclass(frozen=True, slots=True)
class OrganizationEntry:
    """An organisation as it stands in the register; ``unit`` None is the whole town."""

    name: str
    internal: bool = False
    kana: str = ""
    unit: Unit | None = None
    address: str = ""
    phone: str = ""
    fax: str = ""


@transaction.atomic
def enter_organization(
    *, actor: Actor, key: UUID, entry: OrganizationEntry
) -> Organization:
    """Enter an organisation; a repeat, by ``key`` or word for word, is answered.

    An agency that was known from a request alone gets its place in the register.
    Raises InvalidError for a name that is taken, HiddenError for a section of the city
    that somebody else than the administration enters.
    """
    _require(actor, internal=entry.internal)
    known = made_before(Organization, key)
    if known is not None:
        return known
    same = _same_name(entry).first()
    if same is not None and same.listed:
        if _entry_of(same) == entry:
            return same
        raise _taken()
    row = same or Organization(id=key, internal=entry.internal)
    row.listed = True
    _write(row, entry)
    _record("enter", actor, row)
    return row


@transaction.atomic
def change_organization(
    *, actor: Actor, organization: Organization, entry: OrganizationEntry
) -> Organization:
    """Change the entry; inside or outside stays, for rights rest on it."""
    row = _locked(actor, organization)
    if entry.internal != row.internal:
        raise InvalidError(
            _(
                "庁内・庁外は、あとから変えられません。新しい機関として登録してください。"
            ),
            field="internal",
        )
    if _same_name(entry).filter(listed=True).exclude(pk=row.pk).exists():
        raise _taken()
    _write(row, entry)
    _record("change", actor, row)
    return row


@transaction.atomic
def end_organization(
    *, actor: Actor, organization: Organization, last_day: date
) -> Organization:
    """Offer the organisation no more after ``last_day``; what was done there stays.

    Raises RefusedError while people or a commission would be left behind.
    """
    row = _locked(actor, organization)
    if last_day < clock.today():
        raise InvalidError(_("今日以降の日にしてください。"), field="last_day")
    after = ending_after(clock.day_end(last_day))
    if row.people.filter(after).exists() or row.commissions.filter(after).exists():
        raise RefusedError(
            _(
                "その日より後も、所属する人や団体委嘱が残ります。"
                "先に、異動か終了を登録してください。"
            )
        )
    row.ends_on = last_day
    row.save(update_fields=["ends_on"])
    _record("end", actor, row)
    return row


def _require(actor: Actor, *, internal: bool) -> Keeping:
    kept = registry.keeping(actor)
    if internal and not kept.administers:
        raise HiddenError
    kept.require_fresh()
    Person.objects.select_for_update(of=("self",)).get(
        pk=actor.id
    )  # two clicks are one
    return kept


def _locked(actor: Actor, organization: Organization) -> Organization:
    rows = Organization.objects.select_for_update(of=("self",))
    row = rows.filter(pk=organization.pk, listed=True).first()
    if row is None:
        raise HiddenError
    _require(actor, internal=row.internal)
    return row


def _same_name(entry: OrganizationEntry) -> QuerySet[Organization]:
    """Of that name in the register and the unit, or known from a request alone."""
    rows = Organization.objects.filter(
        name=entry.name.strip(), internal=entry.internal, ends_on=None
    )
    return rows.filter(Q(listed=False) | Q(unit=entry.unit)).order_by("-listed")


def _entry_of(row: Organization) -> OrganizationEntry:
    names = OrganizationEntry.__dataclass_fields__
    return OrganizationEntry(**{name: getattr(row, name) for name in names})


def _write(row: Organization, entry: OrganizationEntry) -> None:
    if not entry.name.strip():
        raise InvalidError(_("名称を入力してください。"), field="name")
    for name in ("name", "kana", "address", "phone", "fax"):
        setattr(row, name, getattr(entry, name).strip())
    row.unit = entry.unit
    row.save()


def _taken() -> InvalidError:
    return InvalidError(_("同じ名称の機関が、もう登録されています。"), field="name")


def _record(what: str, actor: Actor, row: Organization) -> None:
    audit.record(
        f"members.organization.{what}",
        actor=actor.id,
        subject=f"organization:{row.id}",
    )
