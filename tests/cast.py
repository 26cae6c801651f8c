"""The fixed cast: who stands where in the one small town of the tests.

chair, secretariat   of the 支援会議 and the 重層的支援会議, selected for the case
clinic               outside member, selected for the case, on both items
newcomer             as the clinic, but has not acknowledged the pledge
leaver               was selected; the membership has ended
colleague            same office as the clinic, not selected
stranger             secretariat of another unit
recused              selected, then recused from the case
administrator, auditor, and nobody signed in (anonymous)
"""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Model

from meetings.models import AgendaItem, Sitting
from members.facts import Regime, Role
from members.models import Body, Case, Person, PledgeText, Recusal
from portal.core import clock
from tests import factories

Pledges = dict[Regime, PledgeText]


@dataclass
class Cast:
    """Everybody, and the one case, sitting and two items they meet in."""

    shien: Body
    juso: Body
    pledges: Pledges
    chair: Person
    secretariat: Person
    clinic: Person
    newcomer: Person
    leaver: Person
    colleague: Person
    stranger: Person
    recused: Person
    administrator: Person
    auditor: Person
    case: Case
    sitting: Sitting
    shien_item: AgendaItem
    juso_item: AgendaItem

    @property
    def bodies(self) -> tuple[Body, Body]:
        return self.shien, self.juso

    @property
    def items(self) -> tuple[AgendaItem, AgendaItem]:
        return self.shien_item, self.juso_item

    @property
    def rows(self) -> list[Model]:
        return [each for each in vars(self).values() if isinstance(each, Model)]


def assemble() -> Cast:
    """Make the town: one unit with both bodies, one case, today's sitting.

    Nearly every test asks for it, so its rows are written table by table.
    """
    shien, juso = factories.body(Regime.SHIEN), factories.body(Regime.JUSO)
    pledges = {r: factories.pledge(r) for r in (Regime.SHIEN, Regime.JUSO)}
    welfare = factories.organization("社会福祉課", internal=True)
    clinic_office = factories.organization("見本こころのクリニック")
    with factories.table_by_table():
        people = {
            "chair": factories.person("青木 誠", welfare, post="社会福祉課長"),
            "secretariat": factories.person("石川 由美", welfare, post="主査"),
            "clinic": factories.person("上田 健", clinic_office, post="精神保健福祉士"),
            "newcomer": factories.person("江口 直子", clinic_office),
            "leaver": factories.person("大野 修", clinic_office),
            "colleague": factories.person("加藤 恵", clinic_office),
            "recused": factories.person("木村 実", clinic_office),
            "administrator": factories.person("久保 亮", welfare),
            "auditor": factories.person("小林 進", welfare),
        }
        _appoint(people, (shien, juso), pledges)
        case = factories.case(shien)
    sitting = factories.sitting(shien, people["secretariat"])
    with factories.table_by_table():
        for member in case.household.all():
            factories.consent(member, people["secretariat"])
        items = [
            factories.item(sitting, case, body, order=order)
            for order, body in enumerate((shien, juso), start=1)
        ]
        _select(people, case, items)
    return Cast(
        shien=shien,
        juso=juso,
        pledges=pledges,
        stranger=_stranger(pledges),
        case=case,
        sitting=sitting,
        shien_item=items[0],
        juso_item=items[1],
        **people,
    )


def _appoint(
    people: dict[str, Person], bodies: tuple[Body, Body], pledges: Pledges
) -> None:
    for name in ("chair", "secretariat"):
        for body in bodies:
            factories.office(people[name], Role(name), body)
    factories.office(people["administrator"], Role.ADMINISTRATOR)
    factories.office(people["auditor"], Role.AUDITOR)
    for name in ("chair", "secretariat", "clinic", "leaver", "colleague", "recused"):
        for pledge in pledges.values():
            factories.acknowledge(people[name], pledge)
    for name, person in people.items():
        if name not in ("administrator", "auditor"):
            for body in bodies:
                factories.commission(person, body)


def _select(people: dict[str, Person], case: Case, items: list[AgendaItem]) -> None:
    roles = {
        "chair": Role.CHAIR,
        "secretariat": Role.SECRETARIAT,
        "clinic": Role.EXTERNAL,
        "newcomer": Role.EXTERNAL,
        "leaver": Role.EXTERNAL,
        "recused": Role.EXTERNAL,
    }
    ended = clock.now() - timedelta(hours=1)
    for name, role in roles.items():
        person, end = people[name], ended if name == "leaver" else None
        factories.membership(person, case, role, ends_at=end)
        factories.invitation(items[0].sitting, person)
        for item in items:
            factories.place(person, item, role, ends_at=end, signatory=name == "clinic")
    Recusal.objects.create(
        person=people["recused"],
        case=case,
        starts_at=ended,
        reason="親族が当事者のため",
        entered_by=people["secretariat"],
    )


def _stranger(pledges: Pledges) -> Person:
    elsewhere = factories.unit("南部圏域")
    body = factories.body(Regime.SHIEN, unit=elsewhere, name="支援会議(南部)")
    office = factories.organization("社会福祉課 南部担当", internal=True)
    with factories.table_by_table():
        stranger = factories.person("佐々木 薫", office)
        factories.office(stranger, Role.SECRETARIAT, body)
        factories.commission(stranger, body)
        for pledge in pledges.values():
            factories.acknowledge(stranger, pledge)
    return stranger
