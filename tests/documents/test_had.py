"""Who has had a paper (P10): what is listed, to whom, and as which file."""

import csv
import io
from datetime import timedelta
from uuid import UUID

import pytest
import time_machine
from django.http import HttpResponse
from django.urls import reverse
from openpyxl import load_workbook

from documents.evidence.inquiry import code_of
from documents.models import Paper, PrintedCopy, Showing
from members.facts import Way
from members.models import Consent, Recusal
from portal.core import clock
from portal.core.models import AuditEvent
from tests import factories
from tests.factories import to_sitting
from tests.papers import hand_out


def page_of(version) -> str:
    return reverse("documents:had-paper", args=[version.paper_id])


def table(answer: HttpResponse) -> list[dict[str, str]]:
    """The lines of the CSV file."""
    text = answer.content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def lines(client, address: str, **asked: str) -> list[dict[str, str]]:
    return table(client.get(address, {**asked, "as": "csv"}))


def ways(found: list[dict[str, str]], name: str) -> dict[str, str]:
    """Way to count, of one person."""
    return {line["方法"]: line["回数"] for line in found if line["氏名"] == name}


@pytest.fixture
def version(cast, released, signed_in):
    """Released to the clinic and the newcomer; opened and taken by the clinic."""
    version = released(cast.clinic, cast.newcomer, way=Way.ORIGINAL)
    client = signed_in(cast.clinic, scope=to_sitting(cast.sitting), link_id=UUID(int=7))
    for _ in range(2):
        assert client.get(f"/papers/{version.id}/").status_code == 200
    taken = client.get(f"/papers/{version.id}/download")
    assert taken.status_code == 200
    return version


def test_it_names_who_opened_and_took_it_and_who_could_have(cast, version, signed_in):
    found = lines(signed_in(cast.secretariat), page_of(version))
    assert ways(found, cast.clinic.name) == {
        "画面で開いた": "2",
        "ダウンロードした": "1",
    }
    assert ways(found, cast.newcomer.name) == {"開けたが、記録なし": "0"}
    assert ways(found, cast.chair.name) == {"開けたが、記録なし": "0"}
    for stranger in (cast.colleague, cast.stranger, cast.administrator):
        assert ways(found, stranger.name) == {}
    first = next(line for line in found if line["氏名"] == cast.clinic.name)
    assert first["機関"] == cast.clinic.organization.name
    assert first["入り方"] == "案内のリンク"
    assert first["接続元"] == "127.0.0.1"
    assert first["事例番号"] == cast.case.number
    assert first["版"] == "1"


def test_what_was_shown_and_printed_counts_as_had(cast, version, signed_in):
    now = clock.now()
    shown = Showing.objects.create(
        paper=version.paper, version=version, at=now, by=cast.secretariat
    )
    shown.people.set([cast.newcomer])
    copy = PrintedCopy.objects.create(
        run=UUID(int=1),
        sitting_id=cast.sitting.id,
        person=cast.chair,
        number=1,
        printed_by=cast.secretariat,
        printed_at=now,
    )
    copy.versions.set([version])
    found = lines(signed_in(cast.secretariat), page_of(version))
    assert ways(found, cast.newcomer.name) == {"会議で提示した": "1"}
    assert ways(found, cast.chair.name) == {"印刷して渡した": "1"}
    copy.note = PrintedCopy.Note.SPOILED
    copy.save()
    found = lines(signed_in(cast.secretariat), page_of(version))
    assert ways(found, cast.chair.name) == {"開けたが、記録なし": "0"}


def test_all_versions_of_a_paper_are_one_answer(cast, version, signed_in):
    second = Paper.objects.get(pk=version.paper_id).versions.create(
        number=2,
        file_name="b.pdf",
        media_type="application/pdf",
        stored=version.stored,
        uploaded_by=cast.secretariat,
        uploaded_at=clock.now(),
        state="released",
        guard="looked",
        page_count=1,
    )
    hand_out(factories.sign_in(cast.secretariat), [second], [cast.clinic])
    signed_in(cast.clinic).get(f"/papers/{second.id}/")
    found = lines(signed_in(cast.secretariat), page_of(version))
    mine = [line for line in found if line["氏名"] == cast.clinic.name]
    assert {(line["入り方"], line["版"]) for line in mine} == {
        ("案内のリンク", "1"),
        ("本人のサインイン", "2"),
    }


def test_a_span_leaves_out_what_was_before_and_after(cast, version, signed_in):
    today = clock.today()
    client = signed_in(cast.secretariat)
    before = today - timedelta(days=1)
    assert lines(client, page_of(version), since=str(today), until=str(today))
    early = lines(client, page_of(version), until=str(before))
    assert ways(early, cast.clinic.name) == {}
    with time_machine.travel(clock.now() + timedelta(days=2)):
        client = signed_in(cast.secretariat)
        late = lines(client, page_of(version), since=str(clock.today()))
    assert ways(late, cast.clinic.name) == {"開けたが、記録なし": "0"}


def test_after_a_withdrawal_the_custodian_can_still_list_it(cast, released, signed_in):
    version = released(item=cast.juso_item)
    signed_in(cast.clinic).get(f"/papers/{version.id}/")
    Consent.objects.update(withdrawn_at=clock.now())
    assert signed_in(cast.clinic).get(f"/papers/{version.id}/").status_code == 404
    found = lines(signed_in(cast.secretariat), page_of(version))
    assert ways(found, cast.clinic.name) == {"画面で開いた": "1"}


def test_a_case_and_a_person_are_asked_about_as_well(cast, version, signed_in):
    client = signed_in(cast.secretariat)
    by_case = lines(client, reverse("documents:had-case", args=[cast.case.id]))
    assert by_case == lines(client, page_of(version))
    person = reverse("documents:had-person", args=[cast.clinic.id])
    assert {line["氏名"] for line in lines(client, person)} == {cast.clinic.name}


def test_an_auditor_sees_numbers_and_codes_and_no_content(cast, version, signed_in):
    client = signed_in(cast.auditor)
    for address in (
        page_of(version),
        reverse("documents:had-case", args=[cast.case.id]),
        reverse("documents:had-person", args=[cast.clinic.id]),
    ):
        for kind in ("", "csv"):
            page = client.get(address, {"as": kind})
            assert page.status_code == 200
            text = page.content.decode("utf-8-sig")
            assert cast.case.number in text or "person" in address
            assert code_of(cast.clinic.id) in text
            for secret in (
                cast.clinic.name,
                cast.clinic.organization.name,
                version.paper.title,
                version.file_name,
                cast.case.title,
            ):
                assert secret not in text


def test_others_get_the_page_of_nothing(cast, version, signed_in):
    addresses = [
        page_of(version),
        reverse("documents:had-case", args=[cast.case.id]),
        reverse("documents:had-person", args=[cast.clinic.id]),
    ]
    for person in (cast.clinic, cast.stranger, cast.administrator, cast.recused):
        client = signed_in(person)
        nothing = client.get(reverse("documents:had-paper", args=[UUID(int=404)]))
        for address in addresses:
            page = client.get(address)
            assert page.status_code == 404, (person, address)
            assert page.content == nothing.content


def test_a_recused_custodian_asks_in_vain(cast, version, signed_in):
    Recusal.objects.create(
        person=cast.secretariat,
        item_id=cast.shien_item.id,
        starts_at=clock.now(),
        entered_by=cast.chair,
    )
    client = signed_in(cast.secretariat)
    assert client.get(page_of(version)).status_code == 404
    assert lines(client, reverse("documents:had-case", args=[cast.case.id])) == []


def test_a_restricted_paper_is_listed_to_its_readers_only(cast, version, signed_in):
    paper = version.paper
    paper.restricted = True
    paper.save()
    paper.readers.set([cast.chair])
    assert signed_in(cast.chair).get(page_of(version)).status_code == 200
    assert signed_in(cast.secretariat).get(page_of(version)).status_code == 404
    assert signed_in(cast.auditor).get(page_of(version)).status_code == 200


def test_asking_is_on_record_and_its_file_has_a_neutral_name(cast, version, signed_in):
    answer = signed_in(cast.secretariat).get(page_of(version), {"as": "xlsx"})
    name = f'attachment; filename="etsuran-{clock.today():%Y%m%d}.xlsx"'
    assert answer.headers["Content-Disposition"] == name
    event = AuditEvent.objects.get(action="documents.disclosure.read")
    assert event.subject == f"paper:{version.paper_id}"
    assert (event.case, event.detail) == (str(cast.case.id), {"as": "xlsx"})
    sheet = load_workbook(io.BytesIO(answer.content)).worksheets[0]
    assert cast.clinic.name in {cell.value for cell in sheet["E"]}


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t"])
def test_nothing_in_the_file_is_a_formula(cast, version, signed_in, start):
    cast.clinic.name = f"{start}cmd|' /C calc'!A0"
    cast.clinic.save()
    client = signed_in(cast.secretariat)
    found = lines(client, page_of(version))
    assert f"'{cast.clinic.name}" in {line["氏名"] for line in found}
    book = client.get(page_of(version), {"as": "xlsx"}).content
    cells = [c for row in load_workbook(io.BytesIO(book)).worksheets[0] for c in row]
    assert "f" not in {cell.data_type for cell in cells}


def test_a_case_is_found_by_its_number(cast, version, signed_in):
    address = reverse("documents:had-find")
    case = reverse("documents:had-case", args=[cast.case.id])
    for person in (cast.secretariat, cast.auditor):
        found = signed_in(person).get(address, {"number": cast.case.number})
        assert found.url == case
    for person in (cast.stranger, cast.clinic, cast.administrator):
        known = signed_in(person).get(address, {"number": cast.case.number})
        assert known.status_code == 200
        assert "見つかりません" in known.content.decode()


def test_the_list_takes_as_many_queries_for_many(
    cast, released, signed_in, django_assert_max_num_queries
):
    client = signed_in(cast.secretariat)
    address = reverse("documents:had-case", args=[cast.case.id])
    released()
    with django_assert_max_num_queries(60) as one:
        client.get(address)
    for _ in range(5):
        version = released(cast.clinic, cast.newcomer, cast.chair)
        signed_in(cast.clinic).get(f"/papers/{version.id}/")
    with django_assert_max_num_queries(60) as many:
        client.get(address)
    assert len(many) <= len(one) + 2  # the sign-ins and keys behind what was read
