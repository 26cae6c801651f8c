"""The API against its own description, by schemathesis, through a real server."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from members.services import api_tokens
from portal.core.models import AuditHead
from tests import cast as people
from tests.cast import Cast
from tests.meetings import reaching
from tests.own_server import own_server

EXAMPLES = 6


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    """The cast, committed: the server sees it over its own connections."""
    AuditHead.objects.get_or_create(id=1)
    return people.assemble()


@pytest.fixture
def url() -> Iterator[str]:
    with own_server() as port:
        yield f"http://127.0.0.1:{port}"


def test_every_answer_is_as_described_whatever_is_asked(
    cast: Cast, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api_tokens, "PER_MINUTE", 1_000_000)
    reaching.record(cast)
    secret = reaching.made(cast)
    made = subprocess.run(
        [
            f"{Path(sys.executable).parent}/schemathesis",
            "run",
            f"{url}/api/v1/openapi.json",
            f"--url={url}",
            f"--header=Authorization: Bearer {secret}",
            "--checks=all",
            "--exclude-method=HEAD",  # a test beside this one asks by it
            "--phases=coverage,fuzzing",
            f"--max-examples={EXAMPLES}",
            "--seed=1",
            "--generation-database=none",
            "--no-color",
        ],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        timeout=300,
        check=False,
    )
    assert made.returncode == 0, made.stdout + made.stderr
