"""日程調整: days offered, answered, reminded of, and one of them decided on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from documents.services.links import IssuedLink
from meetings import poll_notices, rosters
from meetings.models import Poll, PollAnswer, PollDate, PollVoter, Sitting
from meetings.policies import poll_facts
from meetings.poll_notices import Occasion
from meetings.services import poll_mail, sittings
from meetings.services.sittings import When
from members.access import Actor, access_for
from members.facts import Action
from members.filters import ending_after
from members.models import Body, SignIn
from members.policies import body_facts
from portal.core import audit, clock
from portal.core.errors import HiddenError, InvalidError, RefusedError
from portal.core.repeats import made_before

LEAST_DATES = 2
# Nobody is reminded twice within this time, however often the button is pressed.
REMIND_AFTER = timedelta(minutes=10)
# Who is at the page just now keeps it: a new link would end the sign-in.
AT_THE_PAGE = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Plan:
    """What is asked: the days, where, until when, and whom (True: must be there)."""

    spans: Sequence[tuple[datetime, datetime]]
    place: str
    deadline: datetime
    people: Mapping[UUID, bool]


@transaction.atomic
def open_poll(*, actor: Actor, key: UUID, body: Body, plan: Plan) -> Poll:
    """Ask people of the body's roll; a repeat with ``key`` is answered.

    Everybody with a mail address is told at once. Raises InvalidError for days or a
    deadline that do not fit, RefusedError for somebody who cannot be asked.
    """
    body = Body.objects.select_for_update().get(pk=body.pk)
    access = access_for(actor, cases=(), items=())
    access.require(Action.CONVENE, body_facts(body))
    known = made_before(Poll, key, body=body)
    if known is not None:
        return known
    _check(plan)
    roll = {person.id: person for person in rosters.roll(body)}
    if not plan.people.keys() <= roll.keys():
        raise RefusedError(_("名簿にない人が含まれています。もう一度選んでください。"))
    last = body.polls.aggregate(last=Max("number"))["last"] or 0
    poll = Poll.objects.create(
        id=key,
        body=body,
        number=last + 1,
        place=plan.place,
        deadline=plan.deadline,
        created_by=actor.person,
        created_at=clock.now(),
    )
    PollDate.objects.bulk_create(
        PollDate(poll=poll, starts_at=start, ends_at=end) for start, end in plan.spans
    )
    voters = [
        PollVoter(poll=poll, person=roll[person], required=required)
        for person, required in plan.people.items()
    ]
    PollVoter.objects.bulk_create(voters)
    poll_mail.tell(actor, poll, voters, Occasion.ASKED)
    _record("open", actor, poll, asked=len(voters))
    return poll


def _check(plan: Plan) -> None:
    now = clock.now()
    starts = {start for start, _end in plan.spans}
    if len(plan.spans) < LEAST_DATES:
        raise InvalidError(_("候補の日時を2つ以上入れてください。"))
    if len(starts) < len(plan.spans):
        raise InvalidError(_("同じ日時の候補があります。"))
    if any(end <= start for start, end in plan.spans):
        raise InvalidError(_("終了は、開始より後の時刻にしてください。"))
    if plan.deadline <= now:
        raise InvalidError(_("回答期限は、これからの日時にしてください。"))
    if min(starts) <= plan.deadline:
        raise InvalidError(_("回答期限は、最初の候補より前にしてください。"))
    if not plan.people:
        raise InvalidError(_("日程を尋ねる人を1人以上選んでください。"))


@transaction.atomic
def answer_poll(
    *, actor: Actor, voter: PollVoter, marks: Mapping[UUID, str], note: str = ""
) -> None:
    """Record a person's own answer, or what the secretariat was told by phone.

    Raises HiddenError for somebody else's answer, RefusedError after the deadline
    (the secretariat may still enter one until a day is decided), InvalidError where
    a day has no mark.
    """
    poll = Poll.objects.select_for_update().get(pk=voter.poll_id)
    voter = PollVoter.objects.select_related("person").get(pk=voter.pk)
    _require_answer(actor, poll, voter)
    dates = set(poll.dates.values_list("id", flat=True))
    if marks.keys() != dates or not set(marks.values()) <= set(PollAnswer.Mark):
        raise InvalidError(_("すべての日時に、○・△・×のどれかを選んでください。"))
    voter.answers.all().delete()
    PollAnswer.objects.bulk_create(
        PollAnswer(voter=voter, date_id=date, mark=mark) for date, mark in marks.items()
    )
    voter.note, voter.answered_at = note, clock.now()
    voter.save()
    _record("answer", actor, poll, person=str(voter.person_id))


def _require_answer(actor: Actor, poll: Poll, voter: PollVoter) -> None:
    access = access_for(actor, cases=(), items=())
    own = voter.person_id == actor.id
    custodian = access.allows(Action.CONVENE, poll_facts(poll, asked=False))
    if not custodian and not (
        own and access.allows(Action.SEE_NOTICE, poll_facts(poll, asked=True))
    ):
        raise HiddenError
    if poll.state != Poll.State.OPEN:
        raise RefusedError(_("この日程調整は終わりました。お返事は要りません。"))
    if not custodian and not poll.takes_answers(clock.now()):
        raise RefusedError(poll_notices.late_words(poll))


@transaction.atomic
def remind(*, actor: Actor, poll: Poll) -> int:
    """Ask those again who have not answered; returns how many were sent a mail."""
    poll = _locked(actor, poll)
    if not poll.takes_answers(clock.now()):
        raise RefusedError(_("回答期限を過ぎています。お電話でお確かめください。"))
    told = _remind(actor, poll, clock.now() - REMIND_AFTER)
    if not told:
        raise RefusedError(
            _(
                "いまお送りする方はいません。"
                "先ほどお送りした方と、回答の画面を開いている方には送りません。"
            )
        )
    return told


def remind_due() -> int:
    """Remind by itself, two days before a deadline and on its day, once each.

    It is done for the person who opened the poll, while they convene its body (R37).
    """
    now = clock.now()
    soon = now + timedelta(days=max(poll_notices.REMIND_DAYS) + 1)
    told = 0
    for poll_id in Poll.objects.filter(
        state=Poll.State.OPEN, deadline__gt=now, deadline__lt=soon
    ).values_list("id", flat=True):
        with transaction.atomic():
            rows = Poll.objects.select_for_update(of=("self",))
            poll = rows.select_related("body", "created_by").get(pk=poll_id)
            since = poll_notices.last_reminder(poll.deadline, now)
            if since is not None and poll.takes_answers(now) and _still_keeps(poll):
                told += _remind(Actor(poll.created_by), poll, since)
    return told


def _still_keeps(poll: Poll) -> bool:
    clerk = rosters.standing([poll.created_by], items=())[poll.created_by_id]
    return clerk.allows(Action.CONVENE, poll_facts(poll, asked=False))


def _remind(actor: Actor, poll: Poll, before: datetime) -> int:
    """Send to those who are silent and were told last before that moment."""
    at_the_page = SignIn.objects.filter(
        scope_id=poll.id, seen_at__gt=clock.now() - AT_THE_PAGE
    ).filter(ending_after(clock.now()))
    silent = poll.voters.filter(answered_at=None, told_at__lt=before).exclude(
        person__in=at_the_page.values("person")
    )
    told = poll_mail.tell(
        actor, poll, silent.select_related("person"), Occasion.REMINDED
    )
    if told:
        _record("remind", actor, poll, told=told)
    return told


@transaction.atomic
def send_again(*, actor: Actor, voter: PollVoter) -> None:
    """Send the mail once more with a new link; the old one dies."""
    poll, voter = _locked_voter(actor, voter)
    if not poll_mail.tell(actor, poll, [voter], Occasion.ASKED):
        raise RefusedError(
            _("この方にはメールを送れません。案内状を印刷するか、お電話ください。")
        )


@transaction.atomic
def print_letter(*, actor: Actor, voter: PollVoter) -> IssuedLink:
    """Make a new link to print on a letter; its secret is told this once only."""
    poll, voter = _locked_voter(actor, voter)
    if voter.person_id not in rosters.who_may_answer(poll, [voter.person]):
        raise RefusedError(_("この方は、いまこの会議体の委嘱・任命を受けていません。"))
    issued = poll_mail.issue(actor, poll, voter.person)
    voter.told_at = clock.now()
    voter.save(update_fields=["told_at"])
    _record("letter", actor, poll, person=str(voter.person_id))
    return issued


@transaction.atomic
def decide_date(*, actor: Actor, date: PollDate) -> Sitting:
    """Make a draft sitting on that day and tell everybody; a repeat is harmless."""
    poll = Poll.objects.get(pk=date.poll_id)
    poll = _locked(actor, poll, Poll.State.OPEN, Poll.State.DECIDED)
    if poll.sitting is not None:
        if poll.sitting.id != date.id:
            raise RefusedError(_("この日程調整は、ほかの日時に決まっています。"))
        return poll.sitting
    sitting = sittings.create_sitting(
        actor=actor,
        key=date.id,
        body=poll.body,
        when=When(date.starts_at, date.ends_at, poll.place),
    )
    poll.state, poll.sitting = Poll.State.DECIDED, sitting
    poll.save(update_fields=["state", "sitting"])
    poll_mail.tell_the_end(poll, Occasion.DECIDED, [date])
    _record("decide", actor, poll, sitting=str(sitting.id))
    return sitting


@transaction.atomic
def close_poll(*, actor: Actor, poll: Poll) -> None:
    """End the poll without a day, and tell everybody; a repeat is harmless."""
    poll = _locked(actor, poll, Poll.State.OPEN, Poll.State.CLOSED)
    if poll.state == Poll.State.CLOSED:
        return
    poll.state = Poll.State.CLOSED
    poll.save(update_fields=["state"])
    poll_mail.tell_the_end(poll, Occasion.CLOSED, list(poll.dates.all()))
    _record("close", actor, poll)


def _locked(actor: Actor, poll: Poll, *states: Poll.State) -> Poll:
    """The poll under its lock, once the actor may convene its body in such a state."""
    rows = Poll.objects.select_for_update(of=("self",))
    poll = rows.select_related("body", "created_by", "sitting").get(pk=poll.pk)
    access = access_for(actor, cases=(), items=())
    access.require(Action.CONVENE, poll_facts(poll, asked=False))
    if poll.state not in (states or (Poll.State.OPEN,)):
        raise RefusedError(
            _("この日程調整はいま「%(state)s」です。画面を読み込み直してください。")
            % {"state": poll.get_state_display()}
        )
    return poll


def _locked_voter(actor: Actor, voter: PollVoter) -> tuple[Poll, PollVoter]:
    poll = _locked(actor, voter.poll)
    if not poll.takes_answers(clock.now()):
        raise RefusedError(_("回答期限を過ぎています。お電話でお確かめください。"))
    return poll, poll.voters.select_related("person").get(pk=voter.pk)


def _record(what: str, actor: Actor, poll: Poll, **detail: str | int) -> None:
    audit.record(
        f"meetings.poll.{what}",
        actor=actor.id,
        subject=f"poll:{poll.id}",
        detail=detail,
    )
