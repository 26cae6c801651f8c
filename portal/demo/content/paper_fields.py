"""What stands in each kind of paper, drawn from the case and its minutes."""

from datetime import timedelta

from documents.output.papers.intake import AssessmentSheet, IntakeApplication
from documents.output.papers.parts import FormHead, HouseholdRow, PersonDetails
from documents.output.papers.plans import (
    Measure,
    PlanEvaluationSheet,
    SupportPlanSheet,
)
from documents.output.papers.summary import CaseSummary
from documents.output.sheet import Grid, Heading, Notice, Paragraph, Sheet, facts
from portal.demo.content.case_specs import CaseFile
from portal.demo.content.matter import Matter
from portal.demo.content.organizations import MUNICIPALITY, ORGANIZATIONS
from portal.demo.content.people import PEOPLE
from portal.demo.content.sittings import OCCASION_LABELS
from portal.demo.content.timeline import age_on
from portal.demo.content.types import Case, HouseholdMember

_PEOPLE = {person.key: person for person in PEOPLE}
_ORGANIZATIONS = {organization.key: organization for organization in ORGANIZATIONS}
_RESULTS = {"closure": "終結", "suspension": "中断", "replan": "再プラン"}
_LAST_GOAL = {"終結": "達成", "中断": "未達成", "再プラン": "おおむね達成"}
_PLAN_PERIOD = timedelta(days=182)


def intake(matter: Matter, case: Case, file: CaseFile) -> IntakeApplication:
    """The application itself: the one form that the applicant fills in by name."""
    given = [consent.valid_from for consent in case.consents]
    applicant = case.members[0]
    details = PersonDetails(
        name=applicant.name,
        kana=applicant.kana,
        born=applicant.birth_date,
        address=MUNICIPALITY.address,
        phone=MUNICIPALITY.phone,
    )
    worst, others = _worries(file)
    return IntakeApplication(
        head=_head(matter, case, _signature(matter.clerk), details),
        worries=others,
        worst=worst,
        request=file.request,
        hope=file.wish,
        housing=file.housing,
        consented_on=max(given, default=None),
    )


def assessment(matter: Matter, case: Case, file: CaseFile) -> AssessmentSheet:
    involved = {
        _agency(row.person): row.reason
        for row in case.selections
        if row.person in matter.item.people
    }
    covered = [row for row in case.members if row.key in matter.item.subjects]
    return AssessmentSheet(
        head=_head(matter, case, _signature(matter.item.presenter)),
        household=_household(matter, case),
        health=file.health,
        certificates="",
        income=file.income,
        debts="",
        housing=file.housing,
        history="\n".join(file.history),
        agencies=tuple(involved.items()),
        words=file.own_words,
        view=file.worker_view,
        strengths="\n".join(file.strengths),
        urgency=file.urgency,
        handling="多機関の協働により支援プランを作る",
        consent="同意あり: " + "、".join(row.relation for row in covered),
    )


def support_plan(matter: Matter, case: Case, file: CaseFile) -> SupportPlanSheet:
    held_on = matter.sitting.held_on
    plan = next((row for row in case.plans if row.item == matter.item.key), None)
    services = plan.services if plan else ()
    return SupportPlanSheet(
        head=_head(matter, case, _signature(matter.clerk)),
        version=plan.version if plan else len(case.plans) + 1,
        starts_on=held_on,
        ends_on=held_on + _PLAN_PERIOD,
        monitoring_on=matter.item.monitoring_on or held_on + _PLAN_PERIOD,
        wish=file.wish,
        issues=file.issues,
        long_goal=file.long_goal,
        short_goal="\n".join(file.short_goals),
        measures=tuple(_measure(row) for row in file.support),
        outreach_service="アウトリーチ支援" in services,
        participation_service="参加支援" in services,
        meeting_on=held_on,
    )


def _measure(row: str) -> Measure:
    item, agency, frequency, period = row.split("|")
    return Measure(item=item, agency=agency, frequency=frequency, period=period)


def evaluation(matter: Matter, case: Case, file: CaseFile) -> PlanEvaluationSheet:
    result = _RESULTS[matter.item.occasion or "replan"]
    decisions = [entry.text for entry in matter.said if entry.kind == "decision"]
    tasks = [entry.text for entry in matter.said if entry.kind == "task"]
    attained = ["達成"] * (len(file.short_goals) - 1) + [_LAST_GOAL[result]]
    return PlanEvaluationSheet(
        head=_head(matter, case, _signature(matter.item.presenter)),
        goals=tuple(zip(file.short_goals, attained, strict=True)),
        change=file.change,
        remaining="、".join(file.issues),
        result=result,
        reason=decisions[0] if decisions else "目標が進み、次の段階に移るため。",
        follow_up=tasks[0] if tasks else "",
        lead_agency=_ORGANIZATIONS[case.lead_agency].name if case.lead_agency else "",
    )


def summary(matter: Matter, case: Case, file: CaseFile) -> CaseSummary:
    first = not matter.earlier
    course = tuple(
        (day, entry.text) for day, entry in matter.earlier if entry.kind == "decision"
    )
    received = (case.opened_on, "相談を受け付け、会議で扱うこととした。")
    return CaseSummary(
        case_number=case.number,
        paper_number=matter.number,
        agency=_agency(matter.item.presenter),
        occasion=OCCASION_LABELS[matter.item.occasion or "sharing"],
        purpose="支援の入口と役割の確認" if first else "経過の共有と役割の見直し",
        made_at=matter.made_at,
        household=_household(matter, case),
        course=(received, *course),
        situation=case.description,
        strengths="、".join(file.strengths),
        questions=tuple(f"{issue}をどう支えるか" for issue in file.issues),
    )


def agency_form(matter: Matter, case: Case, file: CaseFile) -> Sheet:
    """What an agency reports: its facts of that day, or its latest record."""
    today = matter.sitting.state == "convened"
    told = tuple(
        (entry.source, entry.text)
        for entry in matter.said
        if entry.kind in ("fact_subject", "fact_third_party")
    )
    latest = tuple((row.split("|")[0], row.split("|")[1]) for row in file.records)
    author = file.reporter if today else matter.item.presenter
    return Sheet(
        file_title=matter.number,
        title="関係機関からの報告",
        number=matter.number,
        made_at=matter.made_at,
        running=f"{matter.number} {case.number}",
        blocks=(
            facts(
                ("事例番号", case.number),
                ("提出機関", _agency(author)),
                ("記入者", _PEOPLE[author].name),
            ),
            Heading("前回からの経過" if matter.earlier else "これまでの関わり"),
            Grid(("場面・項目", "内容"), latest if today else told, (32, 96)),
        ),
    )


def identity_key(matter: Matter, case: Case, _file: CaseFile) -> Sheet:
    """The only paper with the names of the household beside the application."""
    rows = tuple(
        (row.relation, row.name, row.kana, f"{age_on(row.birth_date, day)}歳")
        for day in [matter.sitting.held_on]
        for row in _subjects(matter, case)
    )
    return Sheet(
        file_title=matter.number,
        title=f"氏名対照表 {case.number}",
        number=matter.number,
        made_at=matter.made_at,
        running=matter.number,
        blocks=(
            Grid(("呼び方", "氏名", "フリガナ", "年齢"), rows, (24, 40, 44, 20)),
            Notice("この表は、選任された構成員だけが画面で確認します。印刷しません。"),
        ),
    )


def handout(matter: Matter) -> Sheet:
    spoken = [entry.text for entry in matter.said if entry.kind != "decision"]
    return Sheet(
        file_title=matter.number,
        title=matter.item.title,
        number=matter.number,
        made_at=matter.made_at,
        blocks=(
            Paragraph(_signature(matter.item.presenter), "right"),
            Heading("要点"),
            *(Paragraph(f"・{text}") for text in spoken),
        ),
    )


def _head(
    matter: Matter, case: Case, author: str, person: PersonDetails | None = None
) -> FormHead:
    """The head of a form; without `person` it stays free of names."""
    return FormHead(
        case_number=case.number,
        person=person or PersonDetails(),
        filled_in_on=matter.made_at.date(),
        filled_in_by=author,
        made_at=matter.made_at,
    )


def _worries(file: CaseFile) -> tuple[str, tuple[str, ...]]:
    """The worst worry and the others, from ticks such as "◎介護 ○子育て"."""
    worst, *others = file.worries.split(" ")
    return worst.removeprefix("◎"), tuple(tick.removeprefix("○") for tick in others)


def _subjects(matter: Matter, case: Case) -> tuple[HouseholdMember, ...]:
    return tuple(row for row in case.members if row.key in matter.item.subjects)


def _household(matter: Matter, case: Case) -> tuple[HouseholdRow, ...]:
    """The household members the item is about, by their relation alone."""
    return tuple(
        HouseholdRow(
            name=row.relation,
            relation=row.relation,
            age=age_on(row.birth_date, matter.sitting.held_on),
            together=row.living_together,
            occupation=row.note,
        )
        for row in _subjects(matter, case)
    )


def _agency(person: str) -> str:
    return _ORGANIZATIONS[_PEOPLE[person].organization].name


def _signature(person: str) -> str:
    return f"{_agency(person)} {_PEOPLE[person].name}"
