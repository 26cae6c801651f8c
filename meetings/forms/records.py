"""Forms of the record."""

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.core.fields import DayField


class RoundForm(forms.Form):
    """Until when the attendees are asked to read the draft."""

    due_on = DayField(label=_("確認期限"))
