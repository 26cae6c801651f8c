"""The shapes of municipality that are filled and loaded: a town, a city, 18 wards."""

import os
from dataclasses import dataclass

from common import BenchError


@dataclass(frozen=True)
class Size:
    """How large a municipality is; the figures of DESIGN.md unless told."""

    units: int = 18
    people: int = 5_000
    cases: int = 20_000
    sittings: int = 240  # of each unit
    items: int = 3  # of each case
    papers: int = 5  # of each item
    events: int = 2_000_000


@dataclass(frozen=True)
class Peak:
    """What comes at once on its worst morning."""

    rooms: int  # sittings of fifteen, in each a change every second
    opens_per_s: float  # links, from the tap to the sitting behind the code
    sign_ins_per_s: float
    pages_per_s: float


@dataclass(frozen=True)
class Shape:
    """One kind of municipality."""

    name: str
    size: Size
    peak: Peak


SHAPES = {
    shape.name: shape
    for shape in (
        Shape(
            "town",
            Size(units=1, people=30, cases=60, sittings=48, events=50_000),
            Peak(rooms=1, opens_per_s=0.05, sign_ins_per_s=0.05, pages_per_s=0.2),
        ),
        Shape(
            "city",
            Size(units=5, people=150, cases=400, sittings=60, events=400_000),
            Peak(rooms=5, opens_per_s=50 / 600, sign_ins_per_s=0.1, pages_per_s=0.5),
        ),
        Shape(
            "18wards",
            Size(),
            Peak(rooms=54, opens_per_s=2, sign_ins_per_s=3000 / 1800, pages_per_s=2),
        ),
    )
}


def chosen() -> Shape:
    """The shape that the environment names; 18 wards unless it does."""
    name = os.environ.get("KASANE_BENCH_SHAPE", "18wards")
    if name not in SHAPES:
        raise BenchError(f"KASANE_BENCH_SHAPE is one of {', '.join(SHAPES)}")
    return SHAPES[name]
