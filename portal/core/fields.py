"""Fields that the browser helps to fill, a box that comes later; words for a gap."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from portal.core import jp


class DayInput(forms.DateInput):
    """The browser's own calendar; it takes a day as ISO writes it."""

    input_type = "date"

    def __init__(self, attrs: dict[str, str] | None = None) -> None:
        """Take further attributes, such as a nearer first or last day."""
        bounds = {"min": jp.EARLIEST_ERA_DAY, "max": jp.LATEST_DAY}
        ends = {name: day.isoformat() for name, day in bounds.items()}
        super().__init__({**ends, **(attrs or {})}, format="%Y-%m-%d")


_SLIP = _("1873年から2199年までの日付を入力してください。")
_NO_SUCH_DAY = _("この日はありません。年月日を確かめてください。")


class DayField(forms.DateField):
    """A day that can be written by its era, and has a day after it."""

    widget = DayInput
    # Those of America would take 8/4/01 for a day of August.
    input_formats = ("%Y-%m-%d",)
    default_error_messages = {  # noqa: RUF012 # Django's own shape
        "invalid": _("日付として読めません。「令和8年4月1日」のように書いてください。")
    }
    default_validators = [  # noqa: RUF012 # Django's own shape
        MinValueValidator(jp.EARLIEST_ERA_DAY, _SLIP),
        MaxValueValidator(jp.LATEST_DAY, _SLIP),
    ]

    def to_python(self, value: Any) -> date | None:
        """Read a day as people write it; tell one of no calendar from none at all."""
        try:
            return super().to_python(value)
        except ValidationError as error:
            if not jp.has_form_of_day(str(value)):
                raise
            day = jp.read_day(str(value))
            if day is None:
                raise ValidationError(_NO_SUCH_DAY, code="invalid") from error
            return day


class TimeInput(forms.TimeInput):
    """The browser's own clock, to the minute."""

    input_type = "time"

    def __init__(self) -> None:
        """The format is the browser's."""
        super().__init__(format="%H:%M")


class TimeField(forms.TimeField):
    """A time of day."""

    widget = TimeInput


class OfferingInput(forms.TextInput):
    """A line to be written, or chosen among words that the browser offers."""

    def __init__(self, offered: Sequence[str], attrs: dict[str, str]) -> None:
        """Take the words and the attributes of the line."""
        super().__init__(attrs)
        self.offered = offered

    def render(
        self, name: str, value: Any, attrs: Any = None, renderer: Any = None
    ) -> SafeString:
        """The line, then its list."""
        place = f"{name}-offered"
        line = super().render(name, value, {**(attrs or {}), "list": place}, renderer)
        words = format_html_join(
            "", '<option value="{}"></option>', ((each,) for each in self.offered)
        )
        return format_html('{}<datalist id="{}">{}</datalist>', line, place, words)


def offer(field: forms.Field, words: Sequence[str]) -> None:
    """Let a line be chosen among ``words``; others can be written."""
    field.widget = OfferingInput(words, field.widget.attrs)


class LateBox(forms.BooleanField):
    """A box to be ticked once a service has refused what it allows; hidden before."""

    def __init__(self, **kwargs: Any) -> None:
        """Nobody has to tick it."""
        super().__init__(required=False, **kwargs)


def say_what_to_do() -> None:
    """Make an empty field say the next step; Django's words say that it is required."""
    for field, words in (
        (forms.Field, _("入力してください。")),
        (forms.ChoiceField, _("選んでください。")),
        (forms.BooleanField, _("チェックを付けてください。")),
        (forms.FileField, _("ファイルを選んでください。")),
    ):
        field.default_error_messages = {
            **field.__dict__.get("default_error_messages", {}),
            "required": words,
        }
