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


class IncidentForm(PeriodForm):
    """What a leak is about: a thing that a page named, or a span of days alone."""

    MAX_DAYS = 31  # of a span without a thing: it looks at the whole trail

    paper = forms.UUIDField(required=False, widget=forms.HiddenInput)
    case = forms.UUIDField(required=False, widget=forms.HiddenInput)
    person = forms.UUIDField(required=False, widget=forms.HiddenInput)
    known_on = DayField(
        label=_lazy("事故を知った日"),
        help_text=_lazy("空欄は今日とみなします。"),
        required=False,
    )

    def clean(self) -> dict[str, object]:
        """A span alone has both its ends, and they are near each other."""
        super().clean()
        since, until = self._day("since"), self._day("until")
        if any(self.cleaned_data.get(name) for name in ("paper", "case", "person")):
            return self.cleaned_data
        if since is None or until is None:
            self.add_error("since", _("調べる期間の最初と最後の日を入れてください。"))
        elif (until - since).days >= self.MAX_DAYS:
            self.add_error(
                "until", _("期間だけで調べるときは、31日以内にしてください。")
            )
        return self.cleaned_data

    @property
    def known(self) -> date:
        """The day on which the municipality got to know."""
        return self._day("known_on") or clock.today()


class CaseNumberForm(forms.Form):
    """The number of a case, as it stands on its papers."""

    number = forms.CharField(label=_lazy("事例番号"), max_length=40)
