"""Who is first, and who stands apart: offices and cards that no page can hand out.

Whoever may run commands on the machine could write the tables as well; on record it is
no back door.
"""

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from members.facts import Role
from members.filters import ending_after, holding_at
from members.models import Office, Organization, PaperCard, Person, SignIn
from members.permissions import CUSTODIANS
from members.services import accounts, factors, own_notices, sign_ins
from portal.core import audit, clock
from portal.core.errors import RefusedError


@transaction.atomic
def first_administrator(*, login: str, name: str, section: str) -> list[str]:
    """Make the person, their office and their card; the codes, told once.

    It closes behind the first: whoever follows is registered by them.
    """
    now = clock.now()
    if Office.objects.filter(holding_at(now), role=Role.ADMINISTRATOR).exists():
        raise RefusedError(
            _(
                "システム管理者はすでにいます。2人目からは「アカウント」に登録してから、"
                "「portal office 利用者名 administrator」を実行します。"
            )
        )
    accounts.require_login(login)
    where, _new = Organization.objects.get_or_create(
        name=section, defaults={"internal": True}
    )
    if not where.internal:
        raise RefusedError(_("管理者は庁内の職員だけです。"))
    person = Person(login=login, name=name, organization=where, starts_at=now)
    person.set_unusable_password()
    person.save(force_insert=True)
    Office.objects.create(person=person, role=Role.ADMINISTRATOR, starts_at=now)
    audit.record("members.account.found", actor=None, subject=f"person:{person.id}")
    return factors.first_card(person)


@transaction.atomic
def give_apart(*, login: str, role: Role) -> list[str]:
    """Make somebody of the staff administrator or auditor; the codes of their card.

    Who holds it already gets another when the card is used up; who can prove who they
    are gets none. Raises RefusedError for who has anything to do with a body:
    administration and content are disjoint (R35).
    """
    person = _staff(login)
    held = _offices(person, role)
    if not held.exists():
        _require_nothing_else(person)
        Office.objects.create(person=person, role=role, starts_at=clock.now())
        _record("office.found", person, role)
        if factors.has_any(person):
            return []
    elif factors.has_any(person):
        raise RefusedError(
            _(
                "この方には、本人確認の方法があります。"
                "カードも端末もなくされたときは、--lost を付けます。"
            )
        )
    return _card(person, role)


@transaction.atomic
def renew_apart(*, login: str, role: Role) -> list[str]:
    """A new card for an administrator or auditor who has lost all they had; its codes.

    What was lost ends with every sign-in, and the person is told (R36).
    """
    person = _holder(login, role)
    factors.drop_all(person)
    sign_ins.end_all(person=person)
    own_notices.ways_changed(person)
    return _card(person, role)


@transaction.atomic
def end_apart(*, login: str, role: Role) -> None:
    """End the office now. Without an administrator the first can be made again."""
    person = _holder(login, role)
    _offices(person, role).update(ends_at=clock.now())
    _record("office.end", person, role)


def _staff(login: str) -> Person:
    rows = Person.objects.select_for_update(of=("self",))
    person = rows.select_related("organization").filter(login=login).first()
    if (
        person is None
        or not person.organization.internal
        or not person.span.holds(clock.now())
    ):
        raise RefusedError(
            _("この利用者名の職員がいません。先に「アカウント」の画面で登録します。")
        )
    return person


def _holder(login: str, role: Role) -> Person:
    person = _staff(login)
    if not _offices(person, role).exists():
        raise RefusedError(_("この方は、この役割ではありません。"))
    return person


def _offices(person: Person, role: Role) -> QuerySet[Office]:
    return person.offices.filter(holding_at(clock.now()), role=role)


def _require_nothing_else(person: Person) -> None:
    now = clock.now()
    for rows in (person.offices, person.commissions, person.memberships):
        if rows.filter(ending_after(now)).exists():
            raise RefusedError(
                _(
                    "この方には、ほかの役割か、会議体の委嘱・任命が残っています。"
                    "守秘のため兼ねられません。先に終えてください。"
                )
            )


def _card(person: Person, role: Role) -> list[str]:
    factors.require_none_left(person)
    _record("card.found", person, role)
    return factors.first_card(person)


def _record(what: str, person: Person, role: Role) -> None:
    audit.record(
        f"members.{what}",
        actor=None,
        subject=f"person:{person.id}",
        detail={"role": role},
    )


@transaction.atomic
def first_of_a_body(*, login: str) -> list[str]:
    """The first card in a new body: nobody there can hand one out yet; its codes.

    One that was lost before anybody there signed in is replaced. It closes behind the
    first who has: they hand out the rest.
    """
    person = Person.objects.select_for_update().filter(login=login).first()
    now = clock.now()
    held = Office.objects.filter(holding_at(now), role__in=CUSTODIANS)
    kept = held.filter(person=person).exclude(body=None)
    if person is None or not kept.exists():
        raise RefusedError(
            _("この利用者名の方は、会議体の議長でも事務局でもありません。")
        )
    there = held.filter(body__in=kept.values("body")).values("person")
    unused = 0
    if not SignIn.objects.filter(person__in=there).exists():
        printed = PaperCard.objects.filter(user__in=there, issued_by=F("user"))
        unused, _rows = printed.delete()
    if any(factors.has_any(other) for other in Person.objects.filter(id__in=there)):
        raise RefusedError(_("この会議体には、カードを手渡せる方がもういます。"))
    factors.require_none_left(person)
    audit.record(
        "members.card.found",
        actor=None,
        subject=f"person:{person.id}",
        detail={"again": bool(unused)},
    )
    return factors.first_card(person)
