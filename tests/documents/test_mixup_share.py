"""A share of the guard's measurement: most mix-ups are held, few right papers are.

The whole of it, against 20,000 cases, is ``make bench``.
"""

import io
from collections.abc import Iterable
from functools import cache
from random import Random
from uuid import uuid4

from documents.mixups import folding
from documents.mixups.extraction import readers
from documents.mixups.register import Register, Row, keys_of
from documents.mixups.weighing import Known, Place, weigh
from portal.core.folding import folded
from tests.documents.mixup_corpus import (
    TUNED,
    UNTUNED,
    Sample,
    Town,
    clean_papers,
    mixed_papers,
)
from tests.documents.mixup_town import Household, households

CASES, PAPERS, SEED = 1_000, 40, 409
HELD, FALSE = 0.95, 0.05

HOMES = households(SEED, CASES)
IDS = {home.number: uuid4() for home in HOMES}


def row(home: Household, index: int) -> Row:
    one = home.members[index]
    case = IDS[home.number]
    return Row(uuid4(), case, one.name, one.kana, one.address, one.phone, one.born)


@cache
def town() -> Register:
    register = Register()
    rows = [row(home, at) for home in HOMES for at in range(len(home.members))]
    register.update(rows, IDS.items())
    return register


@cache
def staff() -> frozenset[str]:
    colleagues = Town(HOMES, Random(SEED)).colleagues
    return frozenset(folding.name_key(name) for name in colleagues)


def known(home: Household) -> Known:
    keys = [keys_of(row(home, at)) for at in range(len(home.members))]
    return Known(
        case=IDS[home.number],
        names=frozenset(key for each in keys for key in (each.name, each.kana)),
        addresses=frozenset((each.address, each.flat) for each in keys),
        phones=frozenset(each.phone for each in keys),
        families=frozenset(folded(one.family) for one in home.members),
        staff=staff(),
    )


def held(papers: Iterable[Sample]) -> int:
    count = 0
    for paper in papers:
        stem, _, kind = paper.file_name.rpartition(".")
        words = readers.read(kind, io.BytesIO(paper.data))["places"]
        names = [Place("file_name", 0, stem), Place("title", 0, paper.title)]
        places = [*names, *(Place(*place) for place in words)]
        count += bool(weigh(town(), known(paper.home), places))
    return count


def test_most_mix_ups_are_held() -> None:
    kinds = TUNED | UNTUNED
    assert held(mixed_papers(HOMES, SEED, PAPERS, kinds)) >= HELD * PAPERS


def test_few_right_papers_are_held() -> None:
    assert held(clean_papers(HOMES, SEED, PAPERS)) <= FALSE * PAPERS
