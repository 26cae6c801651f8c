"""Corrections on pages of their own, and versions compared word by word."""

from uuid import uuid4

import pytest
from django.urls import reverse

from meetings import records
from meetings.differences import Op, between, pieces
from meetings.models import (
    AgendaItem,
    Correction,
    Minutes,
)
from meetings.selectors.record_versions import history
from meetings.services import records as records_service
from portal.core.errors import HiddenError
from tests import factories
from tests.cast import Cast
from tests.conftest import SignIn
from tests.meetings import recording
from tests.meetings.convening import mails

pytestmark = pytest.mark.django_db(transaction=True)

STANDING = {"kind": "discussion", "speaker": "社会福祉課", "source": ""}


@pytest.fixture
def item(cast: Cast) -> AgendaItem:
    return recording.held(cast, cast.juso_item)


# Differences


def test_a_changed_word_is_shown_as_one_phrase() -> None:
    found = pieces("長男の受診について協議した。", "長男の相談について協議した。")
    assert [(piece.op, piece.text) for piece in found] == [
        (Op.SAME, "長男の"),
        (Op.GONE, "受診"),
        (Op.NEW, "相談"),
        (Op.SAME, "について協議した。"),
    ]


def test_small_islands_are_taken_into_the_change() -> None:
    found = pieces("月1回の訪問", "週2回の電話")
    assert [(piece.op, piece.text) for piece in found] == [
        (Op.GONE, "月1回の訪問"),
        (Op.NEW, "週2回の電話"),
    ]


@pytest.mark.parametrize(
    ("before", "after"),
    [("", "新しい文。"), ("消えた文。", ""), ("同じ", "同じ"), ("a\nb", "a\nc\nb")],
)
def test_old_and_new_can_be_read_out_of_the_pieces(before: str, after: str) -> None:
    found = pieces(before, after)
    assert "".join(p.text for p in found if p.op is not Op.NEW) == before
    assert "".join(p.text for p in found if p.op is not Op.GONE) == after


def test_entries_that_came_and_went_are_whole() -> None:
    one = {"id": "1", "kind": "decision", "text": "訪問する。"}
    two = {"id": "2", "kind": "task", "text": "連絡する。"}
    added, removed = between([one], [two])
    assert (added.added, removed.removed) == (True, True)
    assert [p.text for p in removed.pieces["text"]] == ["訪問する。"]


# Corrections


def test_wrong_input_keeps_the_text_and_a_double_press_files_once(
    cast: Cast, item: AgendaItem, signed_in: SignIn
) -> None:
    recording.circulate(cast, item)
    browser = signed_in(cast.clinic)
    entry = recording.entry(item)
    address = reverse("meetings:correction-ask", args=[item.id, entry.id])
    assert recording.COURSE in browser.get(address).content.decode()
    long = "あ" * 2001
    key = str(uuid4())
    refused = browser.post(address, {"key": key, "text": long})
    assert refused.status_code == 422
    assert long in refused.content.decode()
    for _press in range(2):
        sent = browser.post(address, {"key": key, "text": "相談です。"})
        assert sent.status_code == 302
    assert Correction.objects.count() == 1


def test_a_key_of_somebody_elses_request_opens_nothing(
    cast: Cast, item: AgendaItem, signed_in: SignIn
) -> None:
    recording.circulate(cast, item)
    asked = recording.ask(cast.clinic, item)
    address = reverse(
        "meetings:correction-ask", args=[item.id, recording.entry(item).id]
    )
    sent = signed_in(cast.chair).post(address, {"key": asked.id, "text": "別の文"})
    assert sent.status_code == 404


@pytest.mark.parametrize(
    "data",
    [
        {"change": ""},
        {"change": "yes", "new_text": " "},
        {"change": "no", "answer": ""},
        {"change": "yes", "new_text": recording.COURSE},
        {"change": "yes", "new_text": recording.NEW, "kind": "decision"},
    ],
)
def test_an_answer_needs_words_that_differ_or_a_reason(
    cast: Cast, item: AgendaItem, signed_in: SignIn, data: dict[str, str]
) -> None:
    recording.circulate(cast, item)
    asked = recording.ask(cast.clinic, item)
    address = reverse("meetings:correction-answer", args=[item.id, asked.id])
    browser = signed_in(cast.secretariat)
    assert recording.COURSE in browser.get(address).content.decode()
    assert browser.post(address, STANDING | data).status_code == 422
    asked.refresh_from_db()
    assert asked.state == Correction.State.OPEN
    assert Minutes.objects.get(item=item).version == 1


def test_a_correction_may_be_of_kind_speaker_and_source(
    cast: Cast, item: AgendaItem, signed_in: SignIn
) -> None:
    recording.circulate(cast, item)
    asked = recording.ask(cast.clinic, item, text="家族から聞いた話です。")
    address = reverse("meetings:correction-answer", args=[item.id, asked.id])
    data = {
        "change": "yes",
        "new_text": recording.COURSE,
        "kind": "fact_third_party",
        "speaker": "見本クリニック",
        "source": "電話",
    }
    assert signed_in(cast.secretariat).post(address, data).status_code == 302
    entry = recording.entry(item)
    assert (entry.kind, entry.speaker, entry.source) == (
        "fact_third_party",
        "見本クリニック",
        "電話",
    )
    changes = reverse("meetings:record-changes", args=[item.id])
    words = signed_in(cast.clinic).get(changes).content.decode()
    for told in ("区分", "発言者", "情報の出所", "第三者から"):
        assert told in words


def test_an_outcome_keeps_its_kind_and_its_holder(cast: Cast, item: AgendaItem) -> None:
    decided = item.entries.get(kind="decision")
    recording.circulate(cast, item)
    asked = recording.ask(cast.clinic, item)
    Correction.objects.filter(pk=asked.pk).update(entry=decided)
    for kind in ("decision", "discussion"):
        with pytest.raises(HiddenError):
            records_service.answer_correction(
                actor=factories.sign_in(cast.secretariat),
                item_id=item.id,
                correction_id=asked.id,
                answer="",
                new_text=recording.NEW,
                standing=records_service.Standing(kind, "", ""),
            )


def test_what_came_of_it_is_seen_by_all_and_the_request_by_two(
    cast: Cast, item: AgendaItem, signed_in: SignIn
) -> None:
    recording.circulate(cast, item)
    asked = recording.ask(cast.clinic, item, text="受診ではありません。")
    page = reverse("meetings:record-detail", args=[item.id])
    address = reverse("meetings:correction-answer", args=[item.id, asked.id])
    data = STANDING | {
        "change": "yes",
        "new_text": recording.NEW,
        "answer": "直しました。",
    }
    assert signed_in(cast.secretariat).post(address, data).status_code == 302
    factories.presence(cast.newcomer, item)
    factories.acknowledge(cast.newcomer, cast.pledges[item.regime])
    for person, sees in ((cast.clinic, True), (cast.newcomer, False)):
        words = signed_in(person).get(page).content.decode()
        assert "第2版で直しました" in words
        assert "直しました。" in words
        assert ("受診ではありません。" in words) is sees
        changes = signed_in(person).get(
            reverse("meetings:record-changes", args=[item.id])
        )
        assert "<del" in changes.content.decode()
        assert "<ins" in changes.content.decode()


def test_what_was_typed_is_text_on_the_page_of_changes(
    cast: Cast, item: AgendaItem, signed_in: SignIn
) -> None:
    recording.circulate(cast, item)
    recording.answer(cast, recording.ask(cast.clinic, item), "<script>訪問</script>")
    address = reverse("meetings:record-changes", args=[item.id])
    words = signed_in(cast.clinic).get(address).content.decode()
    assert "<script>訪問" not in words
    assert "追加:" in words


def test_the_secretariat_and_the_asker_are_told_in_neutral_words(
    cast: Cast, item: AgendaItem
) -> None:
    recording.circulate(cast, item)
    assert len(mails(cast.clinic)) == 1
    assert mails(cast.secretariat) == []
    asked = recording.ask(cast.clinic, item, text="受診ではありません。")
    (told,) = mails(cast.secretariat)
    recording.answer(cast, asked)
    assert len(mails(cast.clinic)) == 2
    for mail in (told, *mails(cast.clinic)):
        assert cast.case.number not in mail.subject
        assert "会議のお知らせ" in mail.subject


def test_a_recused_clerk_and_who_was_absent_hear_nothing(
    cast: Cast, item: AgendaItem
) -> None:
    recording.circulate(cast, item)
    recording.ask(cast.clinic, item)
    for person in (cast.recused, cast.newcomer, cast.colleague, cast.stranger):
        assert mails(person) == []


# Versions


def test_each_version_is_kept_through_the_round(cast: Cast, item: AgendaItem) -> None:
    recording.circulate(cast, item)
    recording.answer(cast, recording.ask(cast.clinic, item), recording.NEW)
    second, first = history(records.load(item.id))
    assert (first.version.why, second.version.why) == ("circulated", "corrected")
    (change,) = second.entries
    (field,) = change.fields
    assert "".join(p.text for p in field.pieces if p.op is not Op.GONE) == recording.NEW


def test_drafts_go_when_the_record_is_fixed(cast: Cast, item: AgendaItem) -> None:
    recording.circulate(cast, item)
    recording.answer(cast, recording.ask(cast.clinic, item), recording.NEW)
    minutes = recording.confirmed(cast, item)
    assert [v.version for v in minutes.versions.all()] == [2]


@pytest.mark.parametrize("name", ["newcomer", "leaver", "recused", "stranger"])
def test_the_changes_are_hidden_from_all_others(
    cast: Cast, item: AgendaItem, signed_in: SignIn, name: str
) -> None:
    recording.circulate(cast, item)
    factories.acknowledge(cast.newcomer, cast.pledges[item.regime])
    address = reverse("meetings:record-changes", args=[item.id])
    assert signed_in(getattr(cast, name)).get(address).status_code == 404
