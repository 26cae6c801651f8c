"""The words of a call for cases by mail (R39).

Composed from the portal's name, the neutral serial, the due date, the recipient's own
name and a link. What is asked for, and what became of it, stays behind the link.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from meetings.notices import desk_words
from portal.core.wording import letter, moment_words, own_link_words

if TYPE_CHECKING:
    from meetings.models import Call


class Occasion(StrEnum):
    """Why the mail is sent."""

    ASKED = "asked"
    REMINDED = "reminded"
    WORD = "word"  # the secretariat has answered something sent in


@dataclass(frozen=True, slots=True)
class Facts:
    """What the mail may say.

    ``due_at`` is None where nothing is awaited, ``link_until`` for who signs in
    without a link.
    """

    serial: str
    name: str
    due_at: datetime | None
    link: str
    link_until: datetime | None = None


def compose(occasion: Occasion, facts: Facts) -> tuple[str, str]:
    """Subject and plain text."""
    subject = _("かさね お返事のお願い %(serial)s") % {"serial": facts.serial}
    marks = {
        Occasion.ASKED: "",
        Occasion.REMINDED: _("【再送】"),
        Occasion.WORD: _("【事務局からの連絡】"),
    }
    paragraphs = [_opening(occasion, facts), *_way(facts)]
    return marks[occasion] + subject, letter(facts.name, paragraphs)


def _opening(occasion: Occasion, facts: Facts) -> str:
    words = {
        Occasion.ASKED: _(
            "お返事のお願い(%(serial)s)です。ない場合も、その旨をお返事ください。"
        ),
        Occasion.REMINDED: _(
            "お返事のお願い(%(serial)s)を、もう一度お送りします。"
            "行き違いのときはご容赦ください。"
        ),
        Occasion.WORD: _(
            "先にいただいたお返事(%(serial)s)について、事務局から連絡があります。"
        ),
    }
    opening = words[occasion] % {"serial": facts.serial}
    if facts.due_at is None:
        return opening
    due = _("期限  %(due)s") % {"due": moment_words(facts.due_at)}
    return f"{opening}\n\n{due}"


def _way(facts: Facts) -> list[str]:
    ask = _("内容のご確認とお返事は、次のページでお願いします。")
    ways = [f"{ask}\n{facts.link}"]
    if facts.link_until is not None:
        ways.append(own_link_words(facts.name, moment_words(facts.link_until)))
    return ways


def late_words(call: "Call") -> str:
    """Why something comes too late, and whom to call; said on the page only."""
    return _(
        "期限を過ぎたため、受け付けられませんでした。"
        "事務局の%(desk)sへお電話で、次の会議に間に合うかをご相談ください。"
    ) % {"desk": desk_words(call.body, call.opened_by)}
