"""The demo's kept files stand where their pages can be seen at work, on any day."""

from datetime import date

import pytest

from documents.evidence import review
from meetings.retention import expires_on
from meetings.selectors import retention
from members.access import as_if_here
from members.facts import Role
from members.models import Office
from portal.core import clock, jp
from portal.demo.content import demo_content
from portal.demo.content.kept import KEPT
from portal.demo.loader import cases, kept, people, posts
from portal.demo.loader.rows import Rows
from tests.portal.demo_days import DAYS

ENDED = {"over", "proposed", "held", "longer", "gone"}


@pytest.mark.pure
@pytest.mark.parametrize("today", DAYS, ids=str)
def test_each_file_is_where_its_fate_says(today: date) -> None:
    year_end = date(jp.fiscal_year(today) + 1, 3, 31)
    numbers = {entry.number(today) for entry in KEPT}
    numbers |= {case.number for case in demo_content(today).cases}
    assert len(numbers) == len(KEPT) + len(demo_content(today).cases)
    for entry in KEPT:
        ends = expires_on(entry.closed_on(today), 3)
        assert ends is not None
        assert (ends < today) == (entry.fate in ENDED), entry.key
        assert ends <= year_end


@pytest.mark.django_db
def test_the_yearly_list_shows_every_step() -> None:
    content, rows = demo_content(clock.today()), Rows()
    people.load(content, rows)
    posts.load(content, rows)
    cases.load(content, rows)
    kept.load(rows)
    body = rows.bodies["shien_north"]
    clerk = Office.objects.get(body=body, role=Role.SECRETARIAT).person
    shelf = retention.shelf_of(as_if_here(clerk), body.id)
    parts = (shelf.proposed, shelf.expired, shelf.held, shelf.coming)
    assert [len(part) for part in parts] == [1, 1, 1, 2]
    assert len(retention.register_of(as_if_here(clerk), body.id, None).page) == 1
    found = review.of_case(as_if_here(clerk), rows.cases["debt"].id)
    assert found.grants
