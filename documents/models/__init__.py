"""Tables of documents: papers with versions and releases, links with codes."""

from documents.models.links import Link, LinkCode
from documents.models.papers import Paper, PaperVersion, Release

__all__ = ["Link", "LinkCode", "Paper", "PaperVersion", "Release"]
