"""The form of one's own お知らせメール."""

from django import forms
from django.utils.translation import gettext_lazy as _

from members.models import DigestChoice
from members.services.digests import HOURS, Wish


class DigestForm(forms.Form):
    """How often, on which weekday, from which hour on."""

    rhythm = forms.ChoiceField(
        label=_("回数"),
        choices=DigestChoice.Rhythm.choices,
        widget=forms.RadioSelect,
        help_text=_("ご確認いただくことが何もない日は、メールを送りません。"),
    )
    weekday = forms.TypedChoiceField(
        label=_("曜日(週に1回のとき)"),
        choices=DigestChoice.Weekday.choices,
        coerce=int,
        help_text=_("閉庁日にあたるときは、次の開庁日にお送りします。"),
    )
    hour = forms.TypedChoiceField(
        label=_("時刻"),
        choices=[
            (hour, _("午前%(hour)s時") % {"hour": hour}) for hour in HOURS if hour < 12
        ]
        + [
            (hour, _("午後%(hour)s時") % {"hour": hour - 12})
            for hour in HOURS
            if hour >= 12
        ],
        coerce=int,
        help_text=_("この時刻を過ぎてから、順にお送りします。"),
    )

    @property
    def wish(self) -> Wish:
        """What was chosen."""
        return Wish(**self.cleaned_data)
