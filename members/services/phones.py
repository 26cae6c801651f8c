"""The telephone to which codes go: the weakest factor, and only by decision (R8).

One person alone makes nobody a second key: a number is recorded for somebody who can
prove themselves in no other way, and changed by a reset (R36).
"""

from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from members.access import Actor, access_for
from members.facts import Action
from members.filters import holding_at
from members.models import Body, CodePhone, Office, Person, Relaxation
from members.permissions import APART
from members.policies import body_facts
from members.services import factors, own_notices, relaxations
from portal.core import audit, clock, telephone
from portal.core.errors import HiddenError, InvalidError


@dataclass(frozen=True, slots=True)
class Entry:
    """A number as somebody wrote it, how codes come, and how it was made sure."""

    number: str
    spoken: bool
    proof: CodePhone.Proof


def offered(person: Person) -> bool:
    """Whether codes may go to a telephone of this person at all.

    Where a gateway is set up and a decision allows it, to people from outside, and
    never to who administers or audits.
    """
    if not telephone.available() or person.organization.internal:
        return False
    if relaxations.in_force(Relaxation.Kind.TELEPHONE) is None:
        return False
    apart = Office.objects.filter(holding_at(clock.now()), person=person)
    return not apart.filter(role__in=APART).exists()


def usable(person: Person) -> CodePhone | None:
    """The telephone to which a code may go now."""
    phone = CodePhone.objects.filter(user=person, confirmed=True).first()
    return phone if phone and offered(person) else None


@transaction.atomic
def record(*, actor: Actor, body: Body, person: Person, entry: Entry) -> CodePhone:
    """Keep a number that the secretariat has made sure of, as the person's only way.

    Raises InvalidError for what is no number of a person in Japan, RefusedError for
    somebody who can prove themselves, or whose reset is not done.
    """
    access_for(actor, cases=(), items=()).require(Action.ISSUE_CARD, body_facts(body))
    person = Person.objects.select_for_update(of=("self",)).get(pk=person.pk)
    if person.id == actor.id or not offered(person):
        raise HiddenError
    number = _number(entry)
    factors.require_none_left(person)
    CodePhone.objects.filter(user=person).delete()
    phone: CodePhone = CodePhone.objects.create(
        user=person,
        name=_("電話"),
        confirmed=True,
        number=number,
        spoken=entry.spoken,
        proof=entry.proof,
        recorded_at=clock.now(),
        recorded_by=actor.person,
    )
    audit.record(
        "members.phone.record",
        actor=actor.id,
        subject=f"person:{person.id}",
        detail={"proof": entry.proof, "spoken": entry.spoken},
    )
    own_notices.ways_changed(person)
    return phone


def _number(entry: Entry) -> str:
    try:
        number = telephone.normalised(entry.number)
    except ValueError:
        raise InvalidError(
            _("日本の携帯電話か固定電話の番号を、市外局番から入力してください。")
        ) from None
    if not entry.spoken and not telephone.is_mobile(number):
        raise InvalidError(_("この番号にはSMSを送れません。「音声」を選んでください。"))
    return number
