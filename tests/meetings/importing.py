"""Tables as the secretariat brings them, for the tests of imports."""

import io
from collections.abc import Sequence
from uuid import UUID

from documents.services.papers import Upload
from meetings.importing.columns import Kind
from meetings.models import Import
from meetings.selectors.import_known import known_to
from meetings.selectors.import_plans import Planned, planned
from meetings.services import imports as services
from meetings.services.imports import Approval
from portal.core import clock
from tests import factories
from tests.cast import Cast
from tests.meetings.test_import_reading import sheet

KEY = UUID(int=421)
HOUSE = ("事例番号", "概要", "受付日", "状況", "終結日", "つなぎ元", "続柄", "氏名")
MOTHER = ("M-1", "母と長男の世帯", "R8.4.10", "", "", "", "本人", "見本 花")
SON = ("M-1", "", "", "", "", "", "長男", "見本 一")


def taken(
    cast: Cast,
    rows: Sequence[Sequence[object]],
    kind: Kind = Kind.ROLL,
    key: UUID = KEY,
) -> Import:
    data = sheet(rows)
    return services.take_in(
        actor=factories.sign_in(cast.secretariat),
        key=key,
        kind=kind,
        body=None if kind == Kind.ORGANIZATIONS else cast.shien,
        upload=Upload(io.BytesIO(data), "名簿.xlsx", len(data)),
    )


def plans(cast: Cast, source: Import) -> list[Planned]:
    actor = factories.sign_in(cast.secretariat)
    return planned(services.contents(source), source, known_to(source, actor))


def told(cast: Cast, source: Import) -> dict[str, str]:
    return {
        each.cell: each.words
        for plan in plans(cast, source)
        for row in plan.rows
        for each in row.findings
        if each.blocks
    }


def approval(by: str = "青木 誠") -> Approval:
    return Approval(by, clock.today(), clock.today())


def entered(cast: Cast, source: Import) -> Import:
    """Begun by the secretariat and gone through by the worker."""
    roll = source.kind == Kind.ROLL
    services.begin(
        actor=factories.sign_in(cast.secretariat),
        source=source,
        approval=approval() if roll else None,
    )
    gone_through(source)
    return source


def gone_through(source: Import) -> None:
    """As the worker does it."""
    services.run.func(str(source.id))
    source.refresh_from_db()


def outcomes(source: Import) -> list[str]:
    return list(source.rows.values_list("outcome", flat=True))
