"""Who gets what at every address, as ``tests/matrix.txt`` says.

There a row stands for a route and a method, a column for a persona:

    in      sent to the sign-in page
    ack     sent to the pledge
    step    sent to the renewal of the factor
    302     sent on, the act is done or refused in words on the next page
    404     hidden: byte-equal to an address that names nothing
    405     the route does not take the method
    other   the status itself

``tests/test_matrix.py`` asks every cell, and fails for a route without a row.
"""

from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID

from django_otp.plugins.otp_totp.models import TOTPDevice

from documents.models import Paper, PaperVersion, Release, RetrievalAsk
from documents.services import paper_words
from meetings import record_template, retention
from meetings.models import (
    AgendaItem,
    Attestation,
    CalendarDay,
    CarryUp,
    Correction,
    Entry,
    Import,
    Invitation,
    LegalHold,
    Minutes,
    MoveNotice,
    OnlineRequest,
    Presence,
    Proxy,
    RecordTemplate,
    ResourceGap,
    Sitting,
    SittingRequest,
    Task,
)
from meetings.services import feeds
from members.facts import Regime, Role, State
from members.models import (
    ApiToken,
    ArchiveGrant,
    Body,
    Charter,
    ExOfficio,
    FactorReset,
    Person,
    Post,
    Relaxation,
    StandIn,
    Turnover,
)
from portal.core import clock, vault
from portal.core.models import StoredObject
from tests import factories
from tests.cast import Cast
from tests.factories import to_sitting
from tests.meetings import asking, calling, polling, setting_up
from tests.meetings.asking import meet_on_request
from tests.papers import details, reference

PERSONAS = (
    "chair",
    "secretariat",
    "clinic",
    "mail_code",  # the clinic through a link to the sitting, with the code by mail
    "newcomer",
    "leaver",
    "colleague",
    "stranger",
    "recused",
    "administrator",
    "auditor",
    "anonymous",
)

TABLE = Path(__file__).with_suffix(".txt").read_text(encoding="ascii")

# A live socket opens for those who may see the room; what they follow in it is
# decided frame by frame.
SOCKETS = """
live/sittings/<uuid:sitting_id>/ yes yes yes yes yes yes no no yes no no no
"""


@dataclass(frozen=True, slots=True)
class Row:
    """What each persona gets at one route by one method."""

    route: str
    method: str
    expected: dict[str, str]


def rows() -> list[Row]:
    """The table, row by row."""
    found, space = [], ""
    for line in TABLE.splitlines():
        if line.startswith("#"):
            continue
        if line.startswith("["):
            space = line.strip("[]")
            continue
        route, method, *answers = line.split()
        expected = dict(zip(PERSONAS, answers, strict=True))
        found.append(Row(f"{space}:{route}", method, expected))
    return found


def sockets() -> dict[str, dict[str, str]]:
    """The sockets by their pattern: whether each persona's handshake is accepted."""
    lines = [line.split() for line in SOCKETS.strip().splitlines()]
    return {
        pattern: dict(zip(PERSONAS, answers, strict=True))
        for pattern, *answers in lines
    }


def sign_in_of(cast: Cast, persona: str) -> tuple[Person, dict[str, Any]] | None:
    """Who stands behind the persona and in what sign-in; anonymous has none."""
    if persona == "anonymous":
        return None
    if persona == "mail_code":
        return cast.clinic, {"strength": 1, "scope": to_sitting(cast.sitting)}
    return getattr(cast, persona), {"strength": 2}


def things(cast: Cast, version: PaperVersion) -> dict[str, object]:
    """What the arguments of the addresses name, by the argument's name.

    The record of the item is in its round: the clinic attended, asked for a
    correction of one entry, and is named to confirm.
    """
    now = clock.now()
    item = cast.shien_item
    for person in (cast.clinic, cast.newcomer):
        Presence.objects.create(
            person=person,
            item=item,
            starts_at=now - timedelta(minutes=5),
            ends_at=now - timedelta(minutes=1),
        )
    minutes = Minutes.objects.create(
        item=item,
        state=Minutes.State.ROUND,
        version=1,
        circulated_at=now,
        due_on=clock.today(),
    )
    entry = Entry.objects.create(
        item=item,
        order=1,
        kind=Entry.Kind.DECISION,
        text="訪問を続ける。",
        revision=1,
        created_by=cast.secretariat,
        created_at=now,
        changed_at=now,
    )
    correction = Correction.objects.create(
        minutes=minutes, entry=entry, person=cast.clinic, text="月2回に", at=now
    )
    invited = Invitation.objects.get(sitting=cast.sitting, person=cast.clinic)
    Proxy.objects.create(invitation=invited, name="清水 陽子", named_at=now)
    OnlineRequest.objects.create(invitation=invited, place="相談室", asked_at=now)
    mother = cast.case.household.all()[0]
    return {
        "case_id": cast.case.id,
        "membership_id": cast.case.memberships.get(person=cast.clinic).id,
        "member_id": mother.id,
        "consent_id": mother.consents.get().id,
        "person_id": cast.colleague.id,
        "organization_id": cast.clinic.organization_id,
        "unit_id": cast.shien.unit_id,
        "pledge_id": cast.pledges[Regime.SHIEN].id,
        "regime": "shien",
        "body_id": cast.shien.id,
        "stand_in_id": StandIn.objects.create(
            body=cast.shien,
            person=cast.clinic,
            designated_by="市長",
            designated_on=clock.today(),
            starts_at=now,
        ).pk,
        **_charter(cast),
        "sitting_id": cast.sitting.id,
        "invitation_id": Invitation.objects.get(
            sitting=cast.sitting, person=cast.clinic
        ).id,
        "item_id": item.id,
        "version_id": version.id,
        "held_id": _held(cast).id,
        "round_id": version.releases.get().round_id,
        "paper_id": version.paper_id,
        "page": 1,
        "entry_id": entry.id,
        "task_id": _task(cast).pk,
        "attestation_id": Attestation.objects.create(
            item=item, person=cast.clinic, said_at=now, answered_at=now
        ).pk,
        "correction_id": correction.id,
        "turnover_id": _turnover(cast).id,
        **_call(cast),
        **_poll(cast),
        **_closed_day(cast),
        **_asked(cast),
        "import_id": _import(cast).id,
        **_layers(cast),
        **_desk(cast, version),
        "kind": "case",
        "thing_id": cast.case.id,
        "grant_id": ArchiveGrant.objects.create(
            case=cast.case,
            person=cast.colleague,
            purpose="再相談のため",
            granted_by=cast.secretariat,
            starts_at=now,
            ends_at=now + timedelta(days=1),
        ).pk,
        "hold_id": LegalHold.objects.create(
            kind="case",
            file_id=cast.case.id,
            reason="訴訟のため",
            placed_by=cast.colleague,
            placed_at=now,
        ).id,
        "act": "close",
        "notice_id": _moved(cast).id,
        "way_name": "mail",
        "manual_name": "secretariat",
        **_template(cast),
        **_own(cast),
        "record_id": minutes.id,
        "file_id": version.id,
        "set_up_id": _set_up(cast),
        "theme": "law",
        "key": UUID(int=1),
        "secret": _feed(cast),
    }


def _import(cast: Cast) -> Import:
    """A roll that the secretariat has brought and not yet begun."""
    stored = vault.put(BytesIO("機関,氏名\n見本訪問看護,清水 陽子".encode()))
    vault.keep(stored)
    return Import.objects.create(
        kind=Import.Kind.ROLL,
        body=cast.shien,
        entered_by=cast.secretariat,
        at=clock.now(),
        stored=stored,
        ending=".csv",
    )


def _set_up(cast: Cast) -> UUID:
    """A typical ordinance with every question answered, and no body made of it."""
    retention.enter_usual_classes()
    actor = factories.sign_in(cast.administrator)
    return setting_up.answered(actor, [cast.secretariat], "same_day").id


def _moved(cast: Cast) -> MoveNotice:
    """A notice with consent; the case stays as the other rows need it."""
    today = clock.today()
    return MoveNotice.objects.create(
        case=cast.case,
        body=cast.case.body,
        year=2026,
        number=1,
        moved_on=today,
        destination="となり市",
        in_name_of="見本市長",
        contact="社会福祉課",
        decided_on=today,
        decided_by="課長",
        basis=MoveNotice.Basis.CONSENT,
        access_until=today,
        entered_by=cast.secretariat,
        entered_at=clock.now(),
    )


def _own(cast: Cast) -> dict[str, object]:
    """Two apps of the clinic, its other sign-in, and a reset that waits."""
    TOTPDevice.objects.create(user=cast.clinic, name="電話")
    app = TOTPDevice.objects.create(user=cast.clinic, name="古い電話")
    elsewhere = factories.sign_in(cast.clinic).sign_in
    assert elsewhere is not None
    return {
        "occasion": "nowhere",
        "sort": "app",
        "factor_id": app.pk,
        "sign_in_id": elsewhere.id,
        "account_id": cast.chair.id,
        "relaxation_id": factories.lowered(
            cast.administrator, Relaxation.Kind.TELEPHONE
        ).id,
        "token_id": _token(cast).id,
        "reset_id": FactorReset.objects.create(
            person=cast.newcomer,
            proof=FactorReset.Proof.IN_PERSON,
            vouched_by=cast.secretariat,
            vouched_at=clock.now(),
        ).id,
    }


def _token(cast: Cast) -> ApiToken:
    """A key that the secretariat asked for."""
    token = ApiToken.objects.create(
        name="文書管理システム",
        person=cast.secretariat,
        files=True,
        starts_at=clock.now(),
        ends_at=clock.now() + timedelta(days=90),
    )
    token.bodies.add(cast.shien)
    return token


def _template(cast: Cast) -> dict[str, object]:
    """The body's own Word file for its records."""
    stored = vault.put(BytesIO(record_template.example()))
    vault.keep(stored)
    RecordTemplate.objects.create(
        body=cast.shien,
        file_name="form.docx",
        stored=stored,
        uploaded_by=cast.secretariat,
        uploaded_at=clock.now(),
    )
    return {}


def _held(cast: Cast) -> PaperVersion:
    """A paper of the item in which the guard found another household."""
    now = clock.now()
    item, other = cast.shien_item, factories.case(cast.juso, number="R8-077")
    paper = Paper.objects.create(
        number="資料8",
        title="事例概要",
        kind=Paper.Kind.CASE_SUMMARY,
        document_class=Paper.Class.C3B,
        body=item.body,
        case=item.case,
        item_id=item.id,
        sitting_id=item.sitting_id,
        law=item.regime,
        origin=item.regime,
        created_by=cast.clinic,
        created_at=now,
    )
    version = PaperVersion.objects.create(
        paper=paper,
        state=State.HELD,
        holds=[PaperVersion.Hold.MEMBER, PaperVersion.Hold.MIXUP],
        guard=PaperVersion.Guard.LOOKED,
        file_name="jirei.txt",
        media_type="text/plain",
        stored=StoredObject.objects.create(created_at=now),
        uploaded_by=cast.clinic,
        uploaded_at=now,
    )
    version.mixups.create(
        case=other, member=other.household.first(), sort="name", part="body", number=1
    )
    return version


def _charter(cast: Cast) -> dict[str, object]:
    """Rules that begin tomorrow, and a basis, an office and a term of the body."""
    body = cast.shien
    charter = Charter.usual(body)
    charter.starts_at = clock.now() + timedelta(days=1)
    charter.decided_by, charter.decided_on = "市長決裁", clock.today()
    charter.save()
    return {
        "charter_id": charter.pk,
        "basis_id": body.legal_bases.get().pk,
        "office_id": body.offices.get(person=cast.secretariat).pk,
        "commission_id": body.commissions.get(person=cast.clinic).pk,
    }


def _feed(cast: Cast) -> str:
    """The secret of the address from which the clinic's calendar reads."""
    address = feeds.make_feed(actor=factories.sign_in(cast.clinic))
    return address.rpartition("/")[2].removesuffix(".ics")


def _turnover(cast: Cast) -> Turnover:
    """The chair's post, vacant from today on."""
    post = Post.objects.create(organization=cast.chair.organization, name="課長")
    ExOfficio.objects.create(
        body=cast.shien, post=post, part="head", starts_at=clock.now()
    )
    turnover = Turnover.objects.create(
        day=clock.today(),
        decided_by="市長",
        decided_on=clock.today(),
        entered_by=cast.secretariat,
        entered_at=clock.now(),
    )
    turnover.successions.create(post=post, predecessor=cast.chair)
    return turnover


def _call(cast: Cast) -> dict[str, object]:
    """An open call: the clinic has proposed something, the newcomer is silent."""
    call = calling.opened(cast, cast.clinic, cast.newcomer)
    return {
        "call_id": call.id,
        "recipient_id": calling.recipient(call, cast.newcomer).id,
        "proposal_id": calling.submitted(call, cast.clinic).id,
    }


def _closed_day(cast: Cast) -> dict[str, object]:
    """A day on which the city hall is closed."""
    row = CalendarDay.objects.create(
        day=clock.today(),
        name="市制記念日",
        decided_by="条例",
        decided_on=clock.today(),
        entered_by=cast.secretariat,
        entered_at=clock.now(),
    )
    return {"day_id": row.id}


def _poll(cast: Cast) -> dict[str, object]:
    """An open poll that asks the clinic and the newcomer."""
    poll = polling.ask(cast)
    return {
        "poll_id": poll.id,
        "date_id": poll.dates.all()[0].id,
        "voter_id": polling.voter(poll, cast.clinic).id,
    }


def _asked(cast: Cast) -> dict[str, object]:
    """What the colleague is asked for, and the sitting that the clinic asks for."""
    meet_on_request(cast.shien)
    return {
        "request_id": asking.ask(cast, whom=cast.colleague).id,
        "asking_id": SittingRequest.objects.create(
            body=cast.shien,
            asked_by=cast.clinic,
            entered_by=cast.clinic,
            asked_at=clock.now(),
            reason="役割が決まらないため",
        ).id,
    }


def _task(cast: Cast) -> Task:
    """A role that the clinic took on at an earlier meeting about the case."""
    start = clock.now() - timedelta(days=30)
    earlier = factories.sitting(
        cast.shien,
        cast.secretariat,
        starts_at=start,
        ends_at=start + timedelta(hours=2),
        state=Sitting.State.CLOSED,
    )
    item = factories.item(earlier, cast.case, cast.shien)
    for person, role in (
        (cast.chair, Role.CHAIR),
        (cast.secretariat, Role.SECRETARIAT),
        (cast.clinic, Role.EXTERNAL),
    ):
        factories.seat(person, item, role)
    return factories.task(item, cast.secretariat, person=cast.clinic)


def _layers(cast: Cast) -> dict[str, object]:
    """A parent over the 支援会議: the case has gone up, a gap that touches it not."""
    parent = factories.body(Regime.SHIEN, unit=None, name="市全体の支援会議")
    for person, role in (
        (cast.chair, Role.CHAIR),
        (cast.secretariat, Role.SECRETARIAT),
    ):
        factories.office(person, role, parent)
        factories.commission(person, parent)
    Body.objects.filter(pk=cast.shien.pk).update(parent=parent)
    made = {"carried_by": cast.secretariat, "carried_at": clock.now()}
    carried = CarryUp.objects.create(
        body=parent,
        child=cast.shien,
        source=cast.shien_item,
        case=cast.case,
        occasion="sharing",
        title="見守りの分担について",
        **made,
    )
    gap = ResourceGap.objects.create(
        body=cast.shien,
        item=cast.shien_item,
        field="place",
        words="母と長男が過ごせる場所",
        raised_by=cast.secretariat,
        raised_at=clock.now(),
    )
    return {"carried_id": carried.id, "gap_id": gap.id}


def _desk(cast: Cast, version: PaperVersion) -> dict[str, object]:
    """A paper that an agency keeps, on an item that has begun.

    And one that was recalled: the clinic, who had it, is asked what became of it.
    """
    now = clock.now()
    AgendaItem.objects.filter(pk=cast.shien_item.pk).update(opened_at=now)
    kept = paper_words.list_kept_paper(
        actor=factories.sign_in(cast.secretariat),
        key=UUID(int=77),
        item=reference(cast.shien_item),
        details=details(number="資料2"),
        kept_by=cast.clinic.organization,
    )
    gone = PaperVersion.objects.create(
        paper=version.paper,
        number=0,
        state=State.RECALLED,
        file_name="事例概要.pdf",
        media_type="application/pdf",
        stored=version.stored,
        uploaded_by=cast.secretariat,
        uploaded_at=now,
    )
    Release.objects.create(
        version=gone,
        person=cast.clinic,
        released_by=cast.secretariat,
        starts_at=now - timedelta(hours=1),
        ends_at=now + timedelta(days=1),
    )
    ask = RetrievalAsk.objects.create(
        sitting_id=cast.sitting.id,
        person=cast.clinic,
        asked_by=cast.secretariat,
        asked_at=now,
    )
    return {"paper_id": kept.id, "ask_id": ask.id}


def unknown(arguments: dict[str, object]) -> dict[str, object]:
    """The same address with names of nothing."""
    nothing = {UUID: UUID(int=404), int: 404_404, str: None}
    return {name: nothing[type(value)] or value for name, value in arguments.items()}
