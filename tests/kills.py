"""What the tests share that end acts by ``kill -9``, at any of their points."""

import json
import os
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from portal.core import audit, objectstore, upkeep
from tests.portal import stores

ROOT = Path(__file__).resolve().parents[1]
# Of each act. 0 is every point.
KILLS = int(os.environ.get("KASANE_TEST_KILLS", "6"))

Die = Callable[..., str]


@pytest.fixture
def own_store(settings, tmp_path) -> Iterator[dict[str, Any]]:
    """A store that only this test uses."""
    if settings.PROFILE == "server":
        options = {"kind": "s3", **stores.options("minio")}
    else:
        options = {"kind": "disk", "path": tmp_path / "vault"}
    settings.VAULT_STORE = options
    objectstore.store.cache_clear()
    yield options
    objectstore.store.cache_clear()


@pytest.fixture(scope="session")
def dying(django_db_setup: None) -> Iterator[Die]:
    """The program that does acts and dies in them, started once."""
    names = [connection.settings_dict["NAME"], settings.KEY_FILE]
    program = subprocess.Popen(
        [sys.executable, "-m", "tests.documents.dying", *map(str, names)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert program.stdin is not None
    assert program.stdout is not None
    orders, answers = program.stdin, program.stdout

    def do(act: str, at: int, **more: Any) -> str:
        orders.write(json.dumps({"act": act, "at": at, **more}, default=str) + "\n")
        orders.flush()
        answer = answers.readline().strip()
        assert answer.startswith(("killed", "done")), (act, at, answer)
        return answer

    yield do
    orders.close()
    program.wait()
    answers.close()


@pytest.fixture
def die(dying: Die, own_store: dict[str, Any]) -> Die:
    """Have an act done and killed: ``die("file", 3, …)``; what came of it."""
    return partial(dying, store=own_store)


def points(act: str, answer: str) -> list[int]:
    """Some of the points of an act, always the same, the last one with them."""
    count = int(answer.split()[1])
    every = list(range(1, count + 1))
    if not KILLS or count <= KILLS:
        return every
    return sorted({*random.Random(act).sample(every, KILLS - 1), count})


def broken() -> list[upkeep.Finding]:
    """Papers without their bytes, now."""
    bad = {upkeep.MISSING, upkeep.DAMAGED, upkeep.NO_KEY}
    return [found for found in upkeep.check(read=True) if found.what in bad]


def assert_sound() -> None:
    """No paper without its bytes (I4), and a trail without a gap (I8)."""
    assert broken() == []
    assert [found for found in audit.verify() if not found.note] == []
