"""Releases: to named people, until something ends them."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from documents.models import Paper, PaperVersion, Release
from documents.selectors import paper_rows
from members.access import access_for
from members.facts import Regime, Role, State, Way
from members.models import Consent, Membership, Recusal
from members.services import cases
from portal.core import clock
from portal.core.errors import (
    HiddenError,
    InvalidError,
    RefusedError,
    StepUpError,
)
from tests import factories
from tests.papers import hand_out, rows_of

# Release


RELEASERS = {
    "chair": None,
    "secretariat": None,
    "clinic": HiddenError,
    "newcomer": HiddenError,
    "leaver": HiddenError,
    "colleague": HiddenError,
    "stranger": HiddenError,
    "recused": HiddenError,
    "administrator": HiddenError,
    "auditor": HiddenError,
}


def release(actor, version, *people, **more):
    return list(hand_out(actor, [version], people, **more).releases.all())


@pytest.mark.parametrize(("name", "error"), RELEASERS.items())
def test_who_releases(cast, filed, name, error):
    version, actor = filed(), factories.sign_in(getattr(cast, name))
    if error is None:
        rows = release(actor, version, cast.clinic)
        version.refresh_from_db()
        assert (len(rows), version.state) == (1, State.RELEASED)
        return
    with pytest.raises(error):
        release(actor, version, cast.clinic)
    assert not Release.objects.exists()


def test_releasing_needs_a_fresh_factor(cast, filed):
    actor = factories.sign_in(
        cast.secretariat, strong_at=clock.now() - timedelta(minutes=6)
    )
    with pytest.raises(StepUpError):
        release(actor, filed(), cast.clinic)


def test_a_held_paper_opens_to_nobody_outside_until_released(cast, filed):
    version = filed(cast.clinic)
    assert not rows_of(cast.clinic, cast.shien_item)[0].can.open
    assert rows_of(cast.clinic, cast.shien_item)[0].held
    release(factories.sign_in(cast.secretariat), version, cast.clinic)
    assert rows_of(cast.clinic, cast.shien_item)[0].can.open


@pytest.mark.parametrize(
    "name", ["leaver", "colleague", "stranger", "recused", "administrator", "auditor"]
)
def test_releasing_to_somebody_who_could_not_open_it_is_refused_by_name(
    cast, filed, name
):
    person = getattr(cast, name)
    with pytest.raises(RefusedError) as error:
        release(factories.sign_in(cast.secretariat), filed(), cast.clinic, person)
    assert person.name in error.value.message
    assert cast.clinic.name not in error.value.message
    assert not Release.objects.exists()
    assert PaperVersion.objects.get().state == State.DRAFT


def test_releasing_to_somebody_who_has_yet_to_pledge_is_fine(cast, filed):
    assert release(factories.sign_in(cast.secretariat), filed(), cast.newcomer)


def test_an_end_in_the_past_is_refused(cast, filed):
    with pytest.raises(InvalidError):
        release(
            factories.sign_in(cast.secretariat),
            filed(),
            cast.clinic,
            until=clock.now(),
        )


def test_tax_information_stays_out_of_a_meeting_without_consent(cast, filed):
    version = filed(tax_information=True)
    with pytest.raises(RefusedError) as error:
        release(factories.sign_in(cast.secretariat), version, cast.clinic)
    assert "地方税法" in error.value.message


def test_tax_information_may_go_where_all_consented(cast, filed):
    version = filed(item=cast.juso_item, tax_information=True)
    assert release(factories.sign_in(cast.secretariat), version, cast.clinic)


def test_what_came_under_another_law_is_refused_with_the_reason(cast, filed):
    version = filed(item=cast.juso_item)
    Paper.objects.update(origin=Regime.SHIEN)
    with pytest.raises(RefusedError) as error:
        release(factories.sign_in(cast.secretariat), version, cast.clinic)
    assert "引き継ぎ" in error.value.message


def test_the_reason_is_told_to_nobody_who_may_not_release(cast, filed):
    version = filed(tax_information=True)
    with pytest.raises(HiddenError):
        release(factories.sign_in(cast.clinic), version, cast.clinic)


def test_a_new_release_ends_the_earlier_one_and_its_grant(cast, released):
    version = released(way=Way.ORIGINAL)
    assert rows_of(cast.clinic, cast.shien_item)[0].can.download_original
    release(factories.sign_in(cast.secretariat), version, cast.clinic)
    now = clock.now()
    assert [r.way for r in Release.objects.all() if r.span.holds(now)] == ["copy"]
    assert not rows_of(cast.clinic, cast.shien_item)[0].can.download_original


# What opens, and when it stops


def test_readers_see_what_is_released_to_them_and_nothing_else(cast, released, filed):
    version = released()
    filed()
    (row,) = rows_of(cast.clinic, cast.shien_item)
    assert (row.version, row.can.open, row.recipients) == (version, True, ())
    assert (row.can.download_original, row.can.download_copy) == (False, True)
    assert not any((row.can.release, row.can.recall, row.can.replace))


@pytest.mark.parametrize("name", ["colleague", "stranger", "recused", "administrator"])
def test_others_see_no_row_at_all(cast, released, name):
    released()
    assert rows_of(getattr(cast, name), cast.shien_item) == []


def test_a_locked_row_tells_nothing_of_the_paper(cast, released):
    released()
    (row,) = rows_of(cast.clinic, cast.shien_item, strength=1)
    assert row.locked
    assert row.paper is None


def test_before_the_pledge_there_is_no_row(cast, released):
    released(cast.newcomer)
    assert rows_of(cast.newcomer, cast.shien_item) == []


def stop_membership(cast):
    Membership.objects.filter(person=cast.clinic).update(ends_at=clock.now())


def stop_release(cast):
    Release.objects.update(ends_at=clock.now())


def recuse(cast):
    Recusal.objects.create(
        person=cast.clinic,
        case=cast.case,
        starts_at=clock.now(),
        entered_by=cast.secretariat,
    )


def restrict(cast):
    Paper.objects.update(restricted=True)


@pytest.mark.parametrize("stop", [stop_membership, stop_release, recuse, restrict])
def test_it_stops_when_its_ground_goes(cast, released, stop):
    released()
    assert rows_of(cast.clinic, cast.shien_item)
    stop(cast)
    assert rows_of(cast.clinic, cast.shien_item) == []


def test_a_withdrawn_consent_closes_it_to_readers(cast, released):
    released(item=cast.juso_item)
    assert rows_of(cast.clinic, cast.juso_item)
    consent = Consent.objects.all()[0]
    Consent.objects.filter(id=consent.id).update(withdrawn_at=clock.now())
    assert rows_of(cast.clinic, cast.juso_item) == []


def test_a_later_consent_opens_no_old_release_whatever_its_date(cast, released):
    released(item=cast.juso_item)
    clerk = factories.sign_in(cast.secretariat)
    consent = Consent.objects.all()[0]
    cases.withdraw_consent(actor=clerk, consent=consent)
    words = {"member": consent.member, "scope": "共有", "evidence": "署名"}
    with pytest.raises(InvalidError):
        cases.enter_consent(actor=clerk, given_at=factories.LONG_AGO, **words)
    consent.refresh_from_db()
    today = clock.day_start(clock.today())
    later = cases.enter_consent(actor=clerk, given_at=today, **words)
    assert later.given_at == consent.withdrawn_at
    assert rows_of(cast.clinic, cast.juso_item) == []


def test_a_new_selection_opens_no_old_release(cast, released):
    released()
    stop_membership(cast)
    factories.membership(cast.clinic, cast.case, Role.EXTERNAL, starts_at=clock.now())
    assert rows_of(cast.clinic, cast.shien_item) == []


def test_the_list_costs_the_same_whatever_its_length(cast, released):
    released()
    access = access_for(factories.sign_in(cast.secretariat))
    with CaptureQueriesContext(
        connection,
    ) as few:
        paper_rows(access, [cast.shien_item.id])
    for _ in range(4):
        released(cast.clinic, cast.newcomer)
    with CaptureQueriesContext(connection) as many:
        assert len(paper_rows(access, [cast.shien_item.id])) == 5
    assert len(many) == len(few)
