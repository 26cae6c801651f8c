"""What the decision needs to know of papers and of co-operation requests."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from documents.models import CooperationRequest, PaperVersion, Release
from members.facts import Kind, ObjectFacts, Regime, Span, State


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
        state=State(version.state),
        about=frozenset(member.id for member in paper.about.all()),
        author=version.uploaded_by_id == person,
        released=tuple(r.span for r in mine),
        admitted=admitted,
        original_granted=any(r.download and r.span.holds(t) for r in mine),
        readers=(
            frozenset(reader.id for reader in paper.readers.all())
            if paper.restricted
            else None
        ),
    )


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
