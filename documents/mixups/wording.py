"""Where in a file something lies, and how the guard stands, in words."""

from collections.abc import Iterable
from datetime import timedelta

from django.utils.translation import gettext_lazy

from documents.models import MixupHit, MixupReview, PaperVersion
from portal.core import clock

Part = MixupHit.Part
_COUNTED = {
    Part.PAGE: gettext_lazy("%(number)sページ"),
    Part.BODY: gettext_lazy("本文(%(number)sページ付近)"),
    Part.SHEET: gettext_lazy("%(number)s番目のシート"),
    Part.HIDDEN_SHEET: gettext_lazy("%(number)s番目のシート(非表示)"),
    Part.SHEET_NAME: gettext_lazy("%(number)s番目のシートの名前"),
    Part.SLIDE: gettext_lazy("%(number)s枚目のスライド"),
    Part.NOTES: gettext_lazy("%(number)s枚目のスライドのノート"),
    Part.REVISION: gettext_lazy("保存し直す前の版(%(number)s)"),
}
_ORDER = list(Part.values)
# A look that takes longer than this is not under way: the worker is not running.
LONG = timedelta(minutes=2)

Where = tuple[str, int]


def place_words(part: str, number: int) -> str:
    """A place in words: 「3ページ」, 「コメント・注釈」."""
    if number and part in _COUNTED:
        return str(_COUNTED[Part(part)]) % {"number": number}
    return str(Part(part).label)


def sorted_places(places: Iterable[Where]) -> list[Where]:
    """What is seen first comes first."""
    return sorted(set(places), key=lambda place: (_ORDER.index(place[0]), place[1]))


def places_to_correct(version: PaperVersion) -> list[str]:
    """Where to look in one's own file, once a custodian asked for a correction."""
    looks = version.looks.all()
    if not any(look.verdict == MixupReview.Verdict.CORRECTION for look in looks):
        return []
    hits = [hit for hit in version.mixups.all() if hit.review_id is None]
    places = sorted_places((hit.part, hit.number) for hit in hits)
    return [place_words(*place) for place in places]


def waits_long(version: PaperVersion) -> bool:
    """Whether the guard should have looked by now."""
    return clock.now() - version.uploaded_at > LONG
