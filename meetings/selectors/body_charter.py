"""A body's 設置要綱 as it reads today, and as it read under each earlier version."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from meetings import charter_rendering as rendering
from meetings.models import FileKind, RetentionRule
from meetings.set_up import ground_words
from members import ordinance
from members.access import Actor
from members.charters import kept_body, version_of
from members.facts import Action, Role
from members.filters import holding_at
from members.models import Body, Charter, Commission
from members.offices import offices_at
from members.ordinance import Around, Article
from members.policies import rules_facts
from portal.core import clock


@dataclass(frozen=True, slots=True)
class Edition:
    """One version of the rules by its day."""

    charter: Charter
    title: str
    shown: bool
    current: bool


@dataclass(frozen=True, slots=True)
class BodyCharter:
    """The 要綱 of a body in one version."""

    body: Body
    name: str
    articles: list[Article]
    editions: list[Edition]
    supplement: list[str]
    today: bool
    can_change: bool


def body_charter(
    actor: Actor, body_id: UUID, charter_id: int | None = None
) -> BodyCharter:
    """The version that is asked for, else the one in force now."""
    body, access = kept_body(actor, body_id)
    now = access.t
    rules = version_of(body, charter_id) if charter_id else body.rules_at(now)
    current = rules.pk == body.rules_at(now).pk
    t = body.begun_by(now) if current else rules.starts_at
    rows = list(body.charters.all())
    codes = [row.ground for row in body.legal_bases.all() if row.span.holds(t)]
    day = clock.day_of(t)
    return BodyCharter(
        body=body,
        name=rules.name or f"{body.name}設置要綱",
        articles=ordinance.articles(
            body, rules, ground_words(tuple(codes), day), _around(body, rules, t)
        ),
        editions=_editions(rows, rules, now),
        supplement=_supplement(rows, rules),
        today=current,
        can_change=current and access.offers(Action.SET_RULES, rules_facts(body)),
    )


def _editions(rows: list[Charter], shown: Charter, now: datetime) -> list[Edition]:
    return [
        Edition(
            row,
            rendering.amendment_title(_day(row), first=number == 0),
            shown=row.pk == shown.pk,
            current=row.span.holds(now),
        )
        for number, row in enumerate(rows)
    ][::-1]


def _supplement(rows: list[Charter], shown: Charter) -> list[str]:
    """附則 of every version up to the one that is shown."""
    told = []
    for number, row in enumerate(rows):
        if row.starts_at > shown.starts_at:
            break
        words = rendering.amended_words if number else rendering.in_force_words
        decided = rendering.decided_words(row.decided_by, row.decided_on)
        told.append(f"{words(_day(row))}({decided})")
    return told


def _day(row: Charter) -> date:
    return clock.day_of(row.starts_at)


def _around(body: Body, rules: Charter, t: datetime) -> Around:
    keepers = [o for o in offices_at(body, t) if o.role == Role.SECRETARIAT]
    places = dict.fromkeys(office.person.organization.name for office in keepers)
    form = Commission.Form.ORGANIZATION
    whole = body.commissions.filter(holding_at(t), form=form)
    names = whole.order_by("organization__kana").values_list("organization__name")
    kinds = tuple(FileKind) if rules.regimes else (FileKind.SITTING,)
    classes = _classes(body, clock.day_of(t))
    return Around(
        secretariat="及び".join(places),
        organizations=tuple(name for (name,) in names),
        keeping=tuple((str(k.label), classes.get(k, "")) for k in kinds),
    )


def _classes(body: Body, day: date) -> dict[str, str]:
    """The class of each kind of file; the first rule reaches back (R34)."""
    found: dict[str, str] = {}
    rules = RetentionRule.objects.filter(body=body).select_related("records_class")
    for rule in rules.order_by("starts_on"):
        if rule.kind not in found or rule.starts_on <= day:
            found[rule.kind] = rule.records_class.name
    return found
