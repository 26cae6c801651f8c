"""The draft round: links that last, the body's order, reminders."""

from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils.html import strip_tags

from documents.models import Link
from documents.services import links, renewals
from meetings import records
from meetings.models import (
    AgendaItem,
    Presence,
    Sitting,
)
from meetings.notices import Way
from meetings.record_notices import Facts, Occasion, compose
from meetings.selectors import link_board
from meetings.selectors.sittings import convened_sitting
from meetings.services import (
    convocation,
    record_mail,
)
from members.facts import Role
from members.models import Charter, Consent
from portal.core import clock, jp
from portal.core.errors import HiddenError, RefusedError
from tests import factories
from tests.cast import Cast
from tests.conftest import SignIn
from tests.meetings import recording
from tests.meetings.convening import invitation, mails

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def item(cast: Cast) -> AgendaItem:
    return recording.held(cast, cast.juso_item)


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
    clerk = factories.sign_in(cast.secretariat)
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
    words = strip_tags(told.content.decode())
    assert f"確認期限 {jp.era_words(due)}" in words
    assert "「新しいリンクを送る」を押すと" in words
    with time_machine.travel(clock.day_start(due), tick=False):
        assert links.find_by_id(link.id) is None
        renewals.grant.call(link.digest, [])
        (again,) = links.live_links(cast.sitting.id, cast.clinic)
        assert again.ends_at is not None
        assert clock.day_of(again.ends_at) > due


def test_who_has_no_mail_confirms_in_another_way(
    cast: Cast, item: AgendaItem, signed_in: SignIn
) -> None:
    cast.clinic.email = ""
    cast.clinic.save()
    asked = invitation(cast.clinic, cast.sitting)
    clerk = factories.sign_in(cast.secretariat)
    convocation.print_letter(actor=clerk, invitation=asked)
    Sitting.objects.update(state=Sitting.State.CLOSED)
    recording.circulate(cast, item)
    client, page = (
        signed_in(cast.secretariat),
        reverse("meetings:link-person", args=[asked.id]),
    )
    assert "下で期限を延ばしてください" in client.get(page).content.decode()
    convocation.stop_link(actor=clerk, invitation=asked)
    assert "次の会議の席で、確認を" in client.get(page).content.decode()


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
    opened = convened_sitting(factories.sign_in(cast.secretariat), cast.sitting.id)
    assert link_board.confirm_by(opened, cast.newcomer) is None
    assert link_board.confirm_by(opened, cast.clinic) is not None


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
    record, _access = records.readable(factories.sign_in(cast.clinic), shien.id)
    assert [entry.item_id for entry in record.entries] == [shien.id] * 2
    with pytest.raises(HiddenError):
        records.readable(factories.sign_in(cast.clinic), juso.id)


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
        records.readable(factories.sign_in(cast.clinic), theirs.id)


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
