"""Forms of a roll: the file, and who approved its people."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from meetings.forms.convening import KeyedForm, OneLineField
from members.filters import bodies_among
from members.models import Body
from members.services.rolls import Approval
from portal.core.fields import DayField


class RollForm(KeyedForm):
    """A roll in Excel or CSV for one of the bodies."""

    body = forms.ModelChoiceField(
        Body.objects.none(), label=_("会議体"), empty_label=None
    )
    file = forms.FileField(
        label=_("名簿のファイル"),
        help_text=_(
            "Excel(xlsx)かCSV。見出しの行に「機関」と「氏名」があれば読めます。"
            "「フリガナ」「役職」「メール」「電話」「委嘱日」の列も読みます。"
        ),
        widget=forms.FileInput({"accept": ".xlsx,.csv"}),
    )

    def __init__(self, *args: Any, bodies: Sequence[Body], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["body"].queryset = bodies_among(bodies)  # type: ignore[attr-defined] # a ModelChoiceField

    def clean_file(self) -> Any:
        """A spreadsheet or a table of text."""
        file = self.cleaned_data["file"]
        if not file.name.lower().endswith((".xlsx", ".csv")):
            raise forms.ValidationError(
                _("Excel(xlsx)かCSVのファイルを選んでください。")
            )
        return file


class ApprovalForm(forms.Form):
    """Who approved the people of the roll, when, and from which day."""

    approved_by = OneLineField(label=_("承認した人"), max_length=60)
    approved_on = DayField(label=_("承認した日"))
    starts_on = DayField(
        label=_("委嘱・任命の日"),
        help_text=_("名簿に委嘱日がない方は、この日からになります。"),
    )

    @property
    def approval(self) -> Approval:
        """The approval, once the form is valid."""
        data = self.cleaned_data
        return Approval(data["approved_by"], data["approved_on"], data["starts_on"])
