"""What links the audit trail, and whether an export of it holds.

The portal imports this file; an auditor runs it alone, away from the portal, with
Python 3.11 and the package ``cryptography``:

    python3 chain.py events.jsonl HEADS... [--key KEY ...]

HEADS are files or folders with the signed heads that were kept outside. A chain
without them proves nothing: whoever may write the database may write all of it anew.
"""

import argparse
import hashlib
import json
import re
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

GENESIS = "0" * 64
# Clocks of several servers differ; what goes back further is told.
TOLERANCE = timedelta(seconds=60)
HEAD_FORMAT = "kasane-head-1"
# Events that say something to a verifier: the next signing key; a restore.
ROTATION, RESTORE = "core.keys.rotate", "core.restore"

TEXTS = ("at", "action", "actor", "sign_in", "address", "subject", "case", "item")
FIELDS = ("seq", *TEXTS, "detail", "previous")
SIGNED = ("format", "installation", "seq", "digest", "at", "key")

Event = Mapping[str, Any]


def canonical(value: object) -> str:
    """The one way in which something is written as JSON here."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def body_of(event: Event) -> str:
    """The event between its number and its link, as the digest reads it."""
    return canonical([*(event[name] for name in TEXTS), event["detail"]])[1:-1]


def digest(seq: int, body: str, previous: str) -> str:
    """The digest of one link: the JSON list of its ``FIELDS``."""
    text = f"[{seq},{body},{canonical(previous)}]"
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


class Head(NamedTuple):
    """One end of the chain, as the installation signed it and gave it away."""

    installation: str
    seq: int
    digest: str
    at: str
    key: str  # the public key itself
    signature: str

    @property
    def moment(self) -> datetime:
        """When it was signed."""
        return datetime.fromisoformat(self.at)


def signed_text(head: Head) -> bytes:
    """What the signature of a head is over."""
    fields = {"format": HEAD_FORMAT, **head._asdict()}
    return canonical({name: fields[name] for name in SIGNED}).encode("utf-8")


@dataclass(frozen=True, slots=True)
class Finding:
    """A place where the chain does not hold; a ``note`` breaks nothing and is told."""

    seq: int
    reason: str
    note: bool = False


class Restore(NamedTuple):
    """A restore from a backup, as its event declares it: what came after is lost."""

    at: datetime
    seq: int
    kept: int
    lost_up_to: int

    def lost(self, head: Head) -> bool:
        """Whether the head is of the events that are lost."""
        return self.kept < head.seq <= self.lost_up_to and head.moment < self.at


class Walk:
    """One walk along the events, past the heads that were kept outside.

    Heads are trusted by the given keys, or by the first head's where none is given;
    a later key is trusted when a trusted head covers the event that names it.
    """

    def __init__(self, heads: Iterable[Head] = (), keys: Collection[str] = ()) -> None:
        self.seq, self.digest = 0, GENESIS
        self.proved = 0  # the newest event that a trusted head names
        self._heads = sorted(set(heads), key=lambda head: (head.seq, head.at))
        self.keys = set(keys) or {head.key for head in self._heads[:1]}
        self._named: dict[str, int] = {}
        self._restores: list[Restore] = []
        self._strays: list[Head] = []
        self._newest: datetime | None = None
        self._next = 0
        self._installation = self._heads[0].installation if self._heads else ""

    def over(self, events: Iterable[Event]) -> Iterator[Finding]:
        """Walk to the end and yield whatever does not hold."""
        for event in events:
            yield from self._link(event)
            yield from self._clock(event["seq"], event["at"])
            self._learn(event)
            self.seq, self.digest = event["seq"], event["digest"]
            yield from self._past_heads()
        self._strays += self._heads[self._next :]
        yield from self._off_the_chain()

    def _link(self, event: Event) -> Iterator[Finding]:
        seq = event["seq"]
        if seq > self.seq + 1:
            yield Finding(seq, f"events {self.seq + 1} to {seq - 1} missing")
        elif seq <= self.seq:
            yield Finding(seq, f"comes after event {self.seq}")
        if event["previous"] != self.digest:
            yield Finding(seq, "does not follow from the event before it")
        if event["digest"] != digest(seq, body_of(event), event["previous"]):
            yield Finding(seq, "was changed after it was written")

    def _clock(self, seq: int, at: str) -> Iterator[Finding]:
        moment = datetime.fromisoformat(at)
        if self._newest and moment < self._newest - TOLERANCE:
            back = self._newest - moment
            yield Finding(seq, f"the clock went back by {back}", note=True)
            self._newest = moment
        self._newest = max(self._newest or moment, moment)

    def _learn(self, event: Event) -> None:
        detail = event["detail"]
        if event["action"] == ROTATION and isinstance(detail.get("public"), str):
            self._named.setdefault(detail["public"], event["seq"])
        if event["action"] == RESTORE:
            gap = [detail.get(name) for name in ("kept", "lost_up_to")]
            if all(type(each) is int for each in gap):
                at = datetime.fromisoformat(event["at"])
                self._restores.append(Restore(at, event["seq"], *gap))

    def _past_heads(self) -> Iterator[Finding]:
        while self._next < len(self._heads) and self._heads[self._next].seq <= self.seq:
            head = self._heads[self._next]
            self._next += 1
            faults = list(self._faults(head))
            yield from (Finding(head.seq, reason) for reason in faults)
            if (head.seq, head.digest) != (self.seq, self.digest):
                self._strays.append(head)
            elif not faults:
                self.proved = head.seq
                yield from self._clock(head.seq, head.at)

    def _faults(self, head: Head) -> Iterator[str]:
        if 0 < self._named.get(head.key, 0) <= self.proved:
            self.keys.add(head.key)
        if head.installation != self._installation:
            yield "a head belongs to another installation"
        if head.key not in self.keys:
            yield "a head is signed with a key that nobody named"
        elif not is_signed(head):
            yield "a head is not what was signed"

    def _off_the_chain(self) -> Iterator[Finding]:
        """The heads that name other events than the chain's; a restore may say why."""
        for head in self._strays:
            if not any(restore.lost(head) for restore in self._restores):
                reason = "a head kept outside names another chain"
                if head.seq > self.seq:
                    reason = f"a head names event {head.seq}, the last is {self.seq}"
                yield Finding(head.seq, reason)
        for restore in self._restores:
            span = f"{restore.kept + 1} to {restore.lost_up_to}"
            told = f"a restore is declared, which lost the earlier events {span}"
            yield Finding(restore.seq, told, note=True)


def is_signed(head: Head) -> bool:
    """Whether the head's signature is its key's."""
    # An auditor's Python may lack it; all else here runs without it.
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415
        Ed25519PublicKey,
    )

    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(head.key))
        key.verify(bytes.fromhex(head.signature), signed_text(head))
    except (InvalidSignature, ValueError):
        return False
    return True


def event_line(event: Event) -> str:
    """An event as an export holds it."""
    return canonical({name: event[name] for name in (*FIELDS, "digest")})


def head_line(head: Head, stamp: str = "") -> str:
    """A head as it leaves the portal; ``stamp``: a time stamp of others, base 64."""
    extra = {"stamp": stamp} if stamp else {}
    return canonical({"format": HEAD_FORMAT, **head._asdict(), **extra})


class NotReadableError(ValueError):
    """A line that no portal wrote; the message says which."""


def read_events(lines: Iterable[str]) -> Iterator[Event]:
    """The events of an export, which has one way to write each."""
    for number, line in enumerate(lines, 1):
        event = _parsed(line, f"line {number}")
        if not _is_event(event) or event_line(event) != line.rstrip("\n"):
            raise NotReadableError(f"line {number} is no event")
        yield event


def _is_event(event: Mapping[str, Any]) -> bool:
    texts = (*TEXTS, "previous", "digest")
    return (
        event.keys() == {*FIELDS, "digest"}
        and type(event["seq"]) is int
        and isinstance(event["detail"], dict)
        and all(isinstance(event[name], str) for name in texts)
        and _is_moment(event["at"])
    )


def _is_moment(text: str) -> bool:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return False
    return moment.tzinfo is not None and moment.isoformat() == text


def read_heads(lines: Iterable[str], name: str = "heads") -> Iterator[Head]:
    """The heads in a file; what does not begin like one, as in a mail, is no matter."""
    for number, line in enumerate(lines, 1):
        if line.startswith("{"):
            yield _head(_parsed(line, f"{name}, line {number}"), f"{name}, {number}")


def _head(found: Mapping[str, Any], where: str) -> Head:
    texts = ("installation", "at", "digest", "key", "signature")
    sound = (
        found.get("format") == HEAD_FORMAT
        and type(found.get("seq")) is int
        and all(isinstance(found.get(name), str) for name in texts)
        and _is_moment(found["at"])
        and found["seq"] > 0
    )
    if not sound:
        raise NotReadableError(f"{where} is no head")
    return Head(**{name: found[name] for name in Head._fields})


def _parsed(line: str, where: str) -> Mapping[str, Any]:
    try:
        found = json.loads(line)
        line.encode("utf-8")
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise NotReadableError(f"{where} is not JSON")
    return found


def heads_in(places: Iterable[Path]) -> Iterator[Head]:
    """The heads of files, and of the files in folders."""
    for place in places:
        files = sorted(place.rglob("*")) if place.is_dir() else [place]
        for file in files:
            if file.is_file() and not file.name.startswith("."):
                with file.open(encoding="utf-8", errors="surrogateescape") as lines:
                    yield from read_heads(lines, file.name)


def key_argument(text: str) -> str:
    """A public key as it is typed."""
    if not re.fullmatch(r"[0-9a-f]{64}", text):
        raise argparse.ArgumentTypeError("a key has 64 digits 0-9 and a-f")
    return text


def report(walk: Walk, findings: Iterable[Finding]) -> Iterator[str]:
    """What was found, in words, the outcome last; that begins ``HOLDS`` or ``BROKEN``.

    Notes are told and do not decide: clocks that went back, restores that are declared.
    """
    count = 0
    for found in findings:
        count += not found.note
        yield f"event {found.seq}: {found.reason}"
    if count:
        yield f"BROKEN in {count} place(s)."
        return
    for key in sorted(walk.keys):
        yield f"Key: {key}"
    yield f"HOLDS: {walk.seq} events, proved up to {walk.proved} by heads kept outside."


def main(arguments: list[str]) -> int:
    """0: holds; 1: does not hold; 2: could not be judged."""
    parser = argparse.ArgumentParser(description="Verify an export of the audit trail.")
    parser.add_argument("events", type=Path)
    parser.add_argument("heads", type=Path, nargs="+")
    parser.add_argument("--key", action="append", default=[], type=key_argument)
    given = parser.parse_args(arguments)
    line = ""
    try:
        walk = Walk(heads_in(given.heads), given.key)
        with given.events.open(encoding="utf-8", newline="\n") as lines:
            for line in report(walk, walk.over(read_events(lines))):
                sys.stdout.write(f"{line}\n")
    except ImportError:
        sys.stdout.write("NOT JUDGED: install the package cryptography.\n")
        return 2
    except (NotReadableError, UnicodeDecodeError) as error:
        sys.stdout.write(f"BROKEN: {error}.\n")
        return 1
    except OSError as error:
        sys.stdout.write(f"NOT JUDGED: {error}.\n")
        return 2
    return 0 if line.startswith("HOLDS") else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
