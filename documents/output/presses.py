"""The presses: a few processes in which uploaded papers are drawn and stamped.

Each does one order at a time, in the sandbox where there is one. A paper that kills
its press, or keeps it too long, counts as broken, and another press takes its place.
"""

import atexit
import json
import os
import queue
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

from documents import sandbox
from documents.output.marks import RefusedError
from documents.output.press import LENGTH
from documents.output.spool import readable_elsewhere, spool

PRESSES = 2
ANSWER_BYTES = 4 * 1024 * 1024  # the words of a page are the longest
SECONDS = 60.0  # for one order: a copy of 2,000 pages, not a picture
_PACKAGE = Path(__file__).parents[1]
_START = (
    "import sys; sys.path.insert(0, sys.argv[1]); "
    "from documents.output import press; press.main()"
)

Answer = Any


def order(source: BinaryIO, out: BinaryIO | None = None, **what: object) -> Answer:
    """What a press answers to the order; bytes it makes are written to ``out``.

    Raises RefusedError with the code of what is wrong with the paper.
    """
    with readable_elsewhere(source) as file, spool() as nothing:
        answer = _answered(what, file.fileno(), (out or nothing).fileno())
    if "refused" in answer:
        raise RefusedError(answer["refused"])
    return answer["gives"]


def _answered(what: object, *files: int) -> dict[str, Answer]:
    press, answer = _idle.get(), None
    try:
        if press is not None and press.process.poll() is not None:
            press.end()
            press = None
        press = press or _Press()
        answer = press.do(what, files)
    except (OSError, EOFError, ValueError) as error:
        raise RefusedError("broken") from error
    finally:
        if press is not None and answer is None:
            press.end()
            press = None
        _idle.put(press)
    return answer


class _Press:
    """One process and the socket to it."""

    def __init__(self) -> None:
        self.channel, theirs = socket.socketpair()
        self.channel.settimeout(SECONDS)
        command = [sys.executable, "-I", "-c", _START, str(_PACKAGE.parent)]
        with theirs:
            self.process = subprocess.Popen(  # noqa: S603 – own program
                sandbox.boxed(command, readable=[_PACKAGE]),
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env={},
                start_new_session=True,
            )

    def do(self, what: object, files: Sequence[int]) -> dict[str, Answer]:
        """Send the order with its source and its out, and wait for the answer."""
        words = json.dumps(what).encode()
        socket.send_fds(self.channel, [LENGTH.pack(len(words))], files)
        self.channel.sendall(words)
        size = LENGTH.unpack(self._read(LENGTH.size))[0]
        answer: dict[str, Answer] = json.loads(self._read(size))
        return answer

    def _read(self, size: int) -> bytes:
        if size > ANSWER_BYTES:
            raise EOFError
        data = b""
        while len(data) < size:
            piece = self.channel.recv(size - len(data))
            if not piece:
                raise EOFError
            data += piece
        return data

    def end(self) -> None:
        """End it with all that it may have started."""
        self.channel.close()
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


# A place for each press; None where the next order starts it.
_idle: queue.LifoQueue[_Press | None] = queue.LifoQueue()
for _ in range(PRESSES):
    _idle.put(None)


@atexit.register
def _end_all() -> None:
    while not _idle.empty():
        if press := _idle.get():
            press.end()
