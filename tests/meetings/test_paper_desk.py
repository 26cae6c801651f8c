"""The desk: a paper's words, papers only shown, showings, and what became of papers."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from documents.evidence.histories import history_of
from documents.models import Paper, Retrieval, RetrievalAsk, Showing
from documents.services import paper_words, releases, showings
from meetings.models import AgendaItem
from meetings.selectors.paper_desk import present_at
from members.facts import State
from members.models import Seat
from portal.core import clock
from portal.core.errors import HiddenError, InvalidError
from portal.core.models import AuditEvent, OutgoingMail
from tests import factories
from tests.papers import details, hand_out, looked_at, reference, replace_by

OUTSIDERS = ["leaver", "colleague", "stranger", "recused", "administrator", "auditor"]


def address(name, thing):
    return reverse(f"meetings:{name}", args=[thing.id])


def words(**more):
    values = {
        "number": "資料2",
        "title": "検査結果",
        "kind": "participation_plan",
        "document_class": "3A",
        "key": str(uuid4()),
    }
    return {**values, **more}


def begin(item):
    AgendaItem.objects.filter(pk=item.pk).update(opened_at=clock.now(), state="open")
    item.refresh_from_db()


def recall(cast, version):
    clerk = factories.sign_in(cast.secretariat)
    return releases.recall_version(actor=clerk, version=version)


# Words


def test_the_desk_names_readers_and_hands_out_on_the_day(cast, filed, signed_in):
    paper, client = filed(number="資料1").paper, signed_in(cast.secretariat)
    page = client.get(address("paper-edit", paper)).content.decode()
    assert "会議の翌日まで" in page
    assert cast.clinic.name in page
    readers = [str(cast.clinic.id), str(cast.chair.id)]
    data = words(number="資料2", handed_out="on", readers=readers)
    assert client.post(address("paper-edit", paper), data).status_code == 302
    paper.refresh_from_db()
    assert (paper.number, paper.restricted) == ("当日配布1", True)
    assert paper.readers.count() == 3
    listed = client.get(address("paper-upload", cast.shien_item)).content.decode()
    for word in ("当日配布", "閲覧者を限定", "参加支援プラン"):
        assert word in listed


def test_the_form_suggests_from_what_its_reader_sees(cast, filed, signed_in):
    """A draft of the secretariat is not to be counted by a member (R5)."""
    filed(number="資料1")
    suggested = 'value="資料2"'
    page = address("paper-upload", cast.shien_item)
    assert suggested in signed_in(cast.secretariat).get(page).content.decode()
    outside = signed_in(cast.clinic).get(page).content.decode()
    assert suggested not in outside
    assert 'value="資料1"' in outside
    assert 'name="readers"' not in outside


def test_a_reader_off_the_roster_cannot_be_named(cast, filed, signed_in):
    paper = filed().paper
    data = words(readers=[str(cast.colleague.id)])
    client = signed_in(cast.secretariat)
    assert client.post(address("paper-edit", paper), data).status_code == 422
    assert not Paper.objects.get().restricted


def test_a_released_paper_is_not_mended(cast, released, signed_in):
    paper, client = released().paper, signed_in(cast.secretariat)
    answer = client.post(address("paper-edit", paper), words())
    assert answer.status_code == 422
    assert "差し替える" in answer.content.decode()


# Only shown


def kept(cast, **more):
    return paper_words.list_kept_paper(
        actor=factories.sign_in(cast.secretariat),
        key=uuid4(),
        item=reference(cast.shien_item),
        details=details(**more),
        kept_by=cast.clinic.organization,
    )


def test_a_kept_paper_is_listed_shown_and_stays(cast, signed_in):
    client, item = signed_in(cast.secretariat), cast.shien_item
    data = words(kept_by=str(cast.clinic.organization_id))
    assert client.post(address("paper-kept", item), data).status_code == 302
    paper = Paper.objects.get()
    member = signed_in(cast.clinic).get(address("sitting-detail", cast.sitting))
    assert "検査結果" in member.content.decode()
    assert "保管し、会議の場で提示します" in member.content.decode()
    assert client.get(address("paper-show", paper)).status_code == 404
    begin(item)
    factories.presence(cast.clinic, item)
    assert client.get(address("paper-show", paper)).status_code == 200
    now = clock.now().astimezone(clock.JST)
    shown = {"time": f"{now:%H:%M}", "key": str(uuid4())}
    for _ in range(2):
        assert client.post(address("paper-show", paper), shown).status_code == 302
    assert set(Showing.objects.get().people.all()) == {cast.clinic}
    refused = client.post(address("paper-unlist", paper), follow=True)
    assert "すでに公開または提示" in refused.content.decode()
    history = client.get(address("paper-history", paper)).content.decode()
    assert cast.clinic.name in history


# Showings


def show(cast, paper, person, at=None, **more):
    item = cast.shien_item
    moment = at or clock.now()
    actor = factories.sign_in(person)
    return showings.note_showing(
        actor=actor,
        key=more.get("key") or uuid4(),
        paper=paper,
        at=moment,
        people=present_at(item, moment),
        admitted=tuple(p.span for p in item.presences.filter(person=person)),
    )


def test_a_showing_is_on_record_with_everybody_who_was_there(cast, released):
    version = released()
    begin(cast.shien_item)
    for person in (cast.clinic, cast.newcomer, cast.secretariat):
        factories.presence(person, cast.shien_item)
    gone = cast.shien_item.presences.get(person=cast.newcomer)
    gone.ends_at = clock.now() - timedelta(minutes=2)
    gone.save()
    showing = show(cast, version.paper, cast.secretariat)
    assert showing.version == version
    assert set(showing.people.all()) == {cast.clinic, cast.secretariat}
    event = AuditEvent.objects.get(action="documents.paper.show")
    assert event.subject == f"version:{version.id}"
    assert set(event.detail["people"].split()) == {
        str(cast.clinic.id),
        str(cast.secretariat.id),
    }
    earlier = clock.now() - timedelta(minutes=3)
    assert (
        cast.newcomer
        in show(cast, version.paper, cast.secretariat, earlier).people.all()
    )


def test_a_moment_without_anybody_or_to_come_is_refused(cast):
    paper = kept(cast)
    begin(cast.shien_item)
    with pytest.raises(InvalidError):
        show(cast, paper, cast.secretariat)
    factories.presence(cast.clinic, cast.shien_item)
    with pytest.raises(InvalidError):
        show(cast, paper, cast.secretariat, clock.now() + timedelta(minutes=1))
    assert not Showing.objects.exists()


def test_others_note_no_showing(cast):
    paper = kept(cast)
    factories.presence(cast.clinic, cast.shien_item)
    for name in ("clinic", "newcomer", *OUTSIDERS):
        with pytest.raises(HiddenError):
            show(cast, paper, getattr(cast, name))
    assert not Showing.objects.exists()


def test_the_scribe_notes_it_while_in_the_room(cast):
    paper, scribe = kept(cast), _scribe(cast)
    factories.presence(cast.clinic, cast.shien_item)
    with pytest.raises(HiddenError):
        show(cast, paper, scribe)
    factories.presence(scribe, cast.shien_item)
    assert show(cast, paper, scribe).by == scribe


def _scribe(cast):
    person = factories.person("西 誠", cast.secretariat.organization)
    factories.commission(person, cast.shien)
    for pledge in cast.pledges.values():
        factories.acknowledge(person, pledge)
    factories.membership(person, cast.case, "internal")
    factories.seat(person, cast.shien_item, "internal", scribe=True)
    return person


def test_a_recalled_paper_is_shown_no_more(cast, released):
    version = released()
    recall(cast, version)
    factories.presence(cast.clinic, cast.shien_item)
    with pytest.raises(HiddenError):
        show(cast, version.paper, cast.secretariat)


# History


def test_the_history_names_each_version_and_no_recalled_title(
    cast, released, signed_in
):
    old = released(title="秘密の題名", name="秘密の名前.pdf")
    new = looked_at(replace_by(cast.secretariat, old))
    client = signed_in(cast.secretariat)
    page = client.get(address("paper-history", old.paper)).content.decode()
    for word in ("差替え済み", "未公開", old.stored.sha256, "秘密の名前.pdf"):
        assert word in page
    recall(cast, new)
    page = client.get(address("paper-history", old.paper)).content.decode()
    assert "秘密の題名" not in page
    assert "取下げ" in page
    assert new.stored.sha256 in page


def test_the_history_says_where_a_paper_came_from(cast, filed, signed_in):
    source, paper = filed(), filed().paper
    paper.source, paper.transfer_reason = source, "同じ世帯の件"
    paper.save()
    client = signed_in(cast.secretariat)
    page = client.get(address("paper-history", paper)).content.decode()
    assert "同じ世帯の件" in page
    assert f"{cast.sitting.number:03}" in page


def test_others_read_no_history(cast, filed):
    paper = filed().paper
    for name in ("clinic", "newcomer", *OUTSIDERS):
        with pytest.raises(HiddenError):
            history_of(factories.sign_in(getattr(cast, name)), paper.id)


def test_a_custodian_off_the_list_reads_no_history(cast, filed):
    paper = filed(readers=(cast.clinic,)).paper
    assert history_of(factories.sign_in(cast.secretariat), paper.id).named
    with pytest.raises(HiddenError):
        history_of(factories.sign_in(cast.chair), paper.id)


# Replaced


def test_the_old_address_leads_to_the_new_version(cast, released, signed_in):
    old, client = released(), signed_in(cast.clinic)
    new = looked_at(replace_by(cast.secretariat, old))
    page = reverse("documents:version-view", args=[old.id])
    told = client.get(page).content.decode()
    assert "差し替えられました" in told
    assert str(new.id) not in told
    hand_out(factories.sign_in(cast.secretariat), [new], [cast.clinic])
    assert str(new.id) in client.get(page).content.decode()
    assert signed_in(cast.colleague).get(page).status_code == 404


# Declarations


def test_a_reader_is_led_from_the_own_page_to_the_declaration(
    cast, released, signed_in
):
    version = released(title="秘密の題名")
    client = signed_in(
        cast.clinic, strength=1, scope=factories.to_sitting(cast.sitting)
    )
    own, page = (
        address("sitting-detail", cast.sitting),
        address("retrieval", cast.sitting),
    )
    assert page not in client.get(own).content.decode()
    recall(cast, version)
    assert page in client.get(own).content.decode()
    shown = client.get(page).content.decode()
    assert f"shiryo-{version.id.hex[:8]}" in shown
    assert "秘密の題名" not in shown
    assert client.post(page, {"none": ""}).status_code == 422
    assert client.post(page, {str(version.id): "sold"}).status_code == 422
    assert client.post(page, {str(version.id): "returned"}).status_code == 302
    assert Retrieval.objects.get().way == Retrieval.Way.RETURNED
    assert "すべて申告して" in client.get(page).content.decode()
    assert page not in client.get(own).content.decode()


def test_the_board_shows_who_declared_and_asks_the_silent(cast, released, signed_in):
    version = released(cast.clinic, cast.newcomer, title="秘密の題名")
    recall(cast, version)
    Retrieval.objects.create(
        version=version,
        person=cast.clinic,
        way=Retrieval.Way.DISPOSED,
        declared_at=clock.now(),
    )
    client, page = (
        signed_in(cast.secretariat),
        address("retrieval-board", cast.shien_item),
    )
    shown = client.get(page).content.decode()
    assert "申告 1 / 2人" in shown
    assert "秘密の題名" not in shown
    answer = client.post(address("retrieval-ask", cast.shien_item), follow=True)
    assert "メールでお願いしました" in answer.content.decode()
    assert RetrievalAsk.objects.get().person == cast.newcomer
    assert OutgoingMail.objects.count() == 1


def test_the_page_of_the_mail_is_the_asked_persons_alone(cast, released, signed_in):
    version = released()
    recall(cast, version)
    client = signed_in(cast.secretariat)
    client.post(address("retrieval-ask", cast.shien_item))
    page = address("retrieval-asked", RetrievalAsk.objects.get())
    own = signed_in(cast.clinic)
    assert own.get(page).status_code == 200
    assert own.post(page, {str(version.id): "disposed"}).status_code == 302
    assert client.get(page).status_code == 404
    version.refresh_from_db()
    assert version.state == State.RECALLED


def test_a_member_without_a_seat_still_declares(cast, released, signed_in):
    """What is left to an old reader is the chance to declare, and no paper."""
    recall(cast, released())
    Seat.objects.filter(person=cast.clinic).update(ends_at=clock.now())
    client = signed_in(cast.clinic)
    assert client.get(address("retrieval", cast.sitting)).status_code == 200
