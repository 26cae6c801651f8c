"""What is asked of the trail: a span of days, a case's number."""

from datetime import date

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from documents.evidence.disclosure import Period
from portal.core import clock
from portal.core.fields import DayField


class PeriodForm(forms.Form):
    """From which day until which; empty is open."""

    since = DayField(label=_lazy("この日から"), required=False)
    until = DayField(label=_lazy("この日まで"), required=False)

    def clean(self) -> dict[str, object]:
        """The days in their order."""
        since, until = self._day("since"), self._day("until")
        if since and until and until < since:
            self.add_error("until", _("「この日から」より後の日にしてください。"))
        return self.cleaned_data

    @property
    def period(self) -> Period:
        """The span; all time when nothing sound was asked."""
        if not self.is_valid():
            return Period()
        since, until = self._day("since"), self._day("until")
        return Period(
            clock.day_start(since) if since else None,
            clock.day_end(until) if until else None,
        )

    def _day(self, name: str) -> date | None:
        return self.cleaned_data.get(name)


class CaseNumberForm(forms.Form):
    """The number of a case, as it stands on its papers."""

    number = forms.CharField(label=_lazy("事例番号"), max_length=40)
