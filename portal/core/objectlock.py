"""Object lock, proved: what the store promises is tried out with our own credentials.

Stores have accepted a lock and not kept it. So a locked object is made, and
everything that would undo the lock is attempted; only a store that refuses all of it
and gives the object back unchanged may keep what must not be lost. Acts that a
locked object must still allow are tried too: a request that is refused for its
form alone proves nothing.
"""

import io
import logging
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from minio.commonconfig import COMPLIANCE, GOVERNANCE
from minio.error import MinioException, S3Error
from minio.helpers import md5sum_hash
from minio.retention import Retention
from minio.xml import marshal
from urllib3.exceptions import HTTPError

from portal.core import clock
from portal.core.errors import UnavailableError
from portal.core.models import LockProof
from portal.core.objectstore import ObjectStore, S3Store, store

log = logging.getLogger(__name__)

# Proved again after a week: servers are exchanged and updated.
HOLDS_FOR = timedelta(days=7)
# The proof object's own time; the sweep removes it later.
LOCKED_FOR = timedelta(minutes=10)
_BYPASS = {"x-amz-bypass-governance-retention": "true"}
_CONTENT = b"locked"
Outcome = LockProof.Outcome


@dataclass(frozen=True, slots=True)
class Proof:
    """What came of the attempts. ``gaps`` say why the lock cannot be relied on."""

    at: datetime
    tried: tuple[str, ...]
    gaps: tuple[str, ...]
    outcome: LockProof.Outcome

    @property
    def holds(self) -> bool:
        """Whether everything was refused that must be."""
        return not self.gaps


def prove(shelf: ObjectStore) -> Proof:
    """Try to break the lock of ``shelf``'s bucket, and of a bucket made for it."""
    if not isinstance(shelf, S3Store):
        folder = "a folder has no object lock"
        return Proof(clock.now(), (), (folder,), Outcome.FOLDER)
    if not shelf.locks:
        return Proof(clock.now(), (), ("KASANE_S3_LOCK is off",), Outcome.OFF)
    attempts = [*_Attempts(shelf, shelf.bucket).run(), *_bucket_attempts(shelf)]
    tried = tuple(attempt.name for attempt in attempts)
    gaps = tuple(attempt.gap for attempt in attempts if attempt.gap)
    return Proof(clock.now(), tried, gaps, Outcome.FAILED if gaps else Outcome.HOLDS)


@dataclass(frozen=True, slots=True)
class _Attempt:
    name: str
    gap: str = ""


def _bucket_attempts(shelf: S3Store) -> Iterator[_Attempt]:
    """Deleting a bucket is tried on one that holds nothing else.

    There are servers that delete a full one.
    """
    name, bucket = "delete the bucket", f"{shelf.bucket}-lock-proof"
    try:
        if not shelf.client.bucket_exists(bucket):
            shelf.client.make_bucket(bucket, object_lock=True)
    except (MinioException, HTTPError) as error:
        why = f"{name}: not tried, for want of a bucket {bucket}: {_words(error)}"
        yield _Attempt(name, why)
        return
    attempts = _Attempts(shelf, bucket)
    gap = attempts.begin()
    if gap is not None:
        yield _Attempt(name, f"{name}: not tried, {bucket} does not lock: {gap}")
        return
    yield attempts.refused(name, lambda: shelf.client.remove_bucket(bucket))
    yield attempts.unchanged("the object after that")


class _Attempts:
    """One locked object and what is done to it."""

    def __init__(self, shelf: S3Store, bucket: str) -> None:
        self.client, self.bucket = shelf.client, bucket
        self.name = secrets.token_hex(16)
        self.until = clock.now().replace(microsecond=0) + LOCKED_FOR
        self.version: str | None = None

    def run(self) -> Iterator[_Attempt]:
        """All attempts, or the one that could not even begin."""
        gap = self.begin()
        if gap is not None:
            yield _Attempt("lock an object", f"lock an object: {gap}")
            return
        sooner, later = self.until - LOCKED_FOR / 2, self.until + LOCKED_FOR / 2
        yield self.refused("delete the version", self._delete)
        yield self.refused("shorten the lock", self._retain(COMPLIANCE, sooner))
        yield self.refused("switch to governance", self._retain(GOVERNANCE, later))
        yield self.refused("delete with bypass", lambda: self._delete(_BYPASS))
        bypassed = self._retain(GOVERNANCE, sooner, _BYPASS)
        yield self.refused("shorten with bypass", bypassed)
        yield self.allowed("lengthen the lock", self._retain(COMPLIANCE, later))
        self.until = later
        yield self.allowed("overwrite, and delete what overwrote", self._overwrite)
        yield self.unchanged("the object after all that")

    def begin(self) -> str | None:
        """Lock an object; why that cannot be done, or None."""
        lock = Retention(COMPLIANCE, self.until)
        try:
            done = self.client.put_object(
                self.bucket,
                self.name,
                io.BytesIO(_CONTENT),
                len(_CONTENT),
                retention=lock,
            )
        except (MinioException, HTTPError) as error:
            return _words(error)
        self.version = done.version_id
        return None if self.version else "the bucket keeps no versions"

    def refused(self, name: str, act: Callable[[], object]) -> _Attempt:
        """The act must be answered with a no."""
        try:
            act()
        except S3Error:
            return _Attempt(name)
        except (MinioException, HTTPError, ValueError) as error:
            return _Attempt(name, f"{name}: no clear answer: {_words(error)}")
        return _Attempt(name, f"{name}: was not refused")

    def allowed(self, name: str, act: Callable[[], object]) -> _Attempt:
        """The act must succeed: so its like were refused for the lock's sake."""
        try:
            act()
        except (MinioException, HTTPError, ValueError) as error:
            return _Attempt(name, f"{name}: {_words(error)}")
        return _Attempt(name)

    def unchanged(self, name: str) -> _Attempt:
        """Bytes, mode and time of the lock must be those that were put."""
        try:
            same = self._content() == _CONTENT and self._is_locked()
        except (MinioException, HTTPError, ValueError) as error:
            return _Attempt(name, f"{name}: {_words(error)}")
        return _Attempt(name, "" if same else f"{name}: is not the same")

    def _content(self) -> bytes:
        response = self.client.get_object(
            self.bucket, self.name, version_id=self.version
        )
        try:
            return response.read()
        finally:
            response.close()
            response.release_conn()

    def _is_locked(self) -> bool:
        held = self.client.get_object_retention(self.bucket, self.name, self.version)
        return (
            held is not None
            and held.mode == COMPLIANCE
            and held.retain_until_date >= self.until
        )

    def _delete(self, headers: dict[str, str] | None = None) -> None:
        self._send("DELETE", {}, headers or {})

    def _overwrite(self) -> None:
        """A newer version is no change of the locked one; it is taken away again."""
        newer = self.client.put_object(
            self.bucket, self.name, io.BytesIO(b"other"), len(b"other")
        )
        if newer.version_id in {None, self.version}:
            raise ValueError("the locked version itself was overwritten")
        self.client.remove_object(self.bucket, self.name, newer.version_id)

    def _retain(
        self, mode: str, until: datetime, headers: dict[str, str] | None = None
    ) -> Callable[[], None]:
        body = marshal(Retention(mode, until))
        sums = {"Content-MD5": str(md5sum_hash(body))}
        return lambda: self._send(
            "PUT", {"retention": ""}, {**sums, **(headers or {})}, body
        )

    def _send(
        self,
        method: str,
        query: dict[str, str],
        headers: dict[str, str],
        body: bytes | None = None,
    ) -> None:
        """A request that minio-py has no call for, or sends without our headers."""
        self.client._execute(  # noqa: SLF001 – see above
            method,
            self.bucket,
            self.name,
            body=body,
            headers=dict[str, Any](headers),
            query_params={**query, "versionId": str(self.version)},
        )


def _words(error: Exception) -> str:
    return (
        f"{error.code}: {error.message}" if isinstance(error, S3Error) else str(error)
    )


_kept: list[Proof] = []


def standing() -> Proof:
    """The proof of this process; sought anew where none holds, or after a week."""
    if not _kept or _kept[0].at + HOLDS_FOR < clock.now():
        _kept.clear()
        proof = prove(store())
        if not proof.holds:
            return proof
        _kept.append(proof)
    return _kept[0]


def doubt() -> None:
    """The store has refused to lock: it is to be proved anew before the next time."""
    _kept.clear()


def note() -> bool:
    """Prove the lock if it is time, and write what came of it for all processes."""
    proof = standing()
    LockProof.objects.update_or_create(
        id=1,
        defaults={
            "outcome": proof.outcome,
            "gaps": "; ".join(proof.gaps),
            "at": proof.at,
        },
    )
    return proof.holds


def noted() -> str:
    """What came of the last proof, as any process can know it; empty before one."""
    rows = LockProof.objects.values_list("outcome", flat=True)
    return rows.first() or ""


def report() -> None:
    """Say in the log of a starting server how it stands with the lock."""
    try:
        gaps = standing().gaps
    except UnavailableError as error:
        gaps = (f"the store does not answer: {error.__cause__}",)
    if gaps:
        log.info("object lock is off: %s", "; ".join(gaps))
    else:
        log.info("object lock is proved")


def require() -> None:
    """Raise UnavailableError unless the lock is proved."""
    if not standing().holds:
        raise UnavailableError
