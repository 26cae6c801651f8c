"""One writing for the many ways to write the same Japanese words and numbers."""

import re
import unicodedata

# Old and other forms of characters that families use, and those in daily use.
_FORMS = """
髙高 﨑崎 嵜崎 邉辺 邊辺 齋斎 齊斎 斉斎 濵浜 濱浜 廣広 澤沢 嶋島 嶌島 桒桑 德徳 惠恵
國国 眞真 瀨瀬 龍竜 冨富 櫻桜 黑黒 淺浅 圓円 萬万 靜静 實実 豐豊 榮栄 條条 當当 藏蔵
壽寿 應応 彌弥 曾曽 檜桧 峯峰 淵渕 舘館 埜野 巖巌 穗穂 與与 龜亀 鄕郷 緖緒 敎教 淸清
𠮷吉 圡土 栁柳 舩船 槇槙 薗園 籐藤 逹達 槗橋 絲糸 觀観 戶戸 來来 兒児 禮礼 祿禄 莊荘
鷗鴎 瀧滝 關関 鐵鉄 總総 處処 傳伝 佛仏 收収 燈灯 辨弁 學学 寬寛 晄晃
"""
_SMALL = dict(zip("ァィゥェォッャュョヮヵヶ", "アイウエオツヤユヨワカケ", strict=True))
_SOUNDS = {"ヂ": "ジ", "ヅ": "ズ", "ヲ": "オ", "ヰ": "イ", "ヱ": "エ"}
_FOLD = str.maketrans(
    {pair[0]: pair[1] for pair in _FORMS.split()}
    | {chr(code): chr(code + 0x60) for code in range(0x3041, 0x3097)}  # ひらがな
    | _SMALL
    | _SOUNDS
    | {chr(code): None for code in (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))}
    | dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff\u00ad", None)
    | dict.fromkeys("‐‑‒–—―−", "-")
)
_SMALL_FOLD = str.maketrans(_SMALL | _SOUNDS)
_AGAIN = re.compile(r"(.)々")
_LONG = re.compile(r"(?<=[0-9])ー(?=[0-9])")

# What may stand between the parts of one name, or of one number.
GAPS = frozenset(" \t\n\r\f\v\u3000・･·_,'\"=")


def folded(text: str) -> str:
    """``text`` in one writing, its spaces and lines kept."""
    text = unicodedata.normalize("NFKC", text).translate(_FOLD).translate(_SMALL_FOLD)
    return _LONG.sub("-", _AGAIN.sub(r"\1\1", text)).upper()


def compact(text: str) -> tuple[str, list[int]]:
    """A folded text without gaps, and where each of its characters stood."""
    places = [at for at, character in enumerate(text) if character not in GAPS]
    return "".join([text[at] for at in places]), places


KANJI_DIGITS = "〇一二三四五六七八九十百"
# The year before the first of each era.
ERAS = {"明治": 1867, "大正": 1911, "昭和": 1925, "平成": 1988, "令和": 2018}
ERAS |= {"M": 1867, "T": 1911, "S": 1925, "H": 1988, "R": 2018}


def kanji_value(kanji: str) -> int:
    """The number that is written with the characters of ``KANJI_DIGITS``."""
    total = digit = 0
    for character in kanji:
        at = KANJI_DIGITS.index(character)
        if at < 10:
            digit = digit * 10 + at
        else:
            total += (digit or 1) * (10 if at == 10 else 100)
            digit = 0
    return total + digit
