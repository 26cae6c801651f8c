"""What an inspection ends with."""

from collections import Counter

Residue = Counter[str]


class FoundError(Exception):
    """The file is refused; the argument is the finding."""
