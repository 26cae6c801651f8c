"""Forms of the people of a body: its offices and the terms of its members."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from members.filters import organizations_offered, people_among
from members.forms.addresses import shared_address
from members.models import Charter, Commission, Organization, Person
from members.offices import Part, part_words
from members.services.commissions import Term
from members.services.offices import OfficeTerm
from members.services.people import NewPerson
from portal.core.fields import DayField


class OfficeForm(forms.Form):
    """Who holds an office from when."""

    part = forms.ChoiceField(
        label=_("役割"),
        help_text=_("招集者、長、事務局のどれか。"),
        widget=forms.RadioSelect,
    )
    starts_on = DayField(
        label=_("始まる日"), help_text=_("この日の午前0時から、役割が始まります。")
    )
    until = DayField(
        label=_("任期の終わり"),
        help_text=_("決まっていないときは空けます。"),
        required=False,
    )
    appointed_by = forms.CharField(
        label=_("選んだ人・会議"),
        max_length=60,
        required=False,
        help_text=_("互選や指名のとき。例: 第1回会議での互選、首長"),
    )
    appointed_on = DayField(
        label=_("選んだ日"), help_text=_("選んだ会議や決裁の日です。"), required=False
    )
    with_cases = forms.BooleanField(
        label=_("わたしが所管している事例を、この人も所管する"),
        help_text=_(
            "印を付けると、いま続いている事例を、この人も開けるようになります。"
        ),
        required=False,
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
        help_text=_("登録されている方か、新しい方か。"),
        choices=(
            ("known", _("名簿にいる人")),
            ("new", _("新しい人")),
            ("whole", _("機関全体(団体委嘱)")),
        ),
        initial="known",
        widget=forms.RadioSelect,
    )
    organization = forms.ModelChoiceField(
        Organization.objects.none(),
        label=_("機関"),
        required=False,
        help_text=_("新しい人と、機関全体のとき"),
    )
    name = forms.CharField(
        label=_("氏名"), max_length=60, required=False, help_text=_("新しい人のとき")
    )
    kana = forms.CharField(
        label=_("フリガナ"),
        help_text=_("全角のカタカナ。例: カガミ ハルカ"),
        max_length=80,
        required=False,
    )
    post = forms.CharField(
        label=_("職名"),
        help_text=_("例: 精神保健福祉士。案内の宛名にも出ます。"),
        max_length=60,
        required=False,
    )
    email = forms.EmailField(
        label=_("メール"),
        help_text=_(
            "案内とリンクが届きます。ない方は空けておき、案内状を印刷してお渡しします。"
        ),
        required=False,
    )
    shared = shared_address()
    phone = forms.CharField(
        label=_("電話"),
        help_text=_("出欠を伺うときに使います。例: 000-0000-0000"),
        max_length=20,
        required=False,
        widget=forms.TextInput({"class": "input--medium"}),
    )
    starts_on = DayField(
        label=_("委嘱日"),
        help_text=_("この日から、会議に呼べます。委嘱状の日付と同じにします。"),
    )
    approved_on = DayField(
        label=_("承認した日"), help_text=_("構成員に加えることを承認した日です。")
    )
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
        organization: Any = self.fields["organization"]
        organization.queryset = organizations_offered()
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
        contact = ("email", "shared", "phone", "starts_on", "replaces", "approved_by")
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
        names = ("organization", "name", "kana", "post", "email", "phone", "shared")
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
