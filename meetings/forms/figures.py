"""Which figures are asked for."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from meetings.selectors.figures import By, Wish
from members.filters import bodies_among
from members.models import Body
from portal.core import jp


class FiguresForm(forms.Form):
    """A fiscal year, perhaps one body; small counts are kept back unless said."""

    by = forms.TypedChoiceField(
        label=_("並べ方"),
        coerce=By,
        required=False,
        choices=[
            (By.WHOLE, _("まとめて")),
            (By.UNIT, _("圏域ごと")),
            (By.BODY, _("会議体ごと")),
            (By.MONTH, _("月ごと")),
            (By.YEAR, _("3年度を並べる")),
        ],
        help_text=_("何と何を比べるか。月ごとには、事例の数は分けません。"),
    )
    exact = forms.BooleanField(
        label=_("正確な数を表示する"),
        help_text=_(
            "世帯が分かるおそれがあります。庁外に出す資料では、印を付けません。"
        ),
        required=False,
    )

    field_order = ("year", "body", "by", "exact")

    def __init__(
        self, *args: Any, bodies: Sequence[Body], years: Sequence[int], **kwargs: Any
    ) -> None:
        """Offer those bodies and years; the first year is the usual one."""
        super().__init__(*args, **kwargs)
        self.usual = years[0]
        self.fields["body"] = forms.ModelChoiceField(
            bodies_among(bodies),
            label=_("会議体"),
            required=False,
            empty_label=_("すべて"),
        )
        self.fields["year"] = forms.TypedChoiceField(
            label=_("年度"),
            coerce=int,
            required=False,
            choices=[(year, jp.fiscal_year_words(year)) for year in years],
        )
        self.order_fields(self.field_order)

    @property
    def wish(self) -> Wish:
        """What is asked for, as far as it was understood."""
        data = self.cleaned_data if self.is_valid() else {}
        return Wish(
            year=data.get("year") or self.usual,
            body=data.get("body"),
            by=data.get("by") or By.WHOLE,
            masked=not data.get("exact", False),
        )
