"""What makes a password good enough: NIST SP 800-63B-4, 3.1.1.

Length, and that nobody else is known to use it; no rules about kinds of letters, no
expiry. The list of breached passwords is the one that comes with Django: the 20,000
most frequent of the Pwned Passwords, by Royce Williams, under Django's licence (BSD).
It is a file on this machine; no password is asked about elsewhere.
"""

import re
import unicodedata

from django.conf import settings
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.utils.translation import gettext as _

from members.models import Person
from portal.core.errors import InvalidError

# A personal factor always stands beside a password here.
LEAST, MOST = 8, 256
ADVISED = 15
_breached = CommonPasswordValidator().passwords
_ROWS = ("abcdefghijklmnopqrstuvwxyz", "0123456789", "qwertyuiop", "asdfghjkl")


def normalized(password: str) -> str:
    """The same password however the keyboard composed it: full width, dakuten."""
    return unicodedata.normalize("NFKC", password)


def require_good(password: str, person: Person) -> None:
    """Refuse, with the reason, what is too short or easily guessed."""
    if len(password) < LEAST:
        raise InvalidError(
            _("パスワードは%(least)s文字以上にしてください。") % {"least": LEAST}
        )
    if len(password) > MOST:
        raise InvalidError(
            _("パスワードは%(most)s文字以内にしてください。") % {"most": MOST}
        )
    folded = password.casefold().strip()
    if _is_breached(folded) or _is_monotonous(folded):
        raise InvalidError(
            _(
                "よく使われている、または漏れたことのあるパスワードです。"
                "別の言葉を組み合わせてください。"
            )
        )
    if _is_about_us(folded, person):
        raise InvalidError(
            _("お名前、利用者名、自治体の名前のほかに、別の言葉を加えてください。")
        )


def _is_breached(folded: str) -> bool:
    """On the list, also with figures and signs hung on, as in ``password2026!``."""
    core = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", folded)
    return folded in _breached or (core != folded and core in _breached)


def _is_monotonous(folded: str) -> bool:
    """A few letters again and again, or a row of the keyboard or the alphabet."""
    if len(set(folded)) < 4:
        return True
    rows = [row * 2 for row in _ROWS]
    return any(folded in row or folded[::-1] in row for row in rows)


def _is_about_us(folded: str, person: Person) -> bool:
    """Hardly anything beside words that anybody would try here first."""
    left = folded
    known = [
        settings.MUNICIPALITY,
        "kasane",
        "かさね",
        person.login or "",
        person.email.partition("@")[0],
        person.organization.name,
        *person.name.split(),
        *person.kana.split(),
    ]
    for word in sorted((w.casefold() for w in known if len(w) > 1), key=len)[::-1]:
        left = left.replace(word, "")
    return left != folded and len(re.sub(r"[\W\d_]", "", left)) < 4
