"""Forms of calls for cases: whom to ask until when, what is proposed, the triage."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any, cast
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from documents.forms.papers import PaperForm
from documents.models import Paper, PaperVersion
from meetings.forms.agenda import CaseField, ItemWordsForm
from meetings.forms.convening import KeyedForm, OneLineField
from meetings.models import AgendaItem, Proposal, Sitting
from meetings.selectors.calls import Target
from meetings.services.calls import Asked
from meetings.services.proposals import ProposalWords
from meetings.services.triage import NewCase, Taking
from members.facts import Regime
from members.forms.cases import CaseForm
from members.models import Body, Case, Organization, Person
from members.services.cases import NewMember
from portal.core import clock, jp
from portal.core.fields import DayField

USUAL_DAYS = 14


class PeopleChoice(forms.Form):
    """Whom to ask: people under their organisations."""

    people = forms.MultipleChoiceField(
        label=_("お願いする人"),
        help_text=_("印を付けた方だけに、お一人ずつメールが届きます。"),
        error_messages={"required": _("お願いする人を、1人以上選んでください。")},
    )

    def __init__(
        self,
        *args: Any,
        people: Sequence[Person],
        chosen: set[UUID] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self._people = {str(person.id): person for person in people}
        field = cast("forms.MultipleChoiceField", self.fields["people"])
        field.choices = [(key, str(person)) for key, person in self._people.items()]
        self.initial["people"] = [str(key) for key in chosen or ()]

    def organizations(self) -> Iterator[tuple[Organization, list[tuple[Person, bool]]]]:
        """Each organisation with its people, and whether they are ticked."""
        ticked = set(self["people"].value() or ())
        people = self._people.values()
        for organization, group in groupby(people, lambda p: p.organization):
            yield organization, [(p, str(p.id) in ticked) for p in group]

    @property
    def chosen(self) -> list[Person]:
        """The people chosen, once the form is valid."""
        return [self._people[key] for key in self.cleaned_data["people"]]


class CallForm(KeyedForm, PeopleChoice):
    """A new call of one body."""

    target = forms.ChoiceField(
        label=_("対象の会議"), help_text=_("ここで扱う事例を募ります。")
    )
    due_on = DayField(
        label=_("期限"),
        help_text=_("この日の終わりまで、提案と「該当なし」のお返事を受け付けます。"),
    )
    words = forms.CharField(
        label=_("連絡事項"),
        max_length=400,
        required=False,
        widget=forms.Textarea({"rows": 3}),
        help_text=_(
            "お願いする全員に見えます。氏名や事例のことは書かないでください。"
            "メールには載りません。"
        ),
    )

    field_order = ("key", "target", "due_on", "words", "people")

    def __init__(self, *args: Any, targets: Sequence[Target], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._targets = {target.key: target for target in targets}
        field = cast("forms.ChoiceField", self.fields["target"])
        field.choices = [(key, target_words(t)) for key, t in self._targets.items()]
        self.initial.setdefault("due_on", _usual_due(targets))

    @property
    def asked(self) -> Asked:
        """Month, end and words, once the form is valid."""
        data = self.cleaned_data
        target = self._targets[data["target"]]
        return Asked(
            month=target.month,
            sitting=target.sitting,
            due_at=clock.day_end(data["due_on"]),
            words=data["words"],
        )


def target_words(target: Target) -> str:
    """A sitting by its day, or a month whose day is not fixed."""
    if target.sitting is None:
        month = f"{jp.era_date(target.month).year_words}{target.month.month}月"
        return str(_("%(month)sの会議(日時は未定)") % {"month": month})
    day = clock.day_of(target.sitting.starts_at)
    words = {"day": jp.era_words(day), "number": target.sitting.number}
    return str(_("%(day)s 第%(number)s回") % words)


def _usual_due(targets: Sequence[Target]) -> date:
    """Two weeks before the next sitting, or two weeks from today."""
    today = clock.today()
    for target in targets[:1]:
        if target.sitting is not None:
            day = clock.day_of(target.sitting.starts_at)
            return max(day - timedelta(days=USUAL_DAYS), today)
    return today + timedelta(days=USUAL_DAYS)


class ProposalForm(KeyedForm):
    """What an organisation says of a household it would bring to the meeting."""

    title = OneLineField(
        label=_("件名"),
        max_length=120,
        help_text=_(
            "氏名を書かず、続柄で書いてください。例: 母と長男の世帯。長男のひきこもり"
        ),
    )
    occasion = forms.ChoiceField(
        label=_("時期"),
        help_text=_("支援のどの段階で話し合いたいか。"),
        choices=AgendaItem.Occasion.choices,
        widget=forms.RadioSelect,
    )
    purpose = OneLineField(
        label=_("会議で話し合いたいこと"),
        max_length=200,
        help_text=_("例: 訪問の役割分担を決めたい"),
    )
    words = forms.CharField(
        label=_("世帯の状況"),
        max_length=4000,
        widget=forms.Textarea({"rows": 8}),
        help_text=_("いつから、何に困っているか。関わっている機関。氏名は様式に。"),
    )
    urgency = forms.ChoiceField(
        label=_("急ぎ具合"),
        help_text=_("急ぐものから、事務局の一覧に並びます。"),
        choices=Proposal.Urgency.choices,
        widget=forms.RadioSelect,
    )
    consent = forms.ChoiceField(
        label=_("本人同意"),
        choices=Proposal.Consent.choices,
        widget=forms.RadioSelect,
        help_text=_("同意がない事例も提案できます。扱う会議を事務局が決めます。"),
    )

    field_order = ("key", "case", "title", "occasion")

    def __init__(
        self,
        *args: Any,
        cases: Sequence[Case] = (),
        proposal: Proposal | None = None,
        **kwargs: Any,
    ) -> None:
        if proposal is not None:
            names = ("title", "occasion", "purpose", "words", "urgency", "consent")
            known = {name: getattr(proposal, name) for name in names}
            kwargs["initial"] = {"key": proposal.id, **known}
        super().__init__(*args, **kwargs)
        if cases:
            self.fields["case"] = NumberField(
                Case.objects.filter(id__in=[case.id for case in cases]),
                label=_("前に扱った事例"),
                required=False,
                empty_label=_("新しい事例です"),
                help_text=_("保存したあとは変えられません。"),
            )
            self.order_fields(self.field_order)

    @property
    def proposed(self) -> ProposalWords:
        """The words, once the form is valid."""
        data = self.cleaned_data
        names = ("title", "occasion", "purpose", "words", "urgency", "consent")
        return ProposalWords(**{name: data[name] for name in names})

    @property
    def known_case(self) -> Case | None:
        """The case chosen by its number."""
        return cast("Case | None", self.cleaned_data.get("case"))


class NumberField(forms.ModelChoiceField[Case]):
    """A case by its number alone."""

    def label_from_instance(self, obj: Case) -> str:
        """As the select shows it."""
        return obj.number


SHEET_KINDS = (
    Paper.Kind.ASSESSMENT_SHEET,
    Paper.Kind.AGENCY_FORM,
    Paper.Kind.INTAKE_APPLICATION,
    Paper.Kind.CASE_SUMMARY,
    Paper.Kind.OTHER,
)


class SheetForm(PaperForm):
    """A case sheet: the form 1-2, or the organisation's own."""

    number = None  # type: ignore[assignment] # the agenda numbers it
    handed_out = None  # type: ignore[assignment] # nor is it brought on the day

    kind = forms.ChoiceField(
        label=_("様式の種類"),
        help_text=_("提案に付ける用紙の種類です。"),
        choices=[(k.value, k.label) for k in SHEET_KINDS],
    )
    document_class = forms.ChoiceField(
        label=_("分類"),
        help_text=_("氏名や住所が書かれた様式は、機密性3Bです。"),
        choices=[c for c in Paper.Class.choices if c[0] != Paper.Class.C2],
        initial=Paper.Class.C3B,
    )

    def clean(self) -> dict[str, Any]:
        """The sheet gets its number with the agenda."""
        return {"number": "", **(super().clean() or {})}


class ReturnForm(forms.Form):
    """Why a proposal goes back, and until when it may be mended."""

    reason = forms.CharField(
        label=_("直してほしいこと"),
        max_length=400,
        widget=forms.Textarea({"rows": 4}),
        help_text=_("提案した人のページにだけ表示されます。メールには載りません。"),
    )
    due_on = DayField(
        label=_("直していただく期限"),
        help_text=_("この日の終わりまで、相手は書き直せます。"),
    )

    @property
    def due_at(self) -> datetime:
        """The end of that day."""
        return clock.day_end(self.cleaned_data["due_on"])


class DeclineForm(forms.Form):
    """Why a proposal is left off."""

    reason = forms.CharField(
        label=_("見送る理由と、次にお願いしたいこと"),
        max_length=400,
        widget=forms.Textarea({"rows": 4}),
        help_text=_("提案した人のページにだけ表示されます。メールには載りません。"),
    )


class SittingField(forms.ModelChoiceField[Sitting]):
    """A sitting by its day, its body and its number."""

    def label_from_instance(self, obj: Sitting) -> str:
        """As the select shows it."""
        day = clock.day_of(obj.starts_at)
        return f"{jp.era_words(day)} {obj}"


class TakeForm(ItemWordsForm):
    """The triage: under which law, on which agenda, about which case."""

    law = forms.ChoiceField(
        label=_("扱う会議と根拠"),
        help_text=_("同意のない世帯は、支援会議でだけ扱えます。"),
        widget=forms.RadioSelect,
    )
    sitting = SittingField(
        Sitting.objects.none(),
        label=_("載せる会議"),
        help_text=_("まだ承認されていない会議だけが選べます。"),
        empty_label=None,
    )
    case = CaseField(
        Case.objects.none(),
        label=_("事例"),
        help_text=_("もう登録されている世帯なら、その事例を選びます。"),
        required=False,
        empty_label=_("新しい事例をつくる(下に書きます)"),
    )
    sheets = forms.MultipleChoiceField(
        label=_("資料として引き継ぐ様式"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("写しが議題の資料になります。公開する相手は、あとで決めます。"),
    )
    reason = OneLineField(
        label=_("引き継ぎの理由"),
        max_length=200,
        required=False,
        help_text=_("募集した会議と別の根拠の議題にするときは、書いてください。"),
    )

    field_order = ("law", "sitting", "case", "kind", "occasion", "title", "purpose")

    def __init__(
        self,
        *args: Any,
        laws: Mapping[str, tuple[Body, Regime, str]],
        sittings: Sequence[Sitting],
        cases: Sequence[Case] | None,
        sheets: Sequence[PaperVersion],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self._laws, self._sheets = laws, {str(sheet.id): sheet for sheet in sheets}
        self._offer("law", [(key, words) for key, (_b, _r, words) in laws.items()])
        self._offer("sheets", [(k, v.paper.title) for k, v in self._sheets.items()])
        self.fields["sitting"].queryset = Sitting.objects.filter(  # type: ignore[attr-defined]
            id__in=[sitting.id for sitting in sittings]
        ).select_related("body")
        self.fields["case"].queryset = Case.objects.filter(  # type: ignore[attr-defined]
            id__in=[case.id for case in cases or ()]
        )
        if cases is None:
            del self.fields["case"]
        self.initial.setdefault("sheets", list(self._sheets))
        if not sheets:
            del self.fields["sheets"]

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        cast("forms.ChoiceField", self.fields[name]).choices = choices

    @property
    def makes_case(self) -> bool:
        """Whether a new case is to be described below."""
        return "case" in self.fields and not self.cleaned_data.get("case")

    def taking(self, new_case: NewCase | None) -> Taking:
        """What triage decided, once the form is valid."""
        data = self.cleaned_data
        body, regime, _words = self._laws[data["law"]]
        return Taking(
            sitting=data["sitting"],
            body=body,
            regime=regime,
            case=data.get("case"),
            new_case=new_case,
            words=self.words,
            sheets=[self._sheets[key] for key in data.get("sheets", ())],
            reason=data.get("reason", ""),
        )


class NewCaseForm(forms.Form):
    """The case that triage opens; its household stands beside it."""

    number = forms.CharField(
        label=_("事例番号"),
        max_length=20,
        help_text=_("氏名を含めないでください。例: R8-012"),
        widget=forms.TextInput({"class": "input--short"}),
    )
    case_title = OneLineField(
        label=_("事例の概要(匿名)"),
        max_length=120,
        help_text=_("氏名や住所を書かず、続柄で書いてください。"),
    )

    clean_number = CaseForm.clean_number

    def new_case(self, household: list[NewMember]) -> NewCase:
        """The case as the service takes it, once the form is valid."""
        return NewCase(
            number=self.cleaned_data["number"],
            title=self.cleaned_data["case_title"],
            household=household,
            opened_on=clock.today(),
        )
