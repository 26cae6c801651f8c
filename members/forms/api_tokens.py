"""The form by which a custodian asks for a key of another system."""

import ipaddress
import uuid
from collections.abc import Sequence
from typing import Any, cast

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.filters import bodies_among
from members.models import Body
from members.services.api_tokens import Wish
from portal.core.fields import DayField


class TokenForm(forms.Form):
    """Which system, whose records, from where, how long."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    name = forms.CharField(
        label=gettext_lazy("連携先のシステム"),
        help_text=gettext_lazy("例: 文書管理システム"),
        max_length=60,
    )
    bodies = forms.ModelMultipleChoiceField(
        Body.objects.none(),
        label=gettext_lazy("渡す会議録の会議体"),
        help_text=gettext_lazy(
            "選んだ会議体の、確定した会議録だけを渡します。あなたが読めないものは渡りません。"
        ),
        widget=forms.CheckboxSelectMultiple,
    )
    kinds = forms.ChoiceField(
        label=gettext_lazy("渡すもの"),
        choices=(
            ("no", gettext_lazy("番号・日付・保存期間などの情報だけ")),
            ("yes", gettext_lazy("情報と、会議録のファイル(PDFとWord)")),
        ),
        widget=forms.RadioSelect,
    )
    addresses = forms.CharField(
        label=gettext_lazy("接続元のアドレス"),
        help_text=gettext_lazy(
            "分かるときは、1行に1つ入れてください。例: 192.0.2.10 または 192.0.2.0/24。"
            "空のままにすると、どこからでも使えます。"
        ),
        required=False,
        max_length=1000,
        widget=forms.Textarea({"rows": 3}),
    )
    last_day = DayField(
        label=gettext_lazy("いつまで"),
        help_text=gettext_lazy(
            "今日から1年以内。続けるときは、新しい連携キーに替えます。"
        ),
    )

    def __init__(self, *args: Any, bodies: Sequence[Body], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast("forms.ModelMultipleChoiceField[Body]", self.fields["bodies"])
        field.queryset = bodies_among(bodies)

    def clean_addresses(self) -> tuple[str, ...]:
        """Networks as they are kept."""
        return tuple(map(_network, self.cleaned_data["addresses"].split()))

    @property
    def wish(self) -> Wish:
        """What the service is told, once the form is valid."""
        data = self.cleaned_data
        return Wish(
            data["name"],
            tuple(data["bodies"]),
            data["kinds"] == "yes",
            data["addresses"],
            data["last_day"],
        )


def _network(words: str) -> str:
    try:
        return str(ipaddress.ip_network(words, strict=False))
    except ValueError:
        raise forms.ValidationError(
            _("「%(words)s」はアドレスとして読めません。例のように入れてください。")
            % {"words": words}
        ) from None
