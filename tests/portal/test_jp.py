"""Japanese dates and times in words."""

from datetime import UTC, date, datetime, time

import pytest

from portal.core import jp
from portal.core.templatetags import jp as filters


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2026, 11, 21), "令和8年11月21日(土)"),
        (date(2019, 5, 1), "令和元年5月1日(水)"),
        (date(2019, 4, 30), "平成31年4月30日(火)"),
        (date(1989, 1, 8), "平成元年1月8日(日)"),
        (date(1989, 1, 7), "昭和64年1月7日(土)"),
        (date(1926, 12, 25), "昭和元年12月25日(土)"),
        (date(1926, 12, 24), "大正15年12月24日(金)"),
        (date(1912, 7, 30), "大正元年7月30日(火)"),
        (date(1912, 7, 29), "明治45年7月29日(月)"),
        (date(1873, 1, 1), "明治6年1月1日(水)"),
    ],
)
def test_a_day_is_written_by_its_era(day, words):
    assert jp.era_words(day) == words


def test_a_day_before_the_solar_calendar_has_no_era_date():
    with pytest.raises(ValueError, match="1872-12-31"):
        jp.era_date(date(1872, 12, 31))


def test_eras_run_from_the_newest_to_the_oldest():
    first_days = [era.first_day for era in jp.ERAS]
    assert first_days == sorted(first_days, reverse=True)


def test_the_western_year_can_stand_beside_the_era():
    day = date(2026, 11, 21)
    assert jp.era_words_with_western(day) == "令和8年(2026年)11月21日(土)"
    assert jp.western_words(day) == "2026年11月21日(土)"


def test_a_day_is_written_short_for_forms():
    assert jp.era_short(date(2026, 11, 21)) == "R8.11.21"
    assert jp.era_short(date(2019, 5, 1)) == "R1.5.1"


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (time(0, 0), "午前0時"),
        (time(9, 0), "午前9時"),
        (time(11, 59), "午前11時59分"),
        (time(12, 0), "午後0時"),
        (time(13, 30), "午後1時30分"),
        (time(23, 5), "午後11時5分"),
    ],
)
def test_a_time_is_written_in_words(moment, words):
    assert jp.clock_words(moment) == words


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2026, 4, 1), "令和8年度"),
        (date(2027, 3, 31), "令和8年度"),
        (date(2026, 3, 31), "令和7年度"),
        (date(2019, 4, 1), "令和元年度"),
        (date(2019, 3, 31), "平成30年度"),
        (date(1989, 3, 31), "昭和63年度"),
        (date(1989, 4, 1), "平成元年度"),
    ],
)
def test_a_fiscal_year_runs_from_april_to_march(day, words):
    assert jp.fiscal_year_words(jp.fiscal_year(day)) == words


class TestFilters:
    # 2026-11-20 15:30 UTC is already the 21st in Japan.
    late_evening_utc = datetime(2026, 11, 20, 15, 30, tzinfo=UTC)

    def test_era_shows_the_day_in_japan_and_the_western_year_on_hover(self):
        assert filters.era(self.late_evening_utc) == (
            '<time datetime="2026-11-21T00:30:00+09:00" title="2026年11月21日(土)">'
            "令和8年11月21日(土)</time>"
        )

    def test_era_of_a_plain_day_has_a_plain_machine_date(self):
        assert filters.era(date(2019, 5, 1), "both") == (
            '<time datetime="2019-05-01" title="2019年5月1日(水)">'
            "令和元年(2019年)5月1日(水)</time>"
        )

    def test_era_short_is_a_time_element_too(self):
        assert filters.era_short(date(2026, 11, 21)) == (
            '<time datetime="2026-11-21" title="2026年11月21日(土)">R8.11.21</time>'
        )

    def test_jptime_shows_the_clock_in_japan(self):
        assert filters.jptime(self.late_evening_utc) == "午前0時30分"
        assert filters.jptime(self.late_evening_utc, "24") == "00:30"
        assert filters.jptime(time(13, 30)) == "午後1時30分"

    def test_midnight_is_a_time_and_not_nothing(self):
        assert filters.jptime(time(0, 0)) == "午前0時"

    def test_fiscal_year_takes_a_day_or_a_year(self):
        assert filters.fiscal_year(self.late_evening_utc) == "令和8年度"
        assert filters.fiscal_year(2026) == "令和8年度"

    def test_a_day_too_old_for_an_era_is_shown_by_its_western_year(self):
        assert filters.era(date(1872, 12, 31)) == (
            '<time datetime="1872-12-31" title="1872年12月31日(火)">'
            "1872年12月31日(火)</time>"
        )

    def test_nothing_is_shown_as_nothing(self):
        assert filters.era(None) == ""
        assert filters.era_short(None) == ""
        assert filters.jptime(None) == ""
        assert filters.fiscal_year(None) == ""
