"""Forms of bodies: their rules, legal bases, offices and terms."""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from members.filters import bodies_among, people_among, units_offered
from members.models import (
    Body,
    Charter,
    LegalGround,
    Person,
    Unit,
)
from members.models.charters import RULES
from members.services.foundings import Founding
from portal.core import clock
from portal.core.fields import DayField

_SHORT = {"class": "input--short", "inputmode": "numeric"}


class DecisionForm(forms.Form):
    """Who decided it, and when."""

    decided_by = forms.CharField(
        label=_("決めた人"),
        max_length=60,
        help_text=_("例: 首長決裁、福祉部長 榊 隆"),
    )
    decided_on = DayField(
        label=_("決めた日"), help_text=_("首長決裁や、会議で決めた日です。")
    )


@dataclass(frozen=True, slots=True)
class Group:
    """One point of the rules with its fields."""

    legend: str
    lead: str
    fields: list[BoundField]

    @property
    def anchor(self) -> str:
        """Where an article of the ordinance leads to."""
        return self.fields[0].name


# The ten points on which ordinances differ.
_GROUPS: tuple[tuple[Any, Any, tuple[str, ...]], ...] = (
    (
        _("1 本人の同意"),
        _("議題を新しく置くときに効きます。すでにある議題の扱いは変わりません。"),
        ("consent", "consent_form"),
    ),
    (
        _("2 招集"),
        _(
            "招集者と長は、別の人でも、同じ人でもかまいません。人は「役割と構成員」で登録します。"
        ),
        ("convener_title",),
    ),
    (_("3 長"), _("会議を代表し、議事を進める人です。"), ("head_rule", "head_title")),
    (
        _("4 職務代理"),
        _("長に事故があるとき、または欠けたときに、代わりを務める人です。"),
        ("stand_in_rule", "ad_hoc_stand_in"),
    ),
    (
        _("5 開催の時期"),
        _("案内を送る日は、年間の日程と準備の点検で使います。"),
        ("rhythm", "emergency", "notice_days"),
    ),
    (
        _("6 非公開とオンライン"),
        _("非公開の扱いは、次第と会議録に書かれます。"),
        ("closed", "online"),
    ),
    (
        _("7 資料の提供等の協力"),
        _("協力依頼を送れる相手と、依頼文の名義です。"),
        ("requests_to", "requests_in_name_of"),
    ),
    (
        _("8 任期"),
        _("これから委嘱する人に効きます。いまの任期は変わりません。"),
        ("term_rule", "member_approval"),
    ),
    (
        _("9 会議録"),
        _("回覧にすると、出席した全員の確認がそろうまで確定しません。"),
        (
            "record_unit",
            "confirmation",
            "signatory_count",
            "signing_order",
            "summary_days",
            "minutes_days",
            "link_days",
        ),
    ),
    (
        _("10 会議の結論"),
        _("自治体が後で決める会議では、会議の日と決定の日を分けて記録します。"),
        ("outcome",),
    ),
)
_RADIOS = {
    field.name: forms.RadioSelect
    for field in Charter._meta.fields
    if field.choices and field.name in RULES
}


_HELP = {
    "name": _("例: 見本市支援会議設置要綱"),
    "consent": _("同意なしで扱えるのは、支援会議だけです。"),
    "consent_form": _("同意をいただくときの書面の名前。例: 同意書(様式第3号)"),
    "head_rule": _("要綱の「…をもって充てる」などの条文のとおりに選びます。"),
    "head_title": _("例: 会長、議長、座長"),
    "convener_title": _("例: 首長、福祉部長"),
    "stand_in_rule": _("長が欠けたとき、出られないときに、だれが代わるか。"),
    "ad_hoc_stand_in": _("その日に長が来られないとき、出席者から選べます。"),
    "rhythm": _("年間の日程をつくれるのは、定例の会議です。"),
    "emergency": _("印を付けると、緊急の会議を1つの画面から開けます。"),
    "closed": _("事例を扱う議題は、いつも非公開です。"),
    "requests_to": _("構成員でない方にも、資料や意見を求められるか。"),
    "requests_in_name_of": _("例: 見本市長。依頼文の差出人になります。"),
    "term_rule": _("委嘱を登録すると、最後の日がここから決まります。"),
    "member_approval": _("定例の名簿のほかに構成員を加えるときの承認です。"),
    "record_unit": _("要綱に定めがなければ、事例(議題)ごとにします。"),
    "confirmation": _("だれの確認がそろうと、会議録が確定するか。"),
    "signing_order": _("前の人が確認するまで、次の人は確認できません。"),
    "outcome": _("会議で決まるか、会議の意見を受けて自治体が決めるか。"),
    "online": _("認めるときも、場所は1回ごとに事務局が確かめます。"),
}


class RulesForm(forms.ModelForm[Charter], DecisionForm):
    """A new version of a body's rules."""

    starts_on = DayField(
        label=_("適用日"),
        help_text=_("この日から効きます。今日以降の日にしてください。"),
    )
    notice_days = forms.IntegerField(
        label=_("案内を送る日(開催の何日前)"),
        help_text=_("例: 7。承認がこの日より遅れると、承認の画面に注意が出ます。"),
        min_value=0,
        max_value=60,
        widget=forms.NumberInput(_SHORT),
    )
    signatory_count = forms.IntegerField(
        label=_("長のほかに会議録を確認する人数"),
        help_text=_("例: 2。議題ごとに、この人数を指名します。"),
        min_value=0,
        max_value=9,
        widget=forms.NumberInput(_SHORT),
    )
    summary_days = forms.IntegerField(
        label=_("決定のまとめを出す期限(会議の何日後)"),
        help_text=_("例: 2。過ぎると、ホームに表示されます。"),
        min_value=0,
        max_value=30,
        widget=forms.NumberInput(_SHORT),
    )
    minutes_days = forms.IntegerField(
        label=_("会議録を確定する期限(会議の何日後)"),
        help_text=_("例: 45。過ぎると、ホームに表示されます。"),
        min_value=1,
        max_value=365,
        widget=forms.NumberInput(_SHORT),
    )
    link_days = forms.IntegerField(
        label=_("会議の後に閲覧できる日数"),
        help_text=_("例: 7。資料の分類で、これより短くなることがあります。"),
        min_value=0,
        max_value=90,
        widget=forms.NumberInput(_SHORT),
    )

    class Meta:
        model = Charter
        fields = RULES
        widgets = _RADIOS
        help_texts = _HELP

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        consent: Any = self.fields["consent"]
        consent.choices = Charter.Consent.choices

    def groups(self) -> Iterator[Group]:
        """The ten points, in their order."""
        for legend, lead, names in _GROUPS:
            yield Group(legend, lead, [self[name] for name in names])

    @property
    def decision(self) -> list[BoundField]:
        """From when, decided by whom and when."""
        return [self[name] for name in ("starts_on", "decided_by", "decided_on")]


class FoundingForm(DecisionForm):
    """A new body."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    name = forms.CharField(
        label=_("会議体の名称"), max_length=60, help_text=_("例: 南部支援会議")
    )
    tier = forms.ChoiceField(
        label=_("種類"),
        help_text=_("個々の事例を話し合う会議か、全体の体制を話し合う会議か。"),
        choices=Body.Tier.choices,
    )
    unit = forms.ModelChoiceField(
        Unit.objects.none(),
        label=_("圏域"),
        help_text=_("区や圏域ごとに置くときに選びます。"),
        required=False,
        empty_label=_("全域(事例を扱わない会議)"),
    )
    ground = forms.ChoiceField(
        label=_("根拠"),
        choices=LegalGround.Code.choices,
        help_text=_("ほかの根拠は、設置した後で足せます。"),
    )
    starts_on = DayField(label=_("設置日"), help_text=_("要綱の施行の日です。"))
    ends_on = DayField(
        label=_("終了日"),
        help_text=_("試行のように終わりが決まっているとき"),
        required=False,
    )
    field_order = (
        "key",
        "parent",
        "name",
        "tier",
        "unit",
        "ground",
        "keeper",
        "starts_on",
        "ends_on",
    )

    def __init__(
        self,
        *args: Any,
        parents: Sequence[Body],
        keepers: Sequence[Person],
        alone: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        unit: Any = self.fields["unit"]
        unit.queryset = units_offered()
        self.fields["parent"] = forms.ModelChoiceField(
            bodies_among(parents),
            label=_("上位の会議体"),
            required=not alone,
            empty_label=_("なし(単独で置く)") if alone else None,
        )
        self.fields["keeper"] = forms.ModelChoiceField(
            people_among(keepers),
            label=_("最初の事務局"),
            help_text=_("この人が、規則、招集者、構成員を登録します。"),
        )
        self.order_fields(self.field_order)

    @property
    def founding(self) -> Founding:
        """The body as the service takes it, once the form is valid."""
        names = ("name", "tier", "ground", "keeper", "starts_on", "ends_on")
        more = {name: self.cleaned_data[name] for name in (*names, "unit", "parent")}
        return Founding(**more)


class BasisForm(DecisionForm):
    """One more legal ground for the body."""

    ground = forms.ChoiceField(
        label=_("根拠"),
        help_text=_("この会議体が、どの法律のどの条文で開かれるか。"),
        choices=LegalGround.Code.choices,
    )
    starts_on = DayField(
        label=_("始まる日"), help_text=_("今日以降の日にしてください。")
    )
    field_order = ("ground", "starts_on")


class EndForm(forms.Form):
    """From which day something no longer holds."""

    off_from = DayField(
        label=_("終わる日"),
        help_text=_("この日の始まりに終わります。今日にすると、直ちに終わります。"),
    )


class BasisEndForm(EndForm, DecisionForm):
    """The end of a legal ground."""

    field_order = ("off_from",)


class BodyEndForm(DecisionForm):
    """The end of a body."""

    last_day = DayField(label=_("終了日"), help_text=_("この日までは会議を開けます。"))
    field_order = ("last_day",)


def today() -> dict[str, Any]:
    """The day that most forms begin with."""
    return {"starts_on": clock.today(), "off_from": clock.today()}
