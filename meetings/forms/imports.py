"""Forms of tables: the file that comes in, and who approved its people."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from documents.services.papers import Upload
from meetings.forms.convening import KeyedForm
from meetings.importing.columns import Kind
from meetings.services.imports import Approval
from meetings.services.table_exports import Form
from members.filters import bodies_among
from members.models import Body
from portal.core import tables
from portal.core.fields import DayField


class _TableForm(forms.Form):
    """Which kind of table, and of which body."""

    kind = forms.ChoiceField(
        label=_("種類"),
        choices=Kind.choices,
        help_text=_("名簿に書かれた機関は、なければ一緒に登録します。"),
    )
    body = forms.ModelChoiceField(
        Body.objects.none(),
        label=_("会議体"),
        required=False,
        empty_label=None,
        help_text=_(
            "名簿の人を委嘱する会議体、または事例(会議録の事例)を所管する会議体です。"
            "機関だけのときは、どれでもかまいません。"
        ),
    )

    def __init__(
        self, *args: Any, bodies: Sequence[Body], kinds: Sequence[Kind], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["body"].queryset = bodies_among(bodies)  # type: ignore[attr-defined] # a ModelChoiceField
        self.fields["kind"].choices = [(k.value, k.label) for k in kinds]  # type: ignore[attr-defined] # a ChoiceField
        if not bodies:
            del self.fields["body"]

    def clean(self) -> dict[str, Any]:
        """Organisations are the town's; all else belongs to a body."""
        data = super().clean() or self.cleaned_data
        if data.get("kind") == Kind.ORGANIZATIONS:
            data["body"] = None
        elif "body" in self.fields and data.get("body") is None:
            self.add_error("body", _("会議体を選んでください。"))
        return data


class ExportForm(_TableForm):
    """What goes out, and how the file is written."""

    form = forms.ChoiceField(
        label=_("ファイルの形"),
        choices=[
            (Form.XLSX.value, _("Excel")),
            (Form.UTF_8.value, _("CSV(UTF-8)")),
            (Form.SHIFT_JIS.value, _("CSV(Shift_JIS)")),
        ],
        help_text=_("迷ったらExcelにしてください。"),
    )

    field_order = ("kind", "body", "form")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self.fields.keys() & {"kind", "body"}:
            self.fields[name].help_text = ""


class ImportForm(KeyedForm, _TableForm):
    """A table in Excel or CSV, and where its rows belong."""

    file = forms.FileField(
        label=_("ファイル"),
        help_text=_(
            "Excel(xlsx)かCSV(UTF-8・Shift_JIS)。10MB、5,000行まで。"
            "見出しの行より上に題名があってもかまいません。"
        ),
        widget=forms.FileInput({"accept": ",".join(tables.ENDINGS)}),
    )

    @property
    def upload(self) -> Upload:
        """The file, once the form is valid."""
        file = self.cleaned_data["file"]
        return Upload(file, file.name, file.size)


class ApprovalForm(forms.Form):
    """Who approved the people of the roll, when, and from which day."""

    approved_by = forms.ChoiceField(
        label=_("承認した人"),
        help_text=_(
            "会議体の設置要綱で、構成員の追加を承認することになっている人です。"
        ),
    )
    approved_on = DayField(label=_("承認した日"))
    starts_on = DayField(
        label=_("委嘱・任命の日"),
        help_text=_("名簿に委嘱日がない人は、この日からになります。"),
    )

    def __init__(
        self, *args: Any, approvers: Sequence[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        approved_by: Any = self.fields["approved_by"]
        approved_by.choices = approvers
        if not approvers:
            approved_by.help_text = _(
                "承認する人の役割が登録されていません。先に会議体の画面で登録してください。"
            )

    @property
    def approval(self) -> Approval:
        """The approval, once the form is valid."""
        data = self.cleaned_data
        return Approval(data["approved_by"], data["approved_on"], data["starts_on"])
