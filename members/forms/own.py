"""Forms of one's own sign-ins: passkeys, authenticator app, password."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from members.forms.new_password import NewPasswordForm
from members.models import Person
from members.services import passkeys


class PasskeyForm(forms.Form):
    """The browser's answer to a question about a passkey; the script fills it in."""

    answer = forms.CharField(
        max_length=passkeys.LONGEST_ANSWER,
        widget=forms.HiddenInput({"autocomplete": "off"}),
    )


class PasskeyProofForm(PasskeyForm):
    """Its ``clean`` proves the passkey: a valid form has its ``owner``."""

    def __init__(
        self,
        *args: Any,
        person: Person | None,
        state: dict[str, Any] | None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.person, self.state = person, state
        self.owner: Person | None = None

    def clean(self) -> dict[str, Any]:
        """Prove the answer, once."""
        data = super().clean() or {}
        if "answer" in data:
            self.owner = passkeys.prove(
                person=self.person, state=self.state, answer=data["answer"]
            )
        if self.owner is None:
            self.add_error(
                None,
                _("パスキーで確認できませんでした。もう一度お試しください。"),
            )
        return data


class PasskeyNameForm(PasskeyForm):
    """A new passkey and what its owner calls it."""

    name = forms.CharField(
        label=_("パスキーの名前"),
        help_text=_("あとで見分けるための名前です。例: 業務用のパソコン"),
        max_length=64,
    )


class AppForm(forms.Form):
    """A new authenticator app and its first code."""

    name = forms.CharField(
        label=_("認証アプリの名前"),
        help_text=_("あとで見分けるための名前です。例: 自分のスマートフォン"),
        max_length=64,
    )
    token = forms.CharField(
        label=_("アプリに表示された6けたの数字"),
        help_text=_("数字は30秒ごとに変わります。合わないときは、次の数字を待ちます。"),
        max_length=20,
        widget=forms.TextInput(
            {
                "autocomplete": "one-time-code",
                "inputmode": "numeric",
                "class": "input--short",
            }
        ),
    )


class PasswordForm(NewPasswordForm):
    """The password until now and the new one."""

    current = forms.CharField(
        label=_("今のパスワード"),
        help_text=_("ご本人であることを確かめるために入力します。"),
        max_length=256,
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "current-password"}),
    )
    field_order = ("current", "new", "again")
