"""Forms of the agenda: what an item says, and what it is about."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from meetings.forms.convening import KeyedForm, OneLineField
from meetings.models import AgendaItem
from meetings.services.agenda import ItemWords
from members.models import Body, Case, HouseholdMember


class ItemWordsForm(forms.Form):
    """What an item says."""

    kind = forms.ChoiceField(label=_("種別"), choices=AgendaItem.Kind.choices)
    occasion = forms.ChoiceField(
        label=_("時期"),
        choices=AgendaItem.Occasion.choices,
        help_text=_("プランの策定・再策定・終結・中断は、必ず会議を開く時期です。"),
    )
    title = OneLineField(
        label=_("議題名"),
        max_length=120,
        help_text=_("氏名を書かないでください。この議題に参加する人だけが見られます。"),
    )
    purpose = OneLineField(label=_("検討の目的"), max_length=200, required=False)
    minutes = forms.IntegerField(
        label=_("時間(分)"),
        min_value=5,
        max_value=240,
        initial=20,
        widget=forms.NumberInput({"class": "input--short", "inputmode": "numeric"}),
    )

    @property
    def words(self) -> ItemWords:
        """The words, once the form is valid."""
        data = self.cleaned_data
        return ItemWords(
            kind=data["kind"],
            occasion=data["occasion"],
            title=data["title"],
            purpose=data["purpose"],
            minutes=data["minutes"],
        )


class ItemForm(KeyedForm, ItemWordsForm):
    """A new item; body and case stay as they are chosen here."""

    field_order = ("key", "body", "case", "kind", "occasion", "title", "purpose")

    def __init__(
        self, *args: Any, bodies: Sequence[Body], cases: Sequence[Case], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["body"] = forms.ModelChoiceField(
            Body.objects.filter(id__in=[body.id for body in bodies]).select_related(
                "unit"
            ),
            label=_("扱う会議体"),
            empty_label=None,
            help_text=_(
                "議題の根拠が決まります。支援会議は同意がなくても、"
                "重層的支援会議は世帯員の同意があるときに扱えます。"
            ),
        )
        self.fields["case"] = CaseField(
            Case.objects.filter(id__in=[case.id for case in cases]),
            label=_("事例"),
            required=False,
            empty_label=_("事例を扱わない議題"),
        )
        self.order_fields(self.field_order)

    @property
    def choice(self) -> dict[str, Any]:
        """Key, body and case, once the form is valid."""
        return {name: self.cleaned_data[name] for name in ("key", "body", "case")}


class CaseField(forms.ModelChoiceField[Case]):
    """A case by its number and its nameless title."""

    def label_from_instance(self, obj: Case) -> str:
        """As the select shows it."""
        return f"{obj.number} {obj.title}"


class ItemChangeForm(ItemWordsForm):
    """An item on a draft agenda, with the household members it is about."""

    def __init__(self, *args: Any, item: AgendaItem, **kwargs: Any) -> None:
        kwargs["initial"] = {
            "kind": item.kind,
            "occasion": item.occasion,
            "title": item.title,
            "purpose": item.purpose,
            "minutes": item.minutes_allotted,
            "about": [member.id for member in item.about.all()],
        }
        super().__init__(*args, **kwargs)
        if item.case is not None:
            self.fields["about"] = forms.ModelMultipleChoiceField(
                item.case.household.all(),
                label=_("対象の世帯員"),
                widget=forms.CheckboxSelectMultiple,
                help_text=_("重層的支援会議では、ここで選んだ全員の同意が要ります。"),
            )

    @property
    def about(self) -> list[HouseholdMember] | None:
        """The members chosen; None for an item without a case."""
        chosen = self.cleaned_data.get("about")
        return None if chosen is None else list(chosen)
