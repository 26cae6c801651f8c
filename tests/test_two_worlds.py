"""What somebody may not know changes no byte that reaches them (P4).

The same town twice, the second time with all that goes on beside them: another case,
another sitting, an agency kept away, papers for others, notes, a new colleague.
"""

import re
from datetime import date, timedelta
from uuid import uuid4

import time_machine
from django.core import mail
from django.test import Client
from django.urls import reverse

from documents.services import papers
from meetings.models import Entry, PrivateNote
from members.facts import Role
from members.models import Consent, HouseholdMember, Recusal
from portal.core import clock
from portal.core.search import index
from tests import factories, matrix
from tests.cast import Cast
from tests.clients import close
from tests.conftest import SignIn
from tests.documents import files
from tests.papers import Filed, details, hand_out, looked_at, reference, upload
from tests.test_matrix import ROUTES, ask

# Drawn anew for each page: the token of a form, and the key that makes an act one act.
DRAWN = re.compile(
    rb'(name="(?:csrfmiddlewaretoken|key|token)"[^>]*? value=|data-key=)"[^"]*"'
)

FRESH = {
    "members:app-add": "each time a new key of one's own",
    "core:metrics": "counts of the whole portal, for its own machine alone",
}


def everything(client: Client, things: dict[str, object]) -> dict[str, bytes]:
    """All bytes that each address gives: status, headers, page or file."""
    found = {}
    for route, entry in ROUTES.items():
        if route in FRESH:
            continue
        names = entry.pattern.converters
        address = reverse(route, kwargs={each: things[each] for each in names})
        answer = ask(client, "GET", f"{address}?q=見本")
        # A file is for its reader; its name is in the headers.
        body = b"" if answer.streaming else DRAWN.sub(rb"\1", answer.content)
        head = f"{answer.status_code} {sorted(answer.headers.items())}"
        found[route] = head.encode() + body
        close(answer)
    return found


# What both worlds have words of, and what only the second one has.
LOOKED_FOR = ("事例", "見本", "支援の方向性", "話し合い", "別の資料", "R8-999", "高橋")


def found(client: Client) -> dict[str, bytes]:
    """What each search says; the index is up to date."""
    index.catch_up()
    pages = {}
    for words in LOOKED_FOR:
        sent = client.post(reverse("meetings:search"), {"words": words})
        page = client.get(sent["Location"])
        head = f"{sent.status_code} {page.status_code} {len(sent['Location'])}"
        pages[f"search for {words}"] = head.encode() + DRAWN.sub(rb"\1", page.content)
    return pages


def beside(cast: Cast) -> None:
    """All that goes on, and that the clinic may not know."""
    clerk = factories.sign_in(cast.secretariat)
    school = factories.organization("見本小学校")
    teacher = factories.person("高橋 学", school)
    factories.commission(teacher, cast.shien)
    other = factories.case(cast.shien, number="R8-999", household=3)
    for person, role in (
        (cast.chair, Role.CHAIR),
        (cast.secretariat, Role.SECRETARIAT),
        (teacher, Role.EXTERNAL),
    ):
        factories.membership(person, other, role)
    later = clock.now() + timedelta(days=3)
    when = {"starts_at": later, "ends_at": later + timedelta(hours=2)}
    sitting = factories.sitting(cast.shien, cast.secretariat, **when)
    item = factories.item(sitting, other, cast.shien)
    factories.seat(cast.secretariat, item, Role.SECRETARIAT)
    factories.seat(teacher, item, Role.EXTERNAL)
    factories.task(item, cast.secretariat, person=teacher)
    Recusal.objects.create(
        organization=school,
        case=cast.case,
        starts_at=clock.now(),
        reason="親族のため",
        entered_by=cast.secretariat,
    )
    filed = [
        looked_at(
            papers.file_paper(
                actor=clerk,
                item=reference(each),
                details=details(number=number, title="別の資料"),
                upload=upload(files.pdf_file()),
                token=uuid4(),
            )
        )
        for each, number in ((cast.shien_item, "7"), (cast.juso_item, "8"))
    ]
    hand_out(clerk, filed[:1], [cast.newcomer])
    for each in (item, cast.juso_item):
        now = clock.now()
        Entry.objects.create(
            item=each,
            order=1,
            kind=Entry.Kind.DISCUSSION,
            text="別の話し合い",
            revision=1,
            created_by=cast.secretariat,
            created_at=now,
            changed_at=now,
        )
    # Of a household that the clinic knows, what its custodians alone see.
    household = HouseholdMember.objects.filter(case=cast.case)
    household.update(name="高橋 二郎", kana="タカハシ", birth_date=date(1980, 4, 2))
    Consent.objects.filter(member__case=cast.case).update(scope="高橋家の家計")
    PrivateNote.objects.create(
        item=cast.shien_item, person=cast.chair, text="覚え書き", saved_at=clock.now()
    )


def test_what_goes_on_beside_somebody_changes_no_byte(
    cast: Cast, released: Filed, signed_in: SignIn
) -> None:
    with time_machine.travel(clock.now(), tick=False):
        things = matrix.things(cast, released(cast.clinic))
        person, client = cast.clinic, signed_in(cast.clinic)
        found(client)  # a hit shows words of a paper, which is new no more
        before = everything(client, things) | found(client)
        letters = [str(m.message()) for m in mail.outbox if person.email in m.to]
        beside(cast)
        after = everything(client, things) | found(client)
        told = [str(m.message()) for m in mail.outbox if person.email in m.to]
    assert [each for each in before if before[each] != after[each]] == []
    assert told == letters
    assert sum(body.startswith(b"200") for body in before.values()) > 40
