"""How long a thousand people take from an Excel file until all are commissioned.

A roll of 1,000 people in 120 organisations, as an office keeps one (a title, merged
organisations, half-width kana, era dates), is brought, inspected, read, compared with
what is here for the page that shows every row, and then entered by the worker's own
task. What is made for it is taken back by the import's own undoing.
"""

import io
import time
from uuid import uuid4

from common import BenchError, figure, say, set_up_django

set_up_django()

from openpyxl import Workbook  # noqa: E402 – after set-up

from documents.services.papers import Upload  # noqa: E402
from meetings.importing.columns import Kind  # noqa: E402
from meetings.models import Import, ImportedRow  # noqa: E402
from meetings.selectors.import_known import known_to  # noqa: E402
from meetings.selectors.import_plans import planned  # noqa: E402
from meetings.selectors.imports import look_of  # noqa: E402
from meetings.services import import_undo, imports  # noqa: E402
from members.access import Actor  # noqa: E402
from members.facts import Regime, Role  # noqa: E402
from members.models import Body, Office, SignIn  # noqa: E402
from members.offices import approvers_of  # noqa: E402
from portal.core import clock  # noqa: E402

PEOPLE, ORGANIZATIONS = 1_000, 120


def main() -> None:
    """Bring, look over, enter, take back."""
    actor, body = clerk()
    data = roll()
    began = time.perf_counter()
    source = imports.take_in(
        actor=actor,
        key=uuid4(),
        kind=Kind.ROLL,
        body=body,
        upload=Upload(io.BytesIO(data), "名簿.xlsx", len(data)),
    )
    taken = time.perf_counter()
    found = imports.contents(source)
    look = look_of(found, planned(found, source, known_to(source, actor)))
    look.rows(look.lines[:50])
    if look.acting != PEOPLE:
        raise BenchError(f"{look.acting} rows would be entered")
    shown = time.perf_counter()
    approval = imports.Approval(
        approvers_of(body, clock.now())[0].name, clock.today(), clock.today()
    )
    imports.begin(actor=actor, source=source, approval=approval)
    imports.run.func(str(source.id))
    ended = time.perf_counter()
    made = ImportedRow.objects.filter(source=source, outcome="made").count()
    if made != PEOPLE:
        raise BenchError(f"{made} rows were entered")
    say(f"imports: in {taken - began:.1f} s, shown {shown - taken:.1f} s")
    figure("import_1000_rows_s", ended - began)
    import_undo.undo(actor=actor, source=Import.objects.get(pk=source.pk))
    say(f"imports: taken back in {time.perf_counter() - ended:.1f} s")


def clerk() -> tuple[Actor, Body]:
    """A secretariat, signed in with a personal factor, and its body."""
    held = Office.objects.filter(
        role=Role.SECRETARIAT, body__regime=Regime.SHIEN, ends_at=None
    )
    office = held.exclude(body__unit=None).select_related("body").first()
    if office is None or office.body is None:
        raise BenchError("the database holds no body for cases")
    now = clock.now()
    sign_in = SignIn.objects.create(
        person=office.person, started_at=now, seen_at=now, strength=2, strong_at=now
    )
    return Actor(office.person, sign_in), office.body


def roll() -> bytes:
    """The workbook."""
    book = Workbook()
    page = book.worksheets[0]
    page.append(["令和8年度 構成員名簿"])
    page.append(["所属", "氏名", "ﾌﾘｶﾞﾅ", "役職", "メール", "電話", "委嘱日"])
    for number in range(PEOPLE):
        organization = number * ORGANIZATIONS // PEOPLE
        page.append(
            [
                f"取込機関{organization:03}",
                f"取込 {number:04}",
                "ﾄﾘｺﾐ ﾀﾛｳ",
                "相談員",
                f"p{number}@import.example",
                f"0500-00-{number:04}",
                "令和8年4月1日",
            ]
        )
    first = 3
    for row in range(4, PEOPLE + 4):
        if page.cell(row, 1).value != page.cell(first, 1).value:
            page.merge_cells(f"A{first}:A{row - 1}")
            first = row
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


if __name__ == "__main__":
    main()
