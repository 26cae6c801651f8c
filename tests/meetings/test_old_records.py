"""かさねより前の会議録: entered by table, said to be from elsewhere, opened to few."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.urls import reverse

from meetings.importing import reading
from meetings.importing.columns import Kind
from meetings.models import FileKind, Import, LegalHold, OldRecord, Tombstone
from meetings.selectors.import_known import known_to
from meetings.selectors.import_plans import Standing, planned
from meetings.services.import_undo import undo
from meetings.services.old_records import OldRecordEntry, enter_old_record
from members.facts import Role
from members.models import Membership, Office, Person, Recusal
from portal.core import clock
from portal.core.errors import DomainError, HiddenError, InvalidError, RefusedError
from portal.core.models import AuditEvent
from tests import factories
from tests.cast import Cast
from tests.meetings import keeping
from tests.meetings.importing import entered, outcomes, plans, taken, told
from tests.meetings.searching import kinds, page
from tests.meetings.test_import_reading import text

HEAD = (
    "事例番号",
    "開催日",
    "回",
    "議題名",
    "出席者",
    "決定",
    "内容",
    "確定日",
    "確定した人",
)
OLD = (
    "R8-012",
    "R6.6.12",
    "第3回",
    "訪問のしかた",
    "見本 守、関係機関3名",
    "クリニックが月に一度訪ねる。",
    "退院から半年。\n母の体調がよくない。",
    "R6.6.30",
    "福祉課長 見本 守",
)
ENTRY = OldRecordEntry(held_on=date(2024, 6, 12), title="訪問", decided="訪ねる。")


def brought(cast: Cast, *rows: tuple[object, ...], key: int = 31) -> Import:
    return taken(cast, [HEAD, *rows], Kind.RECORDS, UUID(int=key))


def line(person: Person, cast: Cast, signed_in: Any) -> str:
    address = reverse("meetings:case-timeline", args=[cast.case.id])
    seen: str = signed_in(person).get(address).content.decode()
    return seen


def test_it_is_entered_as_of_elsewhere_and_gives_nobody_anything(
    cast: Cast, signed_in
) -> None:
    people = Membership.objects.count(), AuditEvent.objects.count()
    done = entered(cast, brought(cast, OLD))
    assert outcomes(done) == ["made"]
    made = OldRecord.objects.get()
    assert (made.case, made.body, made.held_on) == (
        cast.case,
        cast.shien,
        date(2024, 6, 12),
    )
    assert (made.confirmed_on, made.confirmed_by) == (date(2024, 6, 30), OLD[-1])
    assert (made.entered_by, len(made.digest)) == (cast.secretariat, 64)
    assert Membership.objects.count() == people[0]
    trail = AuditEvent.objects.filter(case=str(cast.case.id))
    assert trail.filter(action="meetings.old_record.enter").count() == 1
    seen = line(cast.secretariat, cast, signed_in)
    for words in (
        "かさねより前の記録(取り込み)",
        OLD[5],
        "母の体調",
        OLD[-1],
        made.digest,
    ):
        assert words in seen
    assert trail.filter(action="meetings.old_record.read").count() == 1


def test_members_read_it_only_where_their_selection_reaches_back(
    cast: Cast, signed_in
) -> None:
    enter_old_record(
        actor=factories.sign_in(cast.secretariat), case=cast.case, entry=ENTRY
    )
    assert ENTRY.decided not in line(cast.clinic, cast, signed_in)
    assert kinds(cast.clinic, "訪ねる", kind="old_record") == {}
    Membership.objects.filter(person=cast.clinic).update(back_history=True)
    assert ENTRY.decided in line(cast.clinic, cast, signed_in)
    assert kinds(cast.clinic, "訪ねる", kind="old_record") == {"old_record": 1}
    assert kinds(cast.colleague, "訪ねる") == {}
    assert kinds(cast.recused, "訪ねる") == {}


def test_the_search_leads_to_its_place_on_the_line(cast: Cast, signed_in) -> None:
    entered(cast, brought(cast, OLD))
    for words in ("体調", "月に一度", "訪問のしかた", "関係機関3名"):
        assert kinds(cast.secretariat, words) == {"old_record": 1}
    place = reverse("meetings:case-timeline", args=[cast.case.id])
    shown = page(signed_in(cast.secretariat), "体調")
    assert f"{place}#old-{OldRecord.objects.get().id}" in shown
    assert AuditEvent.objects.filter(action="meetings.old_record.found").exists()
    Recusal.objects.create(
        person=cast.secretariat,
        case=cast.case,
        entered_by=cast.chair,
        starts_at=clock.now() - timedelta(minutes=1),
    )
    assert kinds(cast.secretariat, "体調") == {}


def test_each_cell_of_an_old_record_is_looked_at(cast: Cast) -> None:
    """A row for each fault: its column, what stands there, a part of what is said."""
    hidden = factories.case(cast.shien, number="R8-900")  # of others' choosing
    faults = [
        (0, "R8-777", "A", "担当する事例"),
        (0, hidden.number, "A", "担当する事例"),
        (1, "", "B", "開催日がありません"),
        (1, "2199/1/1", "B", "今日まで"),
        (1, "来年", "B", "日付として"),
        (3, "", "D", "議題名がありません"),
        (7, "R5.1.1", "H", "開催日から"),
        (7, "2199/1/1", "H", "開催日から"),
    ]
    rows = []
    for number, (column, value, _cell, _words) in enumerate(faults):
        row = [*OLD[:3], f"議題{number}", *OLD[4:]]
        row[column] = value
        rows.append(tuple(row))
    rows.append((*OLD[:5], "", "", *OLD[7:]))
    faults.append((5, "", "F", "どちらか"))
    found = told(cast, brought(cast, *rows))
    expected = {
        f"{cell}{n}": words for n, (_c, _v, cell, words) in enumerate(faults, 2)
    }
    assert found.keys() == expected.keys()
    assert all(words in found[cell] for cell, words in expected.items())
    assert found["A2"] == found["A3"]  # hidden and unknown are the same


def test_what_is_here_is_not_entered_twice_and_odd_days_are_said(cast: Cast) -> None:
    today = clock.today()
    cast.shien.starts_on = today
    cast.shien.save()
    beside = (OLD[0], today.isoformat(), *OLD[2:7], "", "")
    source = brought(cast, OLD, OLD, beside)
    found = plans(cast, source)
    standings = [plan.standing for plan in found]
    assert standings == [Standing.NEW, Standing.DOUBLE, Standing.NEW]
    assert "まだない日" in found[0].rows[0].findings[-1].words
    assert "かさねにあります" in found[2].rows[0].findings[-1].words
    assert outcomes(entered(cast, source)) == ["made", "left", "made"]
    again = brought(cast, OLD, key=32)
    assert [plan.standing for plan in plans(cast, again)] == [Standing.SAME]


def test_under_the_law_of_consent_it_opens_with_consent_and_to_custodians(
    cast: Cast,
) -> None:
    case = factories.case(cast.juso, number="R8-050")
    factories.membership(cast.secretariat, case, Role.SECRETARIAT)
    factories.membership(cast.clinic, case, Role.EXTERNAL, back_history=True)
    actor = factories.sign_in(cast.secretariat)
    row = ("R8-050", *OLD[1:6], "", "", "")
    found = reading.read(text([HEAD, row], "utf-8"), ".csv", Kind.RECORDS)
    source = Import(kind=Kind.RECORDS, body=cast.juso)
    (plan,) = planned(found, source, known_to(source, actor))
    assert (plan.standing, "同意" in plan.words) == (Standing.NEW, True)
    enter_old_record(actor=actor, case=case, entry=ENTRY)
    assert kinds(cast.secretariat, "訪ねる") == {}
    for member in case.household.all():
        factories.consent(member, cast.secretariat)
    assert kinds(cast.secretariat, "訪ねる") == {"old_record": 1}
    assert kinds(cast.clinic, "訪ねる") == {}


def test_who_does_not_keep_the_case_enters_nothing(cast: Cast) -> None:
    for name in ("clinic", "colleague", "recused", "stranger", "administrator"):
        actor = factories.sign_in(getattr(cast, name))
        with pytest.raises(DomainError):
            enter_old_record(actor=actor, case=cast.case, entry=ENTRY)
    actor = factories.sign_in(cast.secretariat)
    to_come = replace(ENTRY, held_on=clock.today() + timedelta(days=1))
    for entry in (to_come, replace(ENTRY, decided="")):
        with pytest.raises(InvalidError):
            enter_old_record(actor=actor, case=cast.case, entry=entry)
    enter_old_record(actor=actor, case=cast.case, entry=ENTRY)
    with pytest.raises(RefusedError):
        enter_old_record(actor=actor, case=cast.case, entry=ENTRY)
    Office.objects.filter(person=cast.secretariat).update(ends_at=clock.now())
    with pytest.raises(HiddenError):
        enter_old_record(actor=actor, case=cast.case, entry=ENTRY)


def test_an_import_of_them_is_undone_unless_the_case_is_frozen(cast: Cast) -> None:
    source = entered(cast, brought(cast, OLD))
    actor = factories.sign_in(cast.secretariat)
    hold = LegalHold.objects.create(
        kind=FileKind.CASE,
        file_id=cast.case.id,
        reason="訴訟",
        placed_by=cast.chair,
        placed_at=clock.now(),
    )
    assert undo(actor=actor, source=source) == 0
    assert OldRecord.objects.exists()
    hold.delete()
    assert undo(actor=actor, source=source) == 1
    assert not OldRecord.objects.exists()
    assert AuditEvent.objects.filter(action="meetings.old_record.undo").exists()
    assert kinds(cast.secretariat, "体調") == {}


def test_what_goes_out_comes_in_again_as_known(cast: Cast, signed_in) -> None:
    entered(cast, brought(cast, OLD))
    actor = factories.sign_in(cast.secretariat)
    source = Import(kind=Kind.RECORDS, body=cast.shien)
    address = reverse("meetings:table-export")
    for form, ending in (("xlsx", ".xlsx"), ("csv", ".csv"), ("sjis", ".csv")):
        wish = {"kind": "records", "form": form, "body": cast.shien.id}
        answer = signed_in(cast.secretariat).get(address, wish)
        found = reading.read(answer.content, ending, Kind.RECORDS)
        (row,) = found.rows
        assert row.text("course") == OLD[6]
        assert row.day("confirmed_on") == date(2024, 6, 30)
        (plan,) = planned(found, source, known_to(source, actor))
        assert plan.standing == Standing.SAME
    trail = AuditEvent.objects.filter(action="members.case.export")
    assert trail.filter(case=str(cast.case.id)).count() == 3
    Membership.objects.filter(person=cast.secretariat).delete()
    wish = {"kind": "records", "form": "csv", "body": cast.shien.id}
    seen = signed_in(cast.secretariat).get(address, wish).content.decode()
    assert OLD[3] not in seen


@pytest.mark.django_db(transaction=True)
def test_it_goes_with_the_file_of_its_case(cast: Cast) -> None:
    enter_old_record(
        actor=factories.sign_in(cast.secretariat), case=cast.case, entry=ENTRY
    )
    keeping.dispose(cast, keeping.close(cast.case))
    assert not OldRecord.objects.exists()
    assert Tombstone.objects.get().record_count == 1
