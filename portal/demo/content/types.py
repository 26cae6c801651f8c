"""The shapes of the demo municipality's content: frozen records, no behaviour.

References are keys of other records, days Japan's; an end of None is "until revoked".
"""

from dataclasses import dataclass
from datetime import date, time
from typing import Literal

from documents.output.papers.intake import AssessmentSheet, IntakeApplication
from documents.output.papers.plans import PlanEvaluationSheet, SupportPlanSheet
from documents.output.papers.summary import CaseSummary
from documents.output.sheet import Sheet
from portal.demo.content.budgets import Budget

UnitKey = Literal["north", "south"]
Regime = Literal["SHIEN", "JUSO", "NONE"]
Occasion = Literal["plan", "replan", "closure", "suspension", "sharing"]
CaseStatus = Literal[
    "intake",
    "assessment",
    "planned",
    "awaiting",
    "confirmed",
    "replanning",
    "suspended",
    "closed",
]
FactKind = Literal["fact_subject", "fact_third_party"]
TaskKind = Literal["task", "pending"]
EntryKind = FactKind | TaskKind | Literal["opinion", "discussion", "decision"]
AttendanceState = Literal["present", "absent", "late", "left"]
ItemKind = Literal["deliberation", "report", "study"]
RsvpAnswer = Literal["present", "absent", "waiting"]
MinutesState = Literal["final", "round", "writing", "none"]
SittingState = Literal["draft", "submitted", "convened", "closed"]
PaperKind = Literal[
    "intake_application",
    "assessment_sheet",
    "support_plan",
    "plan_evaluation",
    "agency_form",
    "identity_key",
    "case_summary",
    "other",
]
DocumentClass = Literal["2", "3A", "3B", "3C"]
FileFormat = Literal["docx", "xlsx", "pdf"]
RoleName = Literal[
    "chair", "secretariat", "internal", "external", "administrator", "auditor"
]

PaperValues = (
    IntakeApplication
    | AssessmentSheet
    | SupportPlanSheet
    | PlanEvaluationSheet
    | CaseSummary
    | Budget
    | Sheet
)


@dataclass(frozen=True)
class Municipality:
    name: str
    kana: str
    mayor_title: str
    portal_name: str
    phone: str
    address: str


@dataclass(frozen=True)
class Unit:
    key: UnitKey
    name: str
    kana: str


@dataclass(frozen=True)
class FiscalYear:
    """April to March; `year` is the calendar year in which it begins."""

    year: int
    label: str
    starts_on: date
    ends_before: date


@dataclass(frozen=True)
class Organization:
    key: str
    name: str
    kana: str
    internal: bool
    unit: UnitKey | None
    phone: str
    fax: str | None


@dataclass(frozen=True)
class Role:
    """One role; `unit` None means the whole municipality."""

    name: RoleName
    unit: UnitKey | None


@dataclass(frozen=True)
class Person:
    """A person; `introduction` is set for the cast that a visitor may play."""

    key: str
    name: str
    kana: str
    organization: str
    post: str
    mail: str | None
    phone: str
    account: Literal["staff", "link"]
    channel: Literal["mail", "sms", "card", "totp"]
    roles: tuple[Role, ...]
    introduction: str | None


@dataclass(frozen=True)
class LegalBasis:
    ground: str
    valid_from: date
    valid_until: date | None


@dataclass(frozen=True)
class Body:
    """A standing body; `core` sits at every sitting, `on_call` when asked."""

    key: str
    name: str
    unit: UnitKey | None
    parent: str | None
    regime: Regime
    charter: str
    legal_bases: tuple[LegalBasis, ...]
    convener: str
    head: str
    head_title: str
    secretariat: str
    rhythm: str
    core: tuple[str, ...]
    on_call: tuple[str, ...]
    confirming_members: int


@dataclass(frozen=True)
class YearRule:
    """The rule by which the year's meetings of `body` were dated, as in `rhythm`."""

    body: str
    year: int
    nth: int
    weekday: int
    starts_at: time
    ends_at: time
    place: str


@dataclass(frozen=True)
class ClosedDay:
    """A day of its own on which the city hall is closed; `yearly` ones every year."""

    day: date
    yearly: bool
    name: str
    decided_by: str
    decided_on: date


@dataclass(frozen=True)
class Pledge:
    """One version of the text that a person acknowledges before reading anything."""

    key: str
    regime: Literal["SHIEN", "JUSO", "COOPERATION"]
    version: int
    title: str
    text: str
    valid_from: date
    valid_until: date | None


@dataclass(frozen=True)
class Commission:
    """Standing in a body: of one person, or (`person` None) of an organization."""

    kind: Literal["individual", "organization", "appointment"]
    body: str
    person: str | None
    organization: str | None
    valid_from: date
    valid_until: date
    end_reason: str | None


@dataclass(frozen=True)
class Acknowledgement:
    person: str
    pledge: str
    acknowledged_on: date
    method: Literal["link", "sign_in", "paper"]


@dataclass(frozen=True)
class HouseholdMember:
    key: str
    name: str
    kana: str
    relation: str
    birth_date: date
    living_together: bool
    note: str
    address: str
    phone: str
    address_protected: bool


@dataclass(frozen=True)
class Selection:
    """A person picked for one case by the secretariat; without it nothing opens."""

    person: str
    role: str
    reason: str
    selected_by: str
    valid_from: date
    valid_until: date | None


@dataclass(frozen=True)
class Recusal:
    person: str
    reason: str
    valid_from: date


@dataclass(frozen=True)
class Consent:
    member: str
    scope: str
    valid_from: date
    withdrawn_on: date | None
    form: str
    evidence: str


@dataclass(frozen=True)
class Plan:
    """A version of the support plan, settled by the sitting item `item`.

    `decided_on` is the city's 支援決定, a second event that may still be missing;
    `monitoring_on` the next review that the latest sitting on the case has set.
    """

    version: int
    item: str
    confirmed_on: date
    needs_decision: bool
    decided_on: date | None
    services: tuple[str, ...]
    monitoring_on: date | None


@dataclass(frozen=True)
class Case:
    """A household under consideration; `title` never names anybody."""

    key: str
    number: str
    title: str
    theme: str
    description: str
    unit: UnitKey
    status: CaseStatus
    referrer: str
    lead_agency: str | None
    opened_on: date
    closed_on: date | None
    members: tuple[HouseholdMember, ...]
    selections: tuple[Selection, ...]
    recusals: tuple[Recusal, ...]
    consents: tuple[Consent, ...]
    plans: tuple[Plan, ...]


@dataclass(frozen=True)
class Sitting:
    """One day's meeting of `body`, where items of a second body may be taken.

    `number` runs on over the years, as 第n回.
    """

    key: str
    body: str
    unit: UnitKey | None
    number: int
    held_on: date
    starts_at: time
    ends_at: time
    place: str
    state: SittingState
    presiding: str
    agenda_approved_on: date | None
    minutes_state: MinutesState


@dataclass(frozen=True)
class Attendance:
    person: str
    state: AttendanceState
    note: str


@dataclass(frozen=True)
class AgendaItem:
    """One item; `subjects` are the household members it is about.

    `signatory` confirms its minutes beside the chair.
    """

    key: str
    sitting: str
    order: int
    kind: ItemKind
    body: str
    regime: Regime
    occasion: Occasion | None
    case: str | None
    title: str
    minutes_allotted: int
    presenter: str
    people: tuple[str, ...]
    subjects: tuple[str, ...]
    monitoring_on: date | None
    signatory: str
    rsvp: tuple[tuple[str, RsvpAnswer], ...]
    attendance: tuple[Attendance, ...]


@dataclass(frozen=True)
class MinutesEntry:
    """One entry; a decision or task also says who acts and until when."""

    item: str
    order: int
    kind: EntryKind
    speaker: str
    source: str
    text: str
    assignee: str | None
    due_on: date | None


@dataclass(frozen=True)
class Paper:
    """A paper of an item; `values` is what its maker in `documents` takes."""

    key: str
    item: str
    number: str
    kind: PaperKind
    title: str
    document_class: DocumentClass
    file_format: FileFormat
    file_name: str
    uploaded_by: str
    subjects: tuple[str, ...]
    values: PaperValues


@dataclass(frozen=True)
class DemoContent:
    """The whole demo municipality as it stands on `today`."""

    today: date
    municipality: Municipality
    units: tuple[Unit, ...]
    fiscal_years: tuple[FiscalYear, ...]
    organizations: tuple[Organization, ...]
    people: tuple[Person, ...]
    bodies: tuple[Body, ...]
    year_rules: tuple[YearRule, ...]
    closed_days: tuple[ClosedDay, ...]
    pledges: tuple[Pledge, ...]
    commissions: tuple[Commission, ...]
    acknowledgements: tuple[Acknowledgement, ...]
    cases: tuple[Case, ...]
    sittings: tuple[Sitting, ...]
    items: tuple[AgendaItem, ...]
    minutes: tuple[MinutesEntry, ...]
    papers: tuple[Paper, ...]
