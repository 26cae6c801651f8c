"""Turns the demo's content into rows and files, once, into an empty database.

History is written as the rows that the services would have left; today's and next
month's meetings then go through the services themselves.
"""

from django.db import transaction

from members.models import Person
from portal.core import clock
from portal.demo.content import demo_content
from portal.demo.loader import (
    calls,
    cases,
    files,
    kept,
    outcomes,
    people,
    polls,
    posts,
    records,
    requests,
    sittings,
    today,
    year,
)
from portal.demo.loader.rows import Rows


def load() -> bool:
    """Fill the database; False when it already holds people."""
    if Person.objects.exists():
        return False
    content = demo_content(clock.today())
    rows = Rows()
    with transaction.atomic():
        people.load(content, rows)
        posts.load(content, rows)
        cases.load(content, rows)
        sittings.load(content, rows)
        year.load(content, rows)
        outcomes.load(content, rows)
        kept.load(rows)
    files.load(content, rows)
    records.load(content, rows)
    calls.load(rows)
    today.load(content, rows)
    polls.load(rows)
    requests.load(rows)
    return True
