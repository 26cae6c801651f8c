"""The words of a date poll by mail (R39).

Composed from nothing but the portal's name, a neutral serial, dates, times, the place,
the recipient's own name and a link.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from meetings.notices import desk_words, serial_of
from portal.core import clock
from portal.core.wording import (
    letter,
    moment_words,
    one_line,
    own_link_words,
    span_words,
)

if TYPE_CHECKING:
    from meetings.models import Poll

# Silent people are reminded so many days before the day of the deadline, at nine.
REMIND_DAYS = (2, 0)
REMIND_AT = time(9)


class Occasion(StrEnum):
    """Why the mail is sent."""

    ASKED = "asked"
    REMINDED = "reminded"
    DECIDED = "decided"
    CLOSED = "closed"  # no day will be chosen from this poll


@dataclass(frozen=True, slots=True)
class Facts:
    """What a mail about a poll may say.

    ``spans`` are the days offered, or the one decided on. ``link`` is empty where
    nothing is to be answered; ``link_until`` is None for people who sign in.
    """

    serial: str
    spans: Sequence[tuple[datetime, datetime]]
    place: str
    deadline: datetime
    name: str
    link: str = ""
    link_until: datetime | None = None


def title_of(created_at: datetime, number: int) -> str:
    """The one title of a poll, on pages and in mails: ``日程のお伺い 2026-003``."""
    return _("日程のお伺い %(serial)s") % {"serial": serial_of(created_at, number)}


def compose(occasion: Occasion, facts: Facts) -> tuple[str, str]:
    """Subject and plain text."""
    marks = {
        Occasion.ASKED: "",
        Occasion.REMINDED: _("【再度のお願い】"),
        Occasion.DECIDED: _("【日程決定】"),
        Occasion.CLOSED: _("【取りやめ】"),
    }
    title = _("かさね 日程のお伺い %(serial)s") % {"serial": facts.serial}
    return marks[occasion] + title, letter(facts.name, _paragraphs(occasion, facts))


def _paragraphs(occasion: Occasion, facts: Facts) -> list[str]:
    openings = {
        Occasion.ASKED: _(
            "日程のお伺い(%(serial)s)です。"
            "次の日時のご都合を、○・△・×でお知らせください。"
        ),
        Occasion.REMINDED: _(
            "日程のお伺い(%(serial)s)のお返事がまだのようです。"
            "次の日時のご都合を、○・△・×でお知らせください。"
        ),
        Occasion.DECIDED: _(
            "日程のお伺い(%(serial)s)は、次の日時に決まりました。"
            "正式なご案内は、あらためてお送りします。"
            "ほかの候補の日時は、空けておいていただかなくてかまいません。"
        ),
        Occasion.CLOSED: _(
            "日程のお伺い(%(serial)s)は取りやめになりました。"
            "お返事は要りません。候補の日時は、空けておいていただかなくてかまいません。"
        ),
    }
    return [
        openings[occasion] % {"serial": facts.serial},
        "\n".join(_when(facts)),
        *_ways(facts),
    ]


def _when(facts: Facts) -> list[str]:
    spans = [span_words(starts_at, ends_at) for starts_at, ends_at in facts.spans]
    place = _("場所  %(place)s") % {"place": one_line(facts.place)}
    if len(spans) == 1:
        return [_("日時  %(span)s") % {"span": spans[0]}, place]
    numbered = [
        _("候補%(number)s  %(span)s") % {"number": number, "span": span}
        for number, span in enumerate(spans, start=1)
    ]
    return [*numbered, place]


def _ways(facts: Facts) -> list[str]:
    if not facts.link:
        return []
    ask = _("%(deadline)sまでに、次のページでお答えください。") % {
        "deadline": moment_words(facts.deadline)
    }
    ways = [f"{ask}\n{facts.link}"]
    if facts.link_until is not None:
        ways.append(own_link_words(facts.name, moment_words(facts.link_until)))
    return ways


def late_words(poll: "Poll") -> str:
    """Why an answer is too late, and whom to call; said on the page only."""
    return _(
        "回答期限(%(deadline)s)を過ぎたため、この画面では受け付けられません。"
        "事務局の%(desk)sへお電話ください。お電話でご都合を伺い、記録します。"
    ) % {
        "deadline": moment_words(poll.deadline),
        "desk": desk_words(poll.body, poll.created_by),
    }


def last_reminder(deadline: datetime, t: datetime) -> datetime | None:
    """The latest moment up to ``t`` at which everybody silent is reminded."""
    day = clock.day_of(deadline)
    moments = [
        datetime.combine(day - timedelta(days=days), REMIND_AT, clock.JST)
        for days in REMIND_DAYS
    ]
    return max((moment for moment in moments if moment <= t), default=None)
