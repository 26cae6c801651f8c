"""Forms of carrying up, taking up, handing down, and joint sittings."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from meetings.forms.agenda import SittingField
from meetings.forms.convening import KeyedForm, OneLineField
from meetings.models import Sitting
from meetings.services.layers import CarryWords
from members.filters import bodies_among
from members.models import Body


def _among(sittings: Sequence[Sitting], **more: Any) -> SittingField:
    return SittingField(
        Sitting.objects.filter(id__in=[s.id for s in sittings]).order_by("starts_at"),
        label=_("載せる会議"),
        **more,
    )


class CarryForm(KeyedForm):
    """What the parent body is asked."""

    title = OneLineField(
        label=_("議題名"),
        max_length=120,
        help_text=_("氏名を書かないでください。上位の会議体の次第に載ります。"),
    )
    purpose = OneLineField(
        label=_("検討してほしいこと"),
        help_text=_("上位の会議体に伝わります。事例が分かることは書きません。"),
        max_length=200,
        required=False,
    )

    def __init__(
        self,
        *args: Any,
        sittings: Sequence[Sitting],
        with_case: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        if with_case:
            self.fields["with_case"] = forms.BooleanField(
                label=_("事例として上げる"),
                required=False,
                help_text=_(
                    "上位の会議体の長と事務局を、この事例に選定します。"
                    "選ばないときは、事例に触れない課題として上げます。"
                ),
            )
        if sittings:
            self.fields["sitting"] = _among(
                sittings, required=False, empty_label=_("上位の事務局に任せる")
            )

    @property
    def words(self) -> CarryWords:
        """The words, once the form is valid."""
        data = self.cleaned_data
        return CarryWords(data["title"], data["purpose"], data.get("with_case", False))


class TakeForm(forms.Form):
    """On which draft agenda it goes."""

    def __init__(self, *args: Any, sittings: Sequence[Sitting], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["sitting"] = _among(sittings, empty_label=None)


class AnswerDownForm(forms.Form):
    """The answer to the child body."""

    answer = forms.CharField(
        label=_("返す内容"),
        max_length=2000,
        widget=forms.Textarea({"rows": 5}),
        help_text=_("元の会議体の長と事務局が読みます。"),
    )


class JointForm(forms.Form):
    """The second body of a joint sitting."""

    def __init__(self, *args: Any, bodies: Sequence[Body], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["body"] = forms.ModelChoiceField(
            bodies_among(bodies),
            label=_("いっしょに開く会議体"),
            empty_label=None,
            help_text=_("この会議体でも第n回として数え、一覧に載ります。"),
        )
