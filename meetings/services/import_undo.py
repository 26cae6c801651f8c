"""取り消し: what an import entered goes again, as long as nothing rests on it.

What somebody has used since stays, and the row says why. Everything of a case that is
more than its entry makes it stay: the rest is disposed of by two people (R34).
"""

from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _

from meetings.models import Import, ImportedRow, Invitation, LegalHold, OldRecord
from meetings.services.imports import locked, record
from members.access import Actor, access_for
from members.facts import Action
from members.models import (
    Acknowledgement,
    Case,
    Commission,
    HouseholdMember,
    Membership,
    Office,
    Organization,
    Person,
    Seat,
)
from members.policies import case_facts
from portal.core import audit, clock, context, removal
from portal.core.audit import Act
from portal.core.errors import RefusedError
from portal.core.removal import Keys

UNDONE_WITHIN = timedelta(days=30)
TRIES = 3
Outcome = ImportedRow.Outcome
Rows = dict[Any, ImportedRow]


def undoable(source: Import) -> bool:
    """Whether the time for it is not over, and there is something to be undone."""
    ended = source.state in {Import.State.DONE, Import.State.STOPPED}
    if not ended or source.ended_at is None:
        return False
    return clock.now() < source.ended_at + UNDONE_WITHIN


def undo(*, actor: Actor, source: Import) -> int:
    """Remove what the rows entered and nobody has used; how many rows were undone.

    Raises RefusedError once the time for it is over, and while others go on using it.
    """
    for _try in range(TRIES):
        # What was written meanwhile, and refers to what goes, undoes the whole.
        with suppress(IntegrityError), transaction.atomic():
            return _undone(actor, source)
    raise RefusedError(
        _(
            "取り込んだものを、ほかの人が使い始めています。"
            "少し待ってから、もう一度お試しください。"
        )
    )


def _undone(actor: Actor, source: Import) -> int:
    row = locked(actor, source)
    if row.state == Import.State.UNDONE:
        return 0
    if not undoable(row):
        raise RefusedError(
            _("取り消せるのは、取り込みが終わってから30日のあいだです。")
        )
    rows = list(row.rows.filter(outcome=Outcome.MADE))
    _hold_still(rows)
    going, why = _cases(row, rows)
    _people(row, rows, going, why)
    _old_records(actor, rows, going, why)
    _organizations(rows, going, why)
    acts = _acts(actor, going)
    removal.remove({model: keys for model, keys in going.items() if keys})
    _note(rows, why)
    undone = len(rows) - len(why)
    if not why:
        row.state = Import.State.UNDONE
        row.save(update_fields=["state"])
    audit.record_all(acts)
    record("undo", actor, row, undone=undone, kept=len(why))
    return undone


def _hold_still(rows: list[ImportedRow]) -> None:
    """Lock what was entered before it is looked at, and the cases of old records."""
    records = OldRecord.objects.filter(id__in=_made(rows, OldRecord))
    cases = {*_made(rows, Case), *records.values_list("case", flat=True)}
    held: list[tuple[type[Model], Iterable[Any]]] = [
        (Case, cases),
        *((model, _made(rows, model)) for model in (Organization, Person, Commission)),
    ]
    for model, keys in held:
        found: QuerySet[Model] = QuerySet(model).filter(pk__in=keys).order_by("pk")
        list(found.select_for_update(of=("self",)).values_list("pk", flat=True))


def _made(rows: Iterable[ImportedRow], model: type[Model]) -> Rows:
    """The keys of what the rows entered into a table."""
    name = model.__name__.lower()
    key = model._meta.pk.to_python
    return {key(row.made[name]): row for row in rows if name in row.made}


_CASE = {Case, HouseholdMember, Membership}


def _cases(source: Import, rows: list[ImportedRow]) -> tuple[Keys, dict[int, str]]:
    """The cases on which nothing rests but what came with them."""
    going: Keys = defaultdict(set)
    why: dict[int, str] = {}
    for case_id, row in _made(rows, Case).items():
        found = removal.gather({Case: [case_id]})
        later = Membership.objects.filter(
            case=case_id, starts_at__gt=source.ended_at
        ).exists()
        if later or not found.keys() <= _CASE:
            why[row.pk] = _("議題、同意、選ばれた人などが、もうあります。")
            continue
        for model, keys in found.items():
            going[model] |= keys
    return going, why


_WORDS: dict[type[Model], str] = {
    Invitation: "会議の案内",
    Membership: "事例の選定",
    Seat: "議題の出席者",
    Acknowledgement: "誓約",
    Office: "会議体の役割",
    Commission: "ほかの委嘱",
}


def _people(
    source: Import, rows: list[ImportedRow], going: Keys, why: dict[int, str]
) -> None:
    """Commissions and people, as long as nobody was called, chosen or pledged."""
    commissions, people = _made(rows, Commission), _made(rows, Person)
    held: dict[Any, type[Model]] = {}
    pairs = Commission.objects.filter(id__in=commissions).values_list("id", "person")
    persons = dict(pairs)
    known = set(persons.values()) - people.keys()
    used = _used_since(source, known)
    new = removal.held(Person, set(people), {Commission: set(commissions)})
    for commission, person in persons.items():
        reason = new.get(person) or used.get(person)
        if reason is not None:
            held[commission] = reason
    held |= removal.held(Commission, set(persons), {})
    for commission, reason in held.items():
        words = _WORDS.get(reason, "ほかの登録")
        why[commissions[commission].pk] = _("もう使われています(%(what)s)。") % {
            "what": words
        }
    going[Commission] |= {key for key in persons if key not in held}
    going[Person] |= {
        person
        for commission, person in persons.items()
        if person in people and commission not in held
    }


def _used_since(source: Import, people: set[Any]) -> dict[Any, type[Model]]:
    """Who of the people that were known before has got something to do since."""
    found: dict[Any, type[Model]] = {}
    for model in (Membership, Seat, Office):
        rows = model.objects.filter(person__in=people, starts_at__gte=source.begun_at)
        found |= dict.fromkeys(rows.values_list("person", flat=True), model)
    asked = Invitation.objects.filter(
        person__in=people, sitting__starts_at__gte=source.begun_at
    )
    return found | dict.fromkeys(asked.values_list("person", flat=True), Invitation)


def _old_records(
    actor: Actor, rows: list[ImportedRow], going: Keys, why: dict[int, str]
) -> None:
    """Records from before, of cases that the actor keeps and no hold freezes."""
    made = _made(rows, OldRecord)
    found = OldRecord.objects.filter(id__in=made).select_related("case__body")
    held = list(found.prefetch_related("case__household"))
    cases = {each.case_id for each in held}
    access = access_for(actor, cases=cases, items=())
    holds = LegalHold.objects.filter(file_id__in=cases, lifted_at=None)
    frozen = set(holds.values_list("file_id", flat=True))
    for each in held:
        keeps = access.allows(Action.CONVENE, case_facts(each.case))
        if keeps and each.case_id not in frozen:
            going[OldRecord].add(each.id)
        else:
            why[made[each.id].pk] = _("事例が凍結されたか、担当から外れています。")


def _organizations(rows: list[ImportedRow], going: Keys, why: dict[int, str]) -> None:
    """Organisations in which nobody is left."""
    made = _made(rows, Organization)
    held = removal.held(Organization, set(made), going).keys()
    going[Organization] |= made.keys() - held
    for key in held:
        row = made[key]
        words = _("所属する人や委嘱などが、もうあります。")
        if "commission" in row.made:
            words = _(
                "人と委嘱は取り消しました。機関は、ほかの人などがいるので残しました。"
            )
        why.setdefault(row.pk, words)


_NAMES: dict[type[Model], tuple[str, str]] = {
    Case: ("members", "case"),
    Person: ("members", "person"),
    Commission: ("members", "commission"),
    Organization: ("members", "organization"),
    OldRecord: ("meetings", "old_record"),
}


def _acts(actor: Actor, going: Keys) -> list[Act]:
    """What the trail says of each thing that goes."""
    records = OldRecord.objects.filter(id__in=going.get(OldRecord, ()))
    cases = dict(records.values_list("id", "case"))
    cases |= {key: key for key in going.get(Case, ())}
    origin = context.origin()
    return [
        Act(f"{app}.{name}.undo", actor.id, origin, f"{name}:{key}", cases.get(key))
        for model, (app, name) in _NAMES.items()
        for key in sorted(going.get(model, ()), key=str)
    ]


def _note(rows: list[ImportedRow], why: dict[int, str]) -> None:
    for row in rows:
        row.words = why.get(row.pk, "")
        if row.pk not in why:
            row.outcome = Outcome.UNDONE
    ImportedRow.objects.bulk_update(rows, ["outcome", "words"])
