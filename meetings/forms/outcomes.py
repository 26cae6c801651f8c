"""Forms of outcomes, the city's decision, hand-back and gaps."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from meetings.forms.convening import KeyedForm, OneLineField
from meetings.models import AgendaItem, Outcome, ResourceGap
from meetings.outcomes import TIMINGS, Resolution
from meetings.selectors.progress import Show
from meetings.services.gaps import GapWords
from meetings.services.outcomes import Decision, Return
from members.filters import bodies_among
from members.models import Body, Case, Organization
from portal.core import clock
from portal.core.fields import DayField


class OutcomeForm(KeyedForm):
    """What the meeting resolved on one item."""

    result = forms.ChoiceField(
        label=_("結果"),
        help_text=_(
            "この結果で、事例の状況が変わります。話し合いが終わらなかったときは、会議の画面で持ち越します。"
        ),
        widget=forms.RadioSelect,
    )
    monitoring_on = DayField(
        label=_("次のモニタリング"),
        required=False,
        help_text=_(
            "プランが決まったときは必ず入れます。過ぎると進み具合で知らせます。"
        ),
    )
    lead_agency = forms.ModelChoiceField(
        Organization.objects.all(),
        label=_("主担当の機関"),
        required=False,
        empty_label=_("変えない"),
        help_text=_("支援終結のときは、終結した後の主担当を選びます。"),
    )
    note = forms.CharField(
        label=_("決まったこと"),
        required=False,
        max_length=2000,
        widget=forms.Textarea({"rows": 4}),
        help_text=_("役割の要点、終結後の見守り、中断の理由など。"),
    )

    field_order = ("key", "result", "participation", "outreach")

    def __init__(
        self,
        *args: Any,
        item: AgendaItem,
        outcome: Outcome | None,
        results: Sequence[Outcome.Result],
        frozen: bool,
        **kwargs: Any,
    ) -> None:
        kwargs["initial"] = _initial(outcome, results)
        super().__init__(*args, **kwargs)
        result = self.fields["result"]
        assert isinstance(result, forms.ChoiceField)  # noqa: S101 # for the types
        result.choices = [(r.value, r.label) for r in results]
        if frozen:
            del self.fields["note"]
        if item.case_id is None:
            del self.fields["lead_agency"], self.fields["monitoring_on"]
        if item.occasion in TIMINGS[:2]:
            self.fields["participation"] = forms.BooleanField(
                label=_("プランに参加支援事業が含まれる"), required=False
            )
            self.fields["outreach"] = forms.BooleanField(
                label=_("プランにアウトリーチ等事業が含まれる"),
                required=False,
                help_text=_("どちらかを含むプランは、支援決定を受けて確定します。"),
            )
            self.order_fields(self.field_order)

    @property
    def resolution(self) -> Resolution:
        """What was entered, once the form is valid."""
        data = self.cleaned_data
        return Resolution(
            result=Outcome.Result(data["result"]),
            note=data.get("note", ""),
            lead_agency=data.get("lead_agency"),
            monitoring_on=data.get("monitoring_on"),
            participation=data.get("participation", False),
            outreach=data.get("outreach", False),
        )


def _initial(
    outcome: Outcome | None, results: Sequence[Outcome.Result]
) -> dict[str, object]:
    if outcome is None:
        return {"result": results[0] if len(results) == 1 else None}
    names = ("result", "monitoring_on", "participation", "outreach", "note")
    initial = {name: getattr(outcome, name) for name in names}
    return initial | {"lead_agency": outcome.lead_agency_id}


class DecisionForm(forms.Form):
    """支援決定."""

    granted = forms.TypedChoiceField(
        label=_("自治体の決定"),
        help_text=_("会議の意見を受けて、自治体が決めたことです。"),
        choices=[("yes", _("会議のとおり決定した")), ("no", _("決定しなかった"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    decided_on = DayField(label=_("決定日"), help_text=_("決裁の日です。"))
    decided_by = OneLineField(
        label=_("決定した人"),
        max_length=60,
        help_text=_("例: 福祉事務所長"),
    )
    note = OneLineField(
        label=_("決定番号・理由"),
        help_text=_("例: 見福第123号。決裁の番号か、認めない理由を書きます。"),
        max_length=200,
        required=False,
    )

    @property
    def decision(self) -> Decision:
        """What was entered, once the form is valid."""
        return Decision(**self.cleaned_data)


class HandBackForm(forms.Form):
    """つなぎもどし."""

    organization = forms.ModelChoiceField(
        Organization.objects.all(),
        label=_("もどす先(つなぎ元)"),
        help_text=_("事例を受けたときの、つなぎ元の機関です。"),
    )
    talked_on = DayField(
        label=_("話した日"), help_text=_("つなぎ元の機関と話した日です。")
    )
    talk = forms.CharField(
        label=_("話した内容"),
        max_length=2000,
        widget=forms.Textarea({"rows": 4}),
        help_text=_("多機関の調整が要らないと考えた理由と、今後の支え方を書きます。"),
    )
    handed_on = DayField(
        label=_("もどした日"),
        help_text=_("この日から、事例はつなぎ元の担当になります。"),
        initial=clock.today,
    )

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        kwargs["initial"] = {"organization": case.referrer_id}
        super().__init__(*args, **kwargs)

    @property
    def back(self) -> Return:
        """What was entered, once the form is valid."""
        return Return(**self.cleaned_data)


class StepForm(forms.Form):
    """The next step of a case that needs no meeting."""

    status = forms.ChoiceField(
        label=_("次の段階"),
        help_text=_("選べる段階は、いまの状況で決まります。"),
        choices=Case.Status.choices,
    )


class BoardForm(forms.Form):
    """What the board shows; anything else is the open cases."""

    show = forms.ChoiceField(
        label=_("表示する事例"),
        help_text=_("ふだんは、続いている事例だけを表示します。"),
        required=False,
        choices=[
            (Show.OPEN, _("続いている事例")),
            (Show.OVERDUE, _("モニタリングの日を過ぎた事例")),
            (Show.WAITING, _("自治体の決定を待つ事例")),
            (Show.ENDED, _("終わった事例")),
        ],
    )
    lead = forms.ModelChoiceField(
        Organization.objects.all(),
        label=_("主担当"),
        help_text=_("機関でしぼります。"),
        required=False,
        empty_label=_("すべて"),
    )

    @property
    def wanted(self) -> dict[str, Any]:
        """The filter, as far as it was understood."""
        data = self.cleaned_data if self.is_valid() else {}
        return {"show": Show(data.get("show") or Show.OPEN), "lead": data.get("lead")}


class GapForm(KeyedForm):
    """A gap in the register of a body."""

    field = forms.ChoiceField(
        label=_("分野"),
        help_text=_("いちばん近いものを1つ選びます。"),
        choices=ResourceGap.Field.choices,
    )
    words = OneLineField(
        label=_("足りないもの"),
        max_length=400,
        help_text=_("例: 夜間に、予約なしで過ごせる居場所がない。"),
    )

    def __init__(self, *args: Any, bodies: Sequence[Body], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if bodies:
            self.fields["body"] = forms.ModelChoiceField(
                bodies_among(bodies),
                label=_("会議体"),
                empty_label=None,
            )
            self.order_fields(["key", "body"])

    @property
    def gap(self) -> GapWords:
        """The words, once the form is valid."""
        data = self.cleaned_data
        return GapWords(data["field"], data["words"], data.get("general", True))


class ItemGapForm(GapForm):
    """A gap raised on an item: closed with the item, or in words that touch no case."""

    general = forms.BooleanField(
        label=_("事例に触れない言葉で登録する"),
        required=False,
        help_text=_(
            "会議体の台帳に載り、この議題に関わらない長・事務局も見られます。"
            "選ばないときは、この議題を見られる人だけに表示します。"
        ),
    )


class FollowUpForm(forms.Form):
    """What has become of a gap."""

    state = forms.ChoiceField(
        label=_("状況"),
        help_text=_("登録したあとでも変えられます。"),
        choices=ResourceGap.State.choices,
        widget=forms.RadioSelect,
    )
    followed = forms.CharField(
        label=_("その後の動き"),
        required=False,
        max_length=2000,
        widget=forms.Textarea({"rows": 4}),
        help_text=_("対応済みにするときは、必ず書いてください。"),
    )


class RegisterForm(forms.Form):
    """Which gaps the register shows."""

    state = forms.ChoiceField(
        label=_("状況"),
        help_text=_("登録したあとでも変えられます。"),
        required=False,
        choices=[("", _("すべて")), *ResourceGap.State.choices],
    )

    def __init__(self, *args: Any, bodies: Sequence[Body], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["body"] = forms.ModelChoiceField(
            bodies_among(bodies),
            label=_("会議体"),
            required=False,
            empty_label=_("すべて"),
        )

    @property
    def wanted(self) -> dict[str, Any]:
        """The filter, as far as it was understood."""
        data = self.cleaned_data if self.is_valid() else {}
        return {"state": data.get("state", ""), "body": data.get("body")}
