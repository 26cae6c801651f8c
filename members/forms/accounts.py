"""Forms of the administration, and of who vouches for a reset."""

from django import forms
from django.utils.translation import gettext_lazy as _

from members.models import FactorReset


class LoginForm(forms.Form):
    """The name that somebody signs in with."""

    login = forms.CharField(
        label=_("利用者名"),
        help_text=_("英小文字・数字・「. - _」で3文字以上。あとから変えられません。"),
        max_length=60,
        widget=forms.TextInput({"autocomplete": "off", "autocapitalize": "none"}),
    )


class VouchForm(forms.Form):
    """How it was made sure who asks."""

    proof = forms.ChoiceField(
        label=_("ご本人を確かめた方法"),
        help_text=_(
            "メールだけでは確かめたことになりません。作り直しの記録に残ります。"
        ),
        choices=FactorReset.Proof.choices,
        widget=forms.RadioSelect,
    )
