"""The gate beyond one link: the town's budget, knocks, entitlement, renewed links."""

from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.urls import reverse
from django_tasks_db.models import DBTaskResult

from documents.models import GateAlarm, GateMinute, Knock, Link, LinkCode
from documents.models.links import (
    BUDGET_SPAN,
    CODE_LIFE,
    PACE,
    WISHES_PER_MINUTE,
    WRONG_BUDGET,
)
from documents.services import budget, codes, links, renewals
from documents.services.codes import Sending, Way
from documents.services.visits import Verdict, Visit
from meetings.models import AgendaItem, Invitation, Sitting
from meetings.services import convocation
from members.models import Commission, Membership, Person, SignIn
from portal.core import clock, outbox, worker
from portal.core.models import AuditEvent, OutgoingMail
from tests import factories
from tests.documents.gate import ask, enter, issue, mailed_code, other_than, secret_of

WISH = reverse("documents:gate-wish")
BROWSER = "a" * 64


def visit(cast, person: Person | None = None) -> tuple[Visit, str]:
    link = issue(cast, person).link
    assert codes.send_code(link=link, browser=BROWSER).sending is Sending.SENT
    return Visit(link, BROWSER, "192.0.2.7", ""), mailed_code().replace(" ", "")


def spent() -> None:
    """The town has had its budget of wrong codes a moment ago."""
    minute = clock.now().replace(second=0, microsecond=0)
    GateMinute.objects.create(minute=minute, wrong_count=WRONG_BUDGET)


def tried(visit: Visit, code: str) -> Verdict:
    return codes.try_code(visit=visit, way=Way.MAIL, token=code).verdict


# People who may not come any more


@pytest.mark.parametrize("rows", [Commission, Membership])
def test_no_code_is_sent_to_whom_nothing_would_open(cast, rows):
    issued = issue(cast)
    client = enter(issued)
    entitled = ask(enter(issue(cast, cast.newcomer))).content.decode()
    mail.outbox.clear()
    rows.objects.filter(person=cast.clinic).update(ends_at=clock.now())
    Invitation.objects.filter(person=cast.clinic).update(withdrawn_at=clock.now())
    answer = ask(client)
    assert mail.outbox == []
    assert "確認コードをお送りしました" in answer.content.decode()
    assert len(answer.content) == len(entitled.encode())
    event = AuditEvent.objects.get(subject=f"link:{issued.link.id}", actor="")
    assert event.action == "documents.link.withhold_code"


def test_a_withheld_code_meets_the_same_limits(cast):
    Commission.objects.filter(person=cast.clinic).update(ends_at=clock.now())
    link = issue(cast).link
    first = codes.send_code(link=link, browser=BROWSER)
    again = codes.send_code(link=link, browser=BROWSER)
    assert (first.sending, again.sending) == (Sending.SENT, Sending.TOO_SOON)


# The budget of the town


def test_the_budget_raises_one_alarm_for_those_who_run_the_town(cast):
    before = WRONG_BUDGET - 1
    GateMinute.objects.create(
        minute=clock.now().replace(second=0, microsecond=0), wrong_count=before
    )
    at, code = visit(cast)
    assert tried(at, other_than(code)) is Verdict.WRONG
    other, code = visit(cast, cast.newcomer)
    with time_machine.travel(clock.now() + PACE, tick=False):
        assert tried(other, other_than(code)) is Verdict.WRONG
    assert GateAlarm.objects.count() == 1
    told = OutgoingMail.objects.filter(subject="かさね 確認コードの誤りが続いています")
    assert set(told.values_list("person", flat=True)) == {
        str(p.id) for p in (cast.administrator, cast.secretariat, cast.stranger)
    }
    assert AuditEvent.objects.filter(action="documents.gate.alarm").count() == 1


def test_past_the_budget_a_link_paces_itself_and_locks_nobody_out(cast):
    spent()
    at, code = visit(cast)
    assert tried(at, code) is Verdict.WAIT
    with time_machine.travel(clock.now() + PACE, tick=False):
        assert tried(at, other_than(code)) is Verdict.WRONG
        assert tried(at, code) is Verdict.WAIT
    with time_machine.travel(clock.now() + 2 * PACE, tick=False):
        assert tried(at, code) is Verdict.RIGHT
    assert Link.objects.get().wrong_count == 1


def test_an_old_budget_is_forgotten(cast):
    spent()
    with time_machine.travel(clock.now() + BUDGET_SPAN + PACE):
        assert not budget.strained()
        at, code = visit(cast)
        assert tried(at, code) is Verdict.RIGHT


def test_the_worker_forgets_old_codes_and_minutes(cast):
    visit(cast)
    spent()
    assert budget.forget_old in worker.SWEEPS
    budget.forget_old()
    assert (LinkCode.objects.count(), GateMinute.objects.count()) == (1, 1)
    with time_machine.travel(clock.now() + CODE_LIFE + timedelta(days=1, minutes=1)):
        budget.forget_old()
    assert (LinkCode.objects.count(), GateMinute.objects.count()) == (0, 0)


# Knocks


def test_a_posted_secret_is_a_knock_and_nothing_else(cast):
    issued = issue(cast)
    before = list(Link.objects.values())
    for _ in range(3):
        enter(issued)
    assert Knock.objects.get(link=issued.link).count == 3
    assert list(Link.objects.values()) == before
    (row,) = links.links_of(cast.sitting.id)
    assert row.perhaps_scanned
    assert row.standing is links.Standing.UNOPENED


def test_a_knock_of_somebody_who_types_the_code_is_theirs(cast):
    at, code = visit(cast)
    links.note_knock(at.link)
    assert tried(at, code) is Verdict.RIGHT
    (row,) = links.links_of(cast.sitting.id)
    assert not row.perhaps_scanned


# Renewed links


@pytest.fixture
def ended(cast):
    """The clinic's link ran out; an item closed late, so links may last longer."""
    issued = issue(cast)
    now = clock.now()
    Sitting.objects.update(
        starts_at=now - timedelta(days=9), ends_at=now - timedelta(days=8)
    )
    AgendaItem.objects.update(closed_at=now - timedelta(days=1))
    Link.objects.update(ends_at=now)
    return issued


def wish(secret: str, **more: str) -> bytes:
    """Ask for a new link as its holder would, do the worker's part; the answer."""
    client = Client()
    page = client.post(WISH, {"secret": secret, **more}, follow=True)
    assert page.status_code == 200
    for row in DBTaskResult.objects.filter(task_path__endswith="renewals.grant"):
        renewals.grant.call(*row.args_kwargs["args"])
    for waiting in OutgoingMail.objects.filter(state=OutgoingMail.State.WAITING):
        outbox.deliver.call(str(waiting.id))
    DBTaskResult.objects.all().delete()
    return bytes(page.content)


def test_an_ended_link_is_renewed_to_the_registered_address(cast, ended):
    offered = Client().post(reverse("documents:gate"), {"secret": secret_of(ended)})
    assert offered.status_code == 404
    assert secret_of(ended) in offered.content.decode()
    wish(secret_of(ended))
    (letter,) = mail.outbox
    assert letter.to == [cast.clinic.email]
    assert "【新しいリンク】" in letter.subject
    new = Link.objects.get(renews=ended.link)
    assert new.ends_at == convocation.links_end(Sitting.objects.get(pk=cast.sitting.pk))
    assert new.issued_by == cast.secretariat
    secret = letter.body.partition("/g/#")[2].split()[0]
    assert links.find_by_secret(secret) == new
    event = AuditEvent.objects.get(action="documents.link.renew")
    assert (event.actor, event.detail["of"]) == ("", str(ended.link.id))
    assert not SignIn.objects.filter(link_id=new.id).exists()


def test_the_printed_code_of_an_ended_link_asks_as_well(cast, ended):
    wish("", card_code=ended.card_code)
    assert Link.objects.filter(renews=ended.link).count() == 1


def test_a_link_is_renewed_once(cast, ended):
    for _ in range(3):
        wish(secret_of(ended))
    assert len(mail.outbox) == 1


def revoked(cast, ended):
    actor = factories.sign_in(cast.secretariat)
    Link.objects.update(ends_at=clock.now() + timedelta(days=1))
    links.revoke_link(actor=actor, link=ended.link)


def commission_ended(cast, ended):
    Commission.objects.filter(person=cast.clinic).update(ends_at=clock.now())


def selection_ended(cast, ended):
    Membership.objects.filter(person=cast.clinic).update(ends_at=clock.now())


def account_ended(cast, ended):
    Person.objects.filter(pk=cast.clinic.pk).update(ends_at=clock.now())


def invitation_withdrawn(cast, ended):
    Invitation.objects.filter(person=cast.clinic).update(withdrawn_at=clock.now())


def over(cast, ended):
    AgendaItem.objects.update(closed_at=clock.now() - timedelta(days=8))


def called_off(cast, ended):
    Sitting.objects.update(state=Sitting.State.CANCELLED)


def still_live(cast, ended):
    Link.objects.update(ends_at=clock.now() + timedelta(days=1))


def has_a_newer_one(cast, ended):
    Link.objects.update(issued_at=clock.now() - timedelta(days=1))
    newer = issue(cast)
    Link.objects.filter(pk=newer.link.pk).update(ends_at=clock.now())
    Link.objects.filter(pk=ended.link.pk).update(revoked_at=None)


@pytest.mark.parametrize(
    "spoil",
    [
        revoked,
        commission_ended,
        selection_ended,
        account_ended,
        invitation_withdrawn,
        over,
        called_off,
        still_live,
        has_a_newer_one,
    ],
)
def test_no_link_comes_back_against_a_rule_and_nobody_sees_why(cast, ended, spoil):
    spoil(cast, ended)
    count = Link.objects.count()
    answers = {wish(secret_of(ended)), wish("x" * 43), wish("", card_code="7K3M")}
    assert len(answers) == 1
    assert mail.outbox == []
    assert Link.objects.count() == count


def test_wishes_are_limited_and_the_answer_stays_the_same(cast, ended):
    minute = clock.now().replace(second=0, microsecond=0)
    with time_machine.travel(minute, tick=False):
        first = wish("x" * 43)
        GateMinute.objects.update(wish_count=WISHES_PER_MINUTE)
        assert wish(secret_of(ended)) == first
        assert mail.outbox == []


def test_a_wish_keeps_no_secret(cast, ended):
    renewals.ask(secret=secret_of(ended), card_code="")
    kept = str(list(DBTaskResult.objects.values()))
    assert secret_of(ended) not in kept
