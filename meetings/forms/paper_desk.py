"""Forms of the desk: papers only shown, showings, and what became of papers."""

import uuid
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from documents.evidence.owing import Due
from documents.forms.papers import PaperWords
from documents.models import Retrieval
from members.models import Organization
from portal.core import clock
from portal.core.fields import TimeField


class KeptForm(PaperWords):
    """A paper that an agency keeps and shows at the meeting (提示のみ)."""

    kept_by = forms.ModelChoiceField(
        Organization.objects.none(),
        label=_("保管している機関"),
        help_text=_("原本を持参して、会議で見せる機関です。"),
        empty_label=_("選んでください"),
    )
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    field_order = ("kept_by", "number", "title", "kind", "document_class")

    def __init__(
        self, *args: Any, organizations: Sequence[Organization], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        kept_by = self.fields["kept_by"]
        assert isinstance(kept_by, forms.ModelChoiceField)  # noqa: S101 – for the types
        ids = [organization.id for organization in organizations]
        kept_by.queryset = Organization.objects.filter(id__in=ids).order_by("kana")


class ShowingForm(forms.Form):
    """At what time of the day of the sitting the paper was shown."""

    time = TimeField(
        label=_("提示した時刻"),
        help_text=_("その時刻に入室していた人全員に提示した、と記録します。"),
    )
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    def __init__(self, *args: Any, day: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.day = day

    @property
    def at(self) -> datetime:
        """The moment, to the minute."""
        return datetime.combine(self.day, self.cleaned_data["time"], clock.JST)


class DeclareForm(forms.Form):
    """What became of each version, in the person's own word; some may wait."""

    def __init__(self, *args: Any, dues: Sequence[Due], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.dues = {str(due.version_id): due for due in dues}
        for key, due in self.dues.items():
            self.fields[key] = forms.ChoiceField(
                label=due.reference,
                choices=Retrieval.Way.choices,
                widget=forms.RadioSelect,
                required=False,
                initial=due.declared.way if due.declared else None,
            )

    def clean(self) -> dict[str, Any]:
        """At least one word."""
        data = super().clean() or {}
        if not self.errors and not any(data.values()):
            raise forms.ValidationError(gettext("どれか1つを選んでください。"))
        return data

    @property
    def ways(self) -> dict[UUID, str]:
        """Version and way, as the service takes them."""
        return {UUID(key): way for key, way in self.cleaned_data.items() if way}

    @property
    def lines(self) -> list[tuple[Due, forms.BoundField]]:
        """Each version with its field."""
        return [(due, self[key]) for key, due in self.dues.items()]
