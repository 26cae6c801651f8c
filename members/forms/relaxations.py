"""Forms of decisions that ask for less proof, and of a telephone for codes."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from members.models import CodePhone, Relaxation
from members.services.phones import Entry
from members.services.relaxations import Decision
from portal.core import clock
from portal.core.fields import DayField


class RelaxationForm(forms.Form):
    """What was decided, by whom, when, why, until when; and that it was understood."""

    kind = forms.ChoiceField(
        label=_("認めること"),
        help_text=_("期限が来ると、自動で終わります。"),
        choices=Relaxation.Kind.choices,
        widget=forms.RadioSelect,
    )
    decided_by = forms.CharField(
        label=_("決定した人"), help_text=_("例: 見本市長"), max_length=60
    )
    decided_on = DayField(
        label=_("決定した日"), help_text=_("自治体として決定した日です。")
    )
    reason = forms.CharField(
        label=_("理由"),
        help_text=_("事例の内容や、個人の名前は書かないでください。"),
        max_length=1000,
        widget=forms.Textarea({"rows": 3}),
    )
    last_day = DayField(
        label=_("いつまで"), help_text=_("今日から1年以内。続けるときは決め直します。")
    )
    understood = forms.BooleanField(
        label=_("上の注意を読み、決定した人にも伝わっていることを確かめました")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["decided_on"].initial = clock.today()

    @property
    def decision(self) -> Decision:
        """What the service is told, once the form is valid."""
        data = self.cleaned_data
        return Decision(
            kind=Relaxation.Kind(data["kind"]),
            decided_by=data["decided_by"],
            decided_on=data["decided_on"],
            reason=data["reason"],
            last_day=data["last_day"],
        )


class PhoneForm(forms.Form):
    """The number, how codes come, and how it was made sure whose it is."""

    number = forms.CharField(
        label=_("電話番号"),
        help_text=_("例: 090-1234-5678。全角や +81 でもかまいません。"),
        max_length=40,
        widget=forms.TextInput({"inputmode": "tel", "autocomplete": "off"}),
    )
    spoken = forms.ChoiceField(
        label=_("コードの届け方"),
        help_text=_("SMSを受け取れない固定電話には、音声でお伝えします。"),
        choices=(
            ("no", _("SMS(文字)。携帯電話だけ")),
            ("yes", _("音声で読み上げ。固定電話にも")),
        ),
        widget=forms.RadioSelect,
    )
    proof = forms.ChoiceField(
        label=_("ご本人の番号であることを確かめた方法"),
        help_text=_("確かめた方法は記録に残ります。機関の代表番号は記録できません。"),
        choices=CodePhone.Proof.choices,
        widget=forms.RadioSelect,
    )

    @property
    def entry(self) -> Entry:
        """What the service is told, once the form is valid."""
        data = self.cleaned_data
        return Entry(
            data["number"], data["spoken"] == "yes", CodePhone.Proof(data["proof"])
        )
