"""What is typed at the gate: the secret, the printed code, the one-time code."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from documents.services.codes import DIGITS, Way
from documents.services.links import CARD_ALPHABET, CARD_LENGTH, plain_card_code
from members.models.factors import normalized


class SecretForm(forms.Form):
    """The secret of a link, put here by the script that read the address."""

    secret = forms.CharField(
        max_length=100, widget=forms.HiddenInput({"autocomplete": "off"})
    )


class CardCodeForm(forms.Form):
    """The code printed on the letter, for browsers without script."""

    card_code = forms.CharField(
        label=_lazy("案内のコード"),
        help_text=_lazy("英字と数字の12文字です。例: 7K3M-Q2XP-94TA"),
        max_length=60,
        widget=forms.TextInput(
            {"autocomplete": "off", "autocapitalize": "characters", "spellcheck": False}
        ),
        error_messages={"required": _lazy("案内のコードを入力してください。")},
    )

    def clean_card_code(self) -> str:
        """The code in its plain form; anything else cannot be a code."""
        plain = plain_card_code(self.cleaned_data["card_code"])
        if len(plain) != CARD_LENGTH or not set(plain) <= set(CARD_ALPHABET):
            raise forms.ValidationError(
                _(
                    "案内のコードは12文字です。紙のとおりに入力されているか、お確かめください。"
                )
            )
        return plain


class WishForm(forms.Form):
    """The secret or the printed code of an ended link, sent along with the wish."""

    secret = forms.CharField(max_length=100, required=False)
    card_code = forms.CharField(max_length=60, required=False)


class CodeForm(forms.Form):
    """The one-time code. Full width, spaces and hyphens are forgiven."""

    code = forms.CharField(
        max_length=40,
        widget=forms.TextInput(
            {"inputmode": "numeric", "autocomplete": "one-time-code"}
        ),
        error_messages={"required": _lazy("確認コードを入力してください。")},
    )

    def __init__(self, way: Way, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.digits = DIGITS[way]
        self.fields["code"].label = _("確認コード(数字%(digits)sけた)") % {
            "digits": self.digits
        }

    def clean_code(self) -> str:
        """The digits; what is no code is not tried, so it costs no attempt."""
        code = normalized(self.cleaned_data["code"])
        if len(code) != self.digits or not (code.isascii() and code.isdigit()):
            raise forms.ValidationError(
                _("確認コードは数字%(digits)sけたです。もう一度お確かめください。")
                % {"digits": self.digits}
            )
        return code
