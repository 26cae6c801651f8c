"""Text made fit for documents: what people type, without what breaks a file."""

import re
import unicodedata
from functools import cache
from pathlib import Path

from django.conf import settings
from fontTools.ttLib import TTFont

PRACTICE = "【練習】"
FONT_FOLDER = Path(__file__).parent / "fonts"

# Code points that end a line in some system, all written as one newline.
_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
# Controls, invisible direction marks (they can make a line read as something else
# than it says), interlinear marks, tags. None of them is ever meant by a writer.
_UNWANTED = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
# Lone surrogates and noncharacters: illegal in XML and in JSON exchange (RFC 7493).
_ILLEGAL = re.compile(
    "[\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff"
    + "".join(
        f"{chr(plane * 0x10000 + 0xFFFE)}-{chr(plane * 0x10000 + 0xFFFF)}"
        for plane in range(1, 17)
    )
    + "]"
)
_COMBINED = re.compile("[^\u0300-\u036f\u3099\u309a][\u0300-\u036f\u3099\u309a]+")
_VARIANT = re.compile("(.?)([\ufe00-\ufe0f\U000e0100-\U000e01ef])", re.DOTALL)
_IDEOGRAPH = re.compile(
    "[\u2e80-\u2fdf\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)

# A run this long without a place to break a line would leave the paper: letters and
# signs that the rules of Japanese line breaking (JIS X 4051) keep together.
_UNBREAKABLE = re.compile(
    r"[^\s\u3041-\u3096\u30a1-\u30fa\u3400-\u9fff\uf900-\ufaff]{16}"
    r"|[ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮー]{16}"
)
_BREAK = "\u200b"

GETA = "〓"


def clean(text: str) -> str:
    """The text without control and direction characters and illegal code points.

    Every line end becomes a newline, a tab a space. Everything else stays, private
    use characters (外字) included.
    """
    text = _LINE_ENDS.sub("\n", text).replace("\t", " ")
    return _ILLEGAL.sub("\ufffd", _UNWANTED.sub("", text))


def printable(text: str) -> str:
    """``clean`` text in which every character has a glyph in the fonts shipped here.

    A missing character is printed as the geta mark with its code, ``〓(U+20BB7)``, so
    that nobody reads a name that is silently short of a letter. A variation selector
    that the fonts do not know is dropped: the base character is the same letter.
    """
    text = _COMBINED.sub(_composed, clean(text))
    text = _VARIANT.sub(_known_variant, text)
    missing = set(text) - _glyphs() - {"\n"}
    if missing:
        text = text.translate({ord(sign): _stand_in(sign) for sign in missing})
    return _UNBREAKABLE.sub(lambda run: run.group() + _BREAK, text)


def _composed(match: re.Match[str]) -> str:
    return unicodedata.normalize("NFC", match.group())


def _known_variant(match: re.Match[str]) -> str:
    base, _selector = match.groups()
    return match.group() if match.group() in _variants() else base


def _stand_in(sign: str) -> str:
    """Compatibility letters for squared words and the like, else the geta mark."""
    plain = unicodedata.normalize("NFKC", sign)
    if not _IDEOGRAPH.match(sign) and plain != sign and set(plain) <= _glyphs():
        return plain
    return f"{GETA}(U+{ord(sign):04X})"


@cache
def _glyphs() -> frozenset[str]:
    """Characters with a glyph in every shipped font, and variation selectors."""
    fonts = [_character_map(path) for path in sorted(FONT_FOLDER.glob("*.ttf"))]
    selectors = {pair[1] for pair in _variants()}
    return frozenset.intersection(*fonts) | selectors


@cache
def _variants() -> frozenset[str]:
    """Pairs of a character and a variation selector known to every shipped font."""
    fonts = [_variant_pairs(path) for path in sorted(FONT_FOLDER.glob("*.ttf"))]
    return frozenset.intersection(*fonts)


def _character_map(path: Path) -> frozenset[str]:
    with TTFont(path, lazy=True) as font:
        return frozenset(map(chr, font.getBestCmap() or {}))


def _variant_pairs(path: Path) -> frozenset[str]:
    with TTFont(path, lazy=True) as font:
        tables = [table for table in font["cmap"].tables if table.format == 14]
        return frozenset(
            chr(base) + chr(selector)
            for table in tables
            for selector, pairs in table.uvsDict.items()
            for base, _glyph in pairs
        )


def marked(words: str) -> str:
    """``words`` as the portal for practice puts them on every page that it makes."""
    return f"{PRACTICE}{words}" if settings.PRACTICE else words
