"""What the tests of calls share: one open call, and a proposal on its way."""

from datetime import timedelta
from uuid import UUID, uuid4

from documents.models import Paper, PaperVersion
from documents.services.papers import PaperDetails
from meetings.models import AgendaItem, Call, CallRecipient, Proposal, Sitting
from meetings.services import calls, proposals, triage
from meetings.services.agenda import ItemWords
from meetings.services.calls import Asked
from meetings.services.proposals import ProposalWords
from meetings.services.triage import NewCase, Taking
from members.access import Actor
from members.facts import Regime
from members.models import Case, Person, Purpose, Scope
from members.services.cases import NewMember
from portal.core import clock, keys
from portal.core.models import OutgoingMail
from tests import factories
from tests.cast import Cast
from tests.documents import files
from tests.meetings import convening
from tests.papers import upload

WORDS = ProposalWords(
    title="母と長男の世帯。長男のひきこもり",
    occasion="sharing",
    purpose="訪問の役割分担を決めたい",
    words="10年ほど外出がない。母の物忘れが進んでいる。",
    urgency="usual",
    consent="none",
)


def asked(days: int = 10, sitting: Sitting | None = None) -> Asked:
    day = clock.today() + timedelta(days=days)
    return Asked(
        month=day.replace(day=1),
        sitting=sitting,
        due_at=clock.day_end(day),
        words="今回は2件まで扱えます。",
    )


def opened(
    cast: Cast, *people: Person, number: int = 501, sitting: Sitting | None = None
) -> Call:
    """A call that the secretariat opened; the clinic is asked unless said."""
    return calls.open_call(
        actor=convening.clerk(cast),
        key=UUID(int=number),
        body=cast.shien,
        asked=asked(sitting=sitting),
        people=people or [cast.clinic],
    )


def end(call: Call) -> None:
    """Let the due date pass."""
    past = clock.now() - timedelta(minutes=1)
    Call.objects.filter(pk=call.pk).update(due_at=past)
    Proposal.objects.filter(call=call).update(due_at=past)
    call.refresh_from_db()


def text_of(mail: OutgoingMail) -> str:
    return keys.unseal(bytes(mail.sealed_body), mail.id.bytes)


def to_call(call: Call) -> Scope:
    """What a link to the call leads to."""
    return Scope(Purpose.CALL, call.id)


def recipient(call: Call, person: Person) -> CallRecipient:
    return CallRecipient.objects.get(call=call, person=person)


def drafted(
    call: Call,
    person: Person,
    case: Case | None = None,
    words: ProposalWords = WORDS,
) -> Proposal:
    return proposals.save_proposal(
        actor=factories.sign_in(person),
        key=uuid4(),
        call=call,
        case=case,
        words=words,
    )


def sheet(
    proposal: Proposal, actor: Actor | None = None, tax: bool = False
) -> PaperVersion:
    return proposals.file_sheet(
        actor=actor or factories.sign_in(proposal.person),
        proposal=proposal,
        details=PaperDetails(
            number="",
            title="アセスメントシート",
            kind=Paper.Kind.ASSESSMENT_SHEET,
            document_class=Paper.Class.C3B,
            tax_information=tax,
        ),
        upload=upload(files.pdf_file(), "様式1-2.pdf"),
        token=uuid4(),
    )


def submitted(call: Call, person: Person, case: Case | None = None) -> Proposal:
    proposal = drafted(call, person, case)
    return proposals.submit_proposal(actor=factories.sign_in(person), proposal=proposal)


def taking(
    cast: Cast,
    sitting: Sitting,
    *sheets: PaperVersion,
    regime: Regime = Regime.SHIEN,
    case: Case | None = None,
    reason: str = "",
) -> Taking:
    """The household of two, unless a known case is named."""
    new = NewCase(
        number="R8-077",
        title="母と長男の世帯",
        household=[
            NewMember("長男", "見本 太郎", subject=True),
            NewMember("母", "見本 花"),
        ],
        opened_on=clock.today(),
    )
    return Taking(
        sitting=sitting,
        body=cast.shien if regime is Regime.SHIEN else cast.juso,
        regime=regime,
        case=case,
        new_case=None if case else new,
        words=ItemWords("deliberation", "sharing", WORDS.title, WORDS.purpose, 20),
        sheets=sheets,
        reason=reason,
    )


def taken(cast: Cast, proposal: Proposal, *sheets: PaperVersion) -> AgendaItem:
    return triage.take_proposal(
        actor=convening.clerk(cast),
        proposal=proposal,
        taking=taking(cast, convening.draft(cast), *sheets),
    )
