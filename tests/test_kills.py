"""``kill -9`` at any point of what people and the worker do (SECURITY 3c).

Each act is done on something new, killed at a point, looked at, and done again as
whoever got no answer would. ``KASANE_TEST_KILLS=0`` kills at every point.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from documents.models import Link, Release, ReleaseRound
from documents.models.links import MAX_WRONG_CODES
from documents.services import codes
from meetings.models import AgendaItem, Entry, EntryChange, Minutes, Tombstone
from members.facts import Role
from members.models import Case, Consent, Membership, SignIn
from portal.core import clock, journals, vault
from portal.core.models import (
    AuditEvent,
    AuditHead,
    OutgoingMail,
    SignedHead,
    StoredObject,
)
from tests import cast as people
from tests import factories
from tests.cast import Cast
from tests.documents.gate import issue, mailed_code, other_than
from tests.killed_acts import BROWSER
from tests.kills import Die, assert_sound, points
from tests.meetings import keeping, recording
from tests.papers import Filed
from tests.portal.test_outbox import queued

pytestmark = pytest.mark.django_db(transaction=True)
Order = dict[str, Any]


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    """The town, committed: who is killed has a connection of their own."""
    AuditHead.objects.get_or_create(id=1)
    return people.assemble()


@pytest.fixture
def journal(settings: Any, tmp_path: Path) -> Path:
    """Where the acts note what they took."""
    settings.JOURNAL = tmp_path / "journal"
    journals.flush()
    return tmp_path / "journal"


def killed_anywhere(
    die: Die, act: str, anew: Callable[[], Order], holds: Callable[[Order, str], bool]
) -> None:
    """``holds`` tells whether the act is done, and refuses what is neither."""
    whole = anew()
    answer = die(act, 0, **whole)
    assert holds(whole, answer)
    for at in points(act, answer):
        order = anew()
        told = die(act, at, **order)
        holds(order, told)
        assert holds(order, die(act, 0, **order)), told
        assert_sound()


def acting(cast: Cast) -> str:
    actor = factories.sign_in(cast.secretariat)
    assert actor.sign_in is not None
    return str(actor.sign_in.id)


# I1, I2 -----------------------------------------------------------------------------


def test_an_acknowledged_entry_is_there_once(cast: Cast, die: Die) -> None:
    common = {"item": cast.shien_item.id, "sign_in": acting(cast)}

    def anew() -> Order:
        ids = {"op": uuid4(), "entry": uuid4()}
        return {**common, **ids, "text": f"発言 {uuid4()}"}

    def holds(order: Order, told: str) -> bool:
        texts = list(Entry.objects.filter(id=order["entry"]).values_list("text"))
        count = EntryChange.objects.filter(operation=order["op"]).count()
        assert (texts, count) in (([], 0), ([(order["text"],)], 1))
        assert count or not told.endswith(" ack")
        return bool(count)

    killed_anywhere(die, "write", anew, holds)


# I4, I10 ----------------------------------------------------------------------------


def test_a_paper_is_handed_out_once_or_not(cast: Cast, die: Die, filed: Filed) -> None:
    common = {"sign_in": acting(cast), "receiver": cast.clinic.id}

    def anew() -> Order:
        return {**common, "version": filed().id, "key": uuid4()}

    def holds(order: Order, _told: str) -> bool:
        released = Release.objects.filter(version=order["version"])
        assert released.count() <= 1
        rounds = ReleaseRound.objects.exclude(id__in=Release.objects.values("round"))
        assert not rounds.exists(), "no round without what it handed out"
        return released.exists()

    killed_anywhere(die, "release", anew, holds)


# I11 --------------------------------------------------------------------------------


def with_code(cast: Cast) -> tuple[Link, str]:
    """A link whose code was mailed to this browser."""
    link = issue(cast).link
    codes.send_code(link=link, browser=BROWSER)
    return link, mailed_code()


def test_a_right_code_opens_once(cast: Cast, die: Die) -> None:
    def anew() -> Order:
        link, code = with_code(cast)
        return {"link": link.id, "code": code}

    def holds(order: Order, told: str) -> bool:
        count = SignIn.objects.filter(link_id=order["link"]).count()
        opened = AuditEvent.objects.filter(
            action="documents.link.open", subject=f"link:{order['link']}"
        )
        assert count == opened.count() <= 1
        assert Link.objects.get(id=order["link"]).wrong_count == 0
        return bool(count)

    killed_anywhere(die, "enter", anew, holds)


def test_kills_give_no_further_guesses(cast: Cast, die: Die) -> None:
    link, code = with_code(cast)
    order = {"link": link.id, "code": other_than(code)}
    told = [die("enter", 0, **order)]
    for at in points("enter", told[0]):
        told += [die("enter", at, **order), die("enter", 0, **order)]
    evaluated = sum(each.endswith(" wrong") for each in told)
    assert evaluated <= MAX_WRONG_CODES
    die("enter", 0, link=link.id, code=code)
    assert not SignIn.objects.filter(link_id=link.id).exists()
    assert Link.objects.get(id=link.id).wrong_count == MAX_WRONG_CODES


# I6, and what a restore must take again ---------------------------------------------


def noted(folder: Path, table: str, row: object) -> bool:
    """Whether the journal has it, once the worker has carried what was left."""
    journals.flush()
    lines = [line for each in journals.files(folder) for line in journals.lines(each)]
    facts = [line.facts for line in lines if "table" in line.facts]
    told = {(each["table"], each["row"].replace("-", "")) for each in facts}
    return (table, str(row).replace("-", "")) in told


def test_who_is_taken_out_is_out_and_in_the_journal(
    cast: Cast, die: Die, journal: Path
) -> None:
    common = {"sign_in": acting(cast), "journal": journal}
    office = factories.organization("見本医院")

    def anew() -> Order:
        person = factories.person("訪問 一", office)
        row = factories.membership(person, cast.case, Role.EXTERNAL)
        return {**common, "membership": row.pk}

    def holds(order: Order, _told: str) -> bool:
        row = Membership.objects.get(pk=order["membership"])
        done = row.ends_at is not None and row.ends_at <= clock.now()
        assert noted(journal, Membership._meta.db_table, row.pk) == done
        return done

    killed_anywhere(die, "leave", anew, holds)


def test_a_withdrawn_consent_is_withdrawn_and_in_the_journal(
    cast: Cast, die: Die, journal: Path
) -> None:
    common = {"sign_in": acting(cast), "journal": journal}
    consents = Consent.objects.filter(withdrawn_at=None)
    member = consents.earliest("pk").member

    def anew() -> Order:
        row = Consent.objects.create(
            member=member,
            scope="構成員",
            given_at=clock.now(),
            entered_by=cast.secretariat,
        )
        return {**common, "consent": row.pk}

    def holds(order: Order, _told: str) -> bool:
        done = not consents.filter(pk=order["consent"]).exists()
        assert noted(journal, Consent._meta.db_table, order["consent"]) == done
        return done

    killed_anywhere(die, "withdraw", anew, holds)


# I8 ---------------------------------------------------------------------------------


def test_an_event_is_in_the_trail_or_not(cast: Cast, die: Die) -> None:
    def anew() -> Order:
        return {"subject": f"test:{uuid4()}"}

    def holds(order: Order, _told: str) -> bool:
        return AuditEvent.objects.filter(subject=order["subject"]).exists()

    killed_anywhere(die, "append", anew, holds)


def test_a_head_that_was_given_away_is_kept_and_whole(
    cast: Cast, die: Die, journal: Path, tmp_path: Path
) -> None:
    drop = tmp_path / "heads"
    drop.mkdir()

    def anew() -> Order:
        factories.sign_in(cast.secretariat)
        die("append", 0, subject=f"test:{uuid4()}")
        return {"drop": drop, "journal": journal}

    def holds(_order: Order, _told: str) -> bool:
        kept = set(SignedHead.objects.values_list("seq", flat=True))
        given = {int(file.stem.rpartition("-")[2]) for file in drop.glob("k*.json")}
        lines = [
            line for each in journals.files(journal) for line in journals.lines(each)
        ]
        told = {line.facts["seq"] for line in lines if line.kind == journals.HEAD}
        assert given <= kept <= told
        assert all(file.read_text().endswith("\n") for file in drop.glob("k*.json"))
        return AuditHead.objects.get(id=1).seq in given

    killed_anywhere(die, "sign", anew, holds)


# I10 --------------------------------------------------------------------------------


def test_a_mail_is_shown_once_however_often_it_is_sent(
    cast: Cast, die: Die, tmp_path: Path
) -> None:
    def anew() -> Order:
        folder = tmp_path / str(uuid4())
        return {"mail": queued().id, "folder": folder}

    def holds(order: Order, _told: str) -> bool:
        row = OutgoingMail.objects.get(id=order["mail"])
        words = [file.read_text() for file in Path(order["folder"]).glob("*")]
        shown = [line for each in words for line in each.splitlines()]
        names = [line for line in shown if line.startswith("Message-ID")]
        assert set(names) <= {f"Message-ID: <{row.id}@city.mihon.example>"}
        assert names or row.state == OutgoingMail.State.WAITING
        return row.state == OutgoingMail.State.SENT

    killed_anywhere(die, "deliver", anew, holds)


# I3, I12: one thing, on which the worker dies again and again -------------------------


def test_a_confirmed_record_is_the_one_that_is_kept(cast: Cast, die: Die) -> None:
    item = recording.held(cast, cast.shien_item)
    recording.circulate(cast, item)
    for person in (cast.chair, cast.clinic):
        recording.confirm(person, item)
    order = {"item": item.id, "person": cast.clinic.id}
    finals = Minutes.objects.filter(item=item, state=Minutes.State.FINAL)
    for at in (3, 9, 20):
        told = die("archive", at, **order)
        assert not finals.exists() or told.startswith("done")
        assert_sound()
    die("archive", 0, **order)
    minutes = finals.get()
    assert minutes.pdf is not None
    stored = minutes.pdf.versions.get().stored
    vault.read(stored)  # fails unless the bytes are those of its digest
    assert minutes.digest == stored.sha256
    assert_sound()


def test_a_disposal_is_never_half_done(
    cast: Cast, die: Die, filed: Filed, journal: Path
) -> None:
    item = recording.held(cast, cast.shien_item)
    filed(item=item)
    keeping.record(cast, item)
    case = cast.case
    key = keeping.close(case)
    keeping.approve(cast, key)
    order = {"file": key.id, "journal": journal}
    at, told = 1, ""
    while not told.startswith("done"):
        told = die("dispose", at, **order)
        gone = not Case.objects.filter(id=case.id).exists()
        assert gone != AgendaItem.objects.filter(case_id=case.id).exists()
        done = Tombstone.objects.filter(file_id=key.id).exclude(done_at=None)
        assert done.exists() == gone
        for stored in StoredObject.objects.all():
            assert bool(stored.sealed_key) == (stored.state == "ready")
        at += 7
    assert gone
    assert_sound()
