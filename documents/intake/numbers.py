"""資料番号: which number a new paper of an item may bear.

Made from the papers that the person sees there, and from nothing else: neither other
items nor papers that are kept from them can be counted from it (R5).
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

_NUMBER = re.compile(r"(\D*?)(\d+)(?:-(\d+))?")


@dataclass(frozen=True, slots=True)
class NextNumbers:
    """資料3 for the next paper, 当日配布1 for one handed out, 資料2-1 for a part."""

    plain: str
    handed_out: str
    branches: tuple[str, ...]

    @property
    def offered(self) -> tuple[str, ...]:
        """What may be picked instead of typed."""
        return (self.plain, *self.branches, self.handed_out)


def next_numbers(taken: Iterable[str]) -> NextNumbers:
    """What may follow the numbers that are there."""
    word, handed_out = _("資料"), _("当日配布")
    found = [match for number in taken if (match := _parts(number))]
    plain: dict[int, int] = {}
    for _word, number, branch in (row for row in found if row[0] == word):
        plain[number] = max(plain.get(number, 0), branch)
    handed = [number for kind, number, _branch in found if kind == handed_out]
    return NextNumbers(
        plain=f"{word}{max(plain, default=0) + 1}",
        handed_out=f"{handed_out}{max(handed, default=0) + 1}",
        branches=tuple(f"{word}{n}-{last + 1}" for n, last in sorted(plain.items())),
    )


def _parts(number: str) -> tuple[str, int, int] | None:
    match = _NUMBER.fullmatch(unicodedata.normalize("NFKC", number).replace(" ", ""))
    if match is None:
        return None
    return match[1], int(match[2]), int(match[3] or 0)
