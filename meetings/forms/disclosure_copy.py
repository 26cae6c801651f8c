"""The form of a copy for disclosure: what is left out, on which ground."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from meetings.disclosure_copy import BY_NUMBER, GROUNDS, Ground, Passage, chosen
from meetings.services.disclosure import File

_SHOW = "show"


class CopyForm(forms.Form):
    """A ground per kind, per source and per place; none discloses."""

    file = forms.ChoiceField(choices=[(file.value, file.value) for file in File])
    repeated = forms.BooleanField(
        label=_("同じ文が別の部分に残ることを確かめました"), required=False
    )

    def __init__(self, *args: Any, passages: Sequence[Passage], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.passages = tuple(passages)
        self.kinds = list(dict.fromkeys(each.kind for each in passages))
        named = {name for each in passages for name in (each.source, each.speaker)}
        self.sources = sorted(named - {""})
        grounds = [(str(ground.number), ground.label) for ground in GROUNDS]
        for prefix, names in (("kind", self.kinds), ("source", self.sources)):
            for number, name in enumerate(names):
                self.fields[f"{prefix}_{number}"] = _choice(
                    name, [("", _("載せる")), *grounds]
                )
        for each in self.passages:
            first = [("", _("上の選択のとおり")), (_SHOW, _("載せる"))]
            self.fields[f"place_{each.number}"] = _choice(
                str(each.number), [*first, *grounds]
            )

    def by_kind(self) -> Iterator[BoundField]:
        """The choices per kind."""
        return (self[f"kind_{number}"] for number in range(len(self.kinds)))

    def by_source(self) -> Iterator[BoundField]:
        """The choices per source."""
        return (self[f"source_{number}"] for number in range(len(self.sources)))

    def places(self) -> Iterator[tuple[Passage, BoundField]]:
        """The places, each with its own choice."""
        return ((each, self[f"place_{each.number}"]) for each in self.passages)

    @property
    def out(self) -> dict[int, Ground]:
        """What is left out, and on which ground."""
        data = self.cleaned_data
        single: dict[int, Ground | None] = {}
        for each in self.passages:
            if said := data[f"place_{each.number}"]:
                single[each.number] = None if said == _SHOW else BY_NUMBER[int(said)]
        return chosen(
            self.passages,
            kinds=self._grounds("kind", self.kinds),
            sources=self._grounds("source", self.sources),
            single=single,
        )

    def _grounds(self, prefix: str, names: Sequence[str]) -> Mapping[str, Ground]:
        said = (self.cleaned_data[f"{prefix}_{n}"] for n in range(len(names)))
        return {
            name: BY_NUMBER[int(number)]
            for name, number in zip(names, said, strict=True)
            if number
        }


def _choice(label: str, choices: Sequence[tuple[str, Any]]) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=choices, required=False)
