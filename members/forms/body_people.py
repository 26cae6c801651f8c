"""Forms of the people of a body: its offices and the terms of its members."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from members.filters import people_among
from members.models import Charter, Commission, Organization, Person
from members.offices import Part, part_words
from members.services.commissions import Term
from members.services.offices import OfficeTerm
from members.services.people import NewPerson
from portal.core.fields import DayField


class OfficeForm(forms.Form):
    """Who holds an office from when."""

    part = forms.ChoiceField(label=_("役割"), widget=forms.RadioSelect)
    starts_on = DayField(label=_("始まる日"))
    until = DayField(
        label=_("任期の終わり"),
        help_text=_("決まっていないときは空けます。"),
        required=False,
    )
    appointed_by = forms.CharField(
        label=_("選んだ人・会議"),
        max_length=60,
        required=False,
        help_text=_("互選や指名のとき。例: 第1回会議での互選、市長"),
    )
    appointed_on = DayField(label=_("選んだ日"), required=False)
    with_cases = forms.BooleanField(
        label=_("わたしが所管している事例を、この人も所管する"), required=False
    )
    field_order = ("part", "person")

    def __init__(
        self, *args: Any, people: Sequence[Person], rules: Charter, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"] = forms.ModelChoiceField(
            people_among(people),
            label=_("人"),
            help_text=_("この会議体の委嘱・任命を受けている人から選びます。"),
        )
        part: Any = self.fields["part"]
        part.choices = [(p.value, part_words(p, rules)) for p in Part]
        self.order_fields(self.field_order)

    @property
    def chosen(self) -> dict[str, Any]:
        """What the service takes, once the form is valid."""
        data = self.cleaned_data
        names = ("starts_on", "until", "appointed_by", "appointed_on")
        return {
            "person": data["person"],
            "part": Part(data["part"]),
            "term": OfficeTerm(**{name: data[name] for name in names}),
            "with_cases": data["with_cases"],
        }


class CommissionForm(forms.Form):
    """委嘱・任命 of somebody known, of somebody new, or of a whole organisation."""

    whom = forms.ChoiceField(
        label=_("だれを"),
        choices=(
            ("known", _("名簿にいる人")),
            ("new", _("新しい人")),
            ("whole", _("機関全体(団体委嘱)")),
        ),
        initial="known",
        widget=forms.RadioSelect,
    )
    organization = forms.ModelChoiceField(
        Organization.objects.all(),
        label=_("機関"),
        required=False,
        help_text=_("新しい人と、機関全体のとき"),
    )
    name = forms.CharField(
        label=_("氏名"), max_length=60, required=False, help_text=_("新しい人のとき")
    )
    kana = forms.CharField(label=_("フリガナ"), max_length=80, required=False)
    post = forms.CharField(label=_("職名"), max_length=60, required=False)
    email = forms.EmailField(label=_("メール"), required=False)
    phone = forms.CharField(
        label=_("電話"),
        max_length=20,
        required=False,
        widget=forms.TextInput({"class": "input--medium"}),
    )
    starts_on = DayField(label=_("委嘱日"))
    approved_on = DayField(label=_("承認した日"))
    field_order = ("whom", "person", "organization", "name", "kana", "post")

    def __init__(
        self,
        *args: Any,
        people: Sequence[Person],
        approvers: Sequence[tuple[str, str]],
        predecessors: Sequence[Commission],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"] = forms.ModelChoiceField(
            people_among(people),
            label=_("人"),
            required=False,
            help_text=_("名簿にいる人のとき"),
        )
        self.fields["approved_by"] = forms.ChoiceField(
            label=_("承認した人"), choices=approvers
        )
        self.fields["replaces"] = forms.ModelChoiceField(
            Commission.objects.filter(id__in=[c.pk for c in predecessors]),
            label=_("前任者"),
            required=False,
            empty_label=_("補欠ではない"),
            help_text=_("補欠の任期は、前任者の残りの期間です。"),
        )
        contact = ("email", "phone", "starts_on", "replaces", "approved_by")
        self.order_fields([*self.field_order, *contact])

    def clean(self) -> dict[str, Any]:
        """What the choice needs is there."""
        data = super().clean() or {}
        needs = {"known": ["person"], "new": ["organization", "name"]}
        for name in needs.get(data.get("whom", ""), ["organization"]):
            if not data.get(name) and name not in self.errors:
                self.add_error(name, _("選んだ場合に必要です。"))
        return data

    @property
    def new_person(self) -> NewPerson:
        """Somebody new, once the form is valid."""
        names = ("organization", "name", "kana", "post", "email", "phone")
        return NewPerson(**{name: self.cleaned_data[name] for name in names})

    @property
    def approval(self) -> dict[str, Any]:
        """Term and approval as the services take them."""
        data = self.cleaned_data
        return {
            "approved_by": data["approved_by"],
            "approved_on": data["approved_on"],
            "term": Term(data["starts_on"], data["replaces"]),
        }
