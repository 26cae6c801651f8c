"""委嘱・任命 between the regular rolls: approved by whom and for which term (R10)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from members.access import Actor
from members.facts import Action, Role
from members.filters import concerning, ending_after, holding_at
from members.models import Body, Commission, Membership, Organization, Person
from members.offices import approval_was_held, approvers_of
from members.services.bodies import lock_body
from members.services.charters import begin_of
from members.services.people import NewPerson, enter_person
from members.terms import remaining_term, usual_end
from portal.core import audit, clock
from portal.core.errors import HiddenError, InvalidError, RefusedError

Form = Commission.Form


@dataclass(frozen=True, slots=True)
class Term:
    """From which day; ``replaces`` is the one whose remaining term it is (補欠)."""

    starts_on: date
    replaces: Commission | None = None


@transaction.atomic
def commission_person(
    *,
    actor: Actor,
    body: Body,
    person: Person,
    approved_by: str,
    approved_on: date,
    term: Term | None = None,
) -> Commission:
    """Commission ``person`` to ``body`` with the term that the body's rule gives.

    Without ``term`` it begins now, and one that holds already is kept. Raises
    InvalidError for an approval by somebody whom the rule does not name, or to
    come, and for a term without a day; RefusedError for one that overlaps another.
    """
    body = lock_body(actor, body, Action.APPOINT)
    if term is None:
        own = concerning(person)
        held = _overlapping(body, own, clock.now(), None)
        known = held.filter(starts_at__lte=clock.now()).first()
        if known is not None:
            return known
        term = Term(clock.today())
    check_approval(body, approved_by, approved_on)
    form = Form.APPOINTMENT if person.organization.internal else Form.INDIVIDUAL
    commission = Commission(form=form, body=body, person=person)
    commission.approved_by, commission.approved_on = approved_by, approved_on
    return _begin(actor, commission, term)


@transaction.atomic
def commission_somebody(
    *,
    actor: Actor,
    body: Body,
    person: Person | NewPerson,
    approved_by: str,
    approved_on: date,
    term: Term,
) -> Commission:
    """Commission somebody who may be new to the portal: entered, if so, in one act."""
    body = lock_body(actor, body, Action.APPOINT)  # before the trail is
    if isinstance(person, NewPerson):
        person = enter_person(actor=actor, body=body, entry=person)
    return commission_person(
        actor=actor,
        body=body,
        person=person,
        approved_by=approved_by,
        approved_on=approved_on,
        term=term,
    )


@transaction.atomic
def commission_organization(
    *,
    actor: Actor,
    body: Body,
    organization: Organization,
    approved_by: str,
    approved_on: date,
    term: Term,
) -> Commission:
    """Commission an organisation as a whole; who comes is named case by case (R10)."""
    body = lock_body(actor, body, Action.APPOINT)
    check_approval(body, approved_by, approved_on)
    commission = Commission(
        form=Form.ORGANIZATION, body=body, organization=organization
    )
    commission.approved_by, commission.approved_on = approved_by, approved_on
    return _begin(actor, commission, term)


def check_approval(body: Body, approved_by: str, approved_on: date) -> None:
    """Raise InvalidError or RefusedError unless the body's rule names who approved."""
    if approved_on > clock.today():
        raise InvalidError(_("承認した日は、今日までの日付にしてください。"))
    then = clock.day_end(approved_on) - timedelta(microseconds=1)
    approvers = [*approvers_of(body, clock.now()), *approvers_of(body, then)]
    rule = {"office": body.rules.get_member_approval_display()}
    if not approvers:
        _check_first(body, approved_by, rule)
        return
    if not any(_plain(p.name) in _plain(approved_by) for p in approvers):
        names = "、".join(dict.fromkeys(person.name for person in approvers))
        raise InvalidError(
            _(
                "この会議体では、構成員の追加は%(office)s(%(names)s)が承認します。"
                "承認した人の氏名をお確かめください。"
            )
            % {**rule, "names": names}
        )


def _check_first(body: Body, approved_by: str, rule: dict[str, str]) -> None:
    """Until the office has a first holder, who decided on the rules approves."""
    decided_by = body.rules.decided_by
    if approval_was_held(body) or not decided_by:
        raise RefusedError(
            _(
                "この会議体では%(office)sが構成員の追加を承認しますが、"
                "いま%(office)sがいません。先に役割を登録してください。"
            )
            % rule
        )
    if _plain(decided_by) not in _plain(approved_by):
        raise InvalidError(
            _(
                "%(office)sがまだ決まっていないため、"
                "設定を決めた人(%(name)s)が承認します。"
            )
            % {**rule, "name": decided_by}
        )


def _plain(words: str) -> str:
    return "".join(words.split())


def _begin(actor: Actor, commission: Commission, term: Term) -> Commission:
    body, start = commission.body, begin_of(term.starts_on)
    until = _until(body, term)
    end = clock.day_end(until) if until else None
    party = (
        Q(person=commission.person)
        if commission.person
        else Q(organization=commission.organization)
    )
    if _overlapping(body, party, start, end).exists():
        raise RefusedError(
            _(
                "その期間には、もう委嘱・任命があります。先に終えるか、日を改めてください。"
            )
        )
    commission.starts_at, commission.ends_at = start, end
    commission.term_until, commission.replaces = until, term.replaces
    commission.save()
    _record("make", actor, commission)
    return commission


def _until(body: Body, term: Term) -> date | None:
    """The last day of the term: the rule's, or what remains of the predecessor's."""
    if term.replaces is None:
        until = usual_end(body, term.starts_on)
        if until is not None and until < term.starts_on:
            raise InvalidError(_("会議体の終了日までに始まる任期にしてください。"))
        return until
    if term.replaces.body_id != body.id:
        raise HiddenError
    left = term.replaces.ends_at
    if left is None or left > clock.day_end(term.starts_on):
        raise InvalidError(_("前任者の任期を、先に終えてください。"))
    try:
        return remaining_term(term.starts_on, term.replaces.term_until)
    except ValueError as error:
        raise InvalidError(
            _(
                "前任者の任期はその日までに満了しています。補欠ではなく、新しく委嘱します。"
            )
        ) from error


def _overlapping(
    body: Body, party: Q, start: datetime, end: datetime | None
) -> QuerySet[Commission]:
    rows = body.commissions.filter(party, ending_after(start))
    return rows if end is None else rows.filter(starts_at__lt=end)


@transaction.atomic
def end_commission(
    *, actor: Actor, commission: Commission, off_from: date
) -> Commission:
    """解嘱・解任: end it before its term; today is now. The duty of secrecy stays.

    Raises RefusedError while the person holds an office of the body.
    """
    body = lock_body(actor, commission.body, Action.APPOINT)
    found = body.commissions.filter(pk=commission.pk).select_related("person").first()
    if found is None:
        raise HiddenError
    end = begin_of(off_from)
    if found.ends_at is not None and found.ends_at <= end:
        raise RefusedError(_("この任期は、その日にはもう終わっています。"))
    if end <= found.starts_at:
        raise InvalidError(_("終わる日は、始まる日より後にしてください。"))
    party = found.person or found.organization
    own = (
        Q(person=found.person)
        if found.person
        else Q(person__organization=found.organization)
    )
    offices = body.offices.filter(own, ending_after(end))
    if offices.exists():
        raise RefusedError(
            _("%(name)sには、この会議体の役割があります。先に役割を終えてください。")
            % {"name": party.name if party else ""}
        )
    found.ends_at = end
    found.save(update_fields=["ends_at"])
    _end_selections(found, own, end)
    _record("end", actor, found)
    return found


def _end_selections(commission: Commission, own: Q, end: datetime) -> None:
    """What rested on it ends with it, so that a later commission revives nothing (R14).

    Who is commissioned to another body of the unit keeps the cases: these are dealt
    with on joint days.
    """
    unit = commission.body.unit
    others = Commission.objects.filter(holding_at(end), body__unit=unit)
    others = others.exclude(pk=commission.pk)
    people = others.filter(person__isnull=False).values("person")
    houses = others.filter(organization__isnull=False).values("organization")
    Membership.objects.filter(
        own,
        ending_after(end),
        starts_at__lt=end,
        role__in=[Role.INTERNAL, Role.EXTERNAL],
        case__unit=unit,
    ).exclude(person__in=people).exclude(person__organization__in=houses).update(
        ends_at=end
    )


def _record(what: str, actor: Actor, commission: Commission) -> None:
    kind = "person" if commission.person_id else "organization"
    party = commission.person_id or commission.organization_id
    on, until = commission.approved_on, commission.term_until
    audit.record(
        f"members.commission.{what}",
        actor=actor.id,
        subject=f"{kind}:{party}",
        detail={
            "body": str(commission.body_id),
            "approved_by": commission.approved_by,
            "approved_on": on.isoformat() if on else "",
            "until": until.isoformat() if until else "",
        },
    )
