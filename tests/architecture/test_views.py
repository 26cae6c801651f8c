"""Who may reach a view, how a view reaches rows, and who acts in a service."""

import ast
import inspect
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from tests.architecture.source import APPS, ROOT, tree

# Open to whoever knows the address, each for its own reason.
PUBLIC = {
    "core:accessibility": "what everybody may know of the portal",
    "core:live": "says that the process answers",
    "core:ready": "says whether all that it needs is there",
    "core:metrics": "its token is the key; without one, this machine alone",
    "members:sign-in": "the way in",
    "members:factor": "the second half of the way in",
    "members:begin": "the way in for who has a card and no password yet",
    "members:passkey-question": "a question; only its answer proves anything",
    "members:city-enter": "the way to the identity service",
    "members:city-return": "the way back; its answer proves",
    "members:sign-out": "out, also when the sign-in has already ended",
    "documents:gate": "the link itself is the key; it opens nothing yet",
    "documents:gate-card": "the same with the printed code",
    "documents:gate-wish": "one answer, whatever the link; the mail decides",
    "documents:gate-notice": "neutral words before the code (R8)",
    "documents:gate-manual": "for who holds a link's handle; it tells of no case",
    "documents:gate-code": "the code that begins a sign-in",
    "documents:gate-passkey": "the passkey that begins a sign-in",
    "documents:gate-passkey-question": "a question; only its answer proves anything",
    "meetings:feed-read": "the secret in the address is the key",
    "meetings:api-description": "what there is to ask, the same everywhere",
    "meetings:api-records": "the key in the header is the way in",
    "meetings:api-record": "the key in the header is the way in",
    "meetings:api-record-file": "the key in the header is the way in",
    "meetings:api-disposals": "the key in the header is the way in",
    "meetings:api-unknown": "says nothing without a key, and nothing with one",
}

# Services that act for nobody, or for somebody they do not yet know.
WITHOUT_ACTOR = {
    "documents.services.uploads.place_instead_of": "names a place; its use asks",
    "documents.services.mixups.ask": "in the transaction of who files the version",
    "documents.services.mixups.ask_again": "the worker; what was lost is asked again",
    "documents.services.mixups.look": "the worker, for who asked (R37)",
    "documents.services.mixups.is_own_from_outside": "decided by its caller",
    "documents.services.uploads.place_of": "names a place; its use asks",
    "documents.services.readers.name_readers": "takes the access of who acts",
    "meetings.services.digests.send_due": "the worker, for who wished it (R37)",
    "meetings.services.digests.works": "a question about a day",
    "meetings.services.capsules.keep": "after the act that confirmed the record",
    "meetings.services.capsules.look_after": "the worker; what was lost is kept again",
    "members.services.cases.selectable": "a question, asked on the way to an act",
    "members.services.cases.selectable_among": "the same of several people",
    "members.services.charters.begin_of": "a question about a day",
    "members.services.foundings.stand_on": "in the act that founds the body",
    "members.services.foundings.check_people": "in the act that founds the body",
    "members.services.foundings.take_seats": "in the act that founds the body",
    "members.services.posts.begin": "its caller decides and records",
    "members.services.duty.regimes_of": "a question about a person",
    "members.services.duty.pledged": "a question about people",
    "members.services.duty.pledges_due": "a question about a person",
    "members.services.city_identities.identity_of": "a question about a person",
    "members.services.city_identities.may_use": "a question about a person",
    "members.services.city_identities.can_renew": "a question about a person",
    "members.services.city_identities.prove": "who it is comes out of it",
    "members.services.factors.usable_devices": "a question about a person",
    "members.services.factors.verify": "the person proves who they are",
    "members.services.accounts.require_login": "a question about a name",
    "members.services.factors.drop_all": "its caller records who and why",
    "members.services.addresses.taken_words": "the words of a refusal",
    "members.services.factors.first_card": "of the first, before anybody is there",
    "members.services.factors.has_any": "a question about a person",
    "members.services.factors.has_lasting": "a question about a person",
    "members.services.factors.require_none_left": "a question about a person",
    "members.services.phones.offered": "a question about a person",
    "members.services.phones.usable": "a question about a person",
    "members.services.relaxations.in_force": "a question about the town",
    "members.services.factors.verify_card": "the person proves who they are",
    "members.services.founding.first_administrator": "before anybody is there",
    "members.services.founding.first_of_a_body": "before anybody is there",
    "members.services.founding.give_apart": "by command, of whom no page can make",
    "members.services.founding.renew_apart": "by command, of whom no page can make",
    "members.services.founding.end_apart": "by command, of whom no page can make",
    "members.services.own_notices.reset_started": "its caller records the reset",
    "members.services.passwords.begin": "who it is comes out of it",
    "members.services.resets.open_reset": "a question about a person",
    "members.services.factors.app_key_words": "a question about a key",
    "members.services.own_notices.address_changed": "its caller records what changed",
    "members.services.own_notices.ways_changed": "its caller records what changed",
    "members.services.own_notices.new_device": "its caller records the sign-in",
    "members.services.passkeys.available": "a question about an address",
    "members.services.passkeys.passkeys_of": "a question about a person",
    "members.services.passkeys.begin_proof": "a question; its answer proves",
    "members.services.passkeys.prove": "who it is comes out of it",
    "members.services.passwords.prove": "who it is comes out of it",
    "members.services.passwords.wait_after": "a figure",
    "members.services.api_tokens.opened_by": "who acts comes out of it",
    "members.services.progress.steps_of": "a question about a status",
    "members.services.sign_ins.person_named": "not signed in yet",
    "members.services.sign_ins.start": "the person becomes known by it",
    "members.services.sign_ins.end_all": "its caller records who and why",
    "members.services.sign_ins.end_by_phone": "its caller records who and why",
    "documents.services.budget.strained": "a question about the town",
    "documents.services.budget.note_wrong": "nobody is known at the gate",
    "documents.services.budget.take_wish": "nobody is known at the gate",
    "documents.services.budget.forget_old": "the worker; nobody asks for old codes",
    "documents.services.renewals.ask": "whoever holds the secret asks",
    "documents.services.words.look_after": "the worker; nobody is shown the words",
    "documents.services.words.read_missing": "the worker; nobody is shown the words",
    "documents.services.words.read": "of the worker's tasks alone",
    "documents.services.renditions.ask": "in the transaction of who files the version",
    "documents.services.renditions.make": "the worker, for who asked (R37)",
    "documents.services.renditions.look_after": "the worker; each row knows for whom",
    "documents.services.renditions.may_ask_again": "reads what was decided for one",
    "documents.services.renewals.grant": "the worker; the mail's owner gets the answer",
    "documents.services.codes.ways_of": "a question about a link",
    "documents.services.codes.masked": "a question about an address",
    "documents.services.codes.send_code": "whoever holds the link asks",
    "documents.services.codes.live_code": "a question about a link",
    "documents.services.codes.try_code": "the person becomes known by it",
    "documents.services.codes.target": "a question about a link",
    "documents.services.visits.locked_row": "the lock of who is at the gate",
    "documents.services.visits.open_link": "the person becomes known by it",
    "documents.services.gate_passkeys.enrolled": "a question about a link",
    "documents.services.gate_passkeys.prove": "the person becomes known by it",
    "documents.services.link_texts.queue": "whoever holds the link asks",
    "documents.services.link_texts.used_up": "a question about a person",
    "documents.services.link_texts.allowed_until": "a question about the town",
    "documents.services.links.renew_link": "the holder asked; its caller decides",
    "documents.services.links.note_knock": "nobody is known at the gate",
    "documents.services.links.live_links": "a question, decided by its caller",
    "documents.services.links.links_of": "a question, decided by its caller",
    "documents.services.links.standing_of": "a question about a link",
    "documents.services.links.find_by_secret": "whoever holds the secret asks",
    "documents.services.links.find_by_card_code": "whoever holds the card asks",
    "documents.services.links.find_by_id": "the browser's own open link",
    "documents.services.links.plain_card_code": "a question about a typed code",
    "documents.services.requests.tell": "its caller records who and why",
    "documents.services.holds.hold": "a check of the portal's own finds something",
    "documents.services.holds.let_go": "a check of the portal's own is content",
    "documents.services.papers.reference_of": "a question about a paper",
    "documents.services.papers.store_record": "bytes before their row; filed by an act",
    "documents.services.layouts.take_in": "bytes before their row; its caller decides",
    "documents.services.layouts.keep": "its caller decides and records",
    "documents.services.layouts.fill": "a question, decided by its caller",
    "documents.services.layouts.drop": "its caller decides and records",
    "meetings.services.exports.word_file": "of the archive job, for who confirmed last",
    "meetings.services.convocation.links_end": "a question about a sitting",
    "meetings.services.convocation.renew": "the holder of an ended link asked",
    "meetings.services.convocation.who_would_read": "a question about people",
    "meetings.services.feeds.without_entries": "a question about people",
    "meetings.services.feeds.read_feed": "whoever holds the secret asks",
    "meetings.services.replies.receive": "a mail, of which nothing is believed",
    "meetings.services.calls.silent": "a question about a call",
    "meetings.services.calls.remind_due": "the worker; the call knows for whom",
    "documents.services.deposits.take_in": "bytes before their row; its caller decides",
    "documents.services.deposits.keep": "its caller decides and records",
    "documents.services.deposits.read": "a question, decided by its caller",
    "documents.services.deposits.drop": "its caller decides and records",
    "meetings.services.imports.contents": "a question, decided by its caller",
    "meetings.services.imports.run": "the worker, for who brought the file (R37)",
    "members.services.commissions.check_approval": "a check, decided by its caller",
    "members.services.foundings.require_own_post": "a check, decided by its caller",
    "meetings.services.frozen.require_reason": "a check, decided by its caller",
    "meetings.services.imports.look_after": "the worker; each row knows for whom",
    "meetings.services.import_undo.undoable": "a question about an import",
    "members.services.stand_ins.designated": "a question about a body",
    "members.services.stand_ins.handed_over": "a question about a body",
    "meetings.services.acting_heads.who_may": "a question about a sitting",
    "meetings.services.acting_heads.acting_of": "a question about a sitting",
    "meetings.services.invitations.is_deputy": "a question about an invitation",
    "meetings.services.turnover.settle_due": "the worker, for who entered it (R37)",
    "meetings.services.openings.may_be_opened": "a question about an item",
    "meetings.services.records.archive": "a task; the person's id is its argument",
    "meetings.services.records.refuse_unanswered": "a check, decided by its caller",
    "meetings.services.disposal.dispose": "a task, for who approved it (R37)",
    "meetings.services.disposal.begin": "of the task, for who approved it",
    "meetings.services.disposal.finish": "of the task; nothing undoes what began",
    "meetings.services.disposal.go_on": "the worker; each row knows for whom",
    "documents.services.papers.lock_record": "of the archive job and the worker",
    "meetings.services.locking.lock_new": "of the archive job, for who confirmed (R37)",
    "meetings.services.locking.lock_file": "a task, for who lengthened or froze it",
    "meetings.services.locking.keep_up": "the worker; the rules of the body say so",
    "meetings.services.record_mail.attendees": "a question about a record",
    "meetings.services.record_mail.remind_due": "the worker, for who circulated it",
    "meetings.services.records.requeue_archives": "the worker; the job knows for whom",
    "documents.services.rounds.under_way": "a question, decided by its caller",
    "meetings.services.papers.tell_due": "the worker, for whoever made the round",
    "meetings.services.polls.remind_due": "the worker, for whoever opened the poll",
    "meetings.services.poll_mail.tell_the_end": "mail of an act, sent by its caller",
}


def routes(resolver: URLResolver | None = None, space: str = "") -> Iterator[Any]:
    """Every named route as ``namespace:name`` with its view."""
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            inside = f"{entry.namespace}:" if entry.namespace else ""
            yield from routes(entry, space + inside)
        elif isinstance(entry, URLPattern):
            yield f"{space}{entry.name}", entry.callback


ROUTES = dict(routes())


def layers(view: Callable[..., Any]) -> Iterator[str]:
    """The functions that a request passes on its way into the view."""
    while view is not None:
        yield view.__code__.co_qualname
        view = getattr(view, "__wrapped__", None)  # type: ignore[assignment] # ends it


def test_every_route_has_a_name_of_its_own() -> None:
    assert len(ROUTES) == len(list(routes())) > 30
    assert [route for route in ROUTES if route.endswith("None")] == []


@pytest.mark.parametrize("route", ROUTES)
def test_a_view_is_for_signed_in_people_or_listed_as_public(route: str) -> None:
    guarded = "signed_in.<locals>.wrapper" in layers(ROUTES[route])
    assert guarded != (route in PUBLIC), route


def test_what_is_listed_as_public_exists() -> None:
    assert PUBLIC.keys() <= ROUTES.keys()


@pytest.mark.parametrize("route", ROUTES)
def test_a_view_that_writes_says_so_and_asks_for_the_token(route: str) -> None:
    view = ROUTES[route]
    assert not getattr(view, "csrf_exempt", False)
    declared = "require_http_methods.<locals>.decorator.<locals>.inner" in layers(view)
    source = inspect.getsource(inspect.unwrap(view))
    assert declared or "POST" not in source, "say which methods the view takes"


def test_views_are_functions_of_a_few_lines() -> None:
    long = {
        route: lines
        for route, view in ROUTES.items()
        if (lines := _body_lines(inspect.unwrap(view))) > 25
    }
    assert long == {}


def _body_lines(view: Callable[..., Any]) -> int:
    """Lines of the body, decorators, signature and docstring not counted."""
    function = ast.parse(inspect.getsource(view)).body[0]
    assert isinstance(function, ast.FunctionDef), "a function"
    body = function.body[1:] or function.body
    last = body[-1].end_lineno
    assert last is not None
    return last - body[0].lineno + 1


def services() -> Iterator[tuple[str, ast.FunctionDef]]:
    for app in APPS:
        for path in sorted((ROOT / app / "services").glob("*.py")):
            module = f"{app}.services.{path.stem}"
            for node in tree(path).body:
                if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                    yield f"{module}.{node.name}", node


def test_a_service_names_who_acts() -> None:
    nameless = {
        service
        for service, node in services()
        if not {"actor"} & {a.arg for a in [*node.args.args, *node.args.kwonlyargs]}
    }
    assert nameless == WITHOUT_ACTOR.keys()
