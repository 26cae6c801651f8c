"""転出: which case can become it, and whose consent a notice may rest on. Pure."""

from collections.abc import Iterable

from members.models import Case, HouseholdMember
from members.services import progress
from portal.core import clock


def may_move(case: Case) -> bool:
    """Whether the case may become 転出: with a plan a meeting ends it first."""
    return case.status in (*progress.PREPARING, *progress.ENDED)


def without_consent(about: Iterable[HouseholdMember]) -> list[HouseholdMember]:
    """Those of the people whose consent does not hold now (R22)."""
    now = clock.now()
    return [
        member
        for member in about
        if not any(
            c.given_at <= now and (c.withdrawn_at is None or c.withdrawn_at > now)
            for c in member.consents.all()
        )
    ]
