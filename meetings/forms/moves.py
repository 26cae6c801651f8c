"""転出: the form of the decision and its notice."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from meetings.forms.convening import KeyedForm, OneLineField
from meetings.models import MoveNotice
from meetings.selectors.moves import MovePage
from meetings.services.moves import Move
from members.models import HouseholdMember
from members.offices import deciders_in_words
from portal.core import clock
from portal.core.fields import DayField, offer

_DAYS = 7


class MoveForm(KeyedForm):
    """What the body decided, and what the letter says."""

    moved_on = DayField(label=_("転出した日"), help_text=_("転出届に書かれた日です。"))
    destination = OneLineField(
        label=_("転出先の市区町村"), max_length=60, help_text=_("例: 見本県となり市")
    )
    office = OneLineField(
        label=_("宛先の課"),
        max_length=60,
        required=False,
        help_text=_("分からないときは空のままで構いません。"),
    )
    in_name_of = OneLineField(
        label=_("差出人"), max_length=60, help_text=_("例: 見本市長")
    )
    contact = OneLineField(
        label=_("当方の連絡先"),
        max_length=120,
        help_text=_("課の名前と電話番号。会議や事例が分かる言葉は書かないでください。"),
    )
    decided_on = DayField(
        label=_("決定日"),
        initial=clock.today,
        help_text=_("会議体で、転出先に知らせると決めた日です。"),
    )
    decided_by = OneLineField(
        label=_("決定した人"),
        max_length=60,
        help_text=_("会議体の規則で決める人です。例: 社会福祉課長"),
    )
    basis = forms.ChoiceField(
        label=_("転出先に伝えてよい根拠"),
        choices=MoveNotice.Basis.choices,
        widget=forms.RadioSelect,
        help_text=_(
            "同意があるときだけ、名前と内容を伝えられます。"
            "ほかの場合は、名前も内容も書かない連絡文になります。"
        ),
    )
    clause = OneLineField(
        label=_("法令の根拠"),
        max_length=120,
        required=False,
        help_text=_("「法令の根拠がある」のときに、法律の名前と条項を書きます。"),
    )
    evidence = OneLineField(
        label=_("転出先に伝えることへの同意"),
        max_length=200,
        required=False,
        help_text=_("いつ、どのように確かめたか。例: 11月10日に面談し、書面で同意"),
    )
    summary = forms.CharField(
        label=_("引き継ぐ内容"),
        required=False,
        max_length=2000,
        widget=forms.Textarea({"rows": 8}),
        help_text=_(
            "本人が伝えてよいとした範囲だけを書きます。支援会議でほかの機関から"
            "聞いたことは、書かないでください。"
        ),
    )
    access_until = DayField(
        label=_("構成員が資料を見られる最後の日"),
        help_text=_(
            "会議録の確認など、残った仕事が終わる日にします。"
            "次の日から、議長と事務局だけが見られます。"
        ),
    )

    field_order = (
        "key",
        "moved_on",
        "destination",
        "office",
        "in_name_of",
        "contact",
        "decided_on",
        "decided_by",
        "basis",
        "clause",
        "about",
        "evidence",
        "summary",
        "access_until",
    )

    def __init__(self, *args: Any, page: MovePage, **kwargs: Any) -> None:
        kwargs["initial"] = {
            "in_name_of": page.case.body.rules.requests_in_name_of,
            "access_until": clock.today() + timedelta(days=_DAYS),
        }
        super().__init__(*args, **kwargs)
        body = page.case.body
        offer(self.fields["decided_by"], deciders_in_words(body, clock.now()))
        ids = [member.id for member in page.consenting]
        self.fields["about"] = forms.ModelMultipleChoiceField(
            HouseholdMember.objects.filter(id__in=ids).prefetch_related("consents"),
            label=_("知らせる人"),
            required=False,
            widget=forms.CheckboxSelectMultiple,
            help_text=_("同意が登録されている世帯員だけを選べます。"),
        )
        self.order_fields(self.field_order)

    @property
    def move(self) -> Move:
        """What was entered, once the form is valid."""
        data = {k: v for k, v in self.cleaned_data.items() if k != "key"}
        basis = MoveNotice.Basis(data.pop("basis"))
        return Move(**{**data, "basis": basis, "about": tuple(data["about"])})
