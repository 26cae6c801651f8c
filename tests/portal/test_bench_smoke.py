"""The measurements keep up with the tables and count as they say."""

import os
import re
import socket
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection, transaction

from documents.models import Paper, PaperVersion
from members import grounds
from portal.core import audit
from portal.core.models import AuditEvent, AuditHead, OutgoingMail

ROOT = Path(__file__).resolve().parents[2]
BENCH = ROOT / "infra" / "bench"
INSERT = re.compile(r"INSERT INTO (\w+) \(([^)]*)\)")
FILLED = INSERT.findall((BENCH / "town.sql").read_text(encoding="utf-8"))


def fields_of(table):
    models = {m._meta.db_table: m for m in apps.get_models(include_auto_created=True)}
    return models[table]._meta.concrete_fields


@pytest.mark.parametrize(("table", "columns"), FILLED)
def test_the_large_municipality_fills_every_column_that_must_be(table, columns):
    named = {column.strip(' \n"') for column in columns.split(",")}
    fields = fields_of(table)
    needed = {f.column for f in fields if not f.null and not f.generated}
    counted = {f.column for f in fields if f.get_internal_type() == "BigAutoField"}
    assert named <= {field.column for field in fields}
    assert needed - counted <= named


def test_the_large_municipality_reaches_every_layer():
    assert {table.split("_")[0] for table, _ in FILLED} == {
        "core",
        "documents",
        "meetings",
        "members",
    }


@pytest.fixture
def common(monkeypatch):
    monkeypatch.syspath_prepend(BENCH)
    yield __import__("common")
    sys.modules.pop("common")


@pytest.mark.parametrize(
    ("values", "share", "value"),
    [
        ([7.0], 0.95, 7.0),
        ([3.0, 1.0, 2.0, 4.0], 0.5, 2.0),
        ([float(n) for n in range(1, 101)], 0.95, 95.0),
        ([float(n) for n in range(1, 201)], 0.95, 190.0),
    ],
)
def test_a_percentile_is_the_least_value_that_so_many_do_not_exceed(
    common, values, share, value
):
    assert common.percentile(values, share) == value


def test_a_figure_is_one_line_of_name_and_value(common, capsys):
    common.figure("page_p95_ms", 12.3456)
    common.figure("cases", 20_000)
    common.say("beside the figures")
    captured = capsys.readouterr()
    assert captured.out == "page_p95_ms=12.35\ncases=20000\n"
    assert captured.err == "beside the figures\n"


@pytest.fixture
def notices(common, monkeypatch):
    """The program with a small year, in this process."""
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "portal.settings.test")
    program = __import__("notices")
    sizes = {"PEOPLE": 5, "AGENCIES": 3, "MEETINGS": 2, "ITEMS": 3}
    for name, size in sizes.items():
        monkeypatch.setattr(program, name, size)
    yield program
    sys.modules.pop("notices")


@pytest.mark.django_db(transaction=True)
def test_a_year_of_notices_is_sent_and_printed_whole(notices, capsys):
    grounds.enter_usual_grounds()
    notices.main()
    assert re.fullmatch(r"notices_cpu_s=\d+\.\d\d\n", capsys.readouterr().out)
    assert OutgoingMail.objects.filter(state="sent").count() == 2 * 5


@pytest.fixture
def crowd(common, monkeypatch):
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "portal.settings.test")
    yield __import__("crowd")
    for name in ("crowd", "gate", "pages"):
        sys.modules.pop(name)


def test_what_comes_at_a_pace_counts_from_when_it_was_due(crowd, monkeypatch):
    now = [100.0]

    def pass_by(seconds):
        now[0] += seconds

    faked = SimpleNamespace(perf_counter=lambda: now[0], sleep=pass_by)
    monkeypatch.setattr(crowd, "time", faked)
    monkeypatch.setattr(crowd, "AT_ONCE", 1)  # the second waits for the first
    waits = crowd.paced(pass_by, [3.0, 0.5, 0.25], per_second=0.5)
    assert waits == [3000.0, 1500.0, 250.0]


@pytest.fixture
def soak(crowd):
    yield __import__("soak")
    for name in ("soak", "download", "minutes", "stage", "shapes"):
        sys.modules.pop(name)


def test_the_slope_of_memory_is_that_of_the_nearest_line(soak):
    held = [
        soak.Held(at=60.0 * n, memory=100 + 30 * n, sockets=0, files=0, channels=0)
        for n in range(5)
    ]
    assert soak.slope(held) == pytest.approx(0.5)


def test_a_process_counts_its_sockets_and_a_folder_its_files(soak, tmp_path):
    before = soak.sockets_of(os.getpid())
    with socket.socket():
        assert soak.sockets_of(os.getpid()) == before + 1
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "left.tmp").touch()
    assert soak.files_in(tmp_path) == 1


def test_only_known_shapes_are_filled(common, monkeypatch):
    shapes = __import__("shapes")
    monkeypatch.setenv("KASANE_BENCH_SHAPE", "city")
    assert shapes.chosen().size.cases == 400
    monkeypatch.setenv("KASANE_BENCH_SHAPE", "village")
    with pytest.raises(common.BenchError, match="town, city, 18wards"):
        shapes.chosen()
    sys.modules.pop("shapes")


@pytest.fixture
def fill(common):
    yield __import__("fill")
    for name in ("fill", "trail", "shapes"):
        sys.modules.pop(name)


@pytest.mark.server
@pytest.mark.django_db(transaction=True)
def test_a_tiny_municipality_is_filled_and_its_trail_holds(fill, common):
    size = fill.Size(
        units=2, people=24, cases=12, sittings=12, items=3, papers=2, events=200
    )
    known = connection.settings_dict
    url = (
        f"postgres://{known['USER']}:{known['PASSWORD']}"
        f"@{known['HOST']}:{known['PORT']}/{known['NAME']}"
    )
    AuditHead.objects.get_or_create(id=1)
    fill.fill(url, size)
    assert Paper.objects.count() == 12 * 3 * 2
    assert AuditEvent.objects.count() == 200
    version = PaperVersion.objects.filter(releases__isnull=False)[0]
    fill.trail.extend(url, 250, hot=str(version.id), times=30)
    assert AuditEvent.objects.filter(subject=f"version:{version.id}").count() >= 30
    assert list(audit.verify()) == []
    with transaction.atomic():
        audit.record("core.example", actor=None)
    assert [found for found in audit.verify() if not found.note] == []


def test_every_figure_has_a_program_and_its_row(common):
    programs = {name for names in __import__("run").FIGURES.values() for name in names}
    assert all((BENCH / f"{name}.py").exists() for name in programs)
    text = (ROOT / "docs" / "developers" / "benchmarks.md").read_text(encoding="utf-8")
    told = {
        name
        for program in programs
        for name in re.findall(
            r'figure\("(\w+)"', (BENCH / f"{program}.py").read_text(encoding="utf-8")
        )
    }
    assert [name for name in sorted(told) if f"`{name}`" not in text] == []
