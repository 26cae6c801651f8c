"""Draws, stamps and fills what people upload; a process with a socket as stdin.

Parsers are where hostile files attack (ASVS 15.2.5). This process has little memory,
no settings, no secrets and no way to anything but its socket, by which it gets an open
file and an order and gives back an answer. ``presses.py`` starts it and speaks with it.
"""

import base64
import json
import os
import resource
import socket
import struct
from collections.abc import Callable
from typing import Any, BinaryIO

from PIL import Image

from documents.output import bindery, drawing, stamping
from documents.output.marks import MAX_PIXELS, RefusedError, Stamp

MEMORY_BYTES = 1536 * 1024 * 1024
FILE_BYTES = 1024 * 1024 * 1024
LENGTH = struct.Struct("!I")

Order = dict[str, Any]


def _mark_of(order: Order) -> Stamp:
    return Stamp(*(base64.b64decode(order[part]) for part in Stamp._fields))


def _drawn(source: BinaryIO, out: BinaryIO, order: Order) -> None:
    image = drawing.draw(source, order["index"], order["scale"], _mark_of(order))
    image.save(out, order["picture"], **drawing.ENCODINGS[order["picture"]])


def _filled(source: BinaryIO, out: BinaryIO, order: Order) -> object:
    from documents.output import filling  # noqa: PLC0415 – few presses ever need it

    return filling.fill(source, out, order)


ORDERS: dict[str, Callable[[BinaryIO, BinaryIO, Order], object]] = {
    "draw": _drawn,
    "words": lambda source, _, order: drawing.words(source, order["index"]),
    "count": lambda source, *_: drawing.count(source),
    "stamp": lambda source, out, order: stamping.stamp(source, out, _mark_of(order)),
    "flatten": lambda source, out, _: stamping.flatten(source, out),
    "bind": bindery.bind,
    "fill": _filled,
    "picture": lambda source, out, _: drawing.picture_page(source, out),
}


def work(channel: socket.socket) -> None:
    """Do one order after the other, until the other side is gone."""
    while True:
        head, files, *_ = socket.recv_fds(channel, LENGTH.size, 2)
        if len(head) < LENGTH.size:
            return
        with os.fdopen(files[0], "rb") as source, os.fdopen(files[1], "w+b") as out:
            order = json.loads(_read(channel, LENGTH.unpack(head)[0]))
            answer = json.dumps(_answer(source, out, order)).encode()
        channel.sendall(LENGTH.pack(len(answer)) + answer)


def _answer(source: BinaryIO, out: BinaryIO, order: Order) -> Order:
    try:
        return {"gives": ORDERS[order["do"]](source, out, order)}
    except RefusedError as error:
        return {"refused": str(error)}
    except MemoryError:
        return {"refused": "too_large"}
    except Exception:  # noqa: BLE001 – whatever a paper does to its parsers is its own
        return {"refused": "broken"}


def _read(channel: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        piece = channel.recv(size - len(data))
        if not piece:
            raise EOFError
        data += piece
    return data


def main() -> None:
    """Serve the socket in the place of standard input."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_BYTES, FILE_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    drawing.know_fonts()
    work(socket.socket(fileno=0))
