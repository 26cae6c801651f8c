"""Decisions that ask for less proof: entered on record, shown, and ended at once."""

from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.urls import reverse

from members.access import access_for
from members.facts import Action, Answer
from members.models import Relaxation
from members.policies import case_facts
from members.services import relaxations
from members.services.relaxations import Decision
from portal.core import clock
from portal.core.errors import HiddenError, InvalidError, RefusedError, StepUpError
from portal.core.models import AuditEvent
from tests import factories
from tests.cast import Cast
from tests.conftest import SignIn as SignInAs
from tests.papers import Filed

CLASS_3 = Relaxation.Kind.CLASS_3
WARNING = "メールの確認コードだけで開く期間です"


def decision(**more: object) -> Decision:
    today = clock.today()
    values = {
        "kind": CLASS_3,
        "decided_by": "見本市長",
        "decided_on": today,
        "reason": "専用の端末を配付したため",
        "last_day": today + timedelta(days=30),
    }
    return Decision(**{**values, **more})  # type: ignore[arg-type]


def enter(cast: Cast, **more: object) -> Relaxation:
    actor = factories.sign_in(cast.administrator)
    return relaxations.enter(actor=actor, decision=decision(**more))


def by_mail_code(cast: Cast) -> Answer:
    access = access_for(factories.sign_in(cast.clinic, strength=1))
    return access.answer(Action.READ, case_facts(cast.case))


def test_a_decision_holds_until_its_last_day_is_over(cast: Cast) -> None:
    assert by_mail_code(cast) is Answer.STEP_UP
    made = enter(cast)
    assert by_mail_code(cast) is Answer.ALLOW
    assert made.ends_at is not None
    for moment, answer in (
        (made.ends_at - timedelta(microseconds=1), Answer.ALLOW),
        (made.ends_at, Answer.STEP_UP),
    ):
        with time_machine.travel(moment, tick=False):
            assert by_mail_code(cast) is answer


def test_withdrawal_ends_it_for_whoever_has_it_open(
    cast: Cast, signed_in: SignInAs
) -> None:
    made = enter(cast)
    reader = signed_in(cast.clinic, strength=1)
    page = reverse("members:case-detail", args=[cast.case.id])
    assert reader.get(page).status_code == 200
    admin = factories.sign_in(cast.administrator)
    relaxations.withdraw(actor=admin, relaxation_id=made.pk)
    assert "step-up" in reader.get(page).headers["Location"]
    assert by_mail_code(cast) is Answer.STEP_UP
    acts = AuditEvent.objects.filter(action__startswith="members.relaxation.")
    assert [a.action.rpartition(".")[2] for a in acts] == ["enter", "withdraw"]
    assert all(act.detail["kind"] == "class_3" for act in acts)
    with pytest.raises(HiddenError):
        relaxations.withdraw(actor=admin, relaxation_id=made.pk)


@pytest.mark.parametrize(
    "wrong",
    [
        {"decided_on": timedelta(days=1)},
        {"last_day": timedelta(days=-1)},
        {"last_day": timedelta(days=366)},
    ],
)
def test_days_that_cannot_be_are_refused(
    cast: Cast, wrong: dict[str, timedelta]
) -> None:
    with pytest.raises(InvalidError):
        enter(cast, **{name: clock.today() + by for name, by in wrong.items()})
    assert not Relaxation.objects.exists()


def test_one_decision_of_a_kind_at_a_time(cast: Cast) -> None:
    enter(cast)
    with pytest.raises(RefusedError):
        enter(cast)
    enter(cast, kind=Relaxation.Kind.TELEPHONE)


@pytest.mark.parametrize("name", ["chair", "secretariat", "clinic", "auditor"])
def test_nobody_but_the_administration_enters_or_withdraws(
    cast: Cast, name: str
) -> None:
    made = factories.lowered(cast.administrator)
    actor = factories.sign_in(getattr(cast, name))
    with pytest.raises(HiddenError):
        relaxations.enter(actor=actor, decision=decision())
    with pytest.raises(HiddenError):
        relaxations.withdraw(actor=actor, relaxation_id=made.pk)
    with pytest.raises(HiddenError):
        relaxations.relaxations(actor=actor)


def test_it_takes_a_factor_proved_a_moment_ago(cast: Cast) -> None:
    actor = factories.sign_in(cast.administrator)
    assert actor.sign_in is not None
    actor.sign_in.strong_at = clock.now() - timedelta(minutes=6)
    with pytest.raises(StepUpError):
        relaxations.enter(actor=actor, decision=decision())


@pytest.mark.parametrize("gap", [{"decided_by": ""}, {"reason": ""}, {"ends_at": None}])
def test_the_database_takes_no_decision_without_its_record(
    cast: Cast, gap: dict[str, object]
) -> None:
    made = factories.lowered(cast.administrator)
    with pytest.raises(IntegrityError), transaction.atomic():
        Relaxation.objects.filter(pk=made.pk).update(**gap)


def test_the_warning_stands_where_it_takes_effect(
    cast: Cast, signed_in: SignInAs, filed: Filed
) -> None:
    clerk, member = signed_in(cast.secretariat), signed_in(cast.colleague)
    home = reverse("meetings:home")
    assert WARNING not in clerk.get(home).content.decode()
    factories.lowered(cast.administrator)
    release = reverse("meetings:paper-release", args=[filed().paper.item_id])
    for page in (home, release):
        answer = clerk.get(page)
        assert answer.status_code == 200
        assert WARNING in answer.content.decode()
    assert WARNING not in member.get(home).content.decode()


def test_at_the_page_it_is_entered_after_the_warning(
    cast: Cast, signed_in: SignInAs
) -> None:
    admin = signed_in(cast.administrator)
    page = reverse("members:relaxation-enter")
    assert "NIST" in admin.get(page).content.decode()
    form = {
        "kind": "class_3",
        "decided_by": "見本市長",
        "decided_on": clock.today().isoformat(),
        "reason": "試行のため",
        "last_day": (clock.today() + timedelta(days=30)).isoformat(),
    }
    assert admin.post(page, form).status_code == 422, "not understood"
    assert admin.post(page, {**form, "understood": "on"}).status_code == 302
    assert admin.post(page, {**form, "understood": "on"}).status_code == 422, "again"
    shown = admin.get(reverse("members:relaxation-list")).content.decode()
    assert "見本市長" in shown
    (made,) = Relaxation.objects.all()
    end = reverse("members:relaxation-withdraw", args=[made.pk])
    assert admin.post(end).status_code == 302
    assert admin.post(end).status_code == 404
    assert "取りやめ" in admin.get(reverse("members:relaxation-list")).content.decode()
