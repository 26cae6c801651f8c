"""Forms of keeping and disposing: class, lengthening, hold, which files."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from meetings.models import FileKind, RecordsClass
from meetings.retention import FileKey
from meetings.services.retention import Approval
from portal.core.errors import HiddenError
from portal.core.fields import DayField, offer

MAX_YEARS = 100


class ClassForm(forms.Form):
    """Which class the body's files have that are complete from today on."""

    kind = forms.ChoiceField(
        label=_("ファイルの種類"),
        help_text=_("事例ごとのファイルか、会議ごとのファイルか。"),
        choices=FileKind.choices,
    )
    records_class = forms.ModelChoiceField(
        RecordsClass.objects.all(),
        label=_("保存期間"),
        help_text=_(
            "文書管理の規程で決まっている期間を選びます。完結した年度の翌年度4月1日から数えます。"
        ),
    )
    decided_by = forms.CharField(
        label=_("根拠・決めた人"),
        max_length=60,
        help_text=_("例: 文書取扱規程 別表、総務課長の決裁"),
    )


class OwnClassForm(forms.Form):
    """A class of the municipality's own."""

    name = forms.CharField(label=_("区分の名前"), max_length=20, help_text=_("例: 7年"))
    years = forms.IntegerField(
        label=_("年数"),
        help_text=_("例: 7。規程にある年数を入れます。"),
        min_value=1,
        max_value=MAX_YEARS,
    )


class LengthenForm(forms.Form):
    """Until when, why, and who approved it."""

    until = DayField(
        label=_("延長後の満了日"),
        help_text=_("いまの満了日より後の日。年度末(3月31日)が目安です。"),
    )
    reason = forms.CharField(
        label=_("延長の理由"),
        help_text=_("例: 再相談があり、経過の確認が必要なため。"),
        max_length=200,
    )
    approved_by = forms.CharField(
        label=_("承認した人"), max_length=60, help_text=_("例: 福祉部長 山本 進")
    )
    approved_on = DayField(
        label=_("承認した日"), help_text=_("延長を承認した決裁の日です。")
    )

    def __init__(self, *args: Any, approvers: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self.fields["approved_by"], approvers)

    @property
    def approval(self) -> Approval:
        """The words as the service takes them."""
        return Approval(**self.cleaned_data)


class ReasonForm(forms.Form):
    """Why a file is frozen, or let go again."""

    reason = forms.CharField(
        label=_("理由"),
        max_length=200,
        help_text=_("例: 開示請求への対応中のため、訴訟のため"),
    )


class FilesForm(forms.Form):
    """The files that were ticked, each as ``kind:id``."""

    act = forms.ChoiceField(
        choices=[("propose", ""), ("approve", ""), ("withdraw", "")]
    )

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        self.ticked = data.getlist("file")

    @property
    def keys(self) -> list[FileKey]:
        """The files; HiddenError for what names none."""
        return [_key(text) for text in self.ticked]


def _key(text: str) -> FileKey:
    kind, _colon, file_id = text.partition(":")
    try:
        return FileKey(FileKind(kind), UUID(file_id))
    except ValueError as error:
        raise HiddenError from error
