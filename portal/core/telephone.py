"""Telephone numbers of Japan, and the gateway that carries texts and spoken codes.

The gateway is the municipality's contract: an HTTPS address that takes one JSON object
by POST. What it is told, and how it may answer, stands in docs/operators/telephone.md.
"""

import json
import re
import unicodedata
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError
from urllib.request import HTTPRedirectHandler, Request, build_opener
from uuid import UUID

from django.conf import settings

PATIENCE_SECONDS = 10
AGAIN_LATER = {408, 425, 429}
_JAPAN = "+81"
_LEFT_OUT = re.compile(r"[\s()\-‐‑–—−ー.・]")
_MOBILE = re.compile(r"0[6789]0[1-9]\d{7}")
_FIXED = re.compile(r"0(?!120|170|180|570|990)[1-9](?!0)\d{8}|050[1-9]\d{7}")


def normalised(typed: str) -> str:
    """A number of Japan as E.164, however it was written; ValueError for any other.

    Free and premium numbers are none of a person's.
    """
    plain = _LEFT_OUT.sub("", unicodedata.normalize("NFKC", typed))
    if plain.startswith(_JAPAN):
        plain = "0" + plain.removeprefix(_JAPAN).removeprefix("0")
    if not (plain.isascii() and plain.isdigit()):
        raise ValueError
    if not (_MOBILE.fullmatch(plain) or _FIXED.fullmatch(plain)):
        raise ValueError
    return _JAPAN + plain[1:]


def is_mobile(number: str) -> bool:
    """Whether a normalised number can take a written text."""
    return bool(_MOBILE.fullmatch(national(number)))


def national(number: str) -> str:
    """A normalised number as people in Japan dial it."""
    return "0" + number.removeprefix(_JAPAN)


def masked(number: str) -> str:
    """A number that its owner recognises and nobody else learns: ***-****-**78."""
    return f"***-****-**{number[-2:]}"


class GatewayError(Exception):
    """The gateway did not take a text. ``final``: it never will."""

    def __init__(self, *, final: bool) -> None:
        super().__init__()
        self.final = final


class _NoWayAround(HTTPRedirectHandler):
    """A redirect would carry number, code and token to somebody else."""

    def redirect_request(self, *_asked: Any, **_more: Any) -> None:
        return None


def available() -> bool:
    """Whether a gateway is set up."""
    return bool(settings.PHONE_URL)


def hand_over(*, key: UUID, number: str, text: str, spoken: bool) -> None:
    """Give the gateway one text; raises GatewayError unless it says that it has it.

    ``key`` is the same each time the same text is tried. Of the answer only the status
    is looked at.
    """
    asked = Request(  # noqa: S310 – the operator's address, checked at the start
        settings.PHONE_URL,
        data=json.dumps(
            {
                "id": str(key),
                "to": number,
                "channel": "voice" if spoken else "sms",
                "text": text,
            },
            ensure_ascii=False,
        ).encode(),
        headers={
            "Authorization": f"Bearer {settings.PHONE_TOKEN}",
            "Content-Type": "application/json",
            "Idempotency-Key": str(key),
        },
    )
    opener = build_opener(_NoWayAround)
    try:
        with opener.open(asked, timeout=PATIENCE_SECONDS) as answer:
            if answer.status // 100 != 2:
                raise GatewayError(final=False)
    except HTTPError as error:
        error.close()
        refused = 300 <= error.code < 500 and error.code not in AGAIN_LATER
        raise GatewayError(final=refused) from None
    except (OSError, HTTPException):
        raise GatewayError(final=False) from None
