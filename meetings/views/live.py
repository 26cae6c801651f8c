"""Live minutes over plain HTTP, where a proxy cuts websockets: same store, same yes."""

import json
from typing import Any
from uuid import UUID

from django.db import OperationalError
from django.http import HttpResponse, JsonResponse
from django.views.decorators.http import require_GET, require_POST

from meetings.live import bell, reading
from meetings.live.authorisation import Asked, Sight, items_message, keep_in_use
from meetings.live.protocol import (
    Follow,
    ProtocolError,
    Reason,
    gone,
    parse_follow,
    parse_operation,
    refused,
)
from meetings.live.store import Submission, apply
from meetings.views.room import seen
from members.http import MemberRequest, background, signed_in
from portal.core import clock

FRAME_LIMIT = 64 * 1024
# The items that this browser follows by polling, each audited when it began.
SESSION_KEY = "live_followed"


@background
@require_GET
@signed_in
def live_since(request: MemberRequest, sitting_id: UUID) -> HttpResponse:
    """What is new: ``?follow=<item>:<revision>``, once per item on the screen."""
    asked, sight = seen(request, sitting_id, wall="wall" in request.GET)
    keep_in_use(sight)
    messages: list[dict[str, Any] | str] = [items_message(asked, sight)]
    for value in request.GET.getlist("follow")[:50]:
        try:
            wish = parse_follow(value)
        except ProtocolError as error:
            messages.append(refused(error.reason))
            continue
        messages += _followed(request, asked, sight, wish)
    messages.append({"type": "beat", "heads": {}, "now": clock.now().isoformat()})
    return _frames(messages)


def _followed(
    request: MemberRequest, asked: Asked, sight: Sight, wish: Follow
) -> list[dict[str, Any] | str]:
    standing = sight.standings[asked].get(wish.item)
    if standing is None or not standing.follows:
        return [gone(wish.item)]
    followed: list[str] = request.session.get(SESSION_KEY, [])
    if wish.revision > 0 and str(wish.item) in followed:
        if wish.revision == sight.rooms.items[wish.item].revision:
            return []
        steps = reading.since({wish.item: wish.revision})
        frames = [s.outcome if standing.outcome_only else s.full for s in steps]
        return [frame for frame in frames if frame]
    if str(wish.item) not in followed:
        request.session[SESSION_KEY] = [*followed, str(wish.item)]
    address = str(request.META.get("REMOTE_ADDR", ""))
    visit = reading.Visit(asked.sign_in, address, wish, standing.outcome_only)
    return [opened.frame for opened in reading.open_items([visit])]


@require_POST
@signed_in
def live_operation(request: MemberRequest, sitting_id: UUID) -> HttpResponse:
    """Do one operation; the answer is the one the websocket would give."""
    asked, _sight = seen(request, sitting_id)
    try:
        operation = parse_operation(_body(request))
    except ProtocolError as error:
        return _frames([refused(error.reason, error.operation)])
    address = str(request.META.get("REMOTE_ADDR", ""))
    try:
        committed = apply([Submission(asked.sign_in, address, operation)])
    except OperationalError:
        return _frames([refused(Reason.UNAVAILABLE, str(operation.id))])
    for change in committed.changes:
        revisions = {change.item: change.revision}
        bell.after_commit(change.sitting, revisions, standing=False)
    return _frames([*committed.answers])


def _body(request: MemberRequest) -> dict[str, Any]:
    if len(request.body) > FRAME_LIMIT:
        raise ProtocolError(Reason.TOO_LONG)
    try:
        raw = json.loads(request.body)
    except (ValueError, RecursionError):
        raise ProtocolError(Reason.MALFORMED) from None
    if not isinstance(raw, dict):
        raise ProtocolError(Reason.MALFORMED)
    return raw


def _frames(messages: list[dict[str, Any] | str]) -> JsonResponse:
    """Messages as a list of frames, each as the websocket would carry it."""
    frames = [json.loads(m) if isinstance(m, str) else m for m in messages]
    return JsonResponse({"messages": frames}, json_dumps_params={"ensure_ascii": False})
