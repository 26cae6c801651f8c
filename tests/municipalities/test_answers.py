"""The two towns as they stand after being set up: every answer, and its opposite."""

from collections.abc import Iterator

import pytest
import time_machine

from portal.core import clock
from tests.municipalities import towns
from tests.municipalities.answers import QUESTIONS, settings

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def founding() -> Iterator[None]:
    with time_machine.travel(towns.at(towns.FOUNDING), tick=False):
        yield


def test_every_question_has_opposite_answers() -> None:
    assert [question.number for question in QUESTIONS] == list(range(1, 11))
    for question in QUESTIONS:
        left, right = question.miharashi, question.hatoba
        assert left.keys() == right.keys(), question.words
        assert not [name for name in left if left[name] == right[name]], question.words


@pytest.mark.parametrize("name", ["miharashi", "hatoba"])
def test_a_town_has_the_rules_that_were_typed(name: str) -> None:
    town = getattr(towns, name)()
    rules = town.body.rules
    assert {field: getattr(rules, field) for field in settings(name)} == settings(name)
    assert rules.decided_by
    assert rules.decided_on == clock.today()
