"""The twelve households of the demo, numbered by the fiscal year in which they came."""

from collections import Counter

from portal.demo.content import cases_north, cases_south, files_north, files_south
from portal.demo.content.case_specs import CaseSpec, Moment
from portal.demo.content.homes import ELSEWHERE, HOMES, Home
from portal.demo.content.schedule import next_monitoring, offset_of
from portal.demo.content.timeline import (
    Timeline,
    age_on,
    era_year,
    fiscal_year_of,
)
from portal.demo.content.types import (
    Case,
    Consent,
    HouseholdMember,
    Plan,
    Recusal,
    Selection,
)

SPECS = cases_north.SPECS + cases_south.SPECS
CASE_FILES = files_north.FILES | files_south.FILES
CONSENT_FORM = "様式1-1 相談受付・申込票"
CONSENT_SCOPE = "支援プランの作成、実施及び評価のための、重層的支援会議における情報共有"
# Below this age a parent signs for the child.
_CHILD_AGE = 15


def cases(timeline: Timeline) -> tuple[Case, ...]:
    numbers = _numbers(timeline)
    return tuple(_case(spec, numbers[spec.key], timeline) for spec in SPECS)


def _numbers(timeline: Timeline) -> dict[str, str]:
    """Case numbers such as R7-003, in the order in which the cases came."""
    numbers = {}
    counter: Counter[int] = Counter()
    for spec in sorted(SPECS, key=lambda spec: timeline.day(*spec.opened)):
        year = fiscal_year_of(timeline.day(*spec.opened))
        counter[year] += 1
        numbers[spec.key] = f"R{era_year(year)}-{counter[year]:03d}"
    return numbers


def _case(spec: CaseSpec, number: str, timeline: Timeline) -> Case:
    home = HOMES[spec.key]
    members = tuple(
        _member(row, home, timeline) for row in spec.members.strip().split("\n")
    )
    return Case(
        key=spec.key,
        number=number,
        title=spec.title,
        theme=spec.theme,
        description=spec.description,
        unit=spec.unit,
        status=spec.status,
        referrer=spec.referrer,
        lead_agency=spec.lead_agency,
        opened_on=timeline.day(*spec.opened),
        closed_on=timeline.day(*spec.closed) if spec.closed else None,
        members=members,
        selections=tuple(
            _selection(row, spec, timeline)
            for row in spec.selections.strip().split("\n")
        ),
        recusals=tuple(
            Recusal(person, reason, timeline.day(*moment))
            for person, reason, moment in spec.recusals
        ),
        consents=_consents(spec, members, timeline),
        plans=_plans(spec, timeline),
    )


def _member(row: str, home: Home, timeline: Timeline) -> HouseholdMember:
    key, name, kana, relation, age, birthday, living, note = row.split("|")
    month, day = birthday.split("-")
    lives = ELSEWHERE if living == "別居" else home
    return HouseholdMember(
        key=key,
        name=name,
        kana=kana,
        relation=relation,
        birth_date=timeline.born(int(age), int(month), int(day)),
        living_together=living != "別居",
        note=note,
        address=lives.address,
        phone=lives.phone,
        address_protected=lives.protected,
    )


def _selection(row: str, spec: CaseSpec, timeline: Timeline) -> Selection:
    person, role, reason, *since = row.split("|")
    start: Moment = (int(since[0]), 3) if since else spec.opened
    return Selection(
        person=person,
        role=role,
        reason=reason,
        selected_by="tachibana" if spec.unit == "north" else "ogata",
        valid_from=timeline.day(*start),
        valid_until=None,
    )


def _consents(
    spec: CaseSpec, members: tuple[HouseholdMember, ...], timeline: Timeline
) -> tuple[Consent, ...]:
    by_key = {member.key: member for member in members}
    consents = []
    for key, given, withdrawn in spec.consents:
        age = age_on(by_key[key].birth_date, timeline.day(*given))
        consents.append(
            Consent(
                member=key,
                scope=CONSENT_SCOPE,
                valid_from=timeline.day(*given),
                withdrawn_on=timeline.day(*withdrawn) if withdrawn else None,
                form=CONSENT_FORM,
                evidence=(
                    "親権者が署名し、本人にも説明した（原本は事務局で保管）"
                    if age < _CHILD_AGE
                    else "本人が署名した（原本は事務局で保管）"
                ),
            )
        )
    return tuple(consents)


def _plans(spec: CaseSpec, timeline: Timeline) -> tuple[Plan, ...]:
    monitoring = next_monitoring(spec.key)
    return tuple(
        Plan(
            version=plan.version,
            item=plan.item,
            confirmed_on=timeline.sitting_day(offset_of(plan.item)),
            needs_decision=bool(plan.services),
            decided_on=timeline.day(*plan.decided) if plan.decided else None,
            services=plan.services,
            monitoring_on=(
                None if monitoring is None else timeline.sitting_day(monitoring)
            ),
        )
        for plan in spec.plans
    )
