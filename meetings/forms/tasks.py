"""Forms of roles and pending replies."""

from django import forms
from django.utils.translation import gettext_lazy as _

from meetings.forms.convening import KeyedForm, OneLineField
from meetings.services.tasks import Said
from portal.core.fields import DayField


class TaskForm(forms.Form):
    """What has become of one task."""

    done = forms.TypedChoiceField(
        choices=[("yes", _("済み")), ("no", _("まだ"))],
        coerce=lambda value: value == "yes",
        widget=forms.HiddenInput,
    )
    note = OneLineField(
        label=_("ひとこと"),
        help_text=_("例: 9月3日に家庭訪問。次の会議で読み上げます。"),
        max_length=400,
        required=False,
    )


class HomeworkForm(KeyedForm):
    """What the meeting hears of one task that an earlier one left open."""

    task = forms.UUIDField(widget=forms.HiddenInput)
    act = forms.ChoiceField(choices=[("done", _("済んだ")), ("again", _("続ける"))])
    note = OneLineField(
        label=_("ひとこと"),
        help_text=_("例: 9月3日に家庭訪問。次の会議で読み上げます。"),
        max_length=400,
        required=False,
    )
    due_on = DayField(
        label=_("新しい期限"),
        help_text=_("次の会議までに終わる日を入れます。"),
        required=False,
    )

    @property
    def said(self) -> Said:
        """What was heard, once the form is valid."""
        data = self.cleaned_data
        return Said(data["act"] == "done", data["note"], data["due_on"])
