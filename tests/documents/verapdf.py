"""veraPDF, the validator of the PDF Association: does a file keep what it claims?"""

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

_MISSING = "is missing; run infra/bin/install-test-parts"


def verdicts(folder: Path, files: Mapping[str, bytes]) -> str:
    """veraPDF's line on each file, and for a failed one the rules that it breaks.

    The files are judged by the part and level they claim, all in one start of Java.
    """
    java = shutil.which("java")
    jar = _jar()
    assert java is not None, f"Java {_MISSING}"
    assert jar.exists(), f"veraPDF {_MISSING}"
    for name, data in files.items():
        (folder / f"{name}.pdf").write_bytes(data)
    program = "org.verapdf.apps.GreenfieldCliWrapper"
    options = ["--flavour", "0", "--format", "text", "-v"]
    paths = [f"{name}.pdf" for name in files]
    done = subprocess.run(
        [java, "-Xmx512m", "-cp", jar, program, *options, *paths],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    return done.stdout.replace(f"{folder}/", "")


def _jar() -> Path:
    version = Path("infra/verapdf-version").read_text("ascii").split()[0]
    folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return folder / f"kasane/verapdf-{version}.jar"
