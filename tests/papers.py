"""Papers for the tests: filed, released, and the words and files they are made of."""

import io
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pytest

from documents.models import Paper, PaperVersion, Planned, ReleaseRound
from documents.selectors import PaperRow, paper_rows
from documents.services import papers, rounds
from meetings.models import AgendaItem
from members.access import Actor, access_for
from members.facts import Way
from members.models import Person
from portal.core import clock
from tests import factories
from tests.cast import Cast
from tests.documents import files

Filed = Callable[..., PaperVersion]


def upload(data: bytes, name: str = "事例概要.pdf") -> papers.Upload:
    return papers.Upload(io.BytesIO(data), name, len(data))


def reference(item: AgendaItem) -> papers.ItemReference:
    return papers.ItemReference(
        item_id=item.id,
        sitting_id=item.sitting_id,
        body=item.body,
        regime=item.regime,
        case=item.case,
        about=tuple(item.about.all()),
    )


def details(**more: Any) -> papers.PaperDetails:
    values: dict[str, Any] = {
        "number": "1",
        "title": "事例概要",
        "kind": Paper.Kind.CASE_SUMMARY,
        "document_class": Paper.Class.C3B,
    }
    return papers.PaperDetails(**{**values, **more})


def hand_out(
    actor: Actor,
    versions: Sequence[PaperVersion],
    people: Sequence[Person],
    *,
    until: datetime | None = None,
    way: Way = Way.COPY,
    key: UUID | None = None,
) -> ReleaseRound:
    """Release versions to people as one round, for a week unless said."""
    ends_at = until or clock.now() + timedelta(days=7)
    cells = [
        Planned(version=version.id, person=person.id, way=way, until=ends_at)
        for version in versions
        for person in people
    ]
    return rounds.make_round(actor=actor, key=key or uuid4(), cells=cells)


def looked_at(version: PaperVersion) -> PaperVersion:
    """As if the mix-up guard had looked and found nothing; no worker runs here."""
    version.guard = PaperVersion.Guard.LOOKED
    version.save(update_fields=["guard"])
    return version


def replace_by(
    person: Person, version: PaperVersion, token: UUID | None = None
) -> PaperVersion:
    """Replace a version as somebody, by a file of two pages."""
    return papers.replace_version(
        actor=factories.sign_in(person),
        version=version,
        upload=upload(files.pdf_file(2), "事例概要(修正).pdf"),
        token=token or uuid4(),
    )


def rows_of(person: Person, item: AgendaItem, **sign_in: Any) -> list[PaperRow]:
    """What somebody is listed of the papers of an item."""
    access = access_for(factories.sign_in(person, **sign_in))
    return paper_rows(access, [item.id])


def file_as(
    cast: Cast,
    person: Person | None = None,
    item: AgendaItem | None = None,
    data: bytes | None = None,
    name: str = "事例概要.pdf",
    **more: object,
) -> PaperVersion:
    """File a paper as somebody, the secretariat unless said."""
    version = papers.file_paper(
        actor=factories.sign_in(person or cast.secretariat),
        item=reference(item or cast.shien_item),
        details=details(**more),
        upload=upload(files.pdf_file() if data is None else data, name),
        token=uuid4(),
    )
    return looked_at(version)


def release_to(
    cast: Cast, *people: Person, way: Way = Way.COPY, **more: object
) -> PaperVersion:
    """File a paper and release it, to the clinic unless said."""
    version = file_as(cast, **more)  # type: ignore[arg-type] # as named there
    clerk = factories.sign_in(cast.secretariat)
    hand_out(clerk, [version], people or [cast.clinic], way=way)
    version.refresh_from_db()
    return version


@pytest.fixture
def filed(cast: Cast) -> Filed:
    """``file_as`` in the town of the test."""
    return partial(file_as, cast)


@pytest.fixture
def released(cast: Cast) -> Filed:
    """``release_to`` in the town of the test."""
    return partial(release_to, cast)
