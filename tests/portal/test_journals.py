"""What is taken away stands in the journal, whole, and a replay takes it again."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from members.models import Consent, HouseholdMember, Membership, Recusal
from portal.core import clock, journals, takings
from portal.core.models import Taking
from tests.cast import Cast


@pytest.fixture
def journal(cast: Cast, settings: Any, tmp_path: Path) -> Path:
    """A journal of this test's own, begun after the town was."""
    Taking.objects.all().delete()
    settings.JOURNAL = tmp_path / "journal"
    return tmp_path / "journal"


def held(folder: Path) -> list[journals.Line]:
    return [line for path in journals.files(folder) for line in journals.lines(path)]


def replayed(line: journals.Line) -> bool:
    return takings.replay(line.kind, **line.facts)


def test_an_end_that_no_service_set_is_noted_and_taken_again(
    cast: Cast, journal: Path
) -> None:
    membership = Membership.objects.filter(ends_at=None).earliest("pk")
    ended = clock.now()
    Membership.objects.filter(pk=membership.pk).update(ends_at=ended)
    assert journals.flush() == 1
    assert not Taking.objects.exists()

    (line,) = held(journal)
    Membership.objects.filter(pk=membership.pk).update(ends_at=None)
    assert replayed(line)
    membership.refresh_from_db()
    assert membership.ends_at == ended
    assert not replayed(line), "nothing is left to take"


def test_a_replay_never_gives(cast: Cast, journal: Path) -> None:
    membership = Membership.objects.filter(ends_at=None).earliest("pk")
    now = clock.now()
    rows = Membership.objects.filter(pk=membership.pk)
    rows.update(ends_at=now + timedelta(days=9))
    journals.flush()
    (line,) = held(journal)
    rows.update(ends_at=now)
    assert not replayed(line)
    membership.refresh_from_db()
    assert membership.ends_at == now


def test_a_recusal_that_the_backup_does_not_know_is_entered_again(
    cast: Cast, journal: Path
) -> None:
    recusal = Recusal.objects.create(
        person=cast.clinic,
        case=cast.case,
        starts_at=clock.now(),
        entered_by=cast.secretariat,
        reason="義理の兄",
    )
    journals.flush()
    (line,) = held(journal)
    assert "義理" not in json.dumps(line.facts, ensure_ascii=False)
    Recusal.objects.filter(pk=recusal.pk).delete()
    assert replayed(line)
    again = Recusal.objects.get(pk=recusal.pk)
    assert (again.person, again.case_id) == (cast.clinic, cast.case.pk)
    assert again.starts_at == recusal.starts_at


def test_a_withdrawal_and_a_protected_address_are_taken_again(
    cast: Cast, journal: Path
) -> None:
    member = HouseholdMember.objects.create(case=cast.case, label="長女")
    consent = Consent.objects.create(
        member=member, scope="構成員", given_at=clock.now(), entered_by=cast.secretariat
    )
    Consent.objects.filter(pk=consent.pk).update(withdrawn_at=clock.now())
    HouseholdMember.objects.filter(pk=member.pk).update(address_protected=True)
    journals.flush()
    lines = held(journal)
    Consent.objects.filter(pk=consent.pk).update(withdrawn_at=None)
    HouseholdMember.objects.filter(pk=member.pk).update(address_protected=False)
    assert [replayed(line) for line in lines] == [True, True]
    member.refresh_from_db()
    consent.refresh_from_db()
    assert member.address_protected
    assert consent.withdrawn_at is not None


def test_what_the_database_does_not_know_is_passed_over(cast: Cast) -> None:
    table = Membership._meta.db_table
    facts = {"ends_at": clock.now().isoformat()}
    assert not takings.replay("set", table, "999999", facts)
    assert not takings.replay("set", "no_such_table", "1", facts)


def test_the_lines_of_a_journal_follow_each_other(journal: Path) -> None:
    for number in range(5):
        journals.note(journals.HEAD, {"seq": number})
    (path,) = journals.files(journal)
    whole = path.read_bytes().splitlines(keepends=True)
    assert len(list(journals.lines(path))) == 5

    changed = [*whole]
    changed[2] = whole[2].replace(b'"seq": 2', b'"seq": 7')
    for broken in (changed, whole[:2] + whole[3:], [whole[1], whole[0], *whole[2:]]):
        path.write_bytes(b"".join(broken))
        with pytest.raises(journals.JournalError):
            list(journals.lines(path))


def test_a_line_that_a_death_left_unfinished_is_cut_off(journal: Path) -> None:
    journals.note(journals.HEAD, {"seq": 1})
    (path,) = journals.files(journal)
    with path.open("ab") as file:
        file.write(b'{"at": "2026')
    assert len(list(journals.lines(path))) == 1
    journals.note(journals.HEAD, {"seq": 2})
    assert [line.facts["seq"] for line in journals.lines(path)] == [1, 2]


def test_every_watched_table_has_its_trigger(db: None) -> None:
    with connection.cursor() as cursor:
        present = takings._present(cursor)
    assert len(present) == len(takings.WATCHED)
    takings.install()  # again: nothing to do
    with connection.cursor() as cursor:
        assert takings._present(cursor) == present
