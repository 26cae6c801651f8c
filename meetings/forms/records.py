"""Forms of the record: its round, corrections, and its reopening."""

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from meetings.forms.convening import OneLineField
from meetings.models import OUTCOMES, Entry
from meetings.services.records import Standing
from portal.core.fields import DayField


class RoundForm(forms.Form):
    """Until when the attendees are asked to read the draft."""

    due_on = DayField(
        label=_("確認期限"),
        help_text=_(
            "この日までに確認していただきます。過ぎても、確認したことにはなりません。"
        ),
    )


class CorrectionForm(forms.Form):
    """What is wrong in one entry; the key makes a second sending harmless."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    text = forms.CharField(
        label=_("修正してほしい内容"),
        max_length=2000,
        widget=forms.Textarea({"rows": 5}),
        help_text=_("どこを、どのように直すかを書いてください。事務局が回答します。"),
    )


class AnswerForm(forms.Form):
    """The secretariat's answer: new words for the entry, or the reason against.

    Of an entry of the course also its kind, its speaker and its source: a disclosure
    rests on them.
    """

    change = forms.ChoiceField(
        label=_("記録を直しますか"),
        help_text=_("直すと新しい版になり、確認は取り直しになります。"),
        choices=[("yes", _("直す(新しい版になります)")), ("no", _("直さない"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("直すか、直さないかを選んでください。")},
    )
    new_text = forms.CharField(
        label=_("修正後の文"),
        required=False,
        strip=True,
        widget=forms.Textarea({"rows": 6}),
        help_text=_("「直す」を選んだときに、この文に置き換わります。"),
    )
    kind = forms.ChoiceField(
        label=_("区分"),
        help_text=_("開示の請求があったときの扱いが、区分で変わります。"),
        choices=[(k.value, k.label) for k in Entry.Kind if k not in OUTCOMES],
    )
    speaker = OneLineField(
        label=_("発言者"),
        help_text=_("例: 保健センター 保健師。氏名より、機関と立場で書きます。"),
        max_length=80,
        required=False,
    )
    source = OneLineField(
        label=_("情報の出所"),
        help_text=_("だれから聞いたか。例: 長女本人、学校。"),
        max_length=120,
        required=False,
    )
    answer = forms.CharField(
        label=_("回答"),
        required=False,
        max_length=2000,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("「直さない」を選んだときは、理由を書いてください。"),
    )

    def __init__(self, *args: Any, entry: Entry, **kwargs: Any) -> None:
        names = ["kind", "speaker", "source"]
        initial = {name: getattr(entry, name) for name in names}
        kwargs["initial"] = {"new_text": entry.text, **initial}
        super().__init__(*args, **kwargs)
        if entry.is_outcome:
            for name in names:
                del self.fields[name]

    def clean(self) -> dict[str, Any]:
        """Words for the change, or a reason for none."""
        data = super().clean() or {}
        if data.get("change") == "yes" and not data.get("new_text"):
            self.add_error("new_text", _("修正後の文を入力してください。"))
        if data.get("change") == "no" and not data.get("answer"):
            self.add_error("answer", _("直さない理由を入力してください。"))
        return data

    @property
    def going(self) -> dict[str, Any]:
        """What the service is told, once the form is valid."""
        data = self.cleaned_data
        new_text = data["new_text"] if data["change"] == "yes" else ""
        of_course = "kind" in self.fields
        return {
            "answer": data["answer"],
            "new_text": new_text,
            "standing": (
                Standing(data["kind"], data["speaker"], data["source"])
                if of_course
                else None
            ),
        }


class AloudForm(forms.Form):
    """Which earlier record was confirmed in the room, in which words."""

    record_of = forms.UUIDField()
    digest = forms.CharField(max_length=64)


class ReopenForm(forms.Form):
    """Why a confirmed record is looked at again, and until when."""

    reason = forms.CharField(
        label=_("見直す理由"),
        max_length=400,
        widget=forms.Textarea({"rows": 4}),
        help_text=_("会議録の版の履歴に残り、出席した人が読めます。"),
    )
    due_on = DayField(
        label=_("確認期限"),
        help_text=_(
            "この日までに確認していただきます。過ぎても、確認したことにはなりません。"
        ),
    )


class FrozenForm(forms.Form):
    """Why a record is opened that rests on a withdrawn consent."""

    reason = forms.CharField(
        label=_("開く理由"),
        max_length=200,
        help_text=_(
            "例: 監査の照会に答えるため。氏名や相談の内容は書かないでください。"
            "記録に残り、あとから消せません。"
        ),
    )
