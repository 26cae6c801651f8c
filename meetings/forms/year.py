"""Forms of the year's dates: the rule, the dates it gives, the calendar."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from meetings.forms.convening import HoursForm, KeyedForm, OneLineField
from meetings.services.year import PlannedMonth
from meetings.year import (
    NTH_WORDS,
    SHIFT_WORDS,
    WEEKDAY_WORDS,
    DayNote,
    Rule,
    Shift,
    fiscal_span,
    months,
)
from portal.core import jp
from portal.core.fields import DayField, DayInput


class RuleForm(HoursForm):
    """The rule of one fiscal year. It is sent by GET: a preview writes nothing."""

    year = forms.TypedChoiceField(
        label=_("年度"), help_text=_("4月から翌年3月までです。"), coerce=int
    )
    nth = forms.TypedChoiceField(
        label=_("第何週"),
        help_text=_("例: 第3と木曜日を選ぶと、毎月の第3木曜日になります。"),
        choices=list(NTH_WORDS.items()),
        coerce=int,
    )
    weekday = forms.TypedChoiceField(
        label=_("曜日"),
        help_text=_("会議を開く曜日です。"),
        choices=list(enumerate(WEEKDAY_WORDS)),
        coerce=int,
    )
    shift = forms.ChoiceField(
        label=_("祝日や閉庁日に当たるとき"),
        help_text=_("ずらした日は、次の画面で1つずつ直せます。"),
        choices=list(SHIFT_WORDS.items()),
        widget=forms.RadioSelect,
        initial=Shift.AFTER,
    )
    months_out = forms.TypedMultipleChoiceField(
        label=_("会議を開かない月"),
        help_text=_("例: 8月。印を付けた月には、会議をつくりません。"),
        choices=[
            (first.month, _("%(month)s月") % {"month": first.month})
            for first in months(2000)
        ],
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    field_order = ("year", "nth", "weekday", "starts", "ends", "place")

    def __init__(self, *args: Any, years: Sequence[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["year"].choices = [  # type: ignore[attr-defined] # a choice field
            (year, jp.fiscal_year_words(year)) for year in years
        ]

    @staticmethod
    def initial_of(rule: Rule | None) -> dict[str, object]:
        """The rule confirmed last, to be repeated."""
        if rule is None:
            return {}
        return {
            "nth": rule.nth,
            "weekday": rule.weekday,
            "shift": rule.shift,
            "months_out": sorted(rule.months_out),
            "starts": rule.starts,
            "ends": rule.ends,
            "place": rule.place,
        }

    @property
    def rule(self) -> Rule:
        """The rule, once the form is valid."""
        data = self.cleaned_data
        return Rule(
            nth=data["nth"],
            weekday=data["weekday"],
            shift=Shift(data["shift"]),
            months_out=frozenset(data["months_out"]),
            starts=data["starts"],
            ends=data["ends"],
            place=data["place"],
        )


@dataclass(frozen=True, slots=True)
class MonthRow:
    """One line of the preview with its fields; a month that is over has none."""

    planned: PlannedMonth
    day: BoundField | None
    out: BoundField | None


class DaysForm(KeyedForm):
    """The dates of a preview, each to be changed or left out.

    ``shown`` are the dates whose clashes the clerk has seen.
    """

    shown = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, *args: Any, planned: Sequence[PlannedMonth], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.planned = planned
        self.fields["shown"].initial = " ".join(
            row.day.isoformat() for row in planned if row.day
        )
        for row in planned:
            if not row.over:
                self._add(row)

    def _add(self, row: PlannedMonth) -> None:
        code = f"{row.month.first:%Y_%m}"
        month = {"month": row.month.first.month}
        first, last = fiscal_span(jp.fiscal_year(row.month.first))
        words = _("この年度の日を選んでください。")
        self.fields[f"day_{code}"] = DayField(
            label=_("%(month)s月の日") % month,
            initial=row.day,
            required=False,
            validators=[
                MinValueValidator(first, words),
                MaxValueValidator(last, words),
            ],
            widget=DayInput({"min": first.isoformat(), "max": last.isoformat()}),
        )
        self.fields[f"out_{code}"] = forms.BooleanField(
            label=_("%(month)s月は開かない") % month, initial=row.out, required=False
        )

    def rows(self) -> Iterator[MonthRow]:
        """The preview, month by month."""
        for row in self.planned:
            code = f"{row.month.first:%Y_%m}"
            open_ = not row.over
            yield MonthRow(
                row,
                self[f"day_{code}"] if open_ else None,
                self[f"out_{code}"] if open_ else None,
            )

    @property
    def chosen(self) -> dict[date, date]:
        """The dates that stay, by the first day of their month; once valid."""
        data = self.cleaned_data
        found = {}
        for row in self.planned:
            code = f"{row.month.first:%Y_%m}"
            day = data.get(f"day_{code}")
            if day is not None and not data[f"out_{code}"]:
                found[row.month.first] = day
        return found

    @property
    def unseen(self) -> bool:
        """Whether a date was changed since the page said what it meets with."""
        shown = set(self.cleaned_data["shown"].split())
        return any(day.isoformat() not in shown for day in self.chosen.values())


class CalendarDayForm(KeyedForm):
    """A closed day of the municipality, or a correction of the holidays."""

    closed = forms.TypedChoiceField(
        label=_("この日の扱い"),
        help_text=_("閉庁日にするか、祝日でも会議を開く日にするか。"),
        choices=[
            ("yes", _("休みにする(閉庁日、新しい祝日)")),
            ("no", _("休みにしない(祝日の変更、開庁する日)")),
        ],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
        initial="yes",
    )
    day = DayField(label=_("日"), help_text=_("例: 記念日。"))
    yearly = forms.BooleanField(
        label=_("毎年この月日にする"),
        help_text=_("印を付けると、来年からも同じ月日になります。"),
        required=False,
    )
    name = OneLineField(
        label=_("名称"),
        max_length=60,
        help_text=_("記念日、スポーツの日の移動など。"),
    )
    decided_by = OneLineField(
        label=_("根拠"),
        max_length=60,
        help_text=_("休日を定める条例、首長の決定など。"),
    )
    decided_on = DayField(label=_("決定した日"))

    @property
    def entry(self) -> dict[str, Any]:
        """What the service takes, once the form is valid."""
        data = self.cleaned_data
        return {
            "key": data["key"],
            "note": DayNote(data["day"], data["yearly"], data["closed"], data["name"]),
            "decided_by": data["decided_by"],
            "decided_on": data["decided_on"],
        }
