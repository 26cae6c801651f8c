"""招集者・長・事務局 given and ended; convener and head may be two people (R17)."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from members.access import Actor
from members.facts import Action, Role
from members.filters import concerning, ending_after, holding_at
from members.models import Body, Case, Charter, Membership, Office, Person, Recusal
from members.offices import Part, may_hold_office, part_of, part_words
from members.services.bodies import lock_body
from members.services.charters import begin_of
from portal.core import audit, clock
from portal.core.errors import HiddenError, InvalidError, RefusedError

HeadRule = Charter.HeadRule
_CUSTODIANS = (Role.CHAIR, Role.SECRETARIAT)


@dataclass(frozen=True, slots=True)
class OfficeTerm:
    """From and until which day, and who elected or named the holder, when."""

    starts_on: date
    until: date | None = None
    appointed_by: str = ""
    appointed_on: date | None = None


@transaction.atomic
def give_office(
    *,
    actor: Actor,
    body: Body,
    person: Person,
    part: Part,
    term: OfficeTerm,
    with_cases: bool = False,
) -> Office:
    """Give a commissioned person an office of the body.

    One person convenes and one is the head at a time, several keep the secretariat.
    The head comes to office as the body's rule says. ``with_cases`` selects the
    holder for the cases of the unit that the actor keeps.
    """
    body = lock_body(actor, body, Action.APPOINT)
    start = begin_of(term.starts_on)
    if term.until is not None and term.until < term.starts_on:
        raise InvalidError(_("任期の終わりは、始まりの日以降にしてください。"))
    end = clock.day_end(term.until) if term.until else None
    _check_person(body, person, start)
    if part.presides:
        _check_head(body.rules_at(start), term)
    _check_free(body, person, part, (start, end))
    office = Office.objects.create(
        person=person,
        body=body,
        role=part.role,
        convenes=part.convenes,
        presides=part.presides,
        starts_at=start,
        ends_at=end,
        appointed_by=term.appointed_by,
        appointed_on=term.appointed_on,
    )
    if with_cases:
        _hand_cases(actor, office)
    _record("give", actor, office)
    return office


def _check_person(body: Body, person: Person, start: datetime) -> None:
    if not may_hold_office(person, start):
        raise RefusedError(
            _("%(name)sさんは、会議体の役割を持てません。") % {"name": person.name}
        )
    held = body.commissions.filter(concerning(person), holding_at(start))
    if not held.exists():
        raise RefusedError(
            _(
                "%(name)sさんは、その日に委嘱・任命を受けていません。先に登録してください。"
            )
            % {"name": person.name}
        )


def _check_head(rules: Charter, term: OfficeTerm) -> None:
    title = {"title": rules.head_title}
    if rules.head_rule == HeadRule.NONE:
        raise RefusedError(_("この会議体には、%(title)sを置きません。") % title)
    if rules.head_by_post:
        raise RefusedError(
            _(
                "この会議体の%(title)sは、役職で決まります。"
                "役職の画面で、その役職に立場を付けてください。"
            )
            % title
        )
    if not term.appointed_by or term.appointed_on is None:
        raise InvalidError(
            _("%(title)sを選んだ人や会議と、選んだ日を入力してください。") % title
        )
    if term.appointed_on > clock.today():
        raise InvalidError(_("選んだ日は、今日までの日付にしてください。"))


def _check_free(
    body: Body, person: Person, part: Part, span: tuple[datetime, datetime | None]
) -> None:
    start, end = span
    same = body.offices.filter(ending_after(start), role=part.role)
    same = same.filter(sitting_id=None).select_related("person")
    if end is not None:
        same = same.filter(starts_at__lt=end)
    for office in same:
        clash = (office.convenes and part.convenes) or (
            office.presides and part.presides
        )
        if office.person_id == person.id or (part.role == Role.CHAIR and clash):
            words = part_words(part_of(office), body.rules_at(start))
            raise RefusedError(
                _("その期間の%(part)sは、%(name)sさんです。先に任期を終えてください。")
                % {"part": words, "name": office.person.name}
            )


def _hand_cases(actor: Actor, office: Office) -> None:
    """Select the holder for the cases that the actor keeps there, recusals apart."""
    if office.body is None:
        return
    kept = Membership.objects.filter(
        holding_at(clock.now()), person=actor.person, role__in=_CUSTODIANS
    )
    away = Recusal.objects.filter(
        concerning(office.person), ending_after(office.starts_at)
    )
    own = office.person.memberships.filter(
        ending_after(office.starts_at), role=office.role
    )
    cases = (
        Case.objects.filter(id__in=kept.values("case"), unit=office.body.unit)
        .exclude(id__in=away.filter(case__isnull=False).values("case"))
        .exclude(id__in=own.values("case"))
    )
    Membership.objects.bulk_create(
        Membership(
            case=case,
            person=office.person,
            role=office.role,
            back_history=True,
            reason="役割の引継ぎ",
            selected_by=actor.person,
            starts_at=office.starts_at,
            ends_at=office.ends_at,
        )
        for case in cases
    )


@transaction.atomic
def end_office(*, actor: Actor, office: Office, off_from: date) -> Office:
    """End an office: today is now, any other day its first moment.

    What the holder kept by it ends as well. Raises RefusedError where nobody would
    be left to run the body.
    """
    if office.body is None:
        raise HiddenError
    body = lock_body(actor, office.body, Action.APPOINT)
    found = body.offices.filter(pk=office.pk).select_related("person").first()
    if found is None:
        raise HiddenError
    end = begin_of(off_from)
    if found.ends_at is not None and found.ends_at <= clock.now():
        raise RefusedError(_("この任期は、もう終わっています。"))
    if end <= found.starts_at:
        raise InvalidError(_("終わる日は、始まる日より後にしてください。"))
    others = body.offices.filter(ending_after(end))
    if not others.exclude(pk=found.pk).filter(starts_at__lte=end).exists():
        raise RefusedError(
            _("この会議体を動かす人がいなくなります。先に次の人を登録してください。")
        )
    found.ends_at = end
    found.save(update_fields=["ends_at"])
    _end_custody(found, end)
    _record("end", actor, found)
    return found


def _end_custody(office: Office, end: datetime) -> None:
    """Custody of the unit's cases ends, unless another office there bears it."""
    unit = office.body.unit_id if office.body else None
    others = office.person.offices.filter(
        ending_after(end), role=office.role, body__unit=unit
    )
    if unit is None or others.exclude(pk=office.pk).exists():
        return
    office.person.memberships.filter(
        ending_after(end), role=office.role, case__unit=unit
    ).update(ends_at=end)


def _record(what: str, actor: Actor, office: Office) -> None:
    audit.record(
        f"members.office.{what}",
        actor=actor.id,
        subject=f"person:{office.person_id}",
        detail={"body": str(office.body_id), "part": part_of(office)},
    )
