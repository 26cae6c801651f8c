"""Cases: who is selected, who consented, who is kept away (R12, R22-R24, R27)."""

from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from members.access import Actor, access_for
from members.facts import Action, Role
from members.filters import ending_after, holding_at
from members.models import (
    Body,
    Case,
    Consent,
    HouseholdMember,
    Membership,
    Office,
    Organization,
    Person,
    Recusal,
    Seat,
)
from members.policies import body_facts, case_facts
from portal.core import audit, clock
from portal.core.errors import InvalidError, RefusedError

CUSTODIAN_ROLES = (Role.CHAIR, Role.SECRETARIAT)


@dataclass(frozen=True, slots=True)
class NewMember:
    """A household member as entered, with a new case or later."""

    label: str
    name: str
    kana: str = ""
    birth_date: date | None = None
    address: str = ""
    phone: str = ""
    address_protected: bool = False
    subject: bool = False


@transaction.atomic
def create_case(
    *,
    actor: Actor,
    body: Body,
    number: str,
    title: str,
    household: list[NewMember],
    opened_on: date,
    summary: str = "",
    fields_of_case: Collection[str] = (),
    referrer: Organization | None = None,
) -> Case:
    """Open a case at ``body``; its chair and secretariat become its custodians.

    Raises InvalidError for a number in use, a household without members, or one
    without exactly one 本人.
    """
    access = access_for(actor, cases=(), items=())
    access.require(Action.CONVENE, body_facts(body))
    if body.unit is None:
        raise InvalidError(_("この会議体では事例を扱いません。"))
    if sum(member.subject for member in household) != 1:
        raise InvalidError(_("世帯員のうち、本人を1人選んでください。"))
    if Case.objects.filter(number=number).exists():
        raise InvalidError(
            _("事例番号 %(number)s は使われています。別の番号にしてください。")
            % {"number": number}
        )
    case = Case.objects.create(
        number=number,
        unit=body.unit,
        body=body,
        title=title,
        summary=summary,
        fields=Case.fields_among(fields_of_case),
        referrer=referrer,
        opened_on=opened_on,
    )
    for order, member in enumerate(household):
        HouseholdMember.objects.create(case=case, order=order, **asdict(member))
    _make_custodians(actor, case)
    audit.record(
        "members.case.create", actor=actor.id, subject=f"case:{case.id}", case=case.id
    )
    return case


@transaction.atomic
def set_fields(*, actor: Actor, case: Case, codes: Collection[str]) -> Case:
    """Say of which fields (分野) the case is."""
    case = Case.objects.select_for_update(of=("self",)).get(pk=case.pk)
    _require(actor, Action.CONVENE, case)
    case.fields = Case.fields_among(codes)
    case.save(update_fields=["fields"])
    audit.record(
        "members.case.fields", actor=actor.id, subject=f"case:{case.id}", case=case.id
    )
    return case


@transaction.atomic
def update_member(
    *, actor: Actor, member: HouseholdMember, entered: NewMember
) -> HouseholdMember:
    """Correct what is kept of a household member; who 本人 is stays as it was.

    The trail names the fields that changed, never their words.
    """
    member = HouseholdMember.objects.select_for_update(of=("self",)).get(id=member.id)
    _require(actor, Action.CONVENE, member.case)
    values = asdict(entered)
    del values["subject"]
    changed = [key for key, value in values.items() if getattr(member, key) != value]
    for key in changed:
        setattr(member, key, values[key])
    if changed:
        member.save(update_fields=changed)
        audit.record(
            "members.household.update",
            actor=actor.id,
            subject=f"household:{member.id}",
            case=member.case_id,
            detail={"fields": " ".join(changed)},
        )
    return member


def _require(actor: Actor, action: Action, case: Case) -> None:
    access = access_for(actor, cases=[case.id], items=())
    access.require(action, case_facts(case))


def _make_custodians(actor: Actor, case: Case) -> None:
    """The offices of the case's unit keep the case, by explicit memberships."""
    now = clock.now()
    offices = Office.objects.filter(
        holding_at(now),
        role__in=CUSTODIAN_ROLES,
        sitting_id=None,
        body__unit=case.unit,
    )
    for person_id, role in sorted(set(offices.values_list("person_id", "role"))):
        Membership.objects.create(
            case=case,
            person_id=person_id,
            role=role,
            starts_at=now,
            back_history=True,
            reason="この事例を所管する会議体の役職",
            selected_by=actor.person,
        )


@transaction.atomic
def select_member(
    *,
    actor: Actor,
    case: Case,
    person: Person,
    role: Role,
    reason: str,
    back_history: bool = False,
    until: datetime | None = None,
    body: Body | None = None,
) -> Membership:
    """Select ``person`` for ``case`` from now on; a live selection is kept.

    ``body`` is the body whose item it is for, where that is not the case's own.
    Back-history (R13) is off unless asked for. Raises RefusedError for somebody
    who may not be selected; the message does not tell a recusal from a missing
    commission (R27).
    """
    case = Case.objects.select_for_update().get(pk=case.pk)
    access = access_for(actor, cases=[case.id], items=())
    access.require(Action.CONVENE, case_facts(case, body))
    now = clock.now()
    live = case.memberships.filter(ending_after(now), person=person, role=role).first()
    if live is not None:
        return live
    if not selectable(case, person):
        raise RefusedError(
            _("%(name)sさんは、この事例では選べません。") % {"name": person.name}
        )
    membership = Membership.objects.create(
        case=case,
        person=person,
        role=role,
        starts_at=now,
        ends_at=until,
        back_history=back_history,
        reason=reason,
        selected_by=actor.person,
    )
    audit.record(
        "members.case.select",
        actor=actor.id,
        subject=f"person:{person.id}",
        case=case.id,
        detail={"role": role, "back_history": back_history},
    )
    return membership


def selectable(case: Case, person: Person) -> bool:
    """Whether the person is active and not recused from the case."""
    return bool(selectable_among(case, [person]))


def selectable_among(case: Case, people: Iterable[Person]) -> list[Person]:
    """Those of the people who are active and not recused from the case."""
    now = clock.now()
    away = Recusal.objects.filter(holding_at(now), case=case)
    parties = {who for row in away.values_list("person", "organization") for who in row}
    return [
        person
        for person in people
        if person.span.holds(now)
        and parties.isdisjoint({person.id, person.organization_id})
    ]


@transaction.atomic
def end_membership(
    *, actor: Actor, membership: Membership, body: Body | None = None
) -> None:
    """End a selection now: reads, links, sockets and downloads stop with it (R14).

    ``body`` is the body whose item it was for, where that is not the case's own.
    """
    membership = Membership.objects.select_for_update().get(pk=membership.pk)
    case = membership.case
    access = access_for(actor, cases=[case.id], items=())
    access.require(Action.CONVENE, case_facts(case, body))
    if membership.ends_at is None or membership.ends_at > clock.now():
        membership.ends_at = clock.now()
        membership.save(update_fields=["ends_at"])
        audit.record(
            "members.case.deselect",
            actor=actor.id,
            subject=f"person:{membership.person_id}",
            case=case.id,
        )


@transaction.atomic
def enter_consent(
    *,
    actor: Actor,
    member: HouseholdMember,
    scope: str,
    evidence: str,
    given_at: datetime,
) -> Consent:
    """Record a household member's consent. It never re-opens old releases (R24).

    Raises InvalidError for a date to come, and for one before the last withdrawal:
    such a consent would hold for what was released before it.
    """
    case = Case.objects.select_for_update().get(pk=member.case_id)
    _require(actor, Action.ENTER_CONSENT, case)
    if given_at > clock.now():
        raise InvalidError(
            _("同意日は、今日までの日付にしてください。"), field="given_on"
        )
    withdrawn = member.consents.aggregate(last=Max("withdrawn_at"))["last"]
    if withdrawn is not None and given_at < withdrawn:
        if given_at < clock.day_start(clock.day_of(withdrawn)):
            raise InvalidError(
                _("同意日は、前の同意を撤回した日以降にしてください。"),
                field="given_on",
            )
        given_at = withdrawn  # later on the same day
    consent = Consent.objects.create(
        member=member,
        scope=scope,
        evidence=evidence,
        given_at=given_at,
        entered_by=actor.person,
    )
    audit.record(
        "members.consent.enter",
        actor=actor.id,
        subject=f"consent:{consent.id}",
        case=case.id,
    )
    return consent


@transaction.atomic
def withdraw_consent(*, actor: Actor, consent: Consent) -> None:
    """Withdraw a consent from now on: everything resting on it freezes (R24)."""
    consent = Consent.objects.select_for_update().get(pk=consent.pk)
    case = consent.member.case
    _require(actor, Action.ENTER_CONSENT, case)
    if consent.withdrawn_at is None:
        consent.withdrawn_at = clock.now()
        consent.save(update_fields=["withdrawn_at"])
        audit.record(
            "members.consent.withdraw",
            actor=actor.id,
            subject=f"consent:{consent.id}",
            case=case.id,
        )


@transaction.atomic
def enter_recusal(
    *,
    actor: Actor,
    case: Case,
    person: Person | None = None,
    organization: Organization | None = None,
    reason: str = "",
) -> Recusal:
    """Keep a person or an agency away from a case, from now on."""
    _require(actor, Action.ENTER_RECUSAL, case)
    return _recuse(actor, case, person, organization, reason)


@transaction.atomic
def declare_recusal(*, actor: Actor, case: Case, reason: str = "") -> Recusal:
    """Step back from a case oneself: nothing of it opens any more."""
    _require(actor, Action.DECLARE_RECUSAL, case)
    return _recuse(actor, case, actor.person, None, reason)


def _recuse(
    actor: Actor,
    case: Case,
    person: Person | None,
    organization: Organization | None,
    reason: str,
) -> Recusal:
    recusal = Recusal.objects.create(
        case=case,
        person=person,
        organization=organization,
        reason=reason,
        starts_at=clock.now(),
        entered_by=actor.person,
    )
    party = f"person:{person.id}" if person else f"organization:{organization.id}"  # type: ignore[union-attr] # the constraint: one of the two
    audit.record("members.case.recuse", actor=actor.id, subject=party, case=case.id)
    return recusal


@transaction.atomic
def give_seat(
    *,
    actor: Actor,
    item_id: UUID,
    person: Person,
    role: Role,
    scribe: bool = False,
    signatory: bool = False,
    until: datetime | None = None,
) -> Seat:
    """Put a person on an item's roster, or change what the seat carries.

    The caller has asked CONVENE on the item, which only meetings knows.
    """
    now = clock.now()
    live = ending_after(now)
    seat = Seat.objects.filter(live, item_id=item_id, person=person).first()
    if seat is None:
        seat = Seat(item_id=item_id, person=person, starts_at=now)
    seat.role, seat.scribe, seat.signatory = role, scribe, signatory
    seat.ends_at, seat.selected_by = until, actor.person
    seat.save()
    audit.record(
        "members.seat.give",
        actor=actor.id,
        subject=f"person:{person.id}",
        item=item_id,
        detail={"role": role, "scribe": scribe, "signatory": signatory},
    )
    return seat


@transaction.atomic
def end_seat(*, actor: Actor, seat: Seat) -> None:
    """Take a person off an item's roster now; the caller has asked CONVENE."""
    seat.ends_at = clock.now()
    seat.save(update_fields=["ends_at"])
    audit.record(
        "members.seat.end",
        actor=actor.id,
        subject=f"person:{seat.person_id}",
        item=seat.item_id,
    )
