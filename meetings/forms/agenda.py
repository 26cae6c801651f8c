"""Forms of the agenda: items, their order and time, and how they go on."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from meetings import agenda
from meetings.forms.convening import KeyedForm, OneLineField
from meetings.models import AgendaItem, Sitting
from meetings.services.agenda import ItemWords, TimeBox
from meetings.services.carrying import Mode
from members.facts import Regime
from members.filters import bodies_among
from members.models import Body, Case, HouseholdMember
from portal.core import clock, jp


class MinutesField(forms.IntegerField):
    """The time of an item."""

    def __init__(self, label: Any, initial: int | None = None) -> None:
        short = forms.NumberInput({"class": "input--short", "inputmode": "numeric"})
        super().__init__(
            label=label, initial=initial, min_value=5, max_value=240, widget=short
        )


class PointsField(forms.CharField):
    """A few lines, one to a point."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=2000, widget=forms.Textarea({"rows": 5}), **kwargs)

    def clean(self, value: Any) -> str:
        """Without empty lines and the blanks around them."""
        lines = (line.strip() for line in super().clean(value).splitlines())
        return "\n".join(line for line in lines if line)


class LawField(forms.ChoiceField):
    """Whether a case is dealt with under its people's consent."""

    needed = _("※事例を扱うときは必須")


class ItemWordsForm(forms.Form):
    """What an item says."""

    kind = forms.ChoiceField(
        label=_("種別"),
        help_text=_(
            "事例を話し合うときは「協議」。前の会議の結果を伝えるだけなら「報告」です。"
        ),
        choices=AgendaItem.Kind.choices,
    )
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
    purpose = OneLineField(
        label=_("検討の目的"),
        help_text=_("1行で。例: 見守りの役割分担を決める。氏名は書きません。"),
        max_length=200,
        required=False,
    )
    points = PointsField(
        label=_("話し合うこと"),
        help_text=_("1行に1つ。空のままなら、時期に合わせたひな形が入ります。"),
        required=False,
    )
    minutes = MinutesField(_("時間(分)"), initial=20)

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
            points=data["points"],
        )


class ItemForm(KeyedForm, ItemWordsForm):
    """A new item; body and case stay as they are chosen here."""

    field_order = ("key", "body", "case", "regime", "kind", "occasion", "title")

    def __init__(
        self, *args: Any, bodies: Sequence[Body], cases: Sequence[Case], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["body"] = forms.ModelChoiceField(
            bodies_among(bodies),
            label=_("扱う会議体"),
            empty_label=None,
            help_text=_(
                "議題の根拠が決まります。"
                "本人の同意が要るかどうかは、会議体の設定によります。"
            ),
        )
        self.fields["case"] = CaseField(
            Case.objects.filter(id__in=[case.id for case in cases]).only(
                "number", "title"
            ),
            label=_("事例"),
            required=False,
            empty_label=_("事例を扱わない議題"),
        )
        if any(len(body.rules.regimes) > 1 for body in bodies):
            self.fields["regime"] = LawField(
                label=_("本人同意"),
                choices=[("", _("選んでください")), *REGIMES],
                required=False,
                help_text=_("片方だけを扱う会議体では、選ばなくてかまいません。"),
            )
        self.order_fields(self.field_order)

    @property
    def choice(self) -> dict[str, Any]:
        """Key, body, case and law, once the form is valid."""
        data = self.cleaned_data
        law = data.get("regime")
        kept = {name: data[name] for name in ("key", "body", "case")}
        return {**kept, "regime": Regime(law) if law else None}


REGIMES = (
    (Regime.SHIEN, _("同意を前提とせず、守秘義務のもとで扱う")),
    (Regime.JUSO, _("同意のある世帯員について扱う")),
)


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
            "points": item.points,
            "minutes": item.minutes_allotted,
            "about": [member.id for member in item.about.all()],
        }
        super().__init__(*args, **kwargs)
        if item.case is not None:
            self.fields["about"] = forms.ModelMultipleChoiceField(
                item.case.household.all(),
                label=_("対象の世帯員"),
                widget=forms.CheckboxSelectMultiple,
                help_text=_(
                    "同意のもとで扱う議題では、ここで選んだ全員の同意が要ります。"
                ),
            )

    @property
    def about(self) -> list[HouseholdMember] | None:
        """The members chosen; None for an item without a case."""
        chosen = self.cleaned_data.get("about")
        return None if chosen is None else list(chosen)


class ArrangeForm(forms.Form):
    """Order and minutes of a draft's items, as the page sends them."""

    seen = forms.CharField()

    def __init__(self, *args: Any, items: Sequence[AgendaItem], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ids = [(str(item.id), item.title) for item in items]
        self.fields["order"] = forms.MultipleChoiceField(choices=ids)
        for name in ("up", "down"):
            self.fields[name] = forms.ChoiceField(choices=ids, required=False)
        for number, item in enumerate(items, 1):
            label = gettext("議題%(number)sの時間") % {"number": number}
            self.fields[f"minutes_{item.id}"] = MinutesField(label)

    @property
    def boxes(self) -> list[TimeBox]:
        """The items in their new order, once the form is valid."""
        data = self.cleaned_data
        order = [UUID(item) for item in data["order"]]
        for name, step in (("up", -1), ("down", 1)):
            if data[name]:
                order = agenda.moved(order, UUID(data[name]), step)
        return [TimeBox(item, data[f"minutes_{item}"]) for item in order]

    @property
    def complaint(self) -> str:
        """What is wrong, in one line."""
        for name, errors in self.errors.items():
            label = self.fields[name].label
            return f"{label}: {errors[0]}" if label else str(errors[0])
        return ""


class CarryForm(KeyedForm):
    """To which draft an item goes on, and how."""

    mode = forms.ChoiceField(
        label=_("持ち越し方"),
        help_text=_(
            "続きを話すときと、はじめから話し直すときで、引き継ぐものが変わります。"
        ),
        choices=Mode.choices,
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, drafts: Sequence[Sitting], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"] = SittingField(
            Sitting.objects.filter(id__in=[draft.id for draft in drafts])
            .select_related("body")
            .order_by("starts_at"),
            label=_("どの会議に"),
            empty_label=None,
        )
        self.order_fields(("key", "to", "mode"))

    @property
    def going(self) -> dict[str, Any]:
        """Key, draft and mode, once the form is valid."""
        data = self.cleaned_data
        mode = Mode(data["mode"])
        return {"key": data["key"], "to_sitting": data["to"], "mode": mode}


class SittingField(forms.ModelChoiceField[Sitting]):
    """A sitting by its number and day."""

    def label_from_instance(self, obj: Sitting) -> str:
        """As the select shows it."""
        day = jp.era_words(clock.day_of(obj.starts_at))
        return gettext("第%(number)s回 %(day)s") % {"number": obj.number, "day": day}
