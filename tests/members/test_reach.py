"""The reach of another system's key narrows every answer of the decision (R31)."""

from dataclasses import replace
from itertools import product

from members.decide import decide
from members.facts import Answer, Reach, State
from tests.members import oracle
from tests.members.situations import BODY, ELSEWHERE, FAVOURABLE, question, settle

OPEN = {
    ("body", "read", True),
    ("body", "read", False),
    ("minutes", "read", True),
    ("minutes", "read", False),
    ("minutes", "download", True),
    ("paper", "download", True),
}


def test_a_key_reads_what_it_is_for_and_does_nothing_else() -> None:
    allowed: set[tuple[str, str, bool]] = set()
    better: list[object] = []
    states = {"paper": list(State), "minutes": list(State)}
    for (kind, act), who in product(sorted(oracle.KNOWN), ("chair", "secretariat")):
        for state, files in product(states.get(kind, ["open"]), (True, False)):
            row = settle(
                FAVOURABLE
                | {"capacity": who, "kind": kind, "act": act}
                | {"state": str(state), "regime": "shien"}
            )
            facts, session, action, thing, t = question(row)
            assert session is not None
            plain = decide(facts, session, action, thing, t)
            for bodies in ({BODY}, {ELSEWHERE}, set()):
                reach = Reach(frozenset(bodies), files)
                held = replace(session, reach=reach)
                answer = decide(facts, held, action, thing, t)
                if answer not in {plain, Answer.HIDDEN}:
                    better.append((row, reach))
                if answer is not Answer.HIDDEN:
                    assert bodies == {BODY}
                    assert state in {"open", State.FINAL}
                    allowed.add((kind, act, files))
    assert better == []
    assert allowed == OPEN
