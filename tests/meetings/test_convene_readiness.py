"""The readiness check, finding by finding, as the pure function it is."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from django_otp.plugins.otp_totp.models import TOTPDevice

from documents.models import Paper, PaperVersion
from meetings import preparation
from meetings.findings import Check, ItemRow, RulesRow, SeatRow, SittingRow
from meetings.models import AgendaItem, Sitting, SittingRequest
from meetings.readiness import findings
from meetings.selectors.agenda import visible_items
from members.facts import Regime, Role, State
from members.models import Body, Charter, Commission, LegalBasis, Office
from portal.core import clock
from portal.core.models import StoredObject
from tests.cast import Cast
from tests.meetings.convening import add, clerk, draft, select

DAY = date(2026, 12, 15)
TODAY = DAY - timedelta(days=20)
CHAIR = SeatRow(person=UUID(int=1), name="青木 誠", custodian=True)
CLINIC = SeatRow(person=UUID(int=2), name="上田 健", signatory=True)
ITEM = ItemRow(
    id=UUID(int=10),
    body=UUID(int=31),
    order=1,
    regime=Regime.SHIEN,
    minutes=30,
    based=True,
    case=UUID(int=20),
    papers=2,
    seats=(CHAIR, CLINIC),
)
READY = SittingRow(
    id=UUID(int=30), body=UUID(int=31), day=DAY, minutes=120, items=(ITEM,)
)


def checks(sitting: SittingRow, today: date = TODAY) -> list[Check]:
    return [finding.check for finding in findings(sitting, today=today)]


def with_item(**changes: Any) -> SittingRow:
    return replace(READY, items=(replace(ITEM, **changes),))


def with_member(**changes: Any) -> SittingRow:
    return with_item(seats=(CHAIR, replace(CLINIC, **changes)))


def test_a_ready_sitting_lacks_nothing() -> None:
    assert checks(READY) == []


LACKS = pytest.mark.parametrize(
    ("sitting", "expected"),
    [
        (replace(READY, items=()), Check.NO_ITEMS),
        (replace(READY, rules=RulesRow(exists=False)), Check.BODY),
        (replace(READY, rules=RulesRow(head_held=False)), Check.HEAD),
        (with_item(based=False), Check.LEGAL_BASIS),
        (with_item(regime=Regime.JUSO, unconsented=("長男",)), Check.CONSENT),
        (with_member(commissioned=False), Check.COMMISSION),
        (with_item(seats=(CHAIR,)), Check.NOBODY),
        (with_item(papers=0), Check.PAPERS),
        (with_item(tax_papers=1), Check.TAX),
        (with_member(signatory=False), Check.SIGNATORY),
        (with_item(minutes=121), Check.TIME),
        (with_member(reachable=False), Check.ADDRESS),
        (with_member(proves=False), Check.FACTOR),
        (with_member(pledged=False), Check.PLEDGE),
    ],
    ids=lambda value: value.value if isinstance(value, Check) else "",
)


@LACKS
def test_each_lack_is_found_alone(sitting: SittingRow, expected: Check) -> None:
    assert checks(sitting) == [expected]


@LACKS
def test_each_lack_says_its_ground_and_where_it_is_mended(
    sitting: SittingRow, expected: Check
) -> None:
    (finding,) = findings(sitting, today=TODAY)
    assert finding.ground
    # Who has no mail address gets a letter, after the approval.
    if expected is Check.ADDRESS:
        assert finding.mends == ()
    elif expected is Check.PLEDGE:
        assert finding.mends == ()  # comes by a link, is asked there
    else:
        assert all(mend.url.startswith("/") for mend in finding.mends)
        assert finding.mends


def test_who_signs_in_by_name_can_be_asked_for_the_pledge_by_mail() -> None:
    sitting = with_member(pledged=False, signs_in=True)
    (finding,) = findings(sitting, today=TODAY)
    assert [mend.press for mend in finding.mends] == [True]


def test_the_charter_says_how_many_days_the_notice_needs() -> None:
    rules = RulesRow(charter="支援会議設置要綱", notice_days=21)
    (finding,) = findings(replace(READY, rules=rules), today=TODAY)
    assert finding.check is Check.NOTICE
    assert finding.ground == "支援会議設置要綱: 案内は開催の21日前"


@pytest.mark.parametrize(("left", "warns"), [(7, False), (6, True), (0, True)])
def test_the_notice_days_count_from_today(left: int, warns: bool) -> None:
    today = DAY - timedelta(days=left)
    assert (Check.NOTICE in checks(READY, today)) is warns


@pytest.mark.parametrize(
    ("left", "words"),
    [(6, "開催まで6日です。"), (0, "今日の開催です。"), (-1, "過ぎています。")],
)
def test_how_soon_a_meeting_is_stands_in_words(left: int, words: str) -> None:
    (finding,) = findings(READY, today=DAY - timedelta(days=left))
    assert words in finding.words
    assert "案内は7日前までに送ります。" in finding.words


def test_what_a_regime_does_not_ask_is_no_lack() -> None:
    assert checks(with_item(unconsented=("長男",))) == []
    assert checks(with_item(regime=Regime.JUSO, based=False, tax_papers=1)) == []
    plain = with_item(regime=Regime.NONE, case=None, papers=0, based=False)
    assert checks(plain) == []


def test_what_blocks_comes_first() -> None:
    sitting = replace(
        with_item(regime=Regime.JUSO, unconsented=("母", "長男"), papers=0), minutes=10
    )
    found = findings(sitting, today=TODAY)
    assert [f.blocks for f in found] == [True, False, False]
    assert (found[0].check, found[0].item, found[0].case) == (
        Check.CONSENT,
        ITEM.id,
        ITEM.case,
    )
    assert found[0].words == (
        "議題1: 母、長男の同意がありません。同意がないまま扱うことはできません。"
    )


def test_one_person_on_two_items_is_named_once() -> None:
    silent = replace(CLINIC, reachable=False)
    items = tuple(replace(ITEM, order=n, seats=(CHAIR, silent)) for n in (1, 2))
    found = findings(replace(READY, items=items), today=TODAY)
    assert [f.words.count(CLINIC.name) for f in found] == [1]


def found_in(cast: Cast, sitting: Sitting) -> dict[Check, str]:
    items = visible_items(clerk(cast), sitting)
    rows = preparation.findings(sitting, items)
    return {finding.check: finding.words for finding in rows}


def test_the_rows_are_gathered_from_the_tables(cast: Cast) -> None:
    sitting = draft(cast)
    select(cast, add(cast, sitting), cast.clinic, cast.newcomer)
    found = found_in(cast, sitting)
    assert set(found) == {Check.PAPERS, Check.FACTOR, Check.PLEDGE}
    assert cast.newcomer.name in found[Check.PLEDGE]
    assert cast.clinic.name not in found[Check.PLEDGE]
    TOTPDevice.objects.create(user=cast.clinic, confirmed=True)
    TOTPDevice.objects.create(user=cast.newcomer, confirmed=True)
    assert Check.FACTOR not in found_in(cast, sitting)


def test_a_lost_commission_and_a_basis_that_ends_before_the_day_block(
    cast: Cast,
) -> None:
    sitting = draft(cast)
    select(cast, add(cast, sitting), cast.clinic)
    now = clock.now()
    Commission.objects.filter(person=cast.clinic).update(ends_at=now)
    assert cast.clinic.name in found_in(cast, sitting)[Check.COMMISSION]
    LegalBasis.objects.filter(body=cast.shien).update(ends_at=sitting.starts_at)
    assert Check.LEGAL_BASIS in found_in(cast, sitting)


def test_a_head_who_leaves_before_the_day_blocks_until_a_stand_in_is_named(
    cast: Cast,
) -> None:
    sitting = draft(cast)
    select(cast, add(cast, sitting), cast.clinic)
    offices = Office.objects.filter(body=cast.shien, role=Role.CHAIR)
    offices.update(ends_at=sitting.starts_at)
    assert "議長" in found_in(cast, sitting)[Check.HEAD]
    Office.objects.create(
        person=cast.secretariat,
        role=Role.CHAIR,
        body=cast.shien,
        starts_at=clock.now(),
        sitting_id=sitting.id,
    )
    assert Check.HEAD not in found_in(cast, sitting)


def test_a_body_that_ends_before_the_day_blocks(cast: Cast) -> None:
    sitting = draft(cast)
    select(cast, add(cast, sitting), cast.clinic)
    Body.objects.filter(pk=cast.shien.pk).update(ends_on=clock.today())
    sitting.body.refresh_from_db()
    assert Check.BODY in found_in(cast, sitting)


def test_a_replaced_paper_counts_once_and_a_recalled_one_not(cast: Cast) -> None:
    sitting = draft(cast)
    item = add(cast, sitting)
    paper = _paper(cast, item, State.REPLACED)
    _version(cast, paper, State.RELEASED, 2)
    assert preparation.papers_of([item])[0][item.id] == 1
    paper.versions.update(state=State.RECALLED)
    assert preparation.papers_of([item])[0][item.id] == 0


def test_the_files_of_a_record_are_no_papers(cast: Cast) -> None:
    item = add(cast, draft(cast))
    _paper(cast, item, State.RELEASED)
    record = _paper(cast, item, State.FINAL)
    record.kind = Paper.Kind.MINUTES
    record.save()
    assert preparation.papers_of([item])[0][item.id] == 1


def _paper(cast: Cast, item: AgendaItem, state: State) -> Paper:
    paper = Paper.objects.create(
        number="資料1",
        title="事例概要",
        kind=Paper.Kind.CASE_SUMMARY,
        document_class=Paper.Class.C3B,
        body=item.body,
        case=item.case,
        item_id=item.id,
        sitting_id=item.sitting_id,
        origin=item.body.regime,
        created_by=cast.secretariat,
        created_at=clock.now(),
    )
    _version(cast, paper, state, 1)
    return paper


def _version(cast: Cast, paper: Paper, state: State, number: int) -> None:
    PaperVersion.objects.create(
        paper=paper,
        number=number,
        state=state,
        file_name="gaiyo.pdf",
        media_type="application/pdf",
        stored=StoredObject.objects.create(created_at=clock.now()),
        uploaded_by=cast.secretariat,
        uploaded_at=clock.now(),
    )


def test_a_body_that_meets_on_request_is_told_where_nobody_asked(cast: Cast) -> None:
    charter = Charter.usual(cast.shien)
    charter.rhythm = Charter.Rhythm.ON_REQUEST
    charter.starts_at, charter.decided_by = clock.now() - timedelta(days=1), "市長"
    charter.decided_on = clock.today()
    charter.save()
    sitting = Sitting.objects.select_related("body").get(pk=draft(cast).pk)

    def rhythm() -> list[bool]:
        found = preparation.findings(sitting, visible_items(clerk(cast), sitting))
        return [f.blocks for f in found if f.check is Check.RHYTHM]

    assert rhythm() == [False]
    SittingRequest.objects.create(
        body=cast.shien,
        asked_by=cast.colleague,
        entered_by=cast.secretariat,
        reason="状況が変わったため",
        sitting=sitting,
        state=SittingRequest.State.ACCEPTED,
        asked_at=clock.now(),
    )
    assert rhythm() == []
