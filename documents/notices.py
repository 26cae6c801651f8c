"""The words of a co-operation request by mail (R39).

Composed from the portal's name, the neutral serial, dates, the recipient's own name
and a link: what is asked, of which case and by which meeting stays behind the link.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from portal.core import clock, jp


class Occasion(StrEnum):
    """Why the mail is sent."""

    ASKED = "asked"
    REMINDED = "reminded"
    EXTENDED = "extended"
    WITHDRAWN = "withdrawn"
    RECEIVED = "received"


@dataclass(frozen=True, slots=True)
class Facts:
    """What the mail may say; ``until`` is None for who signs in without a link."""

    serial: str
    name: str
    due_on: date
    link: str = ""
    until: datetime | None = None


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
    body = render_to_string(
        "documents/mail/request.txt",
        {
            "occasion": occasion.value,
            "serial": facts.serial,
            "name": " ".join(facts.name.split()),
            "due": jp.era_words_with_western(facts.due_on),
            "link": facts.link,
            "until": _moment(facts.until) if facts.until else "",
            "now": _moment(clock.now()),
        },
    )
    return marks[occasion] + subject, body


def _moment(moment: datetime) -> str:
    local = moment.astimezone(clock.JST)
    return jp.era_words_with_western(local.date()) + jp.clock_words(local.time())
