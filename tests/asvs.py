"""The page of requirements and proofs, written from ``tests/asvs.txt``.

Run ``python -m tests.asvs`` to write docs/reference/asvs.md.
"""

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
TABLE = Path(__file__).with_suffix(".txt")
PAGE = ROOT / "docs" / "reference" / "asvs.md"
WITHOUT_TEST = ("no", "host", "partly", "open")
HEAD = """# ASVS 5.0.0: each requirement and what proves it

Written by `python -m tests.asvs` from `tests/asvs.txt`; do not edit. Here are all
requirements of the levels 1 and 2 (the small figure) of the OWASP Application Security
Verification Standard 5.0.0, in our own words. A test named here exists, or `make test`
fails. A word in bold stands where no test does: **no** – does not apply; **host** –
whoever runs the installation sees to it; **partly** and **open** – not all there, and
said plainly. What it all comes to: [security](../security.md).
"""


@dataclass(frozen=True)
class Row:
    """Requirements that are met alike, and by what."""

    chapter: str
    ids: list[str]
    words: str
    proof: str

    @property
    def tests(self) -> list[str]:
        """The proving tests as ``file::test`` below tests/; none for a reason."""
        return [] if self.reason else self.proof.split()

    @property
    def reason(self) -> str:
        """Why there is no test: one of the four words, and the reason itself."""
        kind = self.proof.partition(":")[0]
        return kind if kind in WITHOUT_TEST else ""


def rows() -> list[Row]:
    """The table, row by row."""
    found, chapter = [], ""
    for line in TABLE.read_text("utf-8").splitlines():
        if line.startswith("["):
            chapter = line.strip("[]")
        elif line and not line.startswith("#"):
            ids, words, proof = (part.strip() for part in line.split("|"))
            found.append(Row(chapter, ids.split(), words, proof))
    return found


def page() -> str:
    """The page as it should be."""
    lines, chapter = [HEAD], ""
    for row in rows():
        if row.chapter != chapter:
            chapter = row.chapter
            lines.append(f"\n## {chapter}\n\n| | What holds | Proof |\n|---|---|---|\n")
        lines.append(f"| {' '.join(row.ids)} | {row.words} | {_proof(row)} |\n")
    return "".join(lines)


def _proof(row: Row) -> str:
    if row.reason:
        kind, _, why = row.proof.partition(": ")
        return f"**{kind}**: {why}"
    return "<br>".join(
        f"`tests/{path}.py` {_sentence(name)}"
        for path, name in (test.split("::") for test in row.tests)
    )


def _sentence(name: str) -> str:
    return re.sub("^test_", "", name).replace("_", " ")


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
