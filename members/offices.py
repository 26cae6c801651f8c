"""招集者・長・事務局: who holds which office of a body on a day (R17)."""

from collections.abc import Callable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from members.facts import Role
from members.filters import concerning, ending_after, holding_at
from members.models import (
    Body,
    Charter,
    Commission,
    Office,
    Organization,
    Person,
    Scope,
)
from portal.core import clock


class Part(StrEnum):
    """What an office of a body is; convener and head may be one person."""

    CONVENER = "convener"
    HEAD = "head"
    BOTH = "both"
    SECRETARIAT = "secretariat"

    @property
    def role(self) -> Role:
        """The role in which the decision knows it."""
        return Role.SECRETARIAT if self is Part.SECRETARIAT else Role.CHAIR

    @property
    def convenes(self) -> bool:
        """Whether its holder calls together."""
        return self in {Part.CONVENER, Part.BOTH}

    @property
    def presides(self) -> bool:
        """Whether its holder leads the sitting."""
        return self in {Part.HEAD, Part.BOTH}


def part_of(office: Office) -> Part:
    """Which part a row stands for."""
    if office.role == Role.SECRETARIAT:
        return Part.SECRETARIAT
    if office.convenes and office.presides:
        return Part.BOTH
    return Part.CONVENER if office.convenes else Part.HEAD


def part_words(part: Part, rules: Charter) -> str:
    """The part by the body's own words."""
    words = {
        Part.CONVENER: rules.convener_title,
        Part.HEAD: rules.head_title,
        Part.BOTH: f"{rules.convener_title}・{rules.head_title}",
        Part.SECRETARIAT: str(_("事務局")),
    }
    return words[part]


def offices_at(body: Body, t: datetime) -> QuerySet[Office]:
    """The body's standing offices at ``t``; a stand-in's for one sitting apart."""
    return (
        body.offices.filter(holding_at(t), sitting_id=None)
        .select_related("person__organization")
        .order_by("role", "starts_at", "pk")
    )


def presiding_of(body: Body, t: datetime) -> Person | None:
    """Who leads the body's sittings at ``t``: its head, whoever has called.

    Whoever was handed the chair for these days leads a sitting as a stand-in (R26).
    """
    heads = (o for o in offices_at(body, t) if o.role == Role.CHAIR and o.presides)
    return next((office.person for office in heads if not office.acting_for_id), None)


def approvers_of(body: Body, t: datetime) -> list[Person]:
    """Who may approve an added member, by the body's rule."""
    wanted = _APPROVERS[Charter.Office(body.rules_at(t).member_approval)]
    offices = offices_at(body, t)
    return list(dict.fromkeys(o.person for o in offices if part_of(o) in wanted))


def approvers_in_words(body: Body, t: datetime) -> list[str]:
    """The same, each as they are named on a paper: organisation, post and name."""
    return [f"{person.standing} {person.name}" for person in approvers_of(body, t)]


def deciders_in_words(body: Body, t: datetime) -> list[str]:
    """Those who approve, and who presides, named in the same way."""
    head = presiding_of(body, t)
    words = approvers_in_words(body, t)
    own = [f"{head.standing} {head.name}"] if head else []
    return list(dict.fromkeys([*words, *own]))


def approval_was_held(body: Body) -> bool:
    """Whether the office that approves members has ever had a holder."""
    wanted = _APPROVERS[Charter.Office(body.rules.member_approval)]
    return any(part_of(office) in wanted for office in body.offices.all())


_APPROVERS = {
    Charter.Office.CONVENER: {Part.CONVENER, Part.BOTH},
    Charter.Office.HEAD: {Part.HEAD, Part.BOTH},
    Charter.Office.SECRETARIAT: {Part.SECRETARIAT},
}


def may_hold_office(person: Person, t: datetime) -> bool:
    """Whether the account is active, and neither administration nor audit (R35)."""
    apart = person.offices.filter(
        ending_after(t), role__in=[Role.ADMINISTRATOR, Role.AUDITOR]
    )
    return person.span.holds(t) and not apart.exists()


# Purpose of a link to the body of what it leads to. The apps above add theirs.
BODIES: dict[str, Callable[[UUID], QuerySet[Any, Any]]] = {}


def secretariat_for(person: Person, scope: Scope | None = None) -> Organization | None:
    """The office that somebody calls; of whoever came by a link, about what it opens.

    Of everybody else, of any body of theirs; None for who is in no body.
    """
    here = secretariat_of(BODIES[scope.purpose](scope.id)) if scope else None
    seats = Commission.objects.filter(concerning(person), holding_at(clock.now()))
    return here or secretariat_of(seats.values("body"))


def secretariat_of(bodies: QuerySet[Any, Any] | Sequence[Body]) -> Organization | None:
    """The office that one calls about ``bodies``: of who keeps their secretariat.

    One with a telephone before one without; where nobody keeps it, of who holds
    another office there.
    """
    held = Office.objects.filter(
        holding_at(clock.now()), body__in=bodies, sitting_id=None
    )
    rows = held.select_related("person__organization").order_by("pk")
    called = min(rows, key=_remoteness, default=None)
    return called.person.organization if called else None


def _remoteness(office: Office) -> tuple[bool, bool]:
    return office.role != Role.SECRETARIAT, not office.person.organization.phone
