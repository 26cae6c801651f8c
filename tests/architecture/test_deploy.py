"""What an operator installs from ``infra/deploy`` is hardened and names what exists."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.architecture.source import ROOT

DEPLOY = ROOT / "infra" / "deploy"
UNITS = sorted(DEPLOY.rglob("*.service"))
# A scanner's own image writes in many places; it sees no network but ours and its feed.
NOT_READ_ONLY = {"scanner"}
# Of the compose file alone.
COMPOSE_ONLY = {
    "KASANE_VERSION",
    "KASANE_HOST",
    "KASANE_PRACTICE_HOST",
    "KASANE_BACKUPS",
    "KASANE_STORE_ACCESS_KEY",
    "KASANE_STORE_SECRET_KEY",
}


PRACTICE = DEPLOY / "practice"


def practice() -> dict[str, Any]:
    """What the second compose file adds."""
    text = (PRACTICE / "compose.yaml").read_text("utf-8")
    found: dict[str, Any] = yaml.safe_load(text)
    return found


def services() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = compose()["services"]
    return found


def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
    return found


@pytest.mark.parametrize("name", services())
def test_each_container_is_hardened(name: str) -> None:
    service = services()[name]
    assert "no-new-privileges:true" in service["security_opt"]
    assert not service.get("privileged")
    if name not in NOT_READ_ONLY:
        assert service["read_only"]
        assert service["cap_drop"] == ["ALL"]
    tag = service["image"].rpartition(":")[2]
    assert tag not in {"", "latest"}


def test_only_the_proxy_is_reached_from_outside() -> None:
    assert [name for name, each in services().items() if "ports" in each] == ["proxy"]
    assert compose()["networks"]["inside"]["internal"]


def test_the_image_dumps_the_database_that_compose_starts() -> None:
    """A pg_dump that is older than its server refuses."""
    image = (DEPLOY / "Containerfile").read_text("utf-8")
    client = re.search(r"postgresql-client-(\d+)", image)
    server = re.search(r"postgres:(\d+)", services()["database"]["image"])
    assert client
    assert server
    assert int(client[1]) >= int(server[1])


def test_compose_names_what_it_declares() -> None:
    whole = compose()
    for name, service in services().items():
        assert set(service.get("secrets", ())) <= whole["secrets"].keys(), name
        assert set(service.get("networks", ())) <= whole["networks"].keys(), name
        assert set(service.get("depends_on", ())) <= services().keys(), name
        volumes = {str(each).partition(":")[0] for each in service.get("volumes", ())}
        own = {each for each in volumes if not each.startswith((".", "/", "$"))}
        assert own <= whole["volumes"].keys(), name


def test_no_secret_is_written_down() -> None:
    for path in DEPLOY.rglob("*"):
        if path.is_file():
            text = path.read_text("utf-8")
            assert not re.search(r"(PASSWORD|SECRET_KEY|ACCESS_KEY)=[^\s$/]", text), (
                path
            )


def named(path: Path) -> Iterator[str]:
    for name in re.findall(r"KASANE_[A-Z0-9_]+", path.read_text("utf-8")):
        yield name.removesuffix("_FILE") if name != "KASANE_KEY_FILE" else name


def test_every_setting_that_is_named_exists() -> None:
    known = set(named(ROOT / "docs" / "reference" / "env.md")) | COMPOSE_ONLY
    for path in DEPLOY.rglob("*"):
        if path.is_file():
            assert set(named(path)) <= known, path


def test_the_image_installs_what_is_locked_and_runs_as_nobody() -> None:
    lines = (DEPLOY / "Containerfile").read_text("utf-8").splitlines()
    bases = [line.split()[1] for line in lines if line.startswith("FROM ")]
    assert all(":" in base and not base.endswith(":latest") for base in bases)
    assert any("--require-hashes" in line for line in lines)
    assert [line for line in lines if line.startswith("USER ")] == ["USER 10001"]
    assert not any(line.startswith("ADD ") for line in lines)
    assert not any("sudo" in line or "curl" in line for line in lines)


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
@pytest.mark.parametrize(
    "line",
    [
        "UMask=0077",
        "NoNewPrivileges=yes",
        "CapabilityBoundingSet=",
        "ProtectSystem=strict",
        "ProtectHome=yes",
        "PrivateTmp=yes",
    ],
)
def test_each_unit_is_hardened(unit: Path, line: str) -> None:
    assert line in unit.read_text("utf-8").splitlines()


def test_the_portal_and_its_practice_are_users_of_their_own() -> None:
    for unit in UNITS:
        own = "kasane-practice" if unit.parent == PRACTICE else "kasane"
        assert f"User={own}" in unit.read_text("utf-8").splitlines()


def test_the_practice_sees_nothing_of_the_real_portal() -> None:
    service = practice()["services"]["practice"]
    assert service["read_only"]
    assert service["cap_drop"] == ["ALL"]
    assert service["networks"] == ["practice"]
    assert practice()["networks"]["practice"]["internal"]
    assert service["secrets"] == ["practice_key"]
    assert service["volumes"] == ["practice:/data"]
    assert not {"practice"} & compose()["volumes"].keys()


def test_systemd_finds_nothing_wrong_with_the_units(tmp_path: Path) -> None:
    """Their program is put where it can be found, all else is as committed."""
    program = tmp_path / ".venv" / "bin" / "python"
    program.parent.mkdir(parents=True)
    program.symlink_to(sys.executable)
    for file in (*UNITS, *(DEPLOY / "systemd").glob("*.timer")):
        text = file.read_text("utf-8").replace("/opt/kasane", str(tmp_path))
        (tmp_path / file.name.replace("@", "@8000")).write_text(text, "utf-8")
    verify = ["systemd-analyze", "verify", "--man=no"]
    units = sorted(str(each) for each in tmp_path.glob("kasane-*"))
    found = subprocess.run(
        [*verify, *units], capture_output=True, text=True, check=False
    )
    assert (found.returncode, found.stderr) == (0, "")


@pytest.mark.parametrize(
    "name",
    ["Caddyfile", "nginx.conf", "practice/practice.caddy", "practice/nginx.conf"],
)
def test_the_proxies_hide_what_is_for_the_inside(name: str) -> None:
    text = (DEPLOY / name).read_text("utf-8")
    assert "/metrics" in text
    assert "/health/" in text
    assert "X-Forwarded-For" in text


def test_the_store_lets_only_the_portal_read() -> None:
    policy = json.loads((DEPLOY / "store-policy.json").read_text("utf-8"))
    allowed = [each for each in policy["Statement"] if each["Effect"] == "Allow"]
    assert {each["Principal"]["AWS"][0] for each in allowed} == {"kasane-portal"}
    acts = [act for each in allowed for act in each["Action"]]
    assert not any("*" in act or "Bypass" in act for act in acts)
