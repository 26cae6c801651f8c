"""Tables of documents: papers, versions, releases; links with codes; requests."""

from documents.models.links import Link, LinkCode
from documents.models.papers import Paper, PaperVersion, Release
from documents.models.requests import CooperationRequest

__all__ = [
    "CooperationRequest",
    "Link",
    "LinkCode",
    "Paper",
    "PaperVersion",
    "Release",
]
