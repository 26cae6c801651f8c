"""充て職 and their turnover: a post's new holder takes over without re-entry (R14).

Commissions and offices that rest on a post end for the old holder and begin for the
new one at the same midnight; so do the selections for cases. Acknowledgements and
records stay with the person who made them.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from members.access import Actor, access_for
from members.facts import Action, Role
from members.filters import concerning, ending_after, holding_at
from members.models import (
    Body,
    Commission,
    ExOfficio,
    Membership,
    Office,
    Organization,
    Person,
    Post,
    Recusal,
    Seat,
    Succession,
    Tenure,
    Turnover,
)
from members.policies import rules_facts
from portal.core import audit, clock
from portal.core.errors import HiddenError, InvalidError
from portal.core.repeats import made_before

Part = ExOfficio.Part
_OFFICES: dict[str, tuple[Role, bool, bool]] = {  # role, convenes, presides
    Part.SECRETARIAT: (Role.SECRETARIAT, False, False),
    Part.CONVENER: (Role.CHAIR, True, False),
    Part.HEAD: (Role.CHAIR, False, True),
    Part.CHAIR: (Role.CHAIR, True, True),
}


@dataclass(frozen=True, slots=True)
class Successor:
    """Who holds the post next; None leaves it vacant."""

    post: Post
    person: Person | None


@transaction.atomic
def give_place(
    *, actor: Actor, body: Body, post: Post, part: ExOfficio.Part, day: date
) -> ExOfficio:
    """Give a post its place in a body from ``day`` on; a repeat is answered.

    Whoever holds the post then is commissioned, and holds the office of the part.
    """
    _require_appoint(actor, [body])
    at = clock.day_start(day)
    known = ExOfficio.objects.filter(holding_at(at), body=body, post=post, part=part)
    place = known.first()
    if place is None:
        place = ExOfficio.objects.create(body=body, post=post, part=part, starts_at=at)
        holder = Tenure.objects.filter(holding_at(at), post=post).first()
        if holder is not None:
            begin(place, holder.person, at)
        audit.record(
            "members.post.place",
            actor=actor.id,
            subject=f"post:{post.id}",
            detail={"body": str(body.id), "part": part},
        )
    return place


@transaction.atomic
def enter_post(
    *,
    actor: Actor,
    body: Body,
    organization: Organization,
    name: str,
    part: ExOfficio.Part,
    holder: Person | None,
    day: date,
) -> ExOfficio:
    """A post with its place in ``body`` and, where it has none yet, its holder.

    Raises InvalidError for a holder from elsewhere, and for another than the one
    known: a change of holders is a turnover.
    """
    _require_appoint(actor, [body])
    post, _created = Post.objects.get_or_create(organization=organization, name=name)
    at = clock.day_start(day)
    if holder is not None and holder.organization_id != organization.id:
        raise InvalidError(
            _("%(name)sさんは、%(organization)sの方ではありません。")
            % {"name": holder.name, "organization": organization}
        )
    known = post.tenures.filter(ending_after(at)).first()
    if known is not None and holder not in {None, known.person}:
        raise InvalidError(
            _("%(post)sの担当は%(name)sさんです。替わるときは異動を登録してください。")
            % {"post": post, "name": known.person.name}
        )
    if known is None and holder is not None:
        Tenure.objects.create(post=post, person=holder, starts_at=at)
    return give_place(actor=actor, body=body, post=post, part=part, day=day)


@transaction.atomic
def hand_over(
    *,
    actor: Actor,
    key: UUID,
    day: date,
    successors: Sequence[Successor],
    decided_by: str,
    decided_on: date,
) -> Turnover:
    """Replace the holders of posts from the start of ``day``, all or none.

    A repeat with ``key`` is answered; who holds the post already stays as they are.
    Raises InvalidError for a day gone by, a person whose account is not active
    then, or a post whose next holder is known already.
    """
    posts = _locked([successor.post for successor in successors])
    _require_appoint(actor, _bodies(posts))
    known = made_before(Turnover, key, entered_by=actor.person)
    if known is not None:
        return known
    if day < clock.today():
        raise InvalidError(_("異動日は、今日以降の日付にしてください。"))
    turnover = Turnover.objects.create(
        id=key,
        day=day,
        decided_by=decided_by,
        decided_on=decided_on,
        entered_by=actor.person,
        entered_at=clock.now(),
    )
    changed = [s for s in successors if _succeed(actor, turnover, s)]
    if not changed:
        raise InvalidError(_("いまの担当者から変わる役職がありません。"))
    audit.record(
        "members.post.turnover",
        actor=actor.id,
        subject=f"turnover:{turnover.id}",
        detail={"day": day.isoformat(), "posts": len(changed)},
    )
    return turnover


def _locked(posts: Iterable[Post]) -> list[Post]:
    ids = {post.id for post in posts}
    found = Post.objects.select_for_update(of=("self",)).filter(pk__in=ids)
    rows = list(found.order_by("pk"))
    if len(rows) != len(ids):
        raise HiddenError
    return rows


def _bodies(posts: Collection[Post]) -> list[Body]:
    """The bodies in which the posts have places; a post without any is nobody's."""
    places = ExOfficio.objects.filter(ending_after(clock.now()))
    rows = list(places.filter(post__in=posts).select_related("body"))
    if {row.post_id for row in rows} != {post.id for post in posts}:
        raise HiddenError
    return list({row.body_id: row.body for row in rows}.values())


def _require_appoint(actor: Actor, bodies: Iterable[Body]) -> None:
    access = access_for(actor, cases=(), items=())
    for body in bodies:
        access.require(Action.APPOINT, rules_facts(body))


def _succeed(actor: Actor, turnover: Turnover, next_one: Successor) -> bool:
    """Whether anything changes for the post; the rows are written if so."""
    post, person, at = next_one.post, next_one.person, clock.day_start(turnover.day)
    if post.tenures.filter(starts_at__gt=at).exists():
        raise InvalidError(
            _("%(post)sには、その日より後の後任がもう登録されています。")
            % {"post": post}
        )
    if person is not None and not person.span.holds(at):
        raise InvalidError(
            _("%(name)sさんは、異動日には利用が終わっています。")
            % {"name": person.name}
        )
    tenure = post.tenures.filter(holding_at(at)).first()
    old = tenure.person if tenure else None
    if old == person:
        return False
    if tenure is not None:
        tenure.ends_at = at
        tenure.save(update_fields=["ends_at"])
    if person is not None:
        Tenure.objects.create(post=post, person=person, starts_at=at)
    Succession.objects.create(
        turnover=turnover, post=post, predecessor=old, successor=person
    )
    _pass_on(actor, post, (old, person), at)
    return True


def _pass_on(
    actor: Actor, post: Post, people: tuple[Person | None, Person | None], at: datetime
) -> None:
    old, new = people
    places = list(
        ExOfficio.objects.filter(holding_at(at), post=post).select_related("body")
    )
    selections = _selections(old, places, at)
    for rows in (post.commissions.filter(person=old), post.offices.filter(person=old)):
        rows.filter(holding_at(at)).update(ends_at=at)
    if new is not None:
        for place in places:
            begin(place, new, at)
    gone = _left_behind(selections, old, at)
    Membership.objects.filter(pk__in=[m.pk for m in gone]).update(ends_at=at)
    if new is not None:
        _select(actor, selections, new, at)


def begin(place: ExOfficio, person: Person, at: datetime) -> None:
    """Commission the holder of a post for its place, with the office of the part."""
    own = {"person": person, "body": place.body, "post": place.post}
    if not Commission.objects.filter(holding_at(at), **own).exists():
        form = Commission.Form
        internal = person.organization.internal
        Commission.objects.create(
            form=form.APPOINTMENT if internal else form.INDIVIDUAL,
            approved_by="充て職",
            starts_at=at,
            **own,
        )
    if place.part in _OFFICES:
        role, convenes, presides = _OFFICES[place.part]
        Office.objects.create(
            role=role, convenes=convenes, presides=presides, starts_at=at, **own
        )


def _selections(
    old: Person | None, places: Sequence[ExOfficio], at: datetime
) -> list[Membership]:
    """The old holder's selections that rest on the post's bodies (R12)."""
    if old is None:
        return []
    bodies = [place.body_id for place in places]
    units = [place.body.unit_id for place in places if place.part in _OFFICES]
    custody = Q(role__in=[Role.CHAIR, Role.SECRETARIAT], case__unit__in=units)
    member = Q(role__in=[Role.INTERNAL, Role.EXTERNAL], case__body__in=bodies)
    rows = old.memberships.filter(holding_at(at)).filter(custody | member)
    return list(rows.select_related("case__body"))


def _left_behind(
    selections: Iterable[Membership], old: Person | None, at: datetime
) -> list[Membership]:
    """Those that end with the post: no other commission of the person bears them."""
    if old is None:
        return []
    commissions = Commission.objects.filter(concerning(old))
    bodies = set(commissions.filter(holding_at(at)).values_list("body_id", flat=True))
    return [m for m in selections if m.case.body_id not in bodies]


def _select(
    actor: Actor, selections: Iterable[Membership], new: Person, at: datetime
) -> None:
    """The successor of a post sees for a case what the predecessor was entitled to."""
    away = set(_recusals(new, at).values_list("case_id", flat=True))
    known = set(new.memberships.filter(holding_at(at)).values_list("case_id", "role"))
    Membership.objects.bulk_create(
        Membership(
            case=chosen.case,
            person=new,
            role=chosen.role,
            back_history=chosen.back_history or new.organization.internal,
            reason="役職の後任",
            selected_by=actor.person,
            starts_at=at,
            ends_at=chosen.ends_at,
        )
        for chosen in selections
        if chosen.case_id not in away and (chosen.case_id, chosen.role) not in known
    )


def _recusals(person: Person, at: datetime) -> QuerySet[Recusal]:
    return Recusal.objects.filter(holding_at(at), concerning(person))


@transaction.atomic
def pass_seats(*, actor: Actor, turnover: Turnover, items: Collection[UUID]) -> None:
    """Let the successors sit on the agenda items to come, from the day on.

    A deputy or a guest was named as a person: nobody succeeds to that (R16, R25).
    The caller names the items of sittings on or after the day, of bodies in which
    the posts have their places, and has asked for the right to appoint there.
    """
    at = clock.day_start(turnover.day)
    changes = turnover.successions.filter(predecessor__isnull=False)
    for row in changes.select_related("predecessor", "successor__organization"):
        old, new = row.predecessor, row.successor
        rows = Seat.objects.filter(holding_at(at), item_id__in=items, person=old)
        seats = list(rows.exclude(role__in=[Role.DEPUTY, Role.GUEST]))
        Seat.objects.filter(pk__in=[seat.pk for seat in seats]).update(ends_at=at)
        if new is None:
            continue
        away = set(_recusals(new, at).values_list("item_id", flat=True))
        sits = Seat.objects.filter(holding_at(at), item_id__in=items, person=new)
        taken = set(sits.values_list("item_id", flat=True)) | away
        Seat.objects.bulk_create(
            Seat(
                item_id=seat.item_id,
                person=new,
                role=seat.role,
                scribe=seat.scribe,
                signatory=seat.signatory,
                selected_by=actor.person,
                starts_at=at,
                ends_at=seat.ends_at,
            )
            for seat in seats
            if seat.item_id not in taken
        )
    audit.record("members.seat.pass", actor=actor.id, subject=f"turnover:{turnover.id}")
