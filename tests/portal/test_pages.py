"""The face: what holds for every page and style sheet, whoever wrote it."""

import re
from pathlib import Path

import pytest
from django.conf import settings

pytestmark = pytest.mark.pure

APPS = ("portal", "members", "documents", "meetings")
CSS = settings.ROOT / "portal/core/static/css"
GUIDE = settings.ROOT / "docs/developers/design.md"
CSS_LIMIT_BYTES = 60 * 1024

TEMPLATES = sorted(
    path for app in APPS for path in (settings.ROOT / app).rglob("templates/**/*.html")
)


def relative(path: Path) -> str:
    return str(path.relative_to(settings.ROOT))


@pytest.mark.parametrize("path", TEMPLATES, ids=relative)
def test_a_template_has_nothing_inline(path):
    text = path.read_text()
    assert not re.search(r"\sstyle\s*=", text)
    assert not re.search(r"<style\b", text)
    assert not re.search(r"\son[a-z]+\s*=\s*[\"']", text)
    assert not re.search(r"<script(?![^>]*\bsrc=)[^>]*>", text)
    assert "|safe" not in text


@pytest.mark.parametrize("path", TEMPLATES, ids=relative)
def test_a_page_title_holds_fixed_words_only(path):
    for title in re.findall(
        r"{% block title %}(.*?){% endblock", path.read_text(), re.DOTALL
    ):
        assert "{{" not in title
        assert "blocktranslate" not in title


def test_the_style_sheets_stay_small():
    size = sum(path.stat().st_size for path in CSS.glob("*.css"))
    assert size <= CSS_LIMIT_BYTES


@pytest.mark.parametrize("path", sorted(CSS.glob("*.css")), ids=relative)
def test_a_style_sheet_asks_no_other_host(path):
    addresses = re.findall(r"url\(\s*[\"']?([^\"')]+)", path.read_text())
    assert all(address.startswith("../img/") for address in addresses)


@pytest.mark.parametrize(
    "name", ["components.css", "forms.css", "gate.css", "minutes.css"]
)
def test_every_part_is_in_the_guide(name):
    classes = set(re.findall(r"\.([a-z][\w-]*)", _selectors((CSS / name).read_text())))
    guide = GUIDE.read_text()
    missing = {cls for cls in classes if not re.search(rf"\b{cls}(?![\w-])", guide)}
    assert missing == set()


def _selectors(sheet: str) -> str:
    """The sheet without its comments and declarations."""
    sheet = re.sub(r"/\*.*?\*/", "", sheet, flags=re.DOTALL)
    return re.sub(r"\{[^{}]*\}", "", sheet)


# Text on its surface: 4.5:1. Lines, marks and focus against theirs: 3:1 (WCAG 1.4.3,
# 1.4.11).
TEXT_PAIRS = [
    ("text", "surface"),
    ("text", "surface-soft"),
    ("text", "surface-sunk"),
    ("text-soft", "surface"),
    ("text-soft", "surface-soft"),
    ("text-soft", "surface-sunk"),
    ("link", "surface"),
    ("link", "surface-soft"),
    ("link", "yellow-300"),
    ("link-visited", "surface"),
    ("white", "key"),
    ("white", "key-hover"),
    ("white", "key-active"),
    ("key", "surface"),
    ("key-hover", "key-soft"),
    ("key-active", "cyan-100"),
    ("text-strong", "yellow-300"),
    ("info", "info-soft"),
    ("success", "success-soft"),
    ("warning", "warning-soft"),
    ("danger", "danger-soft"),
    ("danger", "surface"),
    ("red-900", "surface"),
    ("green-800", "surface"),
    ("yellow-1100", "yellow-50"),
    ("yellow-900", "surface"),
    ("light-blue-800", "surface"),
    ("magenta-900", "surface"),
]
MARK_PAIRS = [
    ("line-control", "surface"),
    ("gray-420", "surface"),
    ("black", "surface"),
    ("black", "yellow-300"),
    ("key", "key-soft"),
]


@pytest.mark.parametrize(
    ("front", "back", "least"),
    [(*pair, 4.5) for pair in TEXT_PAIRS] + [(*pair, 3.0) for pair in MARK_PAIRS],
)
def test_colours_have_contrast(front, back, least):
    assert _contrast(_colour(front), _colour(back)) >= least


def _colour(name: str) -> str:
    """The colour of a custom property in tokens.css, followed to its primitive."""
    tokens = (CSS / "tokens.css").read_text()
    while not name.startswith("#"):
        found = re.search(rf"--{name}: (?:var\(--([\w-]+)\)|(#\w{{6}}));", tokens)
        assert found, name
        name = found[1] or found[2]
    return name


def _contrast(one: str, other: str) -> float:
    """The contrast ratio as WCAG defines it."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    shares = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (
        share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4
        for share in shares
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
