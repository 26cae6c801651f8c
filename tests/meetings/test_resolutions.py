"""A decision by its form: into the minutes and, for a custodian, onto the case."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from meetings.live.protocol import Act
from meetings.live.store import apply
from meetings.models import AgendaItem, Entry, Minutes, Outcome, Sitting
from meetings.outcomes import Resolution
from meetings.services.resolutions import resolve
from members.access import Actor
from members.facts import Role
from members.models import Case, Consent, Person, Seat
from portal.core import clock, jp
from portal.core.errors import HiddenError, InvalidError, RefusedError
from portal.core.models import AuditEvent
from tests import factories
from tests.cast import Cast
from tests.meetings.convening import key
from tests.meetings.live import by, operation, snapshot

pytestmark = pytest.mark.django_db

Kind, Result = Entry.Kind, Outcome.Result
CONTINUED = Resolution(Result.CONTINUED, note="月2回の訪問を続ける。")


@pytest.fixture
def item(cast: Cast) -> AgendaItem:
    """An item of the timing プラン作成, of a sitting that has begun."""
    start = clock.now() - timedelta(minutes=30)
    Sitting.objects.filter(pk=cast.sitting.pk).update(starts_at=start)
    AgendaItem.objects.filter(pk=cast.juso_item.pk).update(occasion="plan")
    return AgendaItem.objects.get(pk=cast.juso_item.pk)


@pytest.fixture
def clerk(cast: Cast) -> Actor:
    return factories.sign_in(cast.secretariat)


@pytest.fixture
def scribe(cast: Cast, item: AgendaItem) -> Actor:
    """A member of the same office who writes, and convenes nothing."""
    return factories.sign_in(make_scribe(cast, item))


def make_scribe(cast: Cast, item: AgendaItem) -> Person:
    person = factories.person("本田 学", cast.secretariat.organization)
    for body in cast.bodies:
        factories.commission(person, body)
    for pledge in cast.pledges.values():
        factories.acknowledge(person, pledge)
    factories.membership(person, cast.case, Role.INTERNAL)
    factories.seat(person, item, Role.INTERNAL, scribe=True)
    factories.presence(person, item)
    return person


def plan(cast: Cast, **more: Any) -> Resolution:
    values = {
        "result": Result.CONFIRMED,
        "lead_agency": cast.clinic.organization,
        "monitoring_on": clock.today() + timedelta(days=90),
        "note": "役割は下のとおり。",
    }
    return Resolution(**{**values, **more})


def entries(item: AgendaItem) -> list[Entry]:
    return list(Entry.objects.filter(item=item, deleted=False))


def test_a_custodians_decision_is_written_and_settles_the_case(cast, item, clerk):
    resolution = plan(cast, participation=True)
    outcome = resolve(actor=clerk, key=key(), item=item, resolution=resolution)
    assert outcome is not None
    assert (outcome.result, outcome.needs_decision) == (Result.CONFIRMED, True)
    (entry,) = entries(item)
    day = resolution.monitoring_on
    assert entry.text == (
        "プラン確定。参加支援を含む。支援決定を待つ。"
        f"主担当は{cast.clinic.organization.name}。"
        f"次のモニタリングは{jp.era_words(day)}。\n役割は下のとおり。"
    )
    assert (entry.kind, entry.due_on, entry.writer) == (Kind.DECISION, day, None)
    assert Case.objects.get().status == Case.Status.AWAITING
    acts = set(AuditEvent.objects.values_list("action", flat=True))
    assert {"minutes.write", "meetings.item.outcome"} <= acts


def test_followers_get_the_decision_at_once(cast, item, clerk):
    before = item.revision
    resolve(actor=clerk, key=key(), item=item, resolution=CONTINUED)
    item.refresh_from_db()
    assert item.revision > before
    (seen,) = snapshot(item, cast.clinic.id, outcome_only=True)["entries"]
    assert seen["text"] == "継続。\n月2回の訪問を続ける。"


def test_pressed_twice_it_happens_once(cast, item, clerk):
    first = resolve(actor=clerk, key=key(), item=item, resolution=CONTINUED)
    item.refresh_from_db()
    revision = item.revision
    assert resolve(actor=clerk, key=key(), item=item, resolution=CONTINUED) == first
    item.refresh_from_db()
    assert item.revision == revision
    assert AuditEvent.objects.filter(action="meetings.item.outcome").count() == 1


def test_a_change_rewrites_the_same_entry(cast, item, clerk):
    resolve(actor=clerk, key=key(1), item=item, resolution=plan(cast))
    resolve(actor=clerk, key=key(2), item=item, resolution=CONTINUED)
    (entry,) = entries(item)
    assert entry.text == "継続。\n月2回の訪問を続ける。"
    assert snapshot(item, clerk.id, outcome_only=False)["displaced"] == []


def test_words_put_in_by_hand_stay_as_their_writers_copy(cast, item, clerk, scribe):
    resolve(actor=clerk, key=key(1), item=item, resolution=CONTINUED)
    (entry,) = entries(item)
    hand = operation(item, "x", op="hand", base=entry.revision, text="手で直した文")
    answers = apply([by(scribe, _on(entry, hand))]).answers
    assert answers[0]["type"] == "ack"
    resolve(actor=clerk, key=key(2), item=item, resolution=plan(cast))
    (displaced,) = snapshot(item, scribe.id, outcome_only=False)["displaced"]
    assert displaced["text"] == "手で直した文"
    (entry,) = entries(item)
    assert entry.text.startswith("プラン確定。")


def _on(entry: Entry, made: Any) -> Any:
    return type(made)(made.id, made.item, entry.id, made.act, made.base, made.fields)


def test_a_deleted_decision_comes_back_when_it_is_entered_again(cast, item, clerk):
    resolve(actor=clerk, key=key(1), item=item, resolution=CONTINUED)
    (entry,) = entries(item)
    gone = operation(item, "x", Act.DELETE, base=entry.revision)
    apply([by(clerk, _on(entry, gone))])
    resolve(actor=clerk, key=key(2), item=item, resolution=CONTINUED)
    assert len(entries(item)) == 1


def test_a_scribe_writes_it_down_and_does_not_settle_the_case(cast, item, scribe):
    before = Case.objects.get().status
    assert resolve(actor=scribe, key=key(), item=item, resolution=plan(cast)) is None
    (entry,) = entries(item)
    assert entry.text.startswith("プラン確定。")
    assert not Outcome.objects.exists()
    assert Case.objects.get().status == before


def test_what_cannot_be_settled_leaves_no_words(cast, item, clerk):
    with pytest.raises(InvalidError):
        resolve(
            actor=clerk, key=key(), item=item, resolution=plan(cast, monitoring_on=None)
        )
    with pytest.raises(RefusedError):
        resolve(actor=clerk, key=key(), item=item, resolution=Resolution(Result.CLOSED))
    assert entries(item) == []


def test_past_the_room_a_custodian_settles_and_a_scribe_writes_no_more(
    cast, item, clerk, scribe
):
    Minutes.objects.create(item=item, state=Minutes.State.ROUND)
    with pytest.raises(RefusedError):
        resolve(actor=scribe, key=key(1), item=item, resolution=CONTINUED)
    resolve(actor=clerk, key=key(2), item=item, resolution=CONTINUED)
    assert Outcome.objects.get().result == Result.CONTINUED
    assert entries(item) == []


def test_without_consent_no_words_are_added(cast, item, clerk, scribe):
    """R20, R24: the custodian still settles the case, its minutes are frozen."""
    Consent.objects.update(withdrawn_at=clock.now())
    with pytest.raises(HiddenError):
        resolve(actor=scribe, key=key(1), item=item, resolution=CONTINUED)
    resolve(actor=clerk, key=key(2), item=item, resolution=CONTINUED)
    assert entries(item) == []


@pytest.mark.parametrize(
    "persona", ["clinic", "newcomer", "stranger", "recused", "leaver", "auditor"]
)
def test_nobody_else_resolves_anything(cast, item, persona):
    person = getattr(cast, persona)
    factories.presence(person, item)
    with pytest.raises(HiddenError):
        resolve(
            actor=factories.sign_in(person), key=key(), item=item, resolution=CONTINUED
        )
    assert entries(item) == []


def test_a_removed_scribe_writes_nothing(cast, item, scribe):
    Seat.objects.filter(person=scribe.person).update(ends_at=clock.now())
    with pytest.raises(HiddenError):
        resolve(actor=scribe, key=key(), item=item, resolution=CONTINUED)


def test_the_page_says_what_the_form_does(cast, item, signed_in):
    page = reverse("meetings:item-resolve", args=[item.id])
    custodian: Client = signed_in(cast.secretariat)
    assert "事例の状況も変えます" in custodian.get(page).content.decode()
    writer: Client = signed_in(make_scribe(cast, item))
    assert "結果を登録すると変わります" in writer.get(page).content.decode()
    sent = {"key": key(), "result": "continued", "note": "続ける"}
    assert writer.post(page, sent)["Location"] == reverse(
        "meetings:room", args=[item.sitting_id]
    )
    assert json.dumps([e.text for e in entries(item)], ensure_ascii=False) == (
        '["継続。\\n続ける"]'
    )
    wrong = custodian.post(page, {"key": key(2), "result": "agreed"})
    assert wrong.status_code == 422
