"""Forms of 謝金・旅費."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from meetings.fees import Fee
from meetings.forms.convening import OneLineField
from meetings.models import FeeRate
from meetings.selectors.fees import Rates
from meetings.services.fees import Rate
from members.filters import people_among
from members.models import Organization
from portal.core import clock
from portal.core.fields import DayField

_MOST = 1_000_000


class TravelForm(forms.Form):
    """旅費 of everybody on the list."""

    def __init__(self, *args: Any, fees: Sequence[Fee], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for fee in fees:
            self.fields[str(fee.person.id)] = forms.IntegerField(
                label=_("%(name)sさんの旅費(円)") % {"name": fee.person.name},
                min_value=0,
                max_value=_MOST,
                initial=fee.travel,
                widget=forms.NumberInput({"class": "input--short"}),
            )

    @property
    def amounts(self) -> dict[UUID, int]:
        """What was entered, by person."""
        return {UUID(name): yen for name, yen in self.cleaned_data.items()}


class RateForm(forms.Form):
    """謝金の単価."""

    amount = forms.IntegerField(
        label=_("金額(円)"),
        min_value=0,
        max_value=_MOST,
        help_text=_("源泉徴収をする前の額。例: 6000"),
    )
    per = forms.ChoiceField(
        label=_("単位"),
        choices=FeeRate.Per.choices,
        widget=forms.RadioSelect,
        help_text=_("1時間につきのときは、部屋にいた時間を分まで数えます。"),
    )
    withholding = forms.DecimalField(
        label=_("源泉徴収の率(%)"),
        required=False,
        min_value=0,
        max_value=100,
        decimal_places=2,
        help_text=_("徴収しないときは空のままにします。例: 10.21"),
    )
    starts_on = DayField(
        label=_("適用する日"),
        initial=clock.today,
        help_text=_("この日からあとの会議に使います。前の会議の額は変わりません。"),
    )
    decided_by = OneLineField(
        label=_("決めた人"), max_length=60, help_text=_("例: 福祉部長決裁")
    )

    def __init__(self, *args: Any, rates: Rates, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ids = [organization.id for organization in rates.organizations]
        self.fields["organization"] = forms.ModelChoiceField(
            Organization.objects.filter(id__in=ids),
            label=_("機関"),
            required=False,
            empty_label=_("すべての庁外の人"),
            help_text=_("機関も人も選ばないと、庁外から来たすべての人の額になります。"),
        )
        self.fields["person"] = forms.ModelChoiceField(
            people_among(rates.people),
            label=_("人"),
            required=False,
            empty_label=_("決めない"),
            help_text=_("人の額は、機関の額より優先します。"),
        )
        self.order_fields(["organization", "person"])

    @property
    def rate(self) -> Rate:
        """What was entered, once the form is valid."""
        data = {**self.cleaned_data, "per": FeeRate.Per(self.cleaned_data["per"])}
        return Rate(**data)
