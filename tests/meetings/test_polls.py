"""Date polls: asked, answered, reminded of, decided; and everything that is refused."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine

from documents.models import Link
from documents.services import links
from meetings import poll_notices, rosters
from meetings.models import Poll, PollAnswer, PollDate, Sitting
from meetings.poll_notices import Facts, Occasion, compose
from meetings.services import polls, sittings
from meetings.services.sittings import When
from members.models import Commission, Office, Person
from members.services import sign_ins
from portal.core import clock, outbox, worker
from portal.core.errors import HiddenError, InvalidError, RefusedError
from portal.core.models import AuditEvent, OutgoingMail
from portal.core.wording import moment_words, span_words
from tests import factories
from tests.cast import Cast
from tests.meetings.convening import PLACE, clerk, key, mails
from tests.meetings.polling import (
    answer,
    ask,
    at,
    marks,
    plan,
    to_poll,
    voter,
)


def live_links(poll: Poll, person: Person) -> list[Link]:
    rows = Link.objects.filter(scope_id=poll.id, person=person)
    return [link for link in rows if link.is_live(clock.now())]


def at_link(poll: Poll, person: Person):
    """The person as the code of the link lets them in."""
    return factories.sign_in(person, strength=1, scope=to_poll(poll))


# Asking


def test_everybody_gets_their_own_mail_and_link(cast: Cast) -> None:
    poll = ask(cast, cast.clinic, cast.newcomer, cast.chair, required=[cast.clinic])
    assert (poll.number, poll.state) == (1, "open")
    assert [date.starts_at for date in poll.dates.all()] == [at(14), at(15), at(16)]
    assert voter(poll, cast.clinic).required
    assert not voter(poll, cast.newcomer).required
    for person in (cast.clinic, cast.newcomer):
        (link,) = live_links(poll, person)
        assert link.scope == to_poll(poll)
        assert link.ends_at == poll.deadline + timedelta(days=7)
        (mail,) = mails(person)
        assert mail.about == f"link:{link.id}"
        assert voter(poll, person).told_at
    # Who signs in by name gets the page's address, and no link.
    assert not live_links(poll, cast.chair)
    (mail,) = mails(cast.chair)
    assert f"/polls/{poll.id}/" in outbox.compose(mail).body
    event = AuditEvent.objects.get(action="meetings.poll.open")
    assert (event.subject, event.detail) == (f"poll:{poll.id}", {"asked": 3})


def test_asking_twice_is_asking_once(cast: Cast) -> None:
    first, again = ask(cast), ask(cast)
    assert first == again
    assert len(mails(cast.clinic)) == 1
    assert ask(cast, number=2).number == 2


def test_who_has_no_mail_address_waits_for_a_letter(cast: Cast) -> None:
    Person.objects.filter(pk=cast.clinic.pk).update(email="")
    poll = ask(cast)
    assert voter(poll, cast.clinic).told_at is None
    assert not live_links(poll, cast.clinic)
    issued = polls.print_letter(actor=clerk(cast), voter=voter(poll, cast.clinic))
    assert live_links(poll, cast.clinic) == [issued.link]
    assert voter(poll, cast.clinic).told_at is not None
    assert not mails(cast.clinic)


@pytest.mark.parametrize(
    "more",
    [
        {"days": (14,)},
        {"days": (14, 14)},
        {"days": (5, 14)},  # before the deadline
        {"deadline": -1},
    ],
)
def test_days_and_deadline_must_fit(cast: Cast, more) -> None:
    with pytest.raises(InvalidError):
        ask(cast, **more)
    assert not Poll.objects.exists()


def test_a_day_ends_after_it_starts_and_somebody_is_asked(cast: Cast) -> None:
    good = plan(cast.clinic)
    backwards = [(end, start) for start, end in good.spans]
    wrong: tuple[dict[str, Any], ...] = ({"spans": backwards}, {"people": {}})
    for bad in wrong:
        with pytest.raises(InvalidError):
            polls.open_poll(
                actor=clerk(cast),
                key=key(),
                body=cast.shien,
                plan=polls.Plan(**{**_fields(good), **bad}),
            )


def _fields(of: polls.Plan) -> dict[str, Any]:
    names = ("spans", "place", "deadline", "people")
    return {name: getattr(of, name) for name in names}


def test_only_people_of_the_roll_can_be_asked(cast: Cast) -> None:
    roll = rosters.roll(cast.shien)
    assert {cast.chair, cast.secretariat, cast.clinic} <= set(roll)
    assert not {cast.stranger, cast.administrator, cast.auditor} & set(roll)
    for outsider in (cast.stranger, cast.administrator):
        with pytest.raises(RefusedError):
            ask(cast, cast.clinic, outsider)
    assert not OutgoingMail.objects.exists()


@pytest.mark.parametrize("who", ["clinic", "colleague", "stranger", "auditor"])
def test_only_custodians_of_the_body_ask(cast: Cast, who: str) -> None:
    with pytest.raises(HiddenError):
        polls.open_poll(
            actor=factories.sign_in(getattr(cast, who)),
            key=key(),
            body=cast.shien,
            plan=plan(cast.clinic),
        )


# Answering


def test_an_answer_is_kept_and_may_be_changed_until_the_deadline(cast: Cast) -> None:
    poll = ask(cast)
    actor = at_link(poll, cast.clinic)
    answer(actor, poll, cast.clinic, "○△×", "30分遅れます")
    row = voter(poll, cast.clinic)
    assert [a.sign for a in row.answers.order_by("date__starts_at")] == list("○△×")
    assert (row.note, row.answered_at is None) == ("30分遅れます", False)
    answer(actor, poll, cast.clinic, "×○○")
    row = voter(poll, cast.clinic)
    assert [a.sign for a in row.answers.order_by("date__starts_at")] == list("×○○")
    assert row.note == ""
    assert PollAnswer.objects.count() == 3


def test_every_day_needs_one_of_the_three_marks(cast: Cast) -> None:
    poll, other = ask(cast), ask(cast, number=2)
    good = marks(poll, "○○○")
    first = next(iter(good))
    bad = [
        {first: "yes"},
        {**good, first: "perhaps"},
        {**good, UUID(int=9): "yes"},
        marks(other, "○○○"),
    ]
    for given in bad:
        with pytest.raises(InvalidError):
            polls.answer_poll(
                actor=at_link(poll, cast.clinic),
                voter=voter(poll, cast.clinic),
                marks=given,
            )
    assert not PollAnswer.objects.exists()


def test_nobody_answers_for_somebody_else(cast: Cast) -> None:
    poll = ask(cast)
    for person in (cast.newcomer, cast.colleague, cast.stranger, cast.auditor):
        with pytest.raises(HiddenError):
            answer(factories.sign_in(person), poll, cast.clinic, "○○○")
    other = ask(cast, number=2)
    with pytest.raises(HiddenError):
        answer(at_link(other, cast.clinic), poll, cast.clinic, "○○○")


def test_a_commission_that_ended_ends_the_answering_and_the_mail(cast: Cast) -> None:
    poll = ask(cast)
    actor = at_link(poll, cast.clinic)
    Commission.objects.filter(person=cast.clinic).update(ends_at=clock.now())
    with pytest.raises(HiddenError):
        answer(actor, poll, cast.clinic, "○○○")
    with pytest.raises(RefusedError):
        polls.send_again(actor=clerk(cast), voter=voter(poll, cast.clinic))
    with pytest.raises(RefusedError):
        polls.print_letter(actor=clerk(cast), voter=voter(poll, cast.clinic))
    assert len(mails(cast.clinic)) == 1


def test_after_the_deadline_the_person_calls_and_the_secretariat_enters_it(
    cast: Cast,
) -> None:
    cast.secretariat.organization.phone = "000-000-1234"
    cast.secretariat.organization.save()
    poll = ask(cast)
    with time_machine.travel(poll.deadline, tick=False):
        with pytest.raises(RefusedError) as refused:
            answer(at_link(poll, cast.clinic), poll, cast.clinic, "○○○")
        assert "000-000-1234" in str(refused.value.message)
        assert not PollAnswer.objects.exists()
        answer(clerk(cast), poll, cast.clinic, "○○○")
    assert voter(poll, cast.clinic).answered_at == poll.deadline
    event = AuditEvent.objects.get(action="meetings.poll.answer")
    assert event.actor == str(cast.secretariat.id)
    assert event.detail == {"person": str(cast.clinic.id)}


def test_the_last_moment_before_the_deadline_counts(cast: Cast) -> None:
    poll = ask(cast)
    with time_machine.travel(poll.deadline - timedelta(seconds=1), tick=False):
        answer(at_link(poll, cast.clinic), poll, cast.clinic, "○○○")
    assert PollAnswer.objects.count() == 3


# Reminding


def swept(when) -> int:
    with time_machine.travel(when, tick=False):
        return polls.remind_due()


def test_the_silent_are_reminded_two_days_before_and_on_the_day_once_each(
    cast: Cast,
) -> None:
    poll = ask(cast)
    answer(at_link(poll, cast.newcomer), poll, cast.newcomer, "○○○")
    assert swept(at(5, 8)) == 0
    assert swept(at(5, 9)) == 1
    assert Link.objects.filter(person=cast.clinic, ends_at__gt=at(6)).count() == 1
    assert Link.objects.filter(person=cast.clinic, ends_at=at(5, 9)).count() == 1
    assert [swept(at(5, 10)), swept(at(6, 12)), swept(at(7, 8))] == [0, 0, 0]
    assert swept(at(7, 9)) == 1
    assert [swept(at(7, 12)), swept(at(7, 17)), swept(at(8, 9))] == [0, 0, 0]
    assert len(mails(cast.clinic)) == 3
    assert len(mails(cast.newcomer)) == 1
    assert mails(cast.clinic)[-1].subject.startswith("【再度のお願い】")
    told = AuditEvent.objects.filter(action="meetings.poll.remind")
    assert [event.actor for event in told] == [str(cast.secretariat.id)] * 2


def test_who_is_at_the_page_is_not_thrown_out_by_a_reminder(cast: Cast) -> None:
    poll = ask(cast)
    (link,) = live_links(poll, cast.clinic)
    with time_machine.travel(at(5, 8) + timedelta(minutes=55), tick=False):
        sign_in = sign_ins.start(
            person=cast.clinic, strength=1, link_id=link.id, scope=link.scope
        )
    assert swept(at(5, 9)) == 1  # the newcomer
    sign_in.refresh_from_db()
    assert sign_in.ends_at is None
    assert swept(at(5, 10)) == 1
    sign_in.refresh_from_db()
    assert sign_in.ends_at is not None


def test_nobody_is_reminded_for_who_convenes_no_more(cast: Cast) -> None:
    """R37: a sweep has the rights of the person for whom it acts, and no others."""
    poll = ask(cast)
    Office.objects.filter(person=poll.created_by).update(ends_at=clock.now())
    with time_machine.travel(poll.deadline - timedelta(hours=1)):
        assert polls.remind_due() == 0


def test_a_poll_that_is_over_reminds_nobody(cast: Cast) -> None:
    polls.close_poll(actor=clerk(cast), poll=ask(cast))
    decided = ask(cast, number=2)
    polls.decide_date(actor=clerk(cast), date=decided.dates.all()[0])
    assert swept(at(5, 9)) == 0
    assert polls.remind_due in worker.SWEEPS


def test_the_secretariat_reminds_whom_it_did_not_just_tell(cast: Cast) -> None:
    poll = ask(cast)
    answer(at_link(poll, cast.newcomer), poll, cast.newcomer, "○○○")
    with pytest.raises(RefusedError):
        polls.remind(actor=clerk(cast), poll=poll)
    with time_machine.travel(at(1, 9), tick=False):
        assert polls.remind(actor=clerk(cast), poll=poll) == 1
        with pytest.raises(RefusedError):
            polls.remind(actor=clerk(cast), poll=poll)
    with (
        time_machine.travel(poll.deadline, tick=False),
        pytest.raises(RefusedError),
    ):
        polls.remind(actor=clerk(cast), poll=poll)


def test_sending_again_makes_a_new_link(cast: Cast) -> None:
    poll = ask(cast)
    (old,) = live_links(poll, cast.clinic)
    polls.send_again(actor=clerk(cast), voter=voter(poll, cast.clinic))
    (new,) = live_links(poll, cast.clinic)
    assert new != old
    first, second = mails(cast.clinic)
    assert (first.state, second.state) == ("cancelled", "waiting")


# Deciding


def test_deciding_makes_a_draft_sitting_and_tells_everybody(cast: Cast) -> None:
    poll = ask(cast)
    date = poll.dates.all()[1]
    made = polls.decide_date(actor=clerk(cast), date=date)
    again = polls.decide_date(actor=clerk(cast), date=date)
    assert made == again
    assert (made.state, made.body, made.place) == ("draft", cast.shien, PLACE)
    assert (made.starts_at, made.ends_at) == (date.starts_at, date.ends_at)
    poll.refresh_from_db()
    assert (poll.state, poll.sitting) == ("decided", made)
    asked, told = mails(cast.clinic)
    assert asked.state == "cancelled"  # it had not left yet
    assert told.subject == f"【日程決定】かさね {_title(poll)}"
    assert "/g/" not in outbox.compose(told).body
    with pytest.raises(RefusedError):
        polls.decide_date(actor=clerk(cast), date=poll.dates.all()[0])
    with pytest.raises(RefusedError):
        answer(at_link(poll, cast.clinic), poll, cast.clinic, "○○○")
    with pytest.raises(RefusedError):
        polls.close_poll(actor=clerk(cast), poll=poll)


def _title(poll: Poll) -> str:
    return poll_notices.title_of(poll.created_at, poll.number)


def test_a_day_that_is_taken_meanwhile_decides_nothing(cast: Cast) -> None:
    poll = ask(cast)
    date = poll.dates.all()[0]
    sittings.create_sitting(
        actor=clerk(cast),
        key=key(7),
        body=cast.shien,
        when=When(date.starts_at, date.ends_at, PLACE),
    )
    with pytest.raises(InvalidError):
        polls.decide_date(actor=clerk(cast), date=date)
    poll.refresh_from_db()
    assert poll.state == "open"
    assert len(mails(cast.clinic)) == 1


def test_the_link_of_a_poll_does_not_open_the_sitting_it_became(cast: Cast) -> None:
    poll = ask(cast)
    made = polls.decide_date(actor=clerk(cast), date=poll.dates.all()[0])
    (link,) = live_links(poll, cast.clinic)
    assert made.id not in {poll.id, link.scope_id}


def test_closing_tells_everybody_and_takes_no_more_answers(cast: Cast) -> None:
    poll = ask(cast)
    polls.close_poll(actor=clerk(cast), poll=poll)
    polls.close_poll(actor=clerk(cast), poll=poll)
    assert [mail.subject for mail in mails(cast.clinic)][1:] == [
        f"【取りやめ】かさね {_title(poll)}"
    ]
    with pytest.raises(RefusedError):
        answer(at_link(poll, cast.clinic), poll, cast.clinic, "○○○")
    with pytest.raises(RefusedError):
        answer(clerk(cast), poll, cast.clinic, "○○○")
    with pytest.raises(RefusedError):
        polls.decide_date(actor=clerk(cast), date=poll.dates.all()[0])
    assert not Sitting.objects.filter(place=PLACE, state="draft").exists()


ACTS = {
    "remind": lambda actor, poll: polls.remind(actor=actor, poll=poll),
    "close": lambda actor, poll: polls.close_poll(actor=actor, poll=poll),
    "decide": lambda actor, poll: polls.decide_date(
        actor=actor, date=PollDate.objects.filter(poll=poll)[0]
    ),
    "send": lambda actor, poll: polls.send_again(
        actor=actor, voter=poll.voters.all()[0]
    ),
    "letter": lambda actor, poll: polls.print_letter(
        actor=actor, voter=poll.voters.all()[0]
    ),
}


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize(
    "who", ["clinic", "colleague", "stranger", "administrator", "auditor"]
)
def test_nobody_but_a_custodian_acts_on_a_poll(cast: Cast, act: str, who: str) -> None:
    poll = ask(cast)
    with pytest.raises(HiddenError):
        ACTS[act](factories.sign_in(getattr(cast, who)), poll)
    poll.refresh_from_db()
    assert poll.state == "open"


# The words that leave the house (R39)


def jst(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=clock.JST)


FACTS = Facts(
    serial="2026-003",
    spans=[(jst(14, 10), jst(14, 11)), (jst(15, 15), jst(15, 16, 30))],
    place="市役所本庁舎 3階 301会議室",
    deadline=jst(7, 17),
    name="上田 健",
    link="https://kasane.city.mihon.example/g/#secret",
    link_until=jst(14, 17),
)


def test_the_words_of_a_poll() -> None:
    spans = [span_words(*span) for span in FACTS.spans]
    until = moment_words(jst(14, 17))
    subject, body = compose(Occasion.ASKED, FACTS)
    assert subject == "かさね 日程のお伺い 2026-003"
    assert (
        body
        == f"""上田 健 様

日程のお伺い(2026-003)です。次の日時のご都合を、○・△・×でお知らせください。

候補1  {spans[0]}
候補2  {spans[1]}
場所  市役所本庁舎 3階 301会議室

{moment_words(FACTS.deadline)}までに、次のページでお答えください。
https://kasane.city.mihon.example/g/#secret

このリンクは上田 健様だけのものです。ほかの方に転送しないでください。
開くときに、確認コード(数字8けた)の入力をお願いします。
{until}まで使えます。

かさね(このメールは送信専用です)
"""
    )


def test_no_mail_of_a_poll_holds_anything_but_neutral_words(cast: Cast) -> None:
    """Canaries in every other text the portal knows come out in no mail."""
    canary = "かなりや"
    cast.shien.name = canary
    cast.shien.save()
    for person in (cast.newcomer, cast.secretariat, cast.chair):
        person.name = f"{person.name}{canary}"
        person.save()
    poll = ask(cast, cast.clinic, cast.newcomer)
    answer(at_link(poll, cast.newcomer), poll, cast.newcomer, "○○○", canary)
    acts = [
        lambda: polls.remind(actor=clerk(cast), poll=poll),
        lambda: polls.send_again(actor=clerk(cast), voter=voter(poll, cast.clinic)),
        lambda: polls.decide_date(actor=clerk(cast), date=poll.dates.all()[0]),
        lambda: ask(cast, cast.clinic, number=2),
        lambda: polls.close_poll(actor=clerk(cast), poll=Poll.objects.get(pk=key(2))),
    ]
    texts = [_newest(cast.clinic)]
    with time_machine.travel(at(1, 9)):
        for act in acts:
            act()
            texts.append(_newest(cast.clinic))
    assert len(set(texts)) == 6
    for text in texts:
        assert canary not in text
        assert cast.case.number not in text
        assert "支援会議" not in text


def _newest(person: Person) -> str:
    mail = mails(person)[-1]
    return mail.subject + outbox.compose(mail).body


def test_a_line_break_in_a_name_or_place_begins_no_line(cast: Cast) -> None:
    facts = replace(FACTS, place="301\n偽の行", name="上田\n偽の行", link="")
    _subject, body = compose(Occasion.ASKED, facts)
    assert "\n偽" not in body


def test_the_board_of_links_knows_the_poll(cast: Cast) -> None:
    poll = ask(cast)
    assert {row.link.person for row in links.links_of(poll.id)} == {
        cast.clinic,
        cast.newcomer,
    }
