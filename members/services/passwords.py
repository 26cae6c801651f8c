"""Passwords: the first half of a sign-in, with a budget for wrong ones (ASVS 6.3.1).

Two are hashed at a time, however many people sign in: a hash takes a quarter of a
second of a core, and the rooms next door go on. Who would wait longer than a few
seconds is asked to come again, before anything was hashed or counted.

A wait that doubles from the fourth wrong password on, up to a quarter of an hour,
per sign-in name, whether anybody bears it or not. While it lasts nothing is hashed.
"""

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.contrib.auth import authenticate
from django.db import connection, transaction
from django.utils.translation import gettext as _

from members import password_rules
from members.access import Actor, require_own_factor
from members.models import Person, SignInFailure
from members.services import factors, own_notices, sign_ins
from portal.core import audit, clock
from portal.core.errors import BusyError, InvalidError, RefusedError

FREE_TRIES = 3
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=2), timedelta(minutes=15)
HASHES_AT_ONCE = 2
QUEUE_SECONDS = 5
_HASHING = threading.BoundedSemaphore(HASHES_AT_ONCE)


def prove(*, login: str, password: str) -> Person | None:
    """The person whose name and password these are; None for everything else.

    Raises BusyError when too many are before it.
    """
    digest = hashlib.sha256(login.strip().lower().encode("utf-8")).hexdigest()
    with _turn():
        if not _claim(digest):
            return None
        plain = password_rules.normalized(password)
        person = authenticate(username=login, password=plain)
    if not isinstance(person, Person) or not person.span.holds(clock.now()):
        return None
    SignInFailure.objects.filter(login_digest=digest).delete()
    return person


@contextmanager
def _turn() -> Iterator[None]:
    """One of the few places to hash in; nobody waits for it on a connection."""
    if not connection.in_atomic_block:
        connection.close()
    if not _HASHING.acquire(timeout=QUEUE_SECONDS):
        raise BusyError
    try:
        yield
    finally:
        _HASHING.release()


def begin(*, login: str, code: str, new: str) -> Person | None:
    """Choose a first password, with a code from the paper card; None for a wrong one.

    For somebody with a sign-in name and no password, as at first and after a reset.
    A password that is not good enough costs no code: raises InvalidError.
    """
    digest = hashlib.sha256(login.strip().lower().encode("utf-8")).hexdigest()
    with _turn():
        return _begin(digest, login.strip(), code, new)


@transaction.atomic
def _begin(digest: str, login: str, code: str, new: str) -> Person | None:
    if not _claim(digest):
        return None
    person = Person.objects.filter(login=login).select_related("organization").first()
    if person is None or person.has_usable_password():
        return None
    if not person.span.holds(clock.now()) or not factors.verify_card(person, code):
        return None
    plain = password_rules.normalized(new)
    password_rules.require_good(plain, person)
    person.set_password(plain)
    person.save(update_fields=["password"])
    SignInFailure.objects.filter(login_digest=digest).delete()
    audit.record(
        "members.password.begin", actor=person.id, subject=f"person:{person.id}"
    )
    own_notices.ways_changed(person)
    return person


def require_one(actor: Actor) -> None:
    """Raises RefusedError for who has no password; says what members come by."""
    if actor.person.has_usable_password():
        return
    words = [_("パスワードは登録されていません。")]
    if not actor.person.login:
        words.append(_("ご案内のリンクと、確認コードやパスキーでお入りください。"))
    raise RefusedError("".join(words))


def change(*, actor: Actor, current: str, new: str) -> None:
    """Exchange the actor's own password; all their other sign-ins end.

    Raises InvalidError with what is wrong with either.
    """
    require_one(actor)
    require_own_factor(actor, fresh=True)
    person = actor.person
    if prove(login=person.login or "", password=current) != person:
        raise InvalidError(_("今のパスワードが違います。"))
    plain = password_rules.normalized(new)
    password_rules.require_good(plain, person)
    with _turn():
        person.set_password(plain)
    _keep(actor)


@transaction.atomic
def _keep(actor: Actor) -> None:
    person = actor.person
    person.save(update_fields=["password"])
    audit.record(
        "members.password.change", actor=actor.id, subject=f"person:{person.id}"
    )
    sign_ins.end_others(actor=actor)
    own_notices.ways_changed(person)


@transaction.atomic
def _claim(digest: str) -> bool:
    """Count the try as a wrong one before it is compared; False while one waits."""
    now = clock.now()
    row, created = SignInFailure.objects.select_for_update().get_or_create(
        login_digest=digest, defaults={"last_at": now, "count": 1}
    )
    if created:
        return True
    if now < row.last_at + wait_after(row.count):
        return False
    row.count, row.last_at = row.count + 1, now
    row.save()
    if row.count > FREE_TRIES:
        audit.record("members.password.refuse", actor=None, detail={"tries": row.count})
    return True


def wait_after(count: int) -> timedelta:
    """How long the next try waits after ``count`` wrong ones in a row."""
    if count <= FREE_TRIES:
        return timedelta(0)
    factor: int = 2 ** min(count - FREE_TRIES - 1, 20)
    return min(FIRST_WAIT * factor, LONGEST_WAIT)
