"""The open call for cases: who was asked, who answered, what was proposed."""

import io
from datetime import timedelta

from django.db import transaction

from documents.models import Paper, PaperVersion
from documents.output.sheet import Sheet, facts
from documents.output.typesetting import sheet_pdf
from meetings.call_notices import Occasion
from meetings.models import Call, CallRecipient, Proposal
from meetings.services import calls
from members.access import Actor
from members.facts import Role, State
from members.models import Person, Purpose, Seat
from portal.core import clock, media, vault
from portal.demo.content import calls as content
from portal.demo.identity import uid
from portal.demo.loader.files import pages_of
from portal.demo.loader.rows import Rows


def load(rows: Rows) -> None:
    """Everything as its services would have left it; the mails go out for real."""
    call = _call(rows)
    asked = [_recipient(call, rows.people[key], key) for key in content.ASKED]
    with transaction.atomic():
        calls.tell(Actor(call.opened_by), call, asked, Occasion.ASKED)
    for entry in content.PROPOSALS:
        proposal = _proposal(entry, call, rows.people[entry.person])
        if entry.sheet:
            _sheet(entry, proposal)


def _call(rows: Rows) -> Call:
    sitting = rows.sittings[content.NEXT_SITTING]
    day = clock.day_of(sitting.starts_at)
    soonest = clock.today() + timedelta(days=content.DUE_IN_AT_LEAST)
    due = max(day - timedelta(days=content.DUE_BEFORE_SITTING), soonest)
    return Call.objects.create(
        id=uid("call", content.NEXT_SITTING),
        body=sitting.body,
        number=1,
        month=day.replace(day=1),
        sitting=sitting,
        due_at=clock.day_end(due),
        words=content.WORDS,
        opened_by=sitting.created_by,
        opened_at=clock.now() - timedelta(days=content.OPENED_DAYS_AGO),
    )


def _recipient(call: Call, person: Person, key: str) -> CallRecipient:
    proposing = {p.person for p in content.PROPOSALS if p.state == "submitted"}
    answer = CallRecipient.Answer.WAITING
    if key in proposing:
        answer = CallRecipient.Answer.PROPOSES
    elif key in content.NOTHING:
        answer = CallRecipient.Answer.NOTHING
    waits = answer is CallRecipient.Answer.WAITING
    return CallRecipient.objects.create(
        id=uid("recipient", key),
        call=call,
        person=person,
        answer=answer,
        answered_at=None if waits else call.opened_at + timedelta(days=2),
        told_at=call.opened_at if person.email else None,
    )


def _proposal(entry: content.Proposal, call: Call, person: Person) -> Proposal:
    began = call.opened_at + timedelta(days=1)
    proposal = Proposal.objects.create(
        id=uid("proposal", entry.key),
        call=call,
        person=person,
        occasion=entry.occasion,
        title=entry.title,
        purpose=entry.purpose,
        words=entry.words,
        urgency=entry.urgency,
        consent=entry.consent,
        state=entry.state,
        due_at=call.due_at,
        created_at=began,
        submitted_at=began if entry.state == "submitted" else None,
    )
    internal = person.organization.internal
    Seat.objects.create(
        item_id=proposal.id,
        person=person,
        role=Role.INTERNAL if internal else Role.EXTERNAL,
        starts_at=began,
        selected_by=person,
    )
    return proposal


def _sheet(entry: content.Proposal, proposal: Proposal) -> None:
    """The form 1-2, as it came in: held for the secretariat."""
    call, person = proposal.call, proposal.person
    data = sheet_pdf(
        Sheet(
            file_title="アセスメントシート",
            title="インテーク・アセスメントシート",
            made_at=proposal.created_at,
            blocks=(facts(*entry.sheet),),
            number="様式1-2",
        )
    )
    stored = vault.put(io.BytesIO(data))
    with transaction.atomic():
        vault.keep(stored)
        paper = Paper.objects.create(
            id=uid("paper", f"proposal:{entry.key}"),
            number="",
            title="インテーク・アセスメントシート",
            kind=Paper.Kind.ASSESSMENT_SHEET,
            document_class=Paper.Class.C3B,
            body=call.body,
            item_id=proposal.id,
            sitting_id=call.id,
            purpose=Purpose.CALL,
            law=call.regime,
            origin=call.regime,
            created_by=person,
            created_at=proposal.created_at,
        )
        PaperVersion.objects.create(
            id=uid("version", f"proposal:{entry.key}"),
            paper=paper,
            state=State.HELD,
            holds=[PaperVersion.Hold.MEMBER],
            guard=PaperVersion.Guard.LOOKED,
            file_name="様式1-2.pdf",
            media_type=media.PDF,
            page_count=pages_of(data),
            stored=stored,
            uploaded_by=person,
            uploaded_at=proposal.created_at,
        )
