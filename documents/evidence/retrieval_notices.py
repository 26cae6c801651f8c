"""The words of a mail that asks what became of papers (R39).

Composed from the portal's name, the sitting's serial, a date, the recipient's own name
and a link: neither a paper nor their number is named.
"""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from portal.core import jp
from portal.core.wording import letter, own_link_words


@dataclass(frozen=True, slots=True)
class Facts:
    """What the mail may say; without ``until`` the person signs in by name."""

    serial: str
    name: str
    link: str
    until: date | None = None


def compose(facts: Facts) -> tuple[str, str]:
    """Subject and plain text."""
    subject = _("かさね ご確認のお願い %(serial)s") % {"serial": facts.serial}
    ask = _(
        "会議のお知らせ(%(serial)s)でお渡ししたものについて、"
        "廃棄または返却の確認をお願いします。\n"
        "次のページで、お手元の状況をお知らせください。1分ほどで終わります。"
    ) % {"serial": facts.serial}
    paragraphs = [ask, facts.link]
    if facts.until is not None:
        until = jp.era_words_with_western(facts.until)
        paragraphs.append(own_link_words(facts.name, until))
    return subject, letter(facts.name, paragraphs)
