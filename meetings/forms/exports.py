"""Forms for the files of a body's records."""

from django import forms
from django.utils.translation import gettext_lazy as _

from meetings.record_style import Dates, Detail, Style, Width


class StyleForm(forms.Form):
    """How a body's records are written."""

    detail = forms.ChoiceField(
        label=_("詳しさ"),
        choices=Detail.choices,
        widget=forms.RadioSelect,
        help_text=_(
            "要点にすると、本人や第三者からの話と協議の発言は、ファイルに載りません。"
        ),
    )
    dates = forms.ChoiceField(
        label=_("日付"),
        help_text=_("これから確定する会議録のファイルに使います。"),
        choices=Dates.choices,
        widget=forms.RadioSelect,
    )
    width = forms.ChoiceField(
        label=_("数字と英字"),
        choices=Width.choices,
        widget=forms.RadioSelect,
        help_text=_("事例番号、メールアドレス、URLは、入力したままです。"),
    )
    course_first = forms.BooleanField(
        label=_("経過を、決定・役割分担より前に置く"),
        help_text=_("印を付けないと、決定と役割分担が先に並びます。"),
        required=False,
    )
    times = forms.BooleanField(
        label=_("出席者の入室・退室の時刻を載せる"),
        help_text=_("遅れて来た方、途中で出た方が分かります。"),
        required=False,
    )

    @property
    def style(self) -> Style:
        """The choices."""
        data = self.cleaned_data
        return Style(
            detail=Detail(data["detail"]),
            dates=Dates(data["dates"]),
            width=Width(data["width"]),
            course_first=data["course_first"],
            times=data["times"],
        )


class TemplateForm(forms.Form):
    """The municipality's own Word file."""

    file = forms.FileField(
        label=_("ひな形のファイル"),
        help_text=_("Wordのファイル(docx)。登録する前に、見本の内容で試します。"),
        widget=forms.FileInput({"accept": ".docx"}),
        error_messages={"required": _("ファイルを選んでください。")},
    )
