"""A file leaves to be kept, whatever its answer is made of."""

from django.http import HttpResponse, StreamingHttpResponse

from portal.core import media


def test_file_is_kept_under_its_name_and_type() -> None:
    answer = media.attachment(b"%PDF", media.PDF, "kasane-20261122.pdf")
    assert answer.content == b"%PDF"
    assert dict(answer.headers) == {
        "Content-Type": "application/pdf",
        "Content-Disposition": 'attachment; filename="kasane-20261122.pdf"',
    }


def test_stream_leaves_as_a_whole_file_does() -> None:
    stream = media.as_file(StreamingHttpResponse([b"PK"]), media.ZIP, "a.zip")
    whole = media.as_file(HttpResponse(b"PK"), media.ZIP, "a.zip")
    assert dict(stream.headers) == dict(whole.headers)
