"""Who is told that papers are there: once, when they open, in neutral words (R39)."""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine

from documents.delivery import gateway
from documents.models import PaperVersion, Planned, RoundNotice
from documents.services import releases, rounds
from documents.services.papers import file_paper
from meetings.services import papers, sittings
from members.facts import Way
from members.models import Membership, Office, Person, Recusal
from portal.core import clock, keys
from portal.core.errors import HiddenError, InvalidError, RefusedError
from portal.core.models import AuditEvent
from tests import factories
from tests.documents import files
from tests.meetings.convening import add, clerk, convened, draft, links, mails, select
from tests.papers import details, looked_at, reference, upload


@pytest.fixture(autouse=True)
def _ten_minutes(settings):
    settings.RELEASE_UNDO_MINUTES = 10


@pytest.fixture
def item(cast):
    return convened(cast, cast.clinic, cast.newcomer).items.get()


def paper(cast, item, **words):
    version = file_paper(
        actor=clerk(cast),
        item=reference(item),
        details=details(**words),
        upload=upload(files.pdf_file()),
        token=uuid4(),
    )
    return looked_at(version)


def give(cast, item, *people, until=None, versions=(), **words):
    ends_at = until or clock.now() + timedelta(days=14)
    found = versions or [paper(cast, item, **words)]
    cells = [
        Planned(version=version.id, person=person.id, way=Way.COPY, until=ends_at)
        for version in found
        for person in people
    ]
    return papers.release_papers(actor=clerk(cast), item=item, key=uuid4(), cells=cells)


def later(minutes):
    return time_machine.travel(clock.now() + timedelta(minutes=minutes), tick=False)


def told(minutes=11):
    with later(minutes):
        return papers.tell_due()


def body_of(mail):
    return keys.unseal(bytes(mail.sealed_body), mail.id.bytes)


def open_link(person, item):
    (link,) = links(person, item.sitting)
    link.opened_at = clock.now()
    link.save()
    return link


# When


def test_nobody_is_told_before_it_opens_and_everybody_once_then(cast, item):
    before = len(mails(cast.clinic))
    made = give(cast, item, cast.clinic, cast.newcomer)
    assert told(9) == 0
    assert len(mails(cast.clinic)) == before
    assert told() == 2
    assert told() == 0
    assert len(mails(cast.clinic)) == before + 1
    assert {n.person for n in made.notices.all()} == {cast.clinic, cast.newcomer}
    acts = AuditEvent.objects.filter(action="meetings.papers.notify")
    assert acts.count() == 2


def test_several_papers_are_one_mail(cast, item):
    both = [paper(cast, item), paper(cast, item, number="2")]
    before = len(mails(cast.clinic))
    give(cast, item, cast.clinic, versions=both)
    assert told() == 1
    assert len(mails(cast.clinic)) == before + 1


def test_what_is_undone_tells_nobody_and_leaves_links_alone(cast, item):
    before, (link,) = len(mails(cast.clinic)), links(cast.clinic, item.sitting)
    made = give(cast, item, cast.clinic)
    rounds.undo_round(actor=clerk(cast), made=made)
    assert told() == 0
    assert len(mails(cast.clinic)) == before
    assert links(cast.clinic, item.sitting) == [link]


def test_without_a_time_to_undo_it_is_told_at_once(cast, item, settings):
    settings.RELEASE_UNDO_MINUTES = 0
    before = len(mails(cast.clinic))
    give(cast, item, cast.clinic)
    assert len(mails(cast.clinic)) == before + 1
    assert told() == 0


def test_a_round_that_waits_for_a_second_person_tells_nobody(cast, item, settings):
    settings.RELEASE_SECOND_PERSON = True
    made = give(cast, item, cast.clinic)
    assert told() == 0
    head = factories.sign_in(cast.chair)
    papers.approve_release(actor=head, made=made)
    assert told(9) == 0
    assert told() == 1


# What


def test_the_mail_names_neither_paper_nor_case_nor_how_many(cast, item):
    give(cast, item, cast.clinic, title="入院の経過", number="77")
    told()
    mail = mails(cast.clinic)[-1]
    text = f"{mail.subject}\n{body_of(mail)}"
    for word in ("入院の経過", "77", cast.case.number, item.title, cast.shien.name):
        assert word not in text
    assert "【資料】" in mail.subject
    assert "ご覧いただけるようになりました" in text
    assert f"{cast.clinic.name} 様" in text


def test_who_has_opened_a_link_keeps_it_and_the_sign_in_on_it(cast, item):
    link = open_link(cast.clinic, item)
    give(cast, item, cast.clinic, cast.newcomer)
    told()
    assert links(cast.clinic, item.sitting) == [link]
    text = body_of(mails(cast.clinic)[-1])
    assert "先にお送りしたご案内のリンク" in text
    assert "#" not in text
    assert "#" in body_of(mails(cast.newcomer)[-1])


def test_who_signs_in_by_name_gets_the_address_of_the_page(cast, item):
    Person.objects.filter(pk=cast.clinic.pk).update(login="ueda")
    give(cast, item, cast.clinic)
    told()
    text = body_of(mails(cast.clinic)[-1])
    assert f"/sittings/{item.sitting_id}/" in text
    assert "#" not in text


# Whom


def stop_membership(cast, item, version):
    Membership.objects.filter(person=cast.clinic).update(ends_at=clock.now())


def recuse(cast, item, version):
    Recusal.objects.create(
        person=cast.clinic,
        case=cast.case,
        starts_at=clock.now(),
        entered_by=cast.secretariat,
    )


def recall(cast, item, version):
    releases.recall_version(actor=clerk(cast), version=version)


def leave(cast, item, version):
    releases.end_releases(actor=clerk(cast), item_id=item.id, person=cast.clinic)


def call_off(cast, item, version):
    sittings.cancel_sitting(actor=clerk(cast), sitting=item.sitting)


def lose_address(cast, item, version):
    Person.objects.filter(pk=cast.clinic.pk).update(email="")


def maker_leaves(cast, item, version):
    Office.objects.filter(person=cast.secretariat).update(ends_at=clock.now())


@pytest.mark.parametrize(
    "happens",
    [stop_membership, recuse, recall, leave, call_off, lose_address, maker_leaves],
)
def test_what_happens_meanwhile_counts(cast, item, happens):
    version = paper(cast, item)
    give(cast, item, cast.clinic, versions=[version])
    happens(cast, item, version)
    before = len(mails(cast.clinic))
    assert told() == 0
    assert len(mails(cast.clinic)) == before


def test_before_people_are_convened_the_invitation_is_the_notice(cast):
    sitting = draft(cast)
    item = add(cast, sitting)
    select(cast, item, cast.clinic)
    made = give(cast, item, cast.clinic)
    assert told() == 0
    assert mails(cast.clinic) == []
    made.refresh_from_db()
    assert made.told_at is not None
    with later(11):
        version = PaperVersion.objects.get()
        assert gateway.readable(factories.sign_in(cast.clinic), version.id)


# The end


def test_the_class_ends_it_however_the_form_was_sent(cast, item):
    last = item.sitting.ends_at + timedelta(days=item.body.rules.link_days)
    end = clock.day_end(clock.day_of(last))
    assert give(cast, item, cast.clinic, until=end)
    with pytest.raises(InvalidError):
        give(cast, item, cast.clinic, until=end + timedelta(microseconds=1))
    next_day = end - timedelta(days=1)
    with pytest.raises(InvalidError):
        give(cast, item, cast.clinic, until=next_day, document_class="3A")


# Reminding


def test_only_who_has_opened_nothing_is_reminded_and_not_at_once(cast, item):
    version = paper(cast, item)
    made = give(cast, item, cast.clinic, cast.newcomer, versions=[version])
    told()
    with later(12):
        reader = factories.sign_in(cast.clinic)
        gateway.page_words(gateway.readable(reader, version.id), 1)
        with pytest.raises(RefusedError):
            papers.remind_unopened(actor=clerk(cast), made=made)
    with later(30):
        assert papers.remind_unopened(actor=clerk(cast), made=made) == 1
        with pytest.raises(RefusedError):
            papers.remind_unopened(actor=clerk(cast), made=made)
    mail = mails(cast.newcomer)[-1]
    assert "【資料・再送】" in mail.subject
    assert RoundNotice.objects.filter(round=made).count() == 2
    assert made.notices.get(person=cast.newcomer).mail == mail


@pytest.mark.parametrize("name", ["clinic", "colleague", "stranger", "recused"])
def test_others_remind_nobody(cast, item, name):
    made = give(cast, item, cast.clinic)
    told()
    with later(30), pytest.raises(HiddenError):
        papers.remind_unopened(actor=factories.sign_in(getattr(cast, name)), made=made)
