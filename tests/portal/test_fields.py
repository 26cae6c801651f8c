"""What a form says of a gap, and which days it takes."""

from datetime import date

import pytest
from django import forms

from portal.core.fields import DayField, DayInput, offer


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


@pytest.mark.parametrize(
    ("day", "taken"),
    [
        ("0001-01-01", False),
        ("1872-12-31", False),
        ("1873-01-01", True),
        ("2199-12-31", True),
        ("2200-01-01", False),
        ("9999-12-31", False),
    ],
)
def test_a_day_is_one_that_the_calendars_know(day, taken):
    field = DayField()
    if taken:
        assert field.clean(day).isoformat() == day
    else:
        with pytest.raises(forms.ValidationError, match="1873年から2199年まで"):
            field.clean(day)


@pytest.mark.parametrize(
    ("day", "words"),
    [
        ("2026-04-31", "この日はありません"),
        ("2026-13-01", "この日"),
        ("2026/2/29", "この日はありません"),
        ("令和8年4月31日", "この日はありません"),
        ("20260431", "この日はありません"),
        ("R5.2.29", "この日はありません"),
        ("来年", "日付として読めません。「令和"),
        ("8/4/01", "日付として"),  # R8.4.1 to who writes it, August 2001 in America
        ("46113", "日付として"),  # Excel's own number: nobody writes a day like this
    ],
)
def test_a_day_that_is_in_no_calendar_is_told_from_what_is_no_day(day, words):
    with pytest.raises(forms.ValidationError, match=words):
        DayField().clean(day)


@pytest.mark.parametrize(
    "written",
    [
        "2026-04-01",
        "令和8年4月1日",
        "R8.4.1",
        "２０２６/4/1",
        "20260401",
        "令和8年4月1日(水)",
        date(2026, 4, 1),
    ],
)
def test_a_day_is_taken_as_people_write_it(written):
    """Not every browser has a calendar to choose from."""
    assert DayField().clean(written) == date(2026, 4, 1)


def test_a_day_by_its_era_is_one_that_the_calendars_know():
    with pytest.raises(forms.ValidationError, match="1873年から2199年まで"):
        DayField().clean("明治5年12月2日")


def test_the_browser_offers_no_other_days():
    shown = DayInput().render("day", None)
    assert 'min="1873-01-01" max="2199-12-31"' in shown
    assert 'max="2026-12-01"' in DayInput({"max": "2026-12-01"}).render("day", None)


def test_a_line_is_chosen_or_written():
    field = forms.CharField(max_length=60)
    offer(field, ["課長 <甲>", "係長 乙"])
    shown = field.widget.render("by", "課長 丙", {"id": "id_by"})
    assert 'value="課長 丙" maxlength="60" id="id_by" list="by-offered"' in shown
    assert '<datalist id="by-offered"><option value="課長 &lt;甲&gt;">' in shown
    assert field.clean("課長 丙") == "課長 丙"


def test_other_words_stay():
    assert "invalid_choice" in forms.ChoiceField(choices=[]).error_messages
    assert "empty" in forms.FileField().error_messages
