"""What the decision needs to know of papers."""

from collections.abc import Iterable
from uuid import UUID

from documents.models import PaperVersion, Release
from members.facts import Kind, ObjectFacts, Regime, Span, State


def version_facts(
    version: PaperVersion,
    releases: Iterable[Release],
    person: UUID,
    admitted: tuple[Span, ...] = (),
) -> ObjectFacts:
    """One version of a paper, as ``person`` stands to it.

    ``releases`` are the version's release rows to that person. Any derivative of
    the version (page image, stamped copy, text) is decided by the same facts (R6).
    The kind MINUTES marks the record of an item, which has its own states.
    """
    paper = version.paper
    mine = [r for r in releases if r.version_id == version.id]
    return ObjectFacts(
        kind=Kind.PAPER,
        body=paper.body_id,
        sitting=paper.sitting_id,
        case=paper.case_id,
        item=paper.item_id,
        regime=Regime(paper.body.regime),
        origin=Regime(paper.origin),
        tax_information=paper.tax_information,
        document_class=int(paper.document_class[0]),
        state=State(version.state),
        about=frozenset(member.id for member in paper.about.all()),
        author=version.uploaded_by_id == person,
        released=tuple(r.span for r in mine if r.person_id == person),
        admitted=admitted,
        original_granted=any(r.download for r in mine if r.person_id == person),
        readers=(
            frozenset(reader.id for reader in paper.readers.all())
            if paper.restricted
            else None
        ),
    )
