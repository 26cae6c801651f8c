"""The measurements keep up with the tables and count as they say."""

import re
import sys
from pathlib import Path

import pytest
from django.apps import apps

BENCH = Path(__file__).resolve().parents[2] / "infra" / "bench"
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
