"""One writing for the many ways to write a name, an address, a number or a day."""

import re
import unicodedata
from datetime import date

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


def name_key(name: str) -> str:
    """A name as it is looked for."""
    return compact(folded(name))[0]


def halves(name: str) -> tuple[str, str]:
    """Family and given name; all is the family where nothing parts them."""
    family, _, given = folded(name).strip().partition(" ")
    return family, given.strip()


# Numbers ------------------------------------------------------------------------------

_PHONE = re.compile(
    r"(?<![0-9-])\(?(?:\+81-?|0)[0-9]{1,4}\)?"
    r"[- (]{0,2}[0-9]{1,4}\)?[- ]?[0-9]{3,4}(?![0-9])"
)


def phones(text: str) -> set[str]:
    """The phone numbers in a folded text, as digits."""
    return {key for found in _PHONE.findall(text) if (key := phone_key(found))}


def phone_key(number: str) -> str:
    """A phone number as digits; empty for what is none."""
    digits = re.sub(r"[^0-9]", "", re.sub(r"^\(?\+81", "0", folded(number)))
    return digits if len(digits) in {10, 11} and digits.startswith("0") else ""


_TOKEN = re.compile(r"[A-Z0-9]+(?:-[A-Z0-9]+)*")


def tokens(text: str) -> set[str]:
    """What could be case numbers in a folded text."""
    return {found for found in _TOKEN.findall(text) if is_number_key(found)}


def is_number_key(number: str) -> bool:
    """Long and mixed enough not to be a count or a year."""
    return len(number) >= 5 and not number.isdigit() and any(map(str.isdigit, number))


# Days ---------------------------------------------------------------------------------

_ERAS = {"明治": 1867, "大正": 1911, "昭和": 1925, "平成": 1988, "令和": 2018}
_ERAS |= {"M": 1867, "T": 1911, "S": 1925, "H": 1988, "R": 2018}
_DAY = re.compile(
    r"(?<![0-9])(明治|大正|昭和|平成|令和|[MTSHR])? ?([0-9]{1,4}|元)[年./-] ?"
    r"([0-9]{1,2})[月./-] ?([0-9]{1,2})(?![0-9])"
)
_EIGHT = re.compile(r"(?<![0-9])((?:19|20)[0-9]{2})([0-9]{2})([0-9]{2})(?![0-9])")


def days(text: str) -> set[date]:
    """The days in a folded text, Japanese and western."""
    found = set()
    for era, year, month, day in _DAY.findall(text):
        count = 1 if year == "元" else int(year)
        if era or count > 1800:
            found.add((count + _ERAS.get(era, 0), int(month), int(day)))
    found |= {(int(y), int(m), int(d)) for y, m, d in _EIGHT.findall(text)}
    return {day for each in found if (day := _day(*each))}


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


# Addresses ----------------------------------------------------------------------------

_KANJI = "〇一二三四五六七八九十百"
_COUNTED = re.compile(rf"([{_KANJI}]+)(?=丁目|番地|番|号|条|線|-)")
_STEPS = (
    (re.compile(r"(?<=[0-9])\s*(?:丁目|番地ノ?|番|ノ)\s*(?=[0-9])"), "-"),
    (re.compile(r"(?<=[0-9])\s*-\s*(?=[0-9])"), "-"),
    (re.compile(r"(?<=[0-9])(?:番地|番|号室?)"), " "),
)
_HOUSE = re.compile(r"[0-9]+(?:-[0-9]+)*")
_TOWN = re.compile(r"([^\s0-9\-、。:()〒,]{1,12})\s*$")
_ABOVE = re.compile(r"^.*(?:都|道|府|県|市|区|郡|大字|字)")
TAIL = 3


def counted(text: str) -> str:
    """A folded text with its addresses' numbers written 1-2-3."""
    text = _COUNTED.sub(lambda found: str(_value(found[1])), text)
    for pattern, new in _STEPS:
        text = pattern.sub(new, text)
    return text


def _value(kanji: str) -> int:
    total = digit = 0
    for character in kanji:
        at = _KANJI.index(character)
        if at < 10:
            digit = digit * 10 + at
        else:
            total += (digit or 1) * (10 if at == 10 else 100)
            digit = 0
    return total + digit


def address_key(address: str) -> tuple[str, str]:
    """Town and house number as they are looked for, and the flat; empty for none.

    Prefecture and city are left out, as offices do.
    """
    text = counted(folded(address))
    found = next((f for f in _HOUSE.finditer(text) if _is_house(f[0])), None)
    town = found and _TOWN.search(text[: found.start()])
    if not found or not town:
        return "", ""
    name = _ABOVE.sub("", town[1])[-TAIL:]
    flat = _HOUSE.search(text, found.end())
    return (name + found[0] if name else ""), (flat[0] if flat else "")


def _is_house(number: str) -> bool:
    return "-" in number or len(number) >= 3


def addresses(text: str) -> set[tuple[str, str]]:
    """Everything in a folded text that could be the key of an address, and its flat."""
    text = counted(text)
    found = set()
    for house in _HOUSE.finditer(text):
        if not _is_house(house[0]):
            continue
        town = _TOWN.search(text[max(0, house.start() - 14) : house.start()])
        if not town:
            continue
        after = _HOUSE.search(text, house.end(), house.end() + 20)
        numbers = house[0].split("-")
        for shorter in (0, 1):
            number = "-".join(numbers[: len(numbers) - shorter])
            flat = numbers[-1] if shorter else (after[0] if after else "")
            if _is_house(number):
                found |= {(name + number, flat) for name in _towns(town[1])}
    return found


def _towns(words: str) -> set[str]:
    """Ends of the words before a number that could be a whole town's name."""
    ends = {words[-length:] for length in range(1, TAIL + 1)}
    return {
        end
        for end in ends
        if len(end) == TAIL or len(end) == len(words) or _begins(words, len(end))
    }


def _begins(words: str, length: int) -> bool:
    return words[-length - 1] in "市区町村字郡県都府道"
