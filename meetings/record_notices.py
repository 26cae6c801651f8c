"""The words that tell of a record by mail (R39).

Composed from the portal's name, the neutral serial, days and times, the recipient's
own name and a link: never what is written, by whom, or about whom.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.utils.translation import gettext as _

from meetings.notices import Way, title_of
from portal.core import jp
from portal.core.wording import letter, moment_words, own_link_words


class Occasion(StrEnum):
    """Why the mail is sent."""

    ROUND = "round"  # the draft is there to be read
    ASKED = "asked"  # somebody has asked for a correction: to the secretariat
    ANSWERED = "answered"  # to who asked
    REMINDED = "reminded"  # to who has not confirmed
    REOPENED = "reopened"
    SUMMARY = "summary"  # what was decided is there to be read


@dataclass(frozen=True, slots=True)
class Facts:
    """What the mail may say; ``due_on`` is None where nothing is awaited."""

    serial: str
    name: str
    way: Way
    due_on: date | None = None


def compose(occasion: Occasion, facts: Facts) -> tuple[str, str]:
    """Subject and plain text."""
    marks = {
        Occasion.ROUND: _("【会議の記録】"),
        Occasion.ASKED: _("【会議の記録・申し出】"),
        Occasion.ANSWERED: _("【会議の記録・回答】"),
        Occasion.REMINDED: _("【会議の記録・再送】"),
        Occasion.REOPENED: _("【会議の記録・見直し】"),
        Occasion.SUMMARY: _("【会議のまとめ】"),
    }
    subject = marks[occasion] + title_of(facts.serial)
    return subject, letter(facts.name, [*_opening(occasion, facts), *_way(facts)])


def _opening(occasion: Occasion, facts: Facts) -> list[str]:
    openings = {
        Occasion.ROUND: _(
            "会議のお知らせ(%(serial)s)の記録の案ができました。内容をご確認ください。"
        ),
        Occasion.ASKED: _(
            "会議のお知らせ(%(serial)s)の記録に、修正の申し出がありました。"
        ),
        Occasion.ANSWERED: _(
            "会議のお知らせ(%(serial)s)の記録について、修正の申し出に回答しました。"
        ),
        Occasion.REMINDED: _(
            "会議のお知らせ(%(serial)s)の記録の確認を、お待ちしています。"
            "行き違いのときはご容赦ください。"
        ),
        Occasion.REOPENED: _(
            "会議のお知らせ(%(serial)s)の記録を見直しています。"
            "新しい案をご確認ください。"
        ),
        Occasion.SUMMARY: _(
            "会議のお知らせ(%(serial)s)のまとめができました。"
            "ご出席ありがとうございました。"
        ),
    }
    opening = [openings[occasion] % {"serial": facts.serial}]
    if facts.due_on is None:
        return opening
    day = jp.era_words_with_western(facts.due_on)
    return [*opening, _("期限  %(day)s") % {"day": day}]


def _way(facts: Facts) -> list[str]:
    way = facts.way
    if way.known:
        ask = _(
            "先にお送りしたご案内のリンクから、これまでと同じようにお入りください。"
            "リンクが見つからないときは、次のページをご覧ください。"
        )
        return [f"{ask}\n{way.link}", *_after_its_end(facts)]
    ways = [_("次のページからお入りください。") + f"\n{way.link}"]
    if way.until is not None:
        ways.append(own_link_words(facts.name, moment_words(way.until)))
        ways.extend(_after_its_end(facts))
    return ways


def _after_its_end(facts: Facts) -> list[str]:
    """A link may end before the due day; while the round is open it is renewed."""
    if facts.due_on is None:
        return []
    return [
        _(
            "確認をお願いしているあいだにリンクの期限が過ぎたときは、"
            "リンクを開いた画面の「新しいリンクを申し込む」を押してください。"
            "新しいリンクを、このアドレスにお送りします。"
        )
    ]
