"""協力依頼: asked, told, reminded, extended, withdrawn by the custodians (R15)."""

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.urls import reverse
from django.utils.translation import gettext as _

from documents.models import CooperationRequest, Link
from documents.policies import request_facts
from documents.requests import notices
from documents.requests.notices import Occasion
from documents.requests.rows import (
    last_day,
    locked,
    refuse_unless_waiting,
    unsent_files,
)
from documents.services import links
from documents.services.links import IssuedLink
from documents.services.trail import record_request
from members import grounds
from members.access import Actor, access_for, access_for_all
from members.facts import Action, Answer, Regime, State
from members.models import (
    Body,
    Case,
    Charter,
    LegalGround,
    Person,
    Purpose,
    Scope,
    SignIn,
)
from members.policies import case_facts
from members.services.people import Outsider, note_outsider
from portal.core import clock, outbox
from portal.core.errors import InvalidError, RefusedError
from portal.core.repeats import made_before

# The paragraph that lets the meeting ask for papers, information, an opinion.
_PARAGRAPHS = {
    LegalGround.Code.ACT_106_6: "第3項",
    LegalGround.Code.SELF_RELIANCE_9: "第3項",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is asked of whom, until when.

    Without ``clause`` and ``in_name_of`` the body's ground and its charter say them.
    """

    body: Body
    whom: Person | Outsider
    text: str
    document_class: str
    due_on: date
    clause: str = ""
    in_name_of: str = ""


# Asking -------------------------------------------------------------------------------


@transaction.atomic
def make_request(
    *, actor: Actor, key: UUID, case: Case, asked: Asked
) -> CooperationRequest:
    """Ask for papers or an opinion; a repeat with ``key`` is answered.

    The mail with the person's own link leaves at once; who has no mail address waits
    for the printed letter. Raises InvalidError for a date that is past, RefusedError
    for somebody whom the body's rules, its ground or a restriction leave out.
    """
    body = Body.objects.select_for_update().get(pk=asked.body.pk)
    access = access_for(actor, cases=[case.id], items=())
    access.require(Action.CONVENE, case_facts(case))
    known = made_before(CooperationRequest, key, case=case)
    if known is not None:
        return known
    request = _written(actor, case, replace(asked, body=body))
    request.id, request.asked_at = key, access.t
    access.require(Action.READ, request_facts(request, actor.id))
    _require_addressee(request)
    request.save(force_insert=True)
    record_request("make", actor, request)
    if request.person.email:
        _send(actor, request, Occasion.ASKED)
    return request


def _written(actor: Actor, case: Case, asked: Asked) -> CooperationRequest:
    body, whom = asked.body, asked.whom
    last = CooperationRequest.objects.filter(body=body).aggregate(last=Max("number"))
    if isinstance(whom, Outsider):
        whom = note_outsider(actor=actor, body=body, who=whom)
    return CooperationRequest(
        body=body,
        number=(last["last"] or 0) + 1,
        case=case,
        regime=body.regime,
        clause=asked.clause or _clause_of(body),
        in_name_of=asked.in_name_of or body.rules.requests_in_name_of,
        person=whom,
        text=asked.text,
        document_class=asked.document_class,
        due_on=_checked_day(asked.due_on),
        asked_by=actor.person,
    )


def _clause_of(body: Body) -> str:
    """The clause under which the body may ask; without one, its charter's name."""
    ground = grounds.ground_of(body, Regime(body.regime), clock.now())
    code = LegalGround.Code(ground)
    if code is LegalGround.Code.NONE:
        return body.rules.name or _("設置要綱")
    return str(code.label) + _PARAGRAPHS.get(code, "")


def _checked_day(due_on: date) -> date:
    if due_on < clock.today():
        raise InvalidError(_("回答の期限は、今日からあとの日付にしてください。"))
    return due_on


def _require_addressee(request: CooperationRequest) -> None:
    """The body's rules admit the person, and the request would open for them."""
    now = clock.now()
    sign_in = SignIn(
        person=request.person, started_at=now, seen_at=now, strength=2, strong_at=now
    )
    actor = Actor(request.person, sign_in)
    access = access_for_all([actor], cases=[request.case_id], items=())[actor.id]
    members_only = request.body.rules.requests_to == Charter.RequestsTo.MEMBERS
    commissioned = any(
        c.body == request.body_id and c.span.holds(now)
        for c in access.facts.person.commissions
    )
    if members_only and not commissioned:
        raise RefusedError(
            _("この会議体の要綱では、協力を求める相手は構成員に限られています。")
        )
    thing = request_facts(request, request.person_id)
    if access.answer(Action.READ, thing) is Answer.HIDDEN:
        raise RefusedError(
            _(
                "この方には依頼を送れません。"
                "会議体の根拠条項、本人同意、参加の制限をお確かめください。"
            )
        )


# Telling ------------------------------------------------------------------------------


def _send(actor: Actor, request: CooperationRequest, occasion: Occasion) -> None:
    person = request.person
    issued = None if person.login else _issue(actor, request)
    page = f"{settings.BASE_URL}{reverse('documents:reply', args=[request.id])}"
    tell(
        request,
        occasion,
        link=issued.url if issued else page,
        until=last_day(request) if issued else None,
        about=f"link:{issued.link.id}" if issued else f"request:{request.id}",
    )
    request.told_at = clock.now()
    request.save(update_fields=["told_at"])


def _issue(actor: Actor, request: CooperationRequest) -> IssuedLink:
    return links.issue_link(
        actor=actor,
        person=request.person,
        scope=Scope(Purpose.REQUEST, request.id),
        starts_at=clock.now(),
        ends_at=clock.day_end(last_day(request)),
    )


def tell(
    request: CooperationRequest,
    occasion: Occasion,
    *,
    link: str = "",
    until: date | None = None,
    about: str = "",
) -> None:
    """Queue the mail about the request, if there is an address."""
    if not request.person.email:
        return
    facts = notices.Facts(
        request.serial, request.person.name, request.due_on, link, until
    )
    subject, body = notices.compose(occasion, facts)
    outbox.queue(
        person=request.person_id,
        address=request.person.email,
        subject=subject,
        body=body,
        about=about,
    )


@transaction.atomic
def remind(*, actor: Actor, request: CooperationRequest) -> None:
    """Ask once more, with a new link: of the old one only a digest was kept."""
    request = _kept(actor, request)
    if not request.person.email:
        raise RefusedError(
            _("メールアドレスがありません。依頼状を印刷してお渡しください。")
        )
    _send(actor, request, Occasion.REMINDED)
    request.reminded_at = clock.now()
    request.save(update_fields=["reminded_at"])
    record_request("remind", actor, request)


@transaction.atomic
def print_letter(*, actor: Actor, request: CooperationRequest) -> IssuedLink:
    """Make a new link to print on the letter; its secret is told this once only."""
    request = _kept(actor, request)
    issued = _issue(actor, request)
    request.told_at = clock.now()
    request.save(update_fields=["told_at"])
    record_request("letter", actor, request)
    return issued


@transaction.atomic
def extend(*, actor: Actor, request: CooperationRequest, due_on: date) -> None:
    """Give more time: the link lives on, and the person is told the new date."""
    request = _kept(actor, request)
    if due_on <= request.due_on:
        raise InvalidError(_("今の期限より後の日付にしてください。"))
    request.due_on = _checked_day(due_on)
    request.save(update_fields=["due_on"])
    ways = Link.objects.filter(scope_id=request.id, person=request.person)
    live = next((link for link in ways if link.is_live(clock.now())), None)
    if live is not None:
        links.extend_link(
            actor=actor, link=live, ends_at=clock.day_end(last_day(request))
        )
        tell(request, Occasion.EXTENDED, about=f"link:{live.id}")
    elif request.told_at is not None and request.person.email:
        _send(actor, request, Occasion.EXTENDED)
    record_request("extend", actor, request, until=due_on.isoformat())


@transaction.atomic
def withdraw(*, actor: Actor, request: CooperationRequest) -> None:
    """Take the request back: the link dies at once, what was begun stays closed."""
    request = _kept(actor, request)
    request.state, request.withdrawn_at = request.State.WITHDRAWN, clock.now()
    request.save(update_fields=["state", "withdrawn_at"])
    unsent_files(request).update(state=State.RECALLED)
    close_ways(actor, request)
    if request.told_at is not None:
        tell(request, Occasion.WITHDRAWN)
    record_request("withdraw", actor, request)


def close_ways(actor: Actor, request: CooperationRequest) -> None:
    """End the respondent's links, what they opened, and the mails that wait."""
    links.revoke_links(actor=actor, scope_id=request.id)
    outbox.cancel(about=f"request:{request.id}")


def _kept(actor: Actor, request: CooperationRequest) -> CooperationRequest:
    """The waiting request under its lock, once the actor keeps its case."""
    request = locked(request)
    access = access_for(actor, cases=[request.case_id], items=())
    access.require(Action.CONVENE, case_facts(request.case))
    access.require(Action.READ, request_facts(request, actor.id))
    refuse_unless_waiting(request)
    return request
