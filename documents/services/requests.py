"""協力依頼: asked, answered, reminded, extended, withdrawn (R15).

The files of a reply are papers under the request's own id. While it is awaited the
respondent adds and takes away; with the answer they stand for good, for the custodians
of the case alone.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import Max, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from documents import notices
from documents.models import CooperationRequest, Link, Paper, PaperVersion
from documents.notices import Occasion
from documents.policies import request_facts
from documents.services import links, papers
from documents.services.links import IssuedLink
from documents.services.papers import ItemReference, PaperDetails, Upload
from members import grounds
from members.access import Access, Actor, access_for, access_for_all
from members.facts import Action, Answer, ObjectFacts, Regime, State
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
from members.services import outsiders
from members.services.outsiders import Outsider
from portal.core import audit, clock, outbox
from portal.core.errors import InvalidError, RefusedError

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


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyReference(ItemReference):
    """Where the files of a reply belong: the request stands in an item's place."""

    request: CooperationRequest
    by: UUID

    @property
    def facts(self) -> ObjectFacts:
        """The request as it stands now: an answer in between closes it."""
        return request_facts(_fresh(self.request), self.by)


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
    known = CooperationRequest.objects.filter(pk=key, case=case).first()
    if known is not None:
        return known
    request = _written(actor, case, replace(asked, body=body))
    request.id, request.asked_at = key, access.t
    access.require(Action.READ, request_facts(request, actor.id))
    _require_addressee(request)
    request.save(force_insert=True)
    _record("make", actor, request)
    if request.person.email:
        _send(actor, request, Occasion.ASKED)
    return request


def _written(actor: Actor, case: Case, asked: Asked) -> CooperationRequest:
    body, whom = asked.body, asked.whom
    last = CooperationRequest.objects.filter(body=body).aggregate(last=Max("number"))
    if isinstance(whom, Outsider):
        whom = outsiders.note_outsider(actor=actor, key=uuid4(), body=body, who=whom)
    return CooperationRequest(
        body=body,
        number=(last["last"] or 0) + 1,
        case=case,
        regime=body.regime,
        clause=asked.clause or clause_of(body),
        in_name_of=asked.in_name_of or body.rules.requests_in_name_of,
        person=whom,
        text=asked.text,
        document_class=asked.document_class,
        due_on=_checked_day(asked.due_on),
        asked_by=actor.person,
    )


def clause_of(body: Body) -> str:
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
    _mail(
        request,
        occasion,
        link=issued.url if issued else page,
        until=issued.link.ends_at if issued else None,
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
        ends_at=link_end(request),
    )


def link_end(request: CooperationRequest) -> datetime:
    """Until when the link works: the due date and the days the body gives after it."""
    return clock.day_end(request.due_on + timedelta(days=request.body.rules.link_days))


def _mail(
    request: CooperationRequest,
    occasion: Occasion,
    *,
    link: str = "",
    until: datetime | None = None,
    about: str = "",
) -> None:
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
    _record("remind", actor, request)


@transaction.atomic
def print_letter(*, actor: Actor, request: CooperationRequest) -> IssuedLink:
    """Make a new link to print on the letter; its secret is told this once only."""
    request = _kept(actor, request)
    issued = _issue(actor, request)
    request.told_at = clock.now()
    request.save(update_fields=["told_at"])
    _record("letter", actor, request)
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
        links.extend_link(actor=actor, link=live, ends_at=link_end(request))
        _mail(request, Occasion.EXTENDED, about=f"link:{live.id}")
    elif request.told_at is not None and request.person.email:
        _send(actor, request, Occasion.EXTENDED)
    _record("extend", actor, request, until=due_on.isoformat())


@transaction.atomic
def withdraw(*, actor: Actor, request: CooperationRequest) -> None:
    """Take the request back: the link dies at once, what was begun stays closed."""
    request = _kept(actor, request)
    request.state, request.withdrawn_at = request.State.WITHDRAWN, clock.now()
    request.save(update_fields=["state", "withdrawn_at"])
    _files(request).update(state=State.RECALLED)
    _end_ways(actor, request)
    if request.told_at is not None:
        _mail(request, Occasion.WITHDRAWN)
    _record("withdraw", actor, request)


def _end_ways(actor: Actor, request: CooperationRequest) -> None:
    links.revoke_links(actor=actor, scope_id=request.id)
    outbox.cancel(about=f"request:{request.id}")


# Answering ----------------------------------------------------------------------------


def file_reply(
    *, actor: Actor, request: CooperationRequest, upload: Upload, token: UUID
) -> PaperVersion:
    """Add a file to the reply. Raises InvalidError for one the intake refuses."""
    _refuse_unless_waiting(request)
    count = Paper.objects.filter(item_id=request.id).count() + 1
    return papers.file_paper(
        actor=actor,
        item=_reference(request, actor),
        details=PaperDetails(
            number=_("回答%(count)s") % {"count": count},
            title=_("協力依頼 %(serial)s への回答") % {"serial": request.serial},
            kind=Paper.Kind.REPLY,
            document_class=Paper.Class.C3B,
        ),
        upload=upload,
        token=token,
    )


def _reference(request: CooperationRequest, actor: Actor) -> ReplyReference:
    return ReplyReference(
        item_id=request.id,
        sitting_id=request.id,
        body=request.body,
        regime=Regime(request.regime),
        case=request.case,
        about=tuple(request.case.household.all()),
        purpose=Purpose.REQUEST,
        request=request,
        by=actor.id,
    )


@transaction.atomic
def drop_reply(*, actor: Actor, request: CooperationRequest, version_id: UUID) -> None:
    """Take a file out of a reply that has not been sent; it opens to nobody."""
    request, _access = _open_for_reply(actor, request)
    if _files(request).filter(id=version_id).update(state=State.RECALLED):
        _record("drop", actor, request, version=str(version_id))


@transaction.atomic
def keep_opinion(*, actor: Actor, request: CooperationRequest, opinion: str) -> None:
    """Keep what has been written so far."""
    request, _access = _open_for_reply(actor, request)
    request.opinion = opinion
    request.save(update_fields=["opinion"])


@transaction.atomic
def answer(
    *, actor: Actor, request: CooperationRequest, opinion: str
) -> CooperationRequest:
    """Hand in the reply: it stands for good, and the way to it closes (R15).

    The secretariat enters in the same way what came on paper. Raises InvalidError
    for a reply without a word or a file.
    """
    request, access = _open_for_reply(actor, request)
    files = _files(request)
    if not opinion and not files.exists():
        raise InvalidError(_("意見を書くか、ファイルを1つ以上加えてください。"))
    count = files.update(state=State.FINAL)
    request.opinion, request.answered_at = opinion, access.t
    request.state = request.State.ANSWERED
    request.save(update_fields=["opinion", "answered_at", "state"])
    _end_ways(actor, request)
    if actor.id == request.person_id:
        _mail(request, Occasion.RECEIVED)
    _record("answer", actor, request, files=str(count))
    return request


def _open_for_reply(
    actor: Actor, request: CooperationRequest
) -> tuple[CooperationRequest, Access]:
    request = _locked(request)
    access = access_for(actor, cases=[request.case_id], items=())
    access.require(Action.UPLOAD, request_facts(request, actor.id))
    _refuse_unless_waiting(request)
    return request, access


# Rows ---------------------------------------------------------------------------------


def _files(request: CooperationRequest) -> QuerySet[PaperVersion]:
    """The files of a reply that has not been handed in."""
    return PaperVersion.objects.filter(
        paper__item_id=request.id, state__in=(State.DRAFT, State.HELD)
    )


def _fresh(request: CooperationRequest) -> CooperationRequest:
    rows = CooperationRequest.objects.select_related("body", "case", "person")
    return rows.get(pk=request.pk)


def _locked(request: CooperationRequest) -> CooperationRequest:
    CooperationRequest.objects.select_for_update().get(pk=request.pk)
    return _fresh(request)


def _kept(actor: Actor, request: CooperationRequest) -> CooperationRequest:
    """The waiting request under its lock, once the actor keeps its case."""
    request = _locked(request)
    access = access_for(actor, cases=[request.case_id], items=())
    access.require(Action.CONVENE, case_facts(request.case))
    access.require(Action.READ, request_facts(request, actor.id))
    _refuse_unless_waiting(request)
    return request


def _refuse_unless_waiting(request: CooperationRequest) -> None:
    if not request.waiting:
        raise RefusedError(
            _("この依頼はいま「%(state)s」です。画面を読み込み直してください。")
            % {"state": request.get_state_display()}
        )


def _record(
    what: str, actor: Actor, request: CooperationRequest, **detail: str
) -> None:
    audit.record(
        f"documents.request.{what}",
        actor=actor.id,
        subject=f"request:{request.id}",
        case=request.case_id,
        detail={"person": str(request.person_id), **detail},
    )
