"""What the decision needs to know of papers and of co-operation requests."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from documents import handling
from documents.models import CooperationRequest, Paper, PaperVersion, Release
from members.facts import Kind, ObjectFacts, Regime, Span, State, Way


def version_facts(
    version: PaperVersion,
    releases: Iterable[Release],
    person: UUID,
    t: datetime,
    admitted: tuple[Span, ...] = (),
) -> ObjectFacts:
    """One version of a paper, as ``person`` stands to it at ``t``.

    ``releases`` are release rows, of which those of this version to that person
    count. Any derivative of the version (page image, stamped copy, text) is decided
    by the same facts (R6).
    """
    paper = version.paper
    mine = [r for r in releases if r.version_id == version.id and r.person_id == person]
    return ObjectFacts(
        kind=Kind.PAPER,
        body=paper.body_id,
        sitting=paper.sitting_id,
        case=paper.case_id,
        item=paper.item_id,
        regime=Regime(paper.law),
        origin=Regime(paper.origin),
        tax_information=paper.tax_information,
        document_class=int(paper.document_class[0]),
        state=_state(version),
        about=frozenset(member.id for member in paper.about.all()),
        author=version.uploaded_by_id == person,
        released=tuple(r.span for r in mine),
        admitted=admitted,
        way=_way(paper, [r for r in mine if r.span.holds(t)]),
        readers=_readers(paper),
    )


def _state(version: PaperVersion) -> State:
    """What was not scanned stands apart, whatever else became of it."""
    state = State(version.state)
    if version.scanned or state is State.RECALLED:
        return state
    return State.RECALLED if state is State.REPLACED else State.UNSCANNED


def _way(paper: Paper, live: Iterable[Release]) -> Way | None:
    """What the live releases hand out; no original that the class does not give."""
    ways = {Way(release.way) for release in live if release.way}
    if Way.ORIGINAL in ways:
        return Way.ORIGINAL if handling.of(paper).original else None
    return Way.COPY if Way.COPY in ways else next(iter(ways), None)


def place_facts(
    paper: Paper, person: UUID, admitted: tuple[Span, ...] = ()
) -> ObjectFacts:
    """The item that a paper lies under, narrowed by what the paper says of itself.

    Decides on a paper without versions (提示のみ), who keeps a paper's history, and
    who may note that it was shown: the person is ``admitted`` to the item.
    """
    return ObjectFacts(
        kind=Kind.ITEM,
        body=paper.body_id,
        sitting=paper.sitting_id,
        case=paper.case_id,
        item=paper.item_id,
        regime=Regime(paper.law),
        origin=Regime(paper.origin),
        tax_information=paper.tax_information,
        document_class=int(paper.document_class[0]),
        about=frozenset(member.id for member in paper.about.all()),
        author=paper.created_by_id == person,
        admitted=admitted,
        readers=_readers(paper),
    )


def retrieval_facts(paper: Paper, way_in: UUID) -> ObjectFacts:
    """The chance to declare what became of a paper: as neutral as a sitting's face.

    ``way_in`` is what the page is asked for by: the sitting, or the request for the
    declaration. Nothing of the paper is read, so nothing of its law applies; recusal
    does (R27).
    """
    return ObjectFacts(
        kind=Kind.SITTING,
        body=paper.body_id,
        sitting=way_in,
        case=paper.case_id,
        item=paper.item_id,
        document_class=2,
        invited=True,
    )


def _readers(paper: Paper) -> frozenset[UUID] | None:
    if not paper.restricted:
        return None
    return frozenset(reader.id for reader in paper.readers.all())


def request_facts(request: CooperationRequest, person: UUID) -> ObjectFacts:
    """A co-operation request, as ``person`` stands to it (R15).

    The respondent is its author while a reply is awaited, and nobody afterwards.
    """
    return ObjectFacts(
        kind=Kind.REQUEST,
        body=request.body_id,
        sitting=request.id,
        case=request.case_id,
        regime=Regime(request.regime),
        document_class=int(request.document_class[0]),
        about=frozenset(member.id for member in request.case.household.all()),
        author=request.waiting and request.person_id == person,
    )
