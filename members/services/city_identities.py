"""Sign-in by the city's identity service: bound by its owner, never by a mail address.

The identity proves as much as the service says (portal/core/oidc.py): with two factors
proved just now it is a whole sign-in, else the first half, like a password.
"""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from members.access import Actor, access_for, as_if_here, require_own_factor
from members.facts import Action
from members.models import CityIdentity, Person
from members.policies import HEALTH
from members.services import own_notices, sign_ins
from portal.core import audit, clock, oidc
from portal.core.errors import HiddenError, RefusedError
from portal.core.oidc import Identity


def identity_of(person: Person) -> CityIdentity | None:
    """What the person has bound."""
    return CityIdentity.objects.filter(person=person).first()


def may_use(person: Person) -> bool:
    """Whether somebody can sign in that way: people of the city, no administrators.

    An administrator can reset others; who runs the identity service must not be able
    to become one.
    """
    if not person.organization.internal or person.login is None:
        return False
    access = access_for(as_if_here(person), cases=(), items=())
    return not access.allows(Action.ADMINISTER, HEALTH)


def can_renew(person: Person) -> bool:
    """Whether the service can stand for the person's own factor (R8)."""
    if not oidc.counts_as_two_factors() or identity_of(person) is None:
        return False
    return may_use(person)


@transaction.atomic
def prove(*, identity: Identity) -> Person | None:
    """Whose identity it is; None where nobody has bound it, or may not come in."""
    bound = (
        CityIdentity.objects.select_related("person__organization")
        .filter(issuer=identity.issuer, subject=identity.subject)
        .first()
    )
    if bound is None or not bound.person.span.holds(clock.now()):
        return None
    if not may_use(bound.person):
        return None
    _record("prove", bound.person, two_factors=identity.two_factors)
    return bound.person


@transaction.atomic
def bind(*, actor: Actor, identity: Identity) -> None:
    """Bind the identity to the actor's own account."""
    require_own_factor(actor, fresh=True)
    person = Person.objects.select_for_update(of=("self",)).get(pk=actor.person.pk)
    if not may_use(person):
        raise HiddenError
    if identity_of(person) is not None:
        raise RefusedError(
            _("すでに結び付けてあります。変えるときは、先に結び付けを外してください。")
        )
    bound = {"issuer": identity.issuer, "subject": identity.subject}
    try:
        with transaction.atomic():
            CityIdentity.objects.create(person=person, bound_at=clock.now(), **bound)
    except IntegrityError as error:
        raise RefusedError(
            _(
                "このIDは、別の方のアカウントに結び付いています。"
                "心当たりがないときは、事務局へお電話ください。"
            )
        ) from error
    _record("bind", person)
    own_notices.ways_changed(person)


@transaction.atomic
def unbind(*, actor: Actor) -> None:
    """Take the binding away; the actor's other sign-ins may rest on it, and end."""
    require_own_factor(actor, fresh=True)
    gone, _rows = CityIdentity.objects.filter(person=actor.person).delete()
    if not gone:
        raise HiddenError
    _record("unbind", actor.person)
    sign_ins.end_others(actor=actor)
    own_notices.ways_changed(actor.person)


def _record(what: str, person: Person, **detail: bool) -> None:
    audit.record(
        f"members.city_identity.{what}",
        actor=person.id,
        subject=f"person:{person.id}",
        detail=detail,
    )
