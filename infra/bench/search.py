"""How long a search takes in a body with the papers and minutes of ten years.

One body gets the files of a ward: 1,100 cases and 3,300 items, on each of them five
entries and five papers with words of their own. On PostgreSQL the index also gets the
rows of seventeen other wards. Common, rare, long and missing words are looked for by
the secretariat, who may see all of it, and by a member of ten cases. What is made for
it is taken back.
"""

import io
import time
from collections.abc import Iterator
from datetime import timedelta
from random import Random
from uuid import uuid4

from common import BenchError, figure, percentile, profile, say, set_up_django

set_up_django()

from django.db import connection, transaction  # noqa: E402 – after set-up

from documents.mixups.weighing import Place  # noqa: E402
from documents.models import Paper, PaperVersion, VersionText  # noqa: E402
from documents.searching import keep_words  # noqa: E402
from meetings.models import AgendaItem, Entry, Minutes, Sitting  # noqa: E402
from meetings.selectors.search import KINDS, Wish, search  # noqa: E402
from members.access import Actor  # noqa: E402
from members.facts import Regime, Role, State  # noqa: E402
from members.models import (  # noqa: E402
    Body,
    Case,
    Commission,
    Membership,
    Office,
    Person,
    Seat,
    SignIn,
)
from portal.core import clock, vault  # noqa: E402
from portal.core.models import SearchRow  # noqa: E402
from portal.core.search import index  # noqa: E402

CASES, ITEMS, EACH, WARDS, OWN, ASKED = 1_100, 3, 5, 18, 10, 60
SEED = 2026
SUBJECTS = [
    "家計",
    "通院",
    "就労",
    "住まい",
    "介護",
    "学校",
    "近隣",
    "手続",
    "服薬",
    "見守り",
    "食事",
    "債務",
]
ACTS = [
    "を確かめた",
    "に同行した",
    "の相談を受けた",
    "を次回に報告する",
    "の役割を分担した",
]
WORDS = [
    *SUBJECTS,
    "通院に同行した",
    "家計 服薬",
    "見守りの役割を分担した",
    "地域包括支援センター",
    "ひきこもり",
    "令和8年4月1日",
    "見つからない言葉",
]


def main() -> None:
    """Fill, ask, take it all back."""
    with transaction.atomic():
        clerk, member = fill(Random(SEED))
        figure("search_rows", SearchRow.objects.count())
        spent = [t for actor in (clerk, member) for t in timed(actor)]
        prefix = "search" if profile() == "server" else "search_embedded"
        figure(f"{prefix}_p95_ms", percentile(spent, 0.95) * 1000)
        figure(f"{prefix}_p50_ms", percentile(spent, 0.5) * 1000)
        transaction.set_rollback(True)


def timed(actor: Actor) -> Iterator[float]:
    """The seconds of each search, by all kinds and by each of them."""
    for number in range(ASKED):
        words = WORDS[number % len(WORDS)]
        kind = ["", *KINDS][number % (len(KINDS) + 1)]
        began = time.perf_counter()
        found = search(actor, Wish(words, kind=kind))
        spent = time.perf_counter() - began
        hits = sum(len(group.hits) for group in found.groups)
        say(f"search: {spent * 1000:6.1f} ms {hits:3} hits {kind or 'all'} {words}")
        yield spent


def fill(chance: Random) -> tuple[Actor, Actor]:
    """The ward and its index; its secretariat and a member."""
    office = Office.objects.filter(role=Role.SECRETARIAT, body__regime=Regime.SHIEN)
    held = office.exclude(body__unit=None).select_related("person", "body").first()
    if held is None or held.body is None:
        raise BenchError("the database holds no body for cases")
    began = time.perf_counter()
    body, clerk = held.body, held.person
    member = Person.objects.create(
        name="見本", organization=clerk.organization, starts_at=clock.now()
    )
    Commission.objects.create(
        form=Commission.Form.INDIVIDUAL,
        body=body,
        person=member,
        approved_by="市長",
        starts_at=long_ago(),
    )
    for pledge in clerk.acknowledgements.all():
        pledge.pk, pledge.person = None, member
        pledge.save()
    cases = make_cases(body, clerk, member)
    items = make_items(body, clerk, cases, member)
    entries = make_entries(items, clerk, chance)
    versions = make_papers(items, clerk, chance)
    say(f"search: filled in {time.perf_counter() - began:.0f} s")
    began = time.perf_counter()
    for kind, rows in (("case", cases), ("item", items), ("entry", entries)):
        write(kind, rows)
    write("paper", versions)
    say(f"search: indexed in {time.perf_counter() - began:.0f} s")
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("DROP INDEX core_searchrow_tokens")
        for ward in range(1, WARDS):
            copy_ward(ward)
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL maintenance_work_mem = '256MB'")
            cursor.execute(
                "CREATE INDEX core_searchrow_tokens"
                " ON core_searchrow USING gin (tokens)"
            )
            cursor.execute("ANALYZE")
    return signed_in(clerk), signed_in(member)


def long_ago():
    """Before all of it."""
    return clock.now() - timedelta(days=4000)


def signed_in(person: Person) -> Actor:
    """The person in a sign-in just proved with a personal factor."""
    now = clock.now()
    sign_in = SignIn.objects.create(
        person=person, started_at=now, seen_at=now, strength=2, strong_at=now
    )
    return Actor(person, sign_in)


def write(kind: str, rows: list) -> None:
    """Index the rows as the worker does."""
    for at in range(0, len(rows), index.BATCH):
        index.write(kind, [row.pk for row in rows[at : at + index.BATCH]])


def make_cases(body: Body, clerk: Person, member: Person) -> list[Case]:
    """The cases, with whom they are selected for."""
    cases = Case.objects.bulk_create(
        Case(
            number=f"B{number:05}",
            unit=body.unit,
            body=body,
            title="母と長男の世帯",
            summary="長男の長期のひきこもりと母の物忘れ。地域包括支援センターから相談。",
            opened_on=clock.today() - timedelta(days=number),
        )
        for number in range(CASES)
    )
    Membership.objects.bulk_create(
        Membership(case=case, person=person, role=role, starts_at=long_ago())
        for person, role, some in (
            (clerk, Role.SECRETARIAT, cases),
            (member, Role.INTERNAL, cases[:OWN]),
        )
        for case in some
    )
    return cases


def make_items(
    body: Body, clerk: Person, cases: list[Case], member: Person
) -> list[AgendaItem]:
    """Three items for each case, with their places and records."""
    now = clock.now()
    first = Sitting.objects.filter(body=body).order_by("-number").first()
    number = first.number if first else 0
    sittings = Sitting.objects.bulk_create(
        Sitting(
            body=body,
            number=number + each,
            starts_at=now - timedelta(days=14 * each),
            ends_at=now - timedelta(days=14 * each, hours=-2),
            place="会議室",
            state=Sitting.State.CLOSED,
            closed_at=now - timedelta(days=14 * each, hours=-2),
            created_by=clerk,
        )
        for each in range(1, 240)
    )
    items = AgendaItem.objects.bulk_create(
        AgendaItem(
            sitting=sittings[(at * ITEMS + each) % len(sittings)],
            order=at,
            kind=AgendaItem.Kind.DELIBERATION,
            body=body,
            law=body.regime,
            ground="act_106_6",
            case=case,
            title="支援の方向性について",
            points="各機関の役割分担",
            state=AgendaItem.State.CLOSED,
        )
        for at, case in enumerate(cases)
        for each in range(ITEMS)
    )
    own = {case.id for case in cases[:OWN]}
    Seat.objects.bulk_create(
        Seat(item_id=item.id, person=person, role=role, starts_at=long_ago())
        for item in items
        for person, role in ((clerk, Role.SECRETARIAT), (member, Role.INTERNAL))
        if person == clerk or item.case_id in own
    )
    Minutes.objects.bulk_create(
        Minutes(item=item, state=Minutes.State.FINAL) for item in items
    )
    return items


def sentence(chance: Random) -> str:
    """Something that is said."""
    return f"{chance.choice(SUBJECTS)}{chance.choice(ACTS)}。"


def make_entries(items: list[AgendaItem], clerk: Person, chance: Random) -> list[Entry]:
    """Five entries for each item."""
    return Entry.objects.bulk_create(
        (
            Entry(
                item=item,
                order=order,
                kind=Entry.Kind.DISCUSSION,
                text="".join(sentence(chance) for _ in range(4)),
                revision=order,
                created_by=clerk,
                created_at=clock.now(),
                changed_at=clock.now(),
            )
            for item in items
            for order in range(EACH)
        ),
        batch_size=2000,
    )


def make_papers(
    items: list[AgendaItem], clerk: Person, chance: Random
) -> list[PaperVersion]:
    """Five papers for each item, of some three thousand characters each."""
    now = clock.now()
    papers = Paper.objects.bulk_create(
        (
            Paper(
                number=str(order),
                title="事例概要",
                kind=Paper.Kind.CASE_SUMMARY,
                document_class=Paper.Class.C3B,
                body_id=item.body_id,
                case_id=item.case_id,
                item_id=item.id,
                sitting_id=item.sitting_id,
                law=item.law,
                origin=item.law,
                created_by=clerk,
                created_at=now,
            )
            for item in items
            for order in range(EACH)
        ),
        batch_size=2000,
    )
    stored = vault.put(io.BytesIO(b"bench"))
    vault.keep(stored)
    versions = PaperVersion.objects.bulk_create(
        (
            PaperVersion(
                id=uuid4(),
                paper=paper,
                state=State.RELEASED,
                guard=PaperVersion.Guard.LOOKED,
                file_name="事例概要.pdf",
                media_type="application/pdf",
                stored=stored,
                uploaded_by=clerk,
                uploaded_at=now - timedelta(minutes=order),
            )
            for order, paper in enumerate(papers)
        ),
        batch_size=2000,
    )
    kept = []
    for version in versions[:50]:
        words = "".join(sentence(chance) for _ in range(250))
        keep_words(version, [Place("page", 1, words)])
        kept.append(bytes(VersionText.objects.get(version=version).sealed))
    VersionText.objects.bulk_create(
        (
            VersionText(version=version, sealed=chance.choice(kept))
            for version in versions[50:]
        ),
        batch_size=2000,
    )
    return versions


def copy_ward(ward: int) -> None:
    """The index of another ward: as many rows, under other tokens."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_searchrow (kind, subject, realm, scope, at, key, tokens)"
            " SELECT kind, md5(subject::text || %(ward)s)::uuid,"
            " md5(realm::text || %(ward)s)::uuid, md5(scope::text || %(ward)s)::uuid,"
            " at, key, ARRAY(SELECT token # %(ward)s FROM unnest(tokens) token)"
            " FROM core_searchrow WHERE kind IN ('case', 'item', 'entry', 'paper')"
            " AND scope IN (SELECT id FROM members_case WHERE number LIKE 'B%%')",
            {"ward": ward},
        )


if __name__ == "__main__":
    main()
