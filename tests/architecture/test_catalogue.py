"""The English catalogue holds every text of the pages, each with its English."""

import ast
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from tests.architecture.source import ROOT

WORDS = Path("portal/locale/en/LC_MESSAGES/django.po")
_TEXT = r' ((?:".*"\n?)+)'
ENTRY = re.compile(
    rf"^msgid{_TEXT}(?:msgid_plural{_TEXT})?msgstr(?:\[0\])?{_TEXT}", re.MULTILINE
)
QUOTED = re.compile(r"[「『]([^「」『』]+)[」』]")


def test_every_text_has_its_english(tmp_path: Path) -> None:
    """Gathered anew in a copy, the catalogue is the one that is kept, without gaps."""
    shutil.copytree(ROOT / "infra/bin", tmp_path / "infra/bin")
    for app in ("portal", "members", "documents", "meetings"):
        shutil.copytree(
            ROOT / app, tmp_path / app, ignore=shutil.ignore_patterns("*.pyc", "static")
        )
    subprocess.run(
        [tmp_path / "infra/bin/catalogue"],
        check=True,
        env={
            **os.environ,
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "KASANE_DATA": str(tmp_path / "var"),
        },
    )
    gaps = subprocess.run(
        ["msgattrib", "--untranslated", "--no-wrap", tmp_path / WORDS],
        check=True,
        capture_output=True,
        text=True,
    )
    assert not gaps.stdout, "Run: make catalogue, then write the English"
    gathered = (tmp_path / WORDS).read_text(encoding="utf-8")
    assert gathered == (ROOT / WORDS).read_text(encoding="utf-8"), "Run: make catalogue"


def test_what_a_text_quotes_has_the_same_english_there() -> None:
    """A button is sought by the name that it bears."""
    english = {
        _joined(text): _joined(words)
        for text, _plural, words in ENTRY.findall(
            (ROOT / WORDS).read_text(encoding="utf-8")
        )
    }
    otherwise = [
        (text, quoted, english[quoted])
        for text, words in english.items()
        for quoted in QUOTED.findall(text)
        if english.get(quoted, "").rstrip(".").lower() not in words.lower()
    ]
    assert otherwise == []


def _joined(lines: str) -> str:
    """A text of the catalogue, which may stand on several lines."""
    return "".join(ast.literal_eval(line) for line in lines.splitlines())
