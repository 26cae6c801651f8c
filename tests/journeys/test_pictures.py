"""The pictures of the manuals, taken of what the pages are now.

Pictures are not compared: what must agree is what a manual says. A step that shows a
picture is about that page, so the words it sets in 「」 have to be seen there.
"""

import re
from collections.abc import Iterator

import pytest
from django.conf import settings
from markdown_it import MarkdownIt
from PIL import Image

from portal.core import manuals
from tests import pictures
from tests.journeys import prepared
from tests.journeys.installation import Installation

FOLDER = settings.ROOT / "docs" / "pictures"
README = settings.ROOT / "README.md"
LARGEST = 120_000
NAMED = re.compile(r"pictures/([\w-]+)\.png")
QUOTED = re.compile(r"「([^「」]+)」")


def named() -> set[str]:
    """The pictures that README and manuals show."""
    pages = [README, *(manuals.FOLDER / f"{name}.md" for name in manuals.NAMES)]
    return set(NAMED.findall("".join(p.read_text(encoding="utf-8") for p in pages)))


def steps() -> Iterator[tuple[str, str]]:
    """Each step that shows a picture: the picture, the words in 「」."""
    for name in manuals.NAMES:
        text = (manuals.FOLDER / f"{name}.md").read_text(encoding="utf-8")
        inlines: list[str] = []
        for token in MarkdownIt("commonmark").parse(text):
            if token.type == "list_item_open":
                inlines = []
            if token.type == "list_item_close" and inlines:
                item = " ".join(inlines)
                for picture in NAMED.findall(item):
                    yield from ((picture, words) for words in QUOTED.findall(item))
                inlines = []
            if token.type == "inline":
                inlines.append(token.content)


@pytest.mark.pure
def test_one_list_of_pictures_is_declared_taken_and_shown() -> None:
    declared = [picture.name for picture in pictures.PICTURES]
    assert len(declared) == len(set(declared))
    assert {path.stem for path in FOLDER.iterdir()} == set(declared)
    assert named() == set(declared)


@pytest.mark.pure
def test_pictures_are_small() -> None:
    heavy = [p.name for p in FOLDER.iterdir() if p.stat().st_size > LARGEST]
    assert heavy == []
    for picture in pictures.PICTURES:
        size = pictures.PHONE if picture.phone else pictures.DESK
        with Image.open(FOLDER / f"{picture.name}.png") as taken:
            assert taken.size == size, picture.name


@pytest.mark.pure
@pytest.mark.browser
def test_the_pages_show_what_the_manuals_say(browser, tmp_path, request) -> None:
    wanted = {picture.name: set[str]() for picture in pictures.PICTURES}
    for name, words in steps():
        wanted[name].add(words)
    assert sum(map(len, wanted.values())) > 20
    folder = request.config.cache.mkdir("pictures")
    demo = Installation(tmp_path, "embedded")
    prepared.copy_to(demo, request.config)
    demo.start()
    missing = []
    try:
        for picture, page in pictures.shown(browser, demo):
            pictures.keep(page, picture, folder)
            seen = page.locator("body").inner_text()
            missing += [
                (picture.name, w) for w in wanted[picture.name] if w not in seen
            ]
    finally:
        demo.stop()
    assert missing == []
