"""The register: who enters and changes units, organisations, people, pledge texts."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import pytest
import time_machine

from members import registry
from members.access import Actor, access_for
from members.facts import Action, Answer, Regime
from members.models import Move, Organization, Person, PledgeText, Recusal, Unit
from members.policies import body_facts
from members.services import organizations, pledges, register, units
from members.services.organizations import OrganizationEntry
from members.services.people import NewPerson, Outsider, enter_person, note_outsider
from members.services.pledges import Wording
from members.services.register import Details
from members.typical_pledges import typical
from portal.core import clock
from portal.core.errors import HiddenError, InvalidError, RefusedError, StepUpError
from portal.core.models import AuditEvent, OutgoingMail
from tests import factories
from tests.cast import Cast


def admin(cast: Cast) -> Actor:
    return factories.sign_in(cast.administrator)


def clerk(cast: Cast) -> Actor:
    return factories.sign_in(cast.secretariat)


def entered(actor: Actor, name: str, **more: object) -> Organization:
    entry = OrganizationEntry(name, **more)  # type: ignore[arg-type]
    return organizations.enter_organization(actor=actor, key=uuid4(), entry=entry)


def registered(cast: Cast, name: str = "南 一郎", **more: object) -> Person:
    """Somebody from the clinic whom the secretariat entered."""
    entry = NewPerson(cast.clinic.organization, name, **more)  # type: ignore[arg-type]
    return register.register_person(
        actor=clerk(cast), key=uuid4(), entry=entry, body=cast.shien
    )


def wording(**more: object) -> Wording:
    title, text = typical(Regime.SHIEN, "見本市")
    values = {
        "regime": Regime.SHIEN,
        "title": title,
        "text": text,
        "starts_on": clock.today() + timedelta(days=7),
        "decided_by": "見本市長",
        "decided_on": clock.today(),
    }
    return Wording(**{**values, **more})  # type: ignore[arg-type]


def refused(act: Callable[[], object], field: str) -> None:
    with pytest.raises(InvalidError) as told:
        act()
    assert told.value.field == field


def test_units_are_the_administrations(cast: Cast) -> None:
    key = uuid4()
    unit = units.enter_unit(actor=admin(cast), key=key, name=" 東部圏域 ")
    assert units.enter_unit(actor=admin(cast), key=key, name="東部圏域") == unit
    assert unit.name == "東部圏域"
    refused(
        lambda: units.enter_unit(actor=admin(cast), key=uuid4(), name="東部圏域"),
        "name",
    )
    refused(lambda: units.enter_unit(actor=admin(cast), key=uuid4(), name=" "), "name")
    assert units.rename_unit(actor=admin(cast), unit=unit, name="東部").name == "東部"
    for nobody in (cast.secretariat, cast.chair, cast.clinic, cast.auditor):
        with pytest.raises(HiddenError):
            units.enter_unit(
                actor=factories.sign_in(nobody), key=uuid4(), name="西部圏域"
            )
    assert not Unit.objects.filter(name="西部圏域").exists()


def test_a_unit_ends_after_its_bodies(cast: Cast) -> None:
    unit = cast.shien.unit
    assert unit is not None
    today = clock.today()
    with pytest.raises(RefusedError):
        units.end_unit(actor=admin(cast), unit=unit, last_day=today)
    other = units.enter_unit(actor=admin(cast), key=uuid4(), name="東部圏域")
    refused(
        lambda: units.end_unit(
            actor=admin(cast), unit=other, last_day=today - timedelta(days=1)
        ),
        "last_day",
    )
    assert units.end_unit(actor=admin(cast), unit=other, last_day=today).ends_on


def test_sections_of_the_city_are_the_administrations_alone(cast: Cast) -> None:
    section = entered(admin(cast), "税務課", internal=True, phone="000-0000-0001")
    assert section.internal
    with pytest.raises(HiddenError):
        entered(clerk(cast), "市民課", internal=True)
    with pytest.raises(HiddenError):
        organizations.change_organization(
            actor=clerk(cast),
            organization=section,
            entry=OrganizationEntry("納税課", internal=True),
        )
    assert entered(clerk(cast), "見本警察署").listed
    for nobody in (cast.clinic, cast.auditor):
        with pytest.raises(HiddenError):
            entered(factories.sign_in(nobody), "見本消防署")


def test_custodians_prove_themselves_anew_to_enter_an_agency(cast: Cast) -> None:
    stale = factories.sign_in(cast.secretariat, strong_at=None)
    with pytest.raises(StepUpError):
        entered(stale, "見本警察署")


def test_an_organisation_is_entered_once(cast: Cast) -> None:
    first = entered(clerk(cast), "見本警察署", phone="000-0000-0001")
    assert entered(clerk(cast), "見本警察署", phone="000-0000-0001") == first
    refused(lambda: entered(clerk(cast), "見本警察署", phone="1"), "name")
    refused(lambda: entered(clerk(cast), "  "), "name")
    refused(
        lambda: organizations.change_organization(
            actor=admin(cast),
            organization=first,
            entry=OrganizationEntry("見本警察署", internal=True),
        ),
        "internal",
    )


def test_an_agency_known_from_a_request_is_in_no_register(cast: Cast) -> None:
    who = Outsider("遠くの診療所", "外山 医師")
    asked = note_outsider(actor=clerk(cast), body=cast.shien, who=who)
    agency = asked.organization
    assert not agency.listed
    entry = OrganizationEntry(agency.name)
    for actor in (admin(cast), clerk(cast)):
        with pytest.raises(HiddenError):
            organizations.change_organization(
                actor=actor, organization=agency, entry=entry
            )
        assert not registry.keeping(actor).keeps(agency)
    assert not registry.keeping(clerk(cast)).keeps_person(asked)
    # Entered by name, it is the same agency, and listed from now on.
    assert entered(clerk(cast), agency.name) == agency
    agency.refresh_from_db()
    assert agency.listed


def test_an_organisation_ends_after_its_people(cast: Cast) -> None:
    today = clock.today()
    with pytest.raises(RefusedError):
        organizations.end_organization(
            actor=clerk(cast), organization=cast.clinic.organization, last_day=today
        )
    empty = entered(clerk(cast), "見本警察署")
    ended = organizations.end_organization(
        actor=clerk(cast), organization=empty, last_day=today
    )
    assert ended.ends_on == today


def test_staff_are_entered_by_the_administration(cast: Cast) -> None:
    welfare = cast.secretariat.organization
    key = uuid4()
    entry = NewPerson(welfare, "春野 花", kana="ハルノ ハナ", email="h@mihon.example")
    made = register.register_person(
        actor=admin(cast), key=key, entry=entry, login="haruno"
    )
    again = register.register_person(
        actor=admin(cast), key=key, entry=entry, login="haruno"
    )
    assert made == again
    assert made.login == "haruno"
    assert not made.has_usable_password()
    for values, field in (
        ({"entry": NewPerson(welfare, "")}, "name"),
        ({"entry": NewPerson(welfare, "秋野", email="not mail")}, "email"),
        ({"entry": NewPerson(welfare, "春野花")}, "namesake"),
        ({"entry": NewPerson(cast.clinic.organization, "秋野")}, "organization"),
        ({"entry": NewPerson(welfare, "秋野"), "login": "haruno"}, "login"),
    ):
        refused(
            lambda v=values: register.register_person(  # type: ignore[misc]
                actor=admin(cast), key=uuid4(), **v
            ),
            field,
        )
    other = replace(entry, email="hana@mihon.example")
    namesake = register.register_person(
        actor=admin(cast), key=uuid4(), entry=other, namesake=True
    )
    assert namesake != made


def test_an_address_is_one_persons_unless_two_are_said_to_share_it(cast: Cast) -> None:
    """A link and the code that proves its holder go there: half of the gate (R8)."""
    known = registered(cast, email="minami@clinic.example")
    clinic, capitals = cast.clinic.organization, "Minami@Clinic.example"
    entry = NewPerson(clinic, "北 二郎", email=capitals)
    with pytest.raises(InvalidError, match="南 一郎さんが使っています") as told:
        register.register_person(
            actor=clerk(cast), key=uuid4(), entry=entry, body=cast.shien
        )
    assert told.value.field == "shared"
    refused(
        lambda: enter_person(actor=clerk(cast), body=cast.shien, entry=entry), "shared"
    )
    outsider = Outsider("遠くの診療所", "外山 医師", email=capitals)
    refused(
        lambda: note_outsider(actor=clerk(cast), body=cast.shien, who=outsider),
        "shared",
    )
    other = registered(cast, "北 二郎")
    details = Details(other.name, email=capitals)
    refused(
        lambda: register.change_person(
            actor=clerk(cast), person=other, details=details
        ),
        "shared",
    )
    register.change_person(
        actor=clerk(cast), person=other, details=details, shared=True
    )
    # What they share stands: the rest of the entry is mended as ever.
    mended = Details("北 次郎", email=capitals.lower())
    register.change_person(actor=clerk(cast), person=other, details=mended)
    # Of the same name, agency and address it is the same person, however it is read.
    again = replace(entry, name=known.name, kana="ミナミ")
    assert enter_person(actor=clerk(cast), body=cast.shien, entry=again) == known


def test_an_address_that_is_free_again_is_taken(cast: Cast) -> None:
    known = registered(cast, email="minami@clinic.example")
    Person.objects.filter(pk=known.pk).update(ends_at=clock.now())
    assert registered(cast, "北 二郎", email=known.email) != known


def test_of_whom_one_keeps_not_only_the_address_is_refused(cast: Cast) -> None:
    """R35: whose address it is, is said to nobody to whom the person is not shown."""
    registered(cast, email="minami@clinic.example")
    welfare = cast.secretariat.organization
    entry = NewPerson(welfare, "春野 花", email="minami@clinic.example")
    with pytest.raises(InvalidError, match="名簿の別の方が使っています"):
        register.register_person(actor=admin(cast), key=uuid4(), entry=entry)
    with pytest.raises(HiddenError):
        register.register_person(
            actor=factories.sign_in(cast.clinic), key=uuid4(), entry=entry
        )


def test_nobody_else_enters_staff_or_gives_sign_in_names(cast: Cast) -> None:
    entry = NewPerson(cast.secretariat.organization, "春野 花")
    for nobody in (cast.secretariat, cast.chair, cast.clinic, cast.auditor):
        with pytest.raises(HiddenError):
            register.register_person(
                actor=factories.sign_in(nobody), key=uuid4(), entry=entry
            )
    with pytest.raises(HiddenError):
        register.register_person(
            actor=clerk(cast), key=uuid4(), entry=entry, body=cast.shien, login="haru"
        )
    with pytest.raises(HiddenError):
        register.register_person(
            actor=admin(cast), key=uuid4(), entry=entry, body=cast.shien
        )
    stale = factories.sign_in(cast.administrator, strong_at=None)
    with pytest.raises(StepUpError):
        register.register_person(actor=stale, key=uuid4(), entry=entry, login="haruno")


def test_whom_a_body_entered_its_custodians_keep_and_nobody_else(cast: Cast) -> None:
    person = registered(cast)
    details = Details("南 一朗", phone="000-0000-0002")
    register.change_person(actor=clerk(cast), person=person, details=details)
    person.refresh_from_db()
    assert person.name == "南 一朗"
    stranger = factories.sign_in(cast.stranger)
    for nobody in (admin(cast), stranger, factories.sign_in(cast.clinic)):
        with pytest.raises(HiddenError):
            register.change_person(actor=nobody, person=person, details=details)
        with pytest.raises(HiddenError):
            register.end_person(actor=nobody, person=person, last_day=clock.today())
        with pytest.raises(HiddenError):
            register.move_person(
                actor=nobody,
                person=person,
                to=cast.clinic.organization,
                post="",
                moved_on=clock.today(),
            )
    assert AuditEvent.objects.filter(
        action="members.person.change", subject=f"person:{person.id}"
    ).exists()


def test_entering_somebody_opens_nothing(cast: Cast) -> None:
    person = registered(cast)
    access = access_for(factories.sign_in(person))
    assert access.answer(Action.READ, body_facts(cast.shien)) is Answer.HIDDEN


def test_another_address_is_told_to_the_old_one_and_ends_sign_ins(cast: Cast) -> None:
    person = cast.clinic
    person.email = "old@clinic.example"
    person.save()
    session = factories.sign_in(person).sign_in
    assert session is not None
    register.change_person(
        actor=clerk(cast),
        person=person,
        details=Details(person.name, email="new@clinic.example"),
    )
    session.refresh_from_db()
    assert session.ends_at is not None
    mail = OutgoingMail.objects.get(person=person.id)
    assert mail.address == "old@clinic.example"


def test_the_administration_never_turns_a_members_mail_aside(cast: Cast) -> None:
    member = factories.person(
        "冬木 誠",
        cast.secretariat.organization,
        email="f@mihon.example",
        login=None,
    )
    details = Details(member.name, email="mine@mihon.example")
    register.change_person(actor=admin(cast), person=member, details=details)
    factories.commission(member, cast.shien)
    refused(
        lambda: register.change_person(
            actor=admin(cast),
            person=member,
            details=Details(member.name, email="other@mihon.example"),
        ),
        "email",
    )
    # The name may be mended still, and the body's secretariat mends the address.
    register.change_person(
        actor=admin(cast),
        person=member,
        details=Details("冬木 真", email="mine@mihon.example"),
    )
    register.change_person(
        actor=clerk(cast),
        person=member,
        details=Details("冬木 真", email="other@mihon.example"),
    )


def test_a_move_takes_the_agencys_recusals_along(cast: Cast) -> None:
    person, old = cast.colleague, cast.colleague.organization
    Recusal.objects.create(
        organization=old,
        case=cast.case,
        entered_by=cast.chair,
        starts_at=factories.LONG_AGO,
    )
    hospital = entered(clerk(cast), "見本病院")
    register.move_person(
        actor=clerk(cast),
        person=person,
        to=hospital,
        post="相談員",
        moved_on=clock.today(),
    )
    person.refresh_from_db()
    assert person.organization == hospital
    assert Recusal.objects.filter(person=person, case=cast.case).exists()
    assert Move.objects.get(person=person).came_from == old


def test_nobody_moves_between_inside_and_outside_or_ahead(cast: Cast) -> None:
    hospital = entered(clerk(cast), "見本病院")
    tomorrow = clock.today() + timedelta(days=1)
    for to, day, field in (
        (cast.secretariat.organization, clock.today(), "to"),
        (cast.clinic.organization, clock.today(), "to"),
        (hospital, tomorrow, "moved_on"),
    ):
        refused(
            lambda to=to, day=day: register.move_person(  # type: ignore[misc]
                actor=clerk(cast), person=cast.colleague, to=to, post="", moved_on=day
            ),
            field,
        )


def test_an_entry_ends_with_its_last_day(cast: Cast) -> None:
    person = registered(cast)
    today = clock.today()
    register.end_person(actor=clerk(cast), person=person, last_day=today)
    person.refresh_from_db()
    assert person.ends_at == clock.day_end(today)
    refused(
        lambda: register.end_person(
            actor=clerk(cast), person=cast.clinic, last_day=date(2025, 4, 1)
        ),
        "last_day",
    )
    with pytest.raises(RefusedError):  # runs a body
        register.end_person(actor=admin(cast), person=cast.secretariat, last_day=today)


def test_a_member_of_another_body_is_not_ended_from_here(cast: Cast) -> None:
    elsewhere = cast.stranger.offices.get().body
    assert elsewhere is not None
    factories.commission(cast.clinic, elsewhere)
    with pytest.raises(RefusedError):
        register.end_person(
            actor=clerk(cast), person=cast.clinic, last_day=clock.today()
        )


def test_a_new_wording_asks_again_from_its_day(cast: Cast) -> None:
    key = uuid4()
    made = pledges.enter_pledge_text(actor=admin(cast), key=key, wording=wording())
    again = pledges.enter_pledge_text(actor=admin(cast), key=key, wording=wording())
    assert made == again
    old = cast.pledges[Regime.SHIEN]
    old.refresh_from_db()
    assert old.ends_at == made.starts_at
    assert made.version == old.version + 1
    for moment, answer in (
        (made.starts_at - timedelta(microseconds=1), Answer.ALLOW),
        (made.starts_at, Answer.NEED_ACK),
    ):
        with time_machine.travel(moment, tick=False):
            access = access_for(factories.sign_in(cast.secretariat))
            assert access.answer(Action.READ, body_facts(cast.shien)) is answer


def test_a_wording_that_waits_can_be_taken_back(cast: Cast) -> None:
    made = pledges.enter_pledge_text(actor=admin(cast), key=uuid4(), wording=wording())
    refused(
        lambda: pledges.enter_pledge_text(
            actor=admin(cast), key=uuid4(), wording=wording(title="別の標題")
        ),
        "starts_on",
    )
    pledges.withdraw_pledge_text(actor=admin(cast), pledge=made)
    assert not PledgeText.objects.filter(pk=made.pk).exists()
    old = cast.pledges[Regime.SHIEN]
    old.refresh_from_db()
    assert old.ends_at is None
    with pytest.raises(RefusedError):
        pledges.withdraw_pledge_text(actor=admin(cast), pledge=old)


def test_wordings_are_whole_decided_and_not_of_the_past(cast: Cast) -> None:
    old = cast.pledges[Regime.SHIEN]
    for more, field in (
        ({"title": ""}, "title"),
        ({"text": " \r\n"}, "text"),
        ({"text": "○○市の秘密"}, "text"),
        ({"decided_by": ""}, "decided_by"),
        ({"decided_on": clock.today() + timedelta(days=1)}, "decided_on"),
        ({"starts_on": clock.today() - timedelta(days=1)}, "starts_on"),
        ({"title": old.title, "text": old.text}, "text"),
    ):
        refused(
            lambda m=more: pledges.enter_pledge_text(  # type: ignore[misc]
                actor=admin(cast), key=uuid4(), wording=wording(**m)
            ),
            field,
        )


def test_wordings_are_the_administrations(cast: Cast) -> None:
    for nobody in (cast.secretariat, cast.chair, cast.clinic, cast.auditor):
        with pytest.raises(HiddenError):
            pledges.enter_pledge_text(
                actor=factories.sign_in(nobody), key=uuid4(), wording=wording()
            )
        with pytest.raises(HiddenError):
            pledges.withdraw_pledge_text(
                actor=factories.sign_in(nobody), pledge=cast.pledges[Regime.SHIEN]
            )
    assert pledges.pledge_texts(actor=clerk(cast))
    with pytest.raises(HiddenError):
        pledges.pledge_texts(actor=factories.sign_in(cast.clinic))
    stale = factories.sign_in(cast.administrator, strong_at=None)
    with pytest.raises(StepUpError):
        pledges.enter_pledge_text(actor=stale, key=uuid4(), wording=wording())
