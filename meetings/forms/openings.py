"""The form of a decision to open an item to the public."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from meetings.forms.convening import OneLineField
from meetings.services.openings import Opening
from portal.core.fields import DayField, offer


class OpeningForm(forms.Form):
    """Who decided it, when and why."""

    decided_by = OneLineField(
        label=_("決めた人"), max_length=60, help_text=_("例: 会長 榊 隆")
    )
    decided_on = DayField(
        label=_("決めた日"), help_text=_("公開を決めた会議や決裁の日です。")
    )
    reason = OneLineField(
        label=_("公開する理由"),
        help_text=_("例: 要綱第8条により、事例を扱わない議題を公開するため。"),
        max_length=200,
    )

    def __init__(self, *args: Any, deciders: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self.fields["decided_by"], deciders)

    @property
    def opening(self) -> Opening:
        """The decision, once the form is valid."""
        return Opening(**self.cleaned_data)
