"""経過: one line of time, with nothing on it that its own page would not show."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import strip_tags

from documents.models import CooperationRequest
from meetings.models import AgendaItem, Outcome, Sitting
from meetings.selectors.timeline import Sort, timeline_of
from members.models import Consent, Person, Recusal
from members.services import cases
from portal.core import clock, jp
from portal.core.errors import HiddenError
from portal.core.models import AuditEvent
from tests import factories
from tests.cast import Cast
from tests.meetings.recording import COURSE, DECISION, circulate, held
from tests.papers import release_to

pytestmark = pytest.mark.django_db


def seen_by(person: Person, cast: Cast) -> str:
    """Everything on somebody's line, as one text."""
    line = timeline_of(factories.sign_in(person), cast.case.id)
    words = []
    for moment in [*line.ahead, *(m for year in line.years for m in year.moments)]:
        words += [moment.words, moment.note]
        if moment.meeting:
            words += [entry.text for entry in moment.meeting.entries]
            words += [row.paper.title for row in moment.meeting.papers if row.paper]
            if moment.meeting.outcome:
                words.append(moment.meeting.outcome.get_result_display())
    return "\n".join(words)


@pytest.fixture
def walked(cast: Cast) -> Cast:
    """A plan was talked over, written down, sent round, and resolved."""
    held(cast, cast.juso_item)
    cast.sitting.state, cast.sitting.closed_at = Sitting.State.CLOSED, clock.now()
    cast.sitting.save()
    circulate(cast, cast.juso_item)
    Outcome.objects.create(
        item=cast.juso_item,
        case=cast.case,
        held_on=clock.today(),
        result=Outcome.Result.CONFIRMED,
        monitoring_on=clock.today() + timedelta(days=90),
        recorded_by=cast.secretariat,
        recorded_at=clock.now(),
    )
    release_to(cast, title="支援プラン案")
    return cast


def test_who_attended_sees_decisions_papers_and_the_next_review(walked):
    seen = seen_by(walked.clinic, walked)
    assert DECISION in seen
    assert COURSE not in seen  # the line tells what was settled, the record how
    assert "プラン確定" in seen
    assert "支援プラン案" in seen
    line = timeline_of(factories.sign_in(walked.clinic), walked.case.id)
    (review,) = line.ahead
    assert review.sort is Sort.MONITORING
    assert review.on == clock.today() + timedelta(days=90)


def test_who_has_no_place_on_an_item_finds_nothing_of_it(walked):
    """Selected for the case, never at its meetings."""
    late = factories.person("佐野 学", walked.clinic.organization)
    factories.acknowledge(late, walked.pledges["shien"])
    factories.acknowledge(late, walked.pledges["juso"])
    for body in walked.bodies:
        factories.commission(late, body)
    factories.membership(late, walked.case, "external")
    seen = seen_by(late, walked)
    assert "佐野 学" in seen
    for secret in (DECISION, "プラン確定", "支援プラン案", str(walked.sitting)):
        assert secret not in seen


@pytest.mark.parametrize(
    "who", ["leaver", "colleague", "stranger", "recused", "administrator", "auditor"]
)
def test_to_all_others_there_is_no_such_line(walked, who):
    with pytest.raises(HiddenError):
        timeline_of(factories.sign_in(getattr(walked, who)), walked.case.id)


def test_after_a_withdrawal_the_consented_meeting_is_gone(walked):
    for consent in Consent.objects.filter(member__case=walked.case):
        cases.withdraw_consent(
            actor=factories.sign_in(walked.secretariat), consent=consent
        )
    seen = seen_by(walked.clinic, walked)
    assert "同意の撤回" in seen
    assert DECISION not in seen
    assert "プラン確定" not in seen


def test_an_item_one_is_kept_from_leaves_no_trace(walked):
    Recusal.objects.create(
        person=walked.secretariat,
        item_id=walked.juso_item.id,
        starts_at=clock.now(),
        entered_by=walked.chair,
    )
    seen = seen_by(walked.secretariat, walked)
    assert DECISION not in seen
    assert "プラン確定" not in seen
    line = timeline_of(factories.sign_in(walked.secretariat), walked.case.id)
    assert walked.juso_item.id not in line.items


def test_what_is_only_prepared_stands_on_the_custodians_line_alone(cast):
    start = clock.now() + timedelta(days=30)
    draft = factories.sitting(
        cast.shien,
        cast.secretariat,
        number=100_099,
        starts_at=start,
        ends_at=start + timedelta(hours=1),
        state=Sitting.State.DRAFT,
    )
    item = factories.item(draft, cast.case, cast.shien, purpose="準備中の議題")
    for person, role in (
        (cast.secretariat, "secretariat"),
        (cast.clinic, "external"),
    ):
        factories.place(person, item, role)
    assert "準備中の議題" in seen_by(cast.secretariat, cast)
    assert "準備中の議題" not in seen_by(cast.clinic, cast)


def test_of_a_consent_members_see_the_day_and_custodians_the_scope(walked):
    scope = Consent.objects.filter(member__case=walked.case)[0].scope
    assert scope in seen_by(walked.secretariat, walked)
    member = seen_by(walked.clinic, walked)
    assert "の同意" in member
    assert scope not in member


def test_requests_and_people_who_left_are_the_custodians(walked):
    CooperationRequest.objects.create(
        body=walked.shien,
        number=7,
        case=walked.case,
        regime="shien",
        clause="社会福祉法106条の6第3項",
        in_name_of="見本市長",
        person=walked.colleague,
        text="状況をお知らせください。",
        document_class="3B",
        due_on=clock.today(),
        asked_by=walked.secretariat,
        asked_at=clock.now(),
    )
    kept = seen_by(walked.secretariat, walked)
    assert "K007" in kept
    assert "選定の終わり" in kept
    member = seen_by(walked.clinic, walked)
    assert "K007" not in member
    assert walked.leaver.name not in member


def test_a_decision_s_day_is_the_next_review_and_a_role_s_its_end(walked, signed_in):
    day = clock.today() + timedelta(days=100)
    decision = walked.juso_item.entries.get(text=DECISION)
    decision.due_on = day
    decision.save()
    role = walked.juso_item.entries.get(text=COURSE)
    role.kind, role.due_on = "task", day
    role.save()
    browser = signed_in(walked.secretariat)
    for page in (
        reverse("meetings:case-timeline", args=[walked.case.id]),
        reverse("meetings:record-detail", args=[walked.juso_item.id]),
    ):
        words = strip_tags(browser.get(page).content.decode())
        assert f"次のモニタリング {jp.era_short(day)}" in words
        assert words.count(f"{jp.era_short(day)}まで") == 1


def test_reading_leaves_its_trace_with_each_record(walked, signed_in):
    client = signed_in(walked.clinic)
    page = client.get(reverse("meetings:case-timeline", args=[walked.case.id]))
    assert DECISION in page.content.decode()
    (line,) = AuditEvent.objects.filter(action="meetings.timeline.read")
    assert str(walked.juso_item.id) in line.detail["items"]
    (record,) = AuditEvent.objects.filter(action="meetings.minutes.read")
    assert record.item == str(walked.juso_item.id)


def test_a_long_way_asks_no_more_than_a_short_one(walked):
    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            timeline_of(factories.sign_in(walked.secretariat), walked.case.id)
        return len(found)

    short = queries()
    for number in range(5):
        start = clock.now() - timedelta(days=40 * (number + 1))
        sitting = factories.sitting(
            walked.juso,
            walked.secretariat,
            number=50 + number,
            starts_at=start,
            ends_at=start + timedelta(hours=1),
            state=Sitting.State.CLOSED,
        )
        item = factories.item(sitting, walked.case, walked.juso)
        factories.place(walked.secretariat, item, "secretariat")
    assert AgendaItem.objects.filter(case=walked.case).count() > 5
    assert queries() == short
