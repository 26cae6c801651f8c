"""A town and a village use the portal too: its words do not call them a city."""

import ast
import re

from portal.core import manuals
from tests.architecture import source

# What the law calls municipalities, what telephones have, and invented places.
GENERAL = re.compile(r"市(区)?町村|市外局番|見本市|となり市")
KINDS = {
    "documents/mixups/folding.py": "addresses end so",
    "documents/mixups/standing.py": "a word that is no name",
    "members/ordinance.py": "picks the word for the municipality",
}


def _texts(module: ast.Module) -> list[str]:
    """All texts of a module but those that only say what it does."""
    said = {id(each.value) for each in ast.walk(module) if isinstance(each, ast.Expr)}
    return [
        each.value
        for each in ast.walk(module)
        if isinstance(each, ast.Constant)
        and isinstance(each.value, str)
        and id(each) not in said
    ]


def test_no_page_mail_or_manual_calls_the_municipality_a_city() -> None:
    words = {
        source.name(path): path.read_text(encoding="utf-8")
        for package in source.PACKAGES
        for kind in ("*.html", "*.txt", "*.js")
        for path in (source.ROOT / package).rglob(kind)
    }
    words |= {
        source.name(path): "\n".join(_texts(source.tree(path)))
        for path in source.modules()
    }
    words |= {
        name: (manuals.FOLDER / f"{name}.md").read_text(encoding="utf-8")
        for name in manuals.NAMES
    }
    cities = {
        name: found
        for name, text in words.items()
        if "portal/demo/" not in name and name not in KINDS
        for found in [re.findall(r".{0,12}市.{0,12}", GENERAL.sub("", text))]
        if found
    }
    assert cities == {}
