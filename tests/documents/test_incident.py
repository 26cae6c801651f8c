"""The facts for the report of a leak: what is in them, for whom, as which file."""

import io
import re
from datetime import timedelta

import pikepdf
import pytest
from openpyxl import load_workbook

from documents.services import releases
from members.facts import Way
from portal.core import clock
from portal.core.models import AuditEvent
from tests import factories

ADDRESS = "/had/incident/"


@pytest.fixture
def version(cast, released, signed_in):
    """Opened and taken by the clinic, then recalled."""
    version = released(cast.clinic, cast.newcomer, way=Way.ORIGINAL)
    client = signed_in(cast.clinic)
    assert client.get(f"/papers/{version.id}/").status_code == 200
    assert client.get(f"/papers/{version.id}/download").status_code == 200
    releases.recall_version(actor=factories.sign_in(cast.secretariat), version=version)
    return version


def about(version, **more: str) -> dict[str, str]:
    return {"paper": str(version.paper_id), **more}


def test_the_page_says_what_the_first_report_asks_for(cast, version, signed_in):
    client = signed_in(cast.secretariat)
    page = client.get(ADDRESS, about(version, known_on="2026-11-02")).content.decode()
    for words in (
        cast.case.number,
        cast.clinic.name,
        "庁内 0人・庁外 1人",
        "手元に残っています",
        "取下げ",
        "暗号化済み",
        "令和8年11月5日(木)から令和8年11月7日(土)まで",
        "令和8年12月2日",
    ):
        assert words in page, words
    assert re.search(r"令和\d+年\d+月\d+日\(.\)午[前後]\d+時", page)
    assert not re.search(r"\d{4}-\d\d-\d\d \d\d:\d\d", page)
    (event,) = AuditEvent.objects.filter(action="documents.incident.read")
    assert event.subject == f"paper:{version.paper_id}"
    assert event.actor == str(cast.secretariat.id)
    assert event.detail == {"as": "page"}


def test_the_summary_and_the_tables_hold_the_same(cast, version, signed_in):
    client = signed_in(cast.secretariat)
    book = load_workbook(
        io.BytesIO(client.get(ADDRESS, about(version, **{"as": "xlsx"})).content)
    )
    assert book.sheetnames == ["概要", "閲覧の記録", "止めたもの", "保管の状態"]
    cells = {cell.value for page in book for row in page for cell in row}
    assert {cast.clinic.name, cast.case.number, version.stored.sha256} <= cells
    text = client.get(ADDRESS, about(version, **{"as": "csv"})).content.decode()
    assert cast.clinic.name in text
    answer = client.get(ADDRESS, about(version, **{"as": "pdf"}))
    with pikepdf.open(io.BytesIO(answer.content)) as made:
        assert len(made.pages) >= 1
    assert cast.case.number not in answer["Content-Disposition"]
    ways = AuditEvent.objects.filter(action="documents.incident.read")
    assert [event.detail["as"] for event in ways.order_by("seq")] == [
        *("xlsx", "csv", "pdf")
    ]


def test_an_auditor_gets_codes_and_no_names(cast, version, signed_in):
    client = signed_in(cast.auditor)
    for kind in ("", "csv"):
        text = client.get(ADDRESS, about(version, **{"as": kind})).content.decode()
        assert cast.case.number in text
        for hidden in (cast.clinic.name, version.paper.title, version.file_name):
            assert hidden not in text


def test_a_span_of_time_finds_own_papers_alone(cast, version, signed_in):
    today = clock.today()
    span = {"since": f"{today - timedelta(days=1)}", "until": f"{today}"}
    for person in (cast.secretariat, cast.auditor):
        page = signed_in(person).get(ADDRESS, span).content.decode()
        assert cast.case.number in page
    for person in (cast.clinic, cast.colleague, cast.administrator):
        page = signed_in(person).get(ADDRESS, span).content.decode()
        assert cast.case.number not in page
        assert version.paper.title not in page


def test_a_span_without_its_ends_or_too_long_is_asked_for_again(cast, signed_in):
    client = signed_in(cast.auditor)
    page = client.get(ADDRESS, {"since": "2026-11-01"}).content.decode()
    assert "調べる期間の最初と最後の日" in page
    page = client.get(ADDRESS, {"since": "2026-09-01", "until": "2026-11-01"})
    assert "31日以内" in page.content.decode()
    assert not AuditEvent.objects.filter(action="documents.incident.read").exists()


@pytest.mark.parametrize("kind", ["paper", "case", "person"])
def test_who_may_not_read_the_trail_finds_nothing(cast, version, signed_in, kind):
    things = {
        "paper": version.paper_id,
        "case": cast.case.id,
        "person": cast.clinic.id,
    }
    asked = {kind: str(things[kind])}
    for person in (cast.clinic, cast.colleague, cast.stranger, cast.administrator):
        assert signed_in(person).get(ADDRESS, asked).status_code == 404
    assert signed_in(cast.secretariat).get(ADDRESS, asked).status_code == 200
    assert not AuditEvent.objects.filter(
        action="documents.incident.read", actor=str(cast.clinic.id)
    ).exists()
