"""Who is expected at a sitting, for its custodian to print."""

from uuid import UUID

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext as _

from meetings.models import ActingHead, Invitation, Proxy, Sitting
from meetings.roster_rendering import Attendee, RosterDocument
from meetings.rosters import OFFICES
from meetings.selectors.board import board_of
from meetings.selectors.sittings import Opened
from members.facts import Role
from members.filters import holding_at
from members.models import Charter, Office


def roster_of(opened: Opened) -> RosterDocument:
    """Those who keep the sitting and those invited, without who has sent regrets.

    Only for its custodian, who sees no more of the invited than on the board.
    """
    board, sitting = board_of(opened), opened.sitting
    away = _away(sitting)
    offices = [o for o in _offices(opened) if o.person_id not in away]
    coming = _coming([line.invitation for line in board.lines], away)
    holders = {office.person_id for office in offices}
    leading = [o for o in offices if o.role == Role.CHAIR and o.presides]
    rules = sitting.body.rules_at(sitting.starts_at)
    return RosterDocument(
        municipality=settings.MUNICIPALITY,
        body=sitting.body.name,
        sitting=sitting.number,
        starts_at=sitting.starts_at,
        ends_at=sitting.ends_at,
        place=sitting.place,
        made_at=opened.access.t,
        head=tuple(_holder(office, rules) for office in leading),
        sides=tuple(_invited(each) for each in coming if each.person_id not in holders),
        foot=tuple(_holder(o, rules) for o in offices if o not in leading),
    )


def _away(sitting: Sitting) -> set[UUID]:
    """Who has sent regrets, and a head in whose absence another presides."""
    absent = sitting.invitations.filter(rsvp=Invitation.Rsvp.ABSENT)
    heads = sitting.acting_heads.filter(ended_at=None, why=ActingHead.Why.ABSENCE)
    return {
        *absent.values_list("person", flat=True),
        *heads.exclude(head=None).values_list("head", flat=True),
    }


def _offices(opened: Opened) -> list[Office]:
    """Each holder once: as head before secretariat, for this sitting or for all."""
    sitting: Sitting = opened.sitting
    rows = Office.objects.filter(
        Q(sitting_id=None) | Q(sitting_id=sitting.id),
        holding_at(opened.access.t),
        body=sitting.body_id,
        role__in=OFFICES,
    ).select_related("person__organization")
    ordered = rows.order_by("role", "-presides", "person__kana", "id")
    once: dict[object, Office] = {}
    for office in ordered:
        once.setdefault(office.person_id, office)
    return list(once.values())


def _holder(office: Office, rules: Charter) -> Attendee:
    person, part = office.person, _("事務局")
    if office.role == Role.CHAIR:
        part = rules.head_title if office.presides else rules.convener_title
    if office.acting_for_id or office.sitting_id:
        part = _("職務代理")
    return Attendee(name=person.name, standing=person.standing, part=part, reply="")


def _coming(invitations: list[Invitation], away: set[UUID]) -> list[Invitation]:
    """Those who come; who comes for another stands in that one's place alone."""
    proxies = {each.id: _proxy(each) for each in invitations}
    named = {proxy.person_id for proxy in proxies.values() if proxy}
    coming = []
    for each in invitations:
        proxy = proxies[each.id]
        comes = proxy.person_id if proxy else each.person_id
        if each.person_id not in named | away and comes not in away:
            coming.append(each)
    return coming


def _proxy(invitation: Invitation) -> Proxy | None:
    """The proxy who was accepted in the person's stead."""
    proxy: Proxy | None = getattr(invitation, "proxy", None)
    return proxy if proxy and proxy.state == Proxy.State.ACCEPTED else None


def _invited(invitation: Invitation) -> Attendee:
    """The person, or who comes in their stead."""
    person, proxy = invitation.person, _proxy(invitation)
    reply = invitation.get_rsvp_display()
    if proxy is None:
        return Attendee(
            name=person.name, standing=person.standing, part="", reply=reply
        )
    standing = f"{person.organization.name} {proxy.post}".strip()
    return Attendee(
        name=proxy.name, standing=standing, part=f"{person.name}の代理", reply=reply
    )
