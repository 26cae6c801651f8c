"""様式2-1 プラン and 2-2 評価シート, the standard forms, as Word files."""

from dataclasses import dataclass
from datetime import date

from documents.output.papers.parts import (
    FormHead,
    day_words,
    form_docx,
    person_block,
    points,
    tick,
)
from documents.output.sheet import Facts, Grid, Heading, facts
from portal.core.jp import era_words

RESULTS = ("終結", "再プラン", "中断")


@dataclass(frozen=True, kw_only=True)
class Measure:
    """A line of a plan: who does what, how often, in what period."""

    item: str
    agency: str
    frequency: str
    period: str


@dataclass(frozen=True, kw_only=True)
class SupportPlanSheet:
    """様式2-1; either service makes the city's 支援決定 necessary."""

    head: FormHead
    version: int
    starts_on: date
    ends_on: date
    monitoring_on: date
    wish: str = ""
    issues: tuple[str, ...] = ()
    long_goal: str = ""
    short_goal: str = ""
    measures: tuple[Measure, ...] = ()
    outreach_service: bool = False
    participation_service: bool = False
    meeting_on: date | None = None
    approved_on: date | None = None
    decided_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class PlanEvaluationSheet:
    """様式2-2; ``goals`` are pairs of a goal and how far it was reached."""

    head: FormHead
    goals: tuple[tuple[str, str], ...] = ()
    change: str = ""
    remaining: str = ""
    result: str = ""
    reason: str = ""
    follow_up: str = ""
    lead_agency: str = ""


def support_plan_docx(form: SupportPlanSheet) -> bytes:
    """様式2-1 as Word file."""
    measures = tuple((m.item, m.agency, m.frequency, m.period) for m in form.measures)
    return form_docx(
        form.head,
        "様式2-1",
        f"支援プラン(第{form.version}版)",
        *person_block(form.head),
        Heading("目標"),
        facts(
            ("本人の希望", form.wish),
            ("課題", points(form.issues)),
            ("長期目標", form.long_goal),
            ("短期目標", form.short_goal),
            ("期間", f"{era_words(form.starts_on)}から{era_words(form.ends_on)}まで"),
        ),
        Heading("支援の内容"),
        Grid(
            ("支援の内容", "担当する機関", "頻度", "期間"),
            measures or (("",) * 4,),
            (48, 38, 20, 22),
        ),
        Heading("支援決定が必要な事業"),
        Grid(
            (),
            (
                (
                    tick("アウトリーチ等を通じた継続的支援", form.outreach_service),
                    tick("参加支援", form.participation_service),
                ),
            ),
            (64, 64),
        ),
        Heading("確認"),
        Facts(
            (
                (
                    ("モニタリング", era_words(form.monitoring_on)),
                    ("会議の日", day_words(form.meeting_on)),
                ),
                (
                    ("プランの確認", day_words(form.approved_on)),
                    ("支援決定の日", day_words(form.decided_on)),
                ),
            )
        ),
        facts(("本人の署名", "\n")),
    )


def plan_evaluation_docx(form: PlanEvaluationSheet) -> bytes:
    """様式2-2 as Word file."""
    results = tuple(tick(result, result == form.result) for result in RESULTS)
    return form_docx(
        form.head,
        "様式2-2",
        "評価シート",
        *person_block(form.head),
        Heading("目標の達成"),
        Grid(("目標", "達成の状況"), form.goals or (("", ""),), (56, 72)),
        Heading("評価"),
        facts(("本人の変化", form.change), ("残された課題", form.remaining)),
        Heading("結果"),
        Grid((), (results,), (1, 1, 1)),
        facts(
            ("理由", form.reason),
            ("その後の見守り", form.follow_up),
            ("主担当の機関", form.lead_agency),
        ),
    )
