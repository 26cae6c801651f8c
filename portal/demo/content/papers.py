"""The papers of the demo: which item has which, and what stands in each."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from portal.demo.content.budgets import budget, has_budget
from portal.demo.content.case_specs import CaseFile
from portal.demo.content.cases import CASE_FILES
from portal.demo.content.matter import Matter
from portal.demo.content.paper_fields import (
    agency_form,
    assessment,
    evaluation,
    handout,
    identity_key,
    intake,
    summary,
    support_plan,
)
from portal.demo.content.types import (
    Case,
    DocumentClass,
    FileFormat,
    Paper,
    PaperKind,
    PaperValues,
)

_Maker = Callable[[Matter, Case, CaseFile], PaperValues]


@dataclass(frozen=True)
class _Form:
    """A form that is handed in; `own` when the presenter's agency brings it."""

    kind: PaperKind
    title: str
    document_class: DocumentClass
    file_format: FileFormat
    own: bool = False


_INTAKE = _Form("intake_application", "相談受付・申込票", "3B", "docx")
_ASSESSMENT = _Form("assessment_sheet", "アセスメントシート", "3B", "docx")
_PLAN = _Form("support_plan", "支援プラン", "3B", "docx")
_EVALUATION = _Form("plan_evaluation", "評価シート", "3B", "docx")
_REPORT = _Form("agency_form", "関係機関からの報告", "3B", "docx", own=True)
_REPORT_PDF = replace(_REPORT, file_format="pdf")
_BUDGET = _Form("agency_form", "家計表", "3B", "xlsx", own=True)
_IDENTITY = _Form("identity_key", "氏名対照表", "3A", "pdf")
_SUMMARY = _Form("case_summary", "事例概要", "3B", "pdf")
_HANDOUT = _Form("other", "説明資料", "2", "pdf")

_MAKERS: dict[PaperKind, _Maker] = {
    "intake_application": intake,
    "assessment_sheet": assessment,
    "support_plan": support_plan,
    "plan_evaluation": evaluation,
    "agency_form": agency_form,
    "identity_key": identity_key,
    "case_summary": summary,
}
_TODAY: dict[str, tuple[_Form, ...]] = {
    "gomi-4": (_SUMMARY, _REPORT, _IDENTITY),
    "doublecare-3": (_INTAKE, _ASSESSMENT, _PLAN, _REPORT, _IDENTITY),
    "kinrin-5": (_SUMMARY, _REPORT_PDF, _IDENTITY),
    "evacuee-4": (_SUMMARY, _REPORT, _IDENTITY),
    "single-5": (_EVALUATION, _PLAN, _REPORT, _IDENTITY),
}
_BY_OCCASION: dict[str, tuple[_Form, ...]] = {
    "plan": (_PLAN, _ASSESSMENT),
    "replan": (_EVALUATION, _PLAN),
    "closure": (_EVALUATION, _REPORT),
    "suspension": (_EVALUATION, _REPORT),
}


def papers(matter: Matter) -> tuple[Paper, ...]:
    """The papers of one item; the agenda of a planned sitting has none yet."""
    if matter.sitting.state in ("draft", "submitted"):
        return ()
    forms = _forms(matter)
    return tuple(
        _paper(matter, form, f"資料{branch}") for branch, form in enumerate(forms, 1)
    )


def _forms(matter: Matter) -> tuple[_Form, ...]:
    item = matter.item
    if item.case is None:
        return (_HANDOUT,)
    if matter.sitting.state == "convened":
        return _TODAY[item.key]
    if item.occasion in _BY_OCCASION:
        forms = _BY_OCCASION[item.occasion]
    else:
        forms = (_SUMMARY, _REPORT) if item.regime == "SHIEN" else (_REPORT_PDF,)
    return (*forms, _BUDGET) if has_budget(item.key) else forms


def _paper(matter: Matter, form: _Form, number: str) -> Paper:
    item = matter.item
    subject = matter.case.number if matter.case else item.title
    author = item.presenter if form.own else matter.clerk
    return Paper(
        key=f"{item.key}.{form.kind}.{form.file_format}",
        item=item.key,
        number=number,
        kind=form.kind,
        title=f"{form.title} {subject}",
        document_class=form.document_class,
        file_format=form.file_format,
        file_name=f"{number}_{form.title}_{subject}.{form.file_format}",
        uploaded_by=author,
        subjects=item.subjects,
        values=_values(replace(matter, number=number), form),
    )


def _values(matter: Matter, form: _Form) -> PaperValues:
    if matter.case is None:
        return handout(matter)
    if form is _BUDGET:
        return budget(matter.item.key, matter.case.number, matter.made_at)
    return _MAKERS[form.kind](matter, matter.case, CASE_FILES[matter.case.key])
