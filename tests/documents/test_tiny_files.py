"""Very many small files at once: each is filed once, with its own bytes."""

import threading
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.test import Client
from django.urls import reverse

from documents.models import Paper, PaperVersion
from portal.core import vault
from portal.core.models import AuditEvent, AuditHead, StoredObject
from tests import cast as people
from tests.cast import Cast
from tests.conftest import SignIn

FILES = 40
THREADS = 10


@pytest.fixture
def cast(transactional_db) -> Cast:
    """The cast, committed: every thread sees it over its own connection."""
    AuditHead.objects.get_or_create(id=1)
    return people.assemble()


def words_of(number: int) -> bytes:
    return f"通院の記録 {number}".encode()


def post(client: Client, page: str, number: int) -> int:
    """File one text by the plain form, twice, as somebody who is impatient."""
    form = {
        "number": str(number),
        "title": f"通院の記録 {number}",
        "kind": "other",
        "document_class": "3B",
        "key": str(UUID(int=number + 1)),
    }
    for _ in range(2):
        file = SimpleUploadedFile(f"{number}.txt", words_of(number))
        answer = client.post(page, {**form, "file": file})
        answer.close()
    return int(answer.status_code)


def test_small_files_at_once_are_filed_once_each(cast: Cast, signed_in: SignIn) -> None:
    page = reverse("meetings:paper-upload", args=[cast.shien_item.id])
    clients = [signed_in(cast.secretariat) for _ in range(THREADS)]
    gate = threading.Barrier(THREADS)

    def work(first: int) -> set[int]:
        gate.wait()
        try:
            own = range(first, FILES, THREADS)
            return {post(clients[first], page, number) for number in own}
        finally:
            connections.close_all()

    with ThreadPoolExecutor(THREADS) as pool:
        answers = set().union(*pool.map(work, range(THREADS)))
    assert answers == {302}
    versions = PaperVersion.objects.select_related("paper", "stored")
    filed = {int(v.paper.number): vault.read(v.stored) for v in versions}
    assert filed == {number: words_of(number) for number in range(FILES)}
    assert Paper.objects.count() == FILES
    assert StoredObject.objects.count() == FILES
    assert AuditEvent.objects.filter(action="documents.paper.file").count() == FILES
