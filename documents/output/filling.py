"""Fills the municipality's own Word file with words. Runs in the press alone.

A template is a small program: it runs in Jinja's sandbox, inside the press's box, for
a few seconds. Words are always escaped, and every word that the template prints is
looked for in the file that comes out: one that Word would not show is a complaint.
"""

import io
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, BinaryIO

from docx.document import Document as WordDocument
from docx.oxml.ns import qn
from docxtpl.template import DocxTemplate
from jinja2 import ChainableUndefined, TemplateError, TemplateSyntaxError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment
from lxml import etree

from documents.output.docx import set_properties
from documents.output.text import clean

SECONDS = 3  # of computing; a long record takes a third of one
_NEAR = 80

Order = dict[str, Any]
Complaint = tuple[str, str]  # what is wrong, and the words concerned


class _Sandbox(ImmutableSandboxedEnvironment):
    """Without the ways by which typed words could become parts of the file."""

    def __init__(self, unknown: list[str], printed: list[str]) -> None:
        super().__init__(
            autoescape=True, undefined=_noting(unknown), finalize=_noted(printed)
        )
        self.globals.clear()
        for name in ("safe", "xmlattr", "urlize", "tojson"):
            del self.filters[name]

    def _parse(self, source: str, name: str | None, filename: str | None) -> Any:
        tree = super()._parse(source, name, filename)
        if tree.find(nodes.EvalContextModifier):
            raise TemplateSyntaxError("autoescape", 1)
        return tree


def _noting(unknown: list[str]) -> type[ChainableUndefined]:
    class Noting(ChainableUndefined):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            if self._undefined_name and self._undefined_name not in unknown:
                unknown.append(str(self._undefined_name))

    return Noting


class ListError(TemplateError):
    """A list was printed where its rows were meant."""


def _noted(printed: list[str]) -> Any:
    def noted(value: object) -> object:
        if isinstance(value, list | tuple | dict):
            raise ListError
        printed.append(str(value))
        return value

    return noted


def fill(source: BinaryIO, out: BinaryIO, order: Order) -> list[Complaint]:
    """Write the filled file to ``out``; or say what is wrong with the template."""
    unknown: list[str] = []
    printed: list[str] = []
    template = DocxTemplate(io.BytesIO(source.read()))
    try:
        with _seconds(SECONDS):
            document = _filled(template, _Sandbox(unknown, printed), order["words"])
    except TimeoutError:
        return [("slow", "")]
    except ListError as error:
        return [("list", _near(error))]
    except TemplateError as error:
        return [("syntax", f"{_near(error)} ({error.message})")]
    if unknown:
        return [("unknown", name) for name in unknown]
    if lost := _lost(document, printed):
        return [("lost", lost[:_NEAR])]
    set_properties(document, order["title"], datetime.fromisoformat(order["made_at"]))
    document.save(out)
    return []


def _filled(template: Any, sandbox: _Sandbox, words: Order) -> WordDocument:
    template.init_docx()
    properties = template.docx.core_properties
    for name in ("author", "comments", "identifier", "language", "subject", "title"):
        setattr(properties, name, "")  # they are ours to say
    template.render(_cleaned(words), sandbox, autoescape=True)
    document: WordDocument = template.docx
    return document


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {key: _cleaned(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_cleaned(item) for item in value]
    return value


def _lost(document: WordDocument, printed: list[str]) -> str:
    """The first printed word that the file does not show; empty when all are there."""
    shown = "".join(_texts(document).split())
    return next((word for word in printed if "".join(word.split()) not in shown), "")


def _texts(document: WordDocument) -> str:
    return "".join(
        node.text or ""
        for part in document.part.package.iter_parts()
        if str(part.content_type).endswith("+xml")
        for node in etree.fromstring(part.blob).iter(qn("w:t"))
    )


def _near(error: TemplateError) -> str:
    """The words of the template around the mistake."""
    lines = [line.strip() for line in getattr(error, "docx_context", ())]
    return " ".join(line for line in lines if line)[:_NEAR]


@contextmanager
def _seconds(limit: float) -> Iterator[None]:
    def late(*_: object) -> None:
        raise TimeoutError

    signal.signal(signal.SIGVTALRM, late)
    signal.setitimer(signal.ITIMER_VIRTUAL, limit)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
