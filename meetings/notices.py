"""The words of an invitation by mail, and its calendar entry (R39).

Composed from nothing but the portal's name, a neutral serial, date, time, place, the
recipient's own name and a link: never from a body's name, an item, a case or a roster.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from meetings import calendar
from meetings.calendar import Method
from members.models import Body, Person
from members.offices import secretariat_of
from portal.core import jp
from portal.core.clock import day_of
from portal.core.wording import (
    letter,
    moment_words,
    one_line,
    own_link_words,
    span_words,
)


class Occasion(StrEnum):
    """Why the notice is sent."""

    INVITED = "invited"
    REMINDED = "reminded"  # not answered yet
    RENEWED = "renewed"  # a new link, the old one ran out or was lost
    CHANGED = "changed"
    CANCELLED = "cancelled"  # the sitting will not take place
    WITHDRAWN = "withdrawn"  # this person is no longer asked to come


@dataclass(frozen=True, slots=True)
class Facts:
    """What a notice may say, and where its answer goes.

    ``link`` opens the portal for the recipient; ``address`` is the page's address
    without any secret, for calendars. ``link_until`` is None for people who come
    in by their own sign-in. ``entry`` is the recipient's choice: with or without a
    calendar entry.
    """

    serial: str
    starts_at: datetime
    ends_at: datetime
    place: str
    name: str
    email: str
    uid: UUID
    sequence: int
    stamp: datetime
    address: str
    link: str = ""
    link_until: datetime | None = None
    entry: bool = True


@dataclass(frozen=True, slots=True)
class Notice:
    """One mail: its subject, its plain text and its calendar entry, if it has one."""

    subject: str
    body: str
    calendar: str
    method: str


@dataclass(frozen=True, slots=True)
class Way:
    """What a mail says of the way in.

    ``until`` is None for who needs no new link; ``known``: their own link goes on.
    """

    link: str
    about: str = ""
    until: datetime | None = None
    known: bool = False


def serial_of(starts_at: datetime, number: int) -> str:
    """The neutral serial: fiscal year and count, e.g. ``2026-012``."""
    return f"{jp.fiscal_year(day_of(starts_at))}-{number:03}"


def title_of(serial: str) -> str:
    """The one title in mails and calendars."""
    return _("かさね 会議のお知らせ %(serial)s") % {"serial": serial}


def compose(occasion: Occasion, facts: Facts) -> Notice:
    """The notice in words and as a calendar entry."""
    gone = occasion in {Occasion.CANCELLED, Occasion.WITHDRAWN}
    method = Method.CANCEL if gone else Method.REQUEST
    return Notice(
        subject=_subject(occasion, facts.serial),
        body=letter(facts.name, _paragraphs(occasion, facts)),
        calendar=calendar.render(entry_of(method, facts)) if facts.entry else "",
        method=method if facts.entry else "",
    )


def page_address(sitting: UUID, person: Person) -> str:
    """The page that a notice leads to, without any secret."""
    front = reverse("meetings:sitting-detail", args=[sitting])
    return f"{settings.BASE_URL}{front if person.login else reverse('documents:gate')}"


def desk_words(body: Body, opener: Person) -> str:
    """The body's secretariat with its telephone, for who comes too late.

    The office of ``opener``, where nobody holds an office of the body any more.
    """
    office = secretariat_of([body]) or opener.organization
    if not office.phone:
        return office.name
    return office.name + _("(電話 %(phone)s)") % {"phone": office.phone}


def _subject(occasion: Occasion, serial: str) -> str:
    title = title_of(serial)
    marks = {
        Occasion.INVITED: "",
        Occasion.REMINDED: _("【再送】"),
        Occasion.RENEWED: _("【新しいリンク】"),
        Occasion.CHANGED: _("【変更】"),
        Occasion.CANCELLED: _("【中止】"),
        Occasion.WITHDRAWN: _("【取消し】"),
    }
    return marks[occasion] + title


def _paragraphs(occasion: Occasion, facts: Facts) -> list[str]:
    openings = {
        Occasion.INVITED: _("会議のお知らせ(%(serial)s)です。"),
        Occasion.REMINDED: _(
            "会議のお知らせ(%(serial)s)に、出欠のお返事をまだいただいていません。"
        ),
        Occasion.RENEWED: _(
            "会議のお知らせ(%(serial)s)を開く、新しいリンクをお送りします。"
            "前のリンクは使えません。"
        ),
        Occasion.CHANGED: _(
            "会議のお知らせ(%(serial)s)の日時または場所が変わりました。"
        ),
        Occasion.CANCELLED: _("会議のお知らせ(%(serial)s)の会議は中止になりました。"),
        Occasion.WITHDRAWN: _(
            "会議のお知らせ(%(serial)s)のご案内を取り消します。"
            "ご出席いただく必要はありません。"
        ),
    }
    when = _("日時  %(span)s\n場所  %(place)s") % {
        "span": span_words(facts.starts_at, facts.ends_at),
        "place": one_line(facts.place),
    }
    opening = openings[occasion] % {"serial": facts.serial}
    return [opening, when, *_ways(occasion, facts)]


def _ways(occasion: Occasion, facts: Facts) -> list[str]:
    if occasion in {Occasion.CANCELLED, Occasion.WITHDRAWN}:
        if not facts.entry:
            return []
        return [_("カレンダーに登録された予定は、添付の取消しを受け取ると消えます。")]
    if not facts.link:
        return [_("先にお送りしたご案内のリンクから、出欠をもう一度お確かめください。")]
    ask = _("出欠のお返事と当日のご案内は、次のページでお願いします。")
    if occasion is Occasion.RENEWED:
        ask = _("次のページからお入りください。")
    paragraphs = [f"{ask}\n{facts.link}"]
    if facts.link_until is not None:
        paragraphs.append(own_link_words(facts.name, moment_words(facts.link_until)))
    return paragraphs


def entry_of(method: Method, facts: Facts) -> calendar.Entry:
    """The calendar entry; a feed takes its rows from the same words."""
    return calendar.Entry(
        method=method,
        uid=facts.uid,
        sequence=facts.sequence,
        stamp=facts.stamp,
        starts_at=facts.starts_at,
        ends_at=facts.ends_at,
        summary=title_of(facts.serial),
        place=facts.place,
        address=facts.address,
        name=facts.name,
        email=facts.email,
        organizer=settings.DEFAULT_FROM_EMAIL,
        organizer_name=_("かさね"),
    )
