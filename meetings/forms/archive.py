"""The form by which somebody may read a case's confirmed records for some days."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from members.filters import people_among
from members.models import Person
from portal.core.fields import DayField


class GrantForm(forms.Form):
    """Who, what for, until when."""

    purpose = forms.CharField(
        label=_("閲覧の目的"),
        max_length=200,
        help_text=_("例: 再相談を受け、前回の支援の経過を確かめるため"),
    )
    last_day = DayField(
        label=_("閲覧できる最後の日"),
        help_text=_("今日から14日以内。その日の終わりに、自動で閉じます。"),
    )

    def __init__(self, *args: Any, people: list[Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"] = forms.ModelChoiceField(
            people_among(people), label=_("閲覧する人")
        )
        self.order_fields(["person"])
