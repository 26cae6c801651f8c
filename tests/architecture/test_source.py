"""Rules that hold for the text of the program, whatever it does."""

import re

import pytest

from tests.architecture.source import (
    APPS,
    PACKAGES,
    ROOT,
    imports,
    modules,
    name,
    templates,
)

LINES = 400


def test_modules_are_short_enough_to_read() -> None:
    long = {
        name(path): count
        for path in modules()
        if (count := len(path.read_text(encoding="utf-8").splitlines())) > LINES
    }
    assert long == {}


@pytest.mark.parametrize("package", ["portal/core", *APPS])
def test_migrations_are_numbered_and_named_by_their_deed(package: str) -> None:
    names = sorted(p.stem for p in (ROOT / package / "migrations").glob("0*.py"))
    assert names[0] == "0001_initial"
    assert [n[:4] for n in names] == [f"{i:04}" for i in range(1, len(names) + 1)]
    assert [n for n in names if "auto" in n or not re.fullmatch(r"[0-9a-z_]+", n)] == []


def test_templates_escape_everywhere() -> None:
    spoiled = re.compile(r"\|\s*safe(seq)?\b|autoescape\s+off")
    assert [name(t) for t in templates() if spoiled.search(t.read_text("utf-8"))] == []


def test_only_the_object_store_and_its_lock_know_minio() -> None:
    knowing = [
        name(p) for p in modules() if any(m.startswith("minio") for m in imports(p))
    ]
    assert knowing == ["portal/core/objectlock.py", "portal/core/objectstore.py"]


def test_no_html_or_script_is_written_in_python() -> None:
    """Words and markup belong to templates; a fragment goes through format_html."""
    markup = re.compile(r"<(div|span|script|style|a |p>)")
    writing = [
        name(path)
        for path in modules(*APPS)
        if markup.search(path.read_text(encoding="utf-8"))
    ]
    assert writing == []


TITLE = re.compile(r"{% block title %}(.*?){% endblock", re.DOTALL)
WORDS = re.compile(r'{% translate "[^"{}]+" %}|[^{}]+')


def test_window_titles_are_fixed_words() -> None:
    """R39: a title shows in histories, task bars and shared screens."""
    titled = [(name(t), m) for t in templates() for m in TITLE.findall(t.read_text())]
    assert len(titled) > 30
    loose = [where for where, title in titled if WORDS.sub("", title).strip()]
    assert loose == []
    head = re.compile(r"<title>(.*?)</title>", re.DOTALL)
    frames = [m for t in templates() for m in head.findall(t.read_text())]
    assert frames
    assert [title for title in frames if "{{" in title] == []


def test_pages_carry_no_script_and_no_style_of_their_own() -> None:
    """The policy would block them; better that they never come into being."""
    inline = re.compile(
        r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)|javascript:"
    )
    assert [name(t) for t in templates() if inline.search(t.read_text())] == []


def test_forms_that_post_carry_the_token() -> None:
    form = re.compile(r"<form[^>]*method=\"post\".*?</form>", re.DOTALL | re.IGNORECASE)
    bare = [
        name(t)
        for t in templates()
        for body in form.findall(t.read_text())
        if "csrf_token" not in body
    ]
    assert bare == []


def test_every_package_is_looked_at() -> None:
    assert all(modules(package) for package in PACKAGES)
    assert len(templates()) > 30
