"""The form of a release: who gets which paper, until when."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from documents.models import PaperVersion
from meetings.selectors.papers import MatrixRow
from members.models import Person
from portal.core import clock
from portal.core.fields import DayField


class ReleaseForm(forms.Form):
    """The ticked pairs of paper and recipient, the last day, the grant."""

    give = forms.MultipleChoiceField(
        label=_("公開する資料と相手"),
        error_messages={"required": _("公開する資料と相手を、1つ以上選んでください。")},
    )
    until = DayField(label=_("閲覧できる最後の日"))
    download = forms.BooleanField(
        label=_("原本のダウンロードも認める"),
        required=False,
        help_text=_(
            "認めない場合、庁外の方は画面での閲覧と、氏名入りの写しだけになります。"
        ),
    )

    def __init__(
        self, *args: Any, rows: Sequence[MatrixRow], last_day: date, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.rows, self.last_day = rows, last_day
        cells = [cell for row in rows for cell in row.cells]
        give = self.fields["give"]
        assert isinstance(give, forms.MultipleChoiceField)  # noqa: S101 – for the types
        give.choices = [(cell.key, cell.key) for cell in cells]
        self.initial.setdefault("give", [c.key for c in cells if c.given is None])
        self.initial.setdefault("until", last_day)

    @property
    def ticked(self) -> set[str]:
        """The pairs that are ticked when the table is shown."""
        return set(self["give"].value() or ())

    def clean_until(self) -> date:
        """Within the days that the body allows after the sitting (R31)."""
        until: date = self.cleaned_data["until"]
        if not clock.today() <= until <= self.last_day:
            message = _("今日から%(last)sまでの日付にしてください。")
            raise forms.ValidationError(message % {"last": self.last_day})
        return until

    @property
    def ends_at(self) -> datetime:
        """The instant after the last day."""
        return clock.day_end(self.cleaned_data["until"])

    @property
    def letters(self) -> list[tuple[Person, list[PaperVersion]]]:
        """Each chosen person with the versions they are to get."""
        chosen = set(self.cleaned_data["give"])
        letters = [
            (row.person, [c.row.version for c in row.cells if c.key in chosen])
            for row in self.rows
        ]
        return [(person, [v for v in vs if v]) for person, vs in letters if vs]
