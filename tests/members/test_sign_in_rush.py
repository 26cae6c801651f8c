"""A morning's rush of sign-ins: two passwords are hashed at a time, the rest wait."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher, make_password
from django.db import connection
from django.test import Client
from django.urls import reverse

from members.models import Person, SignInFailure
from members.services import passwords
from portal.core.models import AuditHead
from tests import factories

PASSWORD = "よいパスワードは長い合言葉です"
THREADS, SIGN_INS = 20, 200
HASHER = f"{__name__}.WatchedHasher"


class WatchedHasher(MD5PasswordHasher):
    """Notes the most that ever were at it; the first goes on when the second is."""

    both = threading.Barrier(passwords.HASHES_AT_ONCE)
    lock = threading.Lock()
    now = most = total = 0

    def verify(self, password: str, encoded: str) -> bool:
        cls = WatchedHasher
        with cls.lock:
            cls.now, cls.total = cls.now + 1, cls.total + 1
            cls.most = max(cls.most, cls.now)
            among_first = cls.total <= passwords.HASHES_AT_ONCE
        try:
            if among_first:
                cls.both.wait(timeout=120)
            return super().verify(password, encoded)
        finally:
            with cls.lock:
                cls.now -= 1

    def must_update(self, encoded: str) -> bool:
        return False


@pytest.fixture
def people(transactional_db: None) -> list[str]:
    """Twenty people's sign-in names."""
    AuditHead.objects.get_or_create(id=1)
    office = factories.organization("社会福祉課", internal=True)
    hashed = make_password(PASSWORD)
    everybody = [
        factories.person(f"職員{n}", office, password=hashed) for n in range(THREADS)
    ]
    return [person.login or "" for person in everybody]


def test_of_200_sign_ins_at_once_two_are_hashed_at_a_time_and_all_come_in(
    people: list[str], settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passwords, "QUEUE_SECONDS", 600)  # nobody is sent away here
    settings.PASSWORD_HASHERS = [HASHER]
    Person.objects.update(password=make_password(PASSWORD))
    start = threading.Barrier(THREADS)

    def come_in(login: str) -> list[bool]:
        start.wait()
        try:
            each = range(SIGN_INS // THREADS)
            proofs = [passwords.prove(login=login, password=PASSWORD) for _ in each]
            return [person is not None for person in proofs]
        finally:
            connection.close()

    with ThreadPoolExecutor(THREADS) as pool:
        came_in = [came for one in pool.map(come_in, people) for came in one]
    assert came_in == [True] * SIGN_INS
    assert WatchedHasher.total == SIGN_INS
    assert WatchedHasher.most == passwords.HASHES_AT_ONCE


@pytest.fixture
def crowded(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Both places are taken, and nobody's patience lasts."""
    monkeypatch.setattr(passwords, "QUEUE_SECONDS", 0)
    for _ in range(passwords.HASHES_AT_ONCE):
        assert passwords._HASHING.acquire(blocking=False)
    yield
    for _ in range(passwords.HASHES_AT_ONCE):
        passwords._HASHING.release()


def test_who_would_wait_too_long_is_asked_to_come_again_and_nothing_is_counted(
    db: None, client: Client, crowded: None
) -> None:
    login = {"login": "nobody", "password": PASSWORD}
    page = client.post(reverse("members:sign-in"), login)
    assert page.status_code == 503
    assert page["Retry-After"] == "10"
    assert "ただいま混み合っています。" in page.content.decode()
    assert not SignInFailure.objects.exists()


def test_the_places_are_free_again_after_a_failure(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fall(**_credentials: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(passwords, "authenticate", fall)
    for _ in range(passwords.HASHES_AT_ONCE + 1):
        with pytest.raises(RuntimeError):
            passwords.prove(login=f"nobody{_}", password=PASSWORD)
