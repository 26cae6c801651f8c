"""分類ごとの扱い: what the class of a paper means, in one table.

The decision keeps R8 by itself; its strength stands here for the pages that say it.
The rest is enforced by those who read this table: releases end on ``last_day``, and
what may not be given as original is no original for the decision (``policies.py``).
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from django.utils.translation import gettext as _

from documents.models import Paper


@dataclass(frozen=True, slots=True)
class Handling:
    """How papers of a class are handled.

    ``days`` after the sitting its releases end, at the latest with the links of the
    body (None). ``original``: whether outside members may be granted the file itself.
    Every page and every copy bears its reader's name, whatever the class.
    """

    strength: int
    days: int | None
    original: bool


_CLASS = Paper.Class
TABLE: dict[str, Handling] = {
    _CLASS.C2: Handling(1, None, original=True),
    _CLASS.C3C: Handling(2, None, original=True),
    _CLASS.C3B: Handling(2, None, original=True),
    _CLASS.C3A: Handling(2, 1, original=False),
}


def of(paper: Paper) -> Handling:
    """How the paper is handled; a protected address makes it stricter."""
    usual = TABLE[paper.document_class]
    return replace(usual, original=False) if paper.protected_address else usual


def last_day(paper: Paper, held_on: date, link_days: int) -> date:
    """The last day on which the paper may be open after the sitting (R31)."""
    days = of(paper).days
    return held_on + timedelta(link_days if days is None else min(days, link_days))


def _held(document_class: str) -> str:
    """What papers of the class hold: some classes are handled alike."""
    return {
        _CLASS.C2: _("すぐには公表しない情報"),
        _CLASS.C3C: _("公表せず、取扱いに気をつける情報"),
        _CLASS.C3B: _("漏れると個人の権利を大きく害する情報"),
        _CLASS.C3A: _("秘密文書にあたる情報"),
    }[_CLASS(document_class)]


def words(document_class: str, link_days: int, class3_strength: int) -> str:
    """How papers of the class are handled, for who chooses it.

    ``class3_strength`` is the municipality's: it may have lowered it (R8).
    """
    handling = TABLE[document_class]
    if handling.days is None or handling.days > link_days:
        until = _("会議の%(days)s日後まで") % {"days": link_days}
    else:
        until = _("会議の翌日まで")
    strength = min(handling.strength, class3_strength)
    proof = (
        _("メールの確認コードで開く")
        if strength == 1
        else _("カードか認証アプリで開く")
    )
    original = (
        _("庁外への原本は認めた方だけ")
        if handling.original
        else _("庁外に原本は渡さない")
    )
    return _("・").join([_held(document_class), until, proof, original])
