"""The documents say what the code does: names, settings, packages, links."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.db.models import Model

from members import decide, facts

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
APPS = ("core", "members", "documents", "meetings")
LINK = re.compile(r"\]\(([^)\s]+)\)|<img [^>]*src=\"([^\"]+)\"")
FENCE = re.compile(r"```.*?```", re.DOTALL)


def pages() -> list[Path]:
    return [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]


def shown(page: Path) -> str:
    return str(page.relative_to(ROOT))


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def models() -> dict[str, type[Model]]:
    return {
        model.__name__: model
        for label in APPS
        for model in apps.get_app_config(label).get_models()
    }


def columns(text: str, number: int) -> Iterator[str]:
    """The cells of one column of all tables, without heads and rules."""
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if line.startswith("|") and len(cells) > number and "---" not in cells[0]:
            yield cells[number]


# Glossary ---------------------------------------------------------------------------


def glossary_names() -> set[str]:
    code = "\n".join(columns(read("docs/glossary.md"), 2))
    return set(re.findall(r"`([A-Z][\w.]*)`", code))


def resolves(name: str) -> bool:
    """Whether ``Class``, ``Class.field`` or ``Class.Inner.MEMBER`` is in the code."""
    first, *rest = name.split(".")
    thing: object = models().get(first) or getattr(facts, first, None)
    if isinstance(thing, type) and issubclass(thing, Model) and len(rest) == 1:
        fields = {field.name for field in thing._meta.get_fields()}
        return rest[0] in fields or hasattr(thing, rest[0])
    for part in rest:
        thing = getattr(thing, part, None)
    return thing is not None


def test_every_name_in_the_glossary_is_in_the_code():
    names = glossary_names()
    assert len(names) > 60
    assert sorted(name for name in names if not resolves(name)) == []


def test_every_table_is_in_the_glossary():
    mentioned = {name.split(".")[0] for name in glossary_names()}
    assert sorted(set(models()) - mentioned) == []


def test_every_role_and_regime_is_in_the_glossary():
    wanted = {
        f"{kind.__name__}.{member.name}"
        for kind in (facts.Role, facts.Regime)
        for member in kind
    }
    assert sorted(wanted - glossary_names()) == []


def test_no_japanese_term_has_two_rows():
    terms = list(columns(read("docs/glossary.md"), 0))
    assert sorted({term for term in terms if terms.count(term) > 1} - {"日本語"}) == []


# Reference --------------------------------------------------------------------------


def test_every_variable_is_described_and_every_described_one_is_read():
    sources = [*(ROOT / "portal").rglob("*.py")]
    found = {
        name
        for source in sources
        for name in re.findall(
            r"[\"'](KASANE_[A-Z0-9_]+)[\"']", source.read_text(encoding="utf-8")
        )
    }
    described = set(
        re.findall(
            r"`(KASANE_\w+)`", "\n".join(columns(read("docs/reference/env.md"), 0))
        )
    )
    assert described == found


def test_every_rule_of_the_decision_has_its_row():
    numbers = set(columns(read("docs/reference/access-rules.md"), 0))
    rules = {rule.__name__.split("_")[0].upper() for rule, _ in decide.RULES}
    assert rules - numbers == set()
    assert {f"R{n}" for n in range(1, 41)} | {f"P{n}" for n in range(1, 11)} <= numbers


def test_every_package_has_its_line_and_its_reason():
    project = tomllib.loads(read("pyproject.toml"))["project"]
    listed = [
        *project["dependencies"],
        *(
            line
            for extra in project["optional-dependencies"].values()
            for line in extra
        ),
    ]
    wanted = {re.split(r"[\[=<>~! ;]", line)[0].lower() for line in listed}
    page = read("docs/adr/0016-dependencies.md")
    described = {name.lower() for name in columns(page, 0)} - {"package"}
    assert described == wanted
    assert all(columns(page, 1))
    assert all(columns(page, 2))


def test_every_command_is_described():
    commands = {
        path.stem
        for app in ("portal", "members", "documents", "meetings")
        for path in (ROOT / app).rglob("management/commands/*.py")
        if path.stem != "__init__"
    }
    page = read("docs/operators/commands.md")
    typed = {command.replace("_", "-") for command in commands}
    assert sorted(c for c in typed if f"python -m portal {c}" not in page) == []


# Decision records -------------------------------------------------------------------


def test_decision_records_have_gapless_numbers_and_the_same_parts():
    records = sorted((DOCS / "adr").glob("*.md"))
    numbers = [int(path.name[:4]) for path in records]
    assert numbers == list(range(1, len(records) + 1))
    for path in records:
        text = path.read_text(encoding="utf-8")
        assert text.startswith(f"# {path.name[:4]} "), path.name
        for part in ("Context", "Decision", "Consequences", "Alternatives"):
            assert f"\n## {part}\n" in text, (path.name, part)


def test_the_front_page_leads_to_every_page():
    front = read("docs/README.md")
    missing = [
        shown(page)
        for page in DOCS.rglob("*.md")
        if page != DOCS / "README.md" and str(page.relative_to(DOCS)) not in front
    ]
    assert missing == []


# All pages --------------------------------------------------------------------------


@pytest.mark.parametrize("page", pages(), ids=shown)
def test_links_lead_somewhere(page: Path):
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    targets = ["".join(found) for found in LINK.findall(text)]
    broken = [
        target
        for target in targets
        if "://" not in target
        and not target.startswith(("#", "mailto:"))
        and not (page.parent / target.partition("#")[0]).exists()
    ]
    assert broken == []


def anchors(page: Path) -> set[str]:
    """What the headings of a page are called in an address."""
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", h.lower()).replace(" ", "-") for h in headings}


@pytest.mark.parametrize("page", pages(), ids=shown)
def test_links_lead_to_a_heading_that_is_there(page: Path):
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    found = [match[0].partition("#") for match in LINK.findall(text)]
    broken = [
        f"{name}#{anchor}"
        for name, _hash, anchor in found
        if anchor and "://" not in name and (not name or name.endswith(".md"))
        if anchor not in anchors(page.parent / name if name else page)
    ]
    assert broken == []


@pytest.mark.parametrize("page", pages(), ids=shown)
def test_named_files_exist(page: Path):
    """A path in backticks, from the root of the repository, is there."""
    heads = "portal|members|documents|meetings|infra|tests|docs"
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    named = set(re.findall(rf"`((?:{heads})/[\w./-]+)`", text))
    assert sorted(name for name in named if not (ROOT / name).exists()) == []


@pytest.mark.parametrize("page", pages(), ids=shown)
def test_pages_speak_of_no_machine(page: Path):
    text = page.read_text(encoding="utf-8")
    paths = re.findall(r"(?<![\w.])/(?:home|root|work|tmp|Users|mnt)/[\w./-]*", text)
    assert paths == []


def test_the_readme_names_the_words_that_make_knows():
    readme = read("README.md")
    assert "make run" in readme
    assert "make test" in readme
    known = set(re.findall(r"^([a-z-]+):", read("Makefile"), re.MULTILINE))
    named = {
        word
        for page in pages()
        for word in re.findall(r"`make ([a-z-]+)", page.read_text(encoding="utf-8"))
    }
    assert sorted(named - known) == []
