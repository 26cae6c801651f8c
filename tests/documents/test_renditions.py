"""Office files as pages: asked for with the filing, made by the worker."""

import io
from typing import Any

import pytest
from django.urls import reverse
from django_tasks_db.models import DBTaskResult
from PIL import Image

from documents.models import PaperVersion, Release, Rendition
from documents.output import watermark
from documents.output.spool import spool
from documents.renditions import conversion
from documents.renditions.sources import pdf_source
from documents.services import papers, releases, renditions
from members.facts import State
from members.models import Membership
from portal.core import clock, vault, worker
from portal.core.models import AuditEvent, StoredObject
from tests import factories
from tests.cast import Cast
from tests.conftest import SignIn
from tests.documents import files, office_files
from tests.papers import Filed, upload


def address(name: str, version: PaperVersion, *more: int) -> str:
    return reverse(f"documents:{name}", args=[version.id, *more])


def made(version: PaperVersion) -> Rendition:
    return Rendition.objects.get(version=version)


def text_of(data: bytes, kind: str) -> str:
    (media_type,) = (name for name, own in conversion.KINDS.items() if own == kind)
    with spool() as out:
        pages = conversion.to_pdf(io.BytesIO(data), media_type, out)
        out.seek(0)
        whole = out.read()
        for mark in (b"AUTHOR-NAME", b"REMARK-TEXT", b"TITLE-OF-FILE", b"/Info"):
            assert mark not in whole
        return "".join(watermark.page_text(out, page) for page in range(pages))


# What is in the PDF


def test_a_word_file_is_converted_without_traces_in_the_shipped_faces() -> None:
    text = text_of(office_files.traced_docx(), "docx")
    assert text.count("支援の経過を話し合う") == 4
    assert "残る言葉足した言葉" in text
    for word in ("消した言葉", "REMARK-TEXT", "AUTHOR-NAME", "TITLE-OF-FILE"):
        assert word not in text


def test_what_a_workbook_hides_stays_hidden() -> None:
    assert text_of(office_files.hiding_xlsx(), "xlsx").split() == ["見える欄"]


def test_a_hidden_slide_is_no_page() -> None:
    assert text_of(office_files.hiding_pptx(), "pptx").split() == ["見えるスライド"]


def test_lines_of_values_stay_words() -> None:
    data = "氏名,開始\n山田,1-2\n=1+2,007\n".encode("cp932")
    assert text_of(data, "csv").split() == [
        "氏名",
        "開始",
        "山田",
        "1-2",
        "=1+2",
        "007",
    ]


# From the filing to the page


def test_it_is_asked_for_with_the_filing_made_by_the_worker_and_shown(
    cast: Cast, released: Filed, signed_in: SignIn
) -> None:
    version = released(data=office_files.traced_docx(), name="報告.docx")
    client = signed_in(cast.clinic)
    page = client.get(address("version-view", version)).content.decode()
    assert "用意しています" in page
    assert "http-equiv" in page
    assert client.head(address("page-image", version, 1)).status_code == 404
    assert client.get(address("version-copy", version)).status_code == 404

    (task,) = DBTaskResult.objects.filter(queue_name=worker.SLOW_QUEUE)
    renditions.make.call(*task.args_kwargs["args"])

    row = made(version)
    assert (row.state, row.reason, row.page_count) == ("ready", "", 1)
    page = client.get(address("version-view", version)).content.decode()
    assert "足した言葉" in page
    assert "http-equiv" not in page
    assert client.head(address("page-image", version, 1)).status_code == 200
    picture = client.get(address("page-image", version, 1))
    assert Image.open(io.BytesIO(picture.content)).width > 800
    actions = AuditEvent.objects.filter(subject=f"version:{version.id}")
    assert set(actions.values_list("action", flat=True)) >= {
        "documents.rendition.make",
        "documents.version.read",
        "documents.page.read",
    }
    renditions.make.call(str(version.id))  # a second run does nothing
    assert made(version).stored_id == row.stored_id


def test_pdfs_and_pictures_are_their_own_source(filed: Filed) -> None:
    for data, name in ((files.pdf_file(2), "a.pdf"), (files.picture(), "a.png")):
        version = filed(data=data, name=name)
        source = pdf_source(version)
        assert source is not None
        assert source.stored == version.stored
    assert not Rendition.objects.exists()


def ready(version: PaperVersion) -> Rendition:
    """The rendition as if it had been made, without the wait."""
    stored = vault.put(io.BytesIO(files.pdf_file(2)))
    vault.keep(stored)
    Rendition.objects.filter(version=version).update(
        state=Rendition.State.READY, stored=stored, page_count=2
    )
    return made(version)


def test_it_opens_to_whom_the_version_opens_and_as_long(
    cast: Cast, released: Filed, signed_in: SignIn
) -> None:
    version = released(data=files.docx_file(), name="a.docx")
    ready(version)
    route = address("page-image", version, 2)
    assert signed_in(cast.stranger).get(route).status_code == 404
    client = signed_in(cast.clinic)
    assert client.get(route).status_code == 200
    Membership.objects.filter(person=cast.clinic).update(ends_at=clock.now())
    assert client.get(route).status_code == 404


def test_a_replaced_version_shows_no_page_either(
    cast: Cast, released: Filed, signed_in: SignIn
) -> None:
    version = released(data=files.docx_file(), name="a.docx")
    ready(version)
    data = files.docx_file("直した報告")
    papers.replace_version(
        actor=factories.sign_in(cast.secretariat),
        version=version,
        upload=upload(data, "b.docx"),
        token=cast.case.id,
    )
    assert Rendition.objects.count() == 2
    assert (
        signed_in(cast.clinic).get(address("page-image", version, 1)).status_code == 404
    )


# Refusals and failures


def test_a_broken_file_ends_with_what_to_do(
    cast: Cast, released: Filed, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = released(data=files.docx_file(), name="a.docx")
    monkeypatch.setattr(conversion, "SECONDS", 0.01)
    renditions.make.call(str(version.id))
    assert made(version).reason == "slow"
    page = signed_in(cast.clinic).get(address("version-view", version))
    assert "時間がかかりすぎた" in page.content.decode()
    assert "もう一度用意する" not in page.content.decode()
    client = signed_in(cast.secretariat)
    page = client.get(address("version-view", version))
    assert "もう一度用意する" in page.content.decode()
    asked = client.post(address("rendition-ask", version))
    assert asked["Location"] == address("version-view", version)
    row = made(version)
    assert (row.state, row.asked_by) == ("pending", cast.secretariat)


def test_only_custodians_and_the_author_ask_again(
    cast: Cast, released: Filed, signed_in: SignIn
) -> None:
    version = released(data=files.docx_file(), name="a.docx")
    Rendition.objects.update(state="failed", reason="broken")
    answer = signed_in(cast.clinic).post(address("rendition-ask", version))
    assert answer.status_code == 404
    assert made(version).state == "failed"


def fail_to_convert(*_: Any) -> None:
    raise AssertionError("nothing is to be converted")


@pytest.mark.parametrize("why", ["recalled", "left"])
def test_nothing_is_made_for_who_may_no_longer(
    cast: Cast, released: Filed, monkeypatch: pytest.MonkeyPatch, why: str
) -> None:
    version = released(data=files.docx_file(), name="a.docx")
    if why == "recalled":
        releases.recall_version(
            actor=factories.sign_in(cast.secretariat), version=version
        )
    else:
        Membership.objects.filter(person=cast.secretariat).update(ends_at=clock.now())
    monkeypatch.setattr(conversion, "to_pdf", fail_to_convert)
    renditions.make.call(str(version.id))
    assert made(version).reason == "withdrawn"


def test_what_was_recalled_while_it_was_made_is_not_kept(
    cast: Cast, released: Filed, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = released(data=files.docx_file(), name="a.docx")

    def recalled_meanwhile(_: object, __: str, out: Any) -> int:
        PaperVersion.objects.filter(id=version.id).update(state=State.RECALLED)
        out.write(files.pdf_file())
        return 1

    monkeypatch.setattr(conversion, "to_pdf", recalled_meanwhile)
    renditions.make.call(str(version.id))
    row = made(version)
    assert (row.reason, row.stored) == ("withdrawn", None)


def test_without_the_converter_the_page_says_so_and_it_is_made_up_for(
    cast: Cast, released: Filed, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = released(data=files.docx_file(), name="a.docx")
    with monkeypatch.context() as without:
        without.setattr(conversion, "refusal", lambda: "no soffice")
        renditions.make.call(str(version.id))
        renditions.look_after()
        assert made(version).reason == "off"
    page = signed_in(cast.clinic).get(address("version-view", version))
    assert "この画面に表示できません" in page.content.decode()
    renditions.look_after()
    assert made(version).state == "pending"


def test_a_lost_task_is_begun_again_and_a_young_one_left_alone(
    filed: Filed, time_machine: Any
) -> None:
    version = filed(data=files.docx_file(), name="a.docx")
    asked_at = made(version).asked_at
    renditions.look_after()
    assert made(version).asked_at == asked_at
    time_machine.move_to(asked_at + renditions.LOST_AFTER * 2)
    renditions.look_after()
    assert made(version).asked_at > asked_at


def test_it_goes_with_the_bytes_of_its_source(released: Filed) -> None:
    version = released(data=files.docx_file(), name="a.docx")
    row = ready(version)
    vault.erase(version.stored_id)
    renditions.look_after()
    assert row.stored is not None
    stored = StoredObject.objects.get(id=row.stored.id)
    assert (stored.state, bytes(stored.sealed_key)) == ("erased", b"")
    assert Release.objects.filter(version=version).exists()
