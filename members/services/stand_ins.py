"""職務代理 designated in advance, and the chair handed over for a span (R26)."""

from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from members.access import Actor
from members.facts import Action, Role
from members.filters import concerning, ending_after, holding_at
from members.models import Body, Charter, Office, Person, StandIn
from members.offices import presiding_of
from members.services.bodies import lock_body
from portal.core import audit, clock
from portal.core.errors import InvalidError, RefusedError

Rule = Charter.StandInRule


@dataclass(frozen=True, slots=True)
class Span:
    """From which day to which, both included."""

    starts_on: date
    until: date


def designated(body: Body) -> list[StandIn]:
    """Who is designated now, in order."""
    rows = body.stand_ins.filter(holding_at(clock.now()))
    return list(rows.select_related("person__organization"))


def handed_over(body: Body) -> list[Office]:
    """To whom the chair is handed over, now or in days to come."""
    rows = body.offices.filter(acting_for__isnull=False, sitting_id=None)
    coming = rows.filter(ends_at__gt=clock.now()).order_by("starts_at")
    return list(coming.select_related("person__organization"))


@transaction.atomic
def designate(
    *,
    actor: Actor,
    body: Body,
    person: Person,
    rank: int,
    designated_by: str,
    designated_on: date,
) -> StandIn:
    """Designate a stand-in, as far as the body's rule knows one in advance.

    Raises RefusedError where the rule does not, for somebody whom it does not admit,
    and for a rank that is taken.
    """
    body = lock_body(actor, body, Action.APPOINT)
    if designated_on > clock.today():
        raise InvalidError(_("指名した日は、今日までの日付にしてください。"))
    _check_rule(body, person, rank)
    known = {row.person_id: row for row in designated(body)}
    if person.id in known:
        return known[person.id]
    row = StandIn.objects.create(
        body=body,
        person=person,
        rank=rank,
        designated_by=designated_by,
        designated_on=designated_on,
        starts_at=clock.now(),
    )
    _record("designate", actor, body, person)
    return row


def _check_rule(body: Body, person: Person, rank: int) -> None:
    rule = body.rules.stand_in_rule
    others = [row for row in designated(body) if row.person_id != person.id]
    if rule == Rule.HAND_OVER:
        raise RefusedError(
            _(
                "この会議体では、あらかじめ代理を指名しません。"
                "%(title)sが期間を決めて引き継ぎます。"
            )
            % {"title": body.rules.head_title}
        )
    if not _member(body, person):
        raise RefusedError(
            _(
                "%(name)sさんは、いま委嘱・任命を受けていません。"
                "会議に入る方には守秘義務が要ります。先に委嘱してください。"
            )
            % {"name": person.name}
        )
    if rule == Rule.VICE_HEAD and others:
        raise RefusedError(_("次席の方は1人です。先にいまの方を外してください。"))
    if rule == Rule.RANKED and any(row.rank == rank for row in others):
        raise RefusedError(_("その順位の方がもういます。別の順位にしてください。"))
    if rule == Rule.MEMBERS and _holds_office(body, person):
        raise RefusedError(
            _("この会議体の代理は構成員から選びます。役職に就いている方は選べません。")
        )


def _member(body: Body, person: Person) -> bool:
    now = clock.now()
    rows = body.commissions.filter(concerning(person), holding_at(now))
    return person.span.holds(now) and rows.exists()


def _holds_office(body: Body, person: Person) -> bool:
    offices = body.offices.filter(ending_after(clock.now()), sitting_id=None)
    return offices.filter(person=person).exists()


@transaction.atomic
def end_designation(*, actor: Actor, stand_in: StandIn) -> None:
    """Take a designation back from now on; a repeat is harmless."""
    body = lock_body(actor, stand_in.body, Action.APPOINT)
    stand_in = StandIn.objects.select_for_update().get(pk=stand_in.pk)
    if stand_in.ends_at is None or stand_in.ends_at > clock.now():
        stand_in.ends_at = clock.now()
        stand_in.save(update_fields=["ends_at"])
        _record("end", actor, body, stand_in.person)


@transaction.atomic
def hand_over_chair(*, actor: Actor, body: Body, person: Person, span: Span) -> Office:
    """The head hands the chair over to a member for some days, of their own will.

    Raises RefusedError where the rule knows no such thing, and for anybody but the
    head.
    """
    body = lock_body(actor, body, Action.APPOINT)
    now = clock.now()
    if body.rules.stand_in_rule != Rule.HAND_OVER:
        raise RefusedError(_("この会議体の決まりには、任意の引き継ぎがありません。"))
    head = presiding_of(body, now)
    if head is None or head.id != actor.id:
        raise RefusedError(
            _("引き継げるのは、いまの%(title)sだけです。")
            % {"title": body.rules.head_title}
        )
    if span.until < span.starts_on or span.starts_on < clock.today():
        raise InvalidError(
            _("今日以降の期間を、始まりから終わりの順に入れてください。")
        )
    if not _member(body, person) or person.id == actor.id:
        raise RefusedError(_("引き継ぐ相手は、ほかの構成員から選んでください。"))
    office = Office.objects.create(
        person=person,
        body=body,
        role=Role.CHAIR,
        convenes=False,
        acting_for=actor.person,
        starts_at=clock.day_start(span.starts_on),
        ends_at=clock.day_end(span.until),
    )
    _record("hand_over", actor, body, person)
    return office


def _record(what: str, actor: Actor, body: Body, person: Person) -> None:
    audit.record(
        f"members.stand_in.{what}",
        actor=actor.id,
        subject=f"person:{person.id}",
        detail={"body": str(body.id)},
    )
