"""Cards that a command prints: a body's first, and of those who stand apart."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from members.access import access_for
from members.facts import Action, Answer, Role
from members.models import Office, PaperCode, Person
from members.policies import HEALTH
from members.services import factors, founding, sign_ins
from portal.core import clock
from portal.core.errors import RefusedError
from portal.core.models import AuditEvent, OutgoingMail
from tests import factories
from tests.cast import Cast


def first(person: Person) -> list[str]:
    return founding.first_of_a_body(login=str(person.login))


def office(*words: str) -> str:
    out = StringIO()
    call_command("office", *words, stdout=out)
    return out.getvalue()


def told(action: str) -> list[dict[str, object]]:
    rows = AuditEvent.objects.filter(action=action).order_by("seq")
    return [row.detail for row in rows]


@pytest.fixture
def staff(cast: Cast) -> Person:
    """Somebody of the city who is registered with a sign-in name, and no more."""
    section = cast.administrator.organization
    return factories.person("春野 花", section, login="haruno", email="h@mihon.example")


# The first of a body ------------------------------------------------------------------


def test_the_first_of_a_body_gets_a_card_and_nobody_after_them(cast: Cast) -> None:
    chair, clerk = cast.chair, cast.secretariat
    for person in (chair, clerk):
        assert not factors.has_any(person)
    codes = first(clerk)
    assert factors.verify_card(clerk, codes[0])
    assert told("members.card.found") == [{"again": False}]
    sign_ins.start(person=clerk, strength=1)
    for person in (chair, clerk):
        with pytest.raises(RefusedError, match="もういます"):
            first(person)


def test_a_first_card_that_was_lost_is_replaced_while_nobody_has_signed_in(
    cast: Cast,
) -> None:
    """The codes show once, and printers jam."""
    chair, clerk = cast.chair, cast.secretariat
    lost = first(clerk)
    again = first(clerk)
    assert factors.verify_card(clerk, again[0])
    assert not factors.verify_card(clerk, lost[0])
    # To the other one instead: there is never more than one first card.
    assert first(chair)
    assert not factors.has_any(clerk)
    assert told("members.card.found") == [{"again": a} for a in (False, True, True)]


def test_a_card_that_a_colleague_handed_over_is_no_first_one(cast: Cast) -> None:
    clerk = cast.secretariat
    elsewhere = factories.sign_in(factories.person("別の 事務局", clerk.organization))
    factors.issue_card(actor=elsewhere, person=clerk)
    with pytest.raises(RefusedError, match="もういます"):
        first(cast.chair)
    assert factors.has_any(clerk)


@pytest.mark.parametrize("who", ["administrator", "colleague", "clinic"])
def test_who_keeps_no_body_gets_none(cast: Cast, who: str) -> None:
    login = getattr(cast, who).login or "nobody"
    with pytest.raises(CommandError, match="議長でも事務局でも"):
        call_command("first_card", login)


def test_a_factor_in_one_body_closes_no_other(cast: Cast) -> None:
    first(cast.secretariat)
    section = cast.secretariat.organization
    clerk = factories.person("新田 歩", section, login="nitta2")
    factories.office(clerk, Role.SECRETARIAT, factories.body(unit=None))
    assert first(clerk)


# Administrators and auditors ----------------------------------------------------------


@pytest.mark.parametrize("role", ["administrator", "auditor"])
def test_a_second_administrator_and_an_auditor_come_by_command(
    staff: Person, role: str
) -> None:
    printed = office("haruno", role)
    code = next(line for line in printed.splitlines() if line.startswith("  "))
    assert "利用者名: haruno" in printed
    assert factors.verify_card(staff, code)
    assert told("members.office.found") == [{"role": role}]
    answer = access_for(factories.sign_in(staff)).answer(Action.ADMINISTER, HEALTH)
    assert (answer is Answer.ALLOW) == (role == "administrator")
    # A second run makes neither a second office nor a second card.
    with pytest.raises(CommandError, match="--lost"):
        office("haruno", role)
    assert staff.offices.count() == 1


def test_whoever_can_sign_in_gets_the_office_and_no_card(staff: Person) -> None:
    factors.first_card(staff)
    printed = office("haruno", "auditor")
    assert "いまのまま" in printed
    assert not any(line.startswith("  ") for line in printed.splitlines())


def test_a_card_that_is_used_up_is_made_anew(staff: Person) -> None:
    office("haruno", "auditor")
    PaperCode.objects.filter(card__user=staff).update(used_at=clock.now())
    assert "  " in office("haruno", "auditor")
    assert told("members.card.found") == [{"role": "auditor"}] * 2


def test_a_holder_who_lost_everything_gets_a_card_and_is_told(staff: Person) -> None:
    office("haruno", "administrator")
    session = factories.sign_in(staff).sign_in
    assert session is not None
    lost = factors.usable_devices(staff)
    printed = office("haruno", "administrator", "--lost")
    code = next(line for line in printed.splitlines() if line.startswith("  "))
    assert factors.verify_card(staff, code)
    assert not set(lost) & set(factors.usable_devices(staff))
    session.refresh_from_db()
    assert session.ends_at is not None
    assert OutgoingMail.objects.filter(person=staff.id).exists()


def test_what_a_command_ended_opens_nothing(cast: Cast, staff: Person) -> None:
    office("haruno", "administrator")
    assert "終えました" in office("haruno", "administrator", "--end")
    access = access_for(factories.sign_in(staff))
    assert access.answer(Action.ADMINISTER, HEALTH) is Answer.HIDDEN
    assert told("members.office.end") == [{"role": "administrator"}]
    # From now on they may keep a body, and only others are administrators.
    factories.office(staff, Role.SECRETARIAT, cast.shien)
    with pytest.raises(CommandError, match="兼ねられません"):
        office("haruno", "administrator")


@pytest.mark.parametrize("option", ["--lost", "--end"])
def test_of_whoever_is_no_holder_nothing_is_renewed_or_ended(
    staff: Person, option: str
) -> None:
    factors.first_card(staff)
    before = factors.usable_devices(staff)
    with pytest.raises(CommandError, match="この役割ではありません"):
        office("haruno", "auditor", option)
    assert factors.usable_devices(staff) == before


def test_nobody_with_a_body_stands_apart_and_nobody_stands_apart_twice(
    cast: Cast, staff: Person
) -> None:
    """R35: administration, audit and content are three people's."""
    member = factories.person("冬木 誠", staff.organization, login="fuyuki")
    factories.commission(member, cast.shien)
    for person in (cast.chair, cast.secretariat, cast.auditor, member):
        with pytest.raises(CommandError, match="兼ねられません"):
            office(str(person.login), "administrator")
    with pytest.raises(CommandError, match="職員がいません"):
        office("nobody", "auditor")
    cast.clinic.login = "clinic"
    cast.clinic.save()
    with pytest.raises(CommandError, match="職員がいません"):
        office("clinic", "auditor")
    Person.objects.filter(pk=staff.pk).update(ends_at=clock.now())
    with pytest.raises(CommandError, match="職員がいません"):
        office("haruno", "auditor")
    apart = Office.objects.filter(role__in=["administrator", "auditor"])
    assert apart.count() == 2  # those of the cast
