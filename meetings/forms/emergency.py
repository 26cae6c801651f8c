"""The one form of an emergency: most of it is filled in already."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from meetings.forms.convening import KeyedForm, OneLineField, WhenForm
from meetings.selectors.emergency import Ground
from meetings.services.emergency import Emergency
from members.filters import people_among
from members.models import Body, Person
from portal.core import clock

_QUARTER = 15
_AHEAD = timedelta(minutes=30)
_LENGTH = timedelta(minutes=60)


class FindForm(forms.Form):
    """Part of a case's number; what cannot be one finds all."""

    number = OneLineField(
        label=_("事例番号"),
        help_text=_("番号の一部でも探せます。例: 012"),
        max_length=20,
        required=False,
    )

    @property
    def wanted(self) -> str:
        """What the number shall hold."""
        return self.cleaned_data["number"] if self.is_valid() else ""


class EmergencyForm(KeyedForm, WhenForm):
    """Today's time and place, what for, and who: one tick each."""

    title = OneLineField(
        label=_("議題名"),
        max_length=120,
        initial=_("緊急の対応について"),
        help_text=_("氏名を書かないでください。"),
    )
    reason = OneLineField(
        label=_("緊急に開く理由"),
        max_length=200,
        help_text=_("記録に残ります。参加する人にだけ見えます。"),
    )
    field_order = ("key", "day", "starts", "ends", "place", "reason", "people")

    def __init__(self, *args: Any, ground: Ground, **kwargs: Any) -> None:
        kwargs["initial"] = {**_soon(), "place": ground.place}
        super().__init__(*args, **kwargs)
        self.ground = ground
        members = [p for p in ground.people if p.id in ground.selected]
        others = [p for p in ground.people if p.id not in ground.selected]
        self.fields["people"] = _ticks(
            _("参加する人"),
            members,
            initial=[p.id for p in members],
            help_text=_(
                "この事例に選ばれている人です。会議体の長と事務局は自動で入ります。"
            ),
        )
        self.fields["others"] = _ticks(_("この事例に新しく加える人"), others)
        self.order_fields(self.field_order)

    def clean(self) -> dict[str, Any]:
        """Somebody is asked to come."""
        data = super().clean() or {}
        if not (data.get("people") or data.get("others")):
            self.add_error("people", _("参加する人を1人以上選んでください。"))
        return data

    def emergency(self, body: Body) -> Emergency:
        """What has to be said, once the form is valid."""
        data = self.cleaned_data
        return Emergency(
            body=body,
            regime=self.ground.regime,
            when=self.when,
            title=data["title"],
            reason=data["reason"],
            people=[*data["people"], *data["others"]],
        )


def _ticks(
    label: Any, people: Sequence[Person], **more: Any
) -> forms.ModelMultipleChoiceField[Person]:
    return forms.ModelMultipleChoiceField(
        people_among(people),
        label=label,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        **more,
    )


def _soon() -> dict[str, object]:
    """The next quarter of an hour that people can still reach, for an hour."""
    start = _rounded(clock.now().astimezone(clock.JST) + _AHEAD)
    end = start + _LENGTH
    return {"day": start.date(), "starts": start.time(), "ends": end.time()}


def _rounded(moment: datetime) -> datetime:
    late = moment.minute % _QUARTER
    whole = moment.replace(second=0, microsecond=0)
    return whole + timedelta(minutes=_QUARTER - late if late else 0)
