"""Calls for cases: who is asked, told, reminded; who answers what, and who may not."""

from datetime import timedelta

import pytest

from documents.models import Link
from meetings.models import Call, CallRecipient
from meetings.models.calls import REMIND_BEFORE
from meetings.services import calls, proposals
from members.facts import Role
from members.models import Commission, Office, Purpose
from portal.core import clock
from portal.core.errors import HiddenError, InvalidError, RefusedError
from portal.core.models import AuditEvent
from tests import factories
from tests.cast import Cast
from tests.meetings import calling, convening
from tests.meetings.calling import opened, recipient

Answer = CallRecipient.Answer


def test_everybody_asked_gets_their_own_mail(cast: Cast):
    call = opened(cast, cast.clinic, cast.colleague)
    assert call.serial.endswith("-B001")
    for person in (cast.clinic, cast.colleague):
        (mail,) = convening.mails(person)
        assert mail.subject == f"かさね お返事のお願い {call.serial}"
        link = Link.objects.get(person=person, scope_id=call.id)
        assert link.purpose == Purpose.CALL
        assert link.ends_at is not None
        assert link.ends_at > call.due_at
        assert mail.about == f"link:{link.id}"


def test_the_mail_says_nothing_of_cases(cast: Cast):
    call = opened(cast)
    (mail,) = convening.mails(cast.clinic)
    text = calling.text_of(mail)
    assert cast.clinic.name in text
    assert call.serial in text
    for word in ("事例", "世帯", "支援会議", call.words, cast.case.number):
        assert word not in text
        assert word not in mail.subject


def test_who_signs_in_gets_the_page_and_no_link(cast: Cast):
    inside = factories.person(
        "清水 直", factories.organization("高齢福祉課", internal=True)
    )
    factories.commission(inside, cast.shien)
    call = opened(cast, inside)
    (mail,) = convening.mails(inside)
    assert f"/calls/{call.id}/" in calling.text_of(mail)
    assert not Link.objects.filter(scope_id=call.id).exists()


def test_a_second_sending_opens_nothing_twice(cast: Cast):
    assert opened(cast) == opened(cast)
    assert Call.objects.count() == 1
    assert len(convening.mails(cast.clinic)) == 1


@pytest.mark.parametrize("name", ["clinic", "stranger", "administrator", "auditor"])
def test_only_custodians_of_the_body_open_calls(cast: Cast, name: str):
    with pytest.raises(HiddenError):
        calls.open_call(
            actor=factories.sign_in(getattr(cast, name)),
            key=convening.key(),
            body=cast.shien,
            asked=calling.asked(),
            people=[cast.colleague],
        )
    assert not Call.objects.exists()


def test_only_commissioned_people_are_asked(cast: Cast):
    with pytest.raises(RefusedError):
        opened(cast, cast.clinic, cast.stranger)
    assert not Call.objects.exists()
    assert convening.mails(cast.clinic) == []


def test_a_call_needs_somebody_and_a_day_to_come(cast: Cast):
    sitting = convening.draft(cast)
    bad = [
        (calling.asked(days=-1), [cast.clinic]),
        (calling.asked(days=60, sitting=sitting), [cast.clinic]),
        (calling.asked(), []),
    ]
    for asked, people in bad:
        with pytest.raises(InvalidError):
            calls.open_call(
                actor=convening.clerk(cast),
                key=convening.key(9),
                body=cast.shien,
                asked=asked,
                people=people,
            )
    assert not Call.objects.exists()


def test_the_sitting_is_one_of_the_body(cast: Cast):
    factories.office(cast.stranger, Role.SECRETARIAT, cast.juso)
    with pytest.raises(HiddenError):
        calls.open_call(
            actor=convening.clerk(cast),
            key=convening.key(9),
            body=cast.juso,
            asked=calling.asked(sitting=convening.draft(cast)),
            people=[cast.clinic],
        )


def test_nobody_is_told_of_what_would_not_open(cast: Cast):
    call = opened(cast, cast.clinic, cast.colleague)
    Commission.objects.filter(person=cast.clinic).update(ends_at=clock.now())
    assert calls.remind(actor=convening.clerk(cast), call=call) == 1
    assert len(convening.mails(cast.clinic)) == 1
    assert len(convening.mails(cast.colleague)) == 2


def test_one_answer_speaks_for_the_organisation(cast: Cast):
    call = opened(cast, cast.clinic, cast.colleague)
    assert len(calls.silent(call)) == 2
    calls.answer_nothing(
        actor=factories.sign_in(cast.colleague),
        recipient=recipient(call, cast.colleague),
    )
    assert calls.silent(call) == []
    assert calls.remind(actor=convening.clerk(cast), call=call) == 0


def test_nothing_this_time_takes_a_mail_code_alone(cast: Cast):
    call = opened(cast)
    row = recipient(call, cast.clinic)
    weak = factories.sign_in(cast.clinic, strength=1, scope=calling.to_call(call))
    calls.answer_nothing(actor=weak, recipient=row)
    row.refresh_from_db()
    assert row.answer == Answer.NOTHING
    assert AuditEvent.objects.filter(action="meetings.call.nothing").exists()


def test_a_link_to_another_call_opens_nothing(cast: Cast):
    call = opened(cast)
    other = opened(cast, number=502)
    elsewhere = factories.sign_in(cast.clinic, strength=2, scope=calling.to_call(other))
    with pytest.raises(HiddenError):
        calls.answer_nothing(actor=elsewhere, recipient=recipient(call, cast.clinic))
    with pytest.raises(HiddenError):
        proposals.save_proposal(
            actor=elsewhere,
            key=convening.key(3),
            call=call,
            case=None,
            words=calling.WORDS,
        )


@pytest.mark.parametrize("name", ["colleague", "stranger", "administrator"])
def test_nobody_answers_for_another(cast: Cast, name: str):
    call = opened(cast)
    with pytest.raises(HiddenError):
        calls.answer_nothing(
            actor=factories.sign_in(getattr(cast, name)),
            recipient=recipient(call, cast.clinic),
        )


def test_the_secretariat_notes_what_was_said_by_telephone(cast: Cast):
    call = opened(cast)
    row = recipient(call, cast.clinic)
    calls.answer_nothing(actor=convening.clerk(cast), recipient=row)
    row.refresh_from_db()
    assert row.answer == Answer.NOTHING


def test_after_the_due_date_the_telephone_helps(cast: Cast):
    call = opened(cast)
    calling.end(call)
    with pytest.raises(RefusedError, match="期限を過ぎた"):
        calls.answer_nothing(
            actor=factories.sign_in(cast.clinic),
            recipient=recipient(call, cast.clinic),
        )
    with pytest.raises(RefusedError):
        calls.remind(actor=convening.clerk(cast), call=call)


def test_sending_again_ends_the_old_link(cast: Cast):
    call = opened(cast)
    calls.send_again(
        actor=convening.clerk(cast), recipient=recipient(call, cast.clinic)
    )
    old, new = Link.objects.filter(scope_id=call.id).order_by("issued_at")
    assert not old.span.holds(clock.now())
    assert new.span.holds(clock.now())


def test_without_a_mail_address_the_telephone_is_left(cast: Cast):
    mute = factories.person("民生 委員", factories.organization("民協"), email="")
    factories.commission(mute, cast.shien)
    call = opened(cast, mute)
    row = recipient(call, mute)
    assert row.told_at is None
    with pytest.raises(RefusedError, match="電話"):
        calls.send_again(actor=convening.clerk(cast), recipient=row)


def test_more_people_are_asked_once_each(cast: Cast):
    call = opened(cast)
    clerk = convening.clerk(cast)
    calls.ask_more(actor=clerk, call=call, people=[cast.clinic, cast.colleague])
    assert call.recipients.count() == 2
    assert len(convening.mails(cast.clinic)) == 1
    with pytest.raises(HiddenError):
        calls.ask_more(
            actor=factories.sign_in(cast.stranger), call=call, people=[cast.newcomer]
        )


def test_a_stopped_link_ends_what_it_opened(cast: Cast):
    call = opened(cast)
    link = Link.objects.get(scope_id=call.id)
    actor = factories.sign_in(
        cast.clinic,
        strength=1,
        scope=calling.to_call(call),
        link_id=link.id,
    )
    calls.stop_link(actor=convening.clerk(cast), recipient=recipient(call, cast.clinic))
    assert actor.sign_in is not None
    actor.sign_in.refresh_from_db()
    assert actor.sign_in.ends_at is not None


def test_the_portal_reminds_once_before_the_due_date(cast: Cast):
    call = opened(cast, cast.clinic, cast.colleague)
    calls.remind_due()
    assert len(convening.mails(cast.clinic)) == 1, "ten days to go"
    soon = clock.now() + REMIND_BEFORE - timedelta(minutes=1)
    Call.objects.filter(pk=call.pk).update(due_at=soon)
    calls.remind_due()
    calls.remind_due()
    assert len(convening.mails(cast.clinic)) == 2
    assert recipient(call, cast.clinic).reminded_at is not None


def test_the_portal_reminds_with_the_rights_of_who_opened_the_call(cast: Cast):
    call = opened(cast)
    soon = clock.now() + timedelta(days=1)
    Call.objects.filter(pk=call.pk).update(due_at=soon)
    Office.objects.filter(person=cast.secretariat).update(ends_at=clock.now())
    calls.remind_due()
    assert len(convening.mails(cast.clinic)) == 1
