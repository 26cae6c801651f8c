"""The sittings of the demo and their agenda items, with who is asked and who came."""

from datetime import date, time, timedelta

from portal.demo.content.bodies import standing_of
from portal.demo.content.schedule import (
    REPRESENTATIVES,
    ScheduledItem,
)
from portal.demo.content.timeline import PAST_MONTHS, Timeline, months_between
from portal.demo.content.types import (
    AgendaItem,
    Attendance,
    Case,
    ItemKind,
    MinutesState,
    Occasion,
    RsvpAnswer,
    Sitting,
    SittingState,
    UnitKey,
)

OCCASION_LABELS: dict[Occasion, str] = {
    "plan": "プラン策定時",
    "replan": "再プラン策定時",
    "closure": "支援終結",
    "suspension": "支援中断",
    "sharing": "情報共有",
}
CLERKS = {"north": "tachibana", "south": "ogata", None: "tachibana"}
_CHAIRS = {"north": "sakaki", "south": "minagawa", None: "kusakabe"}
_REPRESENTATIVE_DAYS = -2
_APPROVAL_DAYS = 10
_FIRST_SITTING = date(2021, 4, 1)
# Those who have not simply said that they come today.
_TODAYS_ANSWERS: dict[str, RsvpAnswer] = {
    "makabe": "absent",
    "dojima": "absent",
    "utsugi": "waiting",
    "anzai": "waiting",
}

_SECTION_DIRECTORS = ("nitta", "hayami", "oribe", "misumi", "suga", "kazama", "iwakura")
_STUDY_ROSTERS: dict[UnitKey | None, tuple[str, ...]] = {
    "north": (
        *_SECTION_DIRECTORS, "todoroki", "hinata", "natsume", "tono", "mamiya",
        "iizuka", "anzai", "kitami", "sawatari", "hatano", "aizawa",
    ),
    "south": (
        *_SECTION_DIRECTORS, "asahina", "wakui", "shirase", "mamiya", "noto", "anzai",
        "kitami", "sawatari", "hatano", "hirose", "shinonome",
    ),
    None: (
        "ejima", "sakaki", "kaji", "sugou", "tobita", "yukimura", "unno", "torii",
        "seto", "dojima", "kanzaki", "miyabe", "banba",
    ),
}  # fmt: skip
# Items to which the secretariat asks fewer people than are selected for the case.
_NARROW_ROSTERS = {"kinrin-3": ("kuga", "kagami", "todoroki", "anzai")}

# People who did not simply come and stay.
_UNUSUAL: dict[str, tuple[Attendance, ...]] = {
    "young_carer-1": (Attendance("oribe", "absent", "庁内の会議と重なったため"),),
    "kinrin-1": (Attendance("kagami", "absent", "診療のため"),),
    "eighty-1": (Attendance("mamiya", "absent", "他の世帯の緊急対応のため"),),
    "gomi-1": (Attendance("tono", "late", "9時45分から出席"),),
    "debt-2": (Attendance("nitta", "absent", "資料を事前に確認済み"),),
    "eighty-2": (Attendance("natsume", "left", "電話の対応のため途中で退席"),),
    "gomi-2": (Attendance("banba", "absent", "災害出動のため"),),
    "young_carer-3": (Attendance("miyabe", "absent", "緊急の受理会議のため"),),
    "kinrin-2": (Attendance("anzai", "late", "10時から出席"),),
    "gomi-3": (Attendance("makabe", "absent", "検針の繁忙のため"),),
    "release-1": (Attendance("aizawa", "left", "法廷のため途中で退席"),),
    "single-1": (Attendance("hatano", "absent", "行事の準備のため"),),
    "withdrawn-2": (Attendance("shinonome", "absent", "診療のため"),),
    "cats-1": (Attendance("sawatari", "late", "13時45分から出席"),),
    "evacuee-2": (Attendance("makabe", "absent", "料金の締め日のため"),),
    "dementia-2": (Attendance("hayami", "absent", "介護認定審査会のため"),),
    "release-3": (Attendance("nitta", "late", "14時から出席"),),
    "cats-3": (Attendance("kanzaki", "left", "通報の対応のため途中で退席"),),
    "representatives-past-1": (
        Attendance("banba", "absent", "災害出動のため"),
        Attendance("seto", "late", "14時20分から出席"),
    ),
}


def sittings(timeline: Timeline) -> tuple[Sitting, ...]:
    """A year of monthly sittings per unit, today's, next month's; the 代表者会議."""
    units: tuple[UnitKey, ...] = ("north", "south")
    return (
        *(
            _monthly(unit, offset, timeline)
            for unit in units
            for offset in range(-PAST_MONTHS, 2)
        ),
        *(
            _representatives(offset, timeline)
            for offset in sorted({item.offset for item in REPRESENTATIVES})
        ),
    )


def sitting_key(unit: UnitKey | None, offset: int) -> str:
    return f"{unit or 'representatives'}{offset:+03d}"


def _monthly(unit: UnitKey, offset: int, timeline: Timeline) -> Sitting:
    north = unit == "north"
    held_on = timeline.sitting_day(offset)
    return Sitting(
        key=sitting_key(unit, offset),
        body=f"shien_{unit}",
        unit=unit,
        number=months_between(_FIRST_SITTING, held_on) + 1,
        held_on=held_on,
        starts_at=time(9, 30) if north else time(13, 30),
        ends_at=time(11, 30) if north else time(15, 30),
        place="見本市役所 3階 会議室A" if north else "南部福祉センター 2階 研修室",
        state=_state(offset, north=north),
        presiding=_CHAIRS[unit],
        agenda_approved_on=_approved_on(held_on, timeline),
        minutes_state=_minutes_state(offset),
    )


def _representatives(offset: int, timeline: Timeline) -> Sitting:
    held_on = timeline.day(offset, _REPRESENTATIVE_DAYS)
    return Sitting(
        key=sitting_key(None, offset),
        body="representatives",
        unit=None,
        number=months_between(_FIRST_SITTING, held_on) // 6 + 1,
        held_on=held_on,
        starts_at=time(14),
        ends_at=time(16),
        place="見本市役所 5階 大会議室",
        state=_state(offset, north=False),
        presiding=_CHAIRS[None],
        agenda_approved_on=_approved_on(held_on, timeline),
        minutes_state=_minutes_state(offset),
    )


def _approved_on(held_on: date, timeline: Timeline) -> date | None:
    """The chair's approval; the agenda of a planned sitting still waits for it."""
    if held_on > timeline.today:
        return None
    return held_on - timedelta(days=_APPROVAL_DAYS)


def _minutes_state(offset: int) -> MinutesState:
    """Last month's minutes are still going round; the older ones are final."""
    if offset > 0:
        return "none"
    if offset == 0:
        return "writing"
    return "round" if offset == -1 else "final"


def _state(offset: int, *, north: bool) -> SittingState:
    """The northern agenda of next month already waits for the chair's approval."""
    if offset > 0:
        return "submitted" if north else "draft"
    return "closed" if offset else "convened"


def agenda_item(
    scheduled: ScheduledItem, sitting: Sitting, case: Case | None, timeline: Timeline
) -> AgendaItem:
    people = (
        sitting.presiding,
        CLERKS[sitting.unit],
        *_roster(scheduled, sitting, case, timeline),
    )
    attendance = _attendance(scheduled, sitting, people)
    absent = {row.person for row in attendance if row.state == "absent"}
    return AgendaItem(
        key=scheduled.key,
        sitting=sitting.key,
        order=scheduled.order,
        kind=_kind(scheduled),
        body=f"juso_{sitting.unit}" if scheduled.regime == "JUSO" else sitting.body,
        regime=scheduled.regime,
        occasion=scheduled.occasion,
        case=scheduled.case,
        title=_title(scheduled, case),
        minutes_allotted=scheduled.minutes,
        presenter=scheduled.presenter,
        people=people,
        subjects=_subjects(scheduled, case),
        monitoring_on=(
            None
            if scheduled.monitoring_offset is None
            else timeline.sitting_day(scheduled.monitoring_offset)
        ),
        signatory=_signatory(scheduled, people, absent),
        rsvp=tuple((person, _rsvp(person, sitting, absent)) for person in people),
        attendance=attendance,
    )


def _roster(
    scheduled: ScheduledItem, sitting: Sitting, case: Case | None, timeline: Timeline
) -> tuple[str, ...]:
    """Those selected for the case who have standing that day and are not recused."""
    day = sitting.held_on
    if case is None:
        asked = _STUDY_ROSTERS[sitting.unit]
    elif scheduled.key in _NARROW_ROSTERS:
        asked = _NARROW_ROSTERS[scheduled.key]
    else:
        recused = {row.person for row in case.recusals if row.valid_from <= day}
        asked = tuple(
            row.person
            for row in case.selections
            if row.valid_from <= day and row.person not in recused
        )
    return tuple(
        person
        for person in asked
        if any(start <= day < end for start, end in standing_of(person, timeline))
    )


def _kind(scheduled: ScheduledItem) -> ItemKind:
    if scheduled.regime != "NONE" or scheduled.title.startswith("協議"):
        return "deliberation"
    return "study" if scheduled.title.startswith("研修") else "report"


def _title(scheduled: ScheduledItem, case: Case | None) -> str:
    if case is None or scheduled.occasion is None:
        return scheduled.title.partition(" ")[2]
    return f"事例{case.number}（{OCCASION_LABELS[scheduled.occasion]}）"


def _subjects(scheduled: ScheduledItem, case: Case | None) -> tuple[str, ...]:
    if case is None:
        return ()
    if scheduled.members == "*":
        return tuple(member.key for member in case.members)
    return (scheduled.members,)


def _attendance(
    scheduled: ScheduledItem, sitting: Sitting, people: tuple[str, ...]
) -> tuple[Attendance, ...]:
    """Who came; empty until the sitting is over."""
    if sitting.state != "closed":
        return ()
    unusual = {row.person: row for row in _UNUSUAL.get(scheduled.key, ())}
    return tuple(
        unusual.get(person) or Attendance(person, "present", "") for person in people
    )


def _signatory(
    scheduled: ScheduledItem, people: tuple[str, ...], absent: set[str]
) -> str:
    """The one member who confirms the minutes beside the chair."""
    chair, clerk, *members = people
    return next(
        member
        for member in members
        if member not in (chair, clerk, scheduled.presenter) and member not in absent
    )


def _rsvp(person: str, sitting: Sitting, absent: set[str]) -> RsvpAnswer:
    if sitting.state in ("draft", "submitted"):
        return "waiting"
    if sitting.state == "convened":
        return _TODAYS_ANSWERS.get(person, "present")
    return "absent" if person in absent else "present"
