"""The manuals as the portal shows them: whole, linked, and each page's section."""

import re
from urllib.parse import unquote

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders

from portal.core import manuals
from tests.test_matrix import ROUTES

HREF = re.compile(r'(?:href|src)="([^"]+)"')
IDS = re.compile(r' id="([^"]+)"')


@pytest.mark.parametrize("name", manuals.NAMES)
def test_every_link_and_picture_of_a_manual_leads_somewhere(name: str) -> None:
    anchors = {n: IDS.findall(manuals.manual(n).body) for n in manuals.NAMES}
    broken = []
    for target in map(unquote, HREF.findall(manuals.manual(name).body)):
        if target.startswith(settings.STATIC_URL):
            there = bool(finders.find(target.removeprefix(settings.STATIC_URL)))
        else:
            page, _, anchor = target.partition("#")
            other = page.removeprefix("/manual/").strip("/") or name
            there = other in anchors and (not anchor or anchor in anchors[other])
        if not there:
            broken.append(target)
    assert broken == []


@pytest.mark.parametrize("name", manuals.NAMES)
def test_a_manual_begins_shortly_and_ends_with_help(name: str) -> None:
    manual = manuals.manual(name)
    anchors = [anchor for anchor, _ in manual.sections]
    assert anchors[0] == "5分でわかる"
    assert anchors[-1] == "困ったとき"
    assert len(anchors) == len(set(IDS.findall(manual.body)) & set(anchors))
    assert "事務局" in manual.body.rpartition("困ったとき")[2]


@pytest.mark.parametrize("name", manuals.NAMES)
def test_the_pages_that_a_manual_tells_of_are_there(name: str) -> None:
    told = manuals.pages(name)
    assert sorted(told.keys() - ROUTES.keys()) == []
    assert told["members:own"]
    source = (manuals.FOLDER / f"{name}.md").read_text(encoding="utf-8")
    named = re.findall(r"\w+:[a-z-]+", "".join(re.findall("<!--.*-->", source)))
    assert len(named) == len(told), "a page has one section"


def test_markup_in_a_manual_is_shown_as_it_is_written() -> None:
    for name in manuals.NAMES:
        assert "<!--" not in manuals.manual(name).body
        assert "**" not in manuals.manual(name).body, "stars beside a bracket stay"
        assert "&lt;" not in manuals.manual(name).body, "no HTML in a manual"
