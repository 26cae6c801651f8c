"""The rows of the truth table: which situations are put to decision and oracle.

A frame is a capacity, a regime, a kind of thing in a state, and an act. Every frame
is asked with all facts in its favour and with each single fact changed. Every frame
that can be allowed at all is asked with each pair of facts changed, and with every
combination inside each of the GROUPS, whose facts decide together.
"""

from collections.abc import Iterator
from itertools import combinations, product

from members.facts import Action, Kind, Regime, Role, State
from tests.members import oracle
from tests.members.oracle import Situation
from tests.members.situations import FAVOURABLE, settle

DOCUMENTS = (Kind.PAPER, Kind.MINUTES)
STATES = [(kind, State.OPEN) for kind in Kind if kind not in DOCUMENTS]
STATES += [(kind, s) for kind in DOCUMENTS for s in State if s is not State.OPEN]
# A thing without a life of its own is never in another state; if it were: hidden.
STATES += [(Kind.ITEM, State.DRAFT), (Kind.CASE, State.DISPOSED)]
STATES += [(Kind.PAPER, State.OPEN)]

CHANGES: list[Situation] = [
    {name: not value} for name, value in FAVOURABLE.items() if isinstance(value, bool)
]
CHANGES += [{"strength": 0}, {"strength": 1}, {"link": "here"}, {"link": "elsewhere"}]
CHANGES += [{"acting": "here"}, {"acting": "elsewhere"}]
CHANGES += [{"restricted": True, "listed": True}]

BOTH = (True, False)
GROUPS: list[dict[str, tuple[str | int | bool, ...]]] = [
    dict.fromkeys(
        (
            "commission",
            "pledge",
            "office",
            "selection",
            "seat",
            "recused",
            "basis",
            "case",
        ),
        BOTH,
    ),
    dict.fromkeys(
        (
            "consent",
            "released",
            "before_selection",
            "back",
            "before_consent",
            "author",
            "tax",
            "foreign",
        ),
        BOTH,
    ),
    dict.fromkeys(
        (
            "seat",
            "admitted",
            "scribe",
            "signatory",
            "attended",
            "invited",
            "granted",
            "author",
        ),
        BOTH,
    ),
    dict.fromkeys(("granted", "narrowed", "town_downloads", "author"), BOTH),
    {
        "acting": ("no", "here", "elsewhere"),
        **dict.fromkeys(
            ("convenes", "presides", "office", "seat", "signatory", "pledge"), BOTH
        ),
    },
    {
        "strength": (0, 1, 2),
        "link": ("none", "here", "elsewhere"),
        **dict.fromkeys(("fresh_factor", "grave", "grave_lowered", "pledge"), BOTH),
    },
]


def frames() -> Iterator[Situation]:
    """All frames, each with every fact in its favour."""
    for role, regime, (kind, state), act in product(Role, Regime, STATES, Action):
        frame = {"kind": str(kind), "state": str(state), "act": str(act)}
        frame |= {"capacity": str(role), "regime": str(regime)}
        settled = settle({**FAVOURABLE, **frame})
        if settled["regime"] == regime:
            yield settled


def rows() -> Iterator[Situation]:
    """Every row of the table. Some come more than once."""
    for frame in frames():
        yield frame
        yield from (settle({**frame, **change}) for change in CHANGES)
        if any(
            oracle.verdict({**frame, "author": author}) == "allow" for author in BOTH
        ):
            yield from _closely(frame)


def _closely(frame: Situation) -> Iterator[Situation]:
    for one, other in combinations(CHANGES, 2):
        yield settle({**frame, **one, **other})
    for group in GROUPS:
        for values in product(*group.values()):
            yield settle({**frame, **dict(zip(group, values, strict=True))})
