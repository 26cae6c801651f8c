"""A disk that is really full, in memory: refused, nothing left, and then on again."""

import io
import os
import subprocess
import sys
from collections.abc import Iterator
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from urllib.request import urlopen

import pytest
from django.conf import settings

from documents.models import Paper
from portal.core import objectstore, vault
from portal.core.errors import UnavailableError
from portal.core.objectstore import ObjectStore, S3Store
from tests.documents import files
from tests.journeys.installation import free_port, until
from tests.papers import Filed
from tests.portal import stores

ROOT = Path(__file__).resolve().parents[2]
DISK = 64 * 1024 * 1024
OBJECT = 3_000_000
KEYS = {"access_key": "kasane-full-disk", "secret_key": "no-room-for-anybody"}
# In the box: a store on the disk of this name.
ON_DISK = """
import sys, pathlib, django
django.setup()
from portal.core.objectstore import DiskStore
from tests.portal.test_full_disk import fill, fill_and_look
shelf = DiskStore(pathlib.Path(sys.argv[1]) / "vault")
fill_and_look(shelf)
assert fill(shelf) > 0
"""
COMMANDS = {
    "minio": (
        "exec {program} server --quiet {disk}/minio"
        " --address 127.0.0.1:{port} --console-address 127.0.0.1:{console}"
    ),
    "versity": (
        "mkdir {disk}/data {disk}/versions && exec {program} --quiet"
        " --port 127.0.0.1:{port} --health /minio/health/ready"
        " posix --versioning-dir {disk}/versions {disk}/data"
    ),
}
PROGRAMS = {"minio": "minio", "versity": "versitygw"}


def on_small_disk(folder: Path) -> list[str]:
    """Before a command: it sees a small disk, empty and in memory, as ``folder``."""
    return [
        *("bwrap", "--die-with-parent", "--bind", "/", "/", "--dev", "/dev"),
        *("--proc", "/proc", "--size", str(DISK), "--tmpfs", str(folder)),
    ]


def fill(shelf: ObjectStore) -> int:
    """Put objects until one is refused; how many were taken."""
    for count in range(DISK // OBJECT + 1):
        try:
            shelf.put(f"{count:032x}", io.BytesIO(os.urandom(OBJECT)))
        except UnavailableError:
            return count
    raise AssertionError("the disk never filled")


def fill_and_look(shelf: ObjectStore) -> None:
    """What was taken stays readable, what was refused is no object, all can go."""
    taken = fill(shelf)
    assert taken > 0
    assert stores.names(shelf) == [f"{count:032x}" for count in range(taken)]
    for name in stores.names(shelf):
        assert len(stores.content(shelf, name)) == OBJECT
    for name in stores.names(shelf):
        shelf.remove(name)
    assert stores.names(shelf) == []


def program_of(server: str) -> str:
    """Where install-test-parts has put the server."""
    loader = SourceFileLoader("services", str(ROOT / "infra" / "bin" / "services"))
    spec = spec_from_loader(loader.name, loader)
    assert spec
    services = module_from_spec(spec)
    loader.exec_module(services)
    return str(services.built(PROGRAMS[server]))


@pytest.fixture
def small_server(
    request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[dict[str, object]]:
    """A real server whose whole disk is small; how to reach it."""
    port = free_port()
    command = COMMANDS[request.param].format(
        program=program_of(request.param), disk=tmp_path, port=port, console=free_port()
    )
    process = subprocess.Popen(
        [*on_small_disk(tmp_path), "sh", "-c", command],
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(tmp_path),
            "MINIO_ROOT_USER": KEYS["access_key"],
            "MINIO_ROOT_PASSWORD": KEYS["secret_key"],
            "ROOT_ACCESS_KEY": KEYS["access_key"],
            "ROOT_SECRET_KEY": KEYS["secret_key"],
        },
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )

    def answers() -> bool:
        assert process.poll() is None, "the server has ended"
        try:
            with urlopen(f"http://127.0.0.1:{port}/minio/health/ready", timeout=5):
                return True
        except OSError:
            return False

    try:
        until(answers)
        yield stores.options(request.param, endpoint=f"http://127.0.0.1:{port}", **KEYS)
    finally:
        process.kill()
        process.wait()


def test_a_full_disk_under_the_folder(tmp_path: Path) -> None:
    done = subprocess.run(
        [*on_small_disk(tmp_path), sys.executable, "-c", ON_DISK, str(tmp_path)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.server
@pytest.mark.parametrize("small_server", stores.SERVERS, indirect=True)
def test_a_full_disk_under_a_server(small_server: dict[str, object]) -> None:
    shelf = S3Store(small_server)
    shelf.prepare()
    fill_and_look(shelf)


@pytest.mark.server
@pytest.mark.parametrize("small_server", ["versity"], indirect=True)
def test_with_a_full_disk_nothing_is_filed_and_later_it_is(
    small_server: dict[str, object],
    filed: Filed,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shelf = S3Store(small_server)
    shelf.prepare()
    monkeypatch.setattr(settings, "VAULT_STORE", {"kind": "s3", **small_server})
    objectstore.store.cache_clear()
    try:
        fill(shelf)
        large = files.pdf_file() + b"\n" + b"%" * OBJECT
        with pytest.raises(UnavailableError):
            filed(data=large)
        assert not Paper.objects.exists()
        for name in stores.names(shelf)[:2]:
            shelf.remove(name)  # MinIO would clear it later, this server does now
        assert vault.read(filed(data=large).stored) == large
    finally:
        objectstore.store.cache_clear()
