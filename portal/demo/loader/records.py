"""The records of past meetings: confirmed ones as files, last month's in the round."""

import io
from datetime import timedelta

from django.db import transaction

from documents.models import Paper, PaperVersion
from meetings import records
from meetings.models import AgendaItem, Confirmation, Minutes, RecordVersion
from meetings.rendering import minutes_docx, minutes_pdf
from members.facts import State
from members.models import Person
from portal.core import clock, vault
from portal.demo.content.types import DemoContent
from portal.demo.identity import uid
from portal.demo.loader.files import MEDIA_TYPES, pages_of
from portal.demo.loader.rows import Rows

ROUND_AFTER, CONFIRM_AFTER = timedelta(days=7), timedelta(days=12)


def load(content: DemoContent, rows: Rows) -> None:
    """One record for each item of each closed meeting."""
    states = {s.key: s.minutes_state for s in content.sittings}
    for entry in content.items:
        item = rows.items[entry.key]
        state = states[entry.sitting]
        if item.sitting.state != "closed" or state == "none":
            continue
        circulated = item.sitting.ends_at + ROUND_AFTER
        minutes = Minutes.objects.create(
            id=uid("minutes", entry.key),
            item=item,
            state=Minutes.State.ROUND if state == "final" else state,
            version=1 if state in {"final", "round"} else 0,
            circulated_at=circulated,
            circulated_by=item.sitting.created_by,
            due_on=clock.day_of(circulated + ROUND_AFTER),
        )
        if minutes.version:
            RecordVersion.objects.create(
                minutes=minutes,
                version=minutes.version,
                why=RecordVersion.Why.CIRCULATED,
                words=records.load(item.id).words,
                made_by=item.sitting.created_by,
                at=circulated,
            )
        if state == "final":
            _finalize(item, rows.people[entry.signatory])


def _finalize(item: AgendaItem, signatory: Person) -> None:
    when = item.sitting.ends_at + CONFIRM_AFTER
    presiding = item.sitting.presiding
    record = records.load(item.id)
    for person in filter(None, (presiding, signatory)):
        Confirmation.objects.create(
            minutes=record.minutes,
            version=1,
            person=person,
            presiding=person == presiding,
            at=when,
            text_digest=record.digest,
        )
    words = records.document(records.load(item.id), confirmed=True)
    files = {"docx": minutes_docx(words), "pdf": minutes_pdf(words)}
    filed = {ending: _file(item, ending, data) for ending, data in files.items()}
    minutes = record.minutes
    minutes.state, minutes.finalized_at = Minutes.State.FINAL, when
    minutes.docx, minutes.pdf = filed["docx"].paper, filed["pdf"].paper
    minutes.digest = filed["pdf"].stored.sha256
    minutes.save()


def _file(item: AgendaItem, ending: str, data: bytes) -> PaperVersion:
    when = item.sitting.ends_at + CONFIRM_AFTER
    clerk = item.sitting.created_by
    stored = vault.put(io.BytesIO(data))
    with transaction.atomic():
        vault.keep(stored)
        paper = Paper.objects.create(
            number="会議録",
            title="会議録",
            kind=Paper.Kind.MINUTES,
            document_class=Paper.Class.C3B,
            body=item.body,
            case=item.case,
            item_id=item.id,
            sitting_id=item.sitting_id,
            law=item.regime,
            origin=item.regime,
            order=999,
            created_by=clerk,
            created_at=when,
        )
        paper.about.set(item.about.all())
        return PaperVersion.objects.create(
            paper=paper,
            state=State.FINAL,
            guard=PaperVersion.Guard.LOOKED,
            file_name=f"会議録.{ending}",
            media_type=MEDIA_TYPES[ending],
            page_count=pages_of(data),
            stored=stored,
            uploaded_by=clerk,
            uploaded_at=when,
        )
