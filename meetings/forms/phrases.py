"""The form of a body's 定型文."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from meetings.forms.convening import OneLineField
from meetings.models import AgendaItem, Entry, Phrase
from meetings.services.phrases import Words

SPARE_LINES = 3
WORDS_LIMIT = 400


@dataclass(frozen=True, slots=True)
class PhraseRow:
    """One phrase of the table with its fields."""

    order: BoundField
    occasion: BoundField
    kind: BoundField
    words: BoundField


class PhrasesForm(forms.Form):
    """A body's phrases in their order, with a few lines to spare."""

    def __init__(self, *args: Any, phrases: Sequence[Phrase], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines = [*phrases, *(Phrase() for _spare in range(SPARE_LINES))]
        for number, phrase in enumerate(self.lines, 1):
            self._add(number, phrase)

    def _add(self, number: int, phrase: Phrase) -> None:
        short = forms.NumberInput({"class": "input--short", "inputmode": "numeric"})
        every = [("", _("すべて"))]
        self.fields[f"order_{number}"] = forms.IntegerField(
            label=_("順番"), min_value=1, max_value=999, initial=number, widget=short
        )
        self.fields[f"occasion_{number}"] = forms.ChoiceField(
            label=_("時期"),
            choices=[*every, *AgendaItem.Occasion.choices],
            required=False,
            initial=phrase.occasion,
        )
        self.fields[f"kind_{number}"] = forms.ChoiceField(
            label=_("種類"),
            choices=[*every, *Entry.Kind.choices],
            required=False,
            initial=phrase.kind,
        )
        self.fields[f"words_{number}"] = OneLineField(
            label=_("文"),
            max_length=WORDS_LIMIT,
            required=False,
            initial=phrase.words,
        )

    def rows(self) -> Iterator[PhraseRow]:
        """The table, line by line."""
        for number, _phrase in enumerate(self.lines, 1):
            yield PhraseRow(
                self[f"order_{number}"],
                self[f"occasion_{number}"],
                self[f"kind_{number}"],
                self[f"words_{number}"],
            )

    @property
    def phrases(self) -> list[Words]:
        """The phrases in their order, without the lines left empty."""
        data = self.cleaned_data
        numbers = range(1, len(self.lines) + 1)
        return [
            Words(data[f"occasion_{n}"], data[f"kind_{n}"], data[f"words_{n}"])
            for n in sorted(numbers, key=lambda n: data[f"order_{n}"])
            if data[f"words_{n}"]
        ]
