"""Forms of sittings, items, selection and answers: the shape of input only."""

import unicodedata
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from meetings.models import Invitation, OnlineRequest, Proxy, Sitting
from meetings.selectors.people import Candidate
from meetings.services.invitations import Choice, ProxyWords
from meetings.services.sittings import When
from members.filters import bodies_among
from members.models import Body, Charter
from portal.core import clock
from portal.core.fields import DayField, TimeField


def validate_one_line(value: str) -> None:
    """Refuse control characters: the words go into mails and calendars."""
    if any(unicodedata.category(letter) in {"Cc", "Zl", "Zp"} for letter in value):
        raise ValidationError(_("改行や制御文字は使えません。1行で書いてください。"))


class OneLineField(forms.CharField):
    """A text of one printable line."""

    default_validators = [validate_one_line]  # noqa: RUF012 # Django's own shape


class KeyedForm(forms.Form):
    """A form that makes something: its key lets a second sending be recognised."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)


class HoursForm(forms.Form):
    """From when until when, and where."""

    starts = TimeField(label=_("開始"), help_text=_("例: 13:30"))
    ends = TimeField(
        label=_("終了"),
        help_text=_("例: 15:30。議題の時間の合計が収まるように決めます。"),
    )
    place = OneLineField(
        label=_("場所"),
        max_length=120,
        help_text=_(
            "案内のメールとカレンダーにそのまま載ります。"
            "事例や参加者のことは書かないでください。"
        ),
    )

    def clean(self) -> dict[str, Any]:
        """The end comes after the start."""
        data = super().clean() or {}
        starts, ends = data.get("starts"), data.get("ends")
        if starts and ends and ends <= starts:
            self.add_error("ends", _("開始より後の時刻にしてください。"))
        return data


class WhenForm(HoursForm):
    """Date, time and place of a sitting, in Japanese time."""

    day = DayField(
        label=_("開催日"),
        help_text=_("過ぎた日は選べません。祝日や閉庁日でも選べます。"),
    )
    field_order: Sequence[str] = ("day",)

    @staticmethod
    def initial_of(sitting: Sitting) -> dict[str, object]:
        """The sitting as the form shows it."""
        start = sitting.starts_at.astimezone(clock.JST)
        end = sitting.ends_at.astimezone(clock.JST)
        return {
            "day": start.date(),
            "starts": start.time(),
            "ends": end.time(),
            "place": sitting.place,
        }

    @property
    def when(self) -> When:
        """The moments and the place, once the form is valid."""
        data = self.cleaned_data
        return When(
            datetime.combine(data["day"], data["starts"], clock.JST),
            datetime.combine(data["day"], data["ends"], clock.JST),
            data["place"],
        )


class SittingForm(KeyedForm, WhenForm):
    """A new sitting of one of the bodies that the actor convenes."""

    field_order = ("key", "body", "day", "starts", "ends", "place")

    def __init__(self, *args: Any, bodies: Sequence[Body], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["body"] = forms.ModelChoiceField(
            bodies_among(bodies),
            label=_("会議体"),
            empty_label=None,
            help_text=_("第n回の番号は、会議体ごとに自動で付きます。"),
        )
        self.order_fields(self.field_order)


@dataclass(frozen=True, slots=True)
class PeopleRow:
    """One line of the selection table with its fields."""

    candidate: Candidate
    chosen: BoundField
    signatory: BoundField
    scribe: BoundField | None
    reason: BoundField | None
    leave: BoundField | None


class PeopleForm(forms.Form):
    """The roster of an item: a line of fields per candidate."""

    common_reason = OneLineField(
        label=_("選ぶ理由(まとめて)"),
        max_length=200,
        required=False,
        help_text=_(
            "この事例に初めて選ぶ人には、理由が必ず要ります。"
            "ここに書くと、下の表で理由が空欄の人みんなの理由になります。"
            "人ごとに下の表に書くときは、空欄でかまいません。"
        ),
    )

    def __init__(
        self, *args: Any, candidates: Sequence[Candidate], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.candidates = candidates
        for candidate in candidates:
            self._add(candidate)

    def _add(self, candidate: Candidate) -> None:
        code, seat = candidate.person.id.hex, candidate.seat
        self.fields[f"chosen_{code}"] = _tick(_("参加"), seat is not None)
        self.fields[f"signatory_{code}"] = _tick(
            _("会議録の確認者"), bool(seat and seat.signatory), role=True
        )
        if candidate.may_scribe:
            self.fields[f"scribe_{code}"] = _tick(
                _("記録係"), bool(seat and seat.scribe), role=True
            )
        if candidate.membership is None:
            self.fields[f"reason_{code}"] = OneLineField(
                label=_("選ぶ理由"), max_length=200, required=False
            )
        elif seat is not None:
            self.fields[f"leave_{code}"] = _tick(
                _("外すときは、事例の閲覧も終える"), checked=False
            )

    def clean(self) -> dict[str, Any]:
        """A role that is given to somebody who takes no part is not lost in silence."""
        data = super().clean() or {}
        for candidate in self.candidates:
            code = candidate.person.id.hex
            roles = {f"signatory_{code}", f"scribe_{code}"} & {*self.changed_data}
            if any(data.get(role) for role in roles) and not data[f"chosen_{code}"]:
                words = _("%(name)sさんに役割を付けるには、「参加」を選んでください。")
                named = words % {"name": candidate.person.name}
                self.add_error(f"chosen_{code}", named)
        return data

    def rows(self) -> Iterator[PeopleRow]:
        """The table, line by line."""
        for candidate in self.candidates:
            code = candidate.person.id.hex
            yield PeopleRow(
                candidate,
                self[f"chosen_{code}"],
                self[f"signatory_{code}"],
                self._bound(f"scribe_{code}"),
                self._bound(f"reason_{code}"),
                self._bound(f"leave_{code}"),
            )

    def _bound(self, name: str) -> BoundField | None:
        return self[name] if name in self.fields else None

    @property
    def choices(self) -> list[Choice]:
        """Who was chosen, once the form is valid."""
        data = self.cleaned_data
        return [
            Choice(
                person=candidate.person,
                reason=data.get(f"reason_{code}") or data["common_reason"],
                scribe=data.get(f"scribe_{code}", False),
                signatory=data[f"signatory_{code}"],
            )
            for candidate in self.candidates
            if data[f"chosen_{(code := candidate.person.id.hex)}"]
        ]

    @property
    def leaving(self) -> list[uuid.UUID]:
        """Whose membership of the case ends with the seat."""
        return [
            candidate.person.id
            for candidate in self.candidates
            if self.cleaned_data.get(f"leave_{candidate.person.id.hex}")
        ]


def _tick(
    label: Any,
    checked: bool,  # noqa: FBT001 # its value
    *,
    role: bool = False,
) -> forms.BooleanField:
    box = forms.CheckboxInput({"data-role": True} if role else {})
    return forms.BooleanField(label=label, required=False, initial=checked, widget=box)


class AnswerForm(forms.Form):
    """出欠回答."""

    rsvp = forms.ChoiceField(
        label=_("出欠"),
        help_text=_("あとから変えられます。"),
        choices=[c for c in Invitation.Rsvp.choices if c[0] != Invitation.Rsvp.WAITING],
        widget=forms.RadioSelect,
        error_messages={
            "required": _("出席・欠席・代理出席・未定のどれかを選んでください。")
        },
    )
    note = OneLineField(
        label=_("事務局への連絡"),
        max_length=200,
        required=False,
        help_text=_("遅れる時刻など。事例のことは書かないでください。"),
    )
    proxy_name = OneLineField(
        label=_("代理の方の氏名"),
        help_text=_(
            "代わりに出席する方の氏名。事務局が確かめてから、ご本人に案内を送ります。"
        ),
        max_length=60,
        required=False,
    )
    proxy_post = OneLineField(
        label=_("代理の方の役職"),
        help_text=_("例: 相談支援課 主任"),
        max_length=60,
        required=False,
    )
    proxy_email = forms.EmailField(
        label=_("代理の方のメール"),
        required=False,
        help_text=_("事務局が確かめたあと、代理の方ご本人に案内をお送りします。"),
    )
    online_from = OneLineField(
        label=_("オンラインで参加する場所"),
        max_length=120,
        required=False,
        help_text=_(
            "例: 見本クリニックの相談室。ほかの方がいない部屋をご用意ください。"
        ),
    )

    def __init__(self, *args: Any, invitation: Invitation, **kwargs: Any) -> None:
        kwargs["initial"] = self._initial_of(invitation)
        super().__init__(*args, **kwargs)
        if invitation.sitting.body.rules.online == Charter.Online.NONE:
            del self.fields["online_from"]

    @staticmethod
    def _initial_of(invitation: Invitation) -> dict[str, str]:
        """The answer given so far."""
        if invitation.rsvp == Invitation.Rsvp.WAITING:
            return {}
        initial = {"rsvp": invitation.rsvp, "note": invitation.rsvp_note}
        proxy = Proxy.objects.filter(invitation=invitation).first()
        if proxy is not None:
            initial["proxy_name"], initial["proxy_post"] = proxy.name, proxy.post
            initial["proxy_email"] = proxy.email
        online = OnlineRequest.objects.filter(invitation=invitation).first()
        if online is not None:
            initial["online_from"] = online.place
        return initial

    @property
    def answer(self) -> dict[str, Any]:
        """What the service is told, once the form is valid."""
        data = self.cleaned_data
        name = data["proxy_name"]
        proxy = ProxyWords(name, data["proxy_post"], data["proxy_email"])
        return {
            "rsvp": data["rsvp"],
            "note": data["note"],
            "proxy": proxy if name else None,
            "online_from": data.get("online_from", ""),
        }


class NoteForm(forms.Form):
    """The chair's word to the secretariat when an agenda goes back."""

    note = forms.CharField(
        label=_("直してほしいこと"),
        help_text=_("事務局の画面に表示されます。例: 議題2に保健所を加えてください。"),
        max_length=400,
        widget=forms.Textarea({"rows": 4}),
    )
