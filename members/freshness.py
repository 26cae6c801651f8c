"""How long a sign-in and the proof in it hold (R7, R8): pure, like the decision."""

from datetime import datetime, timedelta

from members.facts import Facts, Session


def session_is_fresh(session: Session | None, facts: Facts, t: datetime) -> bool:
    """R7 for a session: also asked before any thing is known, at sign-in."""
    if session is None or session.span.start is None or not session.span.holds(t):
        return False
    town = facts.municipality
    idle = (
        town.idle_internal_minutes
        if facts.person.internal
        else town.idle_external_minutes
    )
    age = timedelta(hours=town.session_hours)
    return t < session.seen_at + timedelta(minutes=idle) and (
        t < session.span.start + age
    )


def factor_is_fresh(session: Session, facts: Facts, t: datetime) -> bool:
    """Whether a personal factor was proved a few minutes ago."""
    limit = timedelta(minutes=facts.municipality.step_up_minutes)
    return session.strong_at is not None and t < session.strong_at + limit
