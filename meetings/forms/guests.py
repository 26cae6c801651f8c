"""The form by which somebody is asked to come for one item alone."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from meetings.forms.convening import OneLineField
from meetings.selectors.people import Invitable
from members.filters import people_among
from members.models import HouseholdMember, Person
from members.services.people import Outsider

_COMMISSIONED, _OUTSIDER = "commissioned", "outsider"


class GuestForm(forms.Form):
    """Of the household, of the commissioned people, or somebody named here."""

    who = forms.ChoiceField(
        label=_("招く人"),
        help_text=_("議題の関係者か、ご本人・ご家族かで、入れる議題が変わります。"),
        widget=forms.RadioSelect,
        error_messages={"required": _("招く人を選んでください。")},
    )
    person = forms.ModelChoiceField(
        Person.objects.none(),
        label=_("委嘱を受けている人"),
        help_text=_("会議体の名簿から選びます。ここにない方は、氏名を書きます。"),
        required=False,
        empty_label=_("選んでください"),
    )
    name = OneLineField(
        label=_("氏名"),
        help_text=_("名簿にない方を招くときだけ書きます。"),
        max_length=60,
        required=False,
    )
    organization = OneLineField(
        label=_("所属または間柄"),
        max_length=120,
        required=False,
        help_text=_("例: 見本病院、近隣の方"),
    )
    post = OneLineField(
        label=_("役職"),
        help_text=_("例: 民生委員。ご本人やご家族のときは、続柄を書きます。"),
        max_length=60,
        required=False,
    )

    def __init__(self, *args: Any, invitable: Invitable, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.household = {str(member.id): member for member in invitable.household}
        choices: list[tuple[str, Any]] = [
            (key, _label(member)) for key, member in self.household.items()
        ]
        if invitable.commissioned:
            choices.append((_COMMISSIONED, _("委嘱を受けている人")))
            self.fields["person"].queryset = people_among(invitable.commissioned)  # type: ignore[attr-defined]
        else:
            del self.fields["person"]
        if invitable.outsiders:
            choices.append((_OUTSIDER, _("そのほかの人(委嘱なし)")))
        else:
            for name in ("name", "organization", "post"):
                del self.fields[name]
        self.fields["who"].choices = choices  # type: ignore[attr-defined]
        if len(choices) == 1:  # nothing to choose
            self.fields["who"].initial = choices[0][0]
            self.fields["who"].widget = forms.HiddenInput()

    def clean(self) -> dict[str, Any]:
        """What belongs to the choice is there."""
        data = super().clean() or {}
        who = data.get("who")
        wanted = {_COMMISSIONED: ["person"], _OUTSIDER: ["name", "organization"]}
        for name in wanted.get(who or "", []):
            if name not in self.errors and not data.get(name):
                self.add_error(name, _WANTED[name])
        return data

    @property
    def whom(self) -> Person | HouseholdMember | Outsider:
        """Who is asked to come, once the form is valid."""
        data = self.cleaned_data
        if data["who"] == _COMMISSIONED:
            person: Person = data["person"]
            return person
        if data["who"] == _OUTSIDER:
            return Outsider(data["organization"], data["name"], data["post"])
        return self.household[data["who"]]


def _label(member: HouseholdMember) -> str:
    concerned = member.subject and member.label != "本人"
    return f"{member.label}(本人)" if concerned else member.label


_WANTED = {
    "person": _("人を選んでください。"),
    "name": _("氏名を書いてください。"),
    "organization": _("所属か、本人との間柄を書いてください。"),
}
