"""What the tests of records share: a closed item with its draft, and its acts."""

from datetime import timedelta
from uuid import uuid4

from meetings import records
from meetings.models import AgendaItem, Correction, Entry, Minutes
from meetings.services import records as services
from members.models import Charter, Person
from portal.core import clock, worker
from tests import factories
from tests.cast import Cast

COURSE = "長男の受診について協議した。"
DECISION = "訪問を始める。"
NEW = "長男の相談について、翌週に協議した。"


def held(cast: Cast, item: AgendaItem) -> AgendaItem:
    """The item closed with two entries; chair, secretariat and clinic were there."""
    cast.sitting.presiding = cast.chair
    cast.sitting.save()
    now = clock.now()
    for person in (cast.chair, cast.secretariat, cast.clinic):
        presence = factories.presence(person, item)
        presence.ends_at = now
        presence.save()
    for order, (kind, text) in enumerate(
        (("discussion", COURSE), ("decision", DECISION)), start=1
    ):
        Entry.objects.create(
            item=item,
            order=order,
            kind=kind,
            text=text,
            speaker="社会福祉課",
            revision=order,
            created_by=cast.secretariat,
            created_at=now,
            changed_at=now,
        )
    item.state, item.closed_at, item.revision = "closed", now, 2
    item.save()
    return item


def charter(cast: Cast, **settings: object) -> Charter:
    """The rules of the 重層的支援会議 from long ago, with the given settings."""
    row = Charter.usual(cast.juso)
    for name, value in settings.items():
        setattr(row, name, value)
    row.starts_at = factories.LONG_AGO
    row.decided_by, row.decided_on = "市長決裁", clock.today()
    row.save()
    return row


def circulate(cast: Cast, item: AgendaItem, days: int = 7) -> Minutes:
    due = clock.today() + timedelta(days=days)
    clerk = factories.sign_in(cast.secretariat)
    return services.start_round(actor=clerk, item=item, due_on=due)


def entry(item: AgendaItem) -> Entry:
    return item.entries.order_by("order")[0]


def ask(person: Person, item: AgendaItem, text: str = "相談です。") -> Correction:
    return services.ask_correction(
        actor=factories.sign_in(person),
        key=uuid4(),
        item_id=item.id,
        entry_id=entry(item).id,
        text=text,
    )


def answer(cast: Cast, correction: Correction, new_text: str = "") -> Correction:
    return services.answer_correction(
        actor=factories.sign_in(cast.secretariat),
        item_id=correction.minutes.item_id,
        correction_id=correction.id,
        answer="" if new_text else "録音のとおりです。",
        new_text=new_text,
    )


def confirm(person: Person, item: AgendaItem) -> None:
    services.confirm(
        actor=factories.sign_in(person),
        item_id=item.id,
        digest=records.load(item.id).digest,
    )


def confirmed(cast: Cast, item: AgendaItem) -> Minutes:
    """Confirmed by the chair and the clinic, and frozen."""
    for person in (cast.chair, cast.clinic):
        confirm(person, item)
    worker.run_waiting()
    return Minutes.objects.get(item=item)
