"""The words that tell of papers by mail (R39).

Composed from the portal's name, the neutral serial, date, time and place, the
recipient's own name and a link: never which papers, how many, or of what.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.utils.translation import gettext as _

from meetings.notices import title_of
from portal.core.wording import (
    letter,
    moment_words,
    one_line,
    own_link_words,
    span_words,
)


class Occasion(StrEnum):
    """Why the mail is sent."""

    TOLD = "told"
    REMINDED = "reminded"  # nothing was opened yet


@dataclass(frozen=True, slots=True)
class Facts:
    """What the mail may say.

    ``link_until`` is None for who needs no new link: people who sign in by name, and
    those whose own link goes on (``known``).
    """

    serial: str
    starts_at: datetime
    ends_at: datetime
    place: str
    name: str
    link: str
    link_until: datetime | None = None
    known: bool = False


def compose(occasion: Occasion, facts: Facts) -> tuple[str, str]:
    """Subject and plain text."""
    marks = {
        Occasion.TOLD: _("【資料】"),
        Occasion.REMINDED: _("【資料・再送】"),
    }
    subject = marks[occasion] + title_of(facts.serial)
    return subject, letter(facts.name, [*_opening(occasion, facts), *_way(facts)])


def _opening(occasion: Occasion, facts: Facts) -> list[str]:
    openings = {
        Occasion.TOLD: _(
            "会議のお知らせ(%(serial)s)の資料を、ご覧いただけるようになりました。"
        ),
        Occasion.REMINDED: _(
            "会議のお知らせ(%(serial)s)の資料を、まだご覧いただいていないようです。"
            "行き違いのときはご容赦ください。"
        ),
    }
    when = _("日時  %(span)s\n場所  %(place)s") % {
        "span": span_words(facts.starts_at, facts.ends_at),
        "place": one_line(facts.place),
    }
    return [openings[occasion] % {"serial": facts.serial}, when]


def _way(facts: Facts) -> list[str]:
    if facts.known:
        ask = _(
            "先にお送りしたご案内のリンクから、これまでと同じようにお入りください。"
            "リンクが見つからないときは、次のページをご覧ください。"
        )
        return [f"{ask}\n{facts.link}"]
    ask = _("次のページからお入りください。")
    ways = [f"{ask}\n{facts.link}"]
    if facts.link_until is not None:
        ways.append(own_link_words(facts.name, moment_words(facts.link_until)))
    return ways
