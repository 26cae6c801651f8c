"""Fixtures for all: the cast, clients that are signed in, a worker to run."""

import gc
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.conf import settings
from django.test import Client
from hypothesis import HealthCheck
from hypothesis import settings as examples
from playwright import async_api, sync_api
from playwright.sync_api import Browser, sync_playwright

from portal.core import keys
from tests import cast as people
from tests.clients import client_of
from tests.database import (  # noqa: F401 – fixtures of the test database
    django_db_keepdb,
    django_db_modify_db_settings,
    django_db_setup,
    no_connection_stays,
)
from tests.kills import die, dying, own_store  # noqa: F401 – fixtures of deaths
from tests.papers import filed, released  # noqa: F401 – fixtures of papers

# The same examples on every run, however busy the machine is.
examples.register_profile(
    "same",
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
examples.load_profile("same")

# As patient as Playwright is with all else, however busy the machine is.
PATIENCE_MS = 30_000
sync_api.expect.set_options(timeout=PATIENCE_MS)
async_api.expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="session", autouse=True)
def key_file() -> None:
    """The key file of this run; the server profile never makes its own."""
    keys.create(settings.KEY_FILE)


def pytest_collection_finish() -> None:
    """What is loaded by now stays: collecting after each test need not look at it."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def nothing_left_open(request: pytest.FixtureRequest) -> Iterator[None]:
    """What a test leaves open fails this test, not a later one by chance.

    What outlives it (a cache, a fixture of its module) is not looked at again and
    again by the thousands that follow, but once more by the last.
    """
    yield
    request.node.funcargs.clear()
    gc.collect()
    gc.freeze()


def pytest_runtest_protocol(nextitem: pytest.Item | None) -> None:
    if nextitem is None:
        gc.unfreeze()


@pytest.fixture
def cast(db: None) -> people.Cast:
    """The town of the tests."""
    return people.assemble()


SignIn = Callable[..., Client]


@pytest.fixture
def signed_in() -> SignIn:
    """A client signed in as somebody: ``signed_in(cast.clinic, strength=1)``."""
    return client_of


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium. One module at a time: it keeps the thread's event loop."""
    with chromium() as browser:
        yield browser


@contextmanager
def chromium() -> Iterator[Browser]:
    """The same for a test that also reads the database, before or after."""
    program = shutil.which("chromium")
    assert program is not None, "install Debian's chromium (make test does)"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program,
            args=["--no-sandbox", "--disable-quic", "--disable-background-networking"],
        )
        yield browser
        browser.close()
