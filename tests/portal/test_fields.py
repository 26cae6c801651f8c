"""What a form says of a gap."""

import pytest
from django import forms

from portal.core.fields import DayField


@pytest.mark.parametrize(
    ("field", "words"),
    [
        (forms.CharField(), "入力してください。"),
        (DayField(), "入力してください。"),
        (forms.ChoiceField(choices=[("1", "一")]), "選んでください。"),
        (forms.MultipleChoiceField(choices=[("1", "一")]), "選んでください。"),
        (forms.BooleanField(), "チェックを付けてください。"),
        (forms.FileField(), "ファイルを選んでください。"),
    ],
)
def test_a_gap_says_what_to_do(field, words):
    with pytest.raises(forms.ValidationError) as refusal:
        field.clean(None)
    assert refusal.value.messages == [words]


def test_other_words_stay():
    assert "invalid_choice" in forms.ChoiceField(choices=[]).error_messages
    assert "empty" in forms.FileField().error_messages
