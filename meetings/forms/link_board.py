"""Until when a link is to last."""

from datetime import date, datetime

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.core import clock
from portal.core.fields import DayField, DayInput


class ExtendForm(forms.Form):
    """The last day on which the link opens, at most the last that the rules allow."""

    until = DayField(
        label=_("この日まで使えるようにする"),
        help_text=_(
            "この日の終わりまで開けます。会議ごとに、延ばせる最後の日があります。"
        ),
    )

    def __init__(self, *args: object, last: date, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type] # Django's own
        self.last = last
        self.fields["until"].widget = DayInput({"max": last.isoformat()})

    def ends_at(self, limit: datetime) -> datetime:
        """The end of the day, or the limit where that comes first."""
        return min(clock.day_end(self.cleaned_data["until"]), limit)

    def clean_until(self) -> date:
        """A day from today on, within what the rules allow."""
        until: date = self.cleaned_data["until"]
        if not clock.today() <= until <= self.last:
            raise forms.ValidationError(
                _("今日から、この会議のリンクを使える最後の日までの日にしてください。")
            )
        return until
