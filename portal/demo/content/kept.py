"""Closed files of earlier years, kept for their term: what the yearly list shows.

Their papers lie in the archive room; the portal knows number, days and class.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from portal.core import jp
from portal.demo.content.timeline import fiscal_year_of

# 見本市文書取扱規程 別表: how long the files of a body are kept.
CASE_CLASS, SITTING_CLASS = "3年", "1年"
DECIDED_BY = "見本市文書取扱規程 別表第1"

Fate = Literal["ending", "over", "proposed", "held", "longer", "gone"]


@dataclass(frozen=True)
class KeptFile:
    """A case's file that was complete ``years_ago`` fiscal years before this one."""

    key: str
    unit: Literal["north", "south"]
    title: str
    theme: str
    years_ago: int
    month: int
    day: int
    fate: Fate

    def closed_on(self, today: date) -> date:
        """The day of completion; January to March belong to the year before."""
        year = fiscal_year_of(today) - self.years_ago
        return date(year if self.month >= 4 else year + 1, self.month, self.day)

    def opened_on(self, today: date) -> date:
        """The case came in June of the fiscal year before."""
        return date(fiscal_year_of(self.closed_on(today)) - 1, 6, 12)

    def number(self, today: date) -> str:
        """A number of the year in which the case came, such as R3-041."""
        era, year = jp.era_date(self.opened_on(today))
        return f"{era.letter}{year}-{40 + KEPT.index(self) + 1:03d}"


KEPT = (
    KeptFile(
        "laundry", "north", "家事が滞り、清掃の支援を入れた単身世帯", "生活環境",
        4, 10, 14, "proposed",
    ),
    KeptFile(
        "tuition", "north", "学費の支払いに困り、退学を考えていた世帯", "生活困窮",
        4, 1, 20, "over",
    ),
    KeptFile(
        "garden", "north", "庭木と荷物をめぐり、近隣と行き違いのあった世帯", "近隣関係",
        5, 9, 3, "held",
    ),
    KeptFile(
        "night", "north", "夜間の見守りが必要になった高齢の夫婦", "介護",
        3, 6, 30, "ending",
    ),
    KeptFile(
        "move", "north", "転居をきっかけに通院が途切れた世帯", "医療の中断",
        4, 12, 2, "longer",
    ),
    KeptFile(
        "meals", "north", "食事の用意がむずかしくなった父子世帯", "ひとり親",
        5, 5, 19, "gone",
    ),
    KeptFile(
        "shop", "south", "廃業のあと収入のめどが立たなかった世帯", "生活困窮",
        4, 7, 8, "over",
    ),
    KeptFile(
        "truancy", "south", "登校しづらさが続き、母が孤立していた世帯", "不登校",
        3, 2, 17, "ending",
    ),
    KeptFile(
        "heating", "south", "電気とガスの停止を繰り返していた世帯", "生活困窮",
        5, 11, 25, "gone",
    ),
)  # fmt: skip
