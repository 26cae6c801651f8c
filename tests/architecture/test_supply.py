"""``infra/bin/supply``: what is installed is listed, nothing known is against it."""

from datetime import date
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from typing import Any

import pytest

from tests.architecture.source import ROOT

_loader = SourceFileLoader("supply", str(ROOT / "infra" / "bin" / "supply"))
_spec = spec_from_loader("supply", _loader)
assert _spec
supply = module_from_spec(_spec)
_loader.exec_module(supply)

LOCK = """django==5.2.19 \\
    --hash=sha256:aa \\
    --hash=sha256:bb
    # via kasane
psycopg[binary,pool]==3.3.9 ; sys_platform != 'win32' \\
    --hash=sha256:cc
"""
LOCKED = {"django": "5.2.19"}
TAKEN = date(2026, 11, 21)


def snapshot(*advisories: dict[str, Any]) -> dict[str, Any]:
    return {
        "taken": "2026-11-21",
        "packages": ["django"],
        "unread": [],
        "advisories": advisories,
    }


def fault(*ranges: list[str | None], **more: object) -> dict[str, Any]:
    return {"id": "CVE-1", "package": "django", "ranges": ranges, **more}


def problems(shot: dict[str, Any], day: date = TAKEN, **more: str) -> list[str]:
    return list(supply.problems(shot, LOCKED | more, day))


def test_a_lock_is_read_and_the_bill_is_the_same_each_time() -> None:
    assert supply.packages(LOCK) == [
        ("django", "5.2.19", ["aa", "bb"]),
        ("psycopg", "3.3.9", ["cc"]),
    ]
    bill = supply.bill(LOCK)
    assert bill == supply.bill(LOCK)
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    assert [part["purl"] for part in bill["components"]] == [
        "pkg:pypi/django@5.2.19",
        "pkg:pypi/psycopg@3.3.9",
    ]


@pytest.mark.parametrize(
    ("ranges", "known"),
    [
        (["0", "5.2.19"], False),
        (["0", "5.2.20"], True),
        (["5.2.19", None], True),
        (["6.0", None], False),
    ],
)
def test_a_fault_concerns_the_versions_up_to_its_repair(
    ranges: list[str | None], known: bool
) -> None:
    assert bool(problems(snapshot(fault(ranges)))) is known


def test_what_is_accepted_with_a_reason_is_no_problem() -> None:
    assert not problems(snapshot(fault(["0", None], accepted="no such call here")))


def test_what_was_not_looked_up_is_a_problem() -> None:
    (problem,) = problems(snapshot(), newcomer="1.0")
    assert problem.startswith("newcomer was not looked up")


def test_a_snapshot_older_than_fourteen_days_is_a_problem() -> None:
    assert not problems(snapshot(), date(2026, 12, 5))
    (problem,) = problems(snapshot(), date(2026, 12, 6))
    assert "15 days old" in problem


def test_an_answer_of_the_database_of_faults_is_read() -> None:
    events = [{"introduced": "0"}, {"fixed": "2"}, {"introduced": "3"}]
    answer = {
        "id": "PYSEC-1",
        "affected": [
            {
                "package": {"name": "Django", "ecosystem": "PyPI"},
                "ranges": [
                    {"type": "GIT", "events": [{"introduced": "0"}]},
                    {"type": "ECOSYSTEM", "events": events},
                ],
            }
        ],
    }
    assert supply.ranges_of(answer, "django") == [["0", "2"], ["3", None]]
    assert supply.ranges_of(answer, "other") == []
    assert supply.ranges_of({**answer, "withdrawn": "2026-01-01"}, "django") == []
