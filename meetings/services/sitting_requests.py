"""開催の求め: asked by a member, accepted with a sitting, or refused with a reason."""

from datetime import date
from uuid import UUID, uuid5

from django.db import transaction
from django.utils.translation import gettext as _

from meetings.models import Sitting, SittingRequest
from meetings.policies import asking_facts, meets_on_request, sitting_request_facts
from meetings.services import sittings
from meetings.services.sittings import When
from members.access import Actor, access_for
from members.facts import Action
from members.models import Body, Person
from portal.core import audit, clock
from portal.core.errors import InvalidError, RefusedError

State = SittingRequest.State


@transaction.atomic
def ask_for_sitting(
    *, actor: Actor, key: UUID, body: Body, reason: str, wished_by: date | None
) -> SittingRequest:
    """Ask ``body`` for a sitting; a repeat with ``key`` is answered.

    Raises InvalidError for a wish that is past.
    """
    access = access_for(actor, cases=(), items=())
    access.require(Action.PROPOSE, asking_facts(body, asks=meets_on_request(body)))
    return _receive(
        actor,
        SittingRequest(
            id=key, body=body, asked_by=actor.person, reason=reason, wished_by=wished_by
        ),
    )


@transaction.atomic
def note_request(
    *,
    actor: Actor,
    key: UUID,
    body: Body,
    asked_by: Person,
    reason: str,
    wished_by: date | None,
) -> SittingRequest:
    """Enter what a member asked for by telephone or on paper.

    Raises RefusedError for a body that does not meet on request, and for somebody
    who is not commissioned to it.
    """
    access = access_for(actor, cases=(), items=())
    access.require(Action.CONVENE, asking_facts(body, asks=False))
    theirs = access_for(Actor(asked_by), cases=(), items=()).facts.person
    commissioned = any(
        c.body == body.id and c.span.holds(access.t) for c in theirs.commissions
    )
    if not (meets_on_request(body) and commissioned):
        raise RefusedError(
            _("この会議体では、構成員からの求めによって会議を開くことができません。")
        )
    return _receive(
        actor,
        SittingRequest(
            id=key, body=body, asked_by=asked_by, reason=reason, wished_by=wished_by
        ),
    )


def _receive(actor: Actor, request: SittingRequest) -> SittingRequest:
    # The sitting that may come of it has this id: nobody names one that is there.
    request.id = uuid5(request.id, f"{request.body_id} {actor.id}")
    known = SittingRequest.objects.filter(pk=request.id).first()
    if known is not None:
        return known
    if request.wished_by is not None and request.wished_by < clock.today():
        raise InvalidError(_("「いつまでに」は、今日からあとの日付にしてください。"))
    request.asked_at, request.entered_by = clock.now(), actor.person
    request.save(force_insert=True)
    _record("receive", actor, request)
    return request


@transaction.atomic
def accept(*, actor: Actor, request: SittingRequest, when: When) -> Sitting:
    """Hold the sitting that was asked for: its draft is made in the same act."""
    request = _open(actor, request)
    sitting = sittings.create_sitting(
        actor=actor, key=request.id, body=request.body, when=when
    )
    request.sitting = sitting
    _answer(actor, request, State.ACCEPTED, "")
    return sitting


@transaction.atomic
def refuse(*, actor: Actor, request: SittingRequest, reason: str) -> SittingRequest:
    """Say no, and why; who asked can read it."""
    request = _open(actor, request)
    _answer(actor, request, State.REFUSED, reason)
    return request


def _answer(actor: Actor, request: SittingRequest, state: State, words: str) -> None:
    request.state, request.answer = state, words
    request.answered_by, request.answered_at = actor.person, clock.now()
    request.save()
    _record(str(state.value), actor, request)


def _open(actor: Actor, request: SittingRequest) -> SittingRequest:
    """The request under its lock, once the actor convenes for its body."""
    rows = SittingRequest.objects.select_for_update(of=("self",))
    request = rows.select_related("body", "asked_by").get(pk=request.pk)
    access = access_for(actor, cases=(), items=())
    access.require(Action.CONVENE, sitting_request_facts(request, actor.id))
    if not request.open:
        raise RefusedError(
            _("この求めには、もう回答しています。画面を読み込み直してください。")
        )
    return request


def _record(what: str, actor: Actor, request: SittingRequest) -> None:
    audit.record(
        f"meetings.sitting_request.{what}",
        actor=actor.id,
        subject=f"sitting_request:{request.id}",
        detail={"body": str(request.body_id), "asked_by": str(request.asked_by_id)},
    )
