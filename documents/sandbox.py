"""A box for programs that read what people upload: bubblewrap.

Inside there is no network, no data of the portal, no other process and no
environment; the system is read-only, /tmp is an empty folder in memory. It is asked
once whether all of that holds on this machine. ``refusal`` says why not.
"""

import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from functools import cache
from pathlib import Path

_SCRATCH = "/tmp"  # nosec B108 # noqa: S108 – the box's own, empty, in memory
SCRATCH_BYTES = 1024 * 1024 * 1024
_PROBE_SECONDS = 20
_SYSTEM = ("bin", "sbin", "lib", "lib64")

# Ends well only when nothing can be reached, written or seen that must not be.
_PROBE = """
import os, pathlib, socket, sys
def fails(deed):
    try:
        deed()
    except OSError:
        return True
    return False
def connect():
    socket.create_connection(("127.0.0.1", int(sys.argv[1])), timeout=2)
def write():
    pathlib.Path("/usr/kasane-probe").touch()
lone = len([name for name in os.listdir("/proc") if name.isdigit()]) <= 3
bare = set(os.environ) <= {"LC_CTYPE", "PWD"}  # Python and bwrap set these
apart = not os.path.exists(sys.argv[2]) and not os.path.exists("/etc/passwd")
sys.exit(not (fails(connect) and fails(write) and lone and apart and bare))
"""


def boxed(
    command: list[str], *, readable: Iterable[Path] = (), ends_with_thread: bool = False
) -> list[str]:
    """The command inside the box, or as it is on a machine without one.

    ``readable`` are the folders, beside those of the system and of Python, that
    the program needs. Start it with ``env={}``, in a session of its own: killing its
    group ends the box with all that is in it. ``ends_with_thread`` ends it also when
    the thread that started it is no more.
    """
    if refusal():
        return command
    box = _boxed(command, readable)
    return [box[0], "--die-with-parent", *box[1:]] if ends_with_thread else box


@cache
def refusal() -> str:
    """Why there is no box on this machine; empty when it was proved to be tight."""
    if shutil.which("bwrap") is None:
        return "bubblewrap (bwrap) is not installed"
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        tempfile.NamedTemporaryFile() as outside,
    ):
        port = str(listener.getsockname()[1])
        probe = [sys.executable, "-I", "-c", _PROBE, port, outside.name]
        try:
            done = subprocess.run(  # noqa: S603 – own program, fixed arguments
                _boxed(probe, ()),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=_PROBE_SECONDS,
                check=False,
                env={},
            )
        except (OSError, subprocess.SubprocessError) as error:
            return f"bubblewrap does not run: {error}"
    if done.returncode == 0:
        return ""
    said = done.stderr.decode(errors="replace").strip().splitlines()
    return f"bubblewrap does not isolate here: {said[-1] if said else 'a way out'}"


def _boxed(command: list[str], readable: Iterable[Path]) -> list[str]:
    bwrap = shutil.which("bwrap") or "bwrap"
    box = [bwrap, "--unshare-all", "--unshare-user", "--cap-drop", "ALL"]
    box += ["--clearenv", "--ro-bind", "/usr", "/usr"]
    for name in _SYSTEM:
        folder = Path("/", name)
        if folder.is_symlink():
            box += ["--symlink", str(folder.readlink()), str(folder)]
        elif folder.exists():
            box += ["--ro-bind", str(folder), str(folder)]
    box += ["--proc", "/proc", "--dev", "/dev"]
    box += ["--size", str(SCRATCH_BYTES), "--tmpfs", _SCRATCH]
    for folder in dict.fromkeys([*_python(), *readable]):
        box += ["--ro-bind", str(folder), str(folder)]
    return [*box, "--chdir", _SCRATCH, "--", *command]


def _python() -> list[Path]:
    """Where this Python and its packages lie, as far as not below /usr."""
    folders = [Path(sys.base_prefix), Path(sys.prefix)]
    return [folder for folder in folders if not folder.is_relative_to("/usr")]
