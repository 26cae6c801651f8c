"""How many mixed-up papers the guard holds, how many right ones, and how long it looks.

500 mixed-up and 500 right papers of a town with 20,000 cases (about 80,000 people). All
are read and weighed in this process; of these, some are also looked at as the worker
does it, from the store to the rows, for the time that takes. What is made for it is
taken back.
"""

import io
import time
from collections import Counter
from collections.abc import Iterator
from random import Random
from uuid import UUID

from common import BenchError, figure, percentile, say, set_up_django

set_up_django()

from django.db import transaction  # noqa: E402 – after set-up

from documents.mixups import town  # noqa: E402
from documents.mixups.extraction import readers  # noqa: E402
from documents.mixups.weighing import Place, weigh  # noqa: E402
from documents.models import Paper, PaperVersion  # noqa: E402
from documents.services import mixups  # noqa: E402
from members.models import (  # noqa: E402
    Body,
    Case,
    HouseholdMember,
    Organization,
    Person,
)
from portal.core import clock, vault  # noqa: E402
from tests.documents.mixup_corpus import (  # noqa: E402
    TUNED,
    UNTUNED,
    Sample,
    Town,
    clean_papers,
    mixed_papers,
)
from tests.documents.mixup_town import Household, households  # noqa: E402

CASES, PAPERS, TIMED = 20_000, 500, 40
SEED = 2026
KINDS = TUNED | UNTUNED


def main() -> None:
    """Make the town, file its papers, take it all back."""
    with transaction.atomic():
        homes = households(SEED, CASES)
        ids = make_cases(homes)
        make_colleagues(homes)
        mixed = list(mixed_papers(homes, SEED + 1, PAPERS, KINDS))
        clean = list(clean_papers(homes, SEED + 2, PAPERS))
        figure(f"mixup_held_of_{PAPERS}", held(mixed, ids))
        figure(f"mixup_false_of_{PAPERS}", held(clean, ids))
        spent = [timed(s, ids) for s in alternating(mixed, clean)]
        figure("mixup_check_p95_ms", percentile(spent, 0.95) * 1000)
        transaction.set_rollback(True)


def alternating(mixed: list[Sample], clean: list[Sample]) -> Iterator[Sample]:
    """As many of each, in turn."""
    for wrong, right in zip(mixed, clean, strict=True):
        yield from (wrong, right)
        if right is clean[TIMED // 2 - 1]:
            return


def make_cases(homes: list[Household]) -> dict[str, UUID]:
    """A case for each household; their ids by number."""
    body = Body.objects.exclude(unit=None).first()
    if body is None or body.unit is None:
        raise BenchError("the database holds no body for cases")
    cases = [
        Case(
            number=home.number,
            unit=body.unit,
            body=body,
            title="世帯",
            opened_on=clock.today(),
        )
        for home in homes
    ]
    Case.objects.bulk_create(cases, batch_size=2000)
    HouseholdMember.objects.bulk_create(
        (
            HouseholdMember(
                case=case,
                label=one.label,
                name=one.name,
                kana=one.kana,
                birth_date=one.born,
                address=one.address,
                phone=one.phone,
                subject=order == 0,
                order=order,
            )
            for case, home in zip(cases, homes, strict=True)
            for order, one in enumerate(home.members)
        ),
        batch_size=5000,
    )
    return {case.number: case.id for case in cases}


def make_colleagues(homes: list[Household]) -> None:
    """The people with an account whom papers name without saying who they are."""
    agency = Organization.objects.first()
    Person.objects.bulk_create(
        Person(name=name, organization=agency, starts_at=clock.now())
        for name in Town(homes, Random(SEED)).colleagues
    )


def held(samples: list[Sample], ids: dict[str, UUID]) -> int:
    """How many of the papers the guard would hold; the kinds it missed are said."""
    missed: Counter[str] = Counter()
    with town.register() as register:
        for sample in samples:
            kind = sample.file_name.rpartition(".")[2]
            words = readers.read(kind, io.BytesIO(sample.data))
            places = [Place(*place) for place in words["places"]]
            places.append(Place("file_name", 0, sample.file_name.rpartition(".")[0]))
            places.append(Place("title", 0, sample.title))
            known = town.known_at(ids[sample.home.number])
            missed[sample.kind] += not weigh(register, known, places)
    count = len(samples) - missed.total()
    say(f"mixups: {count} of {len(samples)} held; not held: {dict(+missed)}")
    return count


def timed(sample: Sample, ids: dict[str, UUID]) -> float:
    """The seconds of one look, as the worker does it."""
    version = file(sample, ids[sample.home.number])
    began = time.perf_counter()
    mixups.look.func(str(version.id))
    return time.perf_counter() - began


def file(sample: Sample, case_id: UUID) -> PaperVersion:
    """The paper with its version in the store."""
    case = Case.objects.select_related("body").get(id=case_id)
    person = Person.objects.earliest("starts_at")
    now = clock.now()
    paper = Paper.objects.create(
        number="",
        title=sample.title,
        kind=Paper.Kind.OTHER,
        document_class=Paper.Class.C3B,
        body=case.body,
        case=case,
        item_id=case.id,
        sitting_id=case.id,
        law=case.body.regime,
        origin=case.body.regime,
        created_by=person,
        created_at=now,
    )
    return PaperVersion.objects.create(
        paper=paper,
        file_name=sample.file_name,
        media_type="",
        stored=vault.put(io.BytesIO(sample.data)),
        uploaded_by=person,
        uploaded_at=now,
    )


if __name__ == "__main__":
    main()
