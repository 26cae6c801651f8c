"""Accounts, for the administration: sign-in names, and stopping an account (R35).

An administrator sees who of the city has an account, never what anybody deals with.
"""

import re
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from members.access import Actor, access_for, require_own_factor
from members.facts import Action
from members.models import FactorReset, Person
from members.policies import HEALTH
from members.services import sign_ins
from portal.core import audit, clock
from portal.core.errors import HiddenError, InvalidError, RefusedError

_LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{2,59}")


def accounts(*, actor: Actor) -> list[Person]:
    """The city's own people, with or without a sign-in name, by office and reading."""
    _require(actor)
    staff = Person.objects.filter(organization__internal=True)
    return list(
        staff.select_related("organization").order_by("organization__kana", "kana")
    )


def resets_asked(*, actor: Actor) -> list[FactorReset]:
    """The resets that wait for an administrator, the oldest first."""
    _require(actor)
    rows = FactorReset.objects.filter(started_at=None, withdrawn_at=None)
    return list(
        rows.select_related("person__organization", "vouched_by").order_by("vouched_at")
    )


def account(*, actor: Actor, person_id: UUID) -> Person:
    """One of the accounts; anybody from outside is none."""
    _require(actor)
    staff = Person.objects.filter(organization__internal=True, id=person_id)
    person = staff.select_related("organization").first()
    if person is None:
        raise HiddenError
    return person


@transaction.atomic
def name_account(*, actor: Actor, person_id: UUID, login: str) -> None:
    """Give somebody the name they sign in with. It proves nothing and opens nothing."""
    person = _locked(actor, person_id)
    if person.login is not None:
        raise RefusedError(_("この方には、すでに利用者名があります。"))
    require_login(login)
    person.login = login
    person.save(update_fields=["login"])
    _record("name", actor, person)


def require_login(login: str) -> None:
    """Refuse what is no sign-in name, or somebody's already."""
    if not _LOGIN.fullmatch(login):
        raise InvalidError(
            _("利用者名は、英小文字・数字・「. - _」で3文字以上にしてください。"),
            field="login",
        )
    if Person.objects.filter(login=login).exists():
        raise InvalidError(
            _("この利用者名は使われています。別の名前にしてください。"), field="login"
        )


@transaction.atomic
def stop_account(*, actor: Actor, person_id: UUID) -> None:
    """End the account and all its sign-ins now; one's own, others stop."""
    person = _locked(actor, person_id)
    if person.id == actor.id:
        raise RefusedError(_("ご自分のアカウントは止められません。"))
    now = clock.now()
    if not person.span.holds(now):
        raise RefusedError(_("このアカウントは、すでに止まっています。"))
    person.ends_at = now
    person.save(update_fields=["ends_at"])
    sign_ins.end_all(person=person)
    _record("stop", actor, person)


@transaction.atomic
def resume_account(*, actor: Actor, person_id: UUID) -> None:
    """Let the account go on. What it may see is decided as ever, by its commissions."""
    person = _locked(actor, person_id)
    if person.span.holds(clock.now()):
        raise RefusedError(_("このアカウントは、止まっていません。"))
    person.ends_at = None
    person.save(update_fields=["ends_at"])
    _record("resume", actor, person)


def _require(actor: Actor) -> None:
    access_for(actor, cases=(), items=()).require(Action.ADMINISTER, HEALTH)


def _locked(actor: Actor, person_id: UUID) -> Person:
    person = account(actor=actor, person_id=person_id)
    require_own_factor(actor, fresh=True)
    Person.objects.select_for_update().get(pk=person.pk)
    person.refresh_from_db(fields=["login", "ends_at"])
    return person


def _record(what: str, actor: Actor, person: Person) -> None:
    audit.record(
        f"members.account.{what}", actor=actor.id, subject=f"person:{person.id}"
    )
