"""Pages of the room: the live minutes in three faces, and what the chair does there."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from meetings import phrases
from meetings.live.authorisation import Asked, Sight, look
from meetings.models import OUTCOMES, AgendaItem, Entry, Phrase, Sitting
from meetings.notices import serial_of
from meetings.policies import sitting_facts
from meetings.selectors import room as selectors
from meetings.selectors.sittings import convened_sitting
from meetings.services import floor
from meetings.services import room as services
from members.access import access_for
from members.facts import Action
from members.http import MemberRequest, signed_in
from members.models import Person
from portal.core.acting import press
from portal.core.errors import DomainError, HiddenError, InvalidError, RefusedError


@dataclass(frozen=True, slots=True)
class Can:
    """What the room offers to this person."""

    convene: bool
    close: bool
    check_in: bool


def seen(
    request: MemberRequest, sitting_id: UUID, *, wall: bool = False
) -> tuple[Asked, Sight]:
    """What the person may see of the room; 404 for whoever may not enter."""
    if request.actor.sign_in is None:
        raise HiddenError
    asked = Asked(request.actor.sign_in.id, sitting_id, wall)
    sight = look({asked})
    if asked not in sight.standings:
        raise HiddenError
    return asked, sight


@signed_in
def room(request: MemberRequest, sitting_id: UUID) -> HttpResponse:
    """The room: its content comes over the live connection, not with the page."""
    asked, sight = seen(request, sitting_id)
    sitting = sight.rooms.sittings[sitting_id]
    context = {
        "sitting": sitting,
        "can": _can(request, sitting, asked, sight),
        "course": _kinds(outcome=False),
        "outcome": _kinds(outcome=True),
        "kinds": _kinds(outcome=False) + _kinds(outcome=True),
        "phrases": _phrases(asked, sight),
        "after": selectors.after_room(request.actor, sitting),
    }
    return render(request, "meetings/room.html", context)


def _phrases(asked: Asked, sight: Sight) -> list[tuple[UUID, Phrase]]:
    """What a scribe may put in, item by item."""
    standings = sight.standings[asked].items()
    found = phrases.offered(
        [sight.rooms.items[key] for key, s in standings if s.writes]
    )
    return [(item, phrase) for item, each in found.items() for phrase in each]


@signed_in
def room_wall(request: MemberRequest, sitting_id: UUID) -> HttpResponse:
    """The display on the wall, which whoever convenes opens: outcomes only."""
    asked, sight = seen(request, sitting_id)
    if not any(s.convenes for s in sight.standings[asked].values()):
        raise HiddenError
    sitting = sight.rooms.sittings[sitting_id]
    context = {
        "sitting": sitting,
        "serial": serial_of(sitting.starts_at, sitting.number),
        "course": _kinds(outcome=False),
        "outcome": _kinds(outcome=True),
    }
    return render(request, "meetings/room_wall.html", context)


def _can(request: MemberRequest, sitting: Sitting, asked: Asked, sight: Sight) -> Can:
    access = access_for(request.actor, cases=(), items=())
    under_way = sitting.state == Sitting.State.CONVENED
    return Can(
        convene=any(s.convenes for s in sight.standings[asked].values()),
        close=under_way and access.allows(Action.CONVENE, sitting_facts(sitting, None)),
        check_in=under_way and selectors.waits_at_the_door(request.actor, sitting),
    )


def _kinds(*, outcome: bool) -> list[tuple[str, str]]:
    return [(k.value, str(k.label)) for k in Entry.Kind if (k in OUTCOMES) == outcome]


@require_POST
@signed_in
def room_check_in(request: MemberRequest, sitting_id: UUID) -> HttpResponse:
    """受付, by oneself."""
    actor, sitting = request.actor, selectors.sitting_named(sitting_id)
    return _act(
        request,
        ("meetings:room", sitting_id),
        lambda: services.check_in(actor=actor, sitting=sitting, person=actor.person),
        _("受付しました。"),
    )


@require_POST
@signed_in
def room_item(request: MemberRequest, item_id: UUID, act: str) -> HttpResponse:
    """Open or close an item, show somebody in or out, pass the floor."""
    if act not in _ITEM_ACTS:
        raise HiddenError
    item = selectors.item_named(item_id)
    do = _ITEM_ACTS[act]
    here = ("meetings:item-attendance", item.id)
    goal = here if "attendance" in request.POST else ("meetings:room", item.sitting_id)
    return _act(request, goal, lambda: do(request, item))


@require_http_methods(["GET", "POST"])
@signed_in
def room_close(request: MemberRequest, sitting_id: UUID) -> HttpResponse:
    """End the meeting, after a page that says what will happen."""
    opened = convened_sitting(request.actor, sitting_id)
    sitting = opened.sitting
    if request.method == "GET" and sitting.state == Sitting.State.CONVENED:
        context = {
            "sitting": sitting,
            "left": selectors.not_begun(opened),
            "never_let_in": selectors.never_let_in(opened),
        }
        return render(request, "meetings/room_close.html", context)
    if request.method == "POST":
        press(
            request,
            lambda: services.close_sitting(actor=request.actor, sitting=sitting),
            _("会議を終了しました。"),
        )
    return redirect("meetings:room", sitting_id)


def _open(request: MemberRequest, item: AgendaItem) -> str:
    opened = services.open_item(actor=request.actor, item=item)
    if not opened.kept_out:
        return ""
    names = _("、").join(person.name for person in opened.kept_out)
    return _(
        "%(names)sさんは入室していません。守秘義務の誓約と同意を確かめてください。"
    ) % {"names": names}


def _close(request: MemberRequest, item: AgendaItem) -> None:
    services.close_item(actor=request.actor, item=item)


def _check_in(request: MemberRequest, item: AgendaItem) -> None:
    person = _person(request)
    services.check_in(actor=request.actor, sitting=item.sitting, person=person)


def _admit(request: MemberRequest, item: AgendaItem) -> None:
    services.admit(actor=request.actor, item=item, person=_person(request))


def _show_out(request: MemberRequest, item: AgendaItem) -> None:
    services.show_out(actor=request.actor, item=item, person=_person(request))


def _ask(request: MemberRequest, item: AgendaItem) -> None:
    floor.ask(actor=request.actor, item=item)


def _withdraw(request: MemberRequest, item: AgendaItem) -> None:
    floor.withdraw(actor=request.actor, item=item)


def _give(request: MemberRequest, item: AgendaItem) -> None:
    floor.give(actor=request.actor, item=item, person=_person(request))


def _end(request: MemberRequest, item: AgendaItem) -> None:
    floor.end(actor=request.actor, item=item, person=_person(request))


_ITEM_ACTS: dict[str, Callable[[MemberRequest, AgendaItem], str | None]] = {
    "open": _open,
    "close": _close,
    "check-in": _check_in,
    "admit": _admit,
    "show-out": _show_out,
    "ask": _ask,
    "withdraw": _withdraw,
    "give": _give,
    "end": _end,
}


def _person(request: MemberRequest) -> Person:
    try:
        key = UUID(request.POST.get("person", ""))
    except ValueError:
        raise HiddenError from None  # as any person who is not there (R4)
    return selectors.person_named(key)


def _act(
    request: MemberRequest,
    goal: tuple[str, UUID],
    do: Callable[[], Any],
    done: str = "",
) -> HttpResponse:
    """Do what a button asks. The page's script gets words, a plain form the page."""
    error: DomainError | None = None
    try:
        result = do()
        words = result if isinstance(result, str) else done
    except (RefusedError, InvalidError) as refusal:
        error, words = refusal, refusal.message
    if request.headers.get("Accept") == "application/json":
        status = error.status if error else 200
        return JsonResponse({"message": words}, status=status)
    if words:
        (messages.error if error else messages.success)(request, words)
    return redirect(*goal)
