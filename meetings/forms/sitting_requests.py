"""Forms of requests for a sitting: asking, and the refusal's reason."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from meetings.forms.convening import KeyedForm
from meetings.selectors.sitting_requests import Asking
from members.filters import bodies_among, people_among
from portal.core.fields import DayField


class AskForm(KeyedForm):
    """Why a sitting is asked for; the secretariat says whose request it enters."""

    wished_by = DayField(
        label=_("いつまでに"),
        help_text=_(
            "この日までに開いてほしい、という目安です。空けておくこともできます。"
        ),
        required=False,
    )
    reason = forms.CharField(
        label=_("開催を求める理由"),
        max_length=2000,
        help_text=_("氏名は書かず、何を話し合いたいかを書いてください。"),
        widget=forms.Textarea({"rows": 6}),
    )
    field_order = ("key", "body", "asked_by")

    def __init__(self, *args: Any, asking: Asking, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["body"] = forms.ModelChoiceField(
            bodies_among(asking.bodies),
            label=_("会議体"),
            empty_label=None,
        )
        if asking.kept:
            self.fields["asked_by"] = forms.ModelChoiceField(
                people_among(asking.people),
                label=_("求めた人"),
                required=not asking.own,
                empty_label=_("自分") if asking.own else _("選んでください"),
                help_text=_("電話や文書で受けた求めを、受付簿として記録できます。"),
            )
        self.order_fields(self.field_order)


class RefusalForm(forms.Form):
    """Why no sitting is held."""

    reason = forms.CharField(
        label=_("開催しない理由"),
        max_length=400,
        help_text=_("求めた人がそのまま読みます。"),
        widget=forms.Textarea({"rows": 4}),
    )
