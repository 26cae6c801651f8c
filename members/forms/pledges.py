"""The form of a new wording of the pledge."""

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from members.facts import Regime
from members.services.pledges import Wording
from portal.core import clock
from portal.core.fields import DayField


class WordingForm(forms.Form):
    """The words, from when they hold, and who decided on them."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    title = forms.CharField(label=_("標題"), max_length=120)
    text = forms.CharField(
        label=_("本文"),
        help_text=_(
            "要綱と法令に照らして、法務担当課に確かめてください。空の行で段落が分かれます。"
        ),
        max_length=10000,
        widget=forms.Textarea({"rows": 22}),
    )
    starts_on = DayField(
        label=_("適用日"),
        help_text=_(
            "今日以降の日。この日から、前に誓約した人にも、新しい文言での誓約をお願いします。"
        ),
    )
    decided_by = forms.CharField(
        label=_("決めた人"), help_text=_("例: 首長決裁、福祉部長 榊 隆"), max_length=60
    )
    decided_on = DayField(label=_("決めた日"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("starts_on", "decided_on"):
            self.fields[name].initial = clock.today()

    def clean(self) -> dict[str, Any]:
        """Whoever only looks has perhaps not had it decided yet."""
        data = super().clean() or {}
        if "preview" in self.data:
            for name in ("starts_on", "decided_by", "decided_on"):
                self.errors.pop(name, None)
        return data

    def wording(self, regime: Regime) -> Wording:
        """What the service is told, once the form is valid."""
        names = ("title", "text", "starts_on", "decided_by", "decided_on")
        return Wording(regime, *(self.cleaned_data[name] for name in names))
