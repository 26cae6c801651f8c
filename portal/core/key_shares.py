"""The key file for three holders: a sealed copy, and two of three papers open it.

The copy is sealed under a key of its own, which exists on the papers alone, as words
after SLIP-39 (Shamir's sharing). One paper tells nothing about it. The sealed copy
holds the key file of that day: it is made anew when keys are exchanged.
"""

import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from unicodedata import normalize

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from shamir_mnemonic import MnemonicError, combine_mnemonics, generate_mnemonics
from shamir_mnemonic.share import Share
from shamir_mnemonic.wordlist import WORD_INDEX_MAP

HOLDERS, NEEDED = 3, 2
WORDS = 33  # of a share of 256 bits
_MARK = b"kasane key file, sealed, 1\n"
_NONCE = 12


class ShareError(Exception):
    """Shares that open nothing; says why."""


@dataclass(frozen=True)
class Shared:
    """A sealed copy of the key file, and the words that open it, holder by holder."""

    sealed: bytes
    shares: list[str]


def share(content: bytes) -> Shared:
    """Seal ``content`` anew. Every pair of shares is tried before they are given."""
    secret, nonce = secrets.token_bytes(32), os.urandom(_NONCE)
    (shares,) = generate_mnemonics(1, [(NEEDED, HOLDERS)], secret)
    sealed = _MARK + nonce + AESGCM(secret).encrypt(nonce, content, _MARK)
    for pair in combinations(shares, NEEDED):
        if recover(sealed, pair) != content:
            raise ShareError("The shares do not open what was sealed: report this.")
    return Shared(sealed, shares)


def read(typed: str) -> Share:
    """One share as it was typed. Raises ShareError for a wrong or missing word."""
    words = normalize("NFKC", typed).lower().split()
    for place, word in enumerate(words, start=1):
        if word not in WORD_INDEX_MAP:
            raise ShareError(f"Word {place}, {word!r}, is not in the list of words.")
    if len(words) != WORDS:
        raise ShareError(f"A share has {WORDS} words; these are {len(words)}.")
    try:
        return Share.from_mnemonic(" ".join(words))
    except MnemonicError:
        raise ShareError(
            "The words do not belong together: one is wrong, or two changed places."
        ) from None


def require_together(shares: Sequence[Share]) -> None:
    """Refuse shares of different sharings, and the same share twice."""
    if len({each.common_parameters() for each in shares}) > 1:
        raise ShareError("These shares are of different sharings of keys.")
    if len({each.index for each in shares}) < len(shares):
        raise ShareError("This is the same share again: it takes another holder's.")


def recover(sealed: bytes, typed: Sequence[str]) -> bytes:
    """The key file that ``NEEDED`` shares open. Raises ShareError with the reason."""
    shares = [read(each) for each in typed]
    require_together(shares)
    if len(shares) < NEEDED:
        raise ShareError(f"It takes {NEEDED} shares.")
    if not sealed.startswith(_MARK):
        raise ShareError("This file is no sealed copy of a key file.")
    nonce, rest = sealed[len(_MARK) :][:_NONCE], sealed[len(_MARK) + _NONCE :]
    try:
        secret = combine_mnemonics([each.mnemonic() for each in shares[:NEEDED]])
        return AESGCM(secret).decrypt(nonce, rest, _MARK)
    except (MnemonicError, InvalidTag, ValueError):
        raise ShareError(
            "The shares fit each other, but do not open this file: it is damaged, or "
            "it was sealed for other shares."
        ) from None


def write(path: Path, content: bytes) -> None:
    """Write a file that only its owner reads. Never over another one."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
