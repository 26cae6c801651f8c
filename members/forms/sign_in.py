"""Forms that prove who somebody is."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from members.forms.new_password import NewPasswordForm
from members.models import PaperCard, Person
from members.models.factors import normalized
from members.services import factors


class SignInForm(forms.Form):
    """Name and password."""

    login = forms.CharField(
        label=_("利用者名"),
        help_text=_("システム管理者が決めた名前です。メールアドレスではありません。"),
        max_length=60,
        widget=forms.TextInput({"autocomplete": "username", "autocapitalize": "none"}),
    )
    password = forms.CharField(
        label=_("パスワード"),
        help_text=_("大文字と小文字は区別されます。"),
        max_length=256,
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "current-password"}),
    )

    def refuse(self) -> None:
        """One answer for an unknown name, a wrong password, an ended account."""
        self.add_error(
            None,
            _(
                "利用者名またはパスワードが違います。"
                "続けて間違えたときは、しばらく待ってからお試しください。"
            ),
        )


class BeginForm(NewPasswordForm):
    """A first password, with a code from the paper card."""

    login = forms.CharField(
        label=_("利用者名"),
        help_text=_("システム管理者が決めた名前です。メールアドレスではありません。"),
        max_length=60,
        widget=forms.TextInput({"autocomplete": "username", "autocapitalize": "none"}),
    )
    code = forms.CharField(
        label=_("コードカードの、使っていないコード"),
        help_text=_("8けたの数字。使ったコードは線で消してください。"),
        max_length=20,
        widget=forms.TextInput(
            {
                "autocomplete": "one-time-code",
                "inputmode": "numeric",
                "class": "input--short",
            }
        ),
    )
    field_order = ("login", "code", "new", "again")

    def refuse(self) -> None:
        """One answer for an unknown name, a wrong code, a password that is there."""
        self.add_error(
            None,
            _(
                "利用者名またはコードが違うか、パスワードがすでに決まっています。"
                "少し待ってから、もう一度お試しください。"
            ),
        )


class FactorForm(forms.Form):
    """A code from the authenticator app or from the paper card.

    Its ``clean`` proves the code: a valid form is a proved factor.
    """

    token = forms.CharField(
        label=_("確認コード"),
        help_text=_("認証アプリの6けたか、コードカードの使っていない8けたの数字です。"),
        max_length=20,
        widget=forms.TextInput(
            {
                "autocomplete": "one-time-code",
                "inputmode": "numeric",
                "class": "input--short",
            }
        ),
    )

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person
        self.devices = factors.usable_devices(person)
        choices = [(d.persistent_id, self._label(d)) for d in self.devices]
        self.fields["device"] = forms.ChoiceField(
            label=_("確認の方法"),
            choices=choices,
            widget=forms.RadioSelect if len(choices) > 1 else forms.HiddenInput,
            initial=choices[0][0] if choices else None,
        )
        self.order_fields(["device"])

    @staticmethod
    def _label(device: object) -> str:
        if isinstance(device, PaperCard):
            return str(_("紙のコードカード(まだ使っていないコード)"))
        return str(_("認証アプリに表示される6けたの数字"))

    def clean(self) -> dict[str, Any]:
        """Prove the code under the device's own throttle."""
        data = super().clean() or {}
        if {"device", "token"} <= data.keys() and not factors.verify(
            person=self.person,
            device_id=self._meant(data["device"], data["token"]),
            token=data["token"],
        ):
            self.add_error(
                "token",
                _(
                    "コードを確かめられませんでした。少し待ってから、"
                    "新しいコードを入力してください。"
                ),
            )
        return data

    def _meant(self, chosen: str, token: str) -> str:
        """The way that alone has codes as long as this one, or else the chosen one."""
        length = len(normalized(token))
        fits = [each.persistent_id for each in self.devices if each.digits == length]
        return fits[0] if len(fits) == 1 else chosen
