"""The store of live minutes: rights, revisions, leases, repeats, group commit."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from meetings.live.protocol import Act, Reason
from meetings.live.reading import since
from meetings.live.store import Committed, Submission, apply
from meetings.models import AgendaItem, Entry, EntryChange, Minutes
from members.access import Actor
from members.facts import Role
from portal.core import audit, clock
from portal.core.models import AuditEvent
from tests import factories
from tests.cast import Cast
from tests.meetings.live import by, name, operation, snapshot

# On PostgreSQL the database notices a change of rights at its commit.
at_commit = pytest.mark.django_db(transaction=True)


@pytest.fixture
def clerk(cast: Cast) -> Actor:
    return factories.sign_in(cast.secretariat)


@pytest.fixture
def chair(cast: Cast) -> Actor:
    return factories.sign_in(cast.chair)


def create(actor: Actor, item: AgendaItem, entry: str, **fields: Any) -> int:
    """Make an entry; the revision it got."""
    fields = {"kind": Entry.Kind.DISCUSSION, **fields}
    answer = only(apply([by(actor, operation(item, entry, Act.CREATE, **fields))]))
    assert answer["type"] == "ack"
    return int(answer["revision"])


def only(committed: Committed) -> dict[str, Any]:
    (answer,) = committed.answers
    return answer


def reason(committed: Committed) -> str:
    answer = only(committed)
    assert answer["type"] == "refused"
    return str(answer["reason"])


def test_an_entry_is_durable_with_a_rising_revision(cast: Cast, clerk: Actor) -> None:
    first = create(clerk, cast.shien_item, "a", text="母の通院が途切れている。")
    step = apply(
        [by(clerk, operation(cast.shien_item, "a", base=first, text="続けて書く。"))]
    )
    assert only(step)["revision"] == first + 1
    entry = Entry.objects.get(id=name("a"))
    assert (entry.text, entry.revision) == ("続けて書く。", first + 1)
    (change,) = step.changes
    assert (change.before, change.revision) == (first, first + 1)
    assert json.loads(change.full)["entries"][0]["text"] == "続けて書く。"
    cast.shien_item.refresh_from_db()
    assert cast.shien_item.revision == first + 1


def test_a_batch_of_many_items_and_people_is_one_commit(
    cast: Cast, clerk: Actor, chair: Actor
) -> None:
    shien, juso = cast.items
    kind = Entry.Kind.DISCUSSION
    committed = apply(
        [
            by(clerk, operation(shien, "a", Act.CREATE, kind=kind, text="一")),
            by(chair, operation(juso, "b", Act.CREATE, kind=kind, text="二")),
            by(clerk, operation(shien, "a", base=1, text="一の続き")),
            by(clerk, operation(shien, "c", base=1, text="ない記録")),
        ]
    )
    assert [a["type"] for a in committed.answers] == ["ack", "ack", "ack", "refused"]
    assert {c.item for c in committed.changes} == {shien.id, juso.id}
    written = AuditEvent.objects.filter(action="minutes.write")
    assert {(e.item, e.actor) for e in written} == {
        (str(shien.id), str(clerk.id)),
        (str(juso.id), str(chair.id)),
    }
    assert len(written) == 2
    assert not any(e.detail for e in written)
    assert list(audit.verify()) == []


def test_a_repeated_operation_is_answered_and_not_redone(
    cast: Cast, clerk: Actor
) -> None:
    again = by(
        clerk,
        operation(
            cast.shien_item, "a", Act.CREATE, kind=Entry.Kind.DECISION, text="一度だけ"
        ),
    )
    first = only(apply([again]))
    create(clerk, cast.shien_item, "b")
    assert only(apply([again])) == first
    twice = apply([again, again])
    assert twice.answers == [first, first]
    assert twice.changes == []
    assert Entry.objects.filter(text="一度だけ").count() == 1


def test_an_operation_id_of_somebody_else_is_refused(
    cast: Cast, clerk: Actor, chair: Actor
) -> None:
    one = operation(cast.shien_item, "a", Act.CREATE, kind=Entry.Kind.DECISION)
    apply([by(clerk, one)])
    assert reason(apply([by(chair, one)])) == Reason.REPEATED_ID


def test_a_stale_change_is_refused_and_its_text_kept(
    cast: Cast, clerk: Actor, chair: Actor
) -> None:
    base = create(clerk, cast.shien_item, "a", text="初め")
    apply([by(chair, operation(cast.shien_item, "a", Act.TAKE))])
    apply([by(chair, operation(cast.shien_item, "a", base=base + 1, text="議長"))])
    apply([by(chair, operation(cast.shien_item, "a", Act.RELEASE))])
    late = by(clerk, operation(cast.shien_item, "a", base=base, text="事務局の文"))
    refusal = only(apply([late]))
    assert (refusal["reason"], refusal["kept"]) == (Reason.STALE, True)
    assert only(apply([late])) == refusal
    assert Entry.objects.get(id=name("a")).text == "議長"
    mine = snapshot(cast.shien_item, clerk.id, outcome_only=False)["displaced"]
    assert mine == [{"entry": str(name("a")), "text": "事務局の文"}]
    assert snapshot(cast.shien_item, chair.id, outcome_only=False)["displaced"] == []


def test_the_pen_is_held_until_taken_over(
    cast: Cast, clerk: Actor, chair: Actor
) -> None:
    base = create(clerk, cast.shien_item, "a", text="事務局が書いている")
    typed = operation(cast.shien_item, "a", base=base, text="割り込み")
    refusal = only(apply([by(chair, typed)]))
    assert (refusal["reason"], refusal["kept"]) == (Reason.LEASE, True)
    taken = only(apply([by(chair, operation(cast.shien_item, "a", Act.TAKE))]))
    assert taken["type"] == "ack"
    late = operation(cast.shien_item, "a", base=base, text="まだ書いていた")
    assert reason(apply([by(clerk, late)])) == Reason.LEASE
    assert EntryChange.objects.filter(displaced_text="まだ書いていた").count() == 1


def test_a_lapsed_lease_gives_the_pen_to_who_writes_next(
    cast: Cast, clerk: Actor, chair: Actor
) -> None:
    base = create(clerk, cast.shien_item, "a")
    entry = Entry.objects.get(id=name("a"))
    assert entry.lease_until is not None
    entry.lease_until -= timedelta(seconds=15)
    entry.save(update_fields=["lease_until"])
    apply([by(chair, operation(cast.shien_item, "a", base=base, text="続き"))])
    entry.refresh_from_db()
    assert (entry.writer, entry.text) == (cast.chair, "続き")


@pytest.mark.parametrize(
    "who", ["clinic", "newcomer", "leaver", "colleague", "stranger", "recused"]
)
def test_nobody_without_the_right_writes(cast: Cast, who: str) -> None:
    person = getattr(cast, who)
    factories.presence(person, cast.shien_item)
    actor = factories.sign_in(person)
    attempt = operation(
        cast.shien_item, "a", Act.CREATE, kind=Entry.Kind.DECISION, text="書けない"
    )
    assert reason(apply([by(actor, attempt)])) == Reason.HIDDEN
    assert not Entry.objects.exists()
    assert not EntryChange.objects.exists()


@at_commit
def test_an_internal_scribe_writes_while_in_the_room(cast: Cast) -> None:
    office = factories.organization("障害福祉課", internal=True)
    scribe = factories.person("清水 律", office)
    factories.commission(scribe, cast.shien)
    factories.acknowledge(scribe, cast.pledges[cast.shien_item.regime])
    factories.membership(scribe, cast.case, Role.INTERNAL)
    factories.seat(scribe, cast.shien_item, Role.INTERNAL, scribe=True)
    actor = factories.sign_in(scribe)
    attempt = operation(
        cast.shien_item, "a", Act.CREATE, kind=Entry.Kind.DISCUSSION, text="記録係"
    )
    assert reason(apply([by(actor, attempt)])) == Reason.HIDDEN
    factories.presence(scribe, cast.shien_item)
    assert only(apply([by(actor, attempt)]))["type"] == "ack"


@at_commit
def test_a_right_that_ended_stops_the_next_write(cast: Cast, clerk: Actor) -> None:
    base = create(clerk, cast.shien_item, "a")
    cast.secretariat.memberships.update(ends_at=factories.LONG_AGO)
    late = operation(cast.shien_item, "a", base=base, text="もう書けない")
    assert reason(apply([by(clerk, late)])) == Reason.HIDDEN


def test_an_ended_sign_in_writes_nothing(cast: Cast, clerk: Actor) -> None:
    assert clerk.sign_in is not None
    clerk.sign_in.ends_at = clerk.sign_in.started_at
    clerk.sign_in.save()
    attempt = operation(cast.shien_item, "a", Act.CREATE, kind=Entry.Kind.DECISION)
    assert reason(apply([by(clerk, attempt)])) == Reason.HIDDEN


def test_an_entry_of_another_item_is_unknown(cast: Cast, clerk: Actor) -> None:
    base = create(clerk, cast.shien_item, "a")
    elsewhere = operation(cast.juso_item, "a", base=base, text="別の議題から")
    assert reason(apply([by(clerk, elsewhere)])) == Reason.HIDDEN


def test_an_outcome_does_not_slide_into_the_course(cast: Cast, clerk: Actor) -> None:
    base = create(clerk, cast.shien_item, "a", kind=Entry.Kind.DECISION)
    slide = operation(cast.shien_item, "a", base=base, kind=Entry.Kind.DISCUSSION)
    assert reason(apply([by(clerk, slide)])) == Reason.PANE
    task = operation(cast.shien_item, "a", base=base, kind=Entry.Kind.TASK)
    assert only(apply([by(clerk, task)]))["type"] == "ack"


def test_a_deleted_entry_leaves_no_text_and_can_come_back(
    cast: Cast, clerk: Actor
) -> None:
    base = create(clerk, cast.shien_item, "a", text="消す文")
    (change,) = apply(
        [by(clerk, operation(cast.shien_item, "a", Act.DELETE, base=base))]
    ).changes
    assert "消す文" not in change.full
    assert snapshot(cast.shien_item, clerk.id, outcome_only=False)["entries"] == []
    typed = operation(cast.shien_item, "a", base=base + 1, text="消えた後に")
    refusal = only(apply([by(clerk, typed)]))
    assert (refusal["reason"], refusal["kept"]) == (Reason.DELETED, True)
    apply([by(clerk, operation(cast.shien_item, "a", Act.RESTORE))])
    assert Entry.objects.get(id=name("a"), deleted=False).text == "消す文"


def test_entries_move_also_where_no_number_is_left(cast: Cast, clerk: Actor) -> None:
    item = cast.shien_item
    for words in ("a", "b", "c"):
        create(clerk, item, words)
    Entry.objects.filter(id=name("b")).update(order=65537)
    moved = Entry.objects.get(id=name("c"))
    step = operation(item, "c", Act.MOVE, base=moved.revision, after=name("a"))
    assert only(apply([by(clerk, step)]))["type"] == "ack"
    order = list(Entry.objects.filter(item=item).values_list("id", flat=True))
    assert order == [name("a"), name("c"), name("b")]


def test_the_record_in_its_round_takes_no_live_changes(
    cast: Cast, clerk: Actor
) -> None:
    Minutes.objects.create(item=cast.shien_item, state=Minutes.State.ROUND)
    late = operation(cast.shien_item, "a", Act.CREATE, kind=Entry.Kind.DECISION)
    assert reason(apply([by(clerk, late)])) == Reason.RECORD_CLOSED


def test_since_gives_what_is_new_and_a_guest_the_outcome_only(
    cast: Cast, clerk: Actor
) -> None:
    item = cast.shien_item
    known = create(clerk, item, "a", text="経過の文")
    create(clerk, item, "b", kind=Entry.Kind.DECISION, text="決定の文")
    (step,) = since({item.id: known})
    assert step is not None
    assert [e["text"] for e in json.loads(step.full)["entries"]] == ["決定の文"]
    (step,) = since({item.id: 0})
    assert step is not None
    assert step.outcome is not None
    assert "経過の文" in step.full
    assert "経過の文" not in step.outcome
    assert since({item.id: step.revision}) == []
    guest = snapshot(item, clerk.id, outcome_only=True)
    assert [e["text"] for e in guest["entries"]] == ["決定の文"]
    assert "writer" not in guest["entries"][0]


@at_commit
def test_writing_is_on_record_at_once_and_again_each_minute(
    cast: Cast, clerk: Actor, time_machine: Any
) -> None:
    written = AuditEvent.objects.filter(action="minutes.write")
    time_machine.move_to(clock.now(), tick=False)
    base = create(clerk, cast.shien_item, "a")
    for number in range(3):
        change = operation(cast.shien_item, "a", base=base, text=f"{number}")
        base = only(apply([by(clerk, change)]))["revision"]
    assert written.count() == 1
    time_machine.shift(timedelta(minutes=1))
    apply([by(clerk, operation(cast.shien_item, "a", base=base, text="後で"))])
    assert written.count() == 2
    assert EntryChange.objects.count() == 5


@at_commit
def test_what_another_process_wrote_is_seen_before_the_next_commit(
    cast: Cast, clerk: Actor
) -> None:
    item = cast.shien_item
    base = create(clerk, item, "a", text="こちら")
    other = Entry.objects.get(id=name("a"))
    other.text, other.revision = "あちら", base + 1
    other.save()
    AgendaItem.objects.filter(id=item.id).update(revision=base + 1)
    late = by(clerk, operation(item, "a", base=base, text="知らずに"))
    assert reason(apply([late])) == Reason.STALE
    fresh = by(clerk, operation(item, "a", base=base + 1, source="記録"))
    assert only(apply([fresh]))["revision"] == base + 2
    assert Entry.objects.get(id=name("a")).text == "あちら"


def held_up(item: AgendaItem, submission: Submission, meanwhile: Any) -> Committed:
    """Submit in another process' place while the item is locked; then let it go on."""

    def there() -> Committed:
        try:
            return apply([submission])
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as other:
        with transaction.atomic():
            AgendaItem.objects.select_for_update().get(id=item.id)
            late = other.submit(there)
            with connection.cursor() as cursor:
                waiting = 0
                while not waiting:
                    cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
                    (waiting,) = cursor.fetchone()
            meanwhile()
        return late.result()


@pytest.mark.server
@at_commit
def test_who_is_removed_while_a_write_waits_does_not_write(
    cast: Cast, clerk: Actor
) -> None:
    base = create(clerk, cast.shien_item, "a")
    late = by(clerk, operation(cast.shien_item, "a", base=base, text="遅れて"))

    def removed() -> None:
        cast.secretariat.memberships.update(ends_at=factories.LONG_AGO)

    answer = held_up(cast.shien_item, late, removed)
    assert reason(answer) == Reason.HIDDEN
    assert not Entry.objects.filter(text="遅れて").exists()


@pytest.mark.server
@at_commit
def test_what_was_done_while_its_repeat_waits_is_answered_the_same(
    cast: Cast, clerk: Actor
) -> None:
    create(clerk, cast.shien_item, "a")
    made = operation(
        cast.shien_item, "b", Act.CREATE, kind=Entry.Kind.DISCUSSION, text="一度"
    )
    first: list[Committed] = []
    again = held_up(
        cast.shien_item, by(clerk, made), lambda: first.append(apply([by(clerk, made)]))
    )
    assert only(again) == only(first[0])
    assert Entry.objects.filter(text="一度").count() == 1


@at_commit
def test_what_is_rolled_back_was_never_there(cast: Cast, clerk: Actor) -> None:
    base = create(clerk, cast.shien_item, "a", text="残る")
    lost = operation(cast.shien_item, "a", base=base, text="消える")
    with transaction.atomic():
        assert only(apply([by(clerk, lost)]))["type"] == "ack"
        transaction.set_rollback(True)
    again = apply([by(clerk, operation(cast.shien_item, "a", base=base, source="源"))])
    assert only(again)["type"] == "ack"
    assert json.loads(again.changes[0].full)["entries"][0]["text"] == "残る"


def test_an_entry_of_another_item_is_neither_changed_nor_made_again(
    cast: Cast, clerk: Actor
) -> None:
    shien, juso = cast.items
    base = create(clerk, shien, "a", text="支援会議の記録")
    for act in (Act.CREATE, Act.CHANGE, Act.TAKE, Act.DELETE):
        stranger = operation(
            juso, "a", act, base=base, kind=Entry.Kind.DISCUSSION, text="別の案件"
        )
        assert reason(apply([by(clerk, stranger)])) == Reason.HIDDEN
    assert Entry.objects.get(id=name("a")).text == "支援会議の記録"


def test_a_batch_costs_a_fixed_number_of_queries(
    cast: Cast, clerk: Actor, django_assert_max_num_queries: Any
) -> None:
    base = create(clerk, cast.shien_item, "a")
    one = by(clerk, operation(cast.shien_item, "a", base=base, text="一"))
    apply([one])  # now it is known who writes
    two = by(clerk, operation(cast.shien_item, "a", base=base + 1, text="二"))
    with django_assert_max_num_queries(12):
        apply([two])
