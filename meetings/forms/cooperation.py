"""Forms of co-operation requests: asking, more time, use of a reply, membership."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from documents.models.requests import REQUEST_CLASSES
from documents.services.requests import Asked
from meetings.forms.convening import KeyedForm, OneLineField
from meetings.models import AgendaItem
from members.filters import bodies_among, people_among
from members.forms.addresses import shared_address
from members.models import Body, Person
from members.services.people import Outsider
from portal.core import clock
from portal.core.fields import DayField, offer

_TWO_WEEKS = timedelta(days=14)
_CLASS_WORDS = {
    "2": _("機密性2: メールの確認コードだけで開けます(個人を特定できる内容を書かない)"),
    "3B": _("機密性3B: コードカードなど、本人の確認手段が要ります"),
}


class CooperationForm(KeyedForm):
    """A new request: to whom, what, until when."""

    person = forms.ModelChoiceField(
        Person.objects.none(),
        label=_("依頼する相手"),
        help_text=_("登録されている方から選びます。いないときは、下の欄に書きます。"),
        required=False,
        empty_label=_("新しい相手(下に書く)"),
    )
    organization = OneLineField(
        label=_("機関名"),
        help_text=_("例: 見本水道サービス株式会社"),
        max_length=120,
        required=False,
    )
    name = OneLineField(
        label=_("氏名"),
        help_text=_("依頼の宛名になります。例: 津川 信"),
        max_length=60,
        required=False,
    )
    post = OneLineField(
        label=_("役職"),
        help_text=_("例: 営業所長。わからないときは空けておきます。"),
        max_length=60,
        required=False,
    )
    email = forms.EmailField(
        label=_("メール"),
        required=False,
        help_text=_("ないときは、依頼状を印刷してお渡しします。"),
    )
    shared = shared_address()
    text = forms.CharField(
        label=_("お願いしたいこと"),
        max_length=4000,
        help_text=_(
            "どの資料・情報・意見がほしいかを具体的に。"
            "回答に要る範囲だけを書いてください。相手にはこの文だけが見えます。"
        ),
        widget=forms.Textarea({"rows": 8}),
    )
    document_class = forms.ChoiceField(
        label=_("依頼文の分類"),
        help_text=_(
            "人を特定できることを書くときは、機密性3Bです。相手にはコードカードが要ります。"
        ),
        choices=[(c.value, _CLASS_WORDS[c.value]) for c in REQUEST_CLASSES],
        initial="3B",
        widget=forms.RadioSelect,
    )
    due_on = DayField(
        label=_("回答の期限"),
        help_text=_(
            "この日の終わりまで回答できます。期限の前後に、自動でもう一度お願いします。"
        ),
        initial=lambda: clock.today() + _TWO_WEEKS,
    )
    in_name_of = OneLineField(
        label=_("依頼者"),
        max_length=60,
        required=False,
        help_text=_("空欄のときは、会議体の設定の名義になります。"),
    )
    clause = OneLineField(
        label=_("根拠"),
        max_length=120,
        required=False,
        help_text=_("空欄のときは、会議体の根拠条項から入ります。"),
    )

    field_order = ("key", "body", "person")

    def __init__(
        self,
        *args: Any,
        bodies: Sequence[Body],
        people: Sequence[Person],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["body"] = forms.ModelChoiceField(
            bodies_among(bodies),
            label=_("依頼する会議体"),
            empty_label=None,
        )
        self.fields["person"].queryset = people_among(people)  # type: ignore[attr-defined] # a ModelChoiceField
        self.order_fields(self.field_order)

    def clean(self) -> dict[str, Any]:
        """Somebody known, or a new one by agency and name."""
        data = super().clean() or {}
        if data.get("person") is None:
            for field in ("organization", "name"):
                if not data.get(field) and field not in self.errors:
                    self.add_error(
                        field, _("相手を選ぶか、機関名と氏名を書いてください。")
                    )
        return data

    @property
    def asked(self) -> Asked:
        """The request as the service takes it."""
        data = self.cleaned_data
        who = ("organization", "name", "post", "email", "shared")
        new = Outsider(**{name: data[name] for name in who})
        names = ("body", "text", "document_class", "due_on", "clause", "in_name_of")
        return Asked(whom=data["person"] or new, **{name: data[name] for name in names})


class DueForm(forms.Form):
    """A later due date."""

    due_on = DayField(
        label=_("新しい期限"),
        help_text=_("いまの期限より後の日にします。リンクはそのまま使えます。"),
    )


class UseForm(forms.Form):
    """Hand a reply's file on to an agenda item."""

    reason = OneLineField(
        label=_("理由"),
        max_length=200,
        help_text=_("例: 次回の協議で受診状況を確認するため"),
    )

    def __init__(self, *args: Any, items: Sequence[AgendaItem], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.items = {str(item.id): item for item in items}
        self.fields["item"] = forms.ChoiceField(
            label=_("資料にする議題"),
            choices=[(key, _item_words(item)) for key, item in self.items.items()],
        )
        self.order_fields(["item"])

    @property
    def item(self) -> AgendaItem:
        """The chosen item."""
        return self.items[self.cleaned_data["item"]]


def _item_words(item: AgendaItem) -> str:
    return f"{item.sitting} {item.title}({item.body.name})"


class MembershipForm(forms.Form):
    """Commission and selection of who answered: approved by whom, when."""

    approved_by = OneLineField(
        label=_("承認した人"), max_length=60, help_text=_("例: 社会福祉課長 青木 誠")
    )
    approved_on = DayField(
        label=_("承認した日"),
        help_text=_("構成員に加えることを承認した日です。"),
        initial=clock.today,
    )
    reason = OneLineField(
        label=_("選ぶ理由"),
        max_length=200,
        help_text=_("例: 継続して情報を交わす必要があるため"),
    )

    def __init__(self, *args: Any, approvers: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self.fields["approved_by"], approvers)
        if len(approvers) == 1:
            self.initial["approved_by"] = approvers[0]
