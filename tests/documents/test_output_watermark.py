"""Marked copies and page pictures, and the PDFs that are refused."""

import io
from datetime import UTC, datetime
from typing import Any

import pikepdf
import pypdfium2
import pytest
from PIL import Image, ImageChops

from documents.output import watermark
from documents.output.papers.scan import scanned_pdf
from documents.output.sheet import Paragraph
from documents.output.spool import spool
from documents.output.typesetting import sheet_pdf
from documents.output.watermark import (
    BrokenPdfError,
    EncryptedPdfError,
    TooLargePdfError,
    WatermarkText,
    page_count,
    page_image,
    page_text,
    stamp_pdf,
)
from portal.core.errors import HiddenError
from tests.documents.output_sheets import font_descriptors, opened, sheet, text_of

READER = WatermarkText(
    name="髙橋 健一",
    organization="みほん地域包括支援センター",
    at=datetime(2026, 11, 21, 5, 5, tzinfo=UTC),
    meeting="R8-08",
)
LINE = "閲覧用髙橋健一(みほん地域包括支援センター)R8.11.2114:05会議番号R8-08"


@pytest.fixture(scope="module")
def paper() -> bytes:
    return sheet_pdf(sheet(Paragraph("本文の行です。\n" * 80)))


def stamped(source: bytes) -> bytes:
    with spool() as out:
        stamp_pdf(io.BytesIO(source), READER, out)
        out.seek(0)
        return out.read()


def blank(
    *pages: dict[str, Any], encryption: pikepdf.Encryption | bool = False
) -> bytes:
    """Empty pages with the given entries, e.g. ``{"Rotate": 90}``."""
    with pikepdf.new() as pdf:
        for entries in pages:
            page = pdf.add_blank_page(page_size=(400, 600))
            for key, value in entries.items():
                page.obj[f"/{key}"] = value
        out = io.BytesIO()
        pdf.save(out, encryption=encryption)
    return out.getvalue()


def picture(pdf: bytes, index: int = 0) -> Image.Image:
    with pypdfium2.PdfDocument(pdf) as document:
        image: Image.Image = document[index].render(scale=1).to_pil()
    return image.convert("L")


def strongest(difference: Image.Image) -> int:
    """The largest difference of two grey pictures, 0 to 255."""
    return max(difference.tobytes())


def ink_box(image: Image.Image) -> tuple[int, int, int, int]:
    box = image.point(lambda value: 255 * (value < 160)).getbbox()
    assert box is not None
    return box


def test_every_page_carries_name_organisation_time_and_meeting(paper):
    with pypdfium2.PdfDocument(stamped(paper)) as document:
        texts = ["".join(p.get_textpage().get_text_bounded().split()) for p in document]
    assert len(texts) == page_count(io.BytesIO(paper)) > 1
    assert all(LINE in text for text in texts)


def test_the_content_stays_and_the_form_is_shared(paper):
    copy = stamped(paper)
    assert text_of(paper)[:200] in text_of(copy)
    with opened(copy) as pdf:
        forms = [
            item
            for item in pdf.objects
            if isinstance(item, pikepdf.Stream)
            and item.get("/Subtype") == pikepdf.Name.Form
        ]
        assert len(forms) == 2
        assert pdf.Root.MarkInfo.Marked


def test_the_mark_is_an_artifact_for_screen_readers(paper):
    with opened(stamped(paper)) as pdf:
        for page in pdf.pages:
            page.contents_coalesce()
            content = page.obj["/Contents"].read_bytes()
            assert b"/Artifact BMC q 1 0 0 1 0" in content


def test_the_stamp_holds_only_the_readers_letters():
    other = WatermarkText(
        name="鷲尾 麗", organization="別の機関", at=READER.at, meeting="R8-08"
    )
    with opened(stamped(blank({}))) as pdf:
        assert all("/FontFile2" in font for font in font_descriptors(pdf))
    assert watermark.stamp_of(other).tile not in stamped(blank({}))
    assert "鷲" not in text_of(stamped(blank({})))


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_the_mark_is_upright_in_the_lower_left_however_the_page_is_turned(turn):
    image = picture(stamped(blank({"Rotate": turn})))
    turned = turn in {90, 270}
    assert image.size == ((600, 400) if turned else (400, 600))
    upright = picture(stamped(blank({"MediaBox": [0, 0, *image.size]})))
    assert strongest(ImageChops.difference(image, upright)) < 60
    left, top, right, bottom = ink_box(image)
    assert left < 20
    assert image.height - bottom < 20
    assert bottom - top < 30
    assert right < image.width


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_the_mark_lies_inside_the_crop_box(turn):
    source = blank({"CropBox": [100, 150, 350, 500], "Rotate": turn})
    image = picture(stamped(source))
    assert image.size == ((350, 250) if turn in {90, 270} else (250, 350))
    left, _top, right, bottom = ink_box(image)
    assert 0 < left < 20
    assert right <= image.width
    assert 0 < image.height - bottom < 20


def test_boxes_with_swapped_corners_or_beyond_the_medium_are_understood():
    source = blank({"MediaBox": [400, 600, 0, 0], "CropBox": [-50, -50, 900, 900]})
    assert ink_box(picture(stamped(source)))[0] < 20


def test_a_page_that_leaves_its_coordinates_scaled_does_not_move_the_mark():
    plain = picture(stamped(blank({})))
    for content in (b"q 0.1 0 0 0.1 0 0 cm q", b"Q Q 5 0 0 5 0 0 cm"):
        with pikepdf.open(io.BytesIO(blank({}))) as pdf:
            pdf.pages[0].contents_add(content)
            out = io.BytesIO()
            pdf.save(out)
        assert (
            ImageChops.difference(plain, picture(stamped(out.getvalue()))).getbbox()
            is None
        )


def test_resources_inherited_from_the_page_tree_are_kept(paper):
    with opened(paper) as pdf:
        page = pdf.pages[0]
        pdf.Root.Pages.Resources = pdf.make_indirect(page.Resources)
        for each in pdf.pages:
            del each.obj["/Resources"]
        out = io.BytesIO()
        pdf.save(out)
    assert "本文の行です。" in text_of(stamped(out.getvalue()))


@pytest.mark.parametrize("source", [b"", b"%PDF-1.7\nbroken", b"PK\x03\x04 zip"])
@pytest.mark.parametrize("way", ["stamp", "image", "count", "text"])
def test_what_is_no_pdf_is_refused(source, way):
    with pytest.raises(BrokenPdfError) as refusal:
        WAYS[way](source)
    assert refusal.value.code == "pdf_broken"
    assert "開けません" in refusal.value.message


@pytest.mark.parametrize("way", ["stamp", "image", "count", "text"])
@pytest.mark.parametrize("password", ["", "ひみつ"])
def test_a_pdf_with_a_password_or_restrictions_is_refused(way, password):
    locked = pikepdf.Encryption(owner="owner", user=password, R=6)
    with pytest.raises(EncryptedPdfError):
        WAYS[way](blank({}, encryption=locked))


@pytest.mark.parametrize("way", ["stamp", "image", "count", "text"])
def test_too_many_pages_are_refused(way):
    with pytest.raises(TooLargePdfError):
        WAYS[way](blank(*[{}] * 2001))


def test_two_thousand_pages_are_enough():
    assert page_count(io.BytesIO(blank(*[{}] * 2000))) == 2000


def test_a_picture_of_more_than_fifty_megapixels_is_refused():
    with pytest.raises(TooLargePdfError):
        page_image(
            io.BytesIO(blank({"MediaBox": [0, 0, 14000, 14000]})),
            0,
            scale=1,
            watermark=READER,
        )


@pytest.mark.parametrize("index", [-1, 1, 99])
def test_a_page_that_is_not_there_is_hidden(index):
    with pytest.raises(HiddenError):
        page_text(io.BytesIO(blank({})), index)


WAYS = {
    "stamp": stamped,
    "image": lambda source: page_image(
        io.BytesIO(source), 0, scale=1, watermark=READER
    ),
    "count": lambda source: page_count(io.BytesIO(source)),
    "text": lambda source: page_text(io.BytesIO(source), 0),
}


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_page_picture_holds_the_mark_in_its_pixels(paper, kind):
    data = page_image(io.BytesIO(paper), 0, scale=2, watermark=READER, picture=kind)
    image = Image.open(io.BytesIO(data))
    assert image.format == kind
    assert image.size == (1191, 1684)
    bare = picture(paper).resize(image.size)
    difference = ImageChops.difference(bare, image.convert("L"))
    assert strongest(difference.crop((0, 1600, 700, 1684))) > 100


def test_picture_and_stamped_copy_show_the_same(paper):
    data = page_image(io.BytesIO(paper), 0, scale=1, watermark=READER, picture="PNG")
    drawn = Image.open(io.BytesIO(data)).convert("L")
    assert strongest(ImageChops.difference(drawn, picture(stamped(paper)))) < 80


def test_the_mark_is_light_enough_to_read_through_and_dark_enough_to_print():
    slanted_part = picture(stamped(blank({}))).crop((0, 0, 400, 560))
    assert 150 < min(slanted_part.tobytes()) < 225


def test_the_text_layer_is_the_pages_own(paper):
    text = page_text(io.BytesIO(paper), 0)
    assert "本文の行です。" in text
    assert "髙橋" not in text
    assert "\r" not in text
    assert page_text(io.BytesIO(blank({})), 0) == ""


def test_a_stamped_scan_of_fifty_pages_hardly_grows(paper):
    scan = scanned_pdf(paper, pages=50, dpi=100)
    copy = stamped(scan)
    assert len(copy) - len(scan) < 200_000
