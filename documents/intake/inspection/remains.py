"""What a part of an Office package still carries: counted, never kept."""

import re

from documents.intake.inspection.found import Residue

_CHANGES = {
    *("ins", "del", "moveFrom", "moveTo", "cellIns", "cellDel", "cellMerge"),
    *("rPrChange", "pPrChange", "sectPrChange", "tblPrChange", "trPrChange"),
    *("tcPrChange", "numberingChange"),
}
_NO = {"0", "false", "off"}
# By part, and there by element: what it is a finding of.
_COUNTED: list[tuple[re.Pattern[str], dict[str, str]]] = [
    (
        re.compile(r"word/(document|header\d*|footer\d*|footnotes|endnotes)\.xml"),
        dict.fromkeys(_CHANGES, "tracked_changes"),
    ),
    (re.compile(r"word/comments\.xml|xl/comments.*\.xml"), {"comment": "comments"}),
    (re.compile(r"ppt/comments/.*\.xml"), {"cm": "comments"}),
    (re.compile(r"word/people\.xml|xl/persons/.*\.xml"), {"person": "people"}),
    (re.compile(r"xl/revisions/revisionlog.*\.xml"), {"rcc": "tracked_changes"}),
    (re.compile(r"docprops/custom\.xml"), {"property": "document_info"}),
]
# Elements of the document's properties that count when something stands in them.
_PROPERTIES = {
    "docprops/core.xml": {
        **dict.fromkeys(("creator", "lastModifiedBy"), "people"),
        **dict.fromkeys(
            ("title", "subject", "keywords", "description", "category"),
            "document_info",
        ),
    },
    "docprops/app.xml": {"Manager": "people", "Company": "document_info"},
}


class Remains:
    """Reads one part; ``found`` counts what remains in it."""

    def __init__(self, name: str) -> None:
        self.found = Residue()
        self._name = name
        self._counted: dict[str, str] = {}
        for part, codes in _COUNTED:
            if part.fullmatch(name):
                self._counted = codes
        self._properties = _PROPERTIES.get(name, {})
        self._awaited = ""
        self._attributes = _BY_ATTRIBUTE.get(_kind_of(name))
        self._notes = name.startswith("ppt/notesslides/") and name.endswith(".xml")
        self._words_of_notes = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        code = self._counted.get(tag)
        if code:
            self.found[code] += 1
        self._awaited = self._properties.get(tag, "")
        self._words_of_notes = self._notes and tag == "t"
        if self._attributes is not None:
            self._attributes(self.found, tag, attributes)

    def end(self) -> None:
        """An element ends."""
        self._awaited, self._words_of_notes = "", False

    def text(self, data: str) -> None:
        """Words in it; the numbers on notes are those of their pages."""
        if self._awaited and data.strip():
            self.found[self._awaited] += 1
            self._awaited = ""
        if self._words_of_notes and not data.strip().isdigit() and data.strip():
            self.found["speaker_notes"] = 1


def _kind_of(name: str) -> str:
    folder, _, file = name.rpartition("/")
    return {"word": "word", "xl/worksheets": "sheet", "ppt/slides": "slide"}.get(
        folder, ""
    ) or ("book" if (folder, file) == ("xl", "workbook.xml") else "")


def _hidden_words(found: Residue, tag: str, attributes: dict[str, str]) -> None:
    if tag == "vanish":
        value = next((v for k, v in attributes.items() if k.endswith("val")), "1")
        found["hidden_text"] += value not in _NO


def _hidden_sheet(found: Residue, tag: str, attributes: dict[str, str]) -> None:
    if tag == "sheet" and attributes.get("state", "visible") != "visible":
        found["hidden_sheets"] += 1


def _hidden_rows(found: Residue, tag: str, attributes: dict[str, str]) -> None:
    if tag in {"row", "col"} and attributes.get("hidden", "0") not in _NO:
        found["hidden_rows"] += 1


def _hidden_slide(found: Residue, tag: str, attributes: dict[str, str]) -> None:
    if tag == "sld" and attributes.get("show", "1") in _NO:
        found["hidden_slides"] += 1


_BY_ATTRIBUTE = {
    "word": _hidden_words,
    "sheet": _hidden_rows,
    "slide": _hidden_slide,
    "book": _hidden_sheet,
}
