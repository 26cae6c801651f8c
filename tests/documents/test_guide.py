"""使い方の1枚: one sheet, with the office that hands it out."""

import re

import pypdfium2
from django.conf import settings
from django.urls import reverse

from documents.output.papers.guide import guide, guide_pdf
from portal.core import clock
from tests.cast import Cast
from tests.conftest import SignIn
from tests.test_manual_words import QUOTED, shown

PAGE = reverse("documents:member-guide")
FILE = reverse("documents:member-guide-pdf")


def words_of(pdf: bytes) -> str:
    with pypdfium2.PdfDocument(pdf) as document:
        assert len(document) == 1
        words: str = document[0].get_textpage().get_text_range()
    return re.sub(r"\s", "", words)


def test_page_and_sheet_say_the_same_and_whom_to_call(
    cast: Cast, signed_in: SignIn
) -> None:
    office = cast.secretariat.organization
    office.phone = "000-0000-0102"
    office.save()
    client = signed_in(cast.secretariat)
    page = client.get(PAGE).content.decode()
    answer = client.get(FILE)
    sheet = words_of(answer.content)
    assert answer.headers["Content-Disposition"].endswith('"tsukaikata.pdf"')
    said = guide(town=settings.MUNICIPALITY, office=office.name, phone=office.phone)
    for words in (said.town, said.office, said.phone, *said.parts[2].lines):
        assert words in page
        assert re.sub(r"\s", "", words) in sheet


def test_the_longest_names_stay_on_one_sheet() -> None:
    long = guide(town="市" * 20, office="課" * 30, phone="0000-00-0000(内線 1234)")
    assert "内線" in words_of(guide_pdf(long, made_at=clock.now()))


def test_who_hands_out_nothing_has_no_guide(cast: Cast, signed_in: SignIn) -> None:
    assert signed_in(cast.clinic).get(PAGE).status_code == 404
    assert signed_in(cast.administrator).get(FILE).status_code == 404


def test_the_guide_quotes_words_of_the_pages() -> None:
    said = guide(town="", office="", phone="")
    quoted = {w for p in said.parts for line in p.lines for w in QUOTED.findall(line)}
    assert len(quoted) > 3
    here = {words for words in quoted if shown().count(words) < 2}  # in the guide alone
    assert sorted(here) == []
