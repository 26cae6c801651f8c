"""What names, addresses, numbers and days are known by, however they are written."""

import re
from datetime import date

from portal.core.folding import (
    ERAS,
    KANJI_DIGITS,
    compact,
    folded,
    kanji_value,
)


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
            found.add((count + ERAS.get(era, 0), int(month), int(day)))
    found |= {(int(y), int(m), int(d)) for y, m, d in _EIGHT.findall(text)}
    return {day for each in found if (day := _day(*each))}


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


# Addresses ----------------------------------------------------------------------------

_COUNTED = re.compile(rf"([{KANJI_DIGITS}]+)(?=丁目|番地|番|号|条|線|-)")
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
    text = _COUNTED.sub(lambda found: str(kanji_value(found[1])), text)
    for pattern, new in _STEPS:
        text = pattern.sub(new, text)
    return text


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
