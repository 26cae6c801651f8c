"""What the rows of one household must agree in, and what its case must have. Pure."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from meetings.importing.reading import Row, key_of
from members import case_numbers
from members.services import progress
from portal.core import clock

_OF_CASE = ("title", "opened_on", "status", "closed_on", "referrer", "summary")


def check_house(house: Sequence[Row]) -> None:
    """Say what must be mended of a household before it can be entered."""
    first = house[0]
    _check_number(first)
    for name, words in (
        ("title", _("事例の概要がありません。世帯の1行目に書いてください。")),
        ("opened_on", _("受付日がありません。世帯の1行目に書いてください。")),
    ):
        if not first.values.get(name) and first.sound:
            first.say(name, words)
    for row in house[1:]:
        for name in _OF_CASE:
            if row.values.get(name) not in {None, "", first.values.get(name)}:
                words = _(
                    "%(row)s行目と違います。同じ世帯の行では、同じにするか空けてください。"
                )
                row.say(name, words % {"row": first.number})
    subjects = [row for row in house if row.text("label") == "本人"]
    if len(subjects) != 1 and all(row.sound for row in house):
        words = _("同じ事例番号の行のうち、続柄が「本人」の行を1つにしてください。")
        (subjects[1] if subjects else first).say("label", words)
    _check_words(house)
    _check_days(first)


def _check_number(first: Row) -> None:
    """A pseudonym, as on the page of a new case."""
    number = first.text("number")
    if number and not case_numbers.is_pseudonym(number):
        first.say("number", case_numbers.how_to_write())


def _check_words(house: Sequence[Row]) -> None:
    """The outline of a case names nobody."""
    title = key_of(house[0].text("title"))
    for row in house:
        names = [row.text("name"), *row.text("name").split()[:1]]
        for name in (key_of(each) for each in names):
            if len(name) > 1 and name in title:
                words = _(
                    "世帯員の氏名が入っています。「母」「長男」のように書き換えてください。"
                )
                house[0].say("title", words)
                return


def _check_days(first: Row) -> None:
    opened, closed = first.day("opened_on"), first.day("closed_on")
    ended = first.text("status") in progress.ENDED
    if opened and opened > clock.today():
        first.say("opened_on", _("受付日は、今日までの日付にしてください。"))
    if ended and closed is None:
        first.say("closed_on", _("終わった事例には、終結日を書いてください。"))
    elif closed and not ended:
        words = _("終結日があります。状況を「終結」にするか、終結日を空けてください。")
        first.say("closed_on", words)
    elif closed and (closed > clock.today() or (opened and closed < opened)):
        words = _("終結日は、受付日から今日までの日付にしてください。")
        first.say("closed_on", words)
