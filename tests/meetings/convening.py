"""What the tests of convening share: a draft agenda made the way a clerk makes it."""

from datetime import datetime, timedelta
from uuid import UUID

from documents.models import Link
from meetings.models import AgendaItem, Invitation, Sitting
from meetings.services import agenda, invitations, sittings
from meetings.services.agenda import ItemWords
from meetings.services.invitations import Choice
from meetings.services.sittings import When
from members.access import Actor
from members.facts import Role
from members.models import Body, Person
from portal.core import clock
from portal.core.models import OutgoingMail
from tests import factories
from tests.cast import Cast

PLACE = "市役所本庁舎 3階 301会議室"
WORDS = ItemWords("deliberation", "sharing", "見守りの役割分担について", "", 30)


def when(days: int = 30, minutes: int = 120, place: str = PLACE) -> When:
    """Half past one in Japan, some days from today."""
    day = clock.today() + timedelta(days=days)
    start = datetime(day.year, day.month, day.day, 13, 30, tzinfo=clock.JST)
    return When(start, start + timedelta(minutes=minutes), place)


def key(number: int = 1) -> UUID:
    return UUID(int=number)


def clerk(cast: Cast) -> Actor:
    return factories.sign_in(cast.secretariat)


def head(cast: Cast) -> Actor:
    return factories.sign_in(cast.chair)


def offices(cast: Cast) -> tuple[tuple[Person, Role], ...]:
    """Who keeps the cast's bodies and cases, and as what."""
    return (cast.chair, Role.CHAIR), (cast.secretariat, Role.SECRETARIAT)


def draft(cast: Cast, number: int = 1) -> Sitting:
    return sittings.create_sitting(
        actor=clerk(cast), key=key(number), body=cast.shien, when=when(29 + number)
    )


def add(
    cast: Cast, sitting: Sitting, body: Body | None = None, number: int = 101
) -> AgendaItem:
    return agenda.add_item(
        actor=clerk(cast),
        key=key(number),
        sitting=sitting,
        body=body or cast.shien,
        case=cast.case,
        words=WORDS,
    )


def select(cast: Cast, item: AgendaItem, *people: Person) -> None:
    chosen = [Choice(p, "主治医の勤める機関のため", signatory=True) for p in people]
    invitations.select_people(actor=clerk(cast), item=item, choices=chosen)


def convened(cast: Cast, *people: Person, number: int = 1) -> Sitting:
    """A sitting with one item that ``people`` are asked to, approved by the chair."""
    sitting = draft(cast, number)
    select(cast, add(cast, sitting, number=100 + number), *people)
    sittings.submit_agenda(actor=clerk(cast), sitting=sitting)
    return sittings.approve_agenda(actor=head(cast), sitting=sitting)


def mails(person: Person) -> list[OutgoingMail]:
    rows = OutgoingMail.objects.filter(person=str(person.id))
    return list(rows.order_by("queued_at"))


def links(person: Person, sitting: Sitting) -> list[Link]:
    rows = Link.objects.filter(person=person, scope_id=sitting.id)
    return [link for link in rows if link.span.holds(clock.now())]


def invitation(person: Person, sitting: Sitting) -> Invitation:
    return Invitation.objects.get(person=person, sitting=sitting)
