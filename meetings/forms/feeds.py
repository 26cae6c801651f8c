"""The choice about calendar entries in one's own notices."""

from django import forms
from django.utils.translation import gettext_lazy as _


class EntriesForm(forms.Form):
    """予定を付ける・付けない."""

    attach = forms.TypedChoiceField(
        label=_("案内メールの予定"),
        help_text=_(
            "職場のカレンダーをほかの人も見られるときは、付けないほうを選びます。"
        ),
        choices=[
            ("True", _("案内メールに予定を付ける")),
            ("False", _("案内メールに予定を付けない")),
        ],
        coerce=lambda value: value == "True",
        widget=forms.RadioSelect,
    )
