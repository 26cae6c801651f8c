"""The form of a turnover: one line per post, the day, and whose decision it is."""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.db.models import Q
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from meetings.forms.convening import OneLineField
from meetings.selectors.turnover import PostInHand
from members.filters import holding_at
from members.forms.addresses import shared_address
from members.models import Body, ExOfficio, Organization, Person
from members.services.people import NewPerson
from portal.core import clock
from portal.core.fields import DayField

STAYS, VACANT, NEW = "stays", "vacant", "new"


@dataclass(frozen=True, slots=True)
class Line:
    """One post with its fields."""

    row: PostInHand
    who: BoundField
    name: BoundField
    kana: BoundField
    email: BoundField


@dataclass(frozen=True, slots=True)
class Change:
    """What was chosen for a post: somebody known, somebody new, or nobody."""

    row: PostInHand
    person: Person | None
    entry: NewPerson | None


class PlaceForm(forms.Form):
    """A post, its place in a body, and who holds it."""

    body = forms.ModelChoiceField(
        Body.objects.none(),
        label=_("会議体"),
        help_text=_("この役職の人が入る会議体です。"),
    )
    organization = forms.ModelChoiceField(
        Organization.objects.none(),
        label=_("機関・課"),
        help_text=_("この機関から、役職の人が出ます。"),
    )
    name = OneLineField(label=_("役職"), max_length=60, help_text=_("例: 社会福祉課長"))
    part = forms.ChoiceField(
        label=_("立場"),
        help_text=_("議長・事務局・構成員のどれになるか。"),
        choices=ExOfficio.Part.choices,
    )
    holder = forms.ModelChoiceField(
        Person.objects.none(),
        label=_("いまの担当"),
        required=False,
        empty_label=_("空席、または登録済み"),
        help_text=_("一覧にない方は、先に「人と機関」に登録してください。"),
    )
    day = DayField(
        label=_("適用する日"), help_text=_("この日の午前0時から替わります。")
    )

    def __init__(self, *args: Any, bodies: Sequence[Body], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = {body.unit_id for body in bodies}
        near = Organization.objects.filter(Q(unit=None) | Q(unit__in=units))
        people = Person.objects.filter(holding_at(clock.now()), organization__in=near)
        ids = [body.id for body in bodies]
        rows = {
            "body": Body.objects.filter(id__in=ids).select_related("unit"),
            "organization": near,
            "holder": people.select_related("organization"),
        }
        for name, queryset in rows.items():
            cast("forms.ModelChoiceField[Any]", self.fields[name]).queryset = queryset


class TurnoverForm(forms.Form):
    """Who holds which post from the day on."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    day = DayField(
        label=_("異動日"),
        help_text=_(
            "この日の午前0時に、これまでの方の権限が終わり、後任の方に移ります。"
        ),
    )
    decided_by = OneLineField(
        label=_("発令者"), max_length=60, help_text=_("例: 見本市長")
    )
    shared = shared_address()
    decided_on = DayField(
        label=_("発令を確認した日"),
        help_text=_("人事の発令や、機関からの通知を見た日です。"),
    )

    def __init__(self, *args: Any, posts: Sequence[PostInHand], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.posts = posts
        for number, row in enumerate(posts):
            self._add_line(number, row)

    def _add_line(self, number: int, row: PostInHand) -> None:
        people = [
            (str(person.id), person.name)
            for person in row.people
            if person != row.holder
        ]
        self.fields[f"who-{number}"] = forms.ChoiceField(
            label=_("異動日からの担当"),
            choices=[
                (STAYS, _("変わらない")),
                (NEW, _("新しい方を登録する")),
                (VACANT, _("空席にする")),
                *people,
            ],
            initial=STAYS,
        )
        for name, label, length in (
            ("name", _("氏名"), 60),
            ("kana", _("フリガナ"), 80),
        ):
            self.fields[f"{name}-{number}"] = OneLineField(
                label=label, max_length=length, required=False
            )
        self.fields[f"email-{number}"] = forms.EmailField(
            label=_("メール"), required=False
        )

    @property
    def lines(self) -> Iterator[Line]:
        """Every post with its fields, in order."""
        for number, row in enumerate(self.posts):
            yield Line(
                row,
                *(
                    self[f"{name}-{number}"]
                    for name in ("who", "name", "kana", "email")
                ),
            )

    def clean(self) -> dict[str, Any]:
        """A new person has a name; something changes; the day is not gone by."""
        data = super().clean() or {}
        for number in range(len(self.posts)):
            if data.get(f"who-{number}") == NEW and not data.get(f"name-{number}"):
                self.add_error(f"name-{number}", _("新しい方の氏名を書いてください。"))
        if data.get("day") and data["day"] < clock.today():
            self.add_error("day", _("今日以降の日付にしてください。"))
        if not self.errors and not self.changes:
            raise forms.ValidationError(_("担当が変わる役職を1つ以上選んでください。"))
        return data

    @property
    def changes(self) -> list[Change]:
        """What changes, once the form is valid."""
        found = [self._change(n, row) for n, row in enumerate(self.posts)]
        return [change for change in found if change is not None]

    def _change(self, number: int, row: PostInHand) -> Change | None:
        data = self.cleaned_data
        who = data[f"who-{number}"]
        if who == STAYS:
            return None
        if who == NEW:
            entry = NewPerson(
                organization=row.post.organization,
                name=data[f"name-{number}"],
                kana=data[f"kana-{number}"],
                post=row.post.name,
                email=data[f"email-{number}"],
                shared=data["shared"],
            )
            return Change(row, None, entry)
        known = {str(person.id): person for person in row.people}
        return Change(row, known.get(who), None)
