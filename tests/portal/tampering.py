"""Alterations of an exported trail and of its heads, as somebody who hides something.

They may write everything in the database anew, with digests that fit. What they cannot
reach is the heads that were kept outside, and the signing key. The trail is made of
plain values, without a database; ``holds`` judges it in another way than the portal.
"""

import hashlib
import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

from portal.core import chain

START = datetime(2026, 11, 2, 0, 0, tzinfo=UTC)
LENGTH, LAST_HEAD = 40, 33
HEADS = (7, 19, 26, LAST_HEAD)
INSTALLATION = str(UUID(int=11))
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
WORDS = ("資料1", "竹䶹𠮟", '"\\', "", "\n\t", "label")

Event = dict[str, Any]


@dataclass(slots=True)
class Trail:
    """What an auditor holds: lines of an export, and heads kept outside."""

    events: list[Event]
    heads: list[chain.Head]
    lines: list[str] = field(default_factory=list)  # where they are no plain events

    def exported(self) -> list[str]:
        """The export as it is read."""
        return self.lines or [chain.event_line(event) for event in self.events]


def signed(event: Event, key: Ed25519PrivateKey = KEY) -> chain.Head:
    """A head at this event."""
    head = chain.Head(
        installation=INSTALLATION,
        seq=event["seq"],
        digest=event["digest"],
        at=event["at"],
        key=key.public_key().public_bytes_raw().hex(),
        signature="",
    )
    return head._replace(signature=key.sign(chain.signed_text(head)).hex())


def trail(dice: random.Random) -> Trail:
    """A sound trail."""
    events = linked([written(dice, number) for number in range(1, LENGTH + 1)])
    return Trail(events, [signed(events[seq - 1]) for seq in HEADS])


def written(dice: random.Random, number: int) -> Event:
    """An event of the time of its number, not yet linked."""
    return {
        "seq": number,
        "at": (START + timedelta(minutes=5 * number, microseconds=1)).isoformat(),
        "action": dice.choice(("documents.version.read", "members.case.select")),
        "actor": _id(dice),
        "sign_in": _id(dice),
        "address": f"192.0.2.{dice.randrange(256)}",
        "subject": f"version:{_id(dice)}",
        "case": dice.choice(("", _id(dice))),
        "item": "",
        "detail": {"page": dice.randrange(9), "label": dice.choice(WORDS)},
        "previous": "",
        "digest": "",
    }


def _id(dice: random.Random) -> str:
    return str(UUID(int=dice.getrandbits(128)))


def linked(events: Sequence[Event], start: int = 0) -> list[Event]:
    """The events numbered and linked anew from ``start`` on."""
    made = list(events[:start])
    for event in events[start:]:
        link = {**event, "seq": len(made) + 1}
        link["previous"] = made[-1]["digest"] if made else chain.GENESIS
        link["digest"] = own_digest(link)
        made.append(link)
    return made


# Alterations ------------------------------------------------------------------------


def _place(dice: random.Random) -> int:
    return dice.randrange(LAST_HEAD)  # what is after the last head is proved by none


def _changed(dice: random.Random, event: Event) -> Event:
    name = dice.choice([*chain.TEXTS, "detail"])
    if name == "at":
        moment = datetime.fromisoformat(event["at"])
        moved = moment + timedelta(seconds=dice.choice((-9, 9)))
        return {**event, "at": moved.isoformat()}
    if name == "detail":
        return {**event, "detail": {**event["detail"], "page": 99}}
    return {**event, name: event[name] + dice.choice("0x ")}


def edit(dice: random.Random, found: Trail) -> Trail:
    """One field, perhaps with a new digest, perhaps with all later links."""
    at = _place(dice)
    events = list(found.events)
    events[at] = _changed(dice, events[at])
    how = dice.randrange(3)
    if how == 1:
        events[at]["digest"] = own_digest(events[at])
    return replace(found, events=linked(events, at) if how == 2 else events)


def relink(dice: random.Random, found: Trail) -> Trail:
    """A link or a number that is not what it was."""
    at = _place(dice)
    name = dice.choice(("previous", "digest", "seq"))
    events = list(found.events)
    worse = {"seq": events[at]["seq"] + dice.choice((-1, 1, 1000))}
    changed = worse.get(name) or _other_digit(dice, str(events[at][name]))
    events[at] = {**events[at], name: changed}
    return replace(found, events=events)


def _other_digit(dice: random.Random, text: str) -> str:
    at = dice.randrange(len(text))
    digit = dice.choice([d for d in "0123456789abcdef" if d != text[at]])
    return text[:at] + digit + text[at + 1 :]


def delete(dice: random.Random, found: Trail) -> Trail:
    """Events are gone; perhaps the hole is closed."""
    at, count = _place(dice), dice.randrange(1, 4)
    events = found.events[:at] + found.events[at + count :]
    return replace(found, events=linked(events, at) if dice.random() < 0.5 else events)


def insert(dice: random.Random, found: Trail) -> Trail:
    """An event that never was, or one twice."""
    at = dice.randrange(LAST_HEAD - 1)  # one twice is new from its second place on
    added = dice.choice((written(dice, at + 1), dict(found.events[at])))
    events = [*found.events[:at], added, *found.events[at:]]
    return replace(found, events=linked(events, at) if dice.random() < 0.5 else events)


def swap(dice: random.Random, found: Trail) -> Trail:
    """Two events change places; perhaps everything after them is linked anew."""
    first, second = sorted(dice.sample(range(LAST_HEAD), 2))
    events = list(found.events)
    events[first], events[second] = events[second], events[first]
    return replace(
        found, events=linked(events, first) if dice.random() < 0.5 else events
    )


def cut(dice: random.Random, found: Trail) -> Trail:
    """The tail is gone; perhaps other events have grown."""
    at = _place(dice)
    more = [written(dice, n) for n in range(at + 1, dice.choice((at + 1, LENGTH + 1)))]
    return replace(found, events=linked([*found.events[:at], *more], at))


def fork(dice: random.Random, found: Trail) -> Trail:
    """Another history from some event on, with a head of its own among the others."""
    at = _place(dice)
    other = linked(
        [*found.events[:at], *(written(dice, n) for n in range(at + 1, LENGTH + 1))], at
    )
    head = signed(other[dice.randrange(at, LENGTH)], dice.choice((KEY, OTHER_KEY)))
    events = dice.choice((found.events, other))
    return Trail(events, [*found.heads, head])


def rewind(dice: random.Random, found: Trail) -> Trail:
    """A clock put back: everything from some event on is written as if earlier."""
    at = dice.randrange(3, LENGTH)
    back = timedelta(minutes=dice.randrange(8, 10_000))
    events = list(found.events)
    for later in range(at, LENGTH):
        moment = datetime.fromisoformat(events[later]["at"]) - back
        events[later] = {**events[later], "at": moment.isoformat()}
    if at < LAST_HEAD:
        return replace(found, events=linked(events, at))
    return replace(found, events=linked(events, at), heads=list(found.heads))


def forge(dice: random.Random, found: Trail) -> Trail:
    """A head that was not signed so."""
    heads = list(found.heads)
    at = dice.randrange(len(heads))
    head = heads[at]
    name = dice.choice(chain.Head._fields)
    if name == "seq":
        forged = head._replace(seq=head.seq + dice.choice((-1, 1, 100)))
    elif name == "at":
        later = head.moment + timedelta(seconds=dice.choice((-1, 1)))
        forged = head._replace(at=later.isoformat())
    elif name == "installation":
        forged = head._replace(installation=_id(dice))
    else:
        changed: dict[str, Any] = {name: _other_digit(dice, getattr(head, name))}
        forged = head._replace(**changed)
    heads[at] = dice.choice((forged, signed(found.events[head.seq - 1], OTHER_KEY)))
    return replace(found, heads=heads)


def scribble(dice: random.Random, found: Trail) -> Trail:
    """A letter of the file itself."""
    lines = found.exported()
    at = _place(dice)
    line = lines[at]
    where = dice.randrange(len(line))
    letter = dice.choice([c for c in ' 0a"{},:' if c != line[where]])
    how = dice.randrange(3)
    lines[at] = (
        line[:where] + letter + line[where + (how > 0) :]
        if how < 2
        else '{"actor":"",' + line[1:]  # a name twice: readers differ
    )
    return replace(found, lines=lines)


ALTERATIONS: tuple[Callable[[random.Random, Trail], Trail], ...] = (
    edit,
    relink,
    delete,
    insert,
    swap,
    cut,
    fork,
    rewind,
    forge,
    scribble,
)


# Judged by the portal, and in another way -------------------------------------------


def judged(found: Trail) -> list[str]:
    """What the portal's verifier finds, as reasons; the auditor knows the key."""
    key = KEY.public_key().public_bytes_raw().hex()
    walk = chain.Walk(found.heads, {key})
    try:
        events = list(chain.read_events(found.exported()))
        return [each.reason for each in walk.over(events)]
    except chain.NotReadableError as error:
        return [str(error)]


def holds(found: Trail) -> bool:
    """Whether it holds: fold the whole file once, look every head up, compare texts."""
    digests = {0: "0" * 64}
    newest = START
    for number, line in enumerate(found.exported(), 1):
        try:
            moment = _sound(line, number, digests)
        except (ValueError, KeyError, TypeError, AttributeError):
            return False
        if moment is None or moment < newest - timedelta(minutes=1):
            return False
        newest = max(newest, moment)
    return all(_agrees(head, digests) for head in found.heads)


def _sound(line: str, number: int, digests: dict[int, str]) -> datetime | None:
    event = json.loads(line)
    digests[number] = own_digest({**event, "previous": digests[number - 1]})
    sound = (
        line
        == json.dumps(event, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        and len(event) == 12
        and event["seq"] == number
        and event["previous"] == digests[number - 1]
        and event["digest"] == digests[number]
    )
    return datetime.fromisoformat(event["at"]) if sound else None


def _agrees(head: chain.Head, digests: dict[int, str]) -> bool:
    text = (
        f'{{"at":"{head.at}","digest":"{head.digest}","format":"kasane-head-1",'
        f'"installation":"{head.installation}","key":"{head.key}","seq":{head.seq}}}'
    )
    ours = KEY.public_key().public_bytes_raw()
    try:
        Ed25519PublicKey.from_public_bytes(ours).verify(
            bytes.fromhex(head.signature), text.encode()
        )
    except (InvalidSignature, ValueError):
        return False
    named = head.key == ours.hex() and head.installation == INSTALLATION
    return named and digests.get(head.seq) == head.digest


def own_digest(event: Event) -> str:
    """The digest by its definition, written a second time."""
    values = [event[name] for name in chain.FIELDS]
    texts = [json.dumps(value, ensure_ascii=False) for value in values]
    texts[9] = json.dumps(
        event["detail"], ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )
    return hashlib.sha256(f"[{','.join(texts)}]".encode()).hexdigest()


def missed(count: int, seed: int) -> tuple[int, list[tuple[int, str]]]:
    """How many alterations there were, and those that one of the two did not find."""
    found = []
    sound = trail(random.Random(seed))
    for number in range(count):
        alter = ALTERATIONS[number % len(ALTERATIONS)]
        altered = alter(random.Random(seed + number), sound)
        if not judged(altered) or holds(altered):
            found.append((number, alter.__name__))
    return count, found
