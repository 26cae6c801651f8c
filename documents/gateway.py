"""The one door for the bytes of papers: decide, audit, then send (R38, P5, P6).

Whatever leaves was decided for this person now, stands in the audit trail before its
first byte, and, while it is long under way, is decided again every second. There are
no ranges, no caches and no addresses that outlive their request.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import PurePosixPath
from typing import BinaryIO, TypeVar
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse

from documents import content, selectors
from documents.intake import VIEWABLE
from documents.models import PaperVersion
from documents.selectors import OpenVersion, copy_facts
from documents.streaming import GuardedStream
from members.access import Actor
from members.facts import Action
from members.http import MemberRequest
from members.models import SignIn
from portal.core import audit, severing, vault
from portal.core.errors import HiddenError

# Pixels per point. A4 at the first step is 893 pixels wide.
ZOOM_STEPS = {1: 1.5, 2: 2.25, 3: 3.0, 4: 4.0}


def readable(actor: Actor, version_id: UUID) -> OpenVersion:
    """The version, if the actor may read it now."""
    found = selectors.version_for(actor, version_id)
    found.access.require(Action.READ, found.thing)
    return found


def page_words(found: OpenVersion, page: int) -> str:
    """The words of a page (from 1) for the viewer, on record as read.

    A version that the viewer cannot show has no words, and still was opened.
    """
    version, words = found.version, ""
    if version.page_count:
        _require_page(version, page)
        words = content.page_words(version, page - 1)
    _note_read(found, "documents.version.read", page=page)
    return words


def page_image(found: OpenVersion, page: int, zoom: int) -> HttpResponse:
    """A page (from 1) as picture with the reader's mark in its pixels."""
    _require_page(found.version, page)
    mark = content.mark_of(found.access.actor.person, found.version)
    scale = ZOOM_STEPS.get(zoom, ZOOM_STEPS[1])
    data = content.page_picture(found.version, page - 1, scale, mark)
    readable(_actor_again(found), found.version.id)  # drawing takes its time (P5)
    _note_read(found, "documents.page.read", page=page)
    response = HttpResponse(data, content_type="image/webp")
    return _closed(response)


def _require_page(version: PaperVersion, page: int) -> None:
    if not 1 <= page <= version.page_count:
        raise HiddenError


def download(request: MemberRequest, version_id: UUID) -> HttpResponseBase:
    """The original, or a stamped copy for whom the original is not meant."""
    found = selectors.version_for(request.actor, version_id)
    copy = _require_download(found)
    with ExitStack() as opened:
        if request.method == "HEAD":
            return _download_headers(HttpResponse(), found.version, copy=copy)
        chunks, length = _open(opened, found, copy=copy)
        still_allowed = _still_allowed(found, copy=copy)
        if not still_allowed():  # making a copy takes its time (P5)
            raise HiddenError
        action = "documents.copy.download" if copy else "documents.original.download"
        _note_read(found, action)
        stream = GuardedStream(
            chunks, opened.pop_all(), still_allowed, severing.cut_of(request)
        )
        response = StreamingHttpResponse(stream)
        response["Content-Length"] = str(length)
        return _download_headers(response, found.version, copy=copy)


def _require_download(found: OpenVersion) -> bool:
    """Raise unless something may be downloaded; whether it is to be a copy."""
    original = found.access.offers(Action.DOWNLOAD, found.thing)
    copy = not original and found.version.media_type in VIEWABLE
    thing = copy_facts(found.thing) if copy else found.thing
    found.access.require(Action.DOWNLOAD, thing)
    return copy


def _still_allowed(found: OpenVersion, *, copy: bool) -> Callable[[], bool]:
    """The same question again, from fresh facts; a changed kind of answer is a no."""

    def ask() -> bool:
        again = selectors.version_for(_actor_again(found), found.version.id)
        return _require_download(again) == copy

    return ask


def _actor_again(found: OpenVersion) -> Actor:
    """The actor with the sign-in as it stands now."""
    sign_in = found.access.actor.sign_in
    if sign_in is None:
        raise HiddenError
    fresh = SignIn.objects.select_related("person__organization").get(id=sign_in.id)
    return Actor(fresh.person, fresh)


def _open(
    opened: ExitStack, found: OpenVersion, *, copy: bool
) -> tuple[Iterator[bytes], int]:
    version = found.version
    if not copy:
        return opened.enter_context(
            vault.open_object(version.stored)
        ), version.stored.size
    mark = content.mark_of(found.access.actor.person, version)
    file = opened.enter_context(content.stamped_copy(version, mark))
    length = file.seek(0, 2)
    file.seek(0)
    return _chunks(file), length


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    while chunk := file.read(vault.CHUNK):
        yield chunk


def _note_read(found: OpenVersion, action: str, **detail: int) -> None:
    """Put the read on record, durably, before anything of it is served."""
    version = found.version
    audit.record_read(
        action,
        actor=found.access.actor.id,
        subject=f"version:{version.id}",
        case=version.paper.case_id,
        item=version.paper.item_id,
        detail={"number": version.number, **detail},
    )


def _download_headers(
    response: HttpResponseBase, version: PaperVersion, *, copy: bool
) -> HttpResponseBase:
    """A neutral name (R39): the file rests outside, where its own name would speak."""
    suffix = ".pdf" if copy else PurePosixPath(version.file_name).suffix.lower()
    # Not the paper's place in the item: it would count the papers before it (R5).
    name = f"shiryo-{version.id.hex[:8]}{suffix}"
    response["Content-Type"] = "application/pdf" if copy else version.media_type
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return _closed(response)


R = TypeVar("R", bound=HttpResponseBase)


def _closed(response: R) -> R:
    """No cache keeps it, no browser guesses at it or runs it, no proxy hoards it."""
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Accept-Ranges"] = "none"
    response["X-Accel-Buffering"] = "no"
    return response
