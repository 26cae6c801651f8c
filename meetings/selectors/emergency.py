"""What the page of an emergency offers: the body, its people, the usual place."""

from dataclasses import dataclass
from uuid import UUID

from meetings import rosters
from meetings.models import AgendaItem, Sitting
from meetings.selectors.cooperation import kept_case
from members import selectors as members
from members.access import Access, Actor, access_for
from members.facts import Action, Regime
from members.models import Body, Case, Person
from members.policies import body_facts, case_facts
from portal.core import clock

_DONE = (Case.Status.CLOSED, Case.Status.HANDED_BACK)


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


def kept_cases(actor: Actor) -> list[Case]:
    """The open cases that the actor keeps."""
    rows = list(members.listed_cases(actor).exclude(status__in=_DONE))
    access = access_for(actor, cases=[case.id for case in rows], items=())
    return [c for c in rows if access.allows(Action.CONVENE, case_facts(c))]


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
