"""What leaves through the gateway, for whom, in what form, and that it is on record."""

import hashlib
import io
import unicodedata
from datetime import timedelta

import pikepdf
import pytest
from asgiref.sync import async_to_sync
from django.urls import reverse
from PIL import Image

from documents.delivery import content
from documents.intake.acceptance import safe_name
from documents.models import PaperVersion, Rendition
from members.facts import Way
from members.models import Membership, Purpose, Scope
from portal.core import clock
from portal.core.errors import UnavailableError
from portal.core.models import AuditEvent
from portal.core.objectstore import store
from tests.clients import close
from tests.documents import files


def body(response) -> bytes:
    async def all_of_it() -> bytes:
        return b"".join([chunk async for chunk in response.streaming_content])

    return async_to_sync(all_of_it)()


def address(name, version, *more):
    return reverse(f"documents:{name}", args=[version.id, *more])


def read_events() -> list[tuple[str, str]]:
    return [
        (event.action, event.actor)
        for event in AuditEvent.objects.order_by("seq")
        if event.action.endswith((".read", ".download"))
    ]


# Refusals


ROUTES = [("version-view", ()), ("page-image", (1,)), ("version-download", ())]
OUTSIDERS = ["leaver", "colleague", "stranger", "recused", "administrator", "auditor"]


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("name", OUTSIDERS)
def test_others_get_the_page_of_an_unknown_address(
    cast, released, signed_in, route, name
):
    version = released()
    client = signed_in(getattr(cast, name))
    answer = client.get(address(route[0], version, *route[1]))
    unknown = PaperVersion(id=cast.case.id)
    nothing = client.get(address(route[0], unknown, *route[1]))
    assert answer.status_code == nothing.status_code == 404
    assert answer.content == nothing.content
    assert read_events() == []


@pytest.mark.parametrize("route", ROUTES)
def test_nobody_signed_in_is_sent_to_the_door(client, released, route):
    answer = client.get(address(route[0], released(), *route[1]))
    assert answer.status_code == 302
    assert answer.url.startswith(reverse("members:sign-in"))


@pytest.mark.parametrize("route", ROUTES)
def test_a_weak_session_is_asked_for_a_factor(cast, released, signed_in, route):
    client = signed_in(cast.clinic, strength=1)
    answer = client.get(address(route[0], released(), *route[1]))
    assert answer.status_code == 302
    assert answer.url.startswith(reverse("members:step-up"))
    assert read_events() == []


@pytest.mark.parametrize("route", ROUTES)
def test_it_stops_with_the_membership(cast, released, signed_in, route):
    version, client = released(), signed_in(cast.clinic)
    answer = client.get(address(route[0], version, *route[1]))
    assert answer.status_code == 200
    close(answer)
    Membership.objects.filter(person=cast.clinic).update(ends_at=clock.now())
    assert client.get(address(route[0], version, *route[1])).status_code == 404


@pytest.mark.parametrize("route", ROUTES)
def test_a_link_of_another_sitting_opens_nothing(cast, released, signed_in, route):
    client = signed_in(cast.clinic, scope=Scope(Purpose.SITTING, cast.case.id))
    assert client.get(address(route[0], released(), *route[1])).status_code == 404


@pytest.mark.parametrize("page", [0, 3, 999_999_999])
def test_pages_beyond_the_paper_are_unknown(cast, released, signed_in, page):
    version, client = released(data=files.pdf_file(2)), signed_in(cast.clinic)
    for route in ("version-page", "page-image"):
        assert client.get(address(route, version, page)).status_code == 404
    assert read_events() == []


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch", "options"])
def test_the_gateway_only_reads(cast, released, signed_in, method):
    answer = getattr(signed_in(cast.clinic), method)(
        address("version-download", released())
    )
    assert answer.status_code == 405


def test_a_sheet_without_the_grant_is_not_downloaded_by_an_outside_member(
    cast, released, signed_in
):
    version = released(data=files.docx_file(), name="様式1-1.docx")
    Rendition.objects.update(state=Rendition.State.FAILED, reason="off")
    client = signed_in(cast.clinic)
    assert client.get(address("version-download", version)).status_code == 404
    page = client.get(address("version-view", version)).content.decode()
    assert "事務局の画面" in page
    assert "download" not in page


# Audit before bytes


@pytest.mark.parametrize("route", ROUTES)
def test_no_byte_leaves_when_the_trail_cannot_be_written(
    cast, released, signed_in, route, monkeypatch
):
    version, client = released(), signed_in(cast.clinic)

    def fail(*_, **__):
        raise UnavailableError

    monkeypatch.setattr("portal.core.audit.record_read", fail)
    answer = client.get(address(route[0], version, *route[1]))
    assert answer.status_code == 503
    assert not answer.streaming


def test_the_event_stands_before_the_first_byte(cast, released, signed_in):
    answer = signed_in(cast.clinic).get(address("version-download", released()))
    assert read_events() == [("documents.copy.download", str(cast.clinic.id))]
    assert body(answer).startswith(b"%PDF")


def test_each_served_page_is_one_event(cast, released, signed_in):
    version, client = released(data=files.pdf_file(2)), signed_in(cast.clinic)
    client.get(address("version-view", version))
    client.get(address("page-image", version, 1))
    client.get(address("page-image", version, 2))
    assert [action for action, _ in read_events()] == [
        "documents.version.read",
        "documents.page.read",
        "documents.page.read",
    ]


@pytest.mark.parametrize("route", ROUTES)
def test_head_costs_and_records_nothing(cast, released, signed_in, route):
    version = released()
    store().remove(version.stored_id.hex)
    answer = signed_in(cast.clinic).head(address(route[0], version, *route[1]))
    assert answer.status_code == 200
    assert answer.content == b""
    assert read_events() == []


def test_an_object_that_is_gone_is_unavailable_and_not_read(cast, released, signed_in):
    version = released()
    store().remove(version.stored_id.hex)
    for person in (cast.clinic, cast.secretariat):
        answer = signed_in(person).get(address("version-download", version))
        assert answer.status_code == 503
    assert read_events() == []


def test_changed_bytes_break_the_download_off(cast, released, signed_in):
    version = released(data=files.docx_file("あ" * 300_000), name="a.docx")
    with store().open(version.stored_id.hex) as stream:
        sealed = bytearray(stream.read())
    sealed[-100] ^= 1
    store().remove(version.stored_id.hex)
    store().put(version.stored_id.hex, io.BytesIO(bytes(sealed)))
    answer = signed_in(cast.secretariat).get(address("version-download", version))
    with pytest.raises(UnavailableError):
        body(answer)


# The form of what leaves


def test_the_custodian_gets_the_original(cast, released, signed_in):
    data = files.pdf_file(3)
    answer = signed_in(cast.secretariat).get(
        address("version-download", released(data=data))
    )
    assert int(answer["Content-Length"]) == len(data)
    assert body(answer) == data


def test_the_original_goes_to_an_outside_member_only_by_grant(
    cast, released, signed_in
):
    data = files.docx_file()
    version = released(data=data, name="様式.docx", way=Way.ORIGINAL)
    answer = signed_in(cast.clinic).get(address("version-download", version))
    assert hashlib.sha256(body(answer)).digest() == hashlib.sha256(data).digest()


@pytest.mark.parametrize("kind", ["pdf", "png", "jpg"])
def test_an_outside_member_gets_a_copy_with_the_own_name(
    cast, released, signed_in, kind
):
    data = {"pdf": files.pdf_file(2), "png": files.picture(size=(400, 300))}.get(
        kind, files.picture("JPEG", (400, 300))
    )
    version = released(data=data, name=f"間取り図.{kind}")
    answer = signed_in(cast.clinic).get(address("version-download", version))
    copy = body(answer)
    assert int(answer["Content-Length"]) == len(copy)
    assert answer["Content-Type"] == "application/pdf"
    assert copy != data
    with pikepdf.open(io.BytesIO(copy)) as pdf:
        assert len(pdf.pages) == version.page_count
        assert any("/Line" in name for name in pdf.pages[0].resources.XObject)


@pytest.mark.parametrize(
    ("route", "drawing"),
    [("page-image", "page_picture"), ("version-download", "stamped_copy")],
)
def test_what_is_revoked_while_it_is_drawn_does_not_leave(
    cast, released, signed_in, monkeypatch, route, drawing
):
    version, client = released(), signed_in(cast.clinic)
    draw = getattr(content, drawing)

    def slowly(*args):
        drawn = draw(*args)
        Membership.objects.filter(person=cast.clinic).update(ends_at=clock.now())
        return drawn

    monkeypatch.setattr(content, drawing, slowly)
    more = (1,) if route == "page-image" else ()
    assert client.get(address(route, version, *more)).status_code == 404
    assert read_events() == []


def test_the_name_of_a_file_does_not_count_the_papers_before_it(
    cast, released, filed, signed_in
):
    filed()
    version = released()
    answer = signed_in(cast.clinic).get(address("version-download", version))
    assert f"shiryo-{version.id.hex[:8]}.pdf" in answer["Content-Disposition"]
    body(answer)


def test_the_headers_keep_it_out_of_caches_and_browsers(cast, released, signed_in):
    version = released(name="事例概要(8月).pdf")
    answer = signed_in(cast.secretariat).get(address("version-download", version))
    assert answer["Content-Type"] == "application/pdf"
    name = f"shiryo-{version.id.hex[:8]}.pdf"
    assert answer["Content-Disposition"] == f'attachment; filename="{name}"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert "no-store" in answer["Cache-Control"]
    assert answer["Accept-Ranges"] == "none"
    body(answer)


def test_ranges_are_not_offered(cast, released, signed_in):
    answer = signed_in(cast.secretariat).get(
        address("version-download", released()), headers={"Range": "bytes=0-9"}
    )
    assert answer.status_code == 200
    assert len(body(answer)) > 10


def test_the_page_picture_is_marked_for_its_reader(cast, released, signed_in):
    version = released(cast.clinic, cast.newcomer)
    route = address("page-image", version, 1)
    own = signed_in(cast.clinic).get(route)
    other = signed_in(cast.chair).get(route)
    assert own["Content-Type"] == "image/webp"
    assert "no-store" in own["Cache-Control"]
    assert Image.open(io.BytesIO(own.content)).size == (893, 1263)
    assert own.content != other.content


def test_zoom_gives_more_pixels_and_nonsense_the_first_step(cast, released, signed_in):
    client, route = signed_in(cast.clinic), address("page-image", released(), 1)
    sizes = {
        zoom: Image.open(io.BytesIO(client.get(f"{route}?zoom={zoom}").content)).width
        for zoom in ("1", "2", "3", "4", "9", "-1", "x", "１")
    }
    assert sizes["1"] < sizes["2"] < sizes["3"] < sizes["4"]
    assert {sizes["9"], sizes["-1"], sizes["x"], sizes["１"]} == {sizes["1"]}


def test_a_picture_is_shown_without_the_data_of_its_camera(cast, released, signed_in):
    exif = Image.Exif()
    exif[0x0110] = "CAMERA-OF-HANAKO"
    out = io.BytesIO()
    Image.new("RGB", (80, 60), "white").save(out, "JPEG", exif=exif)
    version = released(data=out.getvalue(), name="写真.jpg")
    answer = signed_in(cast.clinic).get(address("version-download", version))
    assert b"CAMERA-OF-HANAKO" not in body(answer)


def test_the_viewer_has_words_for_screen_readers_and_plain_links(
    cast, released, signed_in
):
    version = released(data=files.pdf_file(3, "Support plan page"))
    page = signed_in(cast.clinic).get(address("version-page", version, 2))
    text = page.content.decode()
    assert "Support plan page 2" in text
    assert address("version-page", version, 1) in text
    assert address("version-page", version, 3) in text
    assert address("page-image", version, 2) in text
    title = text.partition("<title>")[2].partition("</title>")[0]
    assert "".join(title.split()) == "資料|かさね"  # no name of the paper (R39)


def test_words_of_a_page_are_text_and_no_markup(cast, released, signed_in):
    version = released(data=files.pdf_file(1, "<script>alert</script>"))
    text = signed_in(cast.clinic).get(address("version-view", version)).content
    assert b"<script>alert" not in text
    assert b"&lt;script&gt;alert" in text


def test_an_expired_release_opens_nothing(cast, released, signed_in, time_machine):
    version = released()
    time_machine.move_to(clock.now() + timedelta(days=8))
    client = signed_in(cast.clinic)
    assert client.get(address("version-view", version)).status_code == 404


# Names


HOSTILE_NAMES = [
    "事例概要.pdf",
    "様式1-1　相談受付・申込票(写).docx",
    "カタカナ・ﾊﾝｶｸ.xlsx",
    unicodedata.normalize("NFD", "がぎぐげご.pdf"),
    "𠮷野家(土吉).pdf",
    "葛\U000e0100飾区.pdf",
    "①②③㈱№.pdf",
    "資料 1.pdf",
    "資料%20.pdf",
    "資料%.pdf",
    "100%決定.pdf",
    "a'b.pdf",
    'a"b.pdf',
    'a"; filename="evil.exe',
    "a;b.pdf",
    "a,b.pdf",
    "a=b.pdf",
    "=cmd|' /C calc'!A0.csv",
    "+1.csv",
    "-1.csv",
    "@a.csv",
    "a\r\nX-Evil: 1.pdf",
    "a\nb.pdf",
    "a\tb.pdf",
    "a\0b.pdf",
    "a\x7fb.pdf",
    "a\u202egnp.exe.pdf",
    "a\u2066b\u2069.pdf",
    "a\u200bb.pdf",
    "a\ufeffb.pdf",
    "a\u2028b.pdf",
    "a\ud800b.pdf",
    "\ue000外字.pdf",
    "../../etc/passwd.pdf",
    "..\\..\\boot.ini.pdf",
    "/absolute.pdf",
    "C:\\temp\\a.pdf",
    "\\\\server\\share\\a.pdf",
    "file:///etc/passwd.pdf",
    "CON.pdf",
    "nul.pdf",
    "lpt1.docx",
    ".pdf",
    "..pdf",
    "...",
    "",
    " ",
    "　.pdf",
    "a.pdf ",
    "a.pdf.",
    "a..pdf",
    "a.tar.gz.pdf",
    "長" * 300 + ".pdf",
    "x" * 300,
    "a." + "y" * 300,
    "<script>.pdf",
    "a<b>c.pdf",
    "a|b.pdf",
    "a?b.pdf",
    "a*b.pdf",
    "a:b.pdf",
    "🙂.pdf",
    "👨‍👩‍👧.pdf",
    "ｱ\u3099.pdf",
    "한글.pdf",
    "קובץ.pdf",
    "${jndi:ldap}.pdf",
    "`id`.pdf",
    "$(id).pdf",
    "~root.pdf",
    "#1.pdf",
    "a&b.pdf",
    "\\u0041.pdf",
    "=?utf-8?B?YQ==?=.pdf",
]


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_any_name_is_kept_in_a_safe_form(name):
    safe = safe_name(name)
    assert 0 < len(safe) <= 120
    assert not set(safe) & set('/\\\0\r\n:"<>|*?')
    assert unicodedata.is_normalized("NFC", safe)
