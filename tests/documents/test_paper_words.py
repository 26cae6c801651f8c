"""What is said of a paper: flags, its list of readers, its class, and who mends it."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from documents import handling
from documents.intake.numbers import next_numbers
from documents.models import Paper, Release
from documents.selectors import PaperAbilities, paper_rows, replaced_for, version_for
from documents.services import paper_words, releases
from members.access import access_for
from members.facts import Action, Answer, Way
from members.models import Membership
from portal.core import clock
from portal.core.errors import HiddenError, NeedAcknowledgementError, RefusedError
from portal.core.models import AuditEvent
from tests import factories
from tests.papers import details, hand_out, looked_at, reference, replace_by

NOBODY = ["leaver", "colleague", "stranger", "recused", "administrator", "auditor"]


def rows_of(person, item):
    return paper_rows(access_for(factories.sign_in(person)), [item.id])


def edit(person, paper, **more):
    return paper_words.edit_paper(
        actor=factories.sign_in(person), paper=paper, details=details(**more)
    )


def keep(cast, person=None, **more):
    return paper_words.list_kept_paper(
        actor=factories.sign_in(person or cast.secretariat),
        key=more.pop("key", None) or uuid4(),
        item=reference(cast.shien_item),
        details=details(**more),
        kept_by=cast.clinic.organization,
    )


# Numbers


@pytest.mark.parametrize(
    ("taken", "plain", "handed_out", "branches"),
    [
        ([], "資料1", "当日配布1", ()),
        (["資料1", "資料2"], "資料3", "当日配布1", ("資料1-1", "資料2-1")),
        (["資料2-1", "資料2-2"], "資料3", "当日配布1", ("資料2-3",)),
        (["資料1", "当日配布3"], "資料2", "当日配布4", ("資料1-1",)),
        (["別紙", "", "資料2"], "資料3", "当日配布1", ("資料2-1",)),
    ],
)
def test_the_next_number_follows_those_that_are_seen(
    taken, plain, handed_out, branches
):
    found = next_numbers(taken)
    assert (found.plain, found.handed_out) == (plain, handed_out)
    assert found.branches == branches


# Handling


@pytest.mark.parametrize(
    ("document_class", "last"), [("2", 27), ("3C", 27), ("3B", 27), ("3A", 21)]
)
def test_each_class_has_its_last_day(document_class, last):
    paper = Paper(document_class=document_class)
    assert handling.last_day(paper, date(2026, 11, 20), 7) == date(2026, 11, last)
    assert handling.last_day(paper, date(2026, 11, 20), 0) == date(2026, 11, 20)


def test_every_class_has_its_words():
    for document_class in Paper.Class:
        assert "会議の" in handling.words(document_class, 7, 2)
    assert "カードか認証アプリ" in handling.words("3B", 7, 2)
    assert "メールの確認コード" in handling.words("3B", 7, 1)
    each = {handling.words(document_class, 7, 2) for document_class in Paper.Class}
    assert len(each) == len(Paper.Class), "who chooses a class sees what differs"


@pytest.mark.parametrize(
    ("more", "answer"),
    [
        ({"document_class": "3B"}, Answer.ALLOW),
        ({"document_class": "3A"}, Answer.HIDDEN),
    ],
)
def test_what_the_class_does_not_give_is_no_original(cast, released, more, answer):
    """Even where a release row says so: the decision reads the table too."""
    version = released(**more)
    Release.objects.update(way=Way.ORIGINAL)
    assert _download(cast.clinic, version) is answer


def test_a_protected_address_gives_outsiders_no_original(cast, released):
    version = released(readers=(cast.clinic,), protected_address=True)
    Release.objects.update(way=Way.ORIGINAL)
    assert _download(cast.clinic, version) is Answer.HIDDEN


def _download(person, version):
    found = version_for(factories.sign_in(person), version.id)
    return found.access.answer(Action.DOWNLOAD, found.thing)


# Restricted and protected


def test_a_custodian_names_the_readers_and_stands_on_the_list(cast, filed):
    version = filed(readers=(cast.clinic,))
    assert set(version.paper.readers.all()) == {cast.secretariat, cast.clinic}
    assert rows_of(cast.chair, cast.shien_item) == []
    with pytest.raises(RefusedError) as error:
        hand_out(factories.sign_in(cast.secretariat), [version], [cast.newcomer])
    assert cast.newcomer.name in error.value.message
    hand_out(factories.sign_in(cast.secretariat), [version], [cast.clinic])


def test_a_member_names_nobody(cast, filed):
    with pytest.raises(HiddenError):
        filed(cast.clinic, readers=(cast.newcomer,))
    assert not Paper.objects.exists()


def test_a_protected_paper_of_a_member_is_first_the_custodians_alone(cast, filed):
    paper = filed(cast.clinic, protected_address=True).paper
    assert paper.restricted
    assert set(paper.readers.all()) == {cast.clinic, cast.chair, cast.secretariat}


def test_no_protected_paper_is_without_a_list(cast, filed):
    filed()
    with pytest.raises(IntegrityError), transaction.atomic():
        Paper.objects.update(protected_address=True)


# Mending


def test_the_words_are_mended_before_the_first_release(cast, filed):
    paper = edit(
        cast.secretariat,
        filed().paper,
        number="資料2-1",
        kind=Paper.Kind.OUTREACH_PLAN,
        document_class="3A",
        handed_out=True,
        readers=(cast.clinic,),
    )
    paper.refresh_from_db()
    assert (paper.number, paper.kind, paper.document_class, paper.handed_out) == (
        "資料2-1",
        "outreach_plan",
        "3A",
        True,
    )
    event = AuditEvent.objects.get(action="documents.paper.edit")
    assert event.detail["fields"] == (
        "number kind document_class handed_out restricted readers"
    )


def test_a_custodian_lifts_the_list_again(cast, filed):
    paper = edit(cast.secretariat, filed(readers=(cast.clinic,)).paper)
    assert not paper.restricted
    assert not paper.readers.exists()


def test_others_mend_nothing(cast, filed):
    paper = filed().paper
    for name in ("clinic", *NOBODY):
        with pytest.raises(HiddenError):
            edit(getattr(cast, name), paper, title="別の名前")
    paper.refresh_from_db()
    assert paper.title == "事例概要"


def test_what_a_member_filed_is_mended_by_the_custodians_alone(cast, filed):
    paper = filed(cast.clinic).paper
    with pytest.raises(HiddenError):
        edit(cast.clinic, paper)
    assert edit(cast.secretariat, paper, title="報告").title == "報告"


def test_an_internal_author_opens_nothing_that_was_closed(cast, filed):
    author = _insider(cast)
    paper = filed(author, protected_address=True).paper
    readers = set(paper.readers.all())
    edited = edit(author, paper, title="報告")
    assert edited.protected_address
    assert set(edited.readers.all()) == readers


def _insider(cast):
    """A member from the town hall, selected for the case and seated."""
    person = factories.person("西 誠", cast.secretariat.organization)
    for body in cast.bodies:
        factories.commission(person, body)
    for pledge in cast.pledges.values():
        factories.acknowledge(person, pledge)
    factories.membership(person, cast.case, "internal")
    factories.seat(person, cast.shien_item, "internal")
    return person


def test_after_the_first_release_only_a_new_version_helps(cast, released):
    version = released()
    for _ in range(2):
        with pytest.raises(RefusedError) as error:
            edit(cast.secretariat, version.paper)
        assert "差し替える" in error.value.message
        if version.number == 1:
            version = replace_by(cast.secretariat, version)
    assert not rows_of(cast.secretariat, cast.shien_item)[0].editable


def test_a_release_that_was_undone_gave_nothing(cast, filed):
    version = filed()
    t = clock.now()
    Release.objects.create(
        version=version,
        person=cast.clinic,
        released_by=cast.secretariat,
        starts_at=t + timedelta(minutes=10),
        ends_at=t + timedelta(minutes=10),
    )
    assert rows_of(cast.secretariat, cast.shien_item)[0].editable
    assert edit(cast.secretariat, version.paper, title="報告").title == "報告"


# 差替え


def test_a_reader_is_told_that_the_new_version_replaced_theirs(cast, released):
    old = released()
    new = looked_at(replace_by(cast.secretariat, old))
    clerk = factories.sign_in(cast.secretariat)
    hand_out(clerk, [new], [cast.clinic, cast.newcomer])
    factories.acknowledge(cast.newcomer, cast.pledges[cast.shien.regime])
    assert rows_of(cast.clinic, cast.shien_item)[0].renewed
    assert not rows_of(cast.newcomer, cast.shien_item)[0].renewed


def test_who_opens_the_old_version_is_shown_the_way_to_the_new_one(cast, released):
    old = released()
    clerk = factories.sign_in(cast.secretariat)
    with pytest.raises(HiddenError):
        replaced_for(factories.sign_in(cast.clinic), old.id)
    new = looked_at(replace_by(cast.secretariat, old))
    assert replaced_for(factories.sign_in(cast.clinic), old.id).new is None
    hand_out(clerk, [new], [cast.clinic])
    assert replaced_for(factories.sign_in(cast.clinic), old.id).new == new
    for name in ("newcomer", *NOBODY):
        with pytest.raises(HiddenError):
            replaced_for(factories.sign_in(getattr(cast, name)), old.id)
    releases.recall_version(actor=clerk, version=new)
    assert replaced_for(factories.sign_in(cast.clinic), old.id).new is None


# 提示のみ


def test_a_kept_paper_is_listed_to_everybody_on_the_item_without_a_file(cast):
    paper = keep(cast)
    for person in (cast.secretariat, cast.chair, cast.clinic):
        (row,) = rows_of(person, cast.shien_item)
        assert (row.paper, row.kept, row.version) == (paper, True, None)
        assert row.can == PaperAbilities()
    for name in NOBODY:
        assert rows_of(getattr(cast, name), cast.shien_item) == []
    Membership.objects.filter(person=cast.clinic).update(ends_at=clock.now())
    assert rows_of(cast.clinic, cast.shien_item) == []


def test_a_kept_paper_with_a_list_is_named_to_the_list_alone(cast):
    keep(cast, protected_address=True, readers=(cast.chair,))
    assert rows_of(cast.chair, cast.shien_item)
    assert rows_of(cast.clinic, cast.shien_item) == []


def test_others_list_and_unlist_nothing(cast):
    for name in ("clinic", *NOBODY):
        with pytest.raises(HiddenError):
            keep(cast, getattr(cast, name))
    assert not Paper.objects.exists()
    paper = keep(cast)
    for name in ("clinic", *NOBODY):
        with pytest.raises(HiddenError):
            paper_words.unlist_kept_paper(
                actor=factories.sign_in(getattr(cast, name)), paper=paper
            )
    assert Paper.objects.exists()


def test_who_has_yet_to_pledge_is_asked_for_it(cast):
    with pytest.raises((NeedAcknowledgementError, HiddenError)):
        keep(cast, cast.newcomer)


def test_the_same_form_lists_once_and_takes_nothing_over(cast, filed):
    number = uuid4()
    assert keep(cast, key=number) == keep(cast, key=number)
    assert Paper.objects.count() == 1
    filed_id = filed(cast.clinic).paper.id
    with pytest.raises(HiddenError):
        keep(cast, key=filed_id)


def test_a_kept_paper_is_taken_off_the_list(cast):
    actor = factories.sign_in(cast.secretariat)
    paper = keep(cast)
    edit(cast.secretariat, paper, title="検査結果")
    paper_words.unlist_kept_paper(actor=actor, paper=paper)
    assert not Paper.objects.exists()
    told = AuditEvent.objects.filter(subject=f"paper:{paper.id}")
    assert [event.action for event in told.order_by("seq")] == [
        "documents.paper.list",
        "documents.paper.edit",
        "documents.paper.unlist",
    ]


def test_a_filed_paper_is_not_taken_off_the_list(cast, filed):
    with pytest.raises(HiddenError):
        paper_words.unlist_kept_paper(
            actor=factories.sign_in(cast.secretariat), paper=filed().paper
        )
