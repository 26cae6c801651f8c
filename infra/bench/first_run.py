"""How long a newcomer waits: a fresh clone, ``make run``, until the first page.

The environment is new; packages come from pip's cache as far as this machine has
them. Cloning is not counted.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from common import ROOT, end, figure, free_port, say, wait_for_answer

LIMIT_SECONDS = 600


def main() -> None:
    """Clone the last commit, run it, stop it, throw it away."""
    folder = Path(tempfile.mkdtemp(prefix="kasane-first-run-"))
    try:
        clone = folder / "kasane"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
        changes = ["git", "-C", str(ROOT), "diff", "--quiet", "HEAD"]
        if subprocess.run(changes, check=False).returncode:
            say("first_run: measures the last commit, not the changes since")
        figure("first_run_s", seconds_until_first_page(clone))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def seconds_until_first_page(clone: Path) -> float:
    """From ``make run`` to the first page that answers 200."""
    port = free_port()
    start = time.monotonic()
    process = subprocess.Popen(
        ["make", "run", f"PORT={port}"],
        cwd=clone,
        env=newcomer(),
        stdout=sys.stderr,
        start_new_session=True,
    )
    try:
        wait_for_answer(port, process, path="/", seconds=LIMIT_SECONDS)
        return time.monotonic() - start
    finally:
        end(process)


def newcomer() -> dict[str, str]:
    """The environment without what this process knows of Kasane and of Python."""
    ours = ("KASANE_", "PYTHON", "VIRTUAL_ENV", "DJANGO_", "MAKE", "MFLAGS")
    return {k: v for k, v in os.environ.items() if not k.startswith(ours)}


if __name__ == "__main__":
    main()
