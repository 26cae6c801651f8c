"""The words of a co-operation request by mail (R39).

Composed from the portal's name, the neutral serial, dates, the recipient's own name
and a link: what is asked, of which case and by which meeting stays behind the link.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.utils.translation import gettext as _

from portal.core import clock, jp
from portal.core.wording import letter, moment_words, own_link_words


class Occasion(StrEnum):
    """Why the mail is sent."""

    ASKED = "asked"
    REMINDED = "reminded"
    EXTENDED = "extended"
    WITHDRAWN = "withdrawn"
    RECEIVED = "received"


@dataclass(frozen=True, slots=True)
class Facts:
    """What the mail may say; without ``until`` the person signs in by name."""

    serial: str
    name: str
    due_on: date
    link: str = ""
    until: date | None = None


def compose(occasion: Occasion, facts: Facts) -> tuple[str, str]:
    """Subject and plain text."""
    marks = {
        Occasion.ASKED: "",
        Occasion.REMINDED: _("【再送】"),
        Occasion.EXTENDED: _("【期限の変更】"),
        Occasion.WITHDRAWN: _("【取下げ】"),
        Occasion.RECEIVED: _("【受付】"),
    }
    subject = _("かさね ご依頼のお知らせ %(serial)s") % {"serial": facts.serial}
    return marks[occasion] + subject, letter(facts.name, _paragraphs(occasion, facts))


def _paragraphs(occasion: Occasion, facts: Facts) -> list[str]:
    openings = {
        Occasion.ASKED: _("ご依頼(番号 %(serial)s)のお知らせです。"),
        Occasion.REMINDED: _(
            "ご依頼(番号 %(serial)s)のお知らせを、もう一度お送りします。"
        ),
        Occasion.EXTENDED: _("ご依頼(番号 %(serial)s)の回答の期限が変わりました。"),
        Occasion.WITHDRAWN: _(
            "ご依頼(番号 %(serial)s)を取り下げました。ご回答は要りません。\n"
            "お送りしたリンクは使えなくなりました。"
        ),
        Occasion.RECEIVED: _(
            "ご依頼(番号 %(serial)s)へのご回答を、%(now)sに受け付けました。"
            "ありがとうございました。\n"
            "お送りしたリンクは使えなくなりました。"
        ),
    }
    opening = openings[occasion] % {
        "serial": facts.serial,
        "now": moment_words(clock.now()),
    }
    if occasion in {Occasion.WITHDRAWN, Occasion.RECEIVED}:
        return [opening]
    due = _("回答の期限  %(due)s") % {"due": jp.era_words_with_western(facts.due_on)}
    return [opening, due, *_way(facts)]


def _way(facts: Facts) -> list[str]:
    if not facts.link:
        return [_("先にお送りしたリンクから、ご回答をお願いします。")]
    ask = _("内容の確認とご回答は、次のページでお願いします。")
    if facts.until is None:
        return [f"{ask}\n{facts.link}"]
    until = jp.era_words_with_western(facts.until)
    return [f"{ask}\n{facts.link}", own_link_words(facts.name, until)]
