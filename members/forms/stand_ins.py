"""Forms of 職務代理."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from members.filters import people_among
from members.models import Person
from members.services.stand_ins import Span
from portal.core.fields import DayField


class _PersonForm(forms.Form):
    person = forms.ModelChoiceField(
        Person.objects.none(),
        label=_("代理を務める人"),
        help_text=_("会議体の構成員から選びます。"),
        empty_label=None,
    )

    def __init__(self, *args: Any, people: Sequence[Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = people_among(people)  # type: ignore[attr-defined] # a ModelChoiceField


class StandInForm(_PersonForm):
    """Who is designated, by whom and when, in which order."""

    rank = forms.IntegerField(
        label=_("順位"),
        min_value=1,
        max_value=20,
        help_text=_("順位を付けない会議体では、1のままにしてください。"),
        widget=forms.NumberInput({"class": "input--short", "inputmode": "numeric"}),
    )
    designated_by = forms.CharField(
        label=_("指名した人"), help_text=_("例: 議長 榊 正隆"), max_length=60
    )
    designated_on = DayField(
        label=_("指名した日"), help_text=_("書面や会議で指名した日です。")
    )


class HandOverForm(_PersonForm):
    """To whom, and for which days."""

    starts_on = DayField(
        label=_("引き継ぐ最初の日"), help_text=_("この日の午前0時から引き継ぎます。")
    )
    until = DayField(
        label=_("引き継ぐ最後の日"), help_text=_("この日の終わりに、議長へ戻ります。")
    )

    @property
    def chosen(self) -> dict[str, Any]:
        """What the service is told, once the form is valid."""
        data = self.cleaned_data
        span = Span(data["starts_on"], data["until"])
        return {"person": data["person"], "span": span}
