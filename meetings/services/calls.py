"""事例の募集: opened, told, reminded, answered (DOMAIN: the typical month)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.urls import reverse
from django.utils.translation import gettext as _

from documents.services import links
from documents.services.links import IssuedLink
from meetings import call_notices, rosters
from meetings.call_notices import Occasion, late_words
from meetings.models import Call, CallRecipient, Proposal, Sitting
from meetings.models.calls import REMIND_BEFORE
from meetings.policies import call_facts
from members.access import Actor, access_for
from members.facts import Action, Answer
from members.models import Body, Person, Purpose, Scope
from members.policies import body_facts
from portal.core import audit, clock, outbox
from portal.core.errors import HiddenError, InvalidError, RefusedError
from portal.core.repeats import made_before


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """For which month or sitting, until when, with what words."""

    month: date
    sitting: Sitting | None
    due_at: datetime
    words: str


@transaction.atomic
def open_call(
    *, actor: Actor, key: UUID, body: Body, asked: Asked, people: Sequence[Person]
) -> Call:
    """Ask people for cases, each with an own mail; a repeat with ``key`` is answered.

    Raises InvalidError for a due date that is past or after the sitting begins, or
    without anybody to ask; RefusedError for somebody who is not commissioned.
    """
    body = Body.objects.select_for_update().get(pk=body.pk)
    access = access_for(actor, cases=(), items=())
    access.require(Action.CONVENE, body_facts(body))
    known = made_before(Call, key, body=body)
    if known is not None:
        return known
    _check(body, asked)
    call = Call.objects.create(
        id=key,
        body=body,
        number=(body.calls.aggregate(last=Max("number"))["last"] or 0) + 1,
        month=asked.month,
        sitting=asked.sitting,
        due_at=asked.due_at,
        words=asked.words,
        opened_by=actor.person,
        opened_at=access.t,
    )
    _record("open", actor, call, people=len(people))
    _add(actor, call, people)
    return call


def _check(body: Body, asked: Asked) -> None:
    if asked.due_at <= clock.now():
        raise InvalidError(_("期限は、これからの日にしてください。"))
    sitting = asked.sitting
    if sitting is not None and sitting.body_id != body.id:
        raise HiddenError
    if sitting is not None and asked.due_at >= sitting.starts_at:
        raise InvalidError(_("期限は、会議の開始より前の日にしてください。"))


@transaction.atomic
def ask_more(*, actor: Actor, call: Call, people: Sequence[Person]) -> Call:
    """Ask further people while the call is open; who was asked already is left."""
    call = _kept(actor, call)
    _refuse_unless_open(call)
    asked = set(call.recipients.values_list("person_id", flat=True))
    _add(actor, call, [person for person in people if person.id not in asked])
    return call


def _add(actor: Actor, call: Call, people: Sequence[Person]) -> None:
    offered = set(
        rosters.commissioned_people(call.body_id).values_list("id", flat=True)
    )
    if not people:
        raise InvalidError(_("お願いする人を、1人以上選んでください。"))
    for person in people:
        if person.id not in offered:
            raise RefusedError(
                _("%(name)sさんは、この会議体では選べません。") % {"name": person.name}
            )
    rows = [CallRecipient.objects.create(call=call, person=person) for person in people]
    tell(actor, call, rows, Occasion.ASKED)


# Telling ------------------------------------------------------------------------------


def tell(
    actor: Actor, call: Call, rows: Iterable[CallRecipient], occasion: Occasion
) -> int:
    """Send each their own mail, where the call would open for them; how many.

    The caller has asked CONVENE on the call. Who has no mail address is asked by
    telephone.
    """
    rows = list(rows)
    standing = rosters.standing([row.person for row in rows], items=())
    count = 0
    for row in rows:
        opens = standing[row.person_id].answer(Action.SEE_NOTICE, call_facts(call, row))
        if opens is Answer.HIDDEN or not row.person.email:
            continue
        _mail(actor, row, occasion)
        count += 1
    return count


def _mail(actor: Actor, row: CallRecipient, occasion: Occasion) -> None:
    call, person, now = row.call, row.person, clock.now()
    issued = None if person.login else _issue(actor, row)
    page = f"{settings.BASE_URL}{reverse('meetings:call-detail', args=[call.id])}"
    subject, body = call_notices.compose(
        occasion,
        call_notices.Facts(
            serial=call.serial,
            name=person.name,
            due_at=_due_of(row) if _due_of(row) > now else None,
            link=issued.url if issued else page,
            link_until=issued.link.ends_at if issued else None,
        ),
    )
    outbox.queue(
        person=person.id,
        address=person.email,
        subject=subject,
        body=body,
        about=f"link:{issued.link.id}" if issued else f"call:{call.id}",
    )
    row.told_at = row.told_at or now
    if occasion is Occasion.REMINDED:
        row.reminded_at = now
    row.save(update_fields=["told_at", "reminded_at"])
    _record("tell", actor, call, person=str(person.id), occasion=occasion.value)


def _due_of(row: CallRecipient) -> datetime:
    """The latest end that the person was given: a returned proposal may have more."""
    own = Proposal.objects.filter(call=row.call, person=row.person)
    later = own.aggregate(last=Max("due_at"))["last"]
    return max(row.call.due_at, later or row.call.due_at)


def _issue(actor: Actor, row: CallRecipient) -> IssuedLink:
    """A link that outlives the due date by the days the body gives."""
    days = timedelta(days=row.call.body.rules.link_days)
    return links.issue_link(
        actor=actor,
        person=row.person,
        scope=Scope(Purpose.CALL, row.call_id),
        starts_at=clock.now(),
        ends_at=max(_due_of(row), clock.now()) + days,
    )


@transaction.atomic
def remind(*, actor: Actor, call: Call) -> int:
    """Ask everybody once more whose organisation has not answered; how many mails."""
    call = _kept(actor, call)
    _refuse_unless_open(call)
    return tell(actor, call, silent(call), Occasion.REMINDED)


def silent(call: Call) -> list[CallRecipient]:
    """Those whose organisation has not answered at all: the chase list."""
    rows = list(
        call.recipients.select_related("person__organization", "call__body").order_by(
            "person__organization__kana", "person__kana"
        )
    )
    heard = {
        row.person.organization_id
        for row in rows
        if row.answer != CallRecipient.Answer.WAITING
    }
    return [row for row in rows if row.person.organization_id not in heard]


@transaction.atomic
def send_again(*, actor: Actor, recipient: CallRecipient) -> None:
    """Send one person the mail once more. The old link dies."""
    recipient = _kept_recipient(actor, recipient)
    if not recipient.person.email:
        raise RefusedError(
            _("メールアドレスがありません。電話で伺い、お返事を記録してください。")
        )
    if not tell(actor, recipient.call, [recipient], Occasion.REMINDED):
        raise RefusedError(
            _("この方には、いま開けるページがありません。委嘱をお確かめください。")
        )


@transaction.atomic
def stop_link(*, actor: Actor, recipient: CallRecipient) -> None:
    """End the person's link to the call, with everything opened through it."""
    recipient = _kept_recipient(actor, recipient)
    links.revoke_links(actor=actor, scope_id=recipient.call_id, person=recipient.person)


@transaction.atomic
def unlock(*, actor: Actor, recipient: CallRecipient) -> None:
    """Let the person try codes again on the live link."""
    recipient = _kept_recipient(actor, recipient)
    links.unlock_links(actor=actor, scope_id=recipient.call_id, person=recipient.person)


def remind_due() -> None:
    """Remind once, a few days before the due date, by whoever opened the call (R37)."""
    now = clock.now()
    due = Call.objects.filter(
        swept_at=None, due_at__gt=now, due_at__lte=now + REMIND_BEFORE
    )
    for call_id in list(due.values_list("id", flat=True)):
        _remind_once(call_id)


@transaction.atomic
def _remind_once(call_id: UUID) -> None:
    rows = Call.objects.select_for_update(of=("self",), skip_locked=True)
    call = (
        rows.select_related("body", "opened_by")
        .filter(pk=call_id, swept_at=None)
        .first()
    )
    if call is None:
        return
    call.swept_at = clock.now()
    call.save(update_fields=["swept_at"])
    clerk = rosters.standing([call.opened_by], items=())[call.opened_by_id]
    if clerk.allows(Action.CONVENE, call_facts(call, None)):
        tell(Actor(call.opened_by), call, silent(call), Occasion.REMINDED)


# Answering ----------------------------------------------------------------------------


@transaction.atomic
def answer_nothing(*, actor: Actor, recipient: CallRecipient) -> None:
    """今回は該当なし: by the person, or by the secretariat who was told by telephone.

    Raises RefusedError after the due date, and where a proposal has been sent in.
    """
    recipient = (
        CallRecipient.objects.select_for_update(of=("self",))
        .select_related("call__body", "call__opened_by__organization")
        .get(pk=recipient.pk)
    )
    access = access_for(actor, cases=(), items=())
    mine = recipient.person_id == actor.id
    thing = call_facts(recipient.call, recipient if mine else None)
    access.require(Action.SEE_NOTICE if mine else Action.CONVENE, thing)
    _refuse_unless_open(recipient.call)
    if recipient.answer == CallRecipient.Answer.PROPOSES:
        raise RefusedError(_("すでに提案をいただいています。お返事は要りません。"))
    recipient.answer = CallRecipient.Answer.NOTHING
    recipient.answered_at = access.t
    recipient.save(update_fields=["answer", "answered_at"])
    _record("nothing", actor, recipient.call, person=str(recipient.person_id))


def _refuse_unless_open(call: Call) -> None:
    if not call.is_open:
        raise RefusedError(late_words(call))


def _kept(actor: Actor, call: Call) -> Call:
    """The call under its lock, once the actor convenes its body."""
    call = (
        Call.objects.select_for_update(of=("self",))
        .select_related("body", "opened_by__organization")
        .get(pk=call.pk)
    )
    access = access_for(actor, cases=(), items=())
    access.require(Action.CONVENE, call_facts(call, None))
    return call


def _kept_recipient(actor: Actor, recipient: CallRecipient) -> CallRecipient:
    recipient = (
        CallRecipient.objects.select_for_update(of=("self",))
        .select_related("call__body", "person__organization")
        .get(pk=recipient.pk)
    )
    access = access_for(actor, cases=(), items=())
    access.require(Action.CONVENE, call_facts(recipient.call, None))
    return recipient


def _record(what: str, actor: Actor, call: Call, **detail: str | int) -> None:
    audit.record(
        f"meetings.call.{what}",
        actor=actor.id,
        subject=f"call:{call.id}",
        detail=dict(detail),
    )
