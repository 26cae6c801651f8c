"""Words that all mails share: who is addressed, moments, a personal link, the end."""

import unicodedata
from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from portal.core import jp
from portal.core.clock import JST

# Control and format characters, line and paragraph separators, lone surrogates.
_UNPRINTABLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def one_line(text: str) -> str:
    """``text`` as one printable line: nothing in it can begin a line of its own."""
    printable = (
        " " if unicodedata.category(letter) in _UNPRINTABLE else letter
        for letter in text
    )
    return " ".join("".join(printable).split())


def letter(name: str, paragraphs: Sequence[str]) -> str:
    """The plain text of a mail to ``name``, from the first line to the last."""
    first = _("%(name)s 様") % {"name": one_line(name)}
    last = _("かさね(このメールは送信専用です)")
    return "\n\n".join([first, *paragraphs, last]) + "\n"


def own_link_words(name: str, until: str) -> str:
    """What stands below a personal link."""
    return _(
        "このリンクは%(name)s様だけのものです。"
        "ほかの方に転送しないでください。\n"
        "開くときに、確認コード(数字8けた)の入力をお願いします。\n"
        "%(until)sまで使えます。"
    ) % {"name": one_line(name), "until": until}


def moment_words(moment: datetime) -> str:
    """A moment in Japan, e.g. ``令和8年(2026年)12月15日(火)午後1時30分``."""
    local = moment.astimezone(JST)
    return jp.era_words_with_western(local.date()) + jp.clock_words(local.time())


def span_words(starts_at: datetime, ends_at: datetime) -> str:
    """From when until when; the end of another day is written in full."""
    start, end = starts_at.astimezone(JST), ends_at.astimezone(JST)
    until = jp.clock_words(end.time())
    if start.date() != end.date():
        until = moment_words(ends_at)
    return _("%(start)sから%(end)sまで") % {
        "start": moment_words(starts_at),
        "end": until,
    }
