"""The standing bodies of the project-team paper, and who has standing in them."""

from collections.abc import Iterator
from datetime import date, timedelta

from portal.demo.content.organizations import ORGANIZATIONS
from portal.demo.content.people import PEOPLE
from portal.demo.content.pledges import PLEDGES
from portal.demo.content.timeline import Timeline, fiscal_year_of
from portal.demo.content.types import (
    Acknowledgement,
    Body,
    Commission,
    LegalBasis,
    Person,
    Pledge,
    Regime,
    UnitKey,
)

_IN_FORCE = date(2021, 4, 1)
_SECTIONS = (
    "welfare",
    "elderly",
    "disability",
    "care",
    "child_development",
    "health",
    "family",
    "guidance",
)
_PROVIDERS = (
    "consult",
    "outreach",
    "participation",
    "disability_consult",
    "parent_support",
    "self_reliance",
)
_UTILITIES = ("gas", "power", "water")

# People who are in the demo to show an end or a beginning of standing.
NEWCOMER = "utsugi"
LEAVER = "mukai"
EXPIRED = "ishimori"
_LEFT_AFTER_OFFSET = -4
# Organizations whose people are commissioned one by one, not as a whole.
_ONE_BY_ONE = ("clinic", "law", "commissioners", "school_north", "post")
_NO_STANDING = ("sena", "hosaka")
_FIRST_TERM_YEARS = 2


def _conference(
    unit: UnitKey,
    regime: Regime,
    name: str,
    basis: LegalBasis,
    on_call: tuple[str, ...],
) -> Body:
    place = "北部" if unit == "north" else "南部"
    return Body(
        key=f"{regime.lower()}_{unit}",
        name=f"見本市{place}{name}",
        unit=unit,
        parent="representatives",
        regime=regime,
        charter=f"見本市{name}設置要綱",
        legal_bases=(basis,),
        convener="見本市長",
        head="sakaki" if unit == "north" else "minagawa",
        head_title="議長",
        secretariat="tachibana" if unit == "north" else "ogata",
        rhythm=(
            "毎月第3木曜日 9時30分" if unit == "north" else "毎月第3木曜日 13時30分"
        ),
        core=(*_SECTIONS, *_PROVIDERS, f"community_{unit}"),
        on_call=on_call,
        confirming_members=1,
    )


_SHIEN_BASIS = LegalBasis(
    ground="act_106_6",
    valid_from=_IN_FORCE,
    valid_until=None,
)
_JUSO_BASIS = LegalBasis(
    ground="act_106_4",
    valid_from=_IN_FORCE,
    valid_until=None,
)
_SHIEN_ON_CALL = (
    "community_building",
    *_UTILITIES,
    "clinic",
    "law",
    "police",
    "child_guidance",
    "health_center",
    "fire",
    "commissioners",
    "school_north",
    "post",
)
_JUSO_ON_CALL = (
    "community_building",
    "clinic",
    "law",
    "police",
    "child_guidance",
    "health_center",
    "commissioners",
    "school_north",
)

REPRESENTATIVES = Body(
    key="representatives",
    name="見本市重層的支援体制整備事業代表者会議",
    unit=None,
    parent=None,
    regime="NONE",
    charter="見本市重層的支援体制整備事業代表者会議設置要綱",
    legal_bases=(
        LegalBasis(
            ground="none",
            valid_from=_IN_FORCE,
            valid_until=None,
        ),
    ),
    convener="見本市長",
    head="kusakabe",
    head_title="議長",
    secretariat="tachibana",
    rhythm="年2回",
    core=(
        "health_welfare",
        "planning",
        *_SECTIONS,
        "police",
        "health_center",
        "child_guidance",
        "fire",
    ),
    on_call=(),
    confirming_members=1,
)

BODIES = (
    _conference("north", "SHIEN", "支援会議", _SHIEN_BASIS, _SHIEN_ON_CALL),
    _conference("north", "JUSO", "重層的支援会議", _JUSO_BASIS, _JUSO_ON_CALL),
    _conference("south", "SHIEN", "支援会議", _SHIEN_BASIS, _SHIEN_ON_CALL),
    _conference("south", "JUSO", "重層的支援会議", _JUSO_BASIS, _JUSO_ON_CALL),
    REPRESENTATIVES,
)
_INTERNAL = {organization.key: organization.internal for organization in ORGANIZATIONS}


def commissions(timeline: Timeline) -> tuple[Commission, ...]:
    """Two terms of two years each, both ending on 31 March, for everybody seated."""
    return tuple(
        commission
        for body in BODIES
        for commission in (
            *_organization_commissions(timeline, body),
            *_personal_commissions(timeline, body),
        )
    )


def _terms(timeline: Timeline) -> tuple[tuple[date, date], ...]:
    start = timeline.term_start()
    before = date(start.year - _FIRST_TERM_YEARS, 4, 1)
    after = date(start.year + _FIRST_TERM_YEARS, 4, 1)
    return (before, start), (start, after)


def _organization_commissions(timeline: Timeline, body: Body) -> Iterator[Commission]:
    """Outside organizations are commissioned as a whole and send the fit person."""
    for organization in (*body.core, *body.on_call):
        if _INTERNAL[organization] or organization in _ONE_BY_ONE:
            continue
        for start, end in _terms(timeline):
            yield Commission(
                kind="organization",
                body=body.key,
                person=None,
                organization=organization,
                valid_from=start,
                valid_until=end,
                end_reason=_end_reason(end, timeline.today),
            )


def _personal_commissions(timeline: Timeline, body: Body) -> Iterator[Commission]:
    for person in PEOPLE:
        internal = _INTERNAL[person.organization]
        by_name = person.organization in _ONE_BY_ONE or person.key == LEAVER
        if not _belongs(person, body) or not (internal or by_name):
            continue
        for start, end in standing_of(person.key, timeline):
            yield Commission(
                kind="appointment" if internal else "individual",
                body=body.key,
                person=person.key,
                organization=None,
                valid_from=start,
                valid_until=end,
                end_reason=_end_reason(end, timeline.today),
            )


def _end_reason(end: date, today: date) -> str | None:
    if end > today:
        return None
    return "任期満了" if (end.month, end.day) == (4, 1) else "人事異動により解嘱"


def _belongs(person: Person, body: Body) -> bool:
    if person.key in _NO_STANDING:
        return False
    if person.key in (body.head, body.secretariat):
        return True
    units = {role.unit for role in person.roles}
    if body.unit and None not in units and body.unit not in units:
        return False
    return person.organization in (*body.core, *body.on_call)


def standing_of(key: str, timeline: Timeline) -> tuple[tuple[date, date], ...]:
    """Intervals in which the person has standing; three people differ from the rest."""
    before, now = _terms(timeline)
    if key == NEWCOMER:
        return ((timeline.today - timedelta(days=10), now[1]),)
    if key == LEAVER:
        return before, (now[0], timeline.day(_LEFT_AFTER_OFFSET, 12))
    if key == EXPIRED:
        end = date(fiscal_year_of(timeline.today), 4, 1)
        return ((date(end.year - _FIRST_TERM_YEARS, 4, 1), end),)
    return before, now


def acknowledgements(timeline: Timeline) -> tuple[Acknowledgement, ...]:
    """One row per person and text version in force while the person had standing.

    A version is acknowledged once, in the first term that meets it. The newcomer has
    acknowledged nothing yet.
    """
    rows: dict[tuple[str, str], Acknowledgement] = {}
    for days, person in enumerate(PEOPLE):
        if person.key in (NEWCOMER, *_NO_STANDING):
            continue
        for start, end in standing_of(person.key, timeline):
            for pledge in _texts_in_force(start, end):
                row = _acknowledgement(person, pledge, start, days % 7)
                if row.acknowledged_on <= timeline.today:
                    rows.setdefault((person.key, pledge.key), row)
    return tuple(rows.values())


def _texts_in_force(start: date, end: date) -> Iterator[Pledge]:
    """The texts for members of the two conferences that held in `[start, end)`."""
    for pledge in PLEDGES:
        until = pledge.valid_until or date.max
        if pledge.regime != "COOPERATION" and max(start, pledge.valid_from) < min(
            end, until
        ):
            yield pledge


def _acknowledgement(
    person: Person, pledge: Pledge, start: date, days: int
) -> Acknowledgement:
    on_paper = person.channel == "card"
    by_sign_in = person.account == "staff"
    return Acknowledgement(
        person=person.key,
        pledge=pledge.key,
        acknowledged_on=max(start, pledge.valid_from) + timedelta(days=days),
        method="paper" if on_paper else "sign_in" if by_sign_in else "link",
    )
