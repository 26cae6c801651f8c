"""保存記録の閲覧: a confirmed record opens to a named person for some days (R33)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from meetings import records
from meetings.selectors.archive import opened_to
from members.access import access_for
from members.facts import Action, Answer
from members.models import ArchiveGrant, Person, Recusal
from members.services import archive as services
from portal.core import clock
from portal.core.errors import HiddenError, InvalidError, RefusedError, StepUpError
from tests import factories
from tests.cast import Cast
from tests.meetings import keeping
from tests.meetings.recording import held

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]


def _grant(cast: Cast, person: Person, by: Person | None = None, days: int = 3):
    return services.grant(
        actor=factories.sign_in(by or cast.secretariat),
        case=cast.case,
        person=person,
        purpose="再相談のため",
        last_day=clock.today() + timedelta(days=days),
    )


def _answer(cast: Cast, person: Person, **sign_in: Any) -> Answer:
    record = records.load(cast.shien_item.id)
    access = access_for(factories.sign_in(person, **sign_in))
    return access.answer(Action.READ, record.thing(person.id))


@pytest.fixture
def kept(cast: Cast) -> Cast:
    keeping.record(cast, held(cast, cast.shien_item))
    keeping.close(cast.case)
    return cast


def test_it_opens_to_the_named_person_and_ends_by_itself(kept: Cast) -> None:
    """The colleague was never selected; the leaver once was, which gives nothing."""
    for person in (kept.colleague, kept.leaver):
        assert _answer(kept, person) is Answer.HIDDEN
    given = _grant(kept, kept.colleague)
    assert _answer(kept, kept.colleague) is Answer.ALLOW
    assert _answer(kept, kept.colleague, strong_at=None) is Answer.STEP_UP
    assert _answer(kept, kept.leaver) is Answer.HIDDEN
    ArchiveGrant.objects.filter(id=given.id).update(ends_at=clock.now())
    assert _answer(kept, kept.colleague) is Answer.HIDDEN


def test_it_opens_the_record_and_not_the_case(kept: Cast, signed_in: SignIn) -> None:
    _grant(kept, kept.colleague)
    reader = signed_in(kept.colleague)
    listed = reader.get(reverse("meetings:archive-read")).content.decode()
    page = reverse("meetings:record-detail", args=[kept.shien_item.id])
    assert page in listed
    assert reader.get(page).status_code == 200
    case = reverse("members:case-detail", args=[kept.case.id])
    assert reader.get(case).status_code == 404


def test_recusal_beats_it(kept: Cast) -> None:
    _grant(kept, kept.colleague)
    Recusal.objects.create(
        person=kept.colleague,
        case=kept.case,
        starts_at=clock.now(),
        entered_by=kept.secretariat,
    )
    assert _answer(kept, kept.colleague) is Answer.HIDDEN
    assert opened_to(factories.sign_in(kept.colleague))[0].records == []
    with pytest.raises(RefusedError):
        _grant(kept, kept.recused)


def test_who_may_give_it_and_for_how_long(kept: Cast) -> None:
    for days in (-1, 14):
        with pytest.raises(InvalidError):
            _grant(kept, kept.colleague, days=days)
    for person in (kept.clinic, kept.stranger, kept.administrator, kept.recused):
        with pytest.raises(HiddenError):
            _grant(kept, kept.colleague, by=person)
    with pytest.raises(StepUpError):
        services.grant(
            actor=factories.sign_in(kept.chair, strong_at=None),
            case=kept.case,
            person=kept.colleague,
            purpose="再相談のため",
            last_day=clock.today(),
        )
    _grant(kept, kept.colleague, by=kept.chair, days=13)


def test_it_is_ended_before_its_time(kept: Cast, signed_in: SignIn) -> None:
    given = _grant(kept, kept.colleague)
    end = reverse("meetings:archive-grant-end", args=[kept.case.id, given.id])
    assert signed_in(kept.chair).post(end).status_code == 302
    assert _answer(kept, kept.colleague) is Answer.HIDDEN
