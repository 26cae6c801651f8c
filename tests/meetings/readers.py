"""Our calendars in the eyes of others: ical.js in Node, and Debian's libical."""

import ctypes
import json
import os
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

_SCRIPT = Path(__file__).parent / "reread.mjs"
_MISSING = "is missing; run infra/bin/install-test-parts"


def ical_js(texts: list[str]) -> list[dict[str, Any]]:
    """What ical.js reads in each of the calendars."""
    node = shutil.which("node")
    folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    package = folder / "kasane/calendar-readers/node_modules/ical.js/dist/ical.js"
    assert node is not None, f"Node {_MISSING}"
    assert package.exists(), f"ical.js {_MISSING}"
    done = subprocess.run(
        [node, _SCRIPT, package],
        input=json.dumps(texts),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


@cache
def _library() -> ctypes.CDLL:
    try:
        library = ctypes.CDLL("libical.so.3")
    except OSError:
        raise AssertionError(f"libical {_MISSING}") from None
    for name, result, arguments in (
        ("icalparser_parse_string", ctypes.c_void_p, [ctypes.c_char_p]),
        ("icalrestriction_check", ctypes.c_int, [ctypes.c_void_p]),
        ("icalcomponent_count_errors", ctypes.c_int, [ctypes.c_void_p]),
        ("icalcomponent_as_ical_string", ctypes.c_char_p, [ctypes.c_void_p]),
        ("icalcomponent_free", None, [ctypes.c_void_p]),
    ):
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library


def libical(text: str) -> str:
    """The calendar as libical writes it, held against the rules of RFC 5546.

    Fails with libical's own words for anything that is not as it should be.
    """
    library = _library()
    component = library.icalparser_parse_string(text.encode())
    assert component, "libical reads no calendar"
    try:
        library.icalrestriction_check(component)
        written: str = library.icalcomponent_as_ical_string(component).decode()
        assert library.icalcomponent_count_errors(component) == 0, written
        return written
    finally:
        library.icalcomponent_free(component)
