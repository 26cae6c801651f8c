"""Which item is taken in which month: the year's agenda, as month offsets.

Columns: offset, item, regime, occasion, minutes of time, presenter, household members
("*" for the whole household) and the offset of the next monitoring ("-" for none). The
key of an item is the key of its case and a count; items without a case give a title
in place of the household.
"""

from dataclasses import dataclass
from typing import cast

from portal.demo.content.types import Occasion, Regime, UnitKey

_NORTH = """
-12|young_carer-1|SHIEN|sharing|30|hinata|*|-
-12|debt-1|JUSO|plan|40|sawatari|*|-8
-11|kinrin-1|SHIEN|sharing|35|kanzaki|*|-
-11|north-study-1|NONE|-|30|aizawa|研修 守秘義務の範囲と日々の答え方|-
-10|eighty-1|SHIEN|sharing|35|natsume|*|-
-10|north-report-1|NONE|-|15|tachibana|報告 前回までの役割分担の進み具合|-
-9|gomi-1|SHIEN|sharing|30|oka|*|-
-9|young_carer-2|JUSO|plan|40|hinata|*|-6
-8|debt-2|JUSO|sharing|20|sawatari|*|-5
-8|north-study-2|NONE|-|40|hinata|研修 子どもの話を聞く|-
-7|eighty-2|SHIEN|sharing|30|kuga|*|-
-7|north-report-2|NONE|-|20|tachibana|報告 圏域の相談の状況と社会資源|-
-6|gomi-2|SHIEN|sharing|30|iizuka|*|-
-6|young_carer-3|JUSO|sharing|20|kazama|*|-4
-5|eighty-3|JUSO|plan|45|kuga|*|-2
-5|debt-3|JUSO|closure|30|sawatari|*|-
-4|kinrin-2|SHIEN|sharing|30|kanzaki|*|-
-4|young_carer-4|JUSO|replan|40|kazama|*|1
-3|gomi-3|SHIEN|sharing|30|iizuka|*|-
-3|doublecare-1|SHIEN|sharing|35|kitami|*|-
-2|eighty-4|JUSO|sharing|25|kuga|*|1
-2|kinrin-3|JUSO|sharing|20|kuga|mother|-
-1|kinrin-4|SHIEN|sharing|30|kanzaki|self|-
-1|doublecare-2|JUSO|sharing|35|natsume|*|0
0|gomi-4|SHIEN|sharing|30|iizuka|*|-
0|doublecare-3|JUSO|plan|45|iizuka|*|3
0|kinrin-5|SHIEN|sharing|35|kanzaki|self|-
1|eighty-5|JUSO|sharing|30|kuga|*|-
1|young_carer-5|JUSO|sharing|20|kazama|*|-
1|gomi-5|SHIEN|sharing|25|iizuka|*|-
"""

_SOUTH = """
-12|release-1|JUSO|plan|40|sawatari|*|-9
-12|south-report-1|NONE|-|15|ogata|報告 相談窓口の周知の状況|-
-11|withdrawn-1|SHIEN|sharing|35|wakui|*|-
-11|south-study-1|NONE|-|40|shinonome|研修 ひきこもりの支援と本人の速さ|-
-10|single-1|JUSO|plan|40|kitami|*|-7
-10|south-report-2|NONE|-|15|ogata|報告 前回までの役割分担の進み具合|-
-9|cats-1|SHIEN|sharing|30|hirose|*|-
-9|release-2|JUSO|sharing|20|sawatari|*|-
-8|withdrawn-2|JUSO|plan|40|shirase|son|-6
-8|evacuee-1|SHIEN|sharing|30|hirose|*|-
-7|dementia-1|SHIEN|sharing|35|fukami|*|-
-7|single-2|JUSO|sharing|20|kitami|*|-4
-6|withdrawn-3|JUSO|sharing|25|shirase|son|-
-6|south-study-2|NONE|-|40|hatano|研修 災害で移り住んだ方への関わり|-
-5|cats-2|JUSO|plan|40|noto|*|-1
-5|evacuee-2|SHIEN|sharing|25|hirose|*|-
-4|dementia-2|JUSO|sharing|30|anzai|*|-2
-4|single-3|JUSO|sharing|20|sawatari|*|-1
-3|release-3|JUSO|suspension|30|sawatari|*|-1
-3|evacuee-3|SHIEN|sharing|25|hirose|*|-
-2|withdrawn-4|SHIEN|sharing|30|wakui|*|-
-2|dementia-3|JUSO|plan|45|anzai|*|1
-1|cats-3|JUSO|sharing|25|noto|*|1
-1|single-4|JUSO|sharing|25|kitami|*|0
0|evacuee-4|SHIEN|sharing|30|hirose|*|-
0|single-5|JUSO|replan|40|kitami|*|3
1|dementia-4|JUSO|sharing|30|anzai|*|-
1|cats-4|JUSO|sharing|25|noto|*|-
"""

_REPRESENTATIVES = """
-6|representatives-past-1|NONE|-|40|tachibana|報告 事業の実績と評価|-
-6|representatives-past-2|NONE|-|40|tachibana|協議 社会資源の不足（匿名の事例から）|-
1|representatives-next-1|NONE|-|40|tachibana|報告 上期の取組と夜間の居場所の検討|-
1|representatives-next-2|NONE|-|30|ejima|協議 来年度の取組|-
"""


@dataclass(frozen=True)
class ScheduledItem:
    offset: int
    key: str
    unit: UnitKey | None
    order: int
    regime: Regime
    occasion: Occasion | None
    minutes: int
    presenter: str
    members: str
    title: str
    monitoring_offset: int | None

    @property
    def case(self) -> str | None:
        """The case's key, or None for an item that concerns no household."""
        return None if self.regime == "NONE" else self.key.rpartition("-")[0]


def _parse(table: str, unit: UnitKey | None) -> tuple[ScheduledItem, ...]:
    items: list[ScheduledItem] = []
    for row in table.strip().splitlines():
        offset, key, regime, occasion, minutes, presenter, about, monitoring = (
            row.split("|")
        )
        general = regime == "NONE"
        same_day = [item for item in items if item.offset == int(offset)]
        items.append(
            ScheduledItem(
                offset=int(offset),
                key=key,
                unit=unit,
                order=len(same_day) + 1,
                regime=cast(Regime, regime),
                occasion=None if general else cast(Occasion, occasion),
                minutes=int(minutes),
                presenter=presenter,
                members="" if general else about,
                title=about if general else "",
                monitoring_offset=None if monitoring == "-" else int(monitoring),
            )
        )
    return tuple(items)


NORTH = _parse(_NORTH, "north")
SOUTH = _parse(_SOUTH, "south")
REPRESENTATIVES = _parse(_REPRESENTATIVES, None)
SCHEDULE = NORTH + SOUTH + REPRESENTATIVES
_OFFSETS = {item.key: item.offset for item in SCHEDULE}


def offset_of(item: str) -> int:
    return _OFFSETS[item]


def next_monitoring(case: str) -> int | None:
    """Offset of the last monitoring that a past item of the case has set."""
    offsets = [
        item.monitoring_offset
        for item in SCHEDULE
        if item.case == case and item.offset < 0 and item.monitoring_offset is not None
    ]
    return max(offsets, default=None)
