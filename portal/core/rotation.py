"""Exchanging the keys of the key file while the portal serves.

A new key is added, becomes the primary one, and what is wrapped by older ones is
wrapped anew. Until the old ones are retired all of them open what they made, so
nothing is unreadable at any moment; and they are retired only when nothing needs them.

A keyset lists its keys by age. What a key made tells so by its first bytes, so there
is no list of what was done: an act that broke off is simply begun again.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

import tink
from django.conf import settings
from django.db import transaction
from django.db.models import Model, QuerySet

from portal.core import audit, clock, heads, keys, vault
from portal.core.models import OutgoingMail, StoredObject

BATCH = 500
# Longer than anything rests that ``needed`` does not count: an upload under way, a
# one-time code, what a session holds.
REST = timedelta(hours=24)
_SINCE = "primary_since"

# MACs of what is still valid and was kept under the code key, by what it is. Each app
# adds its own when it is ready.
LIVING_CODES: dict[str, Callable[[], Iterable[bytes]]] = {}

M = TypeVar("M", bound=Model)


def add() -> None:
    """Put a new key of each kind into the file, not used for anything yet.

    For installations of several machines: all of them get the file before the keys
    are used.
    """
    held = keys.load(settings.KEY_FILE)
    for name in keys.TEMPLATES:
        _add(held[name], name)
    keys.replace(settings.KEY_FILE, held)


def _add(keyset: dict[str, Any], name: str) -> None:
    taken = {key["keyId"] for key in keyset["key"]}
    fresh = keys.new_keyset(name)
    while fresh["primaryKeyId"] in taken:
        fresh = keys.new_keyset(name)
    keyset["key"] += fresh["key"]


def _newest(keyset: dict[str, Any]) -> int:
    number: int = keyset["key"][-1]["keyId"]
    return number


@transaction.atomic
def rotate() -> dict[str, int]:
    """Make the newest key of each kind the primary one; the numbers of those.

    Where the primary key is the newest one, a new one is added. The old signing key
    signs the head that covers the event which names the new one: who trusts the old
    one can trust the new one.
    """
    held = keys.load(settings.KEY_FILE)
    for name in keys.TEMPLATES:
        if _newest(held[name]) == held[name]["primaryKeyId"]:
            _add(held[name], name)
        held[name]["primaryKeyId"] = _newest(held[name])
        public = {"public": keys.public_of(held[name])} if name == "sign" else {}
        _record("core.keys.rotate", name, _newest(held[name]), public)
    heads.give(heads.newest())
    held[_SINCE] = clock.now().isoformat()
    keys.replace(settings.KEY_FILE, held)
    return {name: held[name]["primaryKeyId"] for name in keys.TEMPLATES}


def _record(
    action: str, name: str, number: int, more: audit.Detail | None = None
) -> None:
    detail = {"kind": name, **(more or {})}
    audit.record(action, actor=None, subject=f"key:{number}", detail=detail)


@dataclass(slots=True)
class Rewrapped:
    """What a round of rewrapping did; ``unreadable`` names what no key opens."""

    count: int = 0
    unreadable: list[str] = field(default_factory=list)


def rewrap() -> Rewrapped:
    """Wrap everything anew that an older key wrapped, in batches.

    It may be broken off at any point, run twice at once, and run while people work:
    each row is exchanged only for what was read of it.
    """
    done = Rewrapped()
    objects = StoredObject.objects.exclude(sealed_key=b"")
    for batch in _batches(objects):
        with transaction.atomic():
            for row in batch:
                _rewrap(done, objects, row, {"sealed_key": vault.rewrapped})
    mails = OutgoingMail.objects.exclude(sealed_body=b"")
    for letters in _batches(mails):
        with transaction.atomic():
            for mail in letters:
                _rewrap(done, mails, mail, {n: _resealed(n) for n in _SEALED})
    return done


_SEALED = ("sealed_body", "sealed_calendar")


def _resealed(name: str) -> Callable[[OutgoingMail], bytes]:
    def resealed(mail: OutgoingMail) -> bytes:
        text = keys.unseal(bytes(getattr(mail, name)), mail.id.bytes)
        return keys.seal(text, mail.id.bytes)

    return resealed


def _batches(rows: QuerySet[M]) -> Iterator[list[M]]:
    ordered = rows.order_by("id")
    batch = list(ordered[:BATCH])
    while batch:
        yield batch
        batch = list(ordered.filter(id__gt=batch[-1].pk)[:BATCH])


def _rewrap(
    done: Rewrapped, rows: QuerySet[M], row: M, anew_of: dict[str, Callable[[M], bytes]]
) -> None:
    for name, anew in anew_of.items():
        old = bytes(getattr(row, name))
        if not old or _wrapper(name, old) == keys.primary("wrap"):
            continue
        try:
            new = anew(row)
        except tink.TinkError:
            done.unreadable.append(f"{row._meta.model_name} {row.pk}")
            continue
        unchanged = rows.filter(pk=row.pk, **{name: old})
        done.count += unchanged.update(**{name: new})


def _wrapper(name: str, sealed: bytes) -> int:
    """The number of the key that wrapped it."""
    return vault.key_of(sealed) if name == "sealed_key" else keys.key_of(sealed)


@dataclass(frozen=True, slots=True)
class Retired:
    """What became of the older keys of one kind; ``needed`` says by what, how often."""

    count: int
    needed: dict[str, int]
    not_before: datetime | None = None


@transaction.atomic
def retire() -> dict[str, Retired]:
    """Destroy the keys that nothing needs any more, older than the primary one."""
    held = keys.load(settings.KEY_FILE)
    done = {name: _retire(held, name) for name in keys.TEMPLATES}
    if any(each.count for each in done.values()):
        keys.replace(settings.KEY_FILE, held)
    return done


def _retire(held: keys.KeyFile, name: str) -> Retired:
    numbers = [key["keyId"] for key in held[name]["key"]]
    older = set(numbers[: numbers.index(held[name]["primaryKeyId"])])
    if not older:
        return Retired(0, {})
    not_before = datetime.fromisoformat(held[_SINCE]) + REST
    if clock.now() < not_before:
        return Retired(0, {}, not_before)
    needed = Counter(what for what, number in _uses(name) if number in older)
    if needed:
        return Retired(0, dict(needed))
    for number in sorted(older):
        _record("core.keys.retire", name, number)
    held[name]["key"] = [k for k in held[name]["key"] if k["keyId"] not in older]
    return Retired(len(older), {})


def _uses(name: str) -> Iterator[tuple[str, int]]:
    """Everything that rests and was made by a key of the kind: what, key's number.

    Signatures are verified by public keys, which the heads themselves name.
    """
    if name == "sign":
        return
    if name == "code":
        for what, living in LIVING_CODES.items():
            yield from ((what, keys.key_of(made)) for made in living())
        return
    wrapped = StoredObject.objects.exclude(sealed_key=b"").values_list("sealed_key")
    for (sealed,) in wrapped.iterator(BATCH):
        yield "stored objects", vault.key_of(bytes(sealed))
    mails = OutgoingMail.objects.exclude(sealed_body=b"").values_list(*_SEALED)
    for texts in mails.iterator(BATCH):
        yield from (("mails", keys.key_of(bytes(text))) for text in texts if text)
