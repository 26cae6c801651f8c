"""A password that somebody chooses, and sees before they go on."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from members.password_rules import ADVISED, LEAST

# Shown as text, a browser would correct it, or send it to be spelt.
_PLAIN = {
    "autocomplete": "new-password",
    "autocapitalize": "none",
    "autocorrect": "off",
    "spellcheck": "false",
}


class ShownPasswordInput(forms.PasswordInput):
    """A password with a box that shows it; without script the box is not there."""

    template_name = "members/widgets/shown_password.html"


class NewPasswordForm(forms.Form):
    """A new password: asked twice, or once by whom the browser shows it.

    Who sees what they typed needs no second time (NIST SP 800-63B, 3.1.1.2: offer to
    show it), and on a telephone or in Japanese the second is what goes wrong. Only who
    does not look, or has no script, types it again. A box that is not ticked is what
    everybody knows: it says in words what it does, and its state is read out.

    It guards against a slip of the finger and nothing else: a page that shows the
    password leaves ``again`` out, and that is taken.
    """

    new = forms.CharField(
        label=_("新しいパスワード"),
        help_text=_(
            "%(least)s文字以上。長い合言葉(%(advised)s文字以上)をおすすめします。"
            "日本語や空白も使えます。定期的に変える必要はありません。"
        )
        % {"least": LEAST, "advised": ADVISED},
        max_length=1000,
        strip=False,
        widget=ShownPasswordInput(_PLAIN),
    )
    again = forms.CharField(
        label=_("同じパスワードをもう一度"),
        help_text=_("打ち間違いがないかを確かめます。"),
        max_length=1000,
        strip=False,
        widget=forms.PasswordInput(_PLAIN | {"data-unless-shown": True}),
    )

    def clean(self) -> dict[str, Any]:
        """Compare both, where it was asked twice; only one goes on."""
        data = super().clean() or {}
        if self.add_prefix("again") not in self.data:
            self.errors.pop("again", None)
        elif {"new", "again"} <= data.keys() and data["new"] != data["again"]:
            self.add_error(
                "again",
                _("2つの入力が違います。両方をもう一度入力してください。"),
            )
        data.pop("again", None)
        return data
