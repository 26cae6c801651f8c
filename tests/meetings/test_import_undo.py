"""What an import entered is taken back while nothing rests on it; tables given out."""

from datetime import timedelta
from threading import Thread
from typing import Any
from uuid import UUID

import pytest
import time_machine
from django.db import OperationalError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from meetings import rosters
from meetings.importing import reading
from meetings.importing.columns import Kind
from meetings.models import AgendaItem, FileKind, Import, ImportedRow, LegalHold
from meetings.retention import FileKey
from meetings.selectors.import_known import known_to
from meetings.selectors.import_plans import Standing, planned
from meetings.services import invitations
from meetings.services.import_undo import TRIES, undo
from meetings.services.retention import place_hold
from members.facts import Role
from members.models import (
    Case,
    Commission,
    HouseholdMember,
    Organization,
    Person,
    Recusal,
    Seat,
)
from portal.core import clock, removal
from portal.core.errors import HiddenError, RefusedError
from portal.core.models import AuditEvent, AuditHead
from tests import factories
from tests.cast import Cast, assemble
from tests.meetings.convening import add, draft, select
from tests.meetings.importing import HOUSE, MOTHER, SON, entered, outcomes, taken
from tests.meetings.test_import_reading import HEAD, SEKI, SUDA


def undone(cast: Cast, source: Import) -> int:
    count = undo(actor=factories.sign_in(cast.secretariat), source=source)
    source.refresh_from_db()
    return count


def test_what_nobody_used_goes_again(cast: Cast) -> None:
    before = Person.objects.count(), Commission.objects.count()
    source = entered(cast, taken(cast, [HEAD, SUDA, SEKI]))
    assert (undone(cast, source), source.state) == (2, Import.State.UNDONE)
    assert (Person.objects.count(), Commission.objects.count()) == before
    assert not Organization.objects.filter(name="見本大学病院").exists()
    assert outcomes(source) == ["undone"] * 2
    assert AuditEvent.objects.filter(action="members.person.undo").count() == 2
    assert undone(cast, source) == 0


def test_what_is_used_stays_and_says_why(cast: Cast) -> None:
    source = entered(cast, taken(cast, [HEAD, SUDA, SEKI]))
    suda = Person.objects.get(name="須田 操")
    factories.membership(suda, cast.case, Role.EXTERNAL)
    assert undone(cast, source) == 1
    assert source.state == Import.State.DONE
    kept = source.rows.get(outcome=ImportedRow.Outcome.MADE)
    assert (kept.number, "事例の選定" in kept.words) == (2, True)
    assert suda.commissions.exists()
    assert Organization.objects.filter(name="見本大学病院").exists()
    assert not Person.objects.filter(name="関 守").exists()


def test_a_commission_of_somebody_known_goes_until_it_is_used(cast: Cast) -> None:
    known = cast.stranger
    row = (known.organization.name, known.name, "", "", "", "", "", "")
    source = entered(cast, taken(cast, [HEAD, row]))
    assert undone(cast, source) == 1
    assert Person.objects.filter(pk=known.pk).exists()
    assert not Commission.objects.filter(person=known, body=cast.shien).exists()
    again = entered(cast, taken(cast, [HEAD, row], key=UUID(int=9)))
    factories.membership(known, cast.case, Role.EXTERNAL, starts_at=clock.now())
    assert undone(cast, again) == 0
    assert Commission.objects.filter(person=known, body=cast.shien).exists()


def test_a_case_goes_until_anything_rests_on_it(cast: Cast) -> None:
    other = ("M-2", "単身の人", "R8.5.1", "", "", "", "本人", "見本 次")
    source = entered(cast, taken(cast, [HOUSE, MOTHER, SON, other], Kind.CASES))
    single = Case.objects.get(number="M-2").household.get()
    factories.consent(single, cast.secretariat)
    assert undone(cast, source) == 1
    assert list(Case.objects.filter(number__startswith="M-")) == [
        Case.objects.get(number="M-2")
    ]
    assert "同意" in source.rows.get(outcome=ImportedRow.Outcome.MADE).words


def test_after_a_month_and_by_others_nothing_is_undone(cast: Cast) -> None:
    source = entered(cast, taken(cast, [HEAD, SUDA]))
    with pytest.raises(HiddenError):
        undo(actor=factories.sign_in(cast.chair), source=source)
    with (
        time_machine.travel(clock.now() + timedelta(days=30, seconds=1)),
        pytest.raises(RefusedError),
    ):
        undone(cast, source)
    assert Person.objects.filter(name="須田 操").exists()


def brought(cast: Cast, *names: str) -> Import:
    rows = [("機関", "庁内", "圏域"), *((name, "", "") for name in names)]
    return taken(cast, rows, Kind.ORGANIZATIONS)


def test_an_organisation_with_people_stays_and_says_why(cast: Cast) -> None:
    source = entered(cast, brought(cast, "見本薬局", "見本歯科"))
    pharmacy = Organization.objects.get(name="見本薬局")
    gone = Organization.objects.get(name="見本歯科")
    factories.person("楠 徹", pharmacy)
    assert (undone(cast, source), source.state) == (1, Import.State.DONE)
    kept = source.rows.get(outcome=ImportedRow.Outcome.MADE)
    assert (kept.number, "所属する人" in kept.words) == (2, True)
    assert Organization.objects.filter(pk=pharmacy.pk).exists()
    trail = AuditEvent.objects.filter(action="members.organization.undo")
    assert [event.subject for event in trail] == [f"organization:{gone.id}"]
    told = AuditEvent.objects.get(action="meetings.import.undo").detail
    assert (told["undone"], told["kept"]) == (1, 1)


def test_an_organisation_outlives_its_first_person(cast: Cast) -> None:
    source = entered(cast, taken(cast, [HEAD, SUDA]))
    hospital = Organization.objects.get(name="見本大学病院")
    colleague = factories.person("楠 徹", hospital)
    assert undone(cast, source) == 0
    assert not Person.objects.filter(name="須田 操").exists()
    assert "人と委嘱は取り消しました" in source.rows.get().words
    colleague.delete()
    assert (undone(cast, source), source.state) == (1, Import.State.UNDONE)
    assert not Organization.objects.filter(pk=hospital.pk).exists()
    assert AuditEvent.objects.filter(action="members.person.undo").count() == 1


def test_an_agency_known_from_a_request_is_not_made_and_not_undone(cast: Cast) -> None:
    agency = Organization.objects.create(name="見本薬局", listed=False)
    source = entered(cast, brought(cast, "見本薬局", "見本歯科"))
    assert outcomes(source) == ["known", "made"]
    assert undone(cast, source) == 1
    agency.refresh_from_db()
    assert agency.listed
    assert not AuditEvent.objects.filter(
        action="members.organization.undo", subject=f"organization:{agency.id}"
    ).exists()


def test_the_trail_is_written_when_all_else_is(cast: Cast) -> None:
    """It is locked for everybody from its first event on."""
    source = entered(cast, taken(cast, [HEAD, SUDA, SEKI]))
    with CaptureQueriesContext(connection) as asked:
        undone(cast, source)
    words = [query["sql"].lower() for query in asked]
    removed = [n for n, sql in enumerate(words) if sql.startswith("delete from")]
    trail = [n for n, sql in enumerate(words) if "auditevent" in sql or "audit_" in sql]
    assert max(removed) < min(trail)


@pytest.fixture
def town(transactional_db: None) -> Cast:
    """The cast, committed: keys are looked at when a transaction ends."""
    AuditHead.objects.get_or_create(id=1)
    return assemble()


def joining(town: Cast, monkeypatch: pytest.MonkeyPatch, times: int) -> None:
    """A consent of an imported household comes between look and removal."""
    real, left = removal.remove, iter(range(times))

    def remove(found: removal.Keys) -> int:
        for _time in left:
            member = HouseholdMember.objects.filter(case__number="M-1").first()
            assert member is not None
            factories.consent(member, town.secretariat)
            break
        return real(found)

    monkeypatch.setattr(removal, "remove", remove)


def test_what_is_used_at_that_moment_is_looked_at_again(
    town: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = entered(town, taken(town, [HOUSE, MOTHER, SON], Kind.CASES))
    joining(town, monkeypatch, times=TRIES)
    with pytest.raises(RefusedError) as refused:
        undone(town, source)
    assert "使い始めています" in refused.value.message
    assert Case.objects.filter(number="M-1").exists()
    assert not AuditEvent.objects.filter(action="meetings.import.undo").exists()
    joining(town, monkeypatch, times=TRIES - 1)
    assert undone(town, source) == 1
    assert not Case.objects.filter(number="M-1").exists()


def test_a_hold_waits_for_the_end_of_the_undoing(
    town: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = entered(town, taken(town, [HOUSE, MOTHER, SON], Kind.CASES))
    case = Case.objects.get(number="M-1")
    actor, refused = factories.sign_in(town.secretariat), list[Exception]()
    key = FileKey(FileKind.CASE, case.id)

    def freeze() -> None:
        try:
            place_hold(actor=actor, key=key, reason="訴訟")
        except HiddenError as error:
            refused.append(error)
        finally:
            connection.close()

    other, real = Thread(target=freeze), removal.remove

    def remove(found: removal.Keys) -> int:
        other.start()
        return real(found)

    monkeypatch.setattr(removal, "remove", remove)
    assert undone(town, source) == 1
    other.join()
    assert len(refused) == 1
    assert not LegalHold.objects.exists()


@pytest.fixture
def chosen(town: Cast) -> tuple[Person, AgendaItem]:
    """Somebody of a roll that came in, and an item to which they are to come."""
    entered(town, taken(town, [HEAD, SUDA]))
    return Person.objects.get(name="須田 操"), add(town, draft(town))


@pytest.mark.server  # SQLite has one writer: nothing comes between
def test_who_is_chosen_is_held_until_all_is_written(
    town: Cast, chosen: tuple[Person, AgendaItem], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Undoing locks them too: it waits, and then finds them used."""
    person, item = chosen
    real, free = rosters.candidates, list[bool]()

    def grasp() -> None:
        rows = Person.objects.select_for_update(of=("self",), nowait=True)
        try:
            with transaction.atomic():
                free.append(rows.filter(pk=person.pk).exists())
        except OperationalError:
            free.append(False)
        finally:
            connection.close()

    def candidates(of_item: AgendaItem) -> Any:
        other = Thread(target=grasp)
        other.start()
        other.join()
        return real(of_item)

    monkeypatch.setattr(rosters, "candidates", candidates)
    select(town, item, person)
    assert free == [False]
    assert undone(town, Import.objects.get()) == 0


def test_who_chose_somebody_already_undone_is_refused_in_words(
    town: Cast,
    chosen: tuple[Person, AgendaItem],
    signed_in: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """References are looked at when all is written: no form has to think of it."""
    person, item = chosen
    real = invitations.settle

    def settle(*args: Any) -> None:
        real(*args)
        Commission.objects.filter(person=person).delete()
        Person.objects.filter(pk=person.pk)._raw_delete("default")

    monkeypatch.setattr(invitations, "settle", settle)
    client = signed_in(town.secretariat)
    client.raise_request_exception = False
    address = reverse("meetings:item-people", args=[item.id])
    code = person.id.hex
    sent = {f"chosen_{code}": "on", "common_reason": "診療のため"}
    answer = client.post(address, sent)
    assert answer.status_code == 409
    assert "登録がなくなったか、使われ始めました" in answer.content.decode()
    assert Person.objects.filter(pk=person.pk).exists()  # all of it was taken back
    assert not Seat.objects.filter(item_id=item.id, person=person.id).exists()


# Giving out ---------------------------------------------------------------------------


def given(client: Client, kind: str, form: str, **more: Any) -> Any:
    return client.get(
        reverse("meetings:table-export"), {"kind": kind, "form": form, **more}
    )


def test_what_goes_out_comes_in_again_as_known(cast: Cast, signed_in) -> None:
    entered(cast, taken(cast, [HEAD, SUDA, ("見本署", "+1", *SEKI[2:])]))
    client = signed_in(cast.secretariat)
    known = known_to(
        Import(kind=Kind.ROLL, body=cast.shien), factories.sign_in(cast.secretariat)
    )
    for form in ("xlsx", "csv", "sjis"):
        answer = given(client, "roll", form, body=cast.shien.id)
        assert b"\n+1" not in answer.content.replace(b",", b"\n")
        ending = ".xlsx" if form == "xlsx" else ".csv"
        found = reading.read(answer.content, ending, Kind.ROLL)
        assert {"須田 操", "+1"} <= {row.text("name") for row in found.rows}
        source = Import(kind=Kind.ROLL, body=cast.shien)
        standings = {plan.standing for plan in planned(found, source, known)}
        assert standings == {Standing.SAME}
    events = AuditEvent.objects.filter(action="meetings.table.export")
    assert [event.actor for event in events] == [str(cast.secretariat.id)] * 3


def test_characters_that_shift_jis_lacks_are_named(cast: Cast, signed_in) -> None:
    Organization.objects.create(name="𠮷田医院")
    client = signed_in(cast.secretariat)
    assert given(client, "organizations", "sjis").status_code == 302
    page = client.get(reverse("meetings:import-read")).content.decode()
    assert "𠮷" in page
    assert not AuditEvent.objects.filter(action="meetings.table.export").exists()


def test_cases_go_out_for_those_who_may_read_them_on_record(
    cast: Cast, signed_in
) -> None:
    member = cast.case.household.first()
    assert member is not None
    member.address, member.address_protected = "秘密町1", True
    member.save()
    client = signed_in(cast.secretariat)
    text = given(client, "cases", "csv", body=cast.shien.id).content.decode()
    assert cast.case.number in text
    assert member.name in text
    assert "秘密町1" not in text
    trail = AuditEvent.objects.filter(action="members.case.export")
    assert trail.filter(case=str(cast.case.id)).exists()
    Recusal.objects.create(
        person=cast.secretariat,
        case=cast.case,
        entered_by=cast.chair,
        starts_at=clock.now() - timedelta(minutes=1),
    )
    text = given(client, "cases", "csv", body=cast.shien.id).content.decode()
    assert cast.case.number not in text
    other = given(signed_in(cast.stranger), "cases", "csv", body=cast.shien.id)
    assert other.status_code == 302
    assert given(signed_in(cast.clinic), "roll", "csv").status_code == 404
