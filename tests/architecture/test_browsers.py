"""What the pages ask of a browser: no more than Chrome and Edge 128 (August 2024) have.

Each word is a feature that came later, with the version that brought it. Where a page
does well without one, the file that may use it stands here with its reason.
"""

import re
from pathlib import Path

from tests.architecture.source import ROOT

FLOOR = 128
LATER = {
    "css": {
        r"interpolate-size|calc-size\(": 129,
        r"@(top|right|bottom|left)-(left|center|right|top|middle|bottom)\b": 131,
        r"::details-content|font-variant-emoji": 131,
        r"text-box(-trim|-edge)?\s*:|:open\b|scroll-state\(": 133,
        r"::scroll-(button|marker)|::checkmark|::picker|base-select|shape\(": 135,
        r"(?<!-)print-color-adjust\s*:": 136,
        r"reading-flow|reading-order|:\s*if\(": 137,
        r"(width|height|size)\s*:\s*stretch\b|sibling-(index|count)\(|progress\(": 138,
        r"@function\b|corner-shape": 139,
    },
    "js": {
        r"parse(Creation|Request)OptionsFromJSON|DurationFormat": 129,
        r"scheduler\.yield|credential\.toJSON": 129,
        r"moveBefore": 133,
        r"requestClose|Error\.isError|\b(await )?using \w+ =": 134,
        r"f16round|Float16Array": 135,
        r"RegExp\.escape": 136,
        r"(to|from|setFrom)(Base64|Hex)\(": 140,
        r"\bTemporal\.|sumPrecise|getOrInsert": 144,
    },
    "html": {
        r"closedby=": 134,
        r"commandfor=|<selectedcontent": 135,
        r'interestfor=|popover="hint"': 133,
    },
}
WITHOUT = {
    "portal/core/static/css/print.css": "sheets without page numbers are as legible",
}


def too_new(text: str, kind: str) -> list[str]:
    """The features in a text that the oldest browser does not have."""
    return [
        f"{found[0]} (Chrome {version})"
        for pattern, version in LATER[kind].items()
        if version > FLOOR and (found := re.search(pattern, text))
    ]


def sources(kind: str) -> list[Path]:
    """What is sent to browsers."""
    folder = "templates" if kind == "html" else "static"
    parts = ("portal", "members", "documents", "meetings")
    return [
        file
        for part in parts
        for file in (ROOT / part).rglob(f"*.{kind}")
        if folder in file.parts
    ]


def test_the_pages_need_no_newer_browser_than_the_floor() -> None:
    found = {
        str(file.relative_to(ROOT)): newer
        for kind in LATER
        for file in sources(kind)
        if (newer := too_new(file.read_text(), kind))
    }
    assert sorted(found) == sorted(WITHOUT), found


def test_a_newer_feature_is_seen() -> None:
    assert too_new("a { interpolate-size: allow-keywords }", "css")
    assert too_new("const words = RegExp.escape(typed)", "js")
    assert too_new('<dialog closedby="any">', "html")
    assert not too_new("a { width: 1px; -webkit-print-color-adjust: exact }", "css")
