"""Files in parts: gone on with after any break, filed once, asked about each time."""

import random
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from documents.intake import quotas, upload_rows
from documents.models import Paper, PaperVersion, Upload, UploadPart
from documents.services import uploads
from members.facts import State
from members.models import Membership, Seat
from portal.core import clock, upkeep, vault
from portal.core.models import AuditEvent, StoredObject
from portal.core.objectstore import store
from tests.meetings.test_paper_pages import OUTSIDERS, words

LINES = random.Random(1)
PART_BYTES = 64 * 1024  # less than in use, for speed
DATA = b"\n".join(b"%09d" % LINES.randrange(10**9) for _ in range(20_000))
TWO_AND_A_BIT = DATA[: 2 * PART_BYTES + 12_345]


@pytest.fixture(autouse=True)
def small_parts(monkeypatch):
    monkeypatch.setattr(uploads, "PART_BYTES", PART_BYTES)


class Sender:
    """What the script does, request by request."""

    def __init__(self, client: Client, page: str, data: bytes = TWO_AND_A_BIT) -> None:
        self.client, self.page, self.data = client, page, data
        self.key = uuid4()

    @property
    def address(self) -> str:
        return f"{self.page}uploads/{self.key}/"

    def part(self, offset: int, name: str = "%E7%B5%8C%E9%81%8E.txt", **headers: str):
        body = headers.pop("body", self.data[offset : offset + PART_BYTES])
        sent = {
            "Upload-Name": name,
            "Upload-Size": str(len(self.data)),
            "Upload-Offset": str(offset),
            **headers,
        }
        return self.client.post(
            self.address, body, content_type="application/octet-stream", headers=sent
        )

    def offset(self) -> int:
        return int(self.client.get(self.address).json()["offset"])

    def all_parts(self) -> None:
        while (here := self.offset()) < len(self.data):
            assert self.part(here).status_code == 200

    def finish(self, **more: str):
        data = {**words(key=str(self.key), **more), "file": ""}
        return self.client.post(self.page, data, headers={"Accept": "application/json"})


@pytest.fixture
def sender(cast, signed_in) -> Sender:
    page = reverse("meetings:paper-upload", args=[cast.shien_item.id])
    return Sender(signed_in(cast.secretariat), page)


# Parts


def test_a_file_in_parts_is_the_file(sender, cast):
    assert sender.offset() == 0
    sender.all_parts()
    assert sender.finish().status_code == 201
    version = PaperVersion.objects.get()
    assert (version.file_name, version.media_type) == ("経過.txt", "text/plain")
    assert vault.read(version.stored) == sender.data
    assert not UploadPart.objects.exists()
    assert list(StoredObject.objects.all()) == [version.stored]
    actions = AuditEvent.objects.values_list("action", flat=True)
    assert {"documents.upload.begin", "documents.paper.file"} <= set(actions)


def test_it_goes_on_where_it_stopped_also_in_another_session(sender, cast, signed_in):
    assert sender.part(0).json() == {"offset": PART_BYTES}
    sender.client = signed_in(cast.secretariat)  # signed out and in again
    assert sender.offset() == PART_BYTES
    sender.all_parts()
    assert sender.finish().status_code == 201


def test_a_part_sent_twice_or_out_of_turn_is_told_where_to_go_on(sender):
    assert sender.part(PART_BYTES).json() == {"offset": 0}
    assert sender.part(0).json() == {"offset": PART_BYTES}
    assert sender.part(0).json() == {"offset": PART_BYTES}
    assert UploadPart.objects.count() == 1
    assert not StoredObject.objects.filter(state="pending").exists()


def test_what_ends_twice_is_filed_once(sender):
    sender.all_parts()
    assert [sender.finish().status_code for _ in range(2)] == [201, 201]
    assert PaperVersion.objects.count() == 1
    assert sender.offset() == len(sender.data)


def test_a_file_with_a_part_missing_is_not_filed(sender):
    sender.part(0)
    assert sender.finish().status_code == 422
    assert not Paper.objects.exists()


def test_words_that_are_missing_cost_no_part(sender):
    sender.all_parts()
    assert sender.finish(title="").status_code == 422
    assert sender.finish().status_code == 201


def test_what_came_in_parts_is_looked_into_like_everything(sender):
    sender.data = b"MZ\0\0" + TWO_AND_A_BIT
    sender.all_parts()
    answer = sender.finish()
    assert answer.status_code == 422
    assert "中身が、名前の種類と" in answer.json()["errors"][0]
    assert not Paper.objects.exists()


def test_the_parts_are_sealed_and_kept_from_the_hourly_sweep(sender):
    sender.part(0)
    stored = UploadPart.objects.get().stored
    with store().open(stored.id.hex) as sealed:
        assert sender.data[:64] not in sealed.read()
    StoredObject.objects.update(created_at=clock.now() - timedelta(hours=20))
    upkeep.sweep()
    assert sender.offset() == PART_BYTES


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"name": "a.exe"}, "この種類のファイル"),
        ({"name": ""}, "この種類のファイル"),
        ({"Upload-Size": str(501 * 1024 * 1024)}, "大きすぎます"),
        ({"Upload-Size": "0"}, "空です"),
        ({"Upload-Size": "-1"}, ""),
        ({"Upload-Size": "9" * 400}, ""),
        ({"Upload-Offset": "1e3"}, ""),
        ({"Upload-Offset": ""}, ""),
        ({"body": b""}, "途中で切れました"),
        ({"body": b"x"}, "途中で切れました"),
        ({"body": bytes(PART_BYTES + 1)}, "途中で切れました"),
    ],
)
def test_a_bad_part_is_refused_in_words(sender, change, says):
    answer = sender.part(0, **change)
    assert answer.status_code == 422
    assert says in answer.json()["errors"][0]
    assert not UploadPart.objects.exists()


def test_another_file_under_the_same_key_is_refused(sender):
    sender.part(0)
    answer = sender.part(PART_BYTES, **{"Upload-Size": str(PART_BYTES * 2)})
    assert "ファイルが変わりました" in answer.json()["errors"][0]
    assert sender.offset() == PART_BYTES


def test_the_name_is_safe_before_it_rests_anywhere(sender):
    sender.part(0, name="..%2F..%2Fetc%00%0D%0A%E2%80%AEa.txt")
    assert Upload.objects.get().name == "etca.txt"


def test_cancelling_destroys_the_parts(sender):
    sender.part(0)
    assert sender.client.delete(sender.address).status_code == 204
    assert (Upload.objects.count(), StoredObject.objects.count()) == (0, 0)
    assert sender.client.delete(sender.address).status_code == 204
    assert sender.offset() == 0


def test_what_was_filed_is_not_cancelled(sender):
    sender.all_parts()
    sender.finish()
    sender.client.delete(sender.address)
    assert vault.read(PaperVersion.objects.get().stored) == sender.data


def test_leftovers_are_swept_after_a_day(sender, django_capture_on_commit_callbacks):
    sender.part(0)
    stored = UploadPart.objects.get().stored
    assert upload_rows.sweep() == 0
    Upload.objects.update(begun_at=clock.now() - timedelta(hours=25))
    with django_capture_on_commit_callbacks(execute=True):
        assert upload_rows.sweep() > 0
    assert not StoredObject.objects.exists()
    assert stored.id.hex not in {name for name, _ in store().entries()}


# Rights


@pytest.mark.parametrize("name", OUTSIDERS)
def test_others_send_and_learn_nothing(cast, signed_in, sender, name):
    sender.part(0)
    sender.client = signed_in(getattr(cast, name))
    answers = [
        sender.part(PART_BYTES),
        sender.client.get(sender.address),
        sender.client.delete(sender.address),
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert UploadPart.objects.count() == 1


def test_nobody_goes_on_with_the_file_of_another(cast, signed_in, sender):
    """The same key of somebody else names a file of their own."""
    sender.all_parts()
    own = sender.client
    sender.client = signed_in(cast.chair)
    assert sender.offset() == 0
    assert sender.finish().status_code == 422
    sender.client = own
    assert sender.finish().status_code == 201


@pytest.mark.parametrize("table", [Membership, Seat])
def test_who_loses_the_right_sends_no_part_more(cast, signed_in, sender, table):
    sender.client = signed_in(cast.clinic)
    assert sender.part(0).status_code == 200
    table.objects.filter(person=cast.clinic).update(ends_at=clock.now())
    for answer in (sender.part(PART_BYTES), sender.finish()):
        assert answer.status_code == 404
    assert (UploadPart.objects.count(), Paper.objects.count()) == (1, 0)


def test_who_loses_the_right_while_a_part_is_under_way_has_it_dropped(
    cast, signed_in, sender, monkeypatch
):
    sender.client = signed_in(cast.clinic)
    put = vault.put

    def slow(source):
        row = put(source)
        Membership.objects.filter(person=cast.clinic).update(ends_at=clock.now())
        return row

    monkeypatch.setattr(vault, "put", slow)
    assert sender.part(0).status_code == 404
    assert not UploadPart.objects.exists()


def test_from_outside_it_is_held_as_ever(cast, signed_in, sender):
    sender.client = signed_in(cast.clinic)
    sender.all_parts()
    assert sender.finish().status_code == 201
    assert PaperVersion.objects.get().state == State.HELD


def test_a_new_version_comes_in_parts_too(cast, filed, signed_in):
    version = filed()
    page = reverse("meetings:paper-replace", args=[version.id])
    sender = Sender(signed_in(cast.secretariat), page)
    sender.all_parts()
    assert sender.finish().status_code == 201
    new = version.paper.versions.get(number=2)
    assert vault.read(new.stored) == sender.data
    version.refresh_from_db()
    assert version.state == State.REPLACED


def test_a_replacement_whose_answer_was_lost_is_told_again(cast, filed, signed_in):
    version = filed()
    page = reverse("meetings:paper-replace", args=[version.id])
    sender = Sender(signed_in(cast.secretariat), page)
    sender.all_parts()
    assert sender.finish().status_code == 201
    assert sender.offset() == len(sender.data)
    assert sender.finish().status_code == 201
    assert version.paper.versions.count() == 2
    for person in (cast.chair, cast.colleague):
        sender.client = signed_in(person)
        assert sender.client.get(sender.address).status_code == 404
        assert sender.finish().status_code == 404


def test_a_colleague_replaces_nothing_in_parts(cast, filed, signed_in):
    page = reverse("meetings:paper-replace", args=[filed().id])
    assert Sender(signed_in(cast.colleague), page).part(0).status_code == 404
    assert Sender(signed_in(cast.clinic), page).part(0).status_code == 404


# Quotas


def test_a_place_takes_so_much_of_one_person(sender, monkeypatch):
    monkeypatch.setattr(quotas, "ITEM_BYTES", len(sender.data))
    sender.all_parts()
    assert sender.finish().status_code == 201
    sender.key = uuid4()
    assert "1人あわせて" in sender.part(0).json()["errors"][0]


def test_a_place_takes_so_many_files_of_one_person(sender, filed, monkeypatch):
    filed()
    monkeypatch.setattr(quotas, "ITEM_FILES", 1)
    assert "1人1件まで" in sender.part(0).json()["errors"][0]
    plain = sender.client.post(sender.page, words())
    assert plain.status_code == 422
    assert "1人1件まで" in plain.content.decode()


def test_so_much_may_be_under_way(sender, monkeypatch):
    monkeypatch.setattr(quotas, "UNDER_WAY_BYTES", len(sender.data))
    sender.part(0)
    sender.key = uuid4()
    assert "送信の途中のファイルが多すぎます" in sender.part(0).json()["errors"][0]


def test_a_filed_file_counts_once(sender, monkeypatch):
    monkeypatch.setattr(quotas, "ITEM_BYTES", len(sender.data))
    monkeypatch.setattr(quotas, "UNDER_WAY_BYTES", len(sender.data))
    sender.all_parts()
    assert sender.finish().status_code == 201
