"""The form of one's own note."""

from django import forms

from meetings.services.notes import TEXT_LIMIT


class NoteForm(forms.Form):
    """The note's words, and the saving that they build on."""

    text = forms.CharField(required=False, strip=False, max_length=TEXT_LIMIT)
    base = forms.IntegerField(min_value=0)
