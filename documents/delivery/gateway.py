"""The one door for the bytes of papers: decide, audit, then send (R38, P5, P6).

Whatever leaves was decided for this person now, stands in the audit trail before its
first byte, and, while it is long under way, is decided again every second. There are
no ranges, no caches and no addresses that outlive their request.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import PurePosixPath
from typing import BinaryIO, TypeVar
from uuid import UUID

from django.db import transaction
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse

from documents import selectors
from documents.delivery import content, packets
from documents.delivery.packets import Packet, Plan
from documents.delivery.streaming import GuardedStream
from documents.models import PaperVersion, PrintedCopy
from documents.renditions.sources import pdf_source
from documents.selectors import OpenVersion, copy_facts
from documents.services.copies import hand_out
from members.access import Actor, afresh, as_if_here
from members.facts import Action
from members.http import MemberRequest
from portal.core import audit, media, severing, vault
from portal.core.errors import HiddenError

_ORIGINAL = "documents.original.download"
_COPY = "documents.copy.download"  # stamped, by itself or in a packet
# Pixels per point. A4 at the first step is 893 pixels wide.
ZOOM_STEPS = {1: 1.5, 2: 2.25, 3: 3.0, 4: 4.0}
THUMBNAIL = 0.25


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
    if pdf_source(version):
        require_page(version, page)
        words = content.page_words(version, page - 1)
        readable(_actor_again(found), version.id)  # opening takes its time (P5)
    _note_read(found, "documents.version.read", page=page)
    return words


def note_opened(found: OpenVersion) -> None:
    """Put on record that the version was opened, without a page of it."""
    _note_read(found, "documents.version.read")


def page_image(found: OpenVersion, page: int, zoom: int) -> HttpResponse:
    """A page (from 1) as picture with the reader's mark in its pixels."""
    return _picture(found, page, ZOOM_STEPS[zoom])


def thumbnail(found: OpenVersion, page: int) -> HttpResponse:
    """A page (from 1) in small, marked and on record like any other."""
    return _picture(found, page, THUMBNAIL, thumbnail=1)


def _picture(
    found: OpenVersion, page: int, scale: float, **detail: int
) -> HttpResponse:
    version = found.version
    require_page(version, page)
    mark = content.mark_of(found.access.actor.person, version)
    data = content.page_picture(version, page - 1, scale, mark)
    readable(_actor_again(found), version.id)  # drawing takes its time (P5)
    _note_read(found, "documents.page.read", page=page, **detail)
    return closed(HttpResponse(data, content_type="image/webp"))


def require_page(version: PaperVersion, page: int) -> None:
    """Raise HiddenError for a page that the viewer does not have."""
    source = pdf_source(version)
    if source is None or not 1 <= page <= source.page_count:
        raise HiddenError


def download(
    request: MemberRequest, version_id: UUID, *, stamped: bool = False
) -> HttpResponseBase:
    """The original, or a stamped copy: where it is wished, or all that is meant."""
    found = selectors.version_for(request.actor, version_id)
    copy = _require_download(found, stamped=stamped)
    with ExitStack() as opened:
        if request.method == "HEAD":
            return _download_headers(HttpResponse(), found.version, copy=copy)
        opening = _open(opened, found, copy=copy)
        still_allowed = _still_allowed(found, copy=copy, stamped=stamped)
        if not still_allowed():  # making a copy takes its time (P5)
            raise HiddenError
        _note_read(found, _COPY if copy else _ORIGINAL)
        response = _streamed(request, opened, opening, still_allowed)
        return _download_headers(response, found.version, copy=copy)


def _require_download(found: OpenVersion, *, stamped: bool) -> bool:
    """Raise unless something may be downloaded; whether it is to be a copy."""
    original = not stamped and found.access.offers(Action.DOWNLOAD, found.thing)
    copy = not original and pdf_source(found.version) is not None
    if stamped and not copy:
        raise HiddenError
    thing = copy_facts(found.thing) if copy else found.thing
    found.access.require(Action.DOWNLOAD, thing)
    return copy


def _still_allowed(
    found: OpenVersion, *, copy: bool, stamped: bool
) -> Callable[[], bool]:
    """The same question again, from fresh facts; a changed kind of answer is a no."""

    def ask() -> bool:
        again = selectors.version_for(_actor_again(found), found.version.id)
        return _require_download(again, stamped=stamped) == copy

    return ask


def _actor_again(found: OpenVersion) -> Actor:
    return afresh(found.access.actor)


Opening = tuple[Iterator[bytes], int]  # the bytes and how many they are


def _streamed(
    request: MemberRequest,
    opened: ExitStack,
    opening: Opening,
    still_allowed: Callable[[], bool],
) -> StreamingHttpResponse:
    """The bytes on their way, until they are out or may no longer be had."""
    chunks, length = opening
    stream = GuardedStream(
        chunks, opened.pop_all(), still_allowed, severing.cut_of(request)
    )
    response = StreamingHttpResponse(stream)
    response["Content-Length"] = str(length)
    return response


def _open(opened: ExitStack, found: OpenVersion, *, copy: bool) -> Opening:
    version = found.version
    if not copy:
        return opened.enter_context(
            vault.open_object(version.stored)
        ), version.stored.size
    mark = content.mark_of(found.access.actor.person, version)
    return _whole(opened.enter_context(content.stamped_copy(version, mark)))


def _whole(file: BinaryIO) -> Opening:
    length = file.seek(0, 2)
    file.seek(0)
    return _chunks(file), length


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    while chunk := file.read(vault.CHUNK):
        yield chunk


def note_download(found: OpenVersion) -> None:
    """Put on record that the original is taken, before it is."""
    _note_read(found, _ORIGINAL)


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


# Packets ------------------------------------------------------------------------------

R = TypeVar("R", bound=HttpResponseBase)


def packet(request: MemberRequest, plan: Plan) -> HttpResponseBase:
    """The person's own packet: agenda and papers, each of them a read of its own."""
    papers = packets.papers_of(plan)
    for paper in papers:
        _require_copy(paper)
    if request.method == "HEAD":
        return _packet_headers(HttpResponse(), plan)
    with ExitStack() as opened:
        bound = opened.enter_context(packets.bound([Packet(plan, papers)]))
        still_allowed = _packet_allowed(plan, bound.held[0])
        if not still_allowed():  # binding takes its time (P5)
            raise HiddenError
        with transaction.atomic():
            plan.note()
            for paper in bound.held[0]:
                _note_read(paper, _COPY)
        response = _streamed(request, opened, _whole(bound.file), still_allowed)
        return _packet_headers(response, plan)


def _require_copy(found: OpenVersion) -> None:
    found.access.require(Action.READ, found.thing)
    found.access.require(Action.DOWNLOAD, copy_facts(found.thing))


def _packet_allowed(plan: Plan, papers: list[OpenVersion]) -> Callable[[], bool]:
    ids = {paper.version.id for paper in papers}

    def ask() -> bool:
        actor = afresh(plan.actor)
        again = selectors.versions_for(actor, ids)
        return plan.still_open(actor) and all(map(selectors.has_copy, again))

    return ask


def printed(
    request: MemberRequest, plans: Sequence[Plan], copies: Sequence[PrintedCopy]
) -> HttpResponseBase:
    """Packets on paper for others, each under its copy's number (配布番号).

    Each holds what its reader could have now, were they here, as far as the actor
    may release it. The readers' agendas are the caller's to decide.
    """
    papers = _printable(request.actor, [packets.papers_of(plan) for plan in plans])
    parts = [
        Packet(plan, held, copy.number)
        for plan, held, copy in zip(plans, papers, copies, strict=True)
    ]
    with ExitStack() as opened:
        bound = opened.enter_context(packets.bound(parts))
        still_allowed = _print_allowed(request.actor, plans, bound.held)
        if not still_allowed():
            raise HiddenError
        with transaction.atomic():
            for plan, held, copy in zip(plans, bound.held, copies, strict=True):
                plan.note()
                versions = [paper.version for paper in held]
                hand_out(actor=request.actor, copy=copy, versions=versions)
        response = _streamed(request, opened, _whole(bound.file), still_allowed)
        return _packet_headers(response, plans[0])


def _printable(
    actor: Actor, papers: Sequence[Sequence[OpenVersion]]
) -> list[list[OpenVersion]]:
    """Of each reader's papers those that the reader has and the actor may release."""
    mine = {
        own.version.id: own
        for own in selectors.versions_for(actor, _ids(papers))
        if _releasable(own)
    }
    for own in mine.values():
        own.access.require(Action.RELEASE, own.thing)
    return [
        [
            paper
            for paper in filter(selectors.has_copy, held)
            if paper.version.id in mine
        ]
        for held in papers
    ]


def _ids(papers: Sequence[Sequence[OpenVersion]]) -> set[UUID]:
    return {paper.version.id for held in papers for paper in held}


def _releasable(own: OpenVersion) -> bool:
    """As one who hands it out; a proof may be due, and lapse while it is sent."""
    return own.access.offers(Action.READ, own.thing) and own.access.offers(
        Action.RELEASE, own.thing
    )


def _print_allowed(
    actor: Actor, plans: Sequence[Plan], held: Sequence[Sequence[OpenVersion]]
) -> Callable[[], bool]:
    ids = _ids(held)

    def ask() -> bool:
        own = selectors.versions_for(afresh(actor), ids)
        people = [as_if_here(plan.reader) for plan in plans]
        theirs = selectors.versions_for_all(people, ids)
        return (
            all(_releasable(paper) for paper in own)
            and all(map(_still_open, plans, people))
            and all(
                selectors.has_copy(paper)
                for plan, papers in zip(plans, held, strict=True)
                for paper in theirs[plan.actor.id]
                if paper.version.id in _ids([papers])
            )
        )

    return ask


def _still_open(plan: Plan, actor: Actor) -> bool:
    return plan.still_open(actor)


def _packet_headers(response: R, plan: Plan) -> R:
    """A neutral name (R39): the portal's and the day's."""
    name = f"kasane-{plan.day:%Y%m%d}-shiryo.pdf"
    return closed(media.as_file(response, media.PDF, name))


# Headers ------------------------------------------------------------------------------


def _download_headers(
    response: HttpResponseBase, version: PaperVersion, *, copy: bool
) -> HttpResponseBase:
    """A neutral name (R39): the file rests outside, where its own name would speak."""
    suffix = ".pdf" if copy else PurePosixPath(version.file_name).suffix.lower()
    # Not the paper's place in the item: it would count the papers before it (R5).
    name = f"shiryo-{version.id.hex[:8]}{suffix}"
    kind = media.PDF if copy else version.media_type
    return closed(media.as_file(response, kind, name))


def closed(response: R) -> R:
    """No cache keeps it, no browser guesses at it or runs it, no proxy hoards it."""
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Accept-Ranges"] = "none"
    response["X-Accel-Buffering"] = "no"
    return response
