"""Forms of papers: what the uploader says, who is to get what."""

import uuid
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from documents import handling
from documents.intake.acceptance import ACCEPT
from documents.intake.numbers import NextNumbers, next_numbers
from documents.models import Paper
from documents.services.papers import PaperDetails, Upload
from members.models import Person

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


class PaperWords(forms.Form):
    """What is said of a paper beside its bytes.

    ``numbers`` are those that the person sees on the item, ``readers`` the people whom
    a custodian may name for a restricted paper; ``link_days`` are the body's own,
    ``class3_strength`` the municipality's.
    """

    number = forms.CharField(
        label=_("資料番号"),
        max_length=20,
        required=False,
        widget=forms.TextInput({"class": "input--short", "list": "paper-numbers"}),
        help_text=_("例: 資料1、資料2-1"),
    )
    title = forms.CharField(
        label=_("資料名"),
        max_length=120,
        help_text=_("氏名は書かないでください。例: 事例概要、支援プラン(案)"),
    )
    kind = forms.ChoiceField(
        label=_("種類"),
        help_text=_("迷ったときは「その他」で登録できます。あとから直せます。"),
        choices=[c for c in Paper.Kind.choices if c[0] not in _OWN_KINDS],
        initial=Paper.Kind.CASE_SUMMARY,
    )
    document_class = forms.ChoiceField(
        label=_("分類"),
        help_text=_(
            "厳しいものほど、閲覧できる日が短く、本人確認も厳しくなります。迷ったら厳しいほうを選びます。"
        ),
        choices=Paper.Class.choices,
        initial=Paper.Class.C3B,
    )
    handed_out = forms.BooleanField(
        label=_("当日配布にする"),
        help_text=_(
            "会議の当日に配る資料に、印を付けます。番号が『当日配布1』のようになります。"
        ),
        required=False,
    )
    tax_information = forms.BooleanField(
        label=_("税情報(所得・課税・滞納など)を含む"),
        help_text=_(
            "課税証明、所得の額、滞納の有無などが書かれていれば、印を付けます。同意のない議題では公開できません。"
        ),
        required=False,
    )
    protected_address = forms.BooleanField(
        label=_("住所等の保護の対象になる方の情報を含む"),
        required=False,
        help_text=_(
            "DV等支援措置など。下で選んだ人だけが開け、庁外へ原本は渡せません。"
        ),
    )
    readers = forms.MultipleChoiceField(
        label=_("閲覧できる人を限る"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_(
            "選ばなければ限りません。選んだ人とあなただけが開けます。"
            "公開は、あらためて相手を決めてから行います。"
        ),
    )

    def __init__(
        self,
        *args: Any,
        link_days: int,
        class3_strength: int,
        numbers: Sequence[str] = (),
        readers: Sequence[Person] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.people = {str(person.id): person for person in readers}
        self.numbers: NextNumbers = next_numbers(numbers)
        self.handling = (link_days, class3_strength)
        if "number" in self.fields:
            self.initial.setdefault("number", self.numbers.plain)
        choices = [(key, str(person)) for key, person in self.people.items()]
        if choices and "readers" in self.fields:
            self.fields["readers"].choices = choices  # type: ignore[attr-defined] # a choice field
        else:
            self.fields.pop("readers", None)

    @property
    def classes(self) -> list[tuple[str, str]]:
        """How each class that is offered is handled, in words."""
        offered = self.fields["document_class"].choices  # type: ignore[attr-defined] # a choice field
        return [
            (label, handling.words(value, *self.handling)) for value, label in offered
        ]

    @classmethod
    def initial_of(cls, paper: Paper) -> dict[str, object]:
        """The words of a paper, to be mended."""
        names = ("number", "title", "kind", "document_class")
        flags = ("handed_out", "tax_information", "protected_address")
        readers = [str(reader.id) for reader in paper.readers.all()]
        words = {name: getattr(paper, name) for name in (*names, *flags)}
        return {**words, "readers": readers}

    @property
    def details(self) -> PaperDetails:
        """The words as the service takes them."""
        data = self.cleaned_data
        return PaperDetails(
            number=self._number,
            title=data["title"],
            kind=data["kind"],
            document_class=data["document_class"],
            tax_information=data["tax_information"],
            handed_out=data.get("handed_out", False),
            protected_address=data["protected_address"],
            readers=tuple(self.people[key] for key in data.get("readers", ())),
        )

    @property
    def _number(self) -> str:
        """The number as typed; what is handed out is numbered apart unless it is."""
        number: str = self.cleaned_data["number"]
        untouched = number in {"", self.numbers.plain}
        if self.cleaned_data.get("handed_out") and untouched:
            return self.numbers.handed_out
        return number


class PaperForm(PaperWords, UploadForm):
    """A new paper with its file."""

    field_order = ("file", "number", "title", "kind", "document_class")
