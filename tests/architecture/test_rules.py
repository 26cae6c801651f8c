"""The rules of ``rules.py``: each finds what it should, and nothing in the program."""

import ast

from tests.architecture.rules import RULES, read
from tests.architecture.source import ROOT, modules, name, tree


def test_each_rule_catches_its_example_and_lets_the_other_pass() -> None:
    for rule in RULES:
        assert rule.found(read(ast.parse(rule.caught))), rule.name
        assert not rule.found(read(ast.parse(rule.passed))), rule.name


def test_the_program_keeps_the_rules() -> None:
    """One walk over all modules: their trees are large."""
    broken = []
    for path in modules():
        code = read(tree(path))
        for rule in RULES:
            if rule.concerns(name(path)):
                where = [f"{name(path)}:{line}" for line in rule.found(code)]
                broken += [f"{rule.name}: {each}" for each in where]
    assert broken == []


def test_every_exception_is_still_needed() -> None:
    unneeded = [
        (rule.name, module)
        for rule in RULES
        for module in rule.unless
        if not rule.found(read(tree(ROOT / module)))
    ]
    assert unneeded == []
