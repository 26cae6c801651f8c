"""Forms of cases."""

from datetime import datetime, time
from typing import Any

from django import forms
from django.forms import formset_factory
from django.utils.translation import gettext_lazy as _

from members import case_numbers
from members.facts import Role
from members.filters import people_among
from members.models import Body, Case, HouseholdMember, Organization, Person
from members.services.cases import NewMember
from portal.core import clock
from portal.core.fields import DayField


class FieldsForm(forms.Form):
    """分野 of a case that is known."""

    fields_of_case = forms.MultipleChoiceField(
        label=_("分野"),
        choices=Case.Field.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("当てはまるものをすべて選びます。統計に使います。"),
    )


class CaseForm(FieldsForm):
    """A new case, without its household."""

    number = forms.CharField(
        label=_("事例番号"),
        max_length=20,
        help_text=_("氏名を含めないでください。例: R8-012"),
        widget=forms.TextInput({"class": "input--short"}),
    )
    title = forms.CharField(
        label=_("事例の概要(匿名)"),
        max_length=120,
        help_text=_("氏名や住所を書かず、続柄で書いてください。"),
    )
    summary = forms.CharField(
        label=_("経過と課題"),
        help_text=_(
            "氏名は書かず、続柄で書きます。例: 長女が家事を担い、学校を休みがちである。"
        ),
        required=False,
        widget=forms.Textarea({"rows": 6}),
    )
    referrer = forms.ModelChoiceField(
        Organization.objects.all(),
        label=_("つなぎ元の機関"),
        help_text=_(
            "相談をつないだ機関。ご本人や家族からの相談のときは、選ばずに進みます。"
        ),
        required=False,
    )
    opened_on = DayField(
        label=_("受付日"),
        help_text=_("かさねで扱うと決めた日。期間の計算は、この日から始まります。"),
    )

    def __init__(self, *args: Any, bodies: list[Body], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["body"] = forms.ModelChoiceField(
            Body.objects.filter(id__in=[b.id for b in bodies]),
            label=_("所管する会議体"),
            empty_label=None,
        )
        self.order_fields(["body", "number", "title", "summary"])

    def clean_number(self) -> str:
        """A pseudonym: letters, digits and hyphens only."""
        number: str = self.cleaned_data["number"]
        if not case_numbers.is_pseudonym(number):
            raise forms.ValidationError(case_numbers.how_to_write())
        return number


class HouseholdMemberForm(forms.Form):
    """One row of the household table; an empty row is left out."""

    label = forms.CharField(
        label=_("続柄"),
        help_text=_(
            "例: 母、長女、同居の祖父。資料や会議録には、氏名の代わりに続柄で書きます。"
        ),
        max_length=20,
    )
    name = forms.CharField(
        label=_("氏名"),
        help_text=_(
            "姓と名のあいだを空けます。例: 見本 花子。氏名を書くのは、この欄だけです。"
        ),
        max_length=60,
    )
    kana = forms.CharField(
        label=_("フリガナ"),
        help_text=_("例: ミホン ハナコ。資料の取り違えを見つけるのにも使います。"),
        max_length=80,
        required=False,
    )
    birth_date = DayField(
        label=_("生年月日"),
        help_text=_("わからないときは、空けたままで進めます。"),
        required=False,
    )
    address = forms.CharField(
        label=_("住所"),
        help_text=_(
            "例: 見本市北町1丁目2番3号。資料の取り違えを見つけるのにも使います。"
        ),
        max_length=200,
        required=False,
    )
    phone = forms.CharField(
        label=_("電話番号"),
        help_text=_("例: 000-0000-0000。2つあるときは、つながりやすいほうを入れます。"),
        max_length=20,
        required=False,
        widget=forms.TextInput({"type": "tel", "class": "input--short"}),
    )
    address_protected = forms.BooleanField(
        label=_("住所等を保護する(DV等支援措置)"),
        help_text=_(
            "印を付けると、住所と電話番号は、この事例の議長と事務局にだけ表示されます。"
        ),
        required=False,
    )
    subject = forms.BooleanField(
        label=_("本人"),
        help_text=_("支援の中心になる方に、印を付けます。"),
        required=False,
    )

    @property
    def member(self) -> NewMember:
        """The row as the service takes it."""
        return NewMember(**self.cleaned_data)


class MemberForm(HouseholdMemberForm):
    """One household member who is already known; who 本人 is stays as it was."""

    subject = None  # type: ignore[assignment] # how a form drops a parent's field

    def __init__(self, *args: Any, member: HouseholdMember, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial = {key: getattr(member, key) for key in self.fields}


HouseholdFormSet = formset_factory(
    HouseholdMemberForm,
    extra=4,
    max_num=20,
    validate_max=True,
)


class SelectForm(forms.Form):
    """Select one person for a case."""

    reason = forms.CharField(
        label=_("選定の理由"),
        max_length=200,
        help_text=_("例: 長男の主治医として、受診状況の共有をお願いするため"),
    )
    back_history = forms.BooleanField(
        label=_("選ぶ前に配付した資料も見られるようにする"),
        help_text=_("印を付けないと、選んだ日より後に公開した資料だけを開けます。"),
        required=False,
    )

    def __init__(self, *args: Any, people: list[Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"] = forms.ModelChoiceField(
            people_among(people),
            label=_("選ぶ人"),
        )
        self.order_fields(["person"])

    @property
    def role(self) -> Role:
        """The side on which the person sits."""
        person: Person = self.cleaned_data["person"]
        return Role.INTERNAL if person.organization.internal else Role.EXTERNAL


class ConsentForm(forms.Form):
    """Consent of one household member."""

    scope = forms.CharField(
        label=_("同意の範囲"),
        max_length=200,
        help_text=_("例: 重層的支援会議の構成員との情報共有"),
    )
    evidence = forms.CharField(
        label=_("同意の方法"),
        max_length=120,
        help_text=_("例: 様式1-1への署名(原本は事務局で保管)"),
    )
    given_on = DayField(
        label=_("同意日"), help_text=_("ご本人が同意した日。書面の日付と同じにします。")
    )

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["member"] = forms.ModelChoiceField(
            case.household.all(), label=_("同意した世帯員")
        )
        form = case.body.rules.consent_form
        self.fields["evidence"].initial = _("%(form)sへの署名") % {"form": form}
        self.order_fields(["member"])

    @property
    def given_at(self) -> datetime:
        """Today's consent holds from now, an earlier one from that day's start."""
        day = self.cleaned_data["given_on"]
        start = datetime.combine(day, time.min, clock.JST)
        return clock.now() if day == clock.today() else start


class RecusalForm(forms.Form):
    """Keep a person or a whole agency away from a case."""

    reason = forms.CharField(
        label=_("理由"),
        help_text=_("例: 当事者の親族である。書いた理由は、議長と事務局だけが見ます。"),
        max_length=200,
    )

    def __init__(self, *args: Any, people: list[Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"] = forms.ModelChoiceField(
            people_among(people),
            label=_("人"),
            required=False,
        )
        self.fields["organization"] = forms.ModelChoiceField(
            Organization.objects.filter(id__in={p.organization_id for p in people}),
            label=_("機関全体"),
            required=False,
        )
        self.order_fields(["person", "organization"])

    def clean(self) -> dict[str, Any]:
        """Exactly one of the two."""
        data = super().clean() or {}
        if bool(data.get("person")) == bool(data.get("organization")):
            raise forms.ValidationError(_("人か機関の、どちらか一方を選んでください。"))
        return data


class StepBackForm(forms.Form):
    """Declare one's own recusal."""

    reason = forms.CharField(
        label=_("理由"),
        help_text=_("例: 当事者の親族である。書いた理由は、議長と事務局だけが見ます。"),
        max_length=200,
        required=False,
    )
