"""What a body is founded with: its grounds, its rules, and who takes the first seats.

All of it rests on the one decision by which the body is set up. Later changes are acts
of the body's own custodians.
"""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from members.filters import holding_at
from members.models import (
    Body,
    Charter,
    Commission,
    ExOfficio,
    LegalBasis,
    Office,
    Organization,
    Person,
    Post,
    Tenure,
    Unit,
)
from members.offices import Part, may_hold_office
from members.services import posts
from members.terms import usual_end
from portal.core import clock
from portal.core.errors import InvalidError, RefusedError

HeadRule = Charter.HeadRule


@dataclass(frozen=True, slots=True)
class Founding:
    """A body as it is set up; ``keeper`` is the first of its secretariat.

    ``also`` are further grounds; ``organizations`` are commissioned as a whole.
    """

    name: str
    tier: str
    ground: str
    keeper: Person
    starts_on: date
    ends_on: date | None = None
    unit: Unit | None = None
    parent: Body | None = None
    also: tuple[str, ...] = ()
    convener: Person | None = None
    head: Person | None = None
    organizations: tuple[Organization, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """Who decided to set the body up, and when."""

    by: str
    on: date


def stand_on(body: Body, founding: Founding, decision: Decision) -> None:
    """Let the body stand on its grounds from its first day."""
    LegalBasis.objects.bulk_create(
        LegalBasis(
            body=body,
            ground=ground,
            starts_at=clock.day_start(founding.starts_on),
            decided_by=decision.by,
            decided_on=decision.on,
        )
        for ground in (founding.ground, *founding.also)
    )


def check_people(founding: Founding, rules: Charter) -> None:
    """Whether those named may hold their offices, and the rules name a head so."""
    for person in (founding.keeper, founding.convener, founding.head):
        if person is not None and not may_hold_office(person, clock.now()):
            raise RefusedError(
                _("%(name)sさんは、会議体の役割を持てません。") % {"name": person.name}
            )
    if founding.head is None:
        return
    title = {"title": rules.head_title, "name": founding.head.name}
    if rules.head_rule == HeadRule.NONE:
        raise InvalidError(_("この会議体には、%(title)sを置きません。") % title)
    if rules.head_rule == HeadRule.ELECTED:
        raise InvalidError(
            _("%(title)sは互選で決まります。最初の会議の後に登録してください。") % title
        )
    if rules.head_by_post and not founding.head.post:
        raise InvalidError(
            _(
                "%(title)sは役職で決まります。%(name)sさんの役職を、先に登録してください。"
            )
            % title
        )


def take_seats(
    body: Body, founding: Founding, rules: Charter, decision: Decision
) -> None:
    """Commission and seat those whom the founding names."""
    keeper, convener, head = founding.keeper, founding.convener, founding.head
    _seat(body, keeper, Part.SECRETARIAT, decision)
    if convener is not None and convener == head:
        _seat_head(body, convener, rules, Part.BOTH, decision)
    else:
        if convener is not None:
            _seat(body, convener, Part.CONVENER, decision)
        if head is not None:
            _seat_head(body, head, rules, Part.HEAD, decision)
    for organization in founding.organizations:
        _commission_whole(body, organization, decision)


def _seat_head(
    body: Body, head: Person, rules: Charter, part: Part, decision: Decision
) -> None:
    if not rules.head_by_post:
        _seat(body, head, part, decision)
        return
    require_own_post(head)
    post, _new = Post.objects.get_or_create(
        organization=head.organization, name=head.post
    )
    now = clock.now()
    if not Tenure.objects.filter(holding_at(now), post=post).exists():
        Tenure.objects.create(post=post, person=head, starts_at=now)
    places = ExOfficio.Part
    place = ExOfficio.objects.create(
        body=body,
        post=post,
        part=places.CHAIR if part is Part.BOTH else places.HEAD,
        starts_at=now,
    )
    posts.begin(place, head, now)


def require_own_post(head: Person) -> None:
    """Raise RefusedError where somebody else holds the post that makes the head."""
    tenures = Tenure.objects.filter(
        holding_at(clock.now()),
        post__organization=head.organization_id,
        post__name=head.post,
    )
    held = tenures.exclude(person=head).select_related("post__organization", "person")
    if (other := held.first()) is not None:
        raise RefusedError(
            _("%(post)sの担当は、%(name)sさんとして登録されています。")
            % {"post": other.post, "name": other.person.name}
        )


def _seat(body: Body, person: Person, part: Part, decision: Decision) -> None:
    now, form = clock.now(), Commission.Form
    if not Commission.objects.filter(body=body, person=person).exists():
        Commission.objects.create(
            form=form.APPOINTMENT if person.organization.internal else form.INDIVIDUAL,
            body=body,
            person=person,
            starts_at=now,
            approved_by=decision.by,
            approved_on=decision.on,
        )
    Office.objects.create(
        person=person,
        role=part.role,
        body=body,
        convenes=part.convenes,
        presides=part.presides,
        starts_at=now,
        appointed_by=decision.by,
        appointed_on=decision.on,
    )


def _commission_whole(
    body: Body, organization: Organization, decision: Decision
) -> None:
    """団体委嘱: whoever decided on the rules approves the first (R10)."""
    until = usual_end(body, clock.today())
    Commission.objects.create(
        form=Commission.Form.ORGANIZATION,
        body=body,
        organization=organization,
        starts_at=body.begun_by(clock.now()),
        ends_at=clock.day_end(until) if until else None,
        term_until=until,
        approved_by=decision.by,
        approved_on=decision.on,
    )
