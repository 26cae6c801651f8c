"""The forms, summaries, lists and scans that the process hands around."""

import io
from datetime import date, datetime
from typing import Any

import docx
import openpyxl
import pypdfium2
import pytest
from docx.oxml.ns import qn

from documents.output.papers.intake import (
    WORRIES,
    AssessmentSheet,
    IntakeApplication,
    assessment_docx,
    intake_application_docx,
)
from documents.output.papers.parts import FormHead, HouseholdRow, PersonDetails
from documents.output.papers.plans import (
    Measure,
    PlanEvaluationSheet,
    SupportPlanSheet,
    plan_evaluation_docx,
    support_plan_docx,
)
from documents.output.papers.scan import scanned_pdf
from documents.output.papers.summary import CaseSummary, case_summary_pdf
from documents.output.papers.workbooks import (
    BudgetLine,
    Table,
    household_budget_xlsx,
    tables_xlsx,
)
from documents.output.watermark import page_text
from portal.core.clock import JST
from tests.documents.output_sheets import text_of

MADE_AT = datetime(2026, 11, 10, 10, tzinfo=JST)
HEAD = FormHead(
    case_number="R8-012",
    person=PersonDetails(
        name="髙田 正夫", kana="たかだ まさお", sex="男", born=date(1942, 11, 11)
    ),
    filled_in_on=date(2026, 11, 10),
    filled_in_by="地域包括支援センター",
    made_at=MADE_AT,
)
EMPTY_HEAD = FormHead(
    case_number="",
    person=PersonDetails(),
    filled_in_on=date(2026, 11, 10),
    filled_in_by="",
    made_at=MADE_AT,
)
FATHER = HouseholdRow(name="父", relation="世帯主", age=84)
SON = HouseholdRow(name="長男", relation="長男", together=False, occupation="無職")


def intake(head=HEAD, **fields):
    return intake_application_docx(IntakeApplication(head=head, **fields))


def assessment(head=HEAD, **fields):
    return assessment_docx(AssessmentSheet(head=head, **fields))


def plan(head=HEAD, **fields):
    period: dict[str, Any] = {
        "version": 2,
        "starts_on": date(2026, 12, 1),
        "ends_on": date(2027, 5, 31),
        "monitoring_on": date(2027, 2, 18),
    }
    return support_plan_docx(SupportPlanSheet(head=head, **period, **fields))


def evaluation(head=HEAD, **fields):
    return plan_evaluation_docx(PlanEvaluationSheet(head=head, **fields))


FORMS = {
    "様式1-1": intake,
    "様式1-2": assessment,
    "様式2-1": plan,
    "様式2-2": evaluation,
}


def words(file: bytes) -> list[str]:
    """Every paragraph and cell of a Word file in order, merged cells once."""
    body = docx.Document(io.BytesIO(file)).element.body
    return [paragraph.text for paragraph in body.iter(qn("w:p"))]


def first_page(file: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(file)).worksheets[0]


@pytest.mark.parametrize(("number", "form"), FORMS.items())
def test_every_form_names_itself_and_the_person(number, form):
    said = words(form())
    assert number in said
    assert {"R8-012", "髙田 正夫", "たかだ まさお"} <= set(said)
    assert "令和8年11月10日(火)" in said
    assert "昭和17年11月11日(83歳)" in said


@pytest.mark.parametrize("form", FORMS.values())
def test_every_form_may_be_empty_and_is_the_same_bytes_each_time(form):
    assert words(form(EMPTY_HEAD))
    assert form() == form()


def test_worries_are_ringed_and_the_worst_doubly():
    said = words(intake(worries=("介護", "住まい"), worst="介護"))
    assert "◎ 介護" in said
    assert "○ 住まい" in said
    assert sum(text.startswith("□ ") for text in said) == len(WORRIES) - 2


def test_the_application_is_consent_only_with_its_date():
    given = "".join(words(intake(consented_on=date(2026, 11, 10))))
    without = "".join(words(intake()))
    assert "同意します" in given
    assert "106条の6" not in given
    assert "同意します" not in without
    assert "本人の同意を得ていない" in without


def test_the_assessment_lists_household_and_agencies():
    said = words(
        assessment(household=(FATHER, SON), agencies=(("みなと診療所", "通院"),))
    )
    assert {"父", "84歳", "同居", "別居", "無職", "みなと診療所", "通院"} <= set(said)


def test_the_plan_says_who_does_what_and_which_service_needs_a_decision():
    measure = Measure(item="訪問", agency="社協", frequency="週1回", period="3か月")
    said = words(plan(measures=(measure,), outreach_service=True, issues=("食事",)))
    assert {"訪問", "社協", "週1回", "3か月", "・食事", "支援プラン(第2版)"} <= set(
        said
    )
    assert "■ アウトリーチ等を通じた継続的支援" in said
    assert "□ 参加支援" in said
    assert "令和8年12月1日(火)から令和9年5月31日(月)まで" in said


def test_the_evaluation_ticks_its_result():
    said = words(evaluation(goals=(("配食", "達成"),), result="再プラン"))
    assert "■ 再プラン" in said
    assert {"□ 終結", "□ 中断", "配食", "達成"} <= set(said)


def test_the_summary_is_anonymous_and_warns():
    file = case_summary_pdf(
        CaseSummary(
            case_number="R8-012",
            paper_number="資料2-1",
            agency="地域包括支援センター",
            occasion="情報共有",
            purpose="役割分担",
            made_at=MADE_AT,
            household=(FATHER, SON),
            course=((date(2026, 9, 3), "相談"),),
            questions=("誰が訪ねるか。",),
        )
    )
    text = text_of(file)
    for part in ("事例概要R8-012", "資料2-1", "84歳", "令和8年9月3日(木)", "(1)誰が"):
        assert part in text
    assert "氏名は載せていません" in text


CASES = Table(
    title="支援ケース一覧",
    rows=[
        ["事例番号", "世帯の状況", "受付日"],
        ["R8-012", "=1+1\x00父と長男", date(2026, 9, 3)],
    ],
    widths=[12, 34, 19],
)


def test_a_table_of_cases_can_be_read_again_and_prints_on_a4():
    page = first_page(tables_xlsx([CASES], made_at=MADE_AT))
    assert [cell.value for cell in page[4]] == ["事例番号", "世帯の状況", "受付日"]
    assert page["B5"].value == "=1+1父と長男"
    assert page["B5"].data_type == "s"
    assert page["C5"].value.date() == date(2026, 9, 3)
    assert page.page_setup.paperSize == int(page.PAPERSIZE_A4)
    assert page.print_title_rows == "$4:$4"
    assert page.oddHeader.left.text == "取扱注意"


def test_the_household_budget_adds_up_by_formula():
    file = household_budget_xlsx(
        case_number="R8-012",
        income=[BudgetLine(label="年金", yen=112_000)],
        spending=[
            BudgetLine(label="食費", yen=48_000),
            BudgetLine(label="家賃", yen=1),
        ],
        month=date(2026, 10, 1),
        made_at=MADE_AT,
    )
    page = first_page(file)
    sums = {cell.value for cell in page["B"] if cell.data_type == "f"}
    assert sums == {"=SUM(B5:B5)", "=SUM(B9:B10)", "=B6-B11"}


def test_workbooks_are_the_same_bytes_each_time_and_neutral():
    def make():
        return tables_xlsx([CASES], made_at=MADE_AT)

    assert make() == make()
    properties = openpyxl.load_workbook(io.BytesIO(make())).properties
    assert properties.creator == properties.lastModifiedBy == "かさね"
    assert properties.created == properties.modified
    assert properties.modified.isoformat() == "2026-11-10T01:00:00"


def test_a_scan_is_pictures_only_and_the_same_bytes_each_time():
    source = case_summary_pdf(
        CaseSummary(
            case_number="R8-012",
            paper_number="資料1",
            agency="",
            occasion="",
            purpose="",
            made_at=MADE_AT,
        )
    )
    scan = scanned_pdf(source, pages=3, dpi=72)
    assert scan == scanned_pdf(source, pages=3, dpi=72)
    assert scan != scanned_pdf(source, pages=3, dpi=72, seed=2)
    with pypdfium2.PdfDocument(scan) as document:
        assert len(document) == 3
        assert document[0].get_size() == pytest.approx((595.28, 841.89), abs=0.1)
    assert page_text(io.BytesIO(scan), 0) == ""
