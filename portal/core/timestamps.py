"""Time stamps of a third party (RFC 3161) over heads; off unless one is named."""

import logging
from pathlib import Path
from urllib.request import Request, urlopen

from cryptography import x509
from django.conf import settings
from rfc3161_client import (
    TimestampRequestBuilder,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

log = logging.getLogger(__name__)

PATIENCE_SECONDS = 10
MAX_BYTES = 64 * 1024


def stamp(message: bytes) -> bytes:
    """The answer of the authority over ``message``, verified; empty without one.

    A stamp is more than the portal needs: without it everything goes on, and its
    absence shows.
    """
    if not settings.TSA_URL:
        return b""
    try:
        return _asked(message)
    except (OSError, ValueError, VerificationError) as error:
        log.warning("no time stamp: %s", type(error).__name__)
        return b""


def _asked(message: bytes) -> bytes:
    asked = TimestampRequestBuilder().data(message).build()
    request = Request(  # noqa: S310 – the operator's address, checked at the start
        settings.TSA_URL,
        data=asked.as_bytes(),
        headers={"Content-Type": "application/timestamp-query"},
    )
    with urlopen(request, timeout=PATIENCE_SECONDS) as answer:  # nosec B310 # noqa: S310
        found: bytes = answer.read(MAX_BYTES)
    verifier = VerifierBuilder.from_request(asked)
    roots = x509.load_pem_x509_certificates(Path(settings.TSA_ROOTS).read_bytes())
    for root in roots:
        verifier = verifier.add_root_certificate(root)
    verifier.build().verify_message(decode_timestamp_response(found), message)
    return found
