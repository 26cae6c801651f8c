"""The viewer without script: ways on, pages in small, words of time, flat copies."""

import io
from datetime import timedelta
from typing import Any

import pikepdf
import pytest
from asgiref.sync import async_to_sync
from django.urls import reverse
from PIL import Image, ImageOps

from documents.delivery import content, viewer
from documents.delivery.opened import SHELF, Shelf
from documents.models import Paper, PaperVersion
from meetings.selectors.paper_desk import serial_of_sitting
from members.facts import State
from members.models import Membership
from portal.core import clock, vault
from portal.core.models import AuditEvent
from tests.cast import Cast
from tests.conftest import SignIn
from tests.documents import files
from tests.papers import Filed


def address(name: str, version: PaperVersion, *more: int) -> str:
    return reverse(f"documents:{name}", args=[version.id, *more])


def body(response: Any) -> bytes:
    async def all_of_it() -> bytes:
        return b"".join([chunk async for chunk in response.streaming_content])

    return async_to_sync(all_of_it)()


# Ways on


@pytest.mark.parametrize(
    ("typed", "page"), [("2", 2), ("0", 1), ("99", 3), ("9" * 30, 3)]
)
def test_a_typed_number_leads_to_the_nearest_page(
    cast: Cast, released: Filed, signed_in: SignIn, typed: str, page: int
) -> None:
    version = released(data=files.pdf_file(3))
    answer = signed_in(cast.clinic).get(
        address("version-view", version), {"page": typed}
    )
    assert answer["Location"] == address("version-page", version, page)


@pytest.mark.parametrize("typed", ["", "x", "-1", "１", "1.5"])
def test_what_is_no_number_leads_nowhere(
    cast: Cast, released: Filed, signed_in: SignIn, typed: str
) -> None:
    version = released(data=files.pdf_file(3))
    answer = signed_in(cast.clinic).get(
        address("version-view", version), {"page": typed}
    )
    assert answer.status_code == 200


def test_all_pages_are_listed_in_small_and_each_is_on_record(
    cast: Cast, released: Filed, signed_in: SignIn
) -> None:
    version, client = released(data=files.pdf_file(30)), signed_in(cast.clinic)
    first = client.get(address("version-pages", version)).content.decode()
    second = client.get(address("version-pages", version), {"page": "2"})
    assert first.count("/thumbnail") == viewer.THUMBNAILS_A_PAGE
    assert second.content.decode().count("/thumbnail") == 30 - viewer.THUMBNAILS_A_PAGE
    small = client.get(address("page-thumbnail", version, 30))
    assert Image.open(io.BytesIO(small.content)).size == (149, 211)
    assert "no-store" in small["Cache-Control"]
    last = AuditEvent.objects.order_by("seq").last()
    assert last is not None
    assert last.action == "documents.page.read"
    assert (last.detail["page"], last.detail["thumbnail"]) == (30, 1)


@pytest.mark.parametrize("page", [0, 4])
def test_no_page_in_small_beyond_the_paper(
    cast: Cast, released: Filed, signed_in: SignIn, page: int
) -> None:
    version = released(data=files.pdf_file(3))
    client = signed_in(cast.clinic)
    for method in (client.get, client.head):
        assert method(address("page-thumbnail", version, page)).status_code == 404


def test_between_page_and_picture_it_may_end(
    cast: Cast, released: Filed, signed_in: SignIn
) -> None:
    version, client = released(data=files.pdf_file(3)), signed_in(cast.clinic)
    assert client.get(address("version-page", version, 1)).status_code == 200
    Membership.objects.filter(person=cast.clinic).update(ends_at=clock.now())
    for route in ("page-image", "page-thumbnail", "version-page"):
        assert client.get(address(route, version, 2)).status_code == 404
    assert AuditEvent.objects.filter(action__endswith=".read").count() == 1


# What the page says


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (timedelta(days=6, hours=5), "あと6日"),
        (timedelta(hours=47), "あと47時間"),
        (timedelta(minutes=59), "あと59分"),
        (timedelta(seconds=3), "あと1分"),
    ],
)
def test_the_time_left_in_words(left: timedelta, words: str) -> None:
    assert viewer.left_words(left) == words


def test_readers_see_until_when_and_custodians_do_not(
    cast: Cast, released: Filed, signed_in: SignIn
) -> None:
    version = released()
    route = address("version-view", version)
    assert "まで読めます" in signed_in(cast.clinic).get(route).content.decode()
    assert "まで読めます" not in signed_in(cast.secretariat).get(route).content.decode()


def test_a_confirmed_record_has_no_end_for_its_custodians(
    cast: Cast, released: Filed, signed_in: SignIn
) -> None:
    version = released(cast.clinic, cast.secretariat)
    version.state = State.FINAL
    version.save()
    route = address("version-view", version)
    assert "まで読めます" in signed_in(cast.clinic).get(route).content.decode()
    assert "まで読めます" not in signed_in(cast.secretariat).get(route).content.decode()


def test_protected_addresses_and_taxes_are_said_above_the_page(
    cast: Cast, filed: Filed, signed_in: SignIn
) -> None:
    version = filed(item=cast.juso_item, tax_information=True)
    route, client = address("version-view", version), signed_in(cast.secretariat)
    page = client.get(route).content.decode()
    assert "税情報を含みます" in page
    assert "住所等の保護の対象です" not in page
    version.paper.readers.add(cast.secretariat)
    Paper.objects.update(protected_address=True, restricted=True)
    assert "住所等の保護の対象です" in client.get(route).content.decode()


def test_the_mark_names_the_meeting_by_its_serial(cast: Cast, released: Filed) -> None:
    version = released()
    mark = content.mark_of(cast.clinic, version)
    assert mark.meeting == serial_of_sitting(version.paper.sitting_id)


# Copies


def noisy_pdf() -> bytes:
    """A page with a remark, an author, the data of a program and an old revision."""

    def change(pdf: pikepdf.Pdf) -> None:
        shape = pdf.make_stream(b"1 0 0 rg 0 0 50 50 re f")
        shape.Type, shape.Subtype = pikepdf.Name.XObject, pikepdf.Name.Form
        shape.BBox = [0, 0, 50, 50]
        remark = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot,
            Subtype=pikepdf.Name.Square,
            Rect=[100, 100, 150, 150],
            F=4,
            T="AUTHOR-NAME",
            Contents="REMARK-TEXT",
            AP=pikepdf.Dictionary(N=pdf.make_indirect(shape)),
        )
        page = pdf.pages[0].obj
        page.Annots = pikepdf.Array([pdf.make_indirect(remark)])
        page.PieceInfo = pikepdf.Dictionary(App=pikepdf.String("PRIVATE-DATA"))
        pdf.docinfo["/Author"] = "AUTHOR-NAME"
        with pdf.open_metadata() as about:
            about["dc:creator"] = ["AUTHOR-NAME"]

    return files.pdf_with(change) + b"\n% EARLIER-REVISION\n"


def test_a_copy_is_flat(cast: Cast, released: Filed, signed_in: SignIn) -> None:
    version = released(data=noisy_pdf())
    answer = signed_in(cast.clinic).get(address("version-copy", version))
    copy = body(answer)
    with pikepdf.open(io.BytesIO(copy)) as pdf:
        assert "/Info" not in pdf.trailer
        assert "/Metadata" not in pdf.Root
        (page,) = pdf.pages
        assert "/Annots" not in page.obj
        assert "/PieceInfo" not in page.obj
        drawn = [
            part.read_bytes()
            for part in pdf.objects
            if isinstance(part, pikepdf.Stream)
        ]
    assert any(b"0 0 50 50 re" in part for part in drawn)  # the remark is seen
    for word in (b"AUTHOR-NAME", b"REMARK-TEXT", b"PRIVATE-DATA", b"EARLIER"):
        assert word not in copy
        assert not any(word in part for part in drawn)


def test_the_custodian_may_take_the_copy_for_the_printer_too(
    cast: Cast, released: Filed, signed_in: SignIn
) -> None:
    version = released()
    answer = signed_in(cast.secretariat).get(address("version-copy", version))
    assert AuditEvent.objects.filter(action="documents.copy.download").exists()
    with pikepdf.open(io.BytesIO(body(answer))) as pdf:
        assert any("/Line" in name for name in pdf.pages[0].resources.XObject)


def test_there_is_no_copy_of_what_cannot_be_drawn(
    cast: Cast, released: Filed, signed_in: SignIn
) -> None:
    version = released(data=files.docx_file(), name="a.docx")
    client = signed_in(cast.secretariat)
    assert client.get(address("version-copy", version)).status_code == 404


@pytest.mark.parametrize("turn", [1, 3, 6, 8])
def test_a_photograph_stands_upright_and_says_nothing_of_its_camera(
    cast: Cast, released: Filed, signed_in: SignIn, turn: int
) -> None:
    picture = Image.new("RGB", (300, 200), "white")
    picture.paste((0, 0, 0), (0, 0, 60, 60))
    exif = Image.Exif()
    exif[0x0112], exif[0x0110] = turn, "CAMERA-NAME"
    out = io.BytesIO()
    picture.save(out, "JPEG", exif=exif)
    out.seek(0)
    with Image.open(out) as stored:
        wanted = ImageOps.exif_transpose(stored).convert("L")
    version = released(data=out.getvalue(), name="写真.jpg")
    answer = signed_in(cast.clinic).get(address("page-image", version, 1))
    assert b"CAMERA-NAME" not in answer.content
    shown = Image.open(io.BytesIO(answer.content)).convert("L")
    assert (shown.width > shown.height) is (wanted.width > wanted.height)
    corners = [(15, 15), (-16, 15), (15, -16), (-16, -16)]
    dark = [
        [at for at in corners if _at(image.resize(wanted.size), at) < 100]
        for image in (wanted, shown)
    ]
    assert dark[0] == dark[1] != []


def _at(image: Image.Image, place: tuple[int, int]) -> int:
    x, y = place[0] % image.width, place[1] % image.height
    value = image.getpixel((x, y))
    assert isinstance(value, int)
    return value


# What is kept open


def test_a_page_turned_soon_needs_no_second_way_to_the_store(
    cast: Cast, released: Filed, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    version, client = released(data=files.pdf_file(3)), signed_in(cast.clinic)
    assert client.get(address("page-image", version, 1)).status_code == 200

    def closed(*_: object) -> None:
        raise AssertionError("the store was asked again")

    monkeypatch.setattr(vault, "open_object", closed)
    assert client.get(address("page-image", version, 2)).status_code == 200
    Membership.objects.filter(person=cast.clinic).update(ends_at=clock.now())
    assert client.get(address("page-image", version, 3)).status_code == 404


def test_what_was_erased_is_not_served_from_memory(
    cast: Cast, released: Filed, signed_in: SignIn
) -> None:
    version, client = released(), signed_in(cast.clinic)
    assert client.get(address("page-image", version, 1)).status_code == 200
    vault.erase(version.stored_id)
    assert client.get(address("page-image", version, 1)).status_code == 503


def test_a_shelf_forgets(monkeypatch: pytest.MonkeyPatch, cast: Cast) -> None:
    asked = []

    def fill(out: Any) -> None:
        asked.append(1)
        out.write(b"plain")

    shelf, key = Shelf(), cast.case.id
    for _ in range(2):
        with shelf.opened(key, 5, fill) as file:
            assert file.read() == b"plain"
    assert len(asked) == 1
    shelf._forget(key)  # young: it stays
    assert key in shelf._places
    monkeypatch.setattr("documents.delivery.opened.SECONDS", 0.0)
    shelf._forget(key)
    assert shelf._places == {}
    monkeypatch.undo()
    monkeypatch.setattr("documents.delivery.opened.COUNT", 1)
    for other in (cast.case.id, cast.clinic.id):
        with shelf.opened(other, 5, fill):
            pass
    assert list(shelf._places) == [cast.clinic.id]
    assert SHELF is not shelf
