"""Forms of papers: what the uploader says, who is to get what."""

import uuid

from django import forms
from django.utils.translation import gettext_lazy as _

from documents.intake import ACCEPT
from documents.models import Paper
from documents.services.papers import PaperDetails, Upload

# Kinds that come about by themselves.
_OWN_KINDS = {Paper.Kind.MINUTES, Paper.Kind.AGENDA, Paper.Kind.REPLY}


class UploadForm(forms.Form):
    """A file; its key lets a second sending of the same form be recognised."""

    file = forms.FileField(
        label=_("ファイル"),
        max_length=1000,
        allow_empty_file=True,  # refused by the intake, with the next step
        help_text=_(
            "PDF、Word、Excel、PowerPoint、画像、テキスト。パスワードは外してください。"
        ),
        widget=forms.FileInput({"accept": ACCEPT}),
    )
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    @property
    def upload(self) -> Upload:
        """The file as the service takes it."""
        file = self.cleaned_data["file"]
        return Upload(file.file, file.name, file.size)


class PaperForm(UploadForm):
    """A new paper with its file."""

    number = forms.CharField(
        label=_("資料番号"),
        max_length=20,
        required=False,
        widget=forms.TextInput({"class": "input--short"}),
        help_text=_(
            "例: 資料1。番号は議題ごとに1から付けてください。"
            "議題の番号を入れると、ほかの議題の数が伝わります。"
        ),
    )
    title = forms.CharField(
        label=_("資料名"),
        max_length=120,
        help_text=_("氏名は書かないでください。例: 事例概要、支援プラン(案)"),
    )
    kind = forms.ChoiceField(
        label=_("種類"),
        choices=[c for c in Paper.Kind.choices if c[0] not in _OWN_KINDS],
        initial=Paper.Kind.CASE_SUMMARY,
    )
    document_class = forms.ChoiceField(
        label=_("分類"), choices=Paper.Class.choices, initial=Paper.Class.C3B
    )
    tax_information = forms.BooleanField(
        label=_("税情報(所得・課税・滞納など)を含む"), required=False
    )

    field_order = ("file", "number", "title", "kind", "document_class")

    @property
    def details(self) -> PaperDetails:
        """The words as the service takes them."""
        data = self.cleaned_data
        return PaperDetails(
            number=data["number"],
            title=data["title"],
            kind=data["kind"],
            document_class=data["document_class"],
            tax_information=data["tax_information"],
        )
