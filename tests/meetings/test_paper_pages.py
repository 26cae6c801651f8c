"""The pages of an item's papers: filing, the table of who gets what, a second look."""

from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from documents.delivery import gateway
from documents.models import Paper, PaperVersion, Release
from meetings.services import invitations
from members.facts import State
from portal.core import clock
from portal.core.errors import HiddenError
from portal.core.models import AuditEvent
from tests import factories
from tests.documents import files

OUTSIDERS = ["leaver", "colleague", "stranger", "recused", "administrator", "auditor"]


def address(name, thing):
    return reverse(f"meetings:paper-{name}", args=[thing.id])


def words(**more):
    file = SimpleUploadedFile("事例概要.pdf", files.pdf_file())
    values = {
        "number": "1",
        "title": "事例概要",
        "kind": "case_summary",
        "document_class": "3B",
        "key": str(uuid4()),
        "file": file,
    }
    return {**values, **more}


# Refusals


@pytest.mark.parametrize("name", OUTSIDERS)
def test_others_file_nothing_and_see_no_page(cast, signed_in, name):
    client = signed_in(getattr(cast, name))
    page = address("upload", cast.shien_item)
    assert client.get(page).status_code == 404
    assert client.post(page, words()).status_code == 404
    assert not Paper.objects.exists()


@pytest.mark.parametrize("name", ["clinic", "newcomer", *OUTSIDERS])
def test_others_release_replace_and_recall_nothing(cast, filed, signed_in, name):
    version, client = filed(), signed_in(getattr(cast, name))
    gift = {f"way-{version.id}:{cast.clinic.id}": "copy", "confirmed": "1"}
    for page, data in (
        (address("release", cast.shien_item), gift),
        (address("replace", version), words()),
        (address("recall", version), {}),
    ):
        assert client.get(page).status_code in {302, 404}
        assert client.post(page, data).status_code in {302, 404}
    version.refresh_from_db()
    assert version.state == State.DRAFT
    assert not Release.objects.exists()


def test_an_unknown_item_is_the_same_404(cast, signed_in):
    client = signed_in(cast.secretariat)
    assert client.get(address("upload", cast.case)).status_code == 404
    assert client.get(address("release", cast.case)).status_code == 404


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"title": ""}, "資料名"),
        ({"file": SimpleUploadedFile("a.exe", b"MZ")}, "この種類のファイル"),
        ({"file": SimpleUploadedFile("a.pdf", b"")}, "空です"),
        ({"file": ""}, "ファイル"),
        ({"kind": "minutes"}, "種類"),
        ({"key": "x"}, "key"),
    ],
)
def test_a_refusal_says_why_and_keeps_what_was_typed(cast, signed_in, change, says):
    answer = signed_in(cast.secretariat).post(
        address("upload", cast.shien_item),
        words(**{"number": "資料9-9", **change}),
    )
    assert answer.status_code == 422
    text = answer.content.decode()
    assert says in text
    assert "資料9-9" in text
    assert not Paper.objects.exists()


def test_the_script_gets_the_reasons_alone(cast, signed_in):
    answer = signed_in(cast.secretariat).post(
        address("upload", cast.shien_item),
        words(file=SimpleUploadedFile("a.docx", b"PK")),
        headers={"Accept": "application/json"},
    )
    assert answer.status_code == 422
    assert "中身" in answer.json()["errors"][0]


# Filing


@pytest.mark.parametrize(
    ("name", "state"), [("secretariat", State.DRAFT), ("clinic", State.HELD)]
)
def test_a_filed_paper_is_listed_to_its_uploader(cast, signed_in, name, state):
    client, page = signed_in(getattr(cast, name)), address("upload", cast.shien_item)
    answer = client.post(page, words(), follow=True)
    assert answer.redirect_chain == [(page, 302)]
    assert "資料を登録しました" in answer.content.decode()
    assert "事例概要" in answer.content.decode()
    assert PaperVersion.objects.get().state == state


def test_a_double_click_files_once(cast, signed_in):
    client, page = signed_in(cast.secretariat), address("upload", cast.shien_item)
    key = str(uuid4())
    for _ in range(2):
        assert client.post(page, words(key=key)).status_code == 302
    assert Paper.objects.count() == 1


def test_the_script_files_with_the_same_form(cast, signed_in):
    answer = signed_in(cast.clinic).post(
        address("upload", cast.shien_item),
        words(),
        headers={"Accept": "application/json"},
    )
    assert answer.status_code == 201


def test_the_list_is_a_read_on_record(cast, filed, signed_in):
    client = signed_in(cast.secretariat)
    client.get(address("upload", cast.shien_item))
    assert not AuditEvent.objects.filter(action="meetings.papers.read").exists()
    filed()
    client.get(address("upload", cast.shien_item))
    assert AuditEvent.objects.filter(action="meetings.papers.read").count() == 1


# Replacing, recalling


def test_replacing_and_recalling_by_the_pages(cast, released, signed_in):
    old, client = released(), signed_in(cast.secretariat)
    assert client.get(address("replace", old)).status_code == 200
    assert client.post(address("replace", old), words()).status_code == 302
    new = old.paper.versions.get(number=2)
    assert client.get(address("recall", new)).status_code == 200
    assert client.post(address("recall", new)).status_code == 302
    old.refresh_from_db()
    new.refresh_from_db()
    assert (old.state, new.state) == (State.REPLACED, State.RECALLED)


def test_the_same_replacement_again_is_answered_and_changes_nothing(
    cast, released, signed_in
):
    old, client, key = released(), signed_in(cast.secretariat), str(uuid4())
    for _ in range(2):
        answer = client.post(address("replace", old), words(key=key))
        assert answer.url == address("upload", cast.shien_item)
    assert old.paper.versions.count() == 2
    assert client.get(address("replace", old)).status_code == 404
    assert client.post(address("replace", old), words()).status_code == 404
    for form in (words(key="x"), words(key="")):
        assert client.post(address("replace", old), form).status_code == 404
    for person in (cast.chair, cast.clinic):
        again = signed_in(person).post(address("replace", old), words(key=key))
        assert again.status_code == 404


def test_a_refused_replacement_keeps_the_old_version(cast, released, signed_in):
    old = released()
    answer = signed_in(cast.secretariat).post(
        address("replace", old), words(file=SimpleUploadedFile("a.pdf", b"MZ"))
    )
    assert answer.status_code == 422
    old.refresh_from_db()
    assert old.state == State.RELEASED


def test_what_was_released_ends_with_the_seat(cast, released):
    """R29: released per roster, even where the person stays selected for the case."""
    version = released()
    clinic = factories.sign_in(cast.clinic)
    assert gateway.readable(clinic, version.id)
    invitations.select_people(
        actor=factories.sign_in(cast.secretariat), item=cast.shien_item, choices=[]
    )
    with pytest.raises(HiddenError):
        gateway.readable(clinic, version.id)
    release = version.releases.get(person=cast.clinic)
    assert release.ends_at <= clock.now()
