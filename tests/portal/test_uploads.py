"""An upload leaves no file behind, whatever happens to the process."""

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from django.http import HttpRequest
from django.test import RequestFactory
from pytest_django.fixtures import Settings


@pytest.fixture
def request_with_file(settings: Settings, tmp_path: Path) -> HttpRequest:
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    file = SimpleUploadedFile("経過.txt", b"words" * 100)
    return RequestFactory().post("/", {"file": file})


def test_an_upload_under_way_has_no_name(
    request_with_file: HttpRequest, tmp_path: Path
) -> None:
    file = request_with_file.FILES["file"]
    assert isinstance(file, UploadedFile)
    assert list(tmp_path.iterdir()) == []
    assert file.read() == b"words" * 100
    request_with_file.close()
    assert file.closed
