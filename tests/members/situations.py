"""From a situation in plain words (see ``oracle``) to the facts of the decision."""

from datetime import UTC, datetime, timedelta
from functools import cache
from operator import itemgetter
from uuid import UUID

from members.facts import (
    Action,
    ArchiveGrant,
    Commission,
    Facts,
    Kind,
    Membership,
    Municipality,
    ObjectFacts,
    PersonFacts,
    Pledge,
    Recusal,
    Regime,
    Role,
    RoleGrant,
    Seat,
    Session,
    Span,
    State,
    Way,
)
from tests.members.oracle import Situation

NOW = datetime(2026, 11, 21, 5, 0, tzinfo=UTC)
BODY, SITTING, CASE, ITEM, ELSEWHERE, ME, MOTHER, SON = (UUID(int=n) for n in range(8))
LONG_AGO = NOW - timedelta(days=300)
LAST_MONTH = NOW - timedelta(days=30)
LAST_WEEK = NOW - timedelta(days=7)
YESTERDAY = NOW - timedelta(days=1)
OVER = Span(LONG_AGO, NOW)  # ends this instant: no longer holds

SELECTED = {"chair", "secretariat", "internal", "external"}
INSIDE = {"chair", "secretariat", "internal", "administrator", "auditor"}

FAVOURABLE: Situation = {
    "account": True,
    "session": True,
    "strength": 2,
    "fresh_factor": True,
    "grave": True,
    "grave_lowered": False,
    "commission": True,
    "pledge": True,
    "office": True,
    "convenes": True,
    "presides": True,
    "acting": "no",
    "selection": True,
    "seat": True,
    "scribe": True,
    "signatory": True,
    "invited": True,
    "admitted": True,
    "attended": True,
    "basis": True,
    "case": True,
    "names_somebody": True,
    "consent": True,
    "released": True,
    "before_selection": False,
    "back": False,
    "before_consent": False,
    "granted": True,
    "narrowed": False,
    "town_downloads": True,
    "foreign": False,
    "tax": False,
    "recused": False,
    "restricted": False,
    "listed": False,
    "link": "none",
    "author": False,
    "archive_grant": True,
}

KINDS_OF_A_SITTING = {"sitting", "item", "paper", "minutes", "call", "request"}
KINDS_OF_AN_ITEM = {"item", "paper", "minutes"}
WITHOUT_CASE = {"body", "sitting", "call", "health"}

_PERSON = (
    "capacity",
    "account",
    "commission",
    "pledge",
    "office",
    "convenes",
    "presides",
    "acting",
    "selection",
    "seat",
    "scribe",
    "signatory",
    "back",
    "recused",
    "regime",
    "archive_grant",
)
_TOWN = (
    "regime",
    "basis",
    "consent",
    "before_consent",
    "town_downloads",
    "grave_lowered",
)
_SESSION = ("session", "strength", "fresh_factor", "link")
_THING = (
    "kind",
    "state",
    "regime",
    "case",
    "names_somebody",
    "author",
    "invited",
    "released",
    "before_selection",
    "admitted",
    "attended",
    "granted",
    "narrowed",
    "grave",
    "foreign",
    "tax",
    "restricted",
    "listed",
)


def settle(s: Situation) -> Situation:
    """Make a situation one that can be: no case in a body, no regime in health."""
    s = dict(s)
    if s["kind"] in WITHOUT_CASE:
        s["case"] = False
    if s["kind"] == "case":
        s["case"] = True
    if not s["case"]:
        s["names_somebody"] = False
        if s["kind"] in {"health", "trail"}:
            s["regime"] = "none"
        if s["kind"] not in KINDS_OF_AN_ITEM:
            s["recused"] = False
    if s["kind"] == "trail" and s["capacity"] in {"guest", "respondent"}:
        s["author"] = False
    return s


def question(
    s: Situation,
) -> tuple[Facts, Session | None, Action, ObjectFacts, datetime]:
    """What ``decide`` is asked in the situation."""
    facts = Facts(_person(_of_person(s)), _town(_of_town(s)))
    session, thing = _session(_of_session(s)), _thing(_of_thing(s))
    return facts, session, Action(str(s["act"])), thing, NOW


# Few of the facts change from row to row: each part is built once and kept.
_of_person, _of_town = itemgetter(*_PERSON), itemgetter(*_TOWN)
_of_session, _of_thing = itemgetter(*_SESSION), itemgetter(*_THING)


@cache
def _person(values):
    s = dict(zip(_PERSON, values, strict=True))
    capacity, role = s["capacity"], Role(s["capacity"])
    apart = capacity in {"administrator", "auditor"}
    since = Span(LAST_MONTH)
    holds_office = s["office"] and (apart or capacity in {"chair", "secretariat"})
    sits = s["seat"] and not apart and capacity != "respondent"
    seat = Seat(ITEM, role, since, scribe=s["scribe"], signatory=s["signatory"])
    other_seat = Seat(ELSEWHERE, role, since, scribe=True, signatory=True)
    selected = s["selection"] and capacity in SELECTED
    granted = s["archive_grant"] and capacity == "archive_reader"
    recused = (CASE, ITEM) if s["recused"] else (ELSEWHERE, ELSEWHERE)
    return PersonFacts(
        id=ME,
        internal=capacity in INSIDE,
        active=Span(LONG_AGO) if s["account"] else OVER,
        roles=(_grant(s, role, apart=apart),) if holds_office else (),
        commissions=(Commission(BODY, since if s["commission"] else OVER),),
        acknowledged=frozenset({(Regime(s["regime"]), 2 if s["pledge"] else 1)}),
        memberships=(
            Membership(CASE, role, since if selected else OVER, back_history=s["back"]),
        ),
        seats=(seat if sits else other_seat,),
        archive_grants=(ArchiveGrant(CASE, since if granted else OVER),),
        recusals=(
            Recusal(recused[0], None, Span(LAST_WEEK)),
            Recusal(None, recused[1], Span(LAST_WEEK)),
        ),
    )


def _grant(s, role, *, apart):
    return RoleGrant(
        role,
        None if apart else BODY,
        Span(LAST_MONTH),
        convenes=s["convenes"],
        presides=s["presides"],
        sitting={"no": None, "here": SITTING, "elsewhere": ELSEWHERE}[s["acting"]],
    )


@cache
def _town(values):
    s = dict(zip(_TOWN, values, strict=True))
    regime = Regime(s["regime"])
    given = Span(NOW - timedelta(hours=2) if s["before_consent"] else LONG_AGO)
    return Municipality(
        legal_basis={BODY: (Span(LONG_AGO) if s["basis"] else OVER,)},
        pledges=(
            Pledge(regime, 1, Span(LONG_AGO, LAST_WEEK)),
            Pledge(regime, 2, Span(LAST_WEEK)),
        ),
        consents={MOTHER: (given,), SON: (given if s["consent"] else OVER,)},
        lowered=(Span(LONG_AGO) if s["grave_lowered"] else OVER,),
        internal_downloads=s["town_downloads"],
    )


@cache
def _session(values):
    s = dict(zip(_SESSION, values, strict=True))
    if not s["session"]:
        return None
    return Session(
        span=Span(NOW - timedelta(hours=1)),
        seen_at=NOW - timedelta(minutes=1),
        strength=s["strength"],
        strong_at=NOW - timedelta(minutes=1 if s["fresh_factor"] else 20),
        sitting={"none": None, "here": SITTING, "elsewhere": ELSEWHERE}[s["link"]],
    )


@cache
def _thing(values):
    s = dict(zip(_THING, values, strict=True))
    kind, regime = s["kind"], Regime(s["regime"])
    other = Regime.JUSO if regime is Regime.SHIEN else Regime.SHIEN
    at = LAST_MONTH - timedelta(days=1) if s["before_selection"] else YESTERDAY
    bodyless = kind == "health" or (kind == "trail" and not s["case"])
    reader = ME if s["listed"] else ELSEWHERE
    return ObjectFacts(
        kind=Kind(kind),
        body=None if bodyless else BODY,
        sitting=SITTING if kind in KINDS_OF_A_SITTING else None,
        case=CASE if s["case"] else None,
        item=ITEM if kind in KINDS_OF_AN_ITEM else None,
        regime=regime,
        origin=other if s["foreign"] else regime,
        tax_information=s["tax"],
        document_class=3 if s["grave"] else 2,
        state=State(s["state"]),
        about=frozenset({MOTHER, SON}) if s["names_somebody"] else frozenset(),
        author=s["author"],
        invited=s["invited"],
        released=(Span(at) if s["released"] else OVER,),
        admitted=(Span(YESTERDAY) if s["admitted"] else OVER,),
        attended=s["attended"],
        way=Way.COPY if s["narrowed"] else Way.ORIGINAL if s["granted"] else None,
        readers=frozenset({reader}) if s["restricted"] else None,
    )
