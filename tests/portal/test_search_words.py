"""Words as they are looked for: one writing for many, days as days."""

import pytest

from portal.core.search.words import excerpt, holds, marked, parsed, text_of

TEXT = (
    "会議は令和８年４月１日に開く。髙　橋さんのｶﾞｽ代、ひきこもりの長男。"
    "サ−バ停止 Ｒ８－０１２ ビール"
)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("2026-04-01", "令和８年４月１日"),
        ("R8.4.1", "令和８年４月１日"),
        ("令和八年四月一日", "令和８年４月１日"),
        ("令和8年4月", "令和８年４月１日"),
        ("高橋", "髙　橋"),
        ("がす代", "ｶﾞｽ代"),
        ("ﾋｷｺﾓﾘ", "ひきこもり"),
        ("サーバー", "サ−バ"),
        ("r8012", "Ｒ８－０１２"),
        ("長男", "長男"),
    ],
)
def test_many_writings_are_one(words: str, found: str) -> None:
    query = parsed(words)
    text = text_of(TEXT)
    assert query.tokens <= text.tokens
    assert holds([text], query)
    pieces = marked(TEXT, query)
    assert [piece.text for piece in pieces if piece.marked] == [found]
    assert "".join(piece.text for piece in pieces) == TEXT


@pytest.mark.parametrize(
    "words", ["2026-04-02", "令和8年5月", "ビル", "長女", "男長", "高橋 長女", "R8-021"]
)
def test_what_is_not_there_is_not_found(words: str) -> None:
    assert not holds([text_of(TEXT)], parsed(words))


def test_a_query_of_one_character_says_so() -> None:
    query = parsed("林")
    assert not query
    assert query.short == ("林",)
    assert parsed(" 、。 ") == parsed("")


def test_an_excerpt_is_short_and_says_what_was_left_out() -> None:
    words = "あ" * 500 + "支援会議" + "い" * 500
    pieces = excerpt(words, parsed("支援会議"))
    assert [piece.text for piece in pieces if piece.marked] == ["支援会議"]
    assert len("".join(piece.text for piece in pieces)) < 200
    assert pieces[0].text == pieces[-1].text == "…"


def test_numbers_that_are_no_days_stay_words() -> None:
    assert parsed("0123-45-6789").words == ("0123456789",)
    assert parsed("1-2-3").words == ("123",)
    assert not parsed("2026年13月").days
