"""Who may ask who had what: custodians for own cases, auditors for all (R32, R24).

Auditors see case numbers and no content: papers and people are named by codes, which
the custodian's own list shows too.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from uuid import UUID

from documents.evidence import disclosure
from documents.evidence.disclosure import Disclosure, Period
from documents.models import Paper
from members.access import Access, Actor, access_for
from members.facts import Action, ObjectFacts
from members.models import Case, Person
from members.policies import trail_facts
from portal.core.errors import HiddenError

_WHOLE = ("case__body", "case__unit", "body")


def code_of(id_: UUID) -> str:
    """A pseudonym that can be read out on the telephone: 3F2A-91BC."""
    start = id_.hex[:8].upper()
    return f"{start[:4]}-{start[4:]}"


@dataclass(frozen=True, slots=True)
class Inquiry:
    """What is asked about: papers of one paper, case or person, as far as one may.

    ``subject`` is how the trail names it. ``auditing``: no content is shown.
    """

    subject: str
    papers: list[Paper]
    auditing: bool
    case: Case | None = None
    person: Person | None = None

    @property
    def kind(self) -> str:
        """What sort of thing it is about: paper, case, person or span."""
        return self.subject.partition(":")[0]

    @property
    def id(self) -> str:
        """Which one."""
        return self.subject.partition(":")[2]

    def answer(self, period: Period) -> Disclosure:
        """Who had it in the period."""
        if self.person is not None:
            return disclosure.what_had(self.person, self.papers, period)
        return disclosure.who_had(self.papers, period)


def of_paper(actor: Actor, paper_id: UUID) -> Inquiry:
    """One paper, in all its versions."""
    papers = _papers(id=paper_id)
    access, auditing = _access(actor, papers)
    for paper in papers:
        if not auditing:
            access.require(Action.READ_TRAIL, _facts(paper))
        return Inquiry(f"paper:{paper_id}", papers, auditing, case=paper.case)
    raise HiddenError


def of_case(actor: Actor, case_id: UUID) -> Inquiry:
    """Every paper of a case."""
    case = Case.objects.select_related("body", "unit").filter(id=case_id).first()
    if case is None:
        raise HiddenError
    papers = _papers(case=case)
    access, auditing = _access(actor, papers, cases=[case_id])
    if not auditing:
        access.require(Action.READ_TRAIL, trail_facts(author=False, case=case))
    own = papers if auditing else _own(access, papers)
    return Inquiry(f"case:{case_id}", own, auditing, case)


def of_person(actor: Actor, person_id: UUID) -> Inquiry:
    """What one person had, as far as it is the actor's to know.

    Nothing to know and nobody of that name are one answer (R4).
    """
    person = Person.objects.select_related("organization").filter(id=person_id).first()
    if person is None:
        raise HiddenError
    papers = _papers(id__in=disclosure.papers_read_by(person))
    access, auditing = _access(actor, papers)
    own = papers if auditing else _own(access, papers)
    if not own and not auditing:
        raise HiddenError
    return Inquiry(f"person:{person_id}", own, auditing, person=person)


def of_span(actor: Actor, period: Period) -> Inquiry:
    """Every paper of which somebody had something in the period."""
    papers = _papers(id__in=disclosure.papers_had(period))
    access, auditing = _access(actor, papers)
    own = papers if auditing else _own(access, papers)
    return Inquiry("span", own, auditing)


def case_numbered(actor: Actor, number: str) -> UUID | None:
    """The case of this number, if the actor may ask about it."""
    case = Case.objects.select_related("body").filter(number=number).first()
    if case is None:
        return None
    access, auditing = _access(actor, (), cases=[case.id])
    thing = trail_facts(author=False, case=case)
    return case.id if auditing or access.offers(Action.READ_TRAIL, thing) else None


def audits(actor: Actor) -> bool:
    """Whether the actor reads the whole trail."""
    return _access(actor, ())[1]


def _papers(**which: object) -> list[Paper]:
    rows = Paper.objects.filter(**which).select_related(*_WHOLE)
    return list(rows.prefetch_related("readers"))


def _access(
    actor: Actor, papers: Collection[Paper], cases: Collection[UUID] = ()
) -> tuple[Access, bool]:
    """The actor's access to the papers' cases, and whether it is an auditor's."""
    access = access_for(
        actor,
        cases={*cases, *(p.case_id for p in papers if p.case_id)},
        items={p.item_id for p in papers},
    )
    everything = trail_facts(author=False)
    auditing = access.offers(Action.READ_TRAIL, everything)
    if auditing:
        access.require(Action.READ_TRAIL, everything)
    return access, auditing


def _own(access: Access, papers: list[Paper]) -> list[Paper]:
    return [p for p in papers if access.allows(Action.READ_TRAIL, _facts(p))]


def _facts(paper: Paper) -> ObjectFacts:
    """The trail of a paper: hidden where the paper itself would be (R5, R27, R28)."""
    readers = {reader.id for reader in paper.readers.all()}
    return replace(
        trail_facts(author=False, case=paper.case),
        item=paper.item_id,
        readers=frozenset(readers) if paper.restricted else None,
    )
