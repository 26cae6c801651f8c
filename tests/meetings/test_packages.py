"""Export packages: whole, signed, verified without the portal; tampering is found."""

import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.test import Client
from django.urls import reverse

from documents.delivery import package_check
from portal.core import keys
from portal.core.models import AuditEvent
from tests.cast import Cast
from tests.clients import close
from tests.meetings import keeping
from tests.meetings.recording import held
from tests.papers import Filed

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]
Package = dict[str, bytes]


@pytest.fixture
def made(cast: Cast, released: Filed, signed_in: SignIn) -> bytes:
    """The package of a case with a released paper and a confirmed record."""
    released(cast.clinic)
    keeping.record(cast, held(cast, cast.shien_item))
    keeping.close(cast.case)
    page = reverse("meetings:file-package", args=["case", cast.case.id])
    response = signed_in(cast.secretariat).post(page)
    assert "kasane-" in response["Content-Disposition"]
    assert "R8-012" not in response["Content-Disposition"]
    return body_of(response)


def body_of(response: Any) -> bytes:
    async def all_of_it() -> bytes:
        return b"".join([chunk async for chunk in response])

    try:
        return async_to_sync(all_of_it)()
    finally:
        close(response)


def opened(data: bytes) -> Package:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def closed(tmp_path: Path, files: Package) -> Path:
    path = tmp_path / "package.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def test_a_package_verifies_with_its_own_script_alone(
    made: bytes, tmp_path: Path
) -> None:
    package = tmp_path / "package.zip"
    package.write_bytes(made)
    files = opened(made)
    (tmp_path / "verify.py").write_bytes(files["verify.py"])
    told = subprocess.run(
        [sys.executable, "-I", "verify.py", package, "--key", keys.public_key()],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert f"Key: {keys.public_key()}" in told.stdout
    assert "HOLDS: 3 files" in told.stdout
    manifest = json.loads(files["manifest.json"])
    kinds = {entry["kind"] for entry in manifest["files"]}
    assert kinds == {"事例概要", "会議録"}
    assert "事例概要" in files["mokuroku.txt"].decode("utf-8-sig")
    read = AuditEvent.objects.filter(action="documents.original.download").count()
    assert read == len(manifest["files"]) == 3


def _flip(files: Package) -> None:
    files["records/0002.docx"] = files["records/0002.docx"][:-1] + b"!"


def _drop(files: Package) -> None:
    del files["records/0002.docx"]


def _add(files: Package) -> None:
    files["papers/9999.pdf"] = b"%PDF"


def _rewrite(files: Package) -> None:
    """A file changed, and the manifest with it."""
    manifest = json.loads(files["manifest.json"])
    manifest["files"][0]["title"] = "別の資料"
    files["manifest.json"] = json.dumps(manifest).encode()


def _older_head(files: Package) -> None:
    manifest = json.loads(files["manifest.json"])
    manifest["head"]["seq"] -= 1
    del manifest["signature"]
    manifest["signature"] = keys.sign(package_check.signed_text(manifest))
    files["manifest.json"] = json.dumps(manifest).encode()


def _no_manifest(files: Package) -> None:
    files["manifest.json"] = b"[]"


@pytest.mark.parametrize(
    "tamper", [_flip, _drop, _add, _rewrite, _older_head, _no_manifest]
)
def test_what_was_tampered_with_is_found(
    made: bytes, tmp_path: Path, tamper: Callable[[Package], None]
) -> None:
    files = opened(made)
    assert not list(package_check.faults(closed(tmp_path, files)))
    tamper(files)
    assert len(list(package_check.faults(closed(tmp_path, files)))) == 1


def test_a_package_that_broke_off_or_is_of_another_key_is_found(
    made: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "package.zip"
    path.write_bytes(made[:-100])
    assert list(package_check.faults(path))
    path.write_bytes(made)
    assert list(package_check.faults(path, "00" * 32))


def test_what_consent_no_longer_carries_is_left_out(
    cast: Cast, signed_in: SignIn
) -> None:
    """Of a 重層 item; the custodian opens such things with a reason alone (R24)."""
    keeping.record(cast, held(cast, cast.juso_item))
    keeping.close(cast.case)
    for member in cast.case.household.all():
        member.consents.update(withdrawn_at="2026-01-01T00:00Z")
    page = reverse("meetings:file-package", args=["case", cast.case.id])
    data = body_of(signed_in(cast.secretariat).post(page))
    manifest = json.loads(opened(data)["manifest.json"])
    assert (manifest["files"], manifest["left_out"]) == ([], 2)


def test_one_record(cast: Cast, signed_in: SignIn) -> None:
    keeping.record(cast, held(cast, cast.shien_item))
    page = reverse("meetings:record-package", args=[cast.shien_item.id])
    data = body_of(signed_in(cast.chair).post(page))
    assert {"records/0001.docx", "records/0002.pdf"} <= opened(data).keys()
    assert signed_in(cast.clinic).post(page).status_code == 404
