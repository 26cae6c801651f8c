"""廃棄・返却の申告: who owes a word, who gives it, who asks for it, what is told."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest

from documents.delivery import gateway
from documents.evidence import owing
from documents.models import Link, Release, Retrieval, RetrievalAsk
from documents.services import releases, retrievals
from members.access import access_for
from members.facts import State
from members.models import Commission, Membership, Person, Purpose, Recusal, Scope
from portal.core import clock, keys
from portal.core.errors import HiddenError, RefusedError
from portal.core.models import AuditEvent, OutgoingMail
from tests import factories
from tests.papers import reference, replace_by

NOBODY = ["leaver", "colleague", "stranger", "recused", "administrator", "auditor"]
SERIAL = "2026-012"
Way = Retrieval.Way


def recall(cast, version):
    clerk = factories.sign_in(cast.secretariat)
    return releases.recall_version(actor=clerk, version=version)


def dues(person, cast):
    actor = factories.sign_in(person)
    return owing.own_dues(actor, cast.sitting.id, cast.sitting.id)


def declare(person, cast, version, way=Way.DISPOSED, **more):
    return retrievals.declare(
        actor=more.get("actor") or factories.sign_in(person),
        sitting_id=cast.sitting.id,
        way_in=more.get("way_in") or cast.sitting.id,
        ways={version.id: way},
    )


def ask(cast, person=None):
    return retrievals.ask(
        actor=factories.sign_in(person or cast.secretariat),
        item=reference(cast.shien_item),
        serial=SERIAL,
    )


# Who owes


def test_nothing_is_owed_while_a_paper_is_open(cast, released):
    released()
    with pytest.raises(HiddenError):
        dues(cast.clinic, cast)


def test_a_recalled_a_replaced_and_an_ended_paper_are_owed(cast, released):
    recalled, replaced, ended = released(), released(), released()
    recall(cast, recalled)
    replace_by(cast.secretariat, replaced)
    Release.objects.filter(version=ended).update(ends_at=clock.now())
    found = dues(cast.clinic, cast)
    assert {due.version for due in found} == {recalled, replaced, ended}
    assert {due.version.id for due in found if due.ended_at} == {ended.id}


def test_a_version_released_anew_is_not_owed(cast, released):
    version = released()
    release = Release.objects.get()
    Release.objects.update(ends_at=clock.now())
    Release.objects.create(
        version=version,
        person=cast.clinic,
        released_by=cast.secretariat,
        starts_at=clock.now(),
        ends_at=release.ends_at,
    )
    assert not owing.of_sitting(cast.sitting.id, cast.clinic)


def test_what_was_undone_or_is_yet_to_come_is_not_owed(cast, filed):
    version = filed()
    soon = clock.now() + timedelta(minutes=10)
    for end in (soon, soon + timedelta(days=1)):
        Release.objects.create(
            version=version,
            person=cast.clinic,
            released_by=cast.secretariat,
            starts_at=soon,
            ends_at=end,
        )
    version.state = State.RECALLED
    version.save()
    assert not owing.of_sitting(cast.sitting.id, cast.clinic)


# Declaring


def test_a_reader_declares_and_says_otherwise_later(cast, released):
    version = released()
    recall(cast, version)
    access = access_for(factories.sign_in(cast.clinic))
    assert owing.owes(access, cast.sitting.id)
    assert declare(cast.clinic, cast, version, Way.NOTHING_TAKEN) == 1
    assert not owing.owes(access, cast.sitting.id)
    assert declare(cast.clinic, cast, version, Way.NOTHING_TAKEN) == 0
    assert declare(cast.clinic, cast, version, Way.RETURNED) == 1
    assert Retrieval.objects.get().way == Way.RETURNED
    told = AuditEvent.objects.filter(action="documents.retrieval.declare")
    assert [e.detail["way"] for e in told.order_by("seq")] == [
        "nothing_taken",
        "returned",
    ]
    assert {e.subject for e in told} == {f"version:{version.id}"}


def test_who_had_nothing_declares_nothing(cast, released):
    version = released()
    recall(cast, version)
    for name in ("newcomer", "secretariat", *NOBODY):
        with pytest.raises(HiddenError):
            declare(getattr(cast, name), cast, version)
    assert not Retrieval.objects.exists()


def test_nobody_declares_for_another_version(cast, released):
    recall(cast, released())
    other = released(cast.newcomer)
    recall(cast, other)
    with pytest.raises(HiddenError):
        declare(cast.clinic, cast, other)


def test_who_has_no_commission_any_more_declares_nothing_here(cast, released):
    version = released()
    recall(cast, version)
    Membership.objects.filter(person=cast.clinic).update(ends_at=clock.now())
    assert dues(cast.clinic, cast)
    Commission.objects.filter(person=cast.clinic).update(ends_at=clock.now())
    with pytest.raises(HiddenError):
        declare(cast.clinic, cast, version)


def test_a_recusal_hides_also_this(cast, released):
    recall(cast, released())
    Recusal.objects.create(
        person=cast.clinic,
        case=cast.case,
        starts_at=clock.now(),
        reason="親族",
        entered_by=cast.secretariat,
    )
    with pytest.raises(HiddenError):
        dues(cast.clinic, cast)


def test_a_link_to_another_sitting_opens_nothing(cast, released):
    version = released()
    recall(cast, version)
    elsewhere = Scope(Purpose.SITTING, uuid4())
    actor = factories.sign_in(cast.clinic, strength=1, scope=elsewhere)
    with pytest.raises(HiddenError):
        declare(cast.clinic, cast, version, actor=actor)
    here = factories.sign_in(
        cast.clinic, strength=1, scope=factories.to_sitting(cast.sitting)
    )
    assert declare(cast.clinic, cast, version, actor=here) == 1


# Asking


def test_the_silent_are_asked_by_a_neutral_mail_with_a_link_of_their_own(
    cast, released
):
    Person.objects.filter(pk=cast.newcomer.pk).update(login="eguchi")
    recall(cast, released(cast.clinic, cast.newcomer, title="山田花子さんの件"))
    assert set(ask(cast)) == {cast.clinic, cast.newcomer}
    assert RetrievalAsk.objects.count() == 2
    link = Link.objects.get()
    assert (link.person, link.purpose) == (cast.clinic, Purpose.RETRIEVAL)
    assert link.scope_id == RetrievalAsk.objects.get(person=cast.clinic).id
    for mail in OutgoingMail.objects.all():
        text = mail.subject + keys.unseal(mail.sealed_body, mail.id.bytes)
        assert SERIAL in text
        for secret in ("山田", "資料", "R8-012", cast.shien.name, "見守り"):
            assert secret not in text
    event = AuditEvent.objects.get(action="documents.retrieval.ask")
    assert str(cast.clinic.id) in json.dumps(event.detail)


def test_the_link_of_the_mail_opens_the_declaration_and_no_paper(cast, released):
    version, open_one = released(), released()
    recall(cast, version)
    ask(cast)
    row = RetrievalAsk.objects.get()
    scope = Scope(Purpose.RETRIEVAL, row.id)
    actor = factories.sign_in(cast.clinic, strength=2, scope=scope)
    assert retrievals.open_ask(actor, row.id) == row
    assert declare(cast.clinic, cast, version, actor=actor, way_in=row.id) == 1
    with pytest.raises(HiddenError):
        gateway.readable(actor, open_one.id)
    with pytest.raises(HiddenError):
        declare(cast.clinic, cast, version, actor=actor)
    with pytest.raises(HiddenError):
        retrievals.open_ask(factories.sign_in(cast.newcomer), row.id)


def test_asking_again_ends_the_older_link(cast, released):
    recall(cast, released())
    ask(cast)
    ask(cast)
    assert RetrievalAsk.objects.count() == 1
    live = [link for link in Link.objects.all() if link.is_live(clock.now())]
    assert len(live) == 1


def test_who_has_declared_or_cannot_is_not_asked(cast, released):
    version = released(cast.clinic, cast.newcomer)
    recall(cast, version)
    declare(cast.clinic, cast, version)
    Commission.objects.filter(person=cast.newcomer).update(ends_at=clock.now())
    with pytest.raises(RefusedError):
        ask(cast)
    assert not OutgoingMail.objects.exists()


def test_others_ask_nobody(cast, released):
    recall(cast, released())
    for name in ("clinic", *NOBODY):
        with pytest.raises(HiddenError):
            ask(cast, getattr(cast, name))
    assert not OutgoingMail.objects.exists()


def test_a_custodian_off_the_list_neither_sees_nor_asks(cast, released):
    recall(cast, released(readers=(cast.clinic,)))
    access = access_for(factories.sign_in(cast.chair))
    assert owing.dues_to_see(access, cast.shien_item.id) == []
    with pytest.raises(RefusedError):
        ask(cast, cast.chair)
    assert ask(cast) == [cast.clinic]
