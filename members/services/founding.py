"""The first administrator: somebody has to be there before anybody can be let in."""

from django.db import transaction
from django.utils.translation import gettext as _

from members.facts import Role
from members.filters import holding_at
from members.models import Office, Organization, Person
from members.services import accounts, factors
from portal.core import audit, clock
from portal.core.errors import RefusedError


@transaction.atomic
def first_administrator(*, login: str, name: str, office: str) -> list[str]:
    """Make the person, their office and their card; the codes, told once.

    Whoever may run commands on the machine could write the tables as well; on record
    it is no back door, and it closes behind the first.
    """
    now = clock.now()
    if Office.objects.filter(holding_at(now), role=Role.ADMINISTRATOR).exists():
        raise RefusedError(_("管理者はすでにいます。"))
    accounts.require_login(login)
    where, _new = Organization.objects.get_or_create(
        name=office, defaults={"internal": True}
    )
    if not where.internal:
        raise RefusedError(_("管理者は市の職員だけです。"))
    person = Person(login=login, name=name, organization=where, starts_at=now)
    person.set_unusable_password()
    person.save(force_insert=True)
    Office.objects.create(person=person, role=Role.ADMINISTRATOR, starts_at=now)
    audit.record("members.account.found", actor=None, subject=f"person:{person.id}")
    return factors.first_card(person)
