"""The words that a manual quotes are words of the portal.

What a manual sets in 「」 somebody will look for on the screen. Examples and words
that stand on paper or in mails are set in 『』.
"""

import re
from functools import cache

import pytest
from django.conf import settings

from portal.core import manuals

QUOTED = re.compile(r"「([^「」]+)」")
VARIABLE = re.compile(r"%\(\w+\)[sd]|\{\{.*?\}\}|\{\w+\}")
KINDS = {".html", ".py", ".js"}


@cache
def shown() -> str:
    """All that the pages are made of, without what is filled in."""
    files = (
        path
        for app in ("portal", "members", "documents", "meetings")
        for path in sorted((settings.ROOT / app).rglob("*"))
        if path.suffix in KINDS and "demo" not in path.parts
    )
    text = "\n".join(path.read_text(encoding="utf-8") for path in files)
    return re.sub(r'"\s*\n\s*"', "", VARIABLE.sub("", text))


@pytest.mark.parametrize("name", manuals.NAMES)
def test_what_a_manual_quotes_stands_on_a_page(name: str) -> None:
    source = (manuals.FOLDER / f"{name}.md").read_text(encoding="utf-8")
    unknown = {words for words in QUOTED.findall(source) if words not in shown()}
    assert sorted(unknown) == []
