"""Fields that the browser helps to fill: a day, a time of day; words for a gap."""

from django import forms
from django.utils.translation import gettext_lazy as _


class DayInput(forms.DateInput):
    """The browser's own calendar; it takes a day as ISO writes it."""

    input_type = "date"

    def __init__(self, attrs: dict[str, str] | None = None) -> None:
        """Take further attributes, such as the first and the last day."""
        super().__init__(attrs, format="%Y-%m-%d")


class DayField(forms.DateField):
    """A day."""

    widget = DayInput


class TimeInput(forms.TimeInput):
    """The browser's own clock, to the minute."""

    input_type = "time"

    def __init__(self) -> None:
        """The format is the browser's."""
        super().__init__(format="%H:%M")


class TimeField(forms.TimeField):
    """A time of day."""

    widget = TimeInput


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
