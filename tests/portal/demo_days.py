"""Days on which the demo municipality is looked at, and how its records meet."""

from datetime import date

DAYS = (
    date(2026, 11, 21),
    date(2026, 1, 1),
    date(2025, 12, 31),
    date(2026, 3, 31),
    date(2026, 4, 1),
    date(2027, 3, 1),
    date(2025, 6, 1),
    date(2024, 2, 29),
    date(2028, 2, 29),
    date(2030, 3, 1),
)
PLANNED = ("draft", "submitted")


def by_key(rows):
    return {row.key: row for row in rows}


def sitting_of(demo, item):
    return by_key(demo.sittings)[item.sitting]


def case_items(demo):
    cases = by_key(demo.cases)
    return [
        (item, cases[item.case], sitting_of(demo, item))
        for item in demo.items
        if item.case
    ]


def past_occasions(demo, case, occasion):
    return [
        (item, sitting)
        for item, owner, sitting in case_items(demo)
        if owner is case and item.occasion == occasion and sitting.state == "closed"
    ]


def has_standing(demo, person, body, day):
    organization = by_key(demo.people)[person].organization
    return any(
        row.body == body
        and (row.person == person or row.organization == organization)
        and row.valid_from <= day < row.valid_until
        for row in demo.commissions
    )
