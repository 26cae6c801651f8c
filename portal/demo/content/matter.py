"""What the maker of a paper may draw on."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from portal.demo.content.types import AgendaItem, Case, MinutesEntry, Sitting

_LEAD_DAYS = 6
_MADE_AT = time(17, 0, tzinfo=ZoneInfo("Asia/Tokyo"))


@dataclass(frozen=True)
class Matter:
    """An item, what was said in it, and what was said before it and when.

    `earlier` holds items of the same case under the same regime only, so that nothing
    crosses from one regime into the other. `number` is that of the paper being made.
    """

    item: AgendaItem
    sitting: Sitting
    case: Case | None
    said: tuple[MinutesEntry, ...]
    earlier: tuple[tuple[date, MinutesEntry], ...]
    clerk: str
    number: str = ""

    @property
    def made_at(self) -> datetime:
        return datetime.combine(
            self.sitting.held_on - timedelta(days=_LEAD_DAYS), _MADE_AT
        )
