"""Forms of who presides in the head's stead."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from meetings.forms.convening import OneLineField
from meetings.models import ActingHead
from members.filters import people_among
from members.models import Person


class ActingHeadForm(forms.Form):
    """Who, in which of the two cases, and what has happened."""

    person = forms.ModelChoiceField(
        Person.objects.none(),
        label=_("代理を務める人"),
        help_text=_("会議体の規則で代理になれる人だけが並びます。"),
        empty_label=None,
    )
    why = forms.ChoiceField(
        label=_("事由"),
        help_text=_("会議録に残ります。"),
        choices=ActingHead.Why.choices,
        widget=forms.RadioSelect,
    )
    note = OneLineField(
        label=_("事由の内容"),
        max_length=200,
        help_text=_("会議録に残ります。例: 公務のため欠席"),
    )

    def __init__(self, *args: Any, people: Sequence[Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = people_among(people)  # type: ignore[attr-defined] # a ModelChoiceField
