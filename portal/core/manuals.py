"""The manuals of docs/users as pages of the portal.

They stay plain Markdown that reads well anywhere. A heading may be followed by a
comment that names the pages it tells of, by the names of their addresses:

    <!-- pages: meetings:sitting-list meetings:sitting-create -->

From those the link 「この画面の使い方」 of a page finds its section.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from django.conf import settings
from django.templatetags.static import static
from django.urls import reverse
from django.utils.safestring import SafeString
from markdown_it import MarkdownIt
from markdown_it.token import Token

FOLDER = settings.ROOT / "docs" / "users"
NAMES = ("chair", "secretariat", "outside-member", "administrator", "auditor")
_PAGES = re.compile(r"^<!-- pages: ([\w: -]+) -->\n", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Manual:
    """A manual: its title, its body as HTML, its sections."""

    title: str
    body: SafeString
    sections: tuple[tuple[str, str], ...]  # anchor, words


@cache
def manual(name: str) -> Manual:
    """The manual of that name, one of ``NAMES``."""
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = parser.parse(_PAGES.sub("", _source(name)))
    headings = list(_headings(tokens))
    _, title = headings[0]
    for table in _tables(tokens):
        _name_columns(table)
    for token in _all(tokens):
        _suit(token)
    body = parser.renderer.render(tokens[3:], parser.options, {})  # after the title
    return Manual(
        title=title.content,
        body=SafeString(body),  # nosec B703 # our own text, and raw HTML is off
        sections=tuple(
            (_anchor(words.content), words.content)
            for level, words in headings
            if level == "h2"
        ),
    )


@cache
def pages(name: str) -> dict[str, str]:
    """The pages of which the manual tells, each with the anchor of its section."""
    return dict(_told(_source(name)))


def section_url(name: str, page: str) -> str:
    """Where the manual tells of the page; empty where it does not."""
    anchor = pages(name).get(page)
    return f"{reverse('members:manual', args=[name])}#{anchor}" if anchor else ""


def _source(name: str) -> str:
    return (FOLDER / f"{name}.md").read_text(encoding="utf-8")


def _anchor(heading: str) -> str:
    """What a heading is called in an address, as code hosts do it."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def _told(source: str) -> Iterator[tuple[str, str]]:
    """The pages that are named, each with the heading above."""
    for comment in _PAGES.finditer(source):
        heading = source[: comment.start()].rstrip().rpartition("\n")[2]
        for page in comment[1].split():
            yield page, _anchor(heading.lstrip("# "))


def _headings(tokens: list[Token]) -> Iterator[tuple[str, Token]]:
    for opening, words in pairwise(tokens):
        if opening.type == "heading_open":
            opening.attrSet("id", _anchor(words.content))
            yield opening.tag, words


def _all(tokens: list[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from token.children or ()


def _tables(tokens: list[Token]) -> Iterator[list[Token]]:
    begin = 0
    for place, token in enumerate(tokens):
        if token.type == "table_open":
            begin = place
        if token.type == "table_close":
            yield tokens[begin:place]


def _name_columns(table: list[Token]) -> None:
    """The classes of a portal's table, which becomes cards on a telephone."""
    table[0].attrSet("class", "table")
    pairs = list(pairwise(table))
    heads = [words.content for cell, words in pairs if cell.type == "th_open"]
    cells = [cell for cell in table if cell.type == "td_open"]
    for number, cell in enumerate(cells):
        cell.attrSet("data-label", heads[number % len(heads)])


def _suit(token: Token) -> None:
    """Pictures from the static files; links between manuals to their pages."""
    if token.type == "image":
        picture = str(token.attrs["src"]).rpartition("/")[2]
        token.attrs |= {"src": static(f"pictures/{picture}"), "loading": "lazy"}
    if token.type == "link_open":
        file, hash_, anchor = str(token.attrs["href"]).partition("#")
        if file.endswith(".md"):
            page = reverse("members:manual", args=[file.removesuffix(".md")])
            token.attrs["href"] = f"{page}{hash_}{anchor}"
