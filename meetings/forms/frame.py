"""The form of a body's frame and templates for all of its agendas."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from meetings.forms.agenda import PointsField
from meetings.forms.convening import OneLineField
from meetings.models import AgendaItem, FrameLine
from meetings.services.frame import Line


@dataclass(frozen=True, slots=True)
class FrameRow:
    """One line of the frame's table with its fields."""

    line: FrameLine
    order: BoundField
    words: BoundField
    minutes: BoundField


SPARE_LINES = 2
# Occasions for the items with a case, kinds for those without.
SUBJECTS = [
    *AgendaItem.Occasion.choices,
    *(
        choice
        for choice in AgendaItem.Kind.choices
        if choice[0] != AgendaItem.Kind.DELIBERATION
    ),
]


class FrameForm(forms.Form):
    """The frame of a body's agendas, and the points of its item templates."""

    def __init__(
        self,
        *args: Any,
        frame: Sequence[FrameLine],
        points: Mapping[str, str],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.lines = [*frame, *(FrameLine(words="") for _spare in range(SPARE_LINES))]
        for number, line in enumerate(self.lines, 1):
            self._add(number, line)
        for subject, label in SUBJECTS:
            self.fields[f"points_{subject}"] = PointsField(
                label=label, required=False, initial=points.get(subject, "")
            )

    def _add(self, number: int, line: FrameLine) -> None:
        fixed = line.part in {FrameLine.Part.SECRECY, FrameLine.Part.ITEMS}
        short = forms.NumberInput({"class": "input--short", "inputmode": "numeric"})
        # Where the items stand there is nothing to say, and their time is their own.
        hidden = forms.HiddenInput() if line.part == FrameLine.Part.ITEMS else None
        self.fields[f"order_{number}"] = forms.IntegerField(
            label=_("順番"), min_value=1, max_value=99, initial=number, widget=short
        )
        self.fields[f"words_{number}"] = OneLineField(
            label=_("進行"),
            max_length=60,
            required=fixed,
            initial=line.words,
            widget=hidden or forms.TextInput(),
        )
        self.fields[f"minutes_{number}"] = forms.IntegerField(
            label=_("時間(分)"),
            min_value=0,
            max_value=120,
            initial=line.minutes,
            widget=hidden or short,
        )

    def rows(self) -> Iterator[FrameRow]:
        """The table, line by line."""
        for number, line in enumerate(self.lines, 1):
            yield FrameRow(
                line,
                self[f"order_{number}"],
                self[f"words_{number}"],
                self[f"minutes_{number}"],
            )

    def templates(self) -> Iterator[BoundField]:
        """The templates, those of cases first."""
        for subject, _label in SUBJECTS:
            yield self[f"points_{subject}"]

    @property
    def frame(self) -> list[Line]:
        """The lines in their order, without those left empty."""
        data = self.cleaned_data
        numbered = sorted(
            enumerate(self.lines, 1), key=lambda row: data[f"order_{row[0]}"]
        )
        return [
            Line(line.part, data[f"words_{n}"], data[f"minutes_{n}"])
            for n, line in numbered
            if data[f"words_{n}"]
        ]

    @property
    def points(self) -> dict[str, str]:
        """The points per subject."""
        data = self.cleaned_data
        return {subject: data[f"points_{subject}"] for subject, _label in SUBJECTS}
