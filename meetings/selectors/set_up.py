"""What the pages of the first set-up show: the draft, and the 要綱 of its answers."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from meetings import set_up as drawing
from meetings.charter_rendering import in_force_words
from meetings.models import RecordsClass, SetUp
from meetings.set_up import Drawn
from members import ordinance
from members.access import Actor, access_for
from members.charters import founding_ground
from members.facts import Action
from members.filters import organizations_offered
from members.models import Person
from members.ordinance import Around, Article
from members.policies import HEALTH
from portal.core import clock
from portal.core.errors import HiddenError


@dataclass(frozen=True, slots=True)
class Part:
    """A chapter of the result page; an ordinance of one body has one without title."""

    title: str
    everywhere: int
    articles: list[Article]


@dataclass(frozen=True, slots=True)
class Result:
    """The whole 要綱 of a set-up, and who is to do what in it."""

    set_up: SetUp
    name: str
    parts: list[Part]
    offices: list[tuple[str, str]]
    starts_on: date
    supplement: str


def set_ups(actor: Actor) -> list[SetUp]:
    """Set-ups that were begun and are no bodies yet, the latest first."""
    _require(actor)
    return list(SetUp.objects.filter(founded_at=None).select_related("entered_by"))


def set_up_of(actor: Actor, set_up_id: UUID) -> SetUp:
    """One set-up, for the administration."""
    _require(actor)
    found = SetUp.objects.filter(pk=set_up_id).first()
    if found is None:
        raise HiddenError
    return found


def _require(actor: Actor) -> None:
    access_for(actor, cases=(), items=()).require(Action.ADMINISTER, HEALTH)


def keepers(actor: Actor) -> list[Person]:
    """Who may be named in a set-up."""
    return founding_ground(actor).keepers


def result_of(set_up: SetUp) -> Result:
    """The answers as the 要綱 that they make; every page has been answered."""
    answers, drawn = drawing.flat(set_up), drawing.drawn_of(set_up)
    shown: dict[str, list[Drawn]] = {}
    for each in drawn:
        shown.setdefault(each.typical.slot, []).append(each)
    start = date.fromisoformat(answers["starts_on"])
    return Result(
        set_up=set_up,
        name=answers["charter_name"],
        parts=_parts(set_up, list(shown.values())),
        offices=_offices(set_up),
        starts_on=start,
        supplement=in_force_words(start),
    )


def _parts(set_up: SetUp, groups: list[list[Drawn]]) -> list[Part]:
    answers = drawing.flat(set_up)
    several = len(groups) > 1
    around = replace(_around(answers), chapter=several)
    names = [rows[0].body.name for rows in groups]
    kept = [_secretariat(set_up, answers, rows) for rows in groups]
    read = [
        _articles(rows, replace(around, secretariat=words))
        for rows, words in zip(groups, kept, strict=True)
    ]
    if not several:
        return [Part("", 0, read[0])]
    counts = [0, *(len(rows) if len(rows) > 1 else 0 for rows in groups)]
    chapters = ordinance.chapters(names, read)
    return [
        Part(f"第{number}章 {name}", count, articles)
        for number, ((name, articles), count) in enumerate(
            zip(chapters, counts, strict=True), 1
        )
    ]


def _articles(rows: list[Drawn], around: Around) -> list[Article]:
    """The articles of one body, or of the same one in each 圏域."""
    first = rows[0]
    body, cases = first.body, first.typical.has_cases
    if body.unit is not None and len(rows) > 1:
        body.unit.name = "、".join(r.body.unit.name for r in rows if r.body.unit)
    own = replace(
        around,
        organizations=around.organizations if cases else (),
        keeping=around.keeping if cases else around.keeping[1:],
    )
    day = body.starts_on or clock.today()
    grounds = drawing.ground_words(first.grounds, day)
    return ordinance.articles(body, first.rules, grounds, own)


def _secretariat(set_up: SetUp, answers: dict[str, Any], rows: list[Drawn]) -> str:
    """The organisations of who keeps the body in each 圏域."""
    units = [row.body.unit.name if row.body.unit else "" for row in rows]
    asked = [drawing.keeper_asked(set_up, unit, answers) for unit in units]
    chosen = [answers[name] for name in asked]
    people = Person.objects.filter(pk__in=chosen).select_related("organization")
    places = {str(person.pk): person.organization.name for person in people}
    found = dict.fromkeys(places[pk] for pk in chosen if pk in places)
    return ordinance.joined(list(found)) if found else ""


def _around(answers: dict[str, Any]) -> Around:
    chosen = organizations_offered().filter(pk__in=answers["organizations"])
    classes = {str(row.pk): row.name for row in RecordsClass.objects.all()}
    return Around(
        organizations=tuple(row.name for row in chosen),
        keeping=tuple(
            (str(kind.label), classes.get(str(answers[name]), ""))
            for kind, name in drawing.CLASS_FIELDS.items()
        ),
    )


def _offices(set_up: SetUp) -> list[tuple[str, str]]:
    """Who begins in which office, by the labels of the questions."""
    answers = drawing.flat(set_up)
    wards = {
        drawing.keeper_field(set_up, unit): f"{unit}の事務局"
        for unit in drawing.unit_names(answers)
    }
    labels = {
        "who_keeper": "事務局",
        "who_convener": str(answers["convener_title"]),
        **wards,
    }
    if answers["head_rule"] in drawing.NAMED_NOW:
        labels["who_head"] = str(answers["head_title"])
    people = {str(p.pk): p for p in Person.objects.select_related("organization")}
    return [
        (label, str(people[answers[name]]))
        for name, label in labels.items()
        if answers.get(name) in people
    ]
