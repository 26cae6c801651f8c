"""The page of requirements: whole, written from its table, and no test is invented."""

import ast
from collections import Counter

from tests import asvs
from tests.architecture.source import ROOT, tree

LEVELS = {"¹": 70, "²": 183}  # so many requirements has ASVS 5.0.0 at these levels


def test_every_requirement_of_both_levels_has_its_row_once() -> None:
    ids = [each for row in asvs.rows() for each in row.ids]
    assert [each for each, count in Counter(ids).items() if count > 1] == []
    assert Counter(each[-1] for each in ids) == LEVELS


def test_every_named_test_exists() -> None:
    missing = []
    for test in {test for row in asvs.rows() for test in row.tests}:
        path, name = test.split("::")
        file = ROOT / "tests" / f"{path}.py"
        nodes = tree(file).body if file.exists() else []
        functions = (ast.FunctionDef, ast.AsyncFunctionDef)
        if name not in {n.name for n in nodes if isinstance(n, functions)}:
            missing.append(test)
    assert missing == []


def test_the_page_is_as_the_table_says() -> None:
    assert asvs.PAGE.read_text("utf-8") == asvs.page(), "run: python -m tests.asvs"
