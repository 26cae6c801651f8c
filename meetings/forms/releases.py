"""The forms of a release: the table, and the second person's word."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from documents.models import Paper, Planned
from meetings.selectors.releases import (
    Cell,
    Column,
    Line,
    ReleaseTable,
    way_label,
    way_words,
)
from members.facts import Way
from portal.core import clock
from portal.core.fields import DayField, DayInput

Option = tuple[str, str, bool]


@dataclass(frozen=True, slots=True)
class Gift:
    """One paper for one person, as it is confirmed."""

    cell: Cell
    way: Way
    until: date

    @property
    def label(self) -> str:
        """The way in a word or two."""
        return way_label(self.way)

    @property
    def words(self) -> str:
        """What the person will be able to do."""
        return way_words(self.way, self.cell.column.version)


class ReleaseForm(forms.Form):
    """Each cell's way, the last day of each class, the word on what files still hold.

    ``start`` are the ways by cell that the table begins with. ``given``, a form that
    was sent, may be the beginning of another one: then nothing is judged yet.
    """

    key = forms.UUIDField(widget=forms.HiddenInput)
    residue = forms.MultipleChoiceField(required=False)

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        table: ReleaseTable,
        start: Mapping[str, Way] | None = None,
        given: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(data)
        self.table = table
        self.initial["key"] = given["key"] if given and "key" in given else uuid4()
        residue = self.fields["residue"]
        assert isinstance(residue, forms.MultipleChoiceField)  # noqa: S101 – for the types
        residue.choices = [(column.key, column.key) for column in table.columns]
        for name, last in table.last_days.items():
            self.fields[f"until_{name}"] = _until(name, last)
            self.initial[f"until_{name}"] = (given or {}).get(f"until_{name}", last)
        source = data if data is not None else given
        self.chosen = self._begin(start) if source is None else self._read(source)
        if given is not None:
            self.initial["residue"] = getattr(given, "getlist", list)("residue")
            self._set_all(given)

    def _begin(self, start: Mapping[str, Way] | None) -> dict[str, Way]:
        """What an empty table offers: what is usual, or what was planned once."""
        cells = self.table.cells.values()
        if start:
            ways = {cell.key: start.get(cell.key) for cell in cells if cell.free}
        else:
            ways = {
                cell.key: cell.usual for cell in cells if cell.free and not cell.given
            }
        return {
            key: way
            for key, way in ways.items()
            if way and way in self.table.cells[key].ways
        }

    def _read(self, data: Mapping[str, Any]) -> dict[str, Way]:
        """The ways that were sent; what cannot be chosen is not there."""
        found = {}
        for key, cell in self.table.cells.items():
            sent = data.get(f"way-{key}", "")
            if cell.free and sent in cell.ways:
                found[key] = Way(sent)
        return found

    def _set_all(self, given: Mapping[str, Any]) -> None:
        """Set a whole column or line: ``set`` names it, ``all-…`` says to what."""
        name = given.get("set", "")
        way = given.get(f"all-{name}", "")
        for key, cell in self.table.cells.items():
            if name not in key.split(":") or not cell.free:
                continue
            self.chosen.pop(key, None)
            if way in cell.ways:
                self.chosen[key] = Way(way)

    def clean(self) -> dict[str, Any] | None:
        """Something is chosen, nothing that cannot be; residue was looked at."""
        if any(key not in self.chosen for key in self._sent()):
            self.add_error(
                None,
                _(
                    "選べない組み合わせが入っています。"
                    "画面を読み込み直して、もう一度選んでください。"
                ),
            )
        elif not self.chosen:
            self.add_error(None, _("公開する資料と相手を、1つ以上選んでください。"))
        for column in self.bare_originals:
            if column.key not in (self.cleaned_data.get("residue") or ()):
                self.add_error(
                    "residue",
                    _(
                        "%(paper)sの原本には、見えにくい情報が残っています。"
                        "渡してよいことを確かめて印を付けるか、"
                        "「名前入りPDF」を選んでください。"
                    )
                    % {"paper": column.version.paper.number},
                )
        return self.cleaned_data

    def _sent(self) -> Iterator[str]:
        for name, value in self.data.items():
            if name.startswith("way-") and value:
                yield name.removeprefix("way-")

    @property
    def bare_originals(self) -> list[Column]:
        """The papers with residue whose original is handed to somebody."""
        originals = {
            self.table.cells[key].column.key
            for key, way in self.chosen.items()
            if way is Way.ORIGINAL
        }
        return [
            c for c in self.table.columns if c.version.findings and c.key in originals
        ]

    @property
    def ends(self) -> list[forms.BoundField]:
        """The fields of the last days."""
        return [self[f"until_{name}"] for name in self.table.last_days]

    @property
    def ticked(self) -> set[str]:
        """The papers whose residue was looked at."""
        return set(self["residue"].value() or ())

    @property
    def lines(self) -> Iterator[tuple[Line, list[tuple[Cell, list[Option]]]]]:
        """The table with what is chosen in it."""
        for line in self.table.lines:
            yield line, [(cell, self._options(cell)) for cell in line.cells]

    def _options(self, cell: Cell) -> list[Option]:
        if not cell.free:
            return []
        chosen = self.chosen.get(cell.key)
        nothing = _("変えない") if cell.given else _("渡さない")
        options = [("", nothing, chosen is None)]
        return options + [(w.value, way_label(w), w is chosen) for w in cell.ways]

    @property
    def all_ways(self) -> list[tuple[str, str]]:
        """What a whole column or line can be set to."""
        return [(way.value, way_label(way)) for way in Way]

    @property
    def gifts(self) -> list[Gift]:
        """What is chosen, in the order of the table."""
        cells = self.table.cells
        return [
            Gift(cells[key], way, self._until(cells[key].column))
            for key, way in self.chosen.items()
        ]

    @property
    def letters(self) -> list[tuple[Line, list[Gift]]]:
        """Each chosen person with the papers."""
        by_person: dict[UUID, list[Gift]] = {}
        for gift in self.gifts:
            by_person.setdefault(gift.cell.person.id, []).append(gift)
        lines = {line.person.id: line for line in self.table.lines}
        return [(lines[person], gifts) for person, gifts in by_person.items()]

    def _until(self, column: Column) -> date:
        day: date = self.cleaned_data[f"until_{column.version.paper.document_class}"]
        return day

    @property
    def outsiders(self) -> int:
        """How many people from outside get something."""
        return sum(line.outside for line, _gifts in self.letters)

    @property
    def cells(self) -> list[Planned]:
        """The plan of the round."""
        return [
            Planned(
                version=gift.cell.column.version.id,
                person=gift.cell.person.id,
                way=gift.way,
                until=clock.day_end(gift.until),
            )
            for gift in self.gifts
        ]


def _until(document_class: str, last: date) -> DayField:
    """The last day for papers of a class, within what the body allows (R31)."""
    today = clock.today()

    def within(day: date) -> None:
        if not today <= day <= last:
            message = _("今日から%(last)sまでの日付にしてください。")
            raise forms.ValidationError(message % {"last": last})

    label = Paper.Class(document_class).label
    return DayField(
        label=_("%(name)sの資料") % {"name": label},
        validators=[within],
        widget=DayInput({"min": today.isoformat(), "max": last.isoformat()}),
    )


class ReturnForm(forms.Form):
    """Why the second person sends a round back."""

    note = forms.CharField(
        label=gettext_lazy("差し戻しの理由"),
        help_text=gettext_lazy("公開を決めた方の画面に表示されます。"),
        max_length=200,
        widget=forms.Textarea({"rows": 2}),
    )
