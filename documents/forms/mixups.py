"""Form of the second look at what the mix-up guard found."""

from django import forms
from django.utils.translation import gettext_lazy as _

from documents.models import MixupReview


class SecondLookForm(forms.Form):
    """What it came to, and why."""

    verdict = forms.ChoiceField(
        label=_("確かめた結果"),
        help_text=_("「どこにあるかを確かめる」で場所を見てから選びます。"),
        choices=(
            (
                MixupReview.Verdict.CLEAR,
                _("問題なし(この資料に必要な情報、または同姓同名の別の人)"),
            ),
            (
                MixupReview.Verdict.CORRECTION,
                _("別の世帯の情報が入っている(登録した人に、ご確認の場所を伝える)"),
            ),
        ),
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=_("理由"),
        max_length=200,
        help_text=_(
            "例: 担当の保健師と同姓同名のため。氏名や住所は書かないでください。"
        ),
    )
