"""What the meetings found missing, and what of it went up to the 代表者会議."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Gap:
    """A gap raised on an item; a `general` one has words that touch no household."""

    key: str
    item: str
    general: bool
    field: str
    words: str
    state: Literal["open", "considered", "done"]
    followed: str


@dataclass(frozen=True)
class Carried:
    """A gap carried up; `item` is the parent's, `answer` what it handed down."""

    gap: str
    title: str
    purpose: str
    item: str | None
    answer: str


GAPS = (
    Gap(
        "night_place",
        "eighty-2",
        general=True,
        field="place",
        words="夜間に、予約なしで過ごせる居場所がない。",
        state="considered",
        followed="代表者会議に上げ、企画政策課と健康福祉部で検討している。",
    ),
    Gap(
        "short_work",
        "eighty-3",
        general=True,
        field="work",
        words="1回2時間から始められる作業の受入先が少ない。",
        state="open",
        followed="",
    ),
    Gap(
        "cleaning_volunteers",
        "gomi-3",
        general=False,
        field="people",
        words="本人の了解を得ながら、少しずつ片付けに付き合える担い手がいない。",
        state="open",
        followed="",
    ),
    Gap(
        "phone_interpreter",
        "single-2",
        general=True,
        field="system",
        words="夜間と土日に使える電話通訳がない。",
        state="open",
        followed="",
    ),
    Gap(
        "pet_care",
        "cats-2",
        general=True,
        field="care",
        words="入院や通院の間、飼っている動物を預かる仕組みがない。",
        state="done",
        followed="保護の団体と協定を結び、短期の預かりを始めた。",
    ),
)

CARRIED = (
    Carried(
        "night_place",
        "夜間の居場所について",
        "圏域の会議だけでは決められないため、市全体で検討してほしい。",
        "representatives-past-2",
        "企画政策課と健康福祉部で検討を始める。次の代表者会議で経過を報告する。",
    ),
    Carried(
        "phone_interpreter",
        "夜間と土日の電話通訳について",
        "来年度の予算での対応を検討してほしい。",
        None,
        "",
    ),
)
