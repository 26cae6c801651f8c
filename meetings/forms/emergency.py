"""The one form of an emergency: most of it is filled in already."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from meetings.forms.convening import KeyedForm, OneLineField, WhenForm
from meetings.selectors.emergency import Ground
from meetings.services.emergency import Emergency
from members.models import Body, Person
from portal.core import clock

_QUARTER = 15
_AHEAD = timedelta(minutes=30)
_LENGTH = timedelta(minutes=60)


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
    field_order = ("key", "day", "starts", "ends", "place", "people", "reason")

    def __init__(self, *args: Any, ground: Ground, **kwargs: Any) -> None:
        kwargs["initial"] = {**_soon(), "place": ground.place}
        super().__init__(*args, **kwargs)
        self.fields["people"] = forms.ModelMultipleChoiceField(
            Person.objects.filter(id__in=[p.id for p in ground.people]).select_related(
                "organization"
            ),
            label=_("参加する人"),
            initial=[p.id for p in ground.people if p.id in ground.selected],
            widget=forms.CheckboxSelectMultiple,
            help_text=_(
                "この事例に選ばれている人に印が付いています。議長と事務局は自動で入ります。"
            ),
            error_messages={"required": _("参加する人を1人以上選んでください。")},
        )
        self.ground = ground
        self.order_fields(self.field_order)

    def emergency(self, body: Body) -> Emergency:
        """What has to be said, once the form is valid."""
        data = self.cleaned_data
        return Emergency(
            body=body,
            regime=self.ground.regime,
            when=self.when,
            title=data["title"],
            reason=data["reason"],
            people=list(data["people"]),
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
