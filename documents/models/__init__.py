"""Tables of documents: papers, versions, releases; links with codes; requests."""

from documents.models.gate import GateAlarm, GateMinute, Knock
from documents.models.links import Link, LinkCode
from documents.models.mixups import MixupHit, MixupReview
from documents.models.papers import Paper, PaperVersion, Release, ScanWait
from documents.models.printed import PrintedCopy
from documents.models.renditions import Rendition
from documents.models.requests import CooperationRequest
from documents.models.retrievals import Retrieval, RetrievalAsk
from documents.models.rounds import Planned, ReleaseRound, RoundNotice
from documents.models.showings import Showing
from documents.models.texts import VersionText
from documents.models.uploads import Upload, UploadPart

__all__ = [
    "CooperationRequest",
    "GateAlarm",
    "GateMinute",
    "Knock",
    "Link",
    "LinkCode",
    "MixupHit",
    "MixupReview",
    "Paper",
    "PaperVersion",
    "Planned",
    "PrintedCopy",
    "Release",
    "ReleaseRound",
    "Rendition",
    "Retrieval",
    "RetrievalAsk",
    "RoundNotice",
    "ScanWait",
    "Showing",
    "Upload",
    "UploadPart",
    "VersionText",
]
