"""What only S3 servers can do to us: versions, locks, refusals, bad lines.

On the server profile, against MinIO and a second server; there both must run.
"""

import io
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import urllib3
from minio.commonconfig import ENABLED
from minio.versioningconfig import VersioningConfig

from portal.core import clock, objectstore
from portal.core.errors import UnavailableError
from portal.core.objectstore import PART_SIZE, S3Store
from tests.portal import stores
from tests.portal.stores import (
    NAME,
    OTHER,
    SERVERS,
    answering,
    between,
    content,
    names,
    s3_error,
)

pytestmark = [pytest.mark.server, pytest.mark.parametrize("server", SERVERS)]


# Versions and locks -----------------------------------------------------------------


def test_a_bucket_that_keeps_versions_keeps_none_of_a_removed_object(server):
    shelf = stores.s3(server)
    shelf.client.set_bucket_versioning(shelf.bucket, VersioningConfig(ENABLED))
    for data in (b"one", b"two"):
        shelf.put(NAME, io.BytesIO(data))
    shelf.put(OTHER, io.BytesIO(b"other"))
    assert content(shelf) == b"two"
    shelf.remove(NAME)
    left = shelf.client.list_objects(shelf.bucket, include_version=True)
    assert [each.object_name for each in left] == [OTHER]


@pytest.mark.parametrize("size", [10, PART_SIZE + 1])
def test_what_is_locked_is_not_removed(server, size):
    shelf = stores.s3(server, lock=True)
    until = clock.now() + timedelta(minutes=1)
    shelf.put(NAME, io.BytesIO(b"x" * size))
    assert shelf.lock(NAME, until) == until.replace(microsecond=0)
    with pytest.raises(UnavailableError):
        shelf.remove(NAME)
    assert content(shelf) == b"x" * size


def test_a_lock_is_prolonged_and_never_shortened(server):
    shelf = stores.s3(server, lock=True)
    shelf.put(NAME, io.BytesIO(b"x"))
    first = clock.now().replace(microsecond=0) + timedelta(minutes=1)
    later = first + timedelta(minutes=1)
    assert [shelf.lock(NAME, each) for each in (first, later, first)] == [
        first,
        later,
        later,
    ]


def test_a_bucket_without_locks_and_an_absent_object_are_not_locked(server):
    until = clock.now() + timedelta(minutes=1)
    plain, locking = stores.s3(server), stores.s3(server, lock=True)
    plain.put(NAME, io.BytesIO(b"x"))
    for shelf in (plain, locking):
        with pytest.raises(UnavailableError):
            shelf.lock(NAME, until)


def test_in_a_bucket_with_locks_the_rest_is_removed_whole(server):
    shelf = stores.s3(server, lock=True)
    shelf.put(NAME, io.BytesIO(b"x"))
    shelf.remove(NAME)
    assert list(shelf.client.list_objects(shelf.bucket, include_version=True)) == []


# Servers that say no ----------------------------------------------------------------


def refuses_everything(shelf: S3Store) -> None:
    for act in (
        lambda: shelf.put(NAME, io.BytesIO(b"x")),
        lambda: shelf.put(NAME, io.BytesIO(b"x" * (PART_SIZE + 1))),
        lambda: shelf.open(NAME).__enter__(),
        lambda: shelf.remove(NAME),
        lambda: list(shelf.entries()),
        lambda: shelf.abandon(clock.now()),
    ):
        with pytest.raises(UnavailableError):
            act()


@pytest.mark.parametrize("wrong", ["access_key", "secret_key"])
def test_wrong_credentials_are_unavailable(server, wrong):
    sound = stores.s3(server)
    shelf = S3Store(stores.options(server, bucket=sound.bucket, **{wrong: "wrong" * 5}))
    refuses_everything(shelf)
    with pytest.raises(UnavailableError):
        shelf.prepare()


def test_a_missing_bucket_is_unavailable_until_it_is_made(server):
    shelf = S3Store(stores.options(server))
    refuses_everything(shelf)
    shelf.prepare()
    shelf.prepare()
    shelf.put(NAME, io.BytesIO(b"x"))
    assert content(shelf) == b"x"


@pytest.mark.parametrize(
    ("status", "body"),
    [
        ("500 Internal Server Error", s3_error("InternalError")),
        ("503 Service Unavailable", s3_error("SlowDown")),
        ("507 Insufficient Storage", s3_error("XMinioStorageFull")),
        ("502 Bad Gateway", "<html><body>proxy</body></html>"),
        ("500 Internal Server Error", ""),
        ("200 OK", "<html><body>welcome to the hotel</body></html>"),
        ("200 OK", "not even <xml"),
        ("301 Moved Permanently", ""),
    ],
)
def test_broken_answers_are_unavailable(server, status, body):
    with between(server) as (line, shelf, direct):
        direct.put(NAME, io.BytesIO(b"x" * 100_000))
        line.answer = answering(status, body, to=(b"HTTP/1.1",))
        for act in (
            lambda: shelf.put(OTHER, io.BytesIO(b"x")),
            lambda: shelf.put(OTHER, io.BytesIO(b"x" * (PART_SIZE + 1))),
            lambda: shelf.remove(OTHER),
        ):
            with pytest.raises(UnavailableError):
                act()
        assert names(direct) == [NAME]


def test_an_upload_that_ends_with_an_error_inside_a_200_is_not_believed(server):
    """S3 answers the completion before it has completed."""
    with between(server) as (line, shelf, direct):
        line.answer = answering(
            "200 OK", s3_error("InternalError"), to=(b"?uploadId=",)
        )
        with pytest.raises(UnavailableError):
            shelf.put(NAME, io.BytesIO(b"x" * (PART_SIZE + 1)))
        line.answer = None
        shelf.remove(NAME)
        assert names(direct) == []
        assert direct.abandon(clock.now() + timedelta(hours=1)) == 0


def test_more_objects_than_one_listing_holds_are_all_listed(server):
    shelf = stores.s3(server)
    wanted = [f"{number:032x}" for number in range(1010)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda name: shelf.put(name, io.BytesIO()), wanted))
    assert names(shelf) == wanted


# Lines that are slow or break -------------------------------------------------------


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same client with less patience."""
    objectstore_http = dict(objectstore._HTTP)
    objectstore_http["timeout"] = urllib3.Timeout(connect=0.5, read=0.3)
    monkeypatch.setattr(objectstore, "_HTTP", objectstore_http)


def test_a_slow_server_is_waited_for(server):
    with between(server) as (line, shelf, _):
        line.delay = 0.1
        shelf.put(NAME, io.BytesIO(b"x" * 100_000))
        assert len(content(shelf)) == 100_000


def test_a_server_that_does_not_answer_in_time_is_unavailable(hasty, server):
    with between(server) as (line, shelf, direct):
        direct.put(NAME, io.BytesIO(b"x"))
        line.delay = 5
        for act in (
            lambda: shelf.put(OTHER, io.BytesIO(b"x")),
            lambda: shelf.open(NAME).__enter__(),
        ):
            with pytest.raises(UnavailableError):
                act()


@pytest.mark.parametrize("after", [0, 30, 5_000, 400_000])
def test_an_answer_that_breaks_off_is_never_a_short_object(server, after):
    with between(server) as (line, shelf, direct):
        direct.put(NAME, io.BytesIO(b"x" * 500_000))
        line.cut_after = after
        with pytest.raises((UnavailableError, OSError)):
            content(shelf)
        line.cut_after = None
        assert len(content(shelf)) == 500_000


@pytest.mark.parametrize("size", [10, PART_SIZE + 1])
def test_an_upload_whose_answers_are_lost_can_be_removed_whole(server, size):
    """It may be there or not: nobody knows. Removing leaves nothing of it."""
    with between(server) as (line, shelf, direct):
        line.cut_after = 0
        with pytest.raises(UnavailableError):
            shelf.put(NAME, io.BytesIO(b"x" * size))
        direct.remove(NAME)
        assert names(direct) == []
        assert direct.abandon(clock.now() + timedelta(hours=1)) == 0


def test_a_server_that_is_away_is_unavailable(server):
    with between(server) as (line, shelf, _):
        line.close()
        refuses_everything(shelf)
