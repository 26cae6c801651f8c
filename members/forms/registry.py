"""Forms of the register: units, organisations, people and their moves."""

import uuid
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from members.filters import bodies_among, organizations_offered, units_offered
from members.forms.addresses import shared_address
from members.models import Body, Organization, Person, Unit
from members.services.organizations import OrganizationEntry
from members.services.people import NewPerson
from members.services.register import Details
from portal.core import clock
from portal.core.fields import DayField, LateBox

_MEDIUM = {"class": "input--medium"}
_TELEPHONE = {"class": "input--medium", "inputmode": "tel"}


class WordsForm(forms.Form):
    """What is looked for in a list of the register."""

    words = forms.CharField(
        label=_("探す言葉"),
        help_text=_("名前やフリガナの一部。ひらがな・半角でもかまいません。"),
        required=False,
        max_length=60,
    )

    @property
    def wanted(self) -> dict[str, str]:
        """What is looked for; everything where it could not be read."""
        good = self.is_valid()
        return {n: self.cleaned_data[n] if good else "" for n in self.fields}


class SearchForm(WordsForm):
    """Organisations by words and sort."""

    sort = forms.ChoiceField(
        label=_("種類"),
        choices=(
            ("", _("すべて")),
            ("inside", _("庁内の課・係")),
            ("outside", _("庁外の機関")),
            ("past", _("名簿から外した機関")),
        ),
        required=False,
    )


class UnitForm(forms.Form):
    """A part of the town."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    name = forms.CharField(
        label=_("圏域の名称"),
        help_text=_("例: 北部圏域、中央区。会議体の名前の後ろに表示されます。"),
        max_length=60,
    )


class LastDayForm(forms.Form):
    """The last day on which something is in the register."""

    last_day = DayField(
        label=_("最後の日"),
        help_text=_("この日の終わりまで使えます。今日以降の日にしてください。"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["last_day"].initial = clock.today()


class OrganizationForm(forms.Form):
    """An organisation, new or as it stands; inside or outside is asked once."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    name = forms.CharField(
        label=_("名称"),
        help_text=_("案内文や会議録にそのまま載ります。例: 社会福祉課、見本警察署"),
        max_length=120,
    )
    kana = forms.CharField(
        label=_("フリガナ"),
        help_text=_("名簿の並び順に使います。例: シャカイフクシカ"),
        max_length=120,
        required=False,
    )
    internal = forms.TypedChoiceField(
        label=_("庁内・庁外"),
        help_text=_(
            "庁内の課の人だけが、利用者名でサインインできます。あとから変えられません。"
        ),
        choices=(("yes", _("庁内の課・係")), ("no", _("庁外の機関"))),
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    unit = forms.ModelChoiceField(
        Unit.objects.none(),
        label=_("圏域"),
        help_text=_("担当する地域が決まっているとき。"),
        required=False,
        empty_label=_("全域"),
    )
    address = forms.CharField(
        label=_("所在地"),
        help_text=_(
            "封筒に書く宛先です。郵便番号から入れます。例: 〒000-0000 見本市本町1-1"
        ),
        max_length=200,
        required=False,
    )
    phone = forms.CharField(
        label=_("電話"),
        max_length=20,
        required=False,
        widget=forms.TextInput(_TELEPHONE),
    )
    fax = forms.CharField(
        label=_("FAX"),
        max_length=20,
        required=False,
        widget=forms.TextInput(_TELEPHONE),
    )

    def __init__(
        self,
        *args: Any,
        administers: bool,
        known: Organization | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self._internal = known.internal if known else False
        if known is not None or not administers:
            del self.fields["internal"]
        unit: Any = self.fields["unit"]
        unit.queryset = units_offered()
        if known is not None:
            for name in ("name", "kana", "unit", "address", "phone", "fax"):
                self.initial[name] = getattr(known, name)

    @property
    def entry(self) -> OrganizationEntry:
        """What the service is told, once the form is valid."""
        data = {"internal": self._internal, **self.cleaned_data}
        del data["key"]
        return OrganizationEntry(**data)


class DetailsForm(forms.Form):
    """A person's entry, their organisation apart."""

    name = forms.CharField(
        label=_("氏名"),
        help_text=_("姓と名の間を空けます。例: 見本 花子"),
        max_length=60,
        widget=forms.TextInput(_MEDIUM),
    )
    kana = forms.CharField(
        label=_("フリガナ"),
        help_text=_("名簿の並び順に使います。例: ミホン ハナコ"),
        max_length=80,
        required=False,
        widget=forms.TextInput(_MEDIUM),
    )
    post = forms.CharField(
        label=_("職名"),
        help_text=_("例: 課長、相談員。案内文で氏名の前に付きます。"),
        max_length=60,
        required=False,
        widget=forms.TextInput(_MEDIUM),
    )
    email = forms.EmailField(
        label=_("メール"),
        help_text=_(
            "ご本人だけが読めるアドレスにします。案内のリンクと確認コードが届きます。"
            "ないときは空けると、案内は手紙になり、コードカードで本人を確かめます。"
        ),
        required=False,
    )
    shared = shared_address()
    phone = forms.CharField(
        label=_("電話"),
        max_length=20,
        required=False,
        widget=forms.TextInput(_TELEPHONE),
    )

    def describe(self, person: Person) -> None:
        """Begin with the entry as it stands."""
        for name in Details.__dataclass_fields__:
            self.initial[name] = getattr(person, name)

    @property
    def details(self) -> Details:
        """What the service is told, once the form is valid."""
        names = Details.__dataclass_fields__
        return Details(**{name: self.cleaned_data[name] for name in names})


class PersonForm(DetailsForm):
    """Somebody new: of the city, with a sign-in name; or for one of one's bodies."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    organization = forms.ModelChoiceField(
        Organization.objects.none(),
        label=_("機関"),
        help_text=_("見つからないときは、先に「機関」で登録してください。"),
        empty_label=_("選んでください"),
    )
    login = forms.CharField(
        label=_("利用者名"),
        help_text=_(
            "サインインに使う名前です。英小文字・数字・「. - _」で3文字以上。"
            "あとから変えられません。会議に呼ばれるだけの人は空けます。"
        ),
        max_length=60,
        required=False,
        widget=forms.TextInput(
            {"autocomplete": "off", "autocapitalize": "none", **_MEDIUM}
        ),
    )
    namesake = LateBox(label=_("同じ氏名の、別の方として登録する"))
    field_order = ("key", "body", "organization")

    def __init__(self, *args: Any, bodies: Sequence[Body], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        organization: Any = self.fields["organization"]
        organization.queryset = organizations_offered()
        if not bodies:
            organization.queryset = organizations_offered().filter(internal=True)
        else:
            del self.fields["login"]
            self.fields["body"] = forms.ModelChoiceField(
                bodies_among(bodies),
                label=_("どの会議体のために"),
                help_text=_("この会議体の事務局が、登録を直せます。"),
                initial=bodies[0],
                empty_label=None,
            )
        self.order_fields(self.field_order)

    @property
    def chosen(self) -> dict[str, Any]:
        """What the service is told, once the form is valid."""
        data = self.cleaned_data
        names = Details.__dataclass_fields__
        values = {name: data[name] for name in (*names, "shared")}
        entry = NewPerson(data["organization"], **values)
        return {
            "key": data["key"],
            "entry": entry,
            "body": data.get("body"),
            "login": data.get("login", ""),
            "namesake": data["namesake"],
        }


class MoveForm(forms.Form):
    """異動: where to, in which post, since when."""

    to = forms.ModelChoiceField(
        Organization.objects.none(),
        label=_("異動先"),
        empty_label=_("選んでください"),
    )
    post = forms.CharField(
        label=_("新しい職名"),
        max_length=60,
        required=False,
        widget=forms.TextInput(_MEDIUM),
    )
    moved_on = DayField(
        label=_("異動した日"),
        help_text=_("当日から入力できます。登録するとすぐに切り替わります。"),
    )

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        to: Any = self.fields["to"]
        here = person.organization
        others = organizations_offered().exclude(pk=here.pk)
        to.queryset = others.filter(internal=here.internal)
        self.fields["moved_on"].initial = clock.today()
