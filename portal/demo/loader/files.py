"""Papers: real files made from the content, sealed into the vault, released."""

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import transaction

from documents import handling
from documents.models import Paper, PaperVersion, Release
from documents.output.docx import sheet_docx
from documents.output.papers.intake import (
    AssessmentSheet,
    IntakeApplication,
    assessment_docx,
    intake_application_docx,
)
from documents.output.papers.plans import (
    PlanEvaluationSheet,
    SupportPlanSheet,
    plan_evaluation_docx,
    support_plan_docx,
)
from documents.output.papers.summary import CaseSummary, case_summary_pdf
from documents.output.papers.workbooks import household_budget_xlsx
from documents.output.sheet import Sheet
from documents.output.typesetting import sheet_pdf
from documents.output.watermark import page_count
from documents.services import renditions
from members.facts import State, Way
from members.models import Seat
from portal.core import clock, media, vault
from portal.demo.content.budgets import Budget
from portal.demo.content.types import DemoContent
from portal.demo.content.types import Paper as PaperContent
from portal.demo.identity import uid
from portal.demo.loader.rows import Rows

OPENS_BEFORE = timedelta(days=3)
MEDIA_TYPES = {
    "docx": media.DOCX,
    "xlsx": media.XLSX,
    "pdf": media.PDF,
}


def load(content: DemoContent, rows: Rows) -> None:
    """File every paper; those of convened meetings are released to the roster."""
    for order, entry in enumerate(content.papers):
        data = made(entry)
        stored = vault.put(io.BytesIO(data))
        with transaction.atomic():
            vault.keep(stored)
            paper = _paper(entry, order, rows)
            version = PaperVersion.objects.create(
                id=uid("version", entry.key),
                paper=paper,
                state=State.DRAFT,
                guard=PaperVersion.Guard.LOOKED,
                file_name=entry.file_name,
                media_type=MEDIA_TYPES[entry.file_format],
                page_count=pages_of(data),
                stored=stored,
                uploaded_by=rows.people[entry.uploaded_by],
                uploaded_at=paper.created_at,
            )
            rows.versions[entry.key] = version
            _release(entry, version, rows)


def _paper(entry: PaperContent, order: int, rows: Rows) -> Paper:
    item = rows.items[entry.item]
    paper = Paper.objects.create(
        id=uid("paper", entry.key),
        number=entry.number,
        title=entry.title,
        kind=entry.kind,
        document_class=entry.document_class,
        body=item.body,
        case=item.case,
        item_id=item.id,
        sitting_id=item.sitting_id,
        law=item.regime,
        origin=item.regime,
        order=order,
        created_by=rows.people[entry.uploaded_by],
        created_at=item.sitting.starts_at - OPENS_BEFORE,
    )
    paper.about.set(item.about.all())
    return paper


def _release(entry: PaperContent, version: PaperVersion, rows: Rows) -> None:
    item = rows.items[entry.item]
    if item.sitting.state not in {"convened", "closed"}:
        return
    version.state = State.RELEASED
    version.save(update_fields=["state"])
    renditions.ask(version)
    held_on = clock.day_of(item.sitting.ends_at)
    last = handling.last_day(version.paper, held_on, item.body.rules.link_days)
    until = clock.day_end(last)
    Release.objects.bulk_create(
        Release(
            version=version,
            person=seat.person,
            way=Way.ORIGINAL if seat.role == "internal" else Way.COPY,
            starts_at=item.sitting.starts_at - OPENS_BEFORE,
            ends_at=until,
            released_by=item.sitting.created_by,
        )
        for seat in Seat.objects.filter(item_id=item.id)
        if seat.role in {"internal", "external"}
    )


def pages_of(data: bytes) -> int:
    """How many pages a PDF has; other files count none."""
    return page_count(io.BytesIO(data)) if data.startswith(b"%PDF") else 0


_DOCX_MAKERS: dict[type, Callable[[Any], bytes]] = {
    IntakeApplication: intake_application_docx,
    AssessmentSheet: assessment_docx,
    SupportPlanSheet: support_plan_docx,
    PlanEvaluationSheet: plan_evaluation_docx,
    Sheet: sheet_docx,
}


def made(entry: PaperContent) -> bytes:
    """The file itself."""
    values = entry.values
    if isinstance(values, CaseSummary):
        return case_summary_pdf(values)
    if isinstance(values, Budget):
        return household_budget_xlsx(
            case_number=values.case_number,
            income=values.income,
            spending=values.spending,
            month=values.month,
            made_at=values.made_at,
        )
    if isinstance(values, Sheet) and entry.file_format == "pdf":
        return sheet_pdf(values)
    return _DOCX_MAKERS[type(values)](values)
