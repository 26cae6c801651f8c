"""The whole drill, as ``make drill`` runs it: nothing that was taken comes back."""

import os
import subprocess
import sys
from collections.abc import Mapping

from django.conf import settings

from tests.architecture.source import ROOT

ALIVE = ("links", "sign_ins", "members", "consents", "files", "codes", "passwords")
TAKEN = {"links": 20, "members": 5, "consents": 2, "files": 10, "codes": 10}


def figures() -> Mapping[str, str]:
    environment = {**os.environ, "KASANE_PROFILE": settings.PROFILE}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    done = subprocess.run(
        [sys.executable, str(ROOT / "infra" / "bench" / "restore.py")],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return dict(line.split("=") for line in done.stdout.splitlines())


def test_what_was_taken_does_not_come_back() -> None:
    found = figures()
    for name, count in TAKEN.items():
        assert found[f"drill_{name}_taken"] == str(count)
    assert {name: found[f"drill_{name}_alive"] for name in ALIVE} == dict.fromkeys(
        ALIVE, "0"
    )
    assert found["drill_refused"] == "7"
    assert found["drill_restore_deaths"] == "5"
    assert found["drill_closed"] == "0"
    assert found["drill_records_reread"] == found["drill_records_confirmed"] == "3"
    assert found["drill_store_findings"] == found["drill_audit_breaks"] == "0"
