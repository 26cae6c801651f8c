"""The review of grants: who can see what now, why, and what should be looked at."""

import io
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from documents.evidence import review
from documents.evidence.review import Mark
from members.facts import Answer, Role
from members.models import (
    Acknowledgement,
    ArchiveGrant,
    Commission,
    Membership,
    Recusal,
)
from portal.core import clock
from portal.core.models import AuditEvent
from tests import factories


@pytest.fixture
def grants(cast):
    """The grants of the case by person, as its secretariat sees them now."""
    lately = clock.now() - timedelta(days=10)
    Membership.objects.filter(case=cast.case).update(starts_at=lately)

    def look():
        found = review.of_case(factories.sign_in(cast.secretariat), cast.case.id)
        return {grant.membership.person_id: grant for grant in found.grants}

    return look


def test_each_grant_says_whether_it_opens_and_by_which_rule_not(cast, grants):
    mine = grants()[cast.clinic.id]
    assert (mine.answer, mine.rule, mine.marks) == (Answer.ALLOW, "", [])
    assert mine.commission is not None
    recusal = Recusal.objects.create(
        person=cast.clinic,
        case=cast.case,
        starts_at=clock.now(),
        reason="親族",
        entered_by=cast.secretariat,
    )
    mine = grants()[cast.clinic.id]
    assert (mine.answer, mine.rule) == (Answer.HIDDEN, "R27")
    assert mine.marks == [Mark.SHUT]
    recusal.delete()
    Acknowledgement.objects.filter(person=cast.clinic).delete()
    mine = grants()[cast.clinic.id]
    assert (mine.answer, mine.rule) == (Answer.NEED_ACK, "R11")
    assert mine.marks == [Mark.PLEDGE]


def test_a_commission_that_ends_soon_and_a_grant_nobody_uses_are_marked(cast, grants):
    assert grants()[cast.clinic.id].marks == []
    party = Commission.objects.filter(organization=cast.clinic.organization_id)
    party |= Commission.objects.filter(person=cast.clinic)
    party.update(ends_at=clock.now() + timedelta(days=20))
    assert grants()[cast.clinic.id].marks == [Mark.ENDING]
    party.update(ends_at=clock.now() - timedelta(seconds=1))
    mine = grants()[cast.clinic.id]
    assert (mine.rule, mine.marks) == ("R10", [Mark.SHUT])
    party.update(ends_at=None)
    with time_machine.travel(clock.now() + timedelta(days=200), tick=False):
        assert Mark.UNUSED in grants()[cast.clinic.id].marks


def test_the_decision_and_the_list_agree(cast, grants):
    """What is listed as open is what ``decide`` opens, for each and everybody."""
    found = grants()
    assert cast.clinic.id in found
    for person in (cast.colleague, cast.stranger, cast.administrator):
        assert person.id not in found
    ended = Membership.objects.get(case=cast.case, person=cast.clinic)
    ended.ends_at = clock.now()
    ended.save()
    assert cast.clinic.id not in grants()


def test_the_page_and_the_file_name_the_facts(cast, signed_in):
    address = reverse("documents:review-case", args=[cast.case.id])
    client = signed_in(cast.secretariat)
    page = client.get(address).content.decode()
    for words in (cast.clinic.name, "見られます", "R12 選定", "R10 委嘱・任命"):
        assert words in page, words
    answer = client.get(address, {"as": "xlsx"})
    cells = {
        cell.value
        for row in load_workbook(io.BytesIO(answer.content)).worksheets[0]
        for cell in row
    }
    assert {cast.clinic.name, cast.case.number} <= cells
    assert cast.case.number not in answer["Content-Disposition"]
    events = AuditEvent.objects.filter(action="documents.review.read").order_by("seq")
    assert [event.detail["as"] for event in events] == ["page", "xlsx"]


def test_an_agency_is_reviewed_over_own_cases_alone(cast, signed_in):
    address = reverse("documents:review-agency", args=[cast.clinic.organization_id])
    page = signed_in(cast.secretariat).get(address).content.decode()
    assert cast.case.number in page
    assert cast.clinic.name in page
    page = signed_in(cast.auditor).get(address).content.decode()
    assert cast.case.number in page
    assert cast.clinic.name not in page
    for person in (cast.clinic, cast.colleague, cast.administrator):
        assert signed_in(person).get(address).status_code == 404


def test_who_gets_in_beside_the_selections_is_named_with_the_rule(cast, signed_in):
    tomorrow = clock.now() + timedelta(days=1)
    ArchiveGrant.objects.create(
        case=cast.case,
        person=cast.stranger,
        purpose="評価",
        granted_by=cast.chair,
        starts_at=clock.now(),
        ends_at=tomorrow,
    )
    factories.seat(cast.colleague, cast.shien_item, Role.GUEST)
    ended = factories.seat(cast.newcomer, cast.shien_item, Role.DEPUTY)
    ended.ends_at = clock.now()
    ended.save()
    found = review.of_case(factories.sign_in(cast.secretariat), cast.case.id)
    ways = {(each.person, str(each.way), each.until) for each in found.others}
    assert ways == {(cast.stranger, "R33", tomorrow), (cast.colleague, "R16", None)}
    address = reverse("documents:review-agency", args=[cast.stranger.organization_id])
    page = signed_in(cast.secretariat).get(address).content.decode()
    assert "R33 保存記録の閲覧の許可" in page
    assert cast.stranger.name in page
    page = signed_in(cast.auditor).get(address).content.decode()
    assert "R33 保存記録の閲覧の許可" in page
    assert cast.stranger.name not in page
    assert signed_in(cast.clinic).get(address).status_code == 404


def test_agencies_of_own_cases_are_offered_and_each_opens(cast, signed_in):
    client, address = signed_in(cast.secretariat), reverse("documents:had-find")
    offered = review.agencies(factories.sign_in(cast.secretariat))
    assert cast.clinic.organization in offered
    page = client.get(address).content.decode()
    for agency in offered:
        target = reverse("documents:review-agency", args=[agency.id])
        assert target in page
        assert client.get(target).status_code == 200
    for person in (cast.clinic, cast.colleague, cast.administrator):
        assert review.agencies(factories.sign_in(person)) == []


def test_many_grants_come_in_pages_at_the_same_price(cast, signed_in):
    address = reverse("documents:review-agency", args=[cast.clinic.organization_id])
    client = signed_in(cast.secretariat)
    client.get(address)
    with CaptureQueriesContext(connection) as few:
        client.get(address)
    for number in range(50):
        case = factories.case(cast.shien, number=f"R9-{number:03}")
        factories.membership(cast.secretariat, case, Role.SECRETARIAT)
        factories.membership(cast.clinic, case, Role.EXTERNAL)
    with CaptureQueriesContext(connection) as many:
        first = client.get(address).content.decode()
    assert len(many) == len(few)
    second = client.get(address, {"page": 2}).content.decode()
    shown = [[f"R9-{n:03}" in page for n in range(50)] for page in (first, second)]
    assert [once ^ again for once, again in zip(*shown, strict=True)] == [True] * 50
    assert sum(shown[0]) < 50
