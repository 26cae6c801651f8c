"""The project's own source, for tests that read it instead of running it."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
APPS = ("meetings", "documents", "members")
PACKAGES = (*APPS, "portal")


def modules(*packages: str) -> list[Path]:
    """All modules of the packages but their migrations."""
    return sorted(
        path
        for package in packages or PACKAGES
        for path in (ROOT / package).rglob("*.py")
        if "migrations" not in path.parts
    )


def templates() -> list[Path]:
    """All templates of the project."""
    return sorted(p for package in PACKAGES for p in (ROOT / package).rglob("*.html"))


def tree(path: Path) -> ast.Module:
    """The syntax tree of a module; not kept, as each test looks through what is."""
    return ast.parse(path.read_text(encoding="utf-8"))


def name(path: Path) -> str:
    """A module as people name it: its path below the repository."""
    return path.relative_to(ROOT).as_posix()


def dotted(node: ast.expr) -> str:
    """``a.b.c`` for a chain of attributes, calls looked through."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    if isinstance(node, ast.Call):
        return dotted(node.func)
    return "?"


def calls(path: Path) -> Iterator[tuple[int, str]]:
    """Every call of a module, by the dotted name of what is called."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call):
            yield node.lineno, dotted(node.func)


def imports(path: Path) -> Iterator[str]:
    """Every module that a module imports."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""
