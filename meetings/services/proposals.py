"""提案: written by its author, with its sheets, and sent in (R12)."""

from dataclasses import dataclass, fields
from datetime import datetime
from uuid import UUID, uuid5

from django.db import transaction
from django.utils.translation import gettext as _

from documents.models import PaperVersion
from documents.services import papers
from documents.services.papers import PaperDetails, Upload
from meetings import references, rosters
from meetings.call_notices import late_words
from meetings.models import Call, CallRecipient, Proposal
from meetings.policies import call_facts, case_in_call_facts, proposal_facts
from members.access import Access, Actor, access_for
from members.facts import Action
from members.models import Case
from members.services import cases
from portal.core import audit, clock
from portal.core.errors import HiddenError, RefusedError

State = Proposal.State
_NAMESPACE = UUID("5f2f2f6c-8a44-4f5e-b8b4-6c3f1f0f9b21")


@dataclass(frozen=True, slots=True)
class ProposalWords:
    """What a proposal says; its names are those of the row's fields."""

    title: str
    occasion: str
    purpose: str
    words: str
    urgency: str
    consent: str


@transaction.atomic
def save_proposal(
    *, actor: Actor, key: UUID, call: Call, case: Case | None, words: ProposalWords
) -> Proposal:
    """Begin a draft; a repeat with ``key`` writes it anew.

    Its id stands for an item and comes from the key, the call and the person: nobody
    can name one that a roster hangs on already (R18). Raises RefusedError after the
    due date. The case stays as it was chosen first.
    """
    recipient = (
        CallRecipient.objects.select_for_update(of=("self",))
        .select_related("call__body", "call__opened_by__organization")
        .filter(call=call, person=actor.person)
        .first()
    )
    if recipient is None:
        raise HiddenError
    access = access_for(actor, cases=[case.id] if case else (), items=())
    access.require(Action.PROPOSE, call_facts(recipient.call, recipient))
    own_id = uuid5(_NAMESPACE, f"{key} {recipient.call_id} {actor.id}")
    known = Proposal.objects.filter(pk=own_id).first()
    if known is not None:
        return change_proposal(actor=actor, proposal=known, words=words)
    _refuse_if_late(recipient.call, recipient.call.due_at)
    proposal = Proposal(
        id=own_id,
        call=recipient.call,
        person=actor.person,
        case=case,
        due_at=recipient.call.due_at,
        created_at=access.t,
    )
    if case is not None:
        access.require(Action.READ, case_in_call_facts(case, proposal.call))
        if case.unit_id != proposal.call.body.unit_id:
            raise HiddenError
    _write(proposal, words)
    proposal.save(force_insert=True)
    cases.give_seat(
        actor=actor,
        item_id=proposal.id,
        person=actor.person,
        role=rosters.side_of(actor.person),
    )
    record_proposal("begin", actor, proposal)
    return proposal


@transaction.atomic
def change_proposal(
    *, actor: Actor, proposal: Proposal, words: ProposalWords
) -> Proposal:
    """Write the own draft, or a returned proposal, anew."""
    proposal = _own(actor, proposal)
    _write(proposal, words)
    proposal.save()
    record_proposal("change", actor, proposal)
    return proposal


def _write(proposal: Proposal, words: ProposalWords) -> None:
    for field in fields(words):
        setattr(proposal, field.name, getattr(words, field.name))


def file_sheet(
    *,
    actor: Actor,
    proposal: Proposal,
    details: PaperDetails,
    upload: Upload,
    token: UUID,
) -> PaperVersion:
    """Attach a case sheet: the form 1-2, or the organisation's own.

    From outside it is held for the secretariat. Raises InvalidError for a file that
    the intake refuses, RefusedError after the due date.
    """
    with transaction.atomic():
        proposal = _own(actor, proposal)
    return papers.file_paper(
        actor=actor,
        item=references.of_proposal(proposal),
        details=details,
        upload=upload,
        token=token,
    )


@transaction.atomic
def submit_proposal(*, actor: Actor, proposal: Proposal) -> Proposal:
    """Send it in: the secretariat judges it from now on. A repeat is harmless."""
    proposal, _access = lock_proposal(actor, proposal, Action.UPLOAD)
    if proposal.person_id != actor.id:
        raise HiddenError
    if proposal.state == State.SUBMITTED:
        return proposal
    _refuse_unless_writable(proposal)
    proposal.state, proposal.submitted_at = State.SUBMITTED, clock.now()
    proposal.save(update_fields=["state", "submitted_at"])
    CallRecipient.objects.filter(call=proposal.call, person=actor.person).update(
        answer=CallRecipient.Answer.PROPOSES, answered_at=clock.now()
    )
    record_proposal("submit", actor, proposal)
    return proposal


def _own(actor: Actor, proposal: Proposal) -> Proposal:
    """The author's own proposal under its lock, while it may be written."""
    proposal, _access = lock_proposal(actor, proposal, Action.UPLOAD)
    if proposal.person_id != actor.id:
        raise HiddenError
    _refuse_unless_writable(proposal)
    return proposal


def _refuse_unless_writable(proposal: Proposal) -> None:
    if not proposal.writable:
        raise RefusedError(
            _("この提案は提出済みです。直したいときは、事務局へお電話ください。")
        )
    _refuse_if_late(proposal.call, proposal.due_at)


def _refuse_if_late(call: Call, due_at: datetime) -> None:
    if due_at <= clock.now():
        raise RefusedError(late_words(call))


def lock_proposal(
    actor: Actor, proposal: Proposal, action: Action
) -> tuple[Proposal, Access]:
    """The proposal under its lock, once the actor may do ``action`` with it."""
    rows = Proposal.objects.select_for_update(of=("self",))
    found = (
        rows.select_related(
            "call__body",
            "call__opened_by__organization",
            "case",
            "person__organization",
            "item",
        )
        .filter(pk=proposal.pk)
        .first()
    )
    if found is None:
        raise HiddenError
    limits = [found.case_id] if found.case_id else ()
    access = access_for(actor, cases=limits, items=[found.id])
    access.require(action, proposal_facts(found))
    return found, access


def record_proposal(what: str, actor: Actor, proposal: Proposal) -> None:
    """The act in the audit trail, at the proposal and its case."""
    audit.record(
        f"meetings.proposal.{what}",
        actor=actor.id,
        subject=f"proposal:{proposal.id}",
        case=proposal.case_id,
        item=proposal.id,
    )
