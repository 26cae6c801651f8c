"""The draft round: corrections on pages of their own, versions, order, reopening."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.urls import reverse
from django.utils.html import strip_tags

from documents.models import Link
from documents.selectors import version_for
from documents.services import links, renewals
from meetings import records
from meetings.differences import Op, between, pieces
from meetings.models import (
    AgendaItem,
    Confirmation,
    Correction,
    Minutes,
    Presence,
    RecordVersion,
    Sitting,
)
from meetings.notices import Way
from meetings.record_notices import Facts, Occasion, compose
from meetings.selectors import link_board
from meetings.selectors.earlier_records import earlier_of
from meetings.selectors.record_versions import history
from meetings.selectors.sittings import convened_sitting
from meetings.services import (
    convocation,
    record_mail,
    reopening,
    room_confirmation,
)
from meetings.services import records as records_service
from members.access import Actor
from members.facts import Role
from members.models import Charter, Consent, Person
from portal.core import clock, jp
from portal.core.errors import HiddenError, InvalidError, RefusedError, StepUpError
from portal.core.models import AuditEvent
from tests import factories
from tests.cast import Cast
from tests.conftest import SignIn
from tests.meetings import recording
from tests.meetings.convening import invitation, mails

pytestmark = pytest.mark.django_db(transaction=True)

NEW = "長男の相談について、翌週に協議した。"
STANDING = {"kind": "discussion", "speaker": "社会福祉課", "source": ""}
WHY = "支援の開始日に誤りがあったため"


@pytest.fixture
def item(cast: Cast) -> AgendaItem:
    return recording.held(cast, cast.juso_item)


def sign_in(person: Person) -> Actor:
    return factories.sign_in(person)


def reopen(actor: Actor, item: AgendaItem, reason: str = WHY, days: int = 7) -> Minutes:
    due = clock.today() + timedelta(days=days)
    return reopening.reopen(actor=actor, item_id=item.id, reason=reason, due_on=due)


def test_links_last_their_days_and_are_given_anew_while_a_record_goes_round(
    cast: Cast, item: AgendaItem
) -> None:
    long_ago = clock.now() - timedelta(days=30)
    AgendaItem.objects.filter(sitting=cast.sitting).update(closed_at=long_ago)
    cast.sitting.starts_at = long_ago - timedelta(hours=2)
    cast.sitting.ends_at = long_ago
    cast.sitting.save()
    assert convocation.links_end(cast.sitting) < clock.now()
    recording.circulate(cast, item, days=14)
    link = Link.objects.get(person=cast.clinic)
    assert link.ends_at is not None
    left = link.ends_at - clock.now()
    days = cast.shien.rules.link_days
    assert timedelta(days=days - 1) < left <= timedelta(days=days)
    recording.confirmed(cast, item)
    assert convocation.links_end(cast.sitting) < clock.now()


def test_who_is_to_confirm_comes_in_until_the_due_day(
    cast: Cast, item: AgendaItem, signed_in: SignIn
) -> None:
    asked = invitation(cast.clinic, cast.sitting)
    clerk = sign_in(cast.secretariat)
    link = convocation.print_letter(actor=clerk, invitation=asked).link
    Sitting.objects.update(state=Sitting.State.CLOSED)
    Link.objects.update(opened_at=clock.now())
    due = recording.circulate(cast, item, days=14).due_on
    assert due is not None
    link.refresh_from_db()
    assert link.ends_at is not None
    assert clock.day_of(link.ends_at) < due
    page = reverse("meetings:link-person", args=[asked.id])
    told = signed_in(cast.secretariat).get(page)
    assert f"確認期限 {jp.era_words(due)}" in strip_tags(told.content.decode())
    with time_machine.travel(clock.day_start(due), tick=False):
        assert links.find_by_id(link.id) is None
        renewals.grant.call(link.digest, [])
        (again,) = links.live_links(cast.sitting.id, cast.clinic)
        assert again.ends_at is not None
        assert clock.day_of(again.ends_at) > due


@pytest.mark.parametrize(
    "way",
    [Way("/g/", known=True), Way("/g/#x", "link:x", factories.LONG_AGO)],
    ids=["an opened link", "a new link"],
)
def test_the_letter_tells_how_to_come_in_after_the_link_has_ended(way: Way) -> None:
    facts = Facts("2026-001", "小野寺", way, clock.today())
    for occasion in (Occasion.ROUND, Occasion.REMINDED, Occasion.REOPENED):
        assert "「新しいリンクを申し込む」" in compose(occasion, facts)[1]
    answered = replace(facts, due_on=None)
    assert "申し込む" not in compose(Occasion.ANSWERED, answered)[1]


def test_who_signs_in_by_name_is_told_of_no_link() -> None:
    facts = Facts("2026-001", "水沢", Way("/sittings/"), clock.today())
    assert "申し込む" not in compose(Occasion.ROUND, facts)[1]


def test_a_link_s_page_names_no_due_day_to_who_was_not_there(
    cast: Cast, item: AgendaItem
) -> None:
    recording.circulate(cast, item)
    opened = convened_sitting(sign_in(cast.secretariat), cast.sitting.id)
    assert link_board.confirm_by(opened, cast.newcomer) is None
    assert link_board.confirm_by(opened, cast.clinic) is not None


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
        {"change": "yes", "new_text": NEW, "kind": "decision"},
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
                actor=sign_in(cast.secretariat),
                item_id=item.id,
                correction_id=asked.id,
                answer="",
                new_text=NEW,
                standing=records_service.Standing(kind, "", ""),
            )


def test_what_came_of_it_is_seen_by_all_and_the_request_by_two(
    cast: Cast, item: AgendaItem, signed_in: SignIn
) -> None:
    recording.circulate(cast, item)
    asked = recording.ask(cast.clinic, item, text="受診ではありません。")
    page = reverse("meetings:record-detail", args=[item.id])
    address = reverse("meetings:correction-answer", args=[item.id, asked.id])
    data = STANDING | {"change": "yes", "new_text": NEW, "answer": "直しました。"}
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
    recording.answer(cast, recording.ask(cast.clinic, item), NEW)
    second, first = history(records.load(item.id))
    assert (first.version.why, second.version.why) == ("circulated", "corrected")
    (change,) = second.entries
    (field,) = change.fields
    assert "".join(p.text for p in field.pieces if p.op is not Op.GONE) == NEW


def test_drafts_go_when_the_record_is_fixed(cast: Cast, item: AgendaItem) -> None:
    recording.circulate(cast, item)
    recording.answer(cast, recording.ask(cast.clinic, item), NEW)
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


# The order of the body


def test_who_comes_last_waits_for_the_others(cast: Cast) -> None:
    recording.charter(cast, signing_order=Charter.SigningOrder.HEAD_LAST)
    item = recording.held(cast, cast.juso_item)
    recording.circulate(cast, item)
    with pytest.raises(RefusedError, match="順番に確認"):
        recording.confirm(cast.chair, item)
    recording.confirm(cast.clinic, item)
    recording.confirm(cast.chair, item)
    assert records.load(item.id).missing == ()


def test_the_head_comes_first_where_the_body_says_so(
    cast: Cast, signed_in: SignIn
) -> None:
    recording.charter(cast, signing_order=Charter.SigningOrder.HEAD_FIRST)
    item = recording.held(cast, cast.juso_item)
    recording.circulate(cast, item)
    with pytest.raises(RefusedError, match="順番に確認"):
        recording.confirm(cast.clinic, item)
    page = reverse("meetings:record-detail", args=[item.id])
    words = signed_in(cast.clinic).get(page).content.decode()
    assert "順番に確認しています" in words
    assert "この内容で確認する" not in words
    recording.confirm(cast.chair, item)
    recording.confirm(cast.clinic, item)


def test_two_members_beside_the_chair_are_all_needed(cast: Cast) -> None:
    recording.charter(cast, signatory_count=2)
    item = recording.held(cast, cast.juso_item)
    with pytest.raises(RefusedError, match="決まっていません"):
        recording.circulate(cast, item)
    cast.newcomer.seats.filter(item_id=item.id).update(signatory=True)
    factories.presence(cast.newcomer, item)
    factories.acknowledge(cast.newcomer, cast.pledges[item.regime])
    recording.circulate(cast, item)
    recording.confirm(cast.chair, item)
    recording.confirm(cast.clinic, item)
    assert records.load(item.id).missing == (cast.newcomer,)
    recording.confirm(cast.newcomer, item)
    assert records.load(item.id).missing == ()


# Two regimes in one sitting, one record per client


def test_two_regimes_in_one_sitting_make_two_records(cast: Cast) -> None:
    shien = recording.held(cast, cast.shien_item)
    juso = recording.held(cast, cast.juso_item)
    for item in (shien, juso):
        recording.circulate(cast, item)
    Consent.objects.update(withdrawn_at=clock.now())
    record, _access = records.readable(sign_in(cast.clinic), shien.id)
    assert [entry.item_id for entry in record.entries] == [shien.id] * 2
    with pytest.raises(HiddenError):
        records.readable(sign_in(cast.clinic), juso.id)


def test_each_client_has_a_record_of_their_own(cast: Cast) -> None:
    mine = recording.held(cast, cast.shien_item)
    other = factories.case(cast.shien, number="R8-077")
    theirs = factories.item(cast.sitting, other, cast.shien)
    factories.membership(cast.secretariat, other, Role.SECRETARIAT)
    factories.seat(cast.secretariat, theirs, Role.SECRETARIAT)
    factories.seat(cast.colleague, theirs, Role.EXTERNAL, signatory=True)
    recording.held(cast, theirs)
    for item in (mine, theirs):
        recording.circulate(cast, item)
    kept = [records.load(item.id) for item in (mine, theirs)]
    assert [record.item.case for record in kept] == [cast.case, other]
    assert not {e.id for e in kept[0].entries} & {e.id for e in kept[1].entries}
    with pytest.raises(HiddenError):
        records.readable(sign_in(cast.clinic), theirs.id)


# Reopening


def test_a_reopened_record_is_confirmed_anew_and_keeps_what_was_frozen(
    cast: Cast, item: AgendaItem, signed_in: SignIn
) -> None:
    recording.circulate(cast, item)
    first = recording.confirmed(cast, item)
    assert first.pdf is not None
    old = first.pdf.versions.get()
    before = len(mails(cast.clinic))
    reopen(sign_in(cast.secretariat), item)
    assert len(mails(cast.clinic)) == before + 1
    minutes = Minutes.objects.get(item=item)
    assert (minutes.state, minutes.version, minutes.pdf) == ("round", 2, None)
    kept = RecordVersion.objects.get(version=1)
    assert (kept.pdf, kept.finalized_at) == (first.pdf, first.finalized_at)
    assert version_for(sign_in(cast.clinic), old.id).can.open
    recording.answer(cast, recording.ask(cast.secretariat, item), NEW)
    again = recording.confirmed(cast, item)
    assert (again.state, again.version) == ("final", 3)
    document = records.document(records.load(item.id), confirmed=True)
    assert document.state == "再確定"
    assert again.pdf != first.pdf
    assert [v.version for v in again.versions.all()] == [1, 3]
    assert version_for(sign_in(cast.clinic), old.id).can.open
    page = signed_in(cast.clinic).get(reverse("meetings:record-detail", args=[item.id]))
    words = page.content.decode()
    assert "再確定" in words
    assert reverse("documents:version-view", args=[old.id]) in words
    latest, _frozen = history(records.load(item.id))
    (change,) = latest.entries
    assert change.fields[0].pieces[0].op is Op.SAME


def test_old_confirmations_do_not_count_for_the_new_version(
    cast: Cast, item: AgendaItem
) -> None:
    recording.circulate(cast, item)
    recording.confirmed(cast, item)
    reopen(sign_in(cast.chair), item)
    assert set(records.load(item.id).missing) == {cast.chair, cast.clinic}


@pytest.mark.parametrize(
    "name",
    ["clinic", "newcomer", "colleague", "stranger", "recused", "administrator"],
)
def test_only_the_custodian_reopens(cast: Cast, item: AgendaItem, name: str) -> None:
    recording.circulate(cast, item)
    recording.confirmed(cast, item)
    with pytest.raises(HiddenError):
        reopen(sign_in(getattr(cast, name)), item)
    assert Minutes.objects.get(item=item).state == Minutes.State.FINAL


def test_reopening_asks_for_a_fresh_factor_and_a_reason(
    cast: Cast, item: AgendaItem, signed_in: SignIn
) -> None:
    recording.circulate(cast, item)
    with pytest.raises(RefusedError, match="確定した会議録だけ"):
        reopen(sign_in(cast.secretariat), item)
    recording.confirmed(cast, item)
    stale = clock.now() - timedelta(minutes=6)
    with pytest.raises(StepUpError):
        reopen(factories.sign_in(cast.secretariat, strong_at=stale), item)
    for reason, days in (("", 7), ("あ" * 401, 7), (WHY, -1)):
        with pytest.raises(InvalidError):
            reopen(sign_in(cast.secretariat), item, reason, days)
    address = reverse("meetings:record-reopen", args=[item.id])
    data = {"reason": "", "due_on": clock.today().isoformat()}
    assert signed_in(cast.secretariat).post(address, data).status_code == 422
    assert signed_in(cast.clinic).get(address).status_code == 404
    data["reason"] = WHY
    assert signed_in(cast.secretariat).post(address, data).status_code == 302
    assert Minutes.objects.get(item=item).version == 2


def test_withdrawn_consent_leaves_the_record_closed(
    cast: Cast, item: AgendaItem
) -> None:
    recording.circulate(cast, item)
    recording.confirmed(cast, item)
    Consent.objects.update(withdrawn_at=clock.now())
    with pytest.raises(HiddenError):
        reopen(sign_in(cast.secretariat), item)


# 前回会議録の確認


@pytest.fixture
def today(cast: Cast, item: AgendaItem) -> AgendaItem:
    """The item of the next sitting in which the record is confirmed, now open."""
    recording.circulate(cast, item)
    sitting = factories.sitting(
        cast.shien,
        cast.secretariat,
        number=900,
        starts_at=cast.sitting.starts_at + timedelta(days=30),
        ends_at=cast.sitting.ends_at + timedelta(days=30),
        presiding=cast.chair,
    )
    AgendaItem.objects.filter(pk=item.pk).update(body=cast.juso)
    made = factories.item(
        sitting, None, cast.juso, kind=AgendaItem.Kind.RECORDS, state="open"
    )
    for person, role in (
        (cast.chair, Role.CHAIR),
        (cast.secretariat, Role.SECRETARIAT),
        (cast.clinic, Role.EXTERNAL),
        (cast.colleague, Role.EXTERNAL),
    ):
        factories.seat(person, made, role)
    return made


def aloud(actor: Actor, today: AgendaItem, item: AgendaItem) -> list[Person]:
    return room_confirmation.confirm_in_room(
        actor=actor,
        item=today,
        record_of=item.id,
        digest=records.load(item.id).digest,
    )


def test_who_is_in_the_room_confirms_aloud(
    cast: Cast, item: AgendaItem, today: AgendaItem
) -> None:
    factories.presence(cast.chair, today)
    assert aloud(sign_in(cast.chair), today, item) == [cast.chair]
    assert records.load(item.id).missing == (cast.clinic,)
    with pytest.raises(RefusedError, match="入室していません"):
        aloud(sign_in(cast.chair), today, item)
    factories.presence(cast.clinic, today)
    assert aloud(sign_in(cast.chair), today, item) == [cast.clinic]
    rows = Confirmation.objects.filter(in_item=today)
    assert {row.person for row in rows} == {cast.chair, cast.clinic}
    noted = AuditEvent.objects.filter(action="meetings.minutes.confirm_aloud")
    assert {event.actor for event in noted} == {str(cast.chair.id)}


def test_each_sees_only_the_records_that_would_open_anyway(
    cast: Cast, item: AgendaItem, today: AgendaItem, signed_in: SignIn
) -> None:
    seen = {
        name: len(earlier_of(sign_in(getattr(cast, name)), today.id).rows)
        for name in ("chair", "clinic", "colleague")
    }
    assert seen == {"chair": 1, "clinic": 1, "colleague": 0}
    for name in ("stranger", "recused", "administrator"):
        with pytest.raises(HiddenError):
            earlier_of(sign_in(getattr(cast, name)), today.id)
    page = reverse("meetings:earlier-records", args=[today.id])
    assert cast.case.number not in signed_in(cast.colleague).get(page).content.decode()
    assert "確認を記録する" in signed_in(cast.chair).get(page).content.decode()
    assert "確認を記録する" not in signed_in(cast.clinic).get(page).content.decode()


def test_the_page_notes_what_was_confirmed_aloud(
    cast: Cast, item: AgendaItem, today: AgendaItem, signed_in: SignIn
) -> None:
    for person in (cast.chair, cast.clinic):
        factories.presence(person, today)
    page = reverse("meetings:earlier-records", args=[today.id])
    data = {"record_of": str(item.id), "digest": records.load(item.id).digest}
    assert signed_in(cast.chair).post(page, data).status_code == 302
    assert records.load(item.id).missing == ()
    assert signed_in(cast.chair).post(page, {"record_of": "x"}).status_code == 404


def test_nobody_but_who_presides_notes_it_and_only_in_the_open_item(
    cast: Cast, item: AgendaItem, today: AgendaItem
) -> None:
    factories.presence(cast.clinic, today)
    for person in (cast.secretariat, cast.clinic, cast.colleague, cast.stranger):
        with pytest.raises(HiddenError):
            aloud(sign_in(person), today, item)
    AgendaItem.objects.filter(pk=today.pk).update(state="closed")
    today.refresh_from_db()
    with pytest.raises(RefusedError, match="始めてから"):
        aloud(sign_in(cast.chair), today, item)
    with pytest.raises(HiddenError):
        aloud(sign_in(cast.chair), item, item)


def test_words_that_changed_and_open_requests_are_not_confirmed_aloud(
    cast: Cast, item: AgendaItem, today: AgendaItem
) -> None:
    factories.presence(cast.chair, today)
    with pytest.raises(RefusedError, match="内容が変わりました"):
        room_confirmation.confirm_in_room(
            actor=sign_in(cast.chair), item=today, record_of=item.id, digest="0" * 64
        )
    recording.ask(cast.clinic, item)
    with pytest.raises(RefusedError, match="申し出"):
        aloud(sign_in(cast.chair), today, item)


def test_who_lost_the_right_confirms_nothing_aloud(
    cast: Cast, item: AgendaItem, today: AgendaItem
) -> None:
    for person in (cast.chair, cast.clinic):
        factories.presence(person, today)
    cast.clinic.commissions.all().delete()
    assert aloud(sign_in(cast.chair), today, item) == [cast.chair]


# Reminders


def test_the_missing_are_reminded_once_a_week(cast: Cast, item: AgendaItem) -> None:
    recording.circulate(cast, item, days=10)
    recording.confirm(cast.chair, item)
    assert record_mail.remind_due() == 0
    start = clock.now()
    with time_machine.travel(start + timedelta(days=7), tick=False):
        assert record_mail.remind_due() == 1
        assert record_mail.remind_due() == 0
    with time_machine.travel(start + timedelta(days=15), tick=False):
        assert record_mail.remind_due() == 1
    assert len(mails(cast.clinic)) == 3
    assert all("再送" not in mail.subject for mail in mails(cast.chair))


def test_in_an_order_only_who_is_next_is_reminded(cast: Cast) -> None:
    recording.charter(cast, signing_order=Charter.SigningOrder.HEAD_LAST)
    item = recording.held(cast, cast.juso_item)
    recording.circulate(cast, item, days=1)
    before = len(mails(cast.chair))
    assert record_mail.remind_due() == 1
    assert len(mails(cast.chair)) == before


def test_nobody_is_reminded_of_words_under_dispute_or_without_custody(
    cast: Cast, item: AgendaItem
) -> None:
    recording.circulate(cast, item, days=1)
    asked = recording.ask(cast.clinic, item)
    assert record_mail.remind_due() == 0
    recording.answer(cast, asked)
    cast.secretariat.offices.all().delete()
    assert record_mail.remind_due() == 0


def test_nobody_outside_the_attendance_is_reminded(
    cast: Cast, item: AgendaItem
) -> None:
    recording.circulate(cast, item, days=1)
    Presence.objects.filter(person=cast.clinic).delete()
    before = len(mails(cast.clinic))
    record_mail.remind_due()
    assert len(mails(cast.clinic)) == before
