"""What the page of an emergency offers: the body, its people, the usual place."""

from dataclasses import dataclass
from uuid import UUID

from django.core.paginator import Page, Paginator

from meetings import rosters
from meetings.models import AgendaItem, Sitting
from meetings.selectors.cooperation import kept_case
from members import selectors as members
from members.access import Access, Actor, access_for
from members.facts import Action, Regime
from members.models import Body, Case, Person
from members.policies import body_facts, case_facts
from portal.core import clock
from portal.core.errors import HiddenError

PER_PAGE = 50
_DONE = (Case.Status.CLOSED, Case.Status.HANDED_BACK, Case.Status.MOVED)


@dataclass(frozen=True, slots=True)
class Ground:
    """Where an emergency about the case would be held; no body: its charter says no."""

    case: Case
    body: Body | None
    others: list[Body]
    people: list[Person]
    selected: set[UUID]
    place: str

    @property
    def regime(self) -> Regime:
        """Without consent where the charter admits it: there is no time to ask."""
        laws = self.body.rules.regimes if self.body else ()
        return Regime.SHIEN if Regime.SHIEN in laws else Regime.JUSO


@dataclass(frozen=True, slots=True)
class Choice:
    """The open cases that the actor keeps, one page of them."""

    page: Page[Case]
    cases: list[Case]


def choice_of(actor: Actor, *, wanted: str, page: str | None) -> Choice:
    """The cases whose number holds ``wanted``, by number, in as many queries for any.

    Raises HiddenError for anybody who keeps no open case.
    """
    kept = rosters.cases_kept_by(actor).exclude(status__in=_DONE)
    if not kept.exists():
        raise HiddenError
    rows = kept.select_related("body__unit").prefetch_related("household")
    found = rows.filter(number__icontains=wanted).order_by("number")
    shown = Paginator(found, PER_PAGE).get_page(page)
    cases = list(shown.object_list)
    access = access_for(actor, cases=[case.id for case in cases], items=())
    readable = [c for c in cases if access.allows(Action.CONVENE, case_facts(c))]
    return Choice(shown, readable)


def ground_of(actor: Actor, case_id: UUID, wished: str | None) -> Ground:
    """The case with the body that deals with its emergency, ``wished`` if it may."""
    case, access = kept_case(actor, case_id)
    bodies = _bodies(access, case)
    body = next((b for b in bodies if str(b.id) == wished), None) or next(
        iter(sorted(bodies, key=lambda b: b.id != case.body_id)), None
    )
    return Ground(
        case=case,
        body=body,
        others=[other for other in bodies if other != body],
        people=rosters.candidates(AgendaItem(body=body, case=case)) if body else [],
        selected=set(rosters.members_of(case.id)),
        place=_last_place(body) if body else "",
    )


def _bodies(access: Access, case: Case) -> list[Body]:
    return [
        body
        for body in members.bodies_of(case)
        if body.rules.emergency
        and body.rules.regimes
        and body.exists_on(clock.today())
        and access.allows(Action.CONVENE, body_facts(body))
    ]


def _last_place(body: Body) -> str:
    last = Sitting.objects.filter(body=body).order_by("-starts_at").first()
    return last.place if last else ""
