"""Which figures are asked for."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from members.filters import bodies_among
from members.models import Body
from portal.core import jp


class FiguresForm(forms.Form):
    """A fiscal year, perhaps one body; small counts are kept back unless said."""

    exact = forms.BooleanField(label=_("少ない数も表示する"), required=False)

    def __init__(
        self, *args: Any, bodies: Sequence[Body], years: Sequence[int], **kwargs: Any
    ) -> None:
        """Offer those bodies and years; the first year is the usual one."""
        super().__init__(*args, **kwargs)
        self.usual = years[0]
        self.fields["body"] = forms.ModelChoiceField(
            bodies_among(bodies),
            label=_("会議体"),
            required=False,
            empty_label=_("すべて"),
        )
        self.fields["year"] = forms.TypedChoiceField(
            label=_("年度"),
            coerce=int,
            required=False,
            choices=[(year, jp.fiscal_year_words(year)) for year in years],
        )

    @property
    def wanted(self) -> dict[str, Any]:
        """Body and year, as far as they were understood."""
        data = self.cleaned_data if self.is_valid() else {}
        return {"body": data.get("body"), "year": data.get("year") or self.usual}

    @property
    def masked(self) -> bool:
        """Whether small counts are kept back."""
        return not (self.is_valid() and self.cleaned_data["exact"])
