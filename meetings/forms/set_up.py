"""The questions of the first set-up, a form for each page (DOMAIN section 6)."""

import copy
from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar

from django import forms
from django.db.models import Model, QuerySet
from django.utils.translation import gettext_lazy as _

from meetings import set_up as drawing
from meetings.forms.set_up_helps import HELPS
from meetings.models import RecordsClass, SetUp
from members.filters import organizations_offered, people_among, units_offered
from members.forms.bodies import RulesForm
from members.grounds import first_day
from members.models import Charter, Person, Policy, Unit
from members.services.foundings import require_own_post
from members.typical_charters import TYPICAL
from portal.core import clock, jp
from portal.core.errors import RefusedError
from portal.core.fields import DayField, offer


class ThemeForm(forms.Form):
    """One page of questions, shown with what is known already."""

    rules: ClassVar[tuple[str, ...]] = ()
    told: ClassVar[tuple[Any, ...]] = ()

    def __init__(self, *args: Any, set_up: SetUp, **kwargs: Any) -> None:
        self.set_up = set_up
        super().__init__(*args, **kwargs)
        self.initial = drawing.usual_answers(set_up.typical) | drawing.flat(set_up)
        for name in self.rules:
            self.fields[name] = _asked(name)
        self.add_fields()

    def add_fields(self) -> None:
        """Add what depends on the ordinance."""

    @property
    def answers(self) -> dict[str, Any]:
        """The valid answers as JSON writes them."""
        return {name: _plain(value) for name, value in self.cleaned_data.items()}


def _asked(name: str) -> forms.Field:
    field = copy.deepcopy(RulesForm.base_fields[name])
    field.help_text = HELPS[name]
    return field


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Model):
        return str(value.pk)
    if isinstance(value, QuerySet):
        return [str(row.pk) for row in value]
    return value


class LawForm(ThemeForm):
    """根拠と開始: when it begins, and what the bodies are called."""

    charter_name = forms.CharField(
        label=_("要綱の名称"),
        max_length=120,
        help_text=_("いまある要綱があれば、その名称にしてください。"),
    )
    starts_on = DayField(
        label=_("施行日"),
        help_text=_(
            "この日から会議を開けます。すでに施行されている要綱なら、その施行日です。"
        ),
    )

    def add_fields(self) -> None:
        """Ask for the name of each body, and for the 圏域."""
        for body in self.set_up.typical.bodies:
            self.fields[f"name_{body.slot}"] = forms.CharField(
                label=_("「%(name)s」の名称") % {"name": body.name},
                max_length=60,
                help_text=_("%(role)s 根拠: %(grounds)s")
                % {
                    "role": body.role,
                    "grounds": "、".join(str(code.label) for code in body.grounds),
                },
            )
        many = self.set_up.typical.in_wards
        widget = forms.Textarea({"rows": 5}) if many else forms.TextInput()
        self.fields["units"] = forms.CharField(
            label=_("区・圏域") if many else _("受け持つ範囲"),
            widget=widget,
            help_text=(
                _(
                    "1行に1つずつ書きます。それぞれに会議体を置き、互いの事例は見えません。"
                )
                if many
                else _(
                    "会議が受け持つ範囲の名前です。市町村の全体なら、このままで進めます。"
                )
            ),
        )

    def clean_starts_on(self) -> date:
        """The articles of law that the bodies stand on are in force by then."""
        day: date = self.cleaned_data["starts_on"]
        codes = {code for body in self.set_up.typical.bodies for code in body.grounds}
        days = {code: first_day(code) for code in codes}
        late = {code: first for code, first in days.items() if first and day < first}
        if late:
            code = max(late, key=lambda code: late[code])
            raise forms.ValidationError(
                _(
                    "%(article)sは、%(day)sに始まりました。その日以降の日にしてください。"
                    "前からある要綱なら、この条文によることにした改正の施行日です。"
                )
                % {"article": code.label, "day": jp.era_words(late[code])}
            )
        return day

    def clean_units(self) -> str:
        """At least one name, each of a length that a 圏域 can have, none over."""
        words: str = self.cleaned_data["units"]
        names = drawing.unit_names({"units": words})
        if any(len(name) > 60 for name in names):
            raise forms.ValidationError(_("1つの名前は、60文字までにしてください。"))
        over = Unit.objects.filter(name__in=names).exclude(pk__in=units_offered())
        if over.exists():
            raise forms.ValidationError(
                _("%(names)sは、終わった圏域です。別の名前にしてください。")
                % {"names": "、".join(f"「{unit}」" for unit in over)}
            )
        if self.set_up.typical.in_wards and len(names) < 2:
            raise forms.ValidationError(
                _("区・圏域を2つ以上、1行に1つずつ書いてください。")
            )
        return "\n".join(names)

    def clean(self) -> dict[str, Any] | None:
        """Two bodies of one ordinance have two names."""
        data = super().clean()
        names = [v for k, v in self.cleaned_data.items() if k.startswith("name_")]
        if len(set(names)) < len(names):
            raise forms.ValidationError(_("会議体の名称は、それぞれ別にしてください。"))
        return data


class CallingForm(ThemeForm):
    """招集と長: who calls, who heads, who stands in."""

    rules = (
        "convener_title",
        "head_rule",
        "head_title",
        "stand_in_rule",
        "ad_hoc_stand_in",
        "rhythm",
        "emergency",
    )


class MembersForm(ThemeForm):
    """構成員: by when they are picked, as whom they are commissioned, how long."""

    rules = ("notice_days", "term_rule", "member_approval")
    told = (
        _(
            "だれを呼ぶかは、議題ごとに、招集者か事務局が選びます。"
            "選ばれていない人には、その議題があることも見えません。"
        ),
    )

    def add_fields(self) -> None:
        """Ask which organisations are commissioned as a whole."""
        self.fields["organizations"] = forms.ModelMultipleChoiceField(
            organizations_offered().filter(internal=False),
            label=_("団体として委嘱する機関"),
            required=False,
            widget=forms.CheckboxSelectMultiple,
            help_text=_(
                "学校や地域包括支援センターのように、事例ごとに別の人が来る機関です。"
                "来る人も、資料を開く前に自分で誓約をします。"
                "機関がまだなければ、後で委嘱できます。"
            ),
        )


class CareForm(ThemeForm):
    """同意と公開: consent, who may listen, whom the meeting asks."""

    rules = ("consent_form", "closed", "online", "requests_to", "requests_in_name_of")
    told = (
        _(
            "誓約は、根拠となる法律ごとの文面で、資料を開く前に一人ずつ求めます。"
            "文面は「はじめに」の誓約書で確かめられます。"
        ),
        _(
            "事例は番号で示し、氏名は、その事例に選ばれた人だけに見えます。"
            "案内のメールや題名には出ません。"
        ),
    )

    def add_fields(self) -> None:
        """Ask for a consent form only where consent is asked for."""
        bodies = self.set_up.typical.bodies
        asks = {Charter.Consent.REQUIRED, Charter.Consent.BOTH}
        if not any(body.rules["consent"] in asks for body in bodies):
            del self.fields["consent_form"]


class RecordsForm(ThemeForm):
    """会議録と保存: what is written, who confirms it, how long it is kept."""

    rules = (
        "outcome",
        "record_unit",
        "confirmation",
        "signatory_count",
        "signing_order",
        "summary_days",
        "minutes_days",
    )

    def add_fields(self) -> None:
        """Ask for the classes of the files."""
        for name, label, help_text in (
            (
                "case_class",
                _("事例のファイルの保存期間"),
                _(
                    "支援が終わった翌年度の4月1日から数えます。5年とする市町村が多く、"
                    "文書取扱規程に合わせます。"
                ),
            ),
            (
                "sitting_class",
                _("会議のファイルの保存期間"),
                _("次第や名簿など、事例によらない文書です。"),
            ),
        ):
            classes = RecordsClass.objects.all()
            five = next((row for row in classes if row.years == 5), None)
            self.fields[name] = forms.ModelChoiceField(
                classes,
                label=label,
                help_text=help_text,
                empty_label=None,
                initial=five,
            )


class ReadingForm(ThemeForm):
    """閲覧と届け方: how long links live, originals, codes by telephone."""

    rules = ("link_days",)

    def add_fields(self) -> None:
        """Ask what holds for the whole town."""
        self.fields["internal_downloads"] = forms.BooleanField(
            label=_("庁内の人に、資料のダウンロードと印刷を認める"),
            required=False,
            initial=Policy.in_force().internal_downloads,
            help_text=_(
                "認めないと、庁内の人も画面で見るだけになります。"
                "外部の人は、配るときに一人ずつ認めた資料だけを保存できます。"
            ),
        )
        self.fields["telephone"] = forms.BooleanField(
            label=_("確認コードを、SMSや電話の音声でも届ける"),
            required=False,
            help_text=_(
                "メールを自分だけで受け取れない人のための方法です。電話会社の中継の契約が"
                "いります。1年ごとに決め直します。使わないときは、紙のカードを渡します。"
            ),
        )


class PeopleForm(ThemeForm):
    """担当と決定: the first secretariat, who calls and heads, who decided."""

    field_order = ("who_keeper", "who_convener", "who_head", "decided_by", "decided_on")
    decided_by = forms.CharField(
        label=_("要綱を決めた人"),
        max_length=60,
        help_text=_("例: 首長決裁。最初の構成員も、この決定で委嘱します。"),
    )
    decided_on = DayField(
        label=_("決めた日"), help_text=_("今日までの日にしてください。")
    )

    def __init__(self, *args: Any, keepers: list[Person], **kwargs: Any) -> None:
        self.keepers = keepers
        self.nobody = not keepers
        super().__init__(*args, **kwargs)

    def add_fields(self) -> None:
        """Ask who does what, as far as the ordinance lets it be named now."""
        self.fields["who_keeper"] = self._choice(
            _("最初の事務局"),
            _("この人が、受託者の招集担当者を登録し、構成員の委嘱を始めます。")
            if self.set_up.typical.contracted
            else _("この人が、構成員の委嘱と案内を始めます。後から何人でも足せます。"),
            required=True,
        )
        answers = drawing.flat(self.set_up)
        title = answers.get("head_title") or _("長")
        if not self.set_up.typical.contracted:
            self.fields["who_convener"] = self._choice(
                _("招集者"), _("決まっていなければ空けておき、後で登録します。")
            )
        if answers.get("head_rule") in drawing.NAMED_NOW:
            self.fields["who_head"] = self._choice(
                title, _("決まっていなければ空けておき、後で登録します。")
            )
        if self.set_up.typical.in_wards:
            self._add_wards()
        # The heads of sections; others, such as the mayor, are written.
        offer(
            self.fields["decided_by"],
            [f"{each.standing} {each.name}" for each in self.keepers if each.post],
        )
        self.order_fields(self.field_order)

    def _add_wards(self) -> None:
        for unit in drawing.unit_names(drawing.flat(self.set_up)):
            self.fields[drawing.keeper_field(self.set_up, unit)] = self._choice(
                _("%(unit)sの事務局") % {"unit": unit},
                _("空けておくと、最初の事務局が兼ねます。"),
            )

    def _choice(
        self, label: Any, help_text: Any, *, required: bool = False
    ) -> forms.ModelChoiceField[Person]:
        return forms.ModelChoiceField(
            people_among(self.keepers),
            label=label,
            help_text=help_text,
            required=required,
            empty_label=_("選んでください") if required else _("後で決める"),
        )

    def clean_who_head(self) -> Person | None:
        """Where the post makes the head, whoever is named has one, and it is theirs."""
        head: Person | None = self.cleaned_data["who_head"]
        by_post = drawing.flat(self.set_up)["head_rule"] == Charter.HeadRule.POST
        if head is not None and by_post and not head.post:
            raise forms.ValidationError(
                _(
                    "%(name)sさんの職名が、まだ登録されていません。先に職員の登録に"
                    "職名を入れるか、「後で決める」を選んでください。"
                )
                % {"name": head.name}
            )
        if head is not None and by_post:
            try:
                require_own_post(head)
            except RefusedError as error:
                raise forms.ValidationError(error.message) from error
        return head

    def clean_decided_on(self) -> date:
        """Nothing is set up on a decision to come."""
        day: date = self.cleaned_data["decided_on"]
        if day > clock.today():
            raise forms.ValidationError(_("今日までの日にしてください。"))
        return day


FORMS: Mapping[str, type[ThemeForm]] = {
    "law": LawForm,
    "calling": CallingForm,
    "members": MembersForm,
    "care": CareForm,
    "records": RecordsForm,
    "reading": ReadingForm,
    "people": PeopleForm,
}


class BeginForm(forms.Form):
    """Which typical ordinance is begun from."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    code = forms.ChoiceField(choices=[(code, code) for code in TYPICAL])
