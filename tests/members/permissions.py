"""Writes docs/reference/permissions.md from the decision itself.

Run ``python -m tests.members.permissions`` after a rule has changed, and read what
changed before committing it: a test compares the page with the code.
"""

from collections import Counter
from pathlib import Path

from members.decide import decide
from members.facts import Action, Kind, Regime, Role
from members.permissions import ACTS
from tests.members.oracle import Situation
from tests.members.situations import FAVOURABLE, question, settle
from tests.members.truth_table import DOCUMENTS, STATES, rows

PATH = Path(__file__).parents[2] / "docs/reference/permissions.md"

Key = tuple[str, str, str]

# The letter of a fact, and the change that takes the fact away.
LETTERS: dict[str, Situation] = {
    "C": {"commission": False},
    "P": {"pledge": False},
    "O": {"office": False},
    "V": {"convenes": False},
    "H": {"presides": False},
    "S": {"selection": False},
    "T": {"seat": False},
    "I": {"invited": False},
    "A": {"admitted": False},
    "R": {"released": False},
    "N": {"consent": False},
    "B": {"basis": False},
    "U": {"author": False},
    "G": {"granted": False, "town_downloads": False},
    "K": {"scribe": False},
    "Y": {"signatory": False},
    "D": {"attended": False},
    "L": {"archive_grant": False},
    "F": {"fresh_factor": False},
    "2": {"strength": 1},
}
INTRODUCTION = """\
# Who may do what

Made from the decision itself by `python -m tests.members.permissions`; a test fails
when this page and the code differ. The rules behind it are named in
`members/decide.py`; how the tests read them independently, in
`tests/members/oracle.py`.

A cell lists what the person must have; take any one of these away and the answer is
no. `-` is never. Everybody needs a live account and session, must not be recused
from the case or the item, must be on the list of a restricted paper, and with a
session that a link opened reaches that link's sitting only. Nothing that was received
under another law is opened, and tax information leaves no hands without consent.

| Letter | What it stands for |
|---|---|
| C | commission to the body, or of the whole organisation |
| P | the pledge in force for the regime is acknowledged (without it: asked for it) |
| O | the office for this body |
| V | calls together: holds the convener's part of the office |
| H | presides: holds the head's part of the office, or stands in for it |
| S | selection for the case, in this role |
| T | a place on the item's roster |
| I | invitation to the sitting |
| A | admitted to the item now |
| R | a live release to this person, made during the present selection and consent |
| N | consent of every household member concerned (重層的支援会議 only) |
| B | the statutory basis is in force (支援会議 only) |
| U | made it, or was asked for it |
| G | the original is granted, or the town gives it to people inside, if no less was |
| K | is the item's scribe |
| Y | is named to confirm the record |
| D | attended the item |
| L | leave to read the confirmed records of the case, for some days |
| F | a personal factor proved within five minutes (without it: asked for it) |
| 2 | a personal factor, for class 3 unless the town has lowered it |
"""


def key(row: Situation) -> Key:
    """Under what a row is counted."""
    return str(row["capacity"]), str(row["act"]), str(row["regime"])


def page(allowed: Counter[Key]) -> str:
    """The whole page; ``allowed`` counts the truth table by role, act and regime."""
    return "\n".join([INTRODUCTION, *_tables(), *_counts(allowed)])


def _tables() -> list[str]:
    lines = []
    for kind in Kind:
        lines += [f"## {kind.value.capitalize()}", "", _header("Act")]
        for state in (s for k, s in STATES if k is kind):
            for act in (a for a in Action if a in ACTS[kind]):
                cells = [_cell(role, kind, str(state), act) for role in Role]
                if set(cells) != {"-"}:
                    name = f"{act} ({state})" if kind in DOCUMENTS else str(act)
                    lines.append(f"| {name} | {' | '.join(cells)} |")
        lines.append("")
    return lines


def _header(first: str) -> str:
    rule = "|---" * (len(Role) + 1) + "|"
    return f"| {first} | {' | '.join(role.value for role in Role)} |\n{rule}"


def _cell(role: Role, kind: Kind, state: str, act: Action) -> str:
    needed: set[str] = set()
    frame = {"capacity": str(role), "kind": str(kind), "state": state, "act": str(act)}
    for regime in Regime:
        best = _allowed_situation({**frame, "regime": str(regime)})
        if best is not None:
            needed |= {"yes"} | {
                letter
                for letter, loss in LETTERS.items()
                if not _allowed(settle({**best, **loss}))
            }
    letters = [letter for letter in LETTERS if letter in needed]
    return " ".join(letters) or ("yes" if needed else "-")


def _allowed_situation(frame: Situation) -> Situation | None:
    for author in (False, True):
        situation = settle({**FAVOURABLE, **frame, "author": author})
        if _allowed(situation):
            return situation
    return None


def _allowed(situation: Situation) -> bool:
    return decide(*question(situation)).value == "allow"


def _counts(allowed: Counter[Key]) -> list[str]:
    lines = [
        "## Rows allowed in the truth table",
        "",
        "支援会議 / 重層的支援会議 / neither. A number that moves though no rule was",
        "meant to move is the question to ask in review.",
        "",
        _header("Act"),
    ]
    for act in Action:
        cells = [
            " / ".join(str(allowed[role, act, regime]) for regime in Regime)
            for role in Role
        ]
        lines.append(f"| {act} | {' | '.join(cells)} |")
    return [*lines, ""]


def main() -> None:
    allowed: Counter[Key] = Counter()
    for row in rows():
        if _allowed(row):
            allowed[key(row)] += 1
    PATH.parent.mkdir(parents=True, exist_ok=True)
    PATH.write_text(page(allowed), encoding="utf-8")


if __name__ == "__main__":
    main()
