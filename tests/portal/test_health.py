"""Whether the portal is ready, its figures, and logs that hold no content."""

import json
import logging
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from members.models import Person
from portal.core import clock, health, logs, worker
from portal.core.models import Beat, LockProof, Restoration
from tests.cast import Cast
from tests.conftest import SignIn

WORD = "カナリア7319"


@pytest.fixture
def beating(db: None, settings: Settings, tmp_path: Path) -> None:
    """A worker that lives; a journal of one's own."""
    settings.JOURNAL = tmp_path / "journal"
    worker.beat()


def parts(client: Client) -> set[str]:
    answer = client.get("/health/ready")
    found: dict[str, str] = answer.json()
    for name in health.REMARKS:
        found.pop(name)
    assert (answer.status_code == 200) == (set(found.values()) == {"ok"})
    return {name for name, standing in found.items() if standing != "ok"}


def test_it_lives_without_asking_anything(client: Client) -> None:
    assert client.get("/health/live").content == b"ok\n"


def test_it_is_ready_when_everything_is_there(beating: None, client: Client) -> None:
    assert not parts(client)


def test_what_should_be_looked_at_is_told_and_stops_nobody(
    beating: None, client: Client, settings: Settings, tmp_path: Path
) -> None:
    settings.AUDIT_DROP = settings.AUDIT_MAIL = ""
    told = client.get("/health/ready")
    assert told.status_code == 200
    assert (told.json()["heads"], told.json()["lock"]) == ("nowhere", "not tried yet")
    LockProof.objects.create(outcome="failed", gaps="delete it: yes", at=clock.now())
    settings.AUDIT_DROP = str(tmp_path)
    told = client.get("/health/ready")
    assert (told.json()["heads"], told.json()["lock"]) == ("ok", "off: delete it: yes")
    figures = client.get("/metrics").content.decode()
    assert "kasane_object_lock 0.0" in figures
    assert "kasane_audit_unsigned 0.0" in figures


def test_a_worker_that_is_silent_is_missed(beating: None, client: Client) -> None:
    Beat.objects.update(at=clock.now() - timedelta(minutes=2))
    assert parts(client) == {"worker"}


def test_a_scanner_that_does_not_answer_is_missed(
    beating: None, client: Client, settings: Settings, tmp_path: Path
) -> None:
    settings.CLAMD = f"unix:{tmp_path}/clamd.ctl"
    assert parts(client) == {"scanner"}


def test_a_full_disk_is_told(
    beating: None, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "FREE_BYTES", 1 << 60)
    assert parts(client) == {"disk"}


def test_a_restore_that_is_not_proved_is_not_ready(
    beating: None, client: Client
) -> None:
    Restoration.objects.create(at=clock.now(), manifest="0" * 64)
    assert parts(client) == {"restored"}


def test_outsiders_learn_only_whether_it_is_ready(beating: None) -> None:
    client = Client(REMOTE_ADDR="192.0.2.7")
    assert client.get("/health/ready").content == b"ready\n"
    assert client.get("/metrics").status_code == 404


def test_what_came_through_a_proxy_is_not_from_here(beating: None) -> None:
    client = Client(headers={"X-Forwarded-For": "127.0.0.1"})
    assert client.get("/metrics").status_code == 404


def test_a_token_opens_the_figures_from_everywhere(
    beating: None, settings: Settings
) -> None:
    settings.METRICS_TOKEN = "a-token-of-the-monitoring"
    assert Client().get("/metrics").status_code == 404
    wrong = Client(headers={"Authorization": "Bearer another"})
    assert wrong.get("/metrics").status_code == 404
    right = Client(
        REMOTE_ADDR="192.0.2.7",
        headers={"Authorization": "Bearer a-token-of-the-monitoring"},
    )
    assert b"kasane_database_up 1.0" in right.get("/metrics").content


def test_figures_and_lines_hold_no_content(
    cast: Cast, signed_in: SignIn, caplog: pytest.LogCaptureFixture
) -> None:
    """Names, numbers in addresses, queries and forms stay out of both."""
    Person.objects.filter(id=cast.clinic.id).update(name=WORD)
    client = signed_in(cast.secretariat)
    page = reverse("members:case-detail", args=[cast.case.id])
    with caplog.at_level(logging.INFO, "portal.request"):
        client.get(page, {"q": WORD})
        client.post("/sign-in/", {"login": WORD, "password": WORD})
        client.get(f"/{WORD}/")
    lines = [logs.JsonFormatter().format(each) for each in caplog.records]
    text = "\n".join(lines) + client.get("/metrics").content.decode()
    for hidden in (WORD, str(cast.case.id), cast.case.number, "q="):
        assert hidden not in text
    routes = [json.loads(line).get("route") for line in lines]
    assert {"members:case-detail", "members:sign-in", "unknown"} <= set(routes)
    assert 'kasane_requests_total{route="members:case-detail",status="200"}' in text


def refused_row() -> Any:
    try:
        raise ValueError(f"Key (name)=({WORD}) already exists")
    except ValueError:
        return sys.exc_info()


def test_an_exception_is_named_and_placed_and_not_quoted() -> None:
    record = logging.LogRecord(
        "django.request",
        logging.ERROR,
        "x",
        1,
        "%s: %s",
        ("Error", WORD),
        refused_row(),
    )
    text = logs.JsonFormatter().format(record)
    line = json.loads(text)
    assert WORD not in text
    assert line["exception"] == "ValueError"
    assert any("refused_row" in frame for frame in line["where"])
