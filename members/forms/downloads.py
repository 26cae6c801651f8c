"""The form of the decision whether people inside keep originals."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from members.forms.bodies import DecisionForm
from members.services.downloads import Decision


class DownloadsForm(DecisionForm):
    """What was decided, by whom, when and why."""

    allowed = forms.ChoiceField(
        label=_("庁内の人の保存と印刷"),
        choices=(("yes", _("認める")), ("no", _("認めない(画面で見るだけ)"))),
        help_text=_("記録したときから、すべての会議体の資料に効きます。"),
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=_("理由"),
        help_text=_("事例の内容や、個人の名前は書かないでください。"),
        max_length=1000,
        widget=forms.Textarea({"rows": 3}),
    )
    field_order = ("allowed", "decided_by", "decided_on", "reason")

    @property
    def decision(self) -> Decision:
        """What the service is told, once the form is valid."""
        data: dict[str, Any] = {**self.cleaned_data}
        return Decision(allowed=data.pop("allowed") == "yes", **data)
