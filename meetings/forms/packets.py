"""Forms of printed packets: for whom, and what became of the copies."""

from collections.abc import Sequence
from typing import Any, cast
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from documents.models import PrintedCopy
from meetings.forms.convening import KeyedForm
from meetings.selectors.packets import CopyLine
from members.models import Person


class PrintForm(KeyedForm):
    """For whom packets are printed."""

    people = forms.MultipleChoiceField(
        label=_("印刷する人"),
        help_text=_(
            "端末をお持ちでない方を選びます。1人ずつ番号の付いたPDFになります。"
        ),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("印刷する人を選んでください。")},
    )

    def __init__(self, *args: Any, people: Sequence[Person]) -> None:
        super().__init__(*args)
        self._people = {str(person.id): person for person in people}
        field = cast("forms.MultipleChoiceField", self.fields["people"])
        field.choices = [(key, str(person)) for key, person in self._people.items()]

    @property
    def chosen(self) -> list[Person]:
        """In the order of the page."""
        wanted = set(self.cleaned_data["people"])
        return [person for key, person in self._people.items() if key in wanted]


class AccountForm(forms.Form):
    """What became of which copies; no note takes the entry back."""

    copies = forms.TypedMultipleChoiceField(
        coerce=UUID,
        error_messages={"required": _("配布番号を選んでください。")},
    )
    note = forms.ChoiceField(
        choices=[("", ""), *PrintedCopy.Note.choices], required=False
    )

    def __init__(self, *args: Any, lines: Sequence[CopyLine]) -> None:
        super().__init__(*args)
        field = cast("forms.TypedMultipleChoiceField", self.fields["copies"])
        field.choices = [(str(line.copy.id), line.copy.number) for line in lines]
