"""事例番号: a pseudonym that stands for a household wherever it is spoken of."""

import re

from django.utils.translation import gettext as _


def is_pseudonym(number: str) -> bool:
    """Whether it is letters, digits and hyphens only.

    No name gets in so, and the number is found in a paper that it does not belong to.
    """
    return re.fullmatch(r"[0-9A-Za-z][0-9A-Za-z-]*", number) is not None


def how_to_write() -> str:
    """Why another number is not taken, and what to write in its place."""
    return _(
        "半角の英数字とハイフンで書いてください。例: R8-012。"
        "漢字やかなは、英字に置きかえます(三福-01なら、SF-01)。"
        "氏名が入ることを防ぎ、別の世帯の資料に混ざった番号を見つけるためです。"
    )
