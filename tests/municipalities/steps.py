"""The steps of a month that both towns take, each through its page's service."""

import io
from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.db.models import QuerySet
from django.test import Client

from documents.models import Paper, PaperVersion
from documents.output.watermark import page_count, page_text
from documents.services.papers import PaperDetails, file_paper
from meetings import records, references
from meetings.findings import Finding
from meetings.live.protocol import Act, Operation
from meetings.live.store import Submission, apply
from meetings.models import (
    AgendaItem,
    Call,
    Entry,
    Invitation,
    Minutes,
    Proposal,
    Proxy,
    Sitting,
)
from meetings.rosters import candidates
from meetings.selectors.agenda import agenda_view
from meetings.selectors.sittings import open_sitting
from meetings.services import agenda, calls, invitations, proposals, proxies, room
from meetings.services import records as record_services
from meetings.services.agenda import ItemWords
from meetings.services.invitations import Choice, ProxyWords
from meetings.services.proposals import ProposalWords
from members.facts import Regime
from members.http import SESSION_KEY
from members.models import Case, Person, Purpose, Scope
from members.services.cases import NewMember
from portal.core import clock, keys, worker
from portal.core.models import OutgoingMail
from tests.documents import files
from tests.municipalities.towns import Town, key
from tests.papers import hand_out, looked_at, upload

HOUSEHOLD = [
    NewMember("本人", "汐見 潤", subject=True),
    NewMember("母", "汐見 照子"),
]
SHARING = ItemWords("deliberation", "sharing", "見守りの役割分担", "役割を決める", 30)
PLAN = ItemWords("deliberation", "plan", "支援プランの案", "プランを決める", 30)


def to(thing: Sitting | Call) -> Scope:
    """What a link to a sitting or a call leads to."""
    purpose = Purpose.CALL if isinstance(thing, Call) else Purpose.SITTING
    return Scope(purpose, thing.id)


def browser(town: Town, name: str) -> Client:
    """A browser in which the person is signed in."""
    client, sign_in = Client(), town.actor(name).sign_in
    assert sign_in is not None
    session = client.session
    session[SESSION_KEY] = str(sign_in.id)
    session.save()
    return client


def pdf_words(content: bytes) -> str:
    pdf = io.BytesIO(content)
    return "".join(page_text(pdf, page) for page in range(page_count(pdf)))


# Cases --------------------------------------------------------------------------------


def open_call(town: Town, clerk: str, sitting: Sitting, *names: str) -> Call:
    due = clock.day_end(clock.today() + timedelta(days=10))
    return calls.open_call(
        actor=town.actor(clerk),
        key=key(f"call {sitting.id}"),
        body=town.body,
        asked=calls.Asked(
            month=sitting.starts_at.date().replace(day=1),
            sitting=sitting,
            due_at=due,
            words="今月の事例をお寄せください。",
        ),
        people=[town[name] for name in names],
    )


def propose(town: Town, name: str, call: Call, title: str) -> Proposal:
    """A member fills the page behind the link, attaches a sheet, and sends it in."""
    actor = town.actor(name, to(call))
    proposal = proposals.save_proposal(
        actor=actor,
        key=key(f"proposal {title}"),
        call=call,
        case=None,
        words=ProposalWords(
            title=title,
            occasion="sharing",
            purpose="役割を決めたい",
            words="受診が途切れ、支払いも滞っている。",
            urgency="usual",
            consent="none",
        ),
    )
    proposals.file_sheet(
        actor=actor,
        proposal=proposal,
        details=_details("アセスメントシート", Paper.Kind.ASSESSMENT_SHEET),
        upload=upload(files.pdf_file(), "様式1-2.pdf"),
        token=uuid4(),
    )
    return proposals.submit_proposal(actor=actor, proposal=proposal)


def _details(title: str, kind: str) -> PaperDetails:
    return PaperDetails(
        number="1", title=title, kind=kind, document_class=Paper.Class.C3B
    )


def add(
    town: Town,
    clerk: str,
    sitting: Sitting,
    words: ItemWords,
    case: Case | None = None,
    regime: Regime | None = None,
) -> AgendaItem:
    return agenda.add_item(
        actor=town.actor(clerk),
        key=key(f"{sitting.id} {words.title} {case}"),
        sitting=sitting,
        body=town.body,
        case=case,
        words=words,
        regime=regime,
    )


def select(
    town: Town, clerk: str, item: AgendaItem, *names: str, signatory: str = ""
) -> None:
    offered = candidates(item)
    assert all(town[name] in offered for name in names)
    invitations.select_people(
        actor=town.actor(clerk),
        item=item,
        choices=[
            Choice(town[name], "関わりのある機関のため", signatory=name == signatory)
            for name in names
        ],
    )


def file_and_release(
    town: Town, clerk: str, item: AgendaItem, *names: str
) -> PaperVersion:
    version = file_paper(
        actor=town.actor(clerk),
        item=references.of_item(item),
        details=_details("事例概要", Paper.Kind.CASE_SUMMARY),
        upload=upload(files.pdf_file()),
        token=key(f"paper {item.id}"),
    )
    looked_at(version)
    until = item.sitting.ends_at + timedelta(days=town.body.rules.link_days)
    people = [town[name] for name in names]
    hand_out(town.actor(clerk), [version], people, until=until)
    return version


def case_of(item: AgendaItem) -> Case:
    """The item's case as it stands now."""
    assert item.case_id is not None
    return Case.objects.get(pk=item.case_id)


# Calling together ---------------------------------------------------------------------


def findings(town: Town, clerk: str, sitting: Sitting) -> list[Finding]:
    return agenda_view(open_sitting(town.actor(clerk), sitting.id)).findings


def mails(person: Person) -> QuerySet[OutgoingMail]:
    """What was written to somebody, the latest last."""
    rows = OutgoingMail.objects.filter(person=str(person.id))
    return rows.order_by("queued_at")


def words_of(mail: OutgoingMail | None) -> str:
    """Subject and text of a mail that has not left yet."""
    assert mail is not None
    text = keys.unseal(bytes(mail.sealed_body), mail.id.bytes)
    return f"{mail.subject}\n{text}"


def answer(
    town: Town,
    name: str,
    sitting: Sitting,
    rsvp: Invitation.Rsvp,
    proxy: ProxyWords | None = None,
    online_from: str = "",
) -> None:
    """The person answers the invitation through the own page."""
    invitations.answer_invitation(
        actor=town.actor(name, None if town[name].login else to(sitting)),
        invitation=sitting.invitations.get(person=town[name]),
        rsvp=rsvp,
        proxy=proxy,
        online_from=online_from,
    )


def accept_proxy(town: Town, clerk: str, principal: str, sitting: Sitting) -> None:
    """The clerk lets the named person come; who pledges as soon as the mail is read."""
    proxy = Proxy.objects.get(invitation=_invitation(town, principal, sitting))
    person = proxies.accept_proxy(actor=town.actor(clerk), proxy=proxy)
    town.remember("proxy", person)
    town.pledge("proxy")


def _invitation(town: Town, name: str, sitting: Sitting) -> Any:
    return sitting.invitations.get(person=town[name])


# The room -----------------------------------------------------------------------------


def check_in(town: Town, clerk: str, sitting: Sitting, *names: str) -> None:
    for name in names:
        room.check_in(actor=town.actor(clerk), sitting=sitting, person=town[name])


def hold(
    town: Town, clerk: str, item: AgendaItem, *entries: tuple[str, str]
) -> set[Person]:
    """Open the item, write, close it; who was in the room."""
    opened = room.open_item(actor=town.actor(clerk), item=item)
    actor = town.actor(clerk)
    assert actor.sign_in is not None
    written = apply(
        [
            Submission(
                actor.sign_in.id,
                "127.0.0.1",
                Operation(
                    key(f"{item.id} {kind}"),
                    item.id,
                    key(f"{item.id} {kind} entry"),
                    Act.CREATE,
                    fields={"kind": kind, "text": text},
                ),
            )
            for kind, text in entries
        ]
    )
    assert [row["type"] for row in written.answers] == ["ack"] * len(entries)
    room.close_item(actor=town.actor(clerk), item=item)
    return set(opened.admitted)


def close(town: Town, clerk: str, sitting: Sitting) -> None:
    room.close_sitting(actor=town.actor(clerk), sitting=sitting)


# The record ---------------------------------------------------------------------------


def circulate(town: Town, clerk: str, items: Iterable[AgendaItem]) -> None:
    for item in items:
        record_services.start_round(
            actor=town.actor(clerk),
            item=AgendaItem.objects.get(pk=item.pk),
            due_on=clock.today() + timedelta(days=7),
        )


def confirm(town: Town, name: str, item: AgendaItem) -> None:
    record_services.confirm(
        actor=town.actor(name, None if town[name].login else to(item.sitting)),
        item_id=item.id,
        digest=records.load(item.id).digest,
    )


def missing(item: AgendaItem) -> set[Person]:
    """Who still has to confirm the record."""
    return set(records.load(item.id).missing)


def is_final(item: AgendaItem) -> bool:
    worker.run_waiting()
    return Minutes.objects.get(item=item).state == Minutes.State.FINAL


def entry_of(item: AgendaItem, kind: str) -> Entry:
    return Entry.objects.get(item=item, kind=kind)
