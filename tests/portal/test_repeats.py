"""A form sent twice makes one thing, and its key never names somebody else's."""

from uuid import UUID

import pytest

from documents.services import requests
from meetings.models import Poll, ResourceGap
from meetings.services import agenda, gaps, polls
from meetings.services.gaps import GapWords
from members.facts import Role
from portal.core.errors import HiddenError
from portal.core.repeats import made_before
from tests import factories
from tests.cast import Cast
from tests.meetings import asking, polling
from tests.meetings.convening import WORDS, add, clerk, draft

pytestmark = pytest.mark.django_db
WISH = GapWords("place", "夜間に過ごせる居場所がない")


def test_a_new_key_made_nothing_and_a_known_one_its_own_row(cast: Cast) -> None:
    poll = polling.ask(cast)
    assert made_before(Poll, UUID(int=99), body=cast.shien) is None
    assert made_before(Poll, poll.id, body=cast.shien) == poll
    with pytest.raises(HiddenError):
        made_before(Poll, poll.id, body=cast.juso)


def test_the_key_of_another_row_is_hidden_and_makes_nothing(cast: Cast) -> None:
    actor, first, second = clerk(cast), draft(cast), draft(cast, 2)
    other = factories.case(cast.shien, number="R8-099")
    factories.membership(cast.secretariat, other, Role.SECRETARIAT)
    item, poll, request = add(cast, first), polling.ask(cast), asking.ask(cast)
    gap = gaps.raise_gap(actor=actor, key=UUID(int=5), body=cast.shien, words=WISH)
    attempts = (
        lambda: polls.open_poll(
            actor=actor, key=poll.id, body=cast.juso, plan=polling.plan(cast.clinic)
        ),
        lambda: requests.make_request(
            actor=actor, key=request.id, case=other, asked=asking.asked(cast)
        ),
        lambda: agenda.add_item(
            actor=actor,
            key=item.id,
            sitting=second,
            body=cast.shien,
            case=cast.case,
            words=WORDS,
        ),
        lambda: gaps.raise_gap(actor=actor, key=gap.id, body=cast.juso, words=WISH),
    )
    for attempt in attempts:
        with pytest.raises(HiddenError):
            attempt()
    assert (ResourceGap.objects.count(), second.items.count()) == (1, 0)
