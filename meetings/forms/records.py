"""Forms of the record."""

from django import forms
from django.utils.translation import gettext_lazy as _


class RoundForm(forms.Form):
    """Until when the attendees are asked to read the draft."""

    due_on = forms.DateField(
        label=_("確認期限"),
        widget=forms.DateInput({"type": "date", "class": "input--short"}),
    )
