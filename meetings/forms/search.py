"""検索: the words, and what narrows them; sealed on its way through addresses."""

import base64
import binascii
import json
from typing import Any
from uuid import UUID

import tink
from django import forms
from django.utils.translation import gettext_lazy as _

from meetings.selectors.search import KINDS, LAST_PAGE, Wish
from portal.core import keys
from portal.core.fields import DayField

_STEP = 256


class SearchForm(forms.Form):
    """What somebody looks for."""

    words = forms.CharField(
        label=_("探す言葉"),
        help_text=_("2文字以上。空白で区切ると、すべてを含むものを探します。"),
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    kind = forms.ChoiceField(
        label=_("種類"),
        help_text=_("選ばないと、すべての種類から探します。"),
        choices=[("", _("すべて")), *KINDS.items()],
        required=False,
    )
    case = forms.CharField(
        label=_("事例番号"), help_text=_("例: R8-012"), max_length=20, required=False
    )
    since = DayField(
        label=_("この日から"), help_text=_("会議や登録の日です。"), required=False
    )
    until = DayField(
        label=_("この日まで"), help_text=_("会議や登録の日です。"), required=False
    )
    page = forms.IntegerField(
        min_value=1, max_value=LAST_PAGE, required=False, widget=forms.HiddenInput
    )

    @property
    def wish(self) -> Wish:
        """What was asked for."""
        data = self.cleaned_data
        return Wish(**{**data, "page": data["page"] or 1})


def sealed(wish: Wish, person: UUID) -> str:
    """The wish as it stands in an address: for this person alone, of an even length.

    Words that are looked for are content (R39), and addresses are kept by histories,
    proxies and their logs.
    """
    values = {
        "words": wish.words,
        "kind": wish.kind,
        "case": wish.case,
        "since": wish.since and wish.since.isoformat(),
        "until": wish.until and wish.until.isoformat(),
        "page": wish.page,
    }
    text = json.dumps(values, ensure_ascii=False)
    length = len(text.encode("utf-8"))
    made = keys.seal(text + " " * (-length % _STEP), _purpose(person))
    return base64.urlsafe_b64encode(made).decode("ascii").rstrip("=")


def unsealed(given: str, person: UUID) -> dict[str, Any]:
    """The values of a sealed wish; none for one that is not this person's."""
    try:
        made = base64.urlsafe_b64decode(given + "=" * (-len(given) % 4))
        values: dict[str, Any] = json.loads(keys.unseal(made, _purpose(person)))
    except (tink.TinkError, binascii.Error, ValueError):
        return {}
    return values


def _purpose(person: UUID) -> bytes:
    return b"search " + person.bytes
