"""Forms of date polls: the days offered, the people asked, and the marks."""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import groupby
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from meetings.forms.convening import KeyedForm, OneLineField
from meetings.models import PollAnswer, PollDate, PollVoter
from meetings.services.polls import LEAST_DATES, Plan
from members.models import Person
from portal.core import clock
from portal.core.fields import DayField, TimeField
from portal.core.wording import span_words

ROWS = 8  # of days on the form


@dataclass(frozen=True, slots=True)
class DateRow:
    """One line of days on the form."""

    number: int
    day: BoundField
    starts: BoundField
    ends: BoundField


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One line of people on the form."""

    person: Person
    asked: BoundField
    required: BoundField


class PollForm(KeyedForm):
    """The days, the place, the deadline, and a line of fields per person."""

    place = OneLineField(
        label=_lazy("場所"),
        max_length=120,
        help_text=_lazy(
            "お伺いのメールにそのまま載ります。事例や参加者のことは書かないでください。"
        ),
    )
    deadline_day = DayField(
        label=_lazy("回答期限の日"),
        help_text=_lazy(
            "お返事のない方には、期限の2日前と当日の朝に、自動でもう一度お送りします。"
        ),
    )
    deadline_time = TimeField(
        label=_lazy("時刻"),
        initial=time(17),
        help_text=_lazy("この時刻を過ぎると、ご本人は答えられません。"),
    )

    def __init__(self, *args: Any, roll: Sequence[Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.roll = roll
        for number in range(1, ROWS + 1):
            required = number <= LEAST_DATES
            self.fields[f"day_{number}"] = _day(number, required=required)
            self.fields[f"starts_{number}"] = _time(_("開始"), required=required)
            self.fields[f"ends_{number}"] = _time(_("終了"), required=required)
        for person in roll:
            self.fields[f"asked_{person.id.hex}"] = _tick(_("尋ねる"))
            self.fields[f"required_{person.id.hex}"] = _tick(_("必ず出席"))

    def date_rows(self) -> Iterator[DateRow]:
        """The table of days, line by line."""
        for number in range(1, ROWS + 1):
            names = (f"day_{number}", f"starts_{number}", f"ends_{number}")
            yield DateRow(number, *(self[name] for name in names))

    def people(self) -> Iterator[tuple[str, list[PersonRow]]]:
        """The people by their organisation."""
        for name, people in groupby(self.roll, key=lambda p: p.organization.name):
            yield (
                name,
                [
                    PersonRow(
                        person,
                        self[f"asked_{person.id.hex}"],
                        self[f"required_{person.id.hex}"],
                    )
                    for person in people
                ],
            )

    def clean(self) -> dict[str, Any]:
        """A day is given whole or not at all, and its end comes after its start."""
        data = super().clean() or {}
        for number in range(1, ROWS + 1):
            day, starts, ends = (data.get(name) for name in _names(number))
            given = [value is not None for value in (day, starts, ends)]
            if any(given) and not all(given) and not self._refused(number):
                self.add_error(
                    f"day_{number}", _("日・開始・終了をすべて入れてください。")
                )
            elif starts and ends and ends <= starts:
                self.add_error(f"ends_{number}", _("開始より後の時刻にしてください。"))
        return data

    def _refused(self, number: int) -> bool:
        return any(name in self.errors for name in _names(number))

    @property
    def plan(self) -> Plan:
        """What is asked, once the form is valid."""
        data = self.cleaned_data
        rows = [[data[name] for name in _names(n)] for n in range(1, ROWS + 1)]
        return Plan(
            spans=[
                (_moment(day, starts), _moment(day, ends))
                for day, starts, ends in rows
                if day is not None
            ],
            place=data["place"],
            deadline=_moment(data["deadline_day"], data["deadline_time"]),
            people={
                person.id: data[f"required_{person.id.hex}"]
                for person in self.roll
                if data[f"asked_{person.id.hex}"] or data[f"required_{person.id.hex}"]
            },
        )


def _names(number: int) -> tuple[str, str, str]:
    return f"day_{number}", f"starts_{number}", f"ends_{number}"


def _moment(day: date, at: time) -> datetime:
    return datetime.combine(day, at, clock.JST)


def _day(number: int, *, required: bool) -> DayField:
    return DayField(
        label=_("候補%(number)sの日") % {"number": number}, required=required
    )


def _time(label: str, *, required: bool) -> TimeField:
    return TimeField(label=label, required=required)


def _tick(label: str) -> forms.BooleanField:
    return forms.BooleanField(label=label, required=False)


@dataclass(frozen=True, slots=True)
class MarkRow:
    """One of the days with its three big buttons."""

    date: PollDate
    mark: BoundField


class MarksForm(forms.Form):
    """○△× for every day, and a word to the secretariat."""

    note = OneLineField(
        label=_lazy("事務局への連絡"),
        max_length=200,
        required=False,
        help_text=_lazy(
            "「30分遅れてなら出られる」など。事例のことは書かないでください。"
        ),
    )

    def __init__(
        self, *args: Any, dates: Sequence[PollDate], voter: PollVoter, **kwargs: Any
    ) -> None:
        given = {answer.date_id: answer.mark for answer in voter.answers.all()}
        kwargs.setdefault("initial", {"note": voter.note})
        super().__init__(*args, **kwargs)
        self.dates = dates
        for row in dates:
            self.fields[f"mark_{row.id.hex}"] = forms.ChoiceField(
                label=span_words(row.starts_at, row.ends_at),
                choices=PollAnswer.Mark.choices,
                widget=forms.RadioSelect,
                initial=given.get(row.id),
                error_messages={"required": _("○・△・×のどれかを選んでください。")},
            )

    def rows(self) -> Iterator[MarkRow]:
        """The days, one after the other."""
        for row in self.dates:
            yield MarkRow(row, self[f"mark_{row.id.hex}"])

    @property
    def marks(self) -> dict[uuid.UUID, str]:
        """The marks by day, once the form is valid."""
        return {row.id: self.cleaned_data[f"mark_{row.id.hex}"] for row in self.dates}
