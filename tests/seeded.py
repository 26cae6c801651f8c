"""Faults put into the program on purpose (``tests/seeded.txt``), one at a time.

As a plugin (``KASANE_SEEDED=12 python -m pytest -p tests.seeded …``) it lets one module
of this process be imported with its fault. No file is changed.
"""

import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType

ROOT = Path(__file__).resolve().parents[1]
LIST = Path(__file__).with_suffix(".txt")


@dataclass
class Fault:
    """What is wrong, where, and which tests must find it."""

    abuse: int
    words: str
    path: str = ""
    old: list[str] = field(default_factory=list)
    new: list[str] = field(default_factory=list)
    tests: list[str] = field(default_factory=list)

    @property
    def module(self) -> str:
        """The module that has it."""
        return self.path.removesuffix(".py").replace("/", ".")

    def put_into(self, text: str) -> str:
        """The module's text with the fault; what it replaces stands there once."""
        old = "\n".join(self.old)
        if text.count(old) != 1:
            raise ValueError(f"{self.words}: found {text.count(old)} times")
        return text.replace(old, "\n".join(self.new))


def faults() -> list[Fault]:
    """All faults of the list, in its order."""
    found: list[Fault] = []
    for line in _lines():
        sign, rest = line[0], line[1:]
        if sign == "[":
            number, _, words = rest.partition("] ")
            found.append(Fault(int(number), words))
        elif sign == "-":
            found[-1].old.append(rest)
        elif sign == "+":
            found[-1].new.append(rest)
        elif sign == "?":
            found[-1].tests = [f"tests/{name}.py" for name in rest.split()]
        else:
            found[-1].path = line
    return found


def _lines() -> Iterator[str]:
    for line in LIST.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line


class _Loader(SourceFileLoader):
    """Compiles the module with its fault, past any compiled file."""

    fault: Fault

    def get_code(self, fullname: str) -> CodeType:
        text = self.fault.put_into(Path(self.path).read_text(encoding="utf-8"))
        code: CodeType = self.source_to_code(text.encode("utf-8"), self.path)
        return code


class _Finder(MetaPathFinder):
    def __init__(self, fault: Fault) -> None:
        self.fault = fault

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,
        target: ModuleType | None = None,
    ) -> ModuleSpec | None:
        if fullname != self.fault.module:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.origin is not None:
            loader = _Loader(fullname, spec.origin)
            loader.fault = self.fault
            spec.loader = loader
        return spec


if "KASANE_SEEDED" in os.environ:
    sys.meta_path.insert(0, _Finder(faults()[int(os.environ["KASANE_SEEDED"])]))
