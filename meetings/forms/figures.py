"""Which figures are asked for."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from meetings.selectors.figures import By, Use, Wish
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
    use = forms.TypedChoiceField(
        label=_("使い道"),
        coerce=Use,
        required=False,
        choices=[
            (Use.SHARED, _("会議や公表の資料(5件きざみ)")),
            (Use.REPORT, _("国・都道府県への報告(実数)")),
            (Use.INSIDE, _("庁内で確かめる(実数)")),
        ],
        help_text=_("実数からは、世帯が分かるおそれがあります。"),
    )

    field_order = ("year", "body", "by", "use")

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
            use=data.get("use") or Use.SHARED,
        )
