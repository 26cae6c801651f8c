"""リンクと閲覧: what the custodian sees of each person's way, and does about links."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.core import mail
from django.urls import reverse

from documents.models import Link, Retrieval
from documents.services import codes, links
from documents.services.codes import Way
from documents.services.visits import Verdict, Visit
from meetings.models import Invitation, Sitting
from meetings.selectors import link_board as boards
from meetings.selectors.link_board import LinkLine, Show
from meetings.selectors.sittings import convened_sitting
from meetings.services import convocation
from members.facts import Role, State
from members.models import Acknowledgement, Recusal, SignIn
from portal.core import clock, outbox
from portal.core.errors import InvalidError, RefusedError
from portal.core.models import AuditEvent, OutgoingMail
from tests import factories
from tests.documents.gate import issue, mailed_code, other_than
from tests.meetings.convening import clerk

BROWSER = "b" * 64


@pytest.fixture(autouse=True)
def convened(cast):
    Sitting.objects.update(state=Sitting.State.CONVENED)
    cast.sitting.refresh_from_db()


def board(cast, person=None, show: str = Show.ALL) -> boards.LinkBoard:
    actor = factories.sign_in(person or cast.secretariat)
    return boards.link_board(convened_sitting(actor, cast.sitting.id), show)


def line(cast, person) -> LinkLine:
    return next(row for row in board(cast).lines if row.person == person)


def invitation(cast, person=None) -> Invitation:
    rows = Invitation.objects.filter(sitting=cast.sitting)
    return rows.get(person=person or cast.clinic)


def come_in(cast, link: Link) -> None:
    codes.send_code(link=link, browser=BROWSER)
    visit = Visit(link, BROWSER, "192.0.2.1", "")
    code = mailed_code().replace(" ", "")
    tried = codes.try_code(visit=visit, way=Way.MAIL, token=code)
    assert tried.verdict is Verdict.RIGHT


def locked(cast) -> Link:
    link = issue(cast).link
    codes.send_code(link=link, browser=BROWSER)
    visit = Visit(link, BROWSER, "192.0.2.1", "")
    wrong = other_than(mailed_code())
    while not link.locked:
        codes.try_code(visit=visit, way=Way.MAIL, token=wrong)
        link.refresh_from_db()
    return link


def test_a_knock_is_no_opening_and_a_code_is(cast):
    link = issue(cast).link
    links.note_knock(link)
    before = line(cast, cast.clinic)
    assert before.told.link is not None
    assert (before.opened, before.told.link.perhaps_scanned) == (False, True)
    come_in(cast, link)
    after = line(cast, cast.clinic)
    assert after.told.link is not None
    assert (after.opened, after.told.link.perhaps_scanned) == (True, False)


def test_it_counts_what_was_read_taken_and_declared(cast, released, signed_in):
    versions = [released(item=item) for item in (*cast.items, cast.shien_item)]
    assert line(cast, cast.clinic).read == 0
    client = signed_in(cast.clinic)
    client.get(f"/papers/{versions[0].id}/")
    client.get(f"/papers/{versions[1].id}/download")
    now = line(cast, cast.clinic)
    assert (now.read, len(now.papers), now.saved) == (2, 3, 1)
    assert (now.declared, now.declarable) == (0, 0)
    versions[0].state = State.RECALLED
    versions[0].save()
    Retrieval.objects.create(
        version=versions[0],
        person=cast.clinic,
        way=Retrieval.Way.DISPOSED,
        declared_at=clock.now(),
    )
    now = line(cast, cast.clinic)
    assert (now.declared, now.declarable) == (1, 1)


def test_a_confirmed_record_is_open_while_it_is_released(cast, released):
    version = released()
    version.state = State.FINAL
    version.save()
    now = line(cast, cast.clinic)
    assert [seen.live for seen in now.papers] == [True]
    assert now.declarable == 0
    version.state = State.REPLACED
    version.save()
    assert line(cast, cast.clinic).declarable == 1


def test_reading_by_others_is_not_mine(cast, released, signed_in):
    version = released()
    signed_in(cast.secretariat).get(f"/papers/{version.id}/")
    assert line(cast, cast.clinic).read == 0


def test_the_pledge_is_told_with_its_time(cast):
    done, due = line(cast, cast.clinic), line(cast, cast.newcomer)
    assert (
        done.pledged_at
        == Acknowledgement.objects.filter(person=cast.clinic).latest("at").at
    )
    assert (done.told.pledge_due, due.told.pledge_due) == (False, True)
    assert due.pledged_at is None


def test_filters_show_whom_they_name(cast, released):
    released(cast.clinic, cast.newcomer)
    come_in(cast, issue(cast, cast.newcomer).link)
    locked(cast)
    shown = {
        show: {row.person for row in board(cast, show=show).shown} for show in Show
    }
    assert shown[Show.LOCKED] == {cast.clinic}
    assert cast.newcomer in shown[Show.UNPLEDGED]
    assert cast.clinic not in shown[Show.UNPLEDGED]
    assert cast.clinic in shown[Show.UNOPENED]
    assert cast.newcomer not in shown[Show.UNOPENED]
    assert {cast.clinic, cast.newcomer} <= shown[Show.UNREAD]
    assert shown[Show.ALL] == {row.person for row in board(cast).lines}
    assert board(cast, show="'; drop").show == Show.ALL


def test_a_paper_of_a_list_is_not_counted_for_who_is_not_on_it(cast, released):
    version = released()
    version.paper.restricted = True
    version.paper.save()
    version.paper.readers.set([cast.clinic, cast.chair])
    seen = {
        person: len(
            next(r for r in board(cast, person).lines if r.person == cast.clinic).papers
        )
        for person in (cast.chair, cast.secretariat)
    }
    assert seen == {cast.chair: 1, cast.secretariat: 0}


def test_an_item_hidden_from_the_custodian_adds_nothing(cast, released):
    released(item=cast.juso_item)
    Recusal.objects.create(
        person=cast.secretariat,
        item_id=cast.juso_item.id,
        starts_at=clock.now(),
        entered_by=cast.chair,
    )
    assert line(cast, cast.clinic).papers == []


def test_queries_are_constant(cast, released, django_assert_max_num_queries, signed_in):
    client = signed_in(cast.secretariat)
    address = reverse("meetings:link-board", args=[cast.sitting.id])
    released()
    issue(cast)
    client.get(address)
    with django_assert_max_num_queries(80) as few:
        client.get(address)
    for number in range(5):
        person = factories.person(f"増員 {number}", cast.clinic.organization)
        factories.commission(person, cast.shien)
        factories.membership(person, cast.case, Role.EXTERNAL)
        factories.seat(person, cast.shien_item, Role.EXTERNAL)
        issue(cast, person)
        released(person)
    with django_assert_max_num_queries(80) as many:
        page = client.get(address)
    assert "増員 4" in page.content.decode()
    assert len(many) == len(few)


# Acts


def test_a_new_link_ends_the_old_one_also_after_the_sitting(cast):
    Sitting.objects.update(state=Sitting.State.CLOSED)
    old = issue(cast).link
    convocation.reissue(actor=clerk(cast), invitation=invitation(cast))
    old.refresh_from_db()
    assert old.revoked_at is not None
    (new,) = links.live_links(cast.sitting.id, cast.clinic)
    assert new.ends_at == convocation.links_end(invitation(cast).sitting)
    waiting = OutgoingMail.objects.get(about=f"link:{new.id}")
    outbox.deliver.call(str(waiting.id))
    assert "【新しいリンク】" in mail.outbox[-1].subject


def test_a_link_lasts_longer_but_never_past_its_rule(cast):
    link = issue(cast, ends_at=clock.now() + timedelta(hours=1)).link
    invited = invitation(cast)
    limit = convocation.links_end(invited.sitting)
    act = convocation.extend_link
    with pytest.raises(InvalidError):
        act(actor=clerk(cast), invitation=invited, until=limit + timedelta(seconds=1))
    act(actor=clerk(cast), invitation=invited, until=limit)
    link.refresh_from_db()
    assert link.ends_at == limit
    with pytest.raises(RefusedError):
        act(actor=clerk(cast), invitation=invited, until=limit)


def test_the_page_extends_to_a_day_and_refuses_later_ones(cast, signed_in):
    link = issue(cast, ends_at=clock.now() + timedelta(minutes=5)).link
    client = signed_in(cast.secretariat)
    page = reverse("meetings:link-person", args=[invitation(cast).id])
    late = clock.today() + timedelta(days=400)
    assert client.post(page, {"until": late}).status_code == 422
    day = clock.today() + timedelta(days=1)
    assert client.post(page, {"until": day}).url == page
    link.refresh_from_db()
    assert link.ends_at == clock.day_end(day)


def test_one_is_stopped_after_being_asked(cast, signed_in):
    link = issue(cast).link
    come_in(cast, link)
    client = signed_in(cast.secretariat)
    page = reverse("meetings:link-stop", args=[invitation(cast).id])
    assert client.get(page).status_code == 200
    assert links.find_by_id(link.id)
    client.post(page)
    assert links.find_by_id(link.id) is None
    live = SignIn.objects.filter(link_id=link.id, ends_at__gt=clock.now())
    assert not live.exists()


def test_all_are_stopped_but_those_of_hidden_items(cast, signed_in):
    own, other = issue(cast).link, issue(cast, cast.newcomer).link
    cast.newcomer.seats.filter(item_id=cast.shien_item.id).delete()
    Recusal.objects.create(
        person=cast.secretariat,
        item_id=cast.juso_item.id,
        starts_at=clock.now(),
        entered_by=cast.chair,
    )
    page = reverse("meetings:link-stop-all", args=[cast.sitting.id])
    client = signed_in(cast.secretariat)
    assert client.get(page).status_code == 200
    client.post(page)
    assert links.find_by_id(own.id) is None
    assert links.find_by_id(other.id)


def test_a_locked_link_is_unlocked(cast, signed_in):
    link = locked(cast)
    page = reverse("meetings:link-unlock", args=[invitation(cast).id])
    signed_in(cast.secretariat).post(page)
    link.refresh_from_db()
    assert not link.locked
    assert AuditEvent.objects.filter(action="documents.link.unlock").count() == 1


def test_a_reminder_with_nobody_to_remind_says_so(cast, signed_in):
    page = reverse("meetings:link-remind", args=[cast.sitting.id])
    client = signed_in(cast.secretariat)
    told = client.post(page, follow=True).content.decode()
    assert "もう一度知らせる方はいません" in told


def test_a_link_renewed_by_its_person_is_marked(cast):
    issued = issue(cast)
    Link.objects.update(ends_at=clock.now())
    links.renew_link(link=issued.link, ends_at=clock.now() + timedelta(days=1))
    assert line(cast, cast.clinic).renewed


def test_unknown_names_are_hidden(cast, signed_in):
    client = signed_in(cast.secretariat)
    for name in ("link-person", "link-stop"):
        page = reverse(f"meetings:{name}", args=[uuid4()])
        assert client.get(page).status_code == 404
    nothing = reverse("meetings:link-board", args=[UUID(int=404)])
    assert client.get(nothing).status_code == 404
