"""What the pages of a version are drawn from: its own bytes or its rendition."""

from dataclasses import dataclass

from documents.models import PaperVersion, Rendition
from documents.renditions.conversion import KINDS
from portal.core import media
from portal.core.models import StoredObject

DRAWN_ITSELF = frozenset({media.PDF, media.PNG, media.JPEG})


@dataclass(frozen=True, slots=True)
class PdfSource:
    """What viewer, stamped copy and packet draw from."""

    stored: StoredObject
    media_type: str
    page_count: int


def pdf_source(version: PaperVersion) -> PdfSource | None:
    """The version itself, if it is a PDF or a picture, or its rendition when ready."""
    if version.media_type in DRAWN_ITSELF:
        return PdfSource(version.stored, version.media_type, version.page_count)
    made = rendition_of(version)
    if made is None or made.state != Rendition.State.READY or made.stored is None:
        return None
    return PdfSource(made.stored, media.PDF, made.page_count)


def rendition_of(version: PaperVersion) -> Rendition | None:
    """The rendition, in whatever state; None where nothing was ever asked for."""
    if version.media_type not in KINDS:
        return None
    try:
        return version.rendition
    except Rendition.DoesNotExist:
        return None
