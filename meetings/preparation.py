"""Gathers the rows of the readiness check, in a fixed number of queries.

Only items that the asking custodian may see are looked at: a finding about another
would tell of it (R5, R27).
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from django_otp.plugins.otp_totp.models import TOTPDevice

from documents.models import Paper
from meetings import agenda, readiness, rosters
from meetings.findings import Finding, ItemRow, RulesRow, SeatRow, SittingRow
from meetings.models import AgendaItem, Sitting, SittingRequest
from members.access import Access
from members.facts import Regime, Role, State
from members.models import Charter, LegalGround, Office, PaperCard, Person, Seat
from portal.core import clock

_AT_HAND = (State.DRAFT, State.HELD, State.RELEASED, State.FINAL)


def findings(sitting: Sitting, items: Sequence[AgendaItem]) -> list[Finding]:
    """What is missing before people can be called; ``items`` are the visible ones."""
    seats = _looked_at(items)
    people = {seat.person for roster in seats.values() for seat in roster}
    standing = rosters.standing(people, items=items)
    papers, taxed = papers_of(items)
    provers = _provers(people)
    rows = tuple(
        ItemRow(
            id=item.id,
            body=item.body_id,
            order=order,
            regime=item.regime,
            minutes=item.minutes_allotted,
            based=_based(item, sitting, standing),
            case=item.case_id,
            ground=str(LegalGround.Code(item.ground).label),
            unconsented=_unconsented(item, standing),
            papers=papers[item.id],
            tax_papers=taxed[item.id],
            signatories_wanted=item.body.rules.signatories_named,
            seats=_seat_rows(item, seats[item.id], standing, provers),
        )
        for order, item in enumerate(items, start=1)
    )
    hours = (sitting.starts_at, sitting.ends_at)
    plan = agenda.plan_of(agenda.frame_of(sitting.body), items, hours)
    day = clock.day_of(sitting.starts_at)
    row = SittingRow(
        id=sitting.id,
        body=sitting.body_id,
        day=day,
        minutes=plan.length - plan.minutes_before - plan.minutes_after,
        items=rows,
        rules=_rules(sitting, day),
    )
    return readiness.findings(row, today=clock.today())


def _looked_at(items: Sequence[AgendaItem]) -> dict[UUID, list[Seat]]:
    """The seats of each item; who owes no secrecy as a guest is not asked (R16)."""
    seats = rosters.seats_of([item.id for item in items])
    return {
        item.id: [
            seat
            for seat in seats.get(item.id, [])
            if seat.role != Role.GUEST or item.regime is Regime.SHIEN
        ]
        for item in items
    }


def _rules(sitting: Sitting, day: date) -> RulesRow:
    body = sitting.body
    charter = body.rules_at(sitting.starts_at)
    heads = Office.objects.filter(body=body, role=Role.CHAIR, presides=True)
    held = charter.head_rule == Charter.HeadRule.NONE or any(
        office.span.holds(sitting.starts_at) and office.sitting_id in {None, sitting.id}
        for office in heads
    )
    return RulesRow(
        charter=charter.name,
        notice_days=charter.notice_days,
        head_title=charter.head_title,
        head_rule=charter.get_head_rule_display(),
        head_held=held,
        exists=body.exists_on(day),
        rhythm=charter.get_rhythm_display(),
        awaited=_awaited(sitting, charter),
    )


def _awaited(sitting: Sitting, charter: Charter) -> bool:
    """Whether a body that meets on request was asked for this sitting."""
    if charter.rhythm != Charter.Rhythm.ON_REQUEST:
        return True
    return SittingRequest.objects.filter(sitting=sitting).exists()


def papers_of(items: Sequence[AgendaItem]) -> tuple[Counter[UUID], Counter[UUID]]:
    """How many papers each item has, and how many of them hold tax information.

    Its record is none: what is filed of it stands beside the papers.
    """
    rows = (
        Paper.objects.filter(
            item_id__in=[item.id for item in items], versions__state__in=_AT_HAND
        )
        .exclude(kind=Paper.Kind.MINUTES)
        .distinct()
        .values_list("id", "item_id", "tax_information")
    )
    every: Counter[UUID] = Counter()
    taxed: Counter[UUID] = Counter()
    for _paper, item, tax in rows:
        every[item] += 1
        taxed[item] += int(tax)
    return every, taxed


def _provers(people: set[Person]) -> set[UUID]:
    """Who can prove a personal factor: by sign-in name, app or card with codes."""
    ids = [person.id for person in people]
    apps = TOTPDevice.objects.filter(user__in=ids, confirmed=True)
    cards = PaperCard.objects.filter(user__in=ids, confirmed=True, codes__used_at=None)
    return (
        {person.id for person in people if person.login}
        | set(apps.values_list("user_id", flat=True))
        | set(cards.values_list("user_id", flat=True))
    )


def _based(item: AgendaItem, sitting: Sitting, standing: Mapping[UUID, Access]) -> bool:
    """Whether the legal basis still holds on the day itself (R19)."""
    if not standing:
        return True
    municipality = next(iter(standing.values())).facts.municipality
    bases = municipality.legal_basis.get(item.body_id, ())
    return any(span.holds(sitting.starts_at) for span in bases)


def _unconsented(item: AgendaItem, standing: Mapping[UUID, Access]) -> tuple[str, ...]:
    if item.regime is not Regime.JUSO or not standing:
        return ()
    access = next(iter(standing.values()))
    consents = access.facts.municipality.consents
    return tuple(
        member.label
        for member in item.about.all()
        if not any(span.holds(access.t) for span in consents.get(member.id, ()))
    )


def _seat_rows(
    item: AgendaItem,
    seats: Sequence[Seat],
    standing: Mapping[UUID, Access],
    provers: set[UUID],
) -> tuple[SeatRow, ...]:
    return tuple(
        SeatRow(
            person=seat.person_id,
            name=seat.person.name,
            custodian=seat.role in rosters.OFFICES,
            commissioned=rosters.commissioned(standing[seat.person_id], item.body_id),
            pledged=rosters.pledged(standing[seat.person_id], item.regime),
            reachable=bool(seat.person.email),
            proves=seat.person_id in provers,
            signs_in=bool(seat.person.login),
            signatory=seat.signatory,
        )
        for seat in seats
    )
