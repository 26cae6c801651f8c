"""How an agenda runs: its frame, its clock, its standard points."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext as _

from meetings.models import AgendaItem, FrameLine, ItemTemplate
from members.models import Body

Kind, Occasion, Part = AgendaItem.Kind, AgendaItem.Occasion, FrameLine.Part

# People are asked to come at a quarter of an hour: a finer time would tell how long
# the items of others take.
CALL_STEP = timedelta(minutes=15)

STANDARD_FRAME = (
    (Part.PLAIN, "開会", 1),
    (Part.PLAIN, "あいさつ", 1),
    (Part.SECRECY, "守秘義務の確認", 2),
    (Part.PLAIN, "出席者紹介", 1),
    (Part.ITEMS, "議題", 0),
    (Part.NEXT, "その他", 4),
    (Part.PLAIN, "閉会", 1),
)

# What the manual asks of each occasion, and what the items without a case are for.
STANDARD_POINTS: dict[str, tuple[str, ...]] = {
    Occasion.SHARING: (
        "各機関が把握している状況の共有",
        "見守りと緊急時の対応",
        "各機関の役割分担",
    ),
    Occasion.PLAN: (
        "アセスメントに基づく目標、支援方針、プランの内容",
        "各機関の役割分担",
        "モニタリングの時期",
    ),
    Occasion.REPLAN: (
        "本人の状態の変化",
        "今のプランの評価",
        "新しい目標、支援方針、プランの内容",
        "各機関の役割分担",
        "モニタリングの時期",
    ),
    Occasion.CLOSURE: (
        "目標の達成状況",
        "本人を支える人や機関の状況",
        "支援の評価",
        "終結後のフォローアップの要否と方法",
    ),
    Occasion.SUSPENSION: (
        "連絡と支援の経過",
        "支援を中断するかどうか",
        "再開するきっかけと、それまでの見守り",
    ),
    Kind.REPORT: ("前回の決定と役割の進み具合",),
    Kind.STUDY: ("ねらいと内容", "質疑", "日々の支援への生かし方"),
    Kind.RESOURCE: (
        "不足している社会資源",
        "今ある社会資源の使い方",
        "開発に向けた分担と時期",
    ),
    Kind.ARRANGEMENT: ("支援体制の現状と課題", "連携の進め方"),
    Kind.RECORDS: ("前回までの会議録の内容", "誤りの有無"),
}


def subject_of(kind: str, occasion: str, *, has_case: bool) -> str:
    """Which template an item follows: a case by its occasion, all else by its kind."""
    return occasion if has_case and kind == Kind.DELIBERATION else kind


def points_of(body: Body) -> dict[str, str]:
    """The points to talk about per subject: the body's own, else the standard."""
    points = {str(key): "\n".join(lines) for key, lines in STANDARD_POINTS.items()}
    own = ItemTemplate.objects.filter(body=body)
    return points | dict(own.values_list("subject", "points"))


def frame_of(body: Body) -> list[FrameLine]:
    """The lines of every agenda of the body: its own, else the standard."""
    return list(body.frame.all()) or [
        FrameLine(body=body, order=order, part=part, words=words, minutes=minutes)
        for order, (part, words, minutes) in enumerate(STANDARD_FRAME, 1)
    ]


@dataclass(frozen=True, slots=True)
class Slot:
    """From when until when something is on, if all before it keep their time."""

    starts_at: datetime
    ends_at: datetime


def slots(lengths: Iterable[int], start: datetime) -> list[Slot]:
    """One after the other from ``start``; ``lengths`` are minutes."""
    found = []
    for minutes in lengths:
        end = start + timedelta(minutes=minutes)
        found.append(Slot(start, end))
        start = end
    return found


@dataclass(frozen=True, slots=True)
class Plan:
    """The whole agenda on the clock: the frame's lines around the items."""

    starts_at: datetime
    before: list[tuple[FrameLine, Slot]]
    items: list[tuple[AgendaItem, Slot]]
    after: list[tuple[FrameLine, Slot]]
    length: int

    @property
    def planned(self) -> int:
        """The minutes that frame and items take together."""
        last = [*self.before, *self.items, *self.after][-1][1]
        return _minutes(self.before[0][1].starts_at, last.ends_at)

    @property
    def left_words(self) -> str:
        """How frame, items and hours go together."""
        if self.left < 0:
            return _("会議の時間を%(minutes)s分超えています") % {"minutes": -self.left}
        if self.left == 0:
            return _("会議の時間にちょうど収まります")
        return _("あと%(minutes)s分使えます") % {"minutes": self.left}

    @property
    def minutes_before(self) -> int:
        """What the frame takes before the first item."""
        return sum(line.minutes for line, _slot in self.before)

    @property
    def minutes_after(self) -> int:
        """What the frame takes after the last item."""
        return sum(line.minutes for line, _slot in self.after)

    @property
    def left(self) -> int:
        """Minutes to spare; less than none where the items do not fit."""
        return self.length - self.planned


def plan_of(
    frame: Sequence[FrameLine],
    items: Sequence[AgendaItem],
    hours: tuple[datetime, datetime],
) -> Plan:
    """Put frame and items on the clock of a sitting that lasts for ``hours``."""
    place = next(n for n, line in enumerate(frame) if line.part == Part.ITEMS)
    before, after = frame[:place], frame[place + 1 :]
    lengths = [
        *(line.minutes for line in before),
        *(item.minutes_allotted for item in items),
        *(line.minutes for line in after),
    ]
    clock = iter(slots(lengths, hours[0]))
    return Plan(
        starts_at=hours[0],
        before=[(line, next(clock)) for line in before],
        items=[(item, next(clock)) for item in items],
        after=[(line, next(clock)) for line in after],
        length=_minutes(*hours),
    )


def _minutes(start: datetime, end: datetime) -> int:
    return int((end - start).total_seconds() // 60)


def call_time(slot: Slot, opening: datetime) -> datetime:
    """When somebody is asked to come for an item: the quarter of an hour before."""
    late = (slot.starts_at - datetime.min.replace(tzinfo=UTC)) % CALL_STEP
    return max(slot.starts_at - late, opening)


def call_times(own: Iterable[Slot], plan: Plan) -> list[datetime | None]:
    """When somebody is asked to come for each of the own items, in their order.

    None where they are there already: until the own item before, or the frame's
    opening lines, have ended.
    """
    opening = there_until = plan.starts_at
    if plan.before:
        there_until = plan.before[-1][1].ends_at
    found: list[datetime | None] = []
    for slot in own:
        call = call_time(slot, opening)
        found.append(call if call > there_until else None)
        there_until = slot.ends_at
    return found


def stamp(items: Sequence[AgendaItem]) -> str:
    """What a page shows of order and minutes; it differs once either has changed."""
    words = " ".join(f"{item.id}:{item.minutes_allotted}" for item in items)
    return hashlib.sha256(words.encode()).hexdigest()[:16]


def moved(order: Sequence[UUID], item: UUID, step: int) -> list[UUID]:
    """The order after one of its items went ``step`` places; at an end it stays."""
    ids = list(order)
    if item in ids:
        here = ids.index(item)
        there = min(max(here + step, 0), len(ids) - 1)
        ids.insert(there, ids.pop(here))
    return ids
