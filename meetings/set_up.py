"""はじめの設定: what the answers to a typical ordinance make, before anything is made.

The result page shows what is drawn here, and founding makes exactly that.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid5

from django.conf import settings

from meetings.models import FileKind, SetUp
from members.models import Body, Charter, LegalGround, Unit
from members.models.charters import RULES
from members.ordinance import town_word
from members.typical_charters import TypicalBody, TypicalCharter
from portal.core import clock

# The pages in their order: name and title.
THEMES = {
    "law": "根拠と開始",
    "calling": "招集と長",
    "members": "構成員",
    "care": "同意と公開",
    "records": "会議録と保存",
    "reading": "閲覧と届け方",
    "people": "担当と決定",
}
# The answers that say how long files are kept.
CLASS_FIELDS = {FileKind.CASE: "case_class", FileKind.SITTING: "sitting_class"}
# The rules by which a head can be named before the first meeting.
NAMED_NOW = {Charter.HeadRule.POST, Charter.HeadRule.NAMED}
_WHOLE_TOWN = "{}全域"


@dataclass(frozen=True, slots=True)
class Drawn:
    """A body as it would be made; ``body``, its unit and ``rules`` are unsaved rows."""

    key: UUID
    typical: TypicalBody
    body: Body
    rules: Charter
    below: UUID | None

    @property
    def grounds(self) -> tuple[str, ...]:
        """The articles of law it would stand on, as codes."""
        return tuple(self.typical.grounds)


def is_complete(set_up: SetUp) -> bool:
    """Whether every page has been answered."""
    return first_missing(set_up) is None


def first_missing(set_up: SetUp) -> str | None:
    """The first page without answers."""
    return next((name for name in THEMES if name not in set_up.answers), None)


def flat(set_up: SetUp) -> dict[str, Any]:
    """All answers of all pages in one."""
    return {
        name: value for page in set_up.answers.values() for name, value in page.items()
    }


def usual_answers(typical: TypicalCharter) -> dict[str, Any]:
    """What the questions are shown with before anybody has answered."""
    town, word = settings.MUNICIPALITY, town_word()
    rules = {field.name: field.default for field in Charter._meta.fields}
    return {
        **{name: rules[name] for name in RULES},
        "term_rule": Charter.TermRule.FISCAL_YEAR_AFTER,
        "requests_in_name_of": f"{town}長",
        "decided_by": f"{town}長",
        **typical.answers,
        "charter_name": f"{town}支援会議等設置要綱",
        "starts_on": clock.today().isoformat(),
        "units": "" if typical.in_wards else _WHOLE_TOWN.format(word),
        **{f"name_{body.slot}": body.name for body in typical.bodies},
    }


def unit_names(answers: Mapping[str, Any]) -> list[str]:
    """The 圏域, one to a line, each once."""
    lines = (line.strip() for line in str(answers["units"]).splitlines())
    return list(dict.fromkeys(line for line in lines if line))


def drawn_of(set_up: SetUp) -> list[Drawn]:
    """The bodies that the answers make, parents first."""
    answers = flat(set_up)
    found = []
    for typical in set_up.typical.bodies:
        for unit in _units_of(typical, answers):
            parent = _key(set_up, typical.below, "") if typical.below else None
            found.append(_draw(set_up, typical, unit, parent, answers))
    by_key = {drawn.key: drawn for drawn in found}
    for drawn in found:
        if drawn.below is not None:
            drawn.body.parent = by_key[drawn.below].body
    return found


def _units_of(typical: TypicalBody, answers: Mapping[str, Any]) -> list[str]:
    if not typical.has_cases:
        return [""]
    names = unit_names(answers)
    return names if typical.everywhere else names[:1]


def _key(set_up: SetUp, slot: str, unit: str) -> UUID:
    """A key that is the same whenever the same answers are founded."""
    return uuid5(set_up.id, f"{slot}\n{unit}")


def unit_key(set_up: SetUp, unit: str) -> UUID:
    """The key of a 圏域 that is entered with the bodies."""
    return uuid5(set_up.id, f"unit\n{unit}")


def keeper_field(set_up: SetUp, unit: str) -> str:
    """The field that names the secretariat of a 圏域."""
    return f"who_{unit_key(set_up, unit).hex[:12]}"


def keeper_asked(set_up: SetUp, unit: str, answers: Mapping[str, Any]) -> str:
    """The field that says who keeps the body of a 圏域, or one of the whole town."""
    own = keeper_field(set_up, unit)
    return own if answers.get(own) else "who_keeper"


def _draw(
    set_up: SetUp,
    typical: TypicalBody,
    unit: str,
    below: UUID | None,
    answers: Mapping[str, Any],
) -> Drawn:
    start = date.fromisoformat(answers["starts_on"])
    body = Body(
        name=answers[f"name_{typical.slot}"],
        tier=typical.tier,
        unit=Unit(name=unit) if unit else None,
        starts_on=start,
    )
    values = {name: answers[name] for name in RULES if name in answers}
    values |= {"name": answers["charter_name"], **typical.rules}
    rules = Charter(body=body, starts_at=clock.day_start(start), **values)
    rules.decided_by = answers.get("decided_by", "")
    decided_on = answers.get("decided_on")
    if decided_on:
        rules.decided_on = date.fromisoformat(decided_on)
    return Drawn(_key(set_up, typical.slot, unit), typical, body, rules, below)


def ground_words(codes: tuple[str, ...], day: date) -> list[str]:
    """The articles of law behind the codes, as they stand on the day."""
    t = clock.day_start(day)
    rows = {g.code: g.article for g in LegalGround.objects.all() if g.span.holds(t)}
    return [
        rows[code] for code in codes if code in rows and code != LegalGround.Code.NONE
    ]
