"""Bad files are taken or refused in words, bad names become safe; nothing else happens.

A share of what ``make bench`` sends in whole.
"""

import random
import re
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from urllib.parse import quote
from uuid import uuid4

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse

from documents.delivery import gateway
from documents.intake import acceptance
from documents.models import PaperVersion, Upload
from portal.core import clock
from portal.core.errors import InvalidError
from tests.documents import corpora, files
from tests.documents.test_intake import inspect
from tests.meetings.test_paper_pages import address, words

SHARE = 40  # one in so many
AT_ONCE = 4


def verdict(bad: corpora.Bad) -> str:
    try:
        found = inspect(bad.data, bad.name)
    except InvalidError as refused:
        return refused.message
    assert found.file_name == bad.name
    return "taken"


@pytest.mark.parametrize("corpus", corpora.COUNTS)
def test_bad_files_are_taken_or_refused_in_words(corpus):
    count = corpora.COUNTS[corpus] // SHARE
    with ThreadPoolExecutor(AT_ONCE) as pool:
        verdicts = list(pool.map(verdict, corpora.some(corpus, count)))
    assert len(verdicts) == count
    assert all(each == "taken" or "ください" in each for each in verdicts)
    assert len(set(verdicts)) > 2


@pytest.mark.parametrize("corpus", corpora.COUNTS)
def test_a_corpus_is_the_same_whenever_it_is_made(corpus):
    for number in range(10):
        once, again = (_made(corpus, number, year) for year in (2026, 2027))
        assert once.name == again.name
        assert corpus == "pdf" or once.data == again.data  # PDFs never are


def _made(corpus: str, number: int, year: int) -> corpora.Bad:
    corpora.bases.cache_clear()
    with time_machine.travel(datetime(year, 11, 21, 9, tzinfo=clock.JST), tick=False):
        return corpora.make(corpus, number)


NAMES = list(corpora.names(300))
_CONTROL = r"\x00-\x1f\x7f\u200b-\u200f\u2028-\u202e\u2066-\u2069"
_UNSAFE = re.compile(rf'[/\\:*?"<>|{_CONTROL}]')


def is_safe(name: str) -> bool:
    return (
        0 < len(name) <= acceptance.MAX_NAME
        and name == unicodedata.normalize("NFC", name)
        and not _UNSAFE.search(name)
        and name.strip(" .") == name
        and name.encode().decode() == name
        and acceptance.safe_name(name) == name
    )


def test_names_become_safe_and_stay_so():
    names = [*corpora.names(1_000)]
    assert [name for name in names if not is_safe(acceptance.safe_name(name))] == []


def test_japanese_survives():
    for stem in ("経過(8月)", "ｶﾙﾃ", "𠮷野", "髙﨑①㈱", "がぎぐ"):
        assert acceptance.safe_name(f"{stem}.txt") == f"{stem}.txt"


def test_hostile_names_of_parts(cast, signed_in):
    client = signed_in(cast.secretariat)
    page = address("upload", cast.shien_item)
    sent = NAMES[:40]
    for name in sent:
        answer = client.post(
            f"{page}uploads/{uuid4()}/",
            b"x",
            content_type="application/octet-stream",
            headers={
                "Upload-Name": quote(name, errors="replace"),
                "Upload-Size": "1",
                "Upload-Offset": "0",
            },
        )
        assert answer.status_code in {200, 422}
    rested = list(Upload.objects.values_list("name", flat=True))
    assert len(rested) > len(sent) / 2
    assert [name for name in rested if not is_safe(name)] == []


def test_hostile_names_through_form_list_and_download(cast, signed_in, filed):
    """The reply's list shows file names; a download bears a neutral one (R39)."""
    client = signed_in(cast.secretariat)
    page = address("upload", cast.shien_item)
    for name in random.Random(1).sample(NAMES, 12):
        sendable = name.encode("utf-8", "replace").decode()
        file = SimpleUploadedFile("x", b"words")
        file._name = sendable or "x"  # past Django's own cleaning on this side
        answer = client.post(page, words(file=file), follow=True)
        assert answer.status_code in {200, 422}
    for version in PaperVersion.objects.all():
        assert is_safe(version.file_name)
        header = gateway._download_headers(HttpResponse(), version, copy=False)
        assert re.fullmatch(
            r'attachment; filename="shiryo-[0-9a-f]{8}\.txt"',
            header["Content-Disposition"],
        )


# Bodies that are not what they say


FIELD = b'--b\r\nContent-Disposition: form-data; name="x"\r\n\r\n1\r\n'
FILE = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n1'
BODIES = {
    "empty": b"",
    "without an end": b"--b\r\n\r\n",
    "lines alone": b"--b\r\n" * 10_000,
    "one cut file": FILE,
    "many fields": FIELD * 10_000,
    "many files": (FILE + b"\r\n") * 200,
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_forms_that_are_no_forms_are_refused(cast, signed_in, body):
    answer = signed_in(cast.secretariat).post(
        address("upload", cast.shien_item),
        body,
        content_type="multipart/form-data; boundary=b",
    )
    assert answer.status_code < 500
    assert not PaperVersion.objects.exists()


@pytest.mark.parametrize("announced", ["1", "99999999", "-1", "x"])
def test_a_length_that_lies_files_no_other_bytes(cast, signed_in, announced):
    data = files.pdf_file()
    answer = signed_in(cast.secretariat).post(
        f"{address('upload', cast.shien_item)}uploads/{uuid4()}/",
        data,
        content_type="application/octet-stream",
        headers={
            "Upload-Name": "a.pdf",
            "Upload-Size": announced,
            "Upload-Offset": "0",
        },
    )
    assert answer.status_code == 422
