"""Gathers the rows of the readiness check, in a fixed number of queries.

Only items that the asking custodian may see are looked at: a finding about another
would tell of it (R5, R27).
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from uuid import UUID

from django_otp.plugins.otp_totp.models import TOTPDevice

from documents.models import Paper
from meetings import readiness, rosters
from meetings.models import AgendaItem, Sitting
from meetings.readiness import Finding, ItemRow, SeatRow, SittingRow
from members.access import Access
from members.facts import Regime, State
from members.models import PaperCard, Person, Seat
from portal.core import clock

_GONE = (State.RECALLED, State.REPLACED, State.DISPOSED)


def findings(sitting: Sitting, items: Sequence[AgendaItem]) -> list[Finding]:
    """What is missing before people can be called; ``items`` are the visible ones."""
    seats = rosters.seats_of([item.id for item in items])
    people = {seat.person for roster in seats.values() for seat in roster}
    cases = {item.case_id for item in items if item.case_id}
    standing = rosters.standing(people, cases=cases)
    papers, taxed = _papers(items)
    provers = _provers(people)
    rows = tuple(
        ItemRow(
            id=item.id,
            order=order,
            regime=item.regime,
            minutes=item.minutes_allotted,
            based=_based(item, standing),
            case=item.case_id,
            unconsented=_unconsented(item, standing),
            papers=papers[item.id],
            tax_papers=taxed[item.id],
            signatories_wanted=item.body.signatory_count,
            seats=_seat_rows(item, seats.get(item.id, []), standing, provers),
        )
        for order, item in enumerate(items, start=1)
    )
    length = int((sitting.ends_at - sitting.starts_at).total_seconds() // 60)
    day = sitting.starts_at.astimezone(clock.JST).date()
    return readiness.findings(SittingRow(day, length, rows), today=clock.today())


def _papers(items: Sequence[AgendaItem]) -> tuple[Counter[UUID], Counter[UUID]]:
    rows = (
        Paper.objects.filter(item_id__in=[item.id for item in items])
        .exclude(versions__state__in=_GONE)
        .values_list("item_id", "tax_information")
        .distinct()
        .values_list("item_id", "tax_information", "id")
    )
    every: Counter[UUID] = Counter()
    taxed: Counter[UUID] = Counter()
    for item, tax, _paper in rows:
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


def _based(item: AgendaItem, standing: Mapping[UUID, Access]) -> bool:
    for access in standing.values():
        bases = access.facts.municipality.legal_basis.get(item.body_id, ())
        return any(span.holds(access.t) for span in bases)
    return True


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
            signatory=seat.signatory,
        )
        for seat in seats
    )
