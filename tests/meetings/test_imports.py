"""Tables taken in: nothing unseen, nothing half, nothing by somebody else."""

import io
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any
from uuid import UUID

import pytest
from django.urls import reverse
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult
from openpyxl import load_workbook

from documents.services.papers import Upload
from meetings.importing.columns import Kind
from meetings.models import Import, ImportedRow
from meetings.selectors.import_plans import Planned, Standing
from meetings.services import imports as services
from meetings.services.import_rows import enter
from members.models import (
    Case,
    Commission,
    Office,
    Organization,
    Person,
)
from portal.core import clock
from portal.core.errors import HiddenError, InvalidError, RefusedError
from portal.core.models import AuditEvent, StoredObject
from portal.core.worker import TABLE_QUEUE
from tests import factories
from tests.cast import Cast
from tests.meetings.importing import (
    HOUSE,
    KEY,
    MOTHER,
    SON,
    approval,
    entered,
    gone_through,
    outcomes,
    plans,
    taken,
    told,
)
from tests.meetings.test_import_reading import HEAD, SEKI, SUDA, saved, sheet


def test_everybody_is_entered_and_commissioned_and_nothing_opens(cast: Cast) -> None:
    source = taken(cast, [HEAD, SUDA, SEKI])
    stored = source.stored
    assert stored is not None
    assert not Person.objects.filter(name="須田 操").exists()
    done = entered(cast, source)
    assert (done.state, done.stored, outcomes(done)) == ("done", None, ["made"] * 2)
    people = Person.objects.filter(name__in=["須田 操", "関 守"])
    assert people.filter(login=None, post__in=["医師", "係長"]).count() == 2
    assert Commission.objects.filter(person__in=people, body=cast.shien).count() == 2
    assert not any(p.memberships.exists() or p.seats.exists() for p in people)
    assert not Organization.objects.get(name="見本大学病院").internal
    assert StoredObject.objects.get(id=stored.id).state == StoredObject.State.ERASED
    services.run.func(str(done.id))  # a second run does nothing
    assert people.count() == 2


def test_a_second_file_enters_what_is_new_alone(cast: Cast) -> None:
    entered(cast, taken(cast, [HEAD, SUDA]))
    changed = ("見本大学病院", "須田　操", "ｽﾀﾞ ﾐｻｵ", "部長", *SUDA[4:])
    again = taken(cast, [HEAD, changed, SEKI, SEKI], key=UUID(int=5))
    found = plans(cast, again)
    assert [plan.standing for plan in found] == [
        Standing.CHANGED,
        Standing.NEW,
        Standing.DOUBLE,
    ]
    assert "医師" in found[0].rows[0].findings[-1].words
    assert outcomes(entered(cast, again)) == ["known", "made", "left"]
    assert Person.objects.get(name="須田 操").post == "医師"


def test_somebody_who_is_known_is_commissioned_alone(cast: Cast) -> None:
    known = cast.stranger
    row = (known.organization.name, known.name, "", "", "", "", "", "")
    source = taken(cast, [HEAD, row])
    assert [plan.standing for plan in plans(cast, source)] == [Standing.NEW]
    before = Person.objects.count()
    assert outcomes(entered(cast, source)) == ["made"]
    assert Person.objects.count() == before
    assert Commission.objects.filter(person=known, body=cast.shien).exists()


def test_rows_to_be_mended_are_left_with_their_cells(cast: Cast) -> None:
    bad = (*SEKI[:6], "来年", "")
    done = entered(cast, taken(cast, [HEAD, SUDA, bad]))
    left = done.rows.get(outcome=ImportedRow.Outcome.LEFT)
    assert (left.number, left.words.startswith("G3: 日付")) == (3, True)
    assert "関" not in left.words
    assert not Person.objects.filter(name="関 守").exists()


def test_an_approval_by_somebody_else_is_refused_before_anything(cast: Cast) -> None:
    source = taken(cast, [HEAD, SUDA])
    actor = factories.sign_in(cast.secretariat)
    for given in (approval("知らない人"), None):
        with pytest.raises((InvalidError, RefusedError)):
            services.begin(actor=actor, source=source, approval=given)
    source.refresh_from_db()
    assert source.state == Import.State.READ


def test_who_lost_the_office_meanwhile_enters_nothing_more(cast: Cast) -> None:
    source = taken(cast, [HEAD, SUDA])
    actor = factories.sign_in(cast.secretariat)
    services.begin(actor=actor, source=source, approval=approval())
    Office.objects.filter(person=cast.secretariat).update(ends_at=clock.now())
    gone_through(source)
    assert (source.state, source.stored) == (Import.State.STOPPED, None)
    assert not Person.objects.filter(name="須田 操").exists()


def test_each_row_stands_by_itself_and_a_second_run_goes_on(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = taken(cast, [HEAD, SUDA, SEKI])
    actor = factories.sign_in(cast.secretariat)
    services.begin(actor=actor, source=source, approval=approval())
    with monkeypatch.context() as broken:
        broken.setattr(services, "enter", failing_at(3, RuntimeError))
        with pytest.raises(RuntimeError):
            gone_through(source)
    source.refresh_from_db()
    assert (source.state, outcomes(source)) == (Import.State.RUNNING, ["made"])
    assert Commission.objects.filter(person__name="須田 操").exists()
    gone_through(source)
    assert (source.state, outcomes(source)) == (Import.State.DONE, ["made"] * 2)
    assert Person.objects.filter(name__in=["須田 操", "関 守"]).count() == 2


def test_a_row_that_is_refused_is_left_and_the_next_is_entered(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = taken(cast, [HEAD, SUDA, SEKI])
    monkeypatch.setattr(services, "enter", failing_at(2, HiddenError))
    assert outcomes(entered(cast, source)) == ["left", "made"]
    left = source.rows.get(outcome=ImportedRow.Outcome.LEFT)
    assert "見当たらなくなりました" in left.words


def failing_at(number: int, error: type[Exception]) -> Callable[..., dict[str, str]]:
    def entering(*, plan: Planned, **rest: Any) -> dict[str, str]:
        if plan.number == number:
            raise error
        return enter(plan=plan, **rest)

    return entering


def test_what_fails_again_and_again_is_stopped_and_says_so(
    cast: Cast, signed_in
) -> None:
    source = taken(cast, [HEAD, SUDA])
    actor = factories.sign_in(cast.secretariat)
    services.begin(actor=actor, source=source, approval=approval())
    tasks = DBTaskResult.objects.filter(queue_name=TABLE_QUEUE)
    for times in range(1, services.TRIES + 1):
        lost = clock.now() - services.LOST_AFTER - timedelta(seconds=1)
        Import.objects.update(beat_at=lost)
        services.look_after()  # it waits still: it is not begun a second time
        assert tasks.count() == times
        tasks.update(status=TaskResultStatus.FAILED)
        services.look_after()
    source.refresh_from_db()
    assert tasks.count() == services.TRIES
    assert (source.state, source.stored) == (Import.State.STOPPED, None)
    assert StoredObject.objects.get().state == StoredObject.State.ERASED
    assert AuditEvent.objects.filter(action="meetings.import.stopped").exists()
    page = signed_in(cast.secretariat).get(
        reverse("meetings:import-detail", args=[source.id])
    )
    assert "もう一度ファイルを選んで取り込んでください" in page.content.decode()


def test_anothers_import_is_hidden(cast: Cast) -> None:
    source = taken(cast, [HEAD, SUDA])
    for name in ("clinic", "stranger", "administrator", "chair"):
        actor = factories.sign_in(getattr(cast, name))
        with pytest.raises(HiddenError):
            services.begin(actor=actor, source=source, approval=approval())
        with pytest.raises(HiddenError):
            services.give_up(actor=actor, source=source)
        if name != "chair":
            with pytest.raises(HiddenError):
                services.require(actor, Kind.ROLL, cast.shien)
    clinic = factories.sign_in(cast.clinic)
    for kind in (Kind.ORGANIZATIONS, Kind.CASES):
        with pytest.raises(HiddenError):
            services.require(clinic, kind, cast.shien)


def test_files_that_nobody_took_in_are_forgotten_and_lost_runs_go_on(
    cast: Cast,
) -> None:
    left = taken(cast, [HEAD, SUDA])
    lost = taken(cast, [HEAD, SEKI], key=UUID(int=6))
    lost.state, lost.beat_at = Import.State.RUNNING, clock.now()
    lost.approved_by, lost.approved_on = "青木 誠", clock.today()
    lost.save()
    services.look_after()
    assert Import.objects.count() == 2
    long_ago = clock.now() - services.KEPT_FOR - timedelta(seconds=1)
    Import.objects.filter(pk=left.pk).update(at=long_ago)
    Import.objects.filter(pk=lost.pk).update(beat_at=long_ago)
    services.look_after()
    assert list(Import.objects.all()) == [lost]
    forgotten = AuditEvent.objects.get(action="meetings.import.forget")
    assert (forgotten.actor, forgotten.subject) == ("", f"import:{left.id}")
    gone_through(lost)
    assert Person.objects.filter(name="関 守").exists()
    assert not StoredObject.objects.filter(state="ready").exists()


def test_organisations_of_the_city_are_the_administrations(cast: Cast) -> None:
    rows = [("機関", "庁内", "圏域"), ("見本薬局", "", "北部圏域"), ("見本課", "○", "")]
    source = taken(cast, rows, Kind.ORGANIZATIONS)
    assert set(told(cast, source)) == {"B3"}
    done = entered(cast, source)
    assert outcomes(done) == ["made", "left"]
    made = Organization.objects.get(name="見本薬局")
    assert made.unit is not None
    assert (made.unit.name, made.listed) == ("北部圏域", True)
    other = services.take_in(
        actor=factories.sign_in(cast.administrator),
        key=UUID(int=7),
        kind=Kind.ORGANIZATIONS,
        body=None,
        upload=Upload(io.BytesIO(data := sheet(rows)), "機関.xlsx", len(data)),
    )
    services.begin(
        actor=factories.sign_in(cast.administrator), source=other, approval=None
    )
    gone_through(other)
    assert Organization.objects.get(name="見本課").internal
    assert outcomes(other) == ["known", "made"]


def test_a_household_becomes_one_case_with_its_custodians(cast: Cast) -> None:
    closed = ("M-2", "単身の人", "R8.5.1", "終結", "R8.9.1", "", "本人", "見本 次")
    moved = ("M-3", "別の人", "R8.5.1", "転出", "R8.9.2", "", "本人", "見本 三")
    rows = [HOUSE, MOTHER, SON, closed, moved]
    done = entered(cast, taken(cast, rows, Kind.CASES))
    assert outcomes(done) == ["made"] * 3
    gone = Case.objects.get(number="M-3")
    assert (gone.status, str(gone.closed_on)) == (Case.Status.MOVED, "2026-09-02")
    case = Case.objects.get(number="M-1")
    members = [(m.label, m.name, m.subject) for m in case.household.all()]
    assert members == [("本人", "見本 花", True), ("長男", "見本 一", False)]
    assert case.memberships.filter(person=cast.secretariat).exists()
    assert Case.objects.get(number="M-2").status == Case.Status.CLOSED
    trail = AuditEvent.objects.filter(action="members.case.create", case=str(case.id))
    assert trail.exists()
    again = taken(cast, [HOUSE, MOTHER, SON], Kind.CASES, key=UUID(int=8))
    assert [plan.standing for plan in plans(cast, again)] == [Standing.SAME]


def test_each_cell_of_a_case_is_looked_at(cast: Cast) -> None:
    """A household for each fault: its row, its cell, a part of what is said."""
    faults = [
        (0, "見本-1", "A", "半角"),
        (1, "花の世帯", "", ""),
        (1, "見本家の世帯", "B", "氏名"),
        (1, "", "B", "概要"),
        (2, "", "C", "受付日"),
        (2, "2199/1/1", "C", "今日まで"),
        (3, "様子見", "D", "どれか"),
        (3, "終結", "E", "終結日"),
        (3, "転出", "E", "終結日"),
        (4, "R8.5.1", "E", "状況"),
        (5, "知らない機関", "F", "先に機関"),
        (6, "妻", "G", "本人"),
    ]
    rows = []
    for number, (column, value, _cell, _words) in enumerate(faults, start=2):
        row = [f"F-{number}", *MOTHER[1:]]
        row[column] = value
        rows.append(row)
    found = told(cast, taken(cast, [HOUSE, *rows], Kind.CASES))
    expected = {
        f"{cell}{number}": words
        for number, (_column, _value, cell, words) in enumerate(faults, start=2)
        if cell
    }
    assert found.keys() == expected.keys()
    assert all(words in found[cell] for cell, words in expected.items())


def test_rows_of_one_household_agree(cast: Cast) -> None:
    son = ("M-1", "別の概要", "", "", "", "", "本人", "見本 一")
    found = told(cast, taken(cast, [HOUSE, MOTHER, son], Kind.CASES))
    assert set(found) == {"B3"}


# Pages --------------------------------------------------------------------------------


def sent(data: bytes, name: str = "名簿.xlsx") -> io.BytesIO:
    file = io.BytesIO(data)
    file.name = name
    return file


def test_the_pages_lead_from_the_file_to_the_people(cast: Cast, signed_in) -> None:
    client = signed_in(cast.secretariat)
    bad = ("", "名のみ", *[""] * 6)
    data = {"key": KEY, "kind": "roll", "body": cast.shien.id}
    data["file"] = sent(sheet([HEAD, SUDA, bad]))
    page = client.post(reverse("meetings:import-read"), data, follow=True)
    text = page.content.decode()
    for words in ("須田 操", "A3", "機関がありません", "のぞいて1件を取り込む"):
        assert words in text
    address = reverse("meetings:import-detail", args=[KEY])
    assert client.post(address, {"approved_by": ""}).status_code == 422
    today = clock.today().isoformat()
    begun = client.post(
        address,
        {"approved_by": "青木 誠", "approved_on": today, "starts_on": today},
    )
    assert begun.status_code == 302
    assert "2件のうち0件" in client.get(address).content.decode()
    gone_through(Import.objects.get())
    text = client.get(address).content.decode()
    assert "取り込まなかった行" in text
    assert "名のみ" not in text
    assert Commission.objects.filter(person__name="須田 操").exists()


def test_a_mended_file_is_chosen_for_the_same_place(cast: Cast, signed_in) -> None:
    taken(cast, [(*HEAD, "備考"), ("", "名のみ", *[""] * 6), SUDA])
    client = signed_in(cast.secretariat)
    text = client.get(reverse("meetings:import-detail", args=[KEY])).content.decode()
    before_any_fold = text.partition("<details")[0]
    assert "読まない列があります" in before_any_fold
    assert "備考(I1)の列は取り込みません" in before_any_fold
    again = f"{reverse('meetings:import-read')}?kind=roll&amp;body={cast.shien.id}"
    assert f'href="{again}"' in text
    form = client.get(unescape(again)).context["form"]
    assert (form["kind"].value(), form["body"].value()) == ("roll", str(cast.shien.id))


def test_rows_that_excel_hides_are_told_above_the_plan(cast: Cast, signed_in) -> None:
    book = load_workbook(io.BytesIO(sheet([HEAD, SUDA, SEKI])))
    book.worksheets[0].row_dimensions[3].hidden = True
    data = saved(book)
    services.take_in(
        actor=factories.sign_in(cast.secretariat),
        key=KEY,
        kind=Kind.ROLL,
        body=cast.shien,
        upload=Upload(io.BytesIO(data), "名簿.xlsx", len(data)),
    )
    page = signed_in(cast.secretariat).get(
        reverse("meetings:import-detail", args=[KEY])
    )
    assert "Excelで隠れている行が1件あります" in page.content.decode()


def test_a_file_can_be_thrown_away_again(cast: Cast, signed_in) -> None:
    taken(cast, [HEAD, SUDA])
    client = signed_in(cast.secretariat)
    client.post(reverse("meetings:import-give-up", args=[KEY]))
    assert not Import.objects.exists()
    assert StoredObject.objects.get().state == StoredObject.State.ERASED


def test_what_is_no_table_is_refused_in_words(cast: Cast, signed_in) -> None:
    client = signed_in(cast.secretariat)
    for name in ("名簿.xlsx", "名簿.xls", "名簿.docx", "名簿.xlsm"):
        data = {"key": KEY, "kind": "roll", "body": cast.shien.id}
        data["file"] = sent(b"not a book", name)
        page = client.post(reverse("meetings:import-read"), data)
        assert page.status_code == 422
    assert not Import.objects.exists()


def test_a_proof_comes_before_the_file(cast: Cast, signed_in) -> None:
    """A file is not kept while somebody proves themselves."""
    stale = clock.now() - timedelta(minutes=30)
    client = signed_in(cast.secretariat, strong_at=stale)
    page = client.get(reverse("meetings:import-read"))
    assert page.status_code == 302
    assert page["Location"].startswith(reverse("members:step-up"))
