"""What stands in the way of an act that the decision hides, for who is to mend it."""

from datetime import datetime

from members.decide import RULES, Rule
from members.facts import Action, Facts, ObjectFacts, Session
from members.question import Question, roles_of


def what_hides(
    facts: Facts,
    session: Session | None,
    action: Action,
    thing: ObjectFacts,
    t: datetime,
) -> Rule | None:
    """The rule on which the nearest of the person's roles fails; None without a role.

    For custodians, about others. Nothing is decided by it.
    """
    failed: list[int] = []
    for role in roles_of(facts.person, thing, t):
        question = Question(facts, session, action, thing, t, role)
        broken = [n for n, (rule, _) in enumerate(RULES) if not rule(question)]
        failed += broken[:1]
    return RULES[max(failed)][0] if failed else None
