"""The form of a reply to a co-operation request."""

import uuid

from django import forms
from django.utils.translation import gettext_lazy as _

from documents.intake.acceptance import ACCEPT
from documents.services.papers import Upload


class ReplyForm(forms.Form):
    """An opinion and one file at a time; nothing typed is lost by adding a file."""

    opinion = forms.CharField(
        label=_("ご意見・ご回答"),
        max_length=4000,
        required=False,
        help_text=_("書ける範囲でかまいません。ファイルだけの回答もできます。"),
        widget=forms.Textarea({"rows": 8}),
    )
    file = forms.FileField(
        label=_("ファイルを加える"),
        max_length=1000,
        required=False,
        allow_empty_file=True,  # refused by the intake, with the next step
        help_text=_(
            "PDF、Word、Excel、PowerPoint、画像、テキスト。パスワードは外してください。"
        ),
        widget=forms.FileInput({"accept": ACCEPT}),
    )
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    @property
    def upload(self) -> Upload | None:
        """The file as the service takes it, if one was chosen."""
        file = self.cleaned_data["file"]
        return Upload(file.file, file.name, file.size) if file else None
