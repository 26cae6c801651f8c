"""転出: what the new municipality is told, and what becomes of the case."""

import io
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.urls import reverse
from docx import Document

from meetings.models import FileKind, MoveNotice
from meetings.move_rendering import letter_docx, letter_pdf
from meetings.retention import FileKey
from meetings.selectors.moves import move_page, notice_of
from meetings.selectors.retention import files_of, keepings_of
from meetings.services.moves import Move, issue_notice
from members.access import access_for
from members.facts import Action, Role
from members.models import Case, Consent, Membership, Person
from members.policies import case_facts
from members.services import cases, progress
from portal.core import clock
from portal.core.errors import HiddenError, InvalidError, RefusedError, StepUpError
from portal.core.jp import era_words
from portal.core.models import AuditEvent, AuditHead
from tests import factories
from tests.cast import Cast, assemble
from tests.meetings import recording
from tests.meetings.test_convene_together import together

pytestmark = pytest.mark.django_db

Basis, Status = MoveNotice.Basis, Case.Status
SUMMARY = "家計の相談を続けたいと希望している。"


def neutral(**more: Any) -> Move:
    today = clock.today()
    move = Move(
        moved_on=today,
        destination="となり市",
        office="福祉課",
        in_name_of="見本市長",
        contact="社会福祉課 0123-45-6789",
        decided_on=today,
        decided_by="社会福祉課長",
        basis=Basis.NONE,
        access_until=today + timedelta(days=7),
    )
    return replace(move, **more)


def consented(cast: Cast, **more: Any) -> Move:
    member = cast.case.household.get(label="母")
    told = {"about": (member,), "evidence": "面談し書面で同意", "summary": SUMMARY}
    return neutral(**{"basis": Basis.CONSENT, **told, **more})


def issue(cast: Cast, move: Move, person: Person | None = None) -> MoveNotice:
    actor = factories.sign_in(person or cast.secretariat)
    return issue_notice(actor=actor, key=uuid4(), case=cast.case, move=move)


def text_of(notice: MoveNotice) -> str:
    paper = Document(io.BytesIO(letter_docx(notice)))
    cells = [c.text for grid in paper.tables for row in grid.rows for c in row.cells]
    return "\n".join([*(p.text for p in paper.paragraphs), *cells])


@pytest.fixture
def town(cast: Cast) -> Cast:
    """The case has no plan yet."""
    cast.case.status = Status.ASSESSMENT
    cast.case.save()
    return cast


def test_without_consent_the_letter_names_nobody(town: Cast) -> None:
    before = clock.today() - timedelta(days=3)
    move = neutral(summary=SUMMARY, evidence="なし", moved_on=before)
    letter = text_of(issue(town, move))
    words = [
        SUMMARY,
        town.case.number,
        town.case.title,
        "支援会議",
        str(town.case.body),
    ]
    words += [m.name for m in town.case.household.all()]
    words.append(era_words(move.moved_on))
    assert not [word for word in words if word in letter]
    assert "お知らせできません" in letter
    assert "転第1号" in letter


def test_a_law_lets_the_other_side_ask_and_no_more(town: Cast) -> None:
    with pytest.raises(InvalidError):
        issue(town, neutral(basis=Basis.LAW))
    clause = "児童福祉法第25条の3"
    notice = issue(town, neutral(basis=Basis.LAW, clause=clause, summary=SUMMARY))
    letter = text_of(notice)
    assert f"{clause}に基づく照会" in letter
    assert SUMMARY not in letter


def test_with_consent_it_names_who_consented_and_sums_up(town: Cast) -> None:
    notice = issue(town, consented(town))
    letter = text_of(notice)
    mother = town.case.household.get(label="母")
    others = town.case.household.exclude(pk=mother.pk)
    assert mother.name in letter
    assert SUMMARY in letter
    assert not [m.name for m in others if m.name in letter]
    assert letter_pdf(notice).startswith(b"%PDF")


def test_consent_is_asked_of_everybody_who_is_named(town: Cast) -> None:
    Consent.objects.filter(member__case=town.case).delete()
    with pytest.raises(RefusedError):
        issue(town, consented(town))
    for missing in ({"about": ()}, {"summary": " "}, {"evidence": ""}):
        with pytest.raises(InvalidError):
            issue(town, consented(town, **missing))
    elsewhere = factories.case(town.juso, number="R8-099").household.all()[0]
    with pytest.raises(InvalidError):
        issue(town, consented(town, about=(elsewhere,)))
    assert not MoveNotice.objects.exists()


def test_once_consent_is_withdrawn_the_letter_is_made_no_more(town: Cast) -> None:
    notice = issue(town, consented(town))
    actor = factories.sign_in(town.secretariat)
    assert notice_of(actor, town.case.id, notice.id) == notice
    for consent in Consent.objects.filter(member__case=town.case):
        cases.withdraw_consent(actor=actor, consent=consent)
    with pytest.raises(RefusedError):
        notice_of(actor, town.case.id, notice.id)


def test_the_case_moves_on_and_its_years_begin(town: Cast) -> None:
    issue(town, neutral())
    town.case.refresh_from_db()
    assert (town.case.status, town.case.closed_on) == (Status.MOVED, clock.today())
    (file,) = files_of([FileKey(FileKind.CASE, town.case.id)])
    (keeping,) = keepings_of([file])
    assert keeping.counted_from is not None
    actor = factories.sign_in(town.secretariat)
    progress.take_step(actor=actor, case=town.case, status=Status.ASSESSMENT)
    town.case.refresh_from_db()
    assert town.case.closed_on is None  # they came back


def test_an_end_that_was_settled_keeps_its_day(town: Cast) -> None:
    ended = clock.today() - timedelta(days=30)
    Case.objects.filter(pk=town.case.pk).update(status=Status.CLOSED, closed_on=ended)
    issue(town, neutral())
    town.case.refresh_from_db()
    assert (town.case.status, town.case.closed_on) == (Status.MOVED, ended)


@pytest.mark.parametrize(
    "status",
    [Status.CONFIRMED, Status.AWAITING, Status.REPLANNING, Status.SUSPENDED],
)
def test_a_plan_is_ended_by_a_meeting_first(town: Cast, status: str) -> None:
    Case.objects.filter(pk=town.case.pk).update(status=status)
    with pytest.raises(RefusedError):
        issue(town, neutral())
    page = move_page(factories.sign_in(town.secretariat), town.case.id)
    assert not page.may_move


def test_nobody_takes_the_step_without_the_notice(town: Cast) -> None:
    with pytest.raises(RefusedError):
        progress.take_step(
            actor=factories.sign_in(town.secretariat),
            case=town.case,
            status=Status.MOVED,
        )


def test_members_stop_reading_after_the_day_and_custodians_go_on(town: Cast) -> None:
    until = clock.today() + timedelta(days=7)
    issue(town, neutral(access_until=until))
    ends = dict(
        Membership.objects.filter(case=town.case).values_list("person_id", "ends_at")
    )
    assert ends[town.clinic.id] == clock.day_end(until)
    assert ends[town.secretariat.id] is None
    reads = access_for(factories.sign_in(town.clinic), cases=[town.case.id], items=())
    assert reads.allows(Action.READ, case_facts(town.case))
    after = replace(reads, t=clock.day_end(until))
    assert not after.allows(Action.READ, case_facts(town.case))


@pytest.mark.parametrize(
    "days",
    [
        {"decided_on": 1},
        {"decided_on": -9999},
        {"moved_on": 61},
        {"moved_on": -9999},
        {"access_until": -1},
        {"access_until": 61},
    ],
)
def test_days_that_cannot_be_are_refused(town: Cast, days: dict[str, int]) -> None:
    wrong = {k: clock.today() + timedelta(days=n) for k, n in days.items()}
    with pytest.raises(InvalidError) as refusal:
        issue(town, neutral(**wrong))
    assert {refusal.value.field} == set(days)


@pytest.mark.parametrize("who", ["clinic", "colleague", "stranger", "administrator"])
def test_others_issue_nothing_and_see_no_notice(town: Cast, who: str) -> None:
    notice = issue(town, neutral())
    person = getattr(town, who)
    with pytest.raises(HiddenError):
        issue(town, neutral(), person)
    with pytest.raises(HiddenError):
        notice_of(factories.sign_in(person), town.case.id, notice.id)


def test_a_fresh_factor_is_asked_for(town: Cast) -> None:
    long = timedelta(minutes=30)
    actor = factories.sign_in(town.secretariat, strong_at=clock.now() - long)
    with pytest.raises(StepUpError):
        issue_notice(actor=actor, key=uuid4(), case=town.case, move=neutral())


def test_a_repeat_makes_one_and_numbers_go_on(town: Cast) -> None:
    actor, key = factories.sign_in(town.secretariat), UUID(int=7)
    made = [
        issue_notice(actor=actor, key=key, case=town.case, move=neutral())
        for _again in range(2)
    ]
    assert made[0] == made[1]
    assert issue(town, neutral()).number == 2


@pytest.mark.django_db(transaction=True)
def test_two_notices_of_one_body_at_once_have_two_numbers() -> None:
    AuditHead.objects.get_or_create(id=1)
    cast = assemble()
    second = factories.case(cast.case.body, number="R8-077")
    factories.membership(cast.secretariat, second, Role.SECRETARIAT)
    actor = factories.sign_in(cast.secretariat)
    waiting = iter([cast.case, second])
    made = together(
        lambda: issue_notice(
            actor=actor, key=uuid4(), case=next(waiting), move=neutral()
        ),
        times=2,
    )
    assert {n.number for n in made if isinstance(n, MoveNotice)} == {1, 2}


def test_the_page_shows_what_is_open_and_makes_the_letter(
    town: Cast, signed_in: Any
) -> None:
    item = recording.held(town, town.juso_item)
    factories.task(item, town.secretariat, person=town.clinic)
    client = signed_in(town.secretariat)
    address = reverse("meetings:case-move", args=[town.case.id])
    page = client.get(address)
    assert len(page.context["page"].tasks) == 1
    assert [i.id for i in page.context["page"].unfixed] == [item.id]
    assert f'{town.chair.name}"></option>' in page.content.decode()
    day = clock.today().isoformat()
    entered = {
        "key": uuid4(),
        "moved_on": day,
        "destination": "となり市",
        "in_name_of": "見本市長",
        "contact": "社会福祉課",
        "decided_on": day,
        "decided_by": "課長",
        "basis": "none",
        "access_until": day,
    }
    slip = client.post(address, {**entered, "moved_on": f"00{day[2:]}"})
    assert slip.status_code == 422
    assert "1873年から2199年まで" in slip.content.decode()
    answer = client.post(address, entered)
    assert answer.status_code == 302
    notice = MoveNotice.objects.get()
    letter = reverse("meetings:move-letter-docx", args=[town.case.id, notice.id])
    assert letter in client.get(address).content.decode()
    assert client.get(letter)["Content-Disposition"].endswith('-letter.docx"')
    (event,) = AuditEvent.objects.filter(action="meetings.move.letter")
    assert event.case == str(town.case.id)


def test_reading_the_page_leaves_its_trace(town: Cast, signed_in: Any) -> None:
    """P6: also where it comes back with what is to be mended."""
    client = signed_in(town.secretariat)
    address = reverse("meetings:case-move", args=[town.case.id])
    assert client.get(address).status_code == 200
    assert client.post(address, {"key": uuid4()}).status_code == 422
    events = AuditEvent.objects.filter(action="meetings.move.read")
    assert [event.case for event in events] == [str(town.case.id)] * 2
    assert signed_in(town.clinic).get(address).status_code == 404
    assert events.count() == 2


def test_tasks_of_withdrawn_consent_are_not_on_the_page(
    town: Cast, signed_in: Any
) -> None:
    """R24: the words of the minutes, also for those who keep the case."""
    for item, text in ((town.juso_item, "家計の同行"), (town.shien_item, "夜の見守り")):
        recording.held(town, item)
        factories.task(item, town.secretariat, text=text, order=3)
    client = signed_in(town.secretariat)
    address = reverse("meetings:case-move", args=[town.case.id])
    assert "家計の同行" in client.get(address).content.decode()
    Consent.objects.filter(member__case=town.case).update(withdrawn_at=clock.now())
    page = client.get(address).content.decode()
    assert "家計の同行" not in page
    assert "夜の見守り" in page
