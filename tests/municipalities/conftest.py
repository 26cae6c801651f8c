"""A month passes in a few seconds; the object store keeps the clock on the wall."""

from datetime import UTC

import pytest
import time_machine
from minio import time as store_time


@pytest.fixture(autouse=True)
def wall_clock_of_the_store(monkeypatch: pytest.MonkeyPatch) -> None:
    """The store refuses requests signed in another month than its own."""
    now = time_machine.escape_hatch.datetime.datetime.now
    monkeypatch.setattr(store_time, "utcnow", lambda: now(UTC))
