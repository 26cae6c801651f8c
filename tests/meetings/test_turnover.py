"""1 April on the page: who may enter it, what it moves, and who is asked to come."""

from datetime import date, timedelta
from uuid import UUID

import pytest
import time_machine
from django.urls import reverse

from documents.models import PaperVersion
from meetings.models import AgendaItem, Invitation, Sitting
from meetings.selectors.timeline import timeline_of
from meetings.services import turnover as services
from members.facts import Regime, Role
from members.models import (
    Commission,
    ExOfficio,
    Membership,
    Office,
    Person,
    Post,
    Seat,
    Tenure,
    Turnover,
)
from members.services.posts import Successor
from portal.core import clock
from portal.core.errors import HiddenError, RefusedError
from portal.core.models import OutgoingMail
from tests import factories
from tests.cast import Cast
from tests.meetings import recording
from tests.papers import release_to

NEW = reverse("meetings:turnover-create")
Part = ExOfficio.Part


def april() -> date:
    today = clock.today()
    return date(today.year + (today.month >= 4), 4, 1)


@pytest.fixture
def post(cast: Cast) -> Post:
    """The clinic's place at the 支援会議 belongs to its post of chief."""
    post = Post.objects.create(organization=cast.clinic.organization, name="室長")
    began = {"starts_at": factories.LONG_AGO}
    Tenure.objects.create(post=post, person=cast.clinic, **began)
    ExOfficio.objects.create(body=cast.shien, post=post, part=Part.MEMBER, **began)
    Commission.objects.filter(person=cast.clinic, body=cast.shien).update(post=post)
    return post


@pytest.fixture
def successor(cast: Cast) -> Person:
    return factories.person("清水 陽子", cast.clinic.organization)


@pytest.fixture
def sitting(cast: Cast) -> Sitting:
    """A sitting after 1 April to which the clinic has been asked."""
    starts = clock.day_start(april()) + timedelta(days=15, hours=5)
    sitting = factories.sitting(
        cast.shien,
        cast.secretariat,
        number=100_099,
        starts_at=starts,
        ends_at=starts + timedelta(hours=2),
        state=Sitting.State.CONVENED,
    )
    item = factories.item(sitting, cast.case, cast.shien)
    for person, role in (
        (cast.chair, Role.CHAIR),
        (cast.secretariat, Role.SECRETARIAT),
        (cast.clinic, Role.EXTERNAL),
    ):
        factories.seat(person, item, role)
    sitting.invitations.update(notified_at=clock.now())
    return sitting


def hand_over(cast: Cast, post: Post, person: Person) -> Turnover:
    return services.hand_over(
        actor=factories.sign_in(cast.secretariat),
        key=UUID(int=411),
        day=april(),
        successors=[Successor(post, person)],
        decided_by="見本こころのクリニック院長",
        decided_on=clock.today(),
    )


def waiting(sitting: Sitting) -> set[str]:
    rows = sitting.invitations.filter(withdrawn_at=None, notified_at__isnull=False)
    return set(rows.values_list("person__name", flat=True))


def test_on_the_day_the_successor_is_asked_and_the_predecessor_told(
    cast: Cast, post: Post, successor: Person, sitting: Sitting
) -> None:
    hand_over(cast, post, successor)
    with time_machine.travel(clock.day_start(april()) - timedelta(seconds=1)):
        assert services.settle_due() == 0
    assert waiting(sitting) == {"青木 誠", "石川 由美", "上田 健"}
    with time_machine.travel(clock.day_start(april()), tick=False):
        assert services.settle_due() == 1
        assert services.settle_due() == 0
    assert waiting(sitting) == {"青木 誠", "石川 由美", "清水 陽子"}
    told = OutgoingMail.objects.order_by("pk").values_list("address", flat=True)
    assert sorted(told) == sorted([cast.clinic.email, successor.email])


def test_who_lost_the_right_sends_nothing_and_the_successors_may(
    cast: Cast, post: Post, successor: Person, sitting: Sitting
) -> None:
    turnover = hand_over(cast, post, successor)
    with time_machine.travel(clock.day_start(april()), tick=False):
        Office.objects.filter(person=cast.secretariat).update(ends_at=clock.now())
        assert services.settle_due() == 0
        assert "清水 陽子" not in waiting(sitting)
        services.settle(actor=factories.sign_in(cast.chair), turnover=turnover)
        assert "清水 陽子" in waiting(sitting)


@pytest.mark.parametrize("name", ["clinic", "stranger", "administrator"])
def test_who_convenes_none_of_the_bodies_settles_nothing(
    cast: Cast, post: Post, successor: Person, name: str
) -> None:
    turnover = hand_over(cast, post, successor)
    with (
        time_machine.travel(clock.day_start(april()), tick=False),
        pytest.raises(HiddenError),
    ):
        services.settle(actor=factories.sign_in(getattr(cast, name)), turnover=turnover)
    turnover.refresh_from_db()
    assert turnover.settled_at is None


def test_nobody_is_told_before_the_day(
    cast: Cast, post: Post, successor: Person, sitting: Sitting
) -> None:
    turnover = hand_over(cast, post, successor)
    with pytest.raises(RefusedError, match="異動日"):
        services.settle(actor=factories.sign_in(cast.chair), turnover=turnover)
    assert not OutgoingMail.objects.exists()


def test_a_passed_sitting_keeps_its_people(
    cast: Cast, post: Post, successor: Person
) -> None:
    hand_over(cast, post, successor)
    assert cast.clinic.seats.get(item_id=cast.shien_item.id).ends_at is None
    assert not successor.seats.exists()


def line(**more: str) -> dict[str, str]:
    values = {
        "key": str(UUID(int=412)),
        "day": april().isoformat(),
        "decided_by": "見本市長",
        "decided_on": clock.today().isoformat(),
        "who-0": "new",
        "name-0": "清水 陽子",
        "kana-0": "シミズ ヨウコ",
        "email-0": "shimizu@mihon.example",
    }
    return {**values, **more}


def test_the_page_reads_over_first_and_then_enters_all(
    cast: Cast, post: Post, signed_in
) -> None:
    client = signed_in(cast.secretariat)
    page = client.post(NEW, line())
    assert page.status_code == 200
    assert "清水 陽子" in page.content.decode()
    assert not Turnover.objects.exists()
    for _ in range(2):  # a double click
        done = client.post(NEW, line(confirm="1"))
        assert done.status_code == 302
    assert Turnover.objects.count() == 1
    person = Person.objects.get(name="清水 陽子")
    assert (person.login, person.post) == (None, "室長")
    assert Invitation.objects.filter(person=person).count() == 0


def test_a_successor_with_anothers_address_is_asked_about_once(
    cast: Cast, post: Post, signed_in
) -> None:
    """The mailbox of a post may pass on with it, if it is said so."""
    Person.objects.filter(pk=cast.clinic.pk).update(email="shimizu@mihon.example")
    client, box = signed_in(cast.secretariat), "お二人で使う"
    assert box not in client.get(NEW).content.decode()
    page = client.post(NEW, line(confirm="1"))
    assert page.status_code == 422
    assert box in page.content.decode()
    assert not Turnover.objects.exists()
    page = client.post(NEW, line(shared="on"))
    assert 'name="shared" value="True"' in page.content.decode()
    assert client.post(NEW, line(shared="True", confirm="1")).status_code == 302


def test_of_a_turnover_each_body_sees_its_own_posts(
    cast: Cast, post: Post, successor: Person, signed_in
) -> None:
    """R17: one act may fill posts of several bodies."""
    turnover = hand_over(cast, post, successor)
    elsewhere = factories.body(unit=factories.unit("西部圏域"))
    other = Post.objects.create(organization=cast.chair.organization, name="西部所長")
    ExOfficio.objects.create(
        body=elsewhere, post=other, part=Part.MEMBER, starts_at=factories.LONG_AGO
    )
    turnover.successions.create(post=other, successor=cast.chair)
    page = signed_in(cast.secretariat).get(reverse("meetings:turnover-list"))
    assert "清水 陽子" in page.content.decode()
    assert "西部所長" not in page.content.decode()


def test_edit_leads_back_with_everything_typed(
    cast: Cast, post: Post, signed_in
) -> None:
    page = signed_in(cast.secretariat).post(NEW, line(edit="1"))
    assert page.status_code == 422
    assert 'value="清水 陽子"' in page.content.decode()


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"name-0": ""}, "氏名を書いてください"),
        ({"who-0": "stays"}, "1つ以上"),
        ({"day": "2020-04-01"}, "今日以降"),
        ({"email-0": "shimizu"}, "メール"),
        ({"decided_by": ""}, "発令者"),
    ],
)
def test_what_cannot_be_taken_is_said_and_kept(
    cast: Cast, post: Post, signed_in, wrong: dict[str, str], words: str
) -> None:
    page = signed_in(cast.secretariat).post(NEW, line(**wrong, confirm="1"))
    assert page.status_code == 422
    assert words in page.content.decode()
    assert not Turnover.objects.exists()


def test_a_post_that_sits_elsewhere_too_is_not_offered(
    cast: Cast, post: Post, signed_in
) -> None:
    elsewhere = factories.body(unit=factories.unit("西部圏域"))
    ExOfficio.objects.create(
        body=elsewhere, post=post, part=Part.MEMBER, starts_at=factories.LONG_AGO
    )
    page = signed_in(cast.secretariat).get(reverse("meetings:turnover-list"))
    assert "室長" not in page.content.decode()


PLACE = reverse("meetings:post-place")


def place(cast: Cast, **more: object) -> dict[str, object]:
    values = {
        "body": cast.shien.id,
        "organization": cast.clinic.organization_id,
        "name": "室長",
        "part": "member",
        "holder": cast.clinic.id,
        "day": clock.today().isoformat(),
    }
    return {**values, **more}


def test_a_post_gets_its_place_and_its_holder(cast: Cast, signed_in) -> None:
    client = signed_in(cast.secretariat)
    for _ in range(2):
        assert client.post(PLACE, place(cast)).status_code == 302
    post = Post.objects.get(name="室長")
    assert [t.person for t in post.tenures.all()] == [cast.clinic]
    assert post.places.get().part == Part.MEMBER


def test_a_holder_from_elsewhere_or_another_than_the_known_is_refused(
    cast: Cast, signed_in
) -> None:
    client = signed_in(cast.secretariat)
    page = client.post(PLACE, place(cast, holder=cast.chair.id))
    assert (page.status_code, Post.objects.count()) == (422, 0)
    client.post(PLACE, place(cast))
    page = client.post(PLACE, place(cast, holder=cast.colleague.id, part="head"))
    assert page.status_code == 422
    assert "異動を登録" in page.content.decode()
    assert not Office.objects.filter(person=cast.colleague).exists()


def past(cast: Cast, *, back: bool = True) -> PaperVersion:
    """The sitting is over; the clinic keeps its place there and a paper."""
    version = release_to(cast)
    assert version.paper.item_id == cast.shien_item.id
    close(cast.sitting)
    cast.case.memberships.filter(person=cast.clinic).update(back_history=back)
    version.releases.update(ends_at=None)
    return version


def close(sitting: Sitting) -> None:
    Sitting.objects.filter(pk=sitting.pk).update(
        state=Sitting.State.CLOSED, closed_at=clock.now()
    )


@pytest.mark.parametrize("back", [True, False])
def test_the_successor_sees_of_the_past_what_the_predecessor_was_entitled_to(
    cast: Cast, post: Post, successor: Person, back: bool
) -> None:
    """Of the case: items, papers and decisions, where back-history is given (R13)."""
    recording.held(cast, cast.shien_item)
    version = past(cast, back=back)
    hand_over(cast, post, successor)
    factories.acknowledge(successor, cast.pledges[Regime.SHIEN])
    with time_machine.travel(clock.day_start(april()), tick=False):
        services.settle_due()
        line = timeline_of(factories.sign_in(successor), cast.case.id)
        with pytest.raises(HiddenError):
            timeline_of(factories.sign_in(cast.clinic), cast.case.id)
    meetings = [m.meeting for year in line.years for m in year.moments if m.meeting]
    seen = {meeting.item.id for meeting in meetings}
    assert (cast.shien_item.id in seen) is back
    titles = {r.paper.title for m in meetings for r in m.papers if r.paper}
    assert (version.paper.title in titles) is back


def elsewhere(cast: Cast, people: tuple[Person, ...]) -> AgendaItem:
    """A past item of another body's case for which the people were selected."""
    body = factories.body(Regime.NONE)
    case = factories.case(body, number="R8-077")
    sitting = factories.sitting(body, cast.secretariat)
    item = factories.item(sitting, case, body)
    close(sitting)
    factories.office(cast.secretariat, Role.SECRETARIAT, body)
    factories.membership(cast.secretariat, case, Role.SECRETARIAT)
    for person in people:
        factories.commission(person, body)
        factories.membership(person, case, Role.EXTERNAL, back_history=True)
    factories.place(people[0], item, Role.EXTERNAL)
    return item


def settled_once(turnover: Turnover) -> None:
    """A sweep after the day, which finds a sitting that is not the clerk's."""
    with time_machine.travel(
        clock.day_start(april()) + timedelta(minutes=1), tick=False
    ):
        assert services.settle_due() == 0
    turnover.refresh_from_db()
    assert turnover.settled_at is None


def unsettled(cast: Cast, turnover: Turnover) -> None:
    """The turnover also fills a post of a body that the clerk has no part in."""
    body = factories.body(Regime.NONE, name="西部会議")
    other = Post.objects.create(organization=cast.chair.organization, name="西部所長")
    ExOfficio.objects.create(
        body=body, post=other, part=Part.MEMBER, starts_at=factories.LONG_AGO
    )
    turnover.successions.create(post=other, successor=cast.chair)
    starts = clock.day_start(april()) + timedelta(days=1)
    sitting = factories.sitting(
        body, cast.chair, starts_at=starts, ends_at=starts + timedelta(hours=1)
    )
    factories.item(sitting, None, body)


def test_who_sat_there_already_keeps_the_own_place(
    cast: Cast, post: Post, successor: Person
) -> None:
    """A signatory of a past record stays one, whatever post is taken over."""
    past(cast)
    factories.commission(successor, cast.shien)
    factories.membership(successor, cast.case, Role.EXTERNAL, back_history=True)
    own = factories.place(successor, cast.shien_item, Role.EXTERNAL, signatory=True)
    hand_over(cast, post, successor)
    with time_machine.travel(clock.day_start(april()), tick=False):
        assert services.settle_due() == 1
    assert Seat.objects.get(person=successor, item_id=cast.shien_item.id) == own
    own.refresh_from_db()
    assert (own.signatory, own.ends_at) == (True, None)


def test_what_was_taken_from_the_successor_does_not_come_back(
    cast: Cast, post: Post, successor: Person
) -> None:
    """P8, however often the sweep comes by until the turnover is settled."""
    version = past(cast)
    turnover = hand_over(cast, post, successor)
    unsettled(cast, turnover)
    settled_once(turnover)
    seats = [*successor.seats.all()]
    release = version.releases.get(person=successor)
    taken = {"ends_at": clock.day_start(april()) + timedelta(seconds=90)}
    successor.seats.update(**taken)
    version.releases.filter(person=successor).update(**taken)
    with time_machine.travel(
        clock.day_start(april()) + timedelta(minutes=2), tick=False
    ):
        services.settle_due()
    assert seats
    assert [*successor.seats.all()] == seats
    assert [*version.releases.filter(person=successor)] == [release]


def test_cases_of_other_bodies_and_places_that_were_passed_on_stay(
    cast: Cast, post: Post, successor: Person
) -> None:
    """Each gets what the own predecessor had, not what that one has got just now."""
    version = past(cast)
    other = elsewhere(cast, (cast.clinic, successor))
    newest = factories.person("原 武", cast.clinic.organization)
    second = Post.objects.create(organization=cast.clinic.organization, name="主任")
    began = {"starts_at": factories.LONG_AGO}
    Tenure.objects.create(post=second, person=successor, **began)
    ExOfficio.objects.create(body=cast.shien, post=second, part=Part.MEMBER, **began)
    factories.commission(successor, cast.shien, post=second)
    Membership.objects.create(
        case=cast.case,
        person=successor,
        role=Role.EXTERNAL,
        back_history=True,
        **began,
    )
    services.hand_over(
        actor=factories.sign_in(cast.secretariat),
        key=UUID(int=413),
        day=april(),
        successors=[Successor(post, successor), Successor(second, newest)],
        decided_by="見本こころのクリニック院長",
        decided_on=clock.today(),
    )
    with time_machine.travel(
        clock.day_start(april()) + timedelta(minutes=1), tick=False
    ):
        assert services.settle_due() == 1
    seats = successor.seats.values_list("item_id", flat=True)
    assert cast.shien_item.id in seats
    assert other.id not in seats
    assert version.releases.filter(person=successor).exists()
    assert not newest.seats.exists()
    assert not version.releases.filter(person=newest).exists()
    assert cast.clinic.seats.filter(item_id=other.id, ends_at=None).exists()
