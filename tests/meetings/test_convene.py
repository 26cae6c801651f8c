"""A sitting from the draft to the approval, and every refusal on the way."""

from datetime import timedelta
from typing import Any

import pytest

from meetings.models import AgendaItem, Invitation, Sitting
from meetings.services import agenda, convocation, invitations, sittings
from meetings.services.invitations import Choice
from members.facts import Regime, Role
from members.models import Body, Charter, Consent, Membership, Recusal, Seat
from portal.core import clock
from portal.core.errors import (
    HiddenError,
    InvalidError,
    RefusedError,
    StepUpError,
)
from portal.core.models import AuditEvent
from tests import factories
from tests.cast import Cast
from tests.meetings import convening
from tests.meetings.convening import (
    WORDS,
    add,
    clerk,
    convened,
    draft,
    head,
    key,
    links,
    mails,
    select,
    when,
)

OUTSIDERS = [
    "clinic",
    "newcomer",
    "leaver",
    "colleague",
    "stranger",
    "recused",
    "administrator",
    "auditor",
]


def test_numbers_count_up_per_body(cast: Cast) -> None:
    last = cast.sitting.number
    assert [draft(cast, n).number for n in (1, 2)] == [last + 1, last + 2]


def test_the_same_form_sent_twice_makes_one_sitting(cast: Cast) -> None:
    assert draft(cast).id == draft(cast).id
    assert cast.shien.sittings.count() == 2


@pytest.mark.parametrize("name", OUTSIDERS)
def test_only_the_offices_of_the_body_create_sittings(cast: Cast, name: str) -> None:
    actor = factories.sign_in(getattr(cast, name))
    with pytest.raises(HiddenError):
        sittings.create_sitting(actor=actor, key=key(), body=cast.shien, when=when())


@pytest.mark.parametrize(
    "wrong", [when(days=-1), when(minutes=0), when(minutes=-30)], ids=str
)
def test_an_impossible_time_is_refused(cast: Cast, wrong: sittings.When) -> None:
    with pytest.raises(InvalidError):
        sittings.create_sitting(
            actor=clerk(cast), key=key(), body=cast.shien, when=wrong
        )


def test_two_sittings_of_a_body_do_not_begin_together(cast: Cast) -> None:
    sitting = draft(cast, 1)
    taken = sittings.When(
        sitting.starts_at, sitting.ends_at + timedelta(hours=1), "別の部屋"
    )
    with pytest.raises(InvalidError, match="同じ日時"):
        sittings.create_sitting(
            actor=clerk(cast), key=key(2), body=cast.shien, when=taken
        )


def test_the_offices_take_their_seats_by_themselves(cast: Cast) -> None:
    item = add(cast, draft(cast), cast.juso)
    roles = dict(Seat.objects.filter(item_id=item.id).values_list("person", "role"))
    assert roles == {
        cast.chair.id: Role.CHAIR,
        cast.secretariat.id: Role.SECRETARIAT,
    }
    assert item.regime is Regime.JUSO
    assert item.about.count() == cast.case.household.count()


def test_a_recused_office_gets_no_seat(cast: Cast) -> None:
    Recusal.objects.create(
        person=cast.chair,
        case=cast.case,
        starts_at=factories.LONG_AGO,
        entered_by=cast.secretariat,
    )
    item = add(cast, draft(cast))
    assert not Seat.objects.filter(item_id=item.id, person=cast.chair).exists()


def test_an_item_sent_twice_is_one_item(cast: Cast) -> None:
    sitting = draft(cast)
    assert add(cast, sitting) == add(cast, sitting)
    assert sitting.items.count() == 1


def test_body_and_case_go_together(cast: Cast) -> None:
    sitting = draft(cast)
    plain = factories.body(Regime.NONE)
    for person in (cast.chair, cast.secretariat):
        factories.office(person, Role.SECRETARIAT, plain)
        factories.commission(person, plain)
    asked: Any = {"actor": clerk(cast), "sitting": sitting, "words": WORDS}
    with pytest.raises(InvalidError):
        agenda.add_item(key=key(7), body=plain, case=cast.case, **asked)
    for number, body in enumerate((cast.shien, plain)):
        item = agenda.add_item(key=key(8 + number), body=body, case=None, **asked)
        assert item.regime is Regime.NONE


def test_an_item_stands_under_a_law_that_its_charter_admits(cast: Cast) -> None:
    asked: Any = {"actor": clerk(cast), "sitting": draft(cast), "words": WORDS}
    about: Any = {"body": cast.shien, "case": cast.case}
    with pytest.raises(InvalidError, match="要綱"):
        agenda.add_item(key=key(7), **about, **asked, regime=Regime.JUSO)
    both = Charter.usual(cast.shien)
    both.consent, both.starts_at = Charter.Consent.BOTH, factories.LONG_AGO
    both.decided_by, both.decided_on = "市長", factories.LONG_AGO.date()
    both.save()
    about["body"] = Body.objects.get(pk=cast.shien.pk)
    with pytest.raises(InvalidError, match="同意"):
        agenda.add_item(key=key(7), **about, **asked)
    for number, regime in enumerate((Regime.SHIEN, Regime.JUSO)):
        item = agenda.add_item(key=key(8 + number), **about, **asked, regime=regime)
        assert item.regime is regime


def test_no_body_of_another_unit_and_no_case_of_ones_own_choice(cast: Cast) -> None:
    foreign = cast.stranger.offices.get().body
    with pytest.raises(HiddenError):
        add(cast, draft(cast), foreign)


def test_a_removed_item_takes_its_seats_along(cast: Cast) -> None:
    sitting = draft(cast)
    item = add(cast, sitting)
    select(cast, item, cast.clinic)
    agenda.remove_item(actor=clerk(cast), item=item)
    assert not AgendaItem.objects.filter(id=item.id).exists()
    assert not sitting.invitations.filter(withdrawn_at=None).exists()
    assert mails(cast.clinic) == []


def test_about_keeps_to_the_household(cast: Cast) -> None:
    item = add(cast, draft(cast))
    mother, son = cast.case.household.all()
    agenda.change_item(actor=clerk(cast), item=item, words=WORDS, about=[mother])
    assert list(item.about.all()) == [mother]
    with pytest.raises(InvalidError):
        agenda.change_item(actor=clerk(cast), item=item, words=WORDS, about=[])
    assert son not in item.about.all()


def test_selecting_writes_membership_seat_and_invitation(cast: Cast) -> None:
    item = add(cast, draft(cast))
    select(cast, item, cast.colleague)
    membership = Membership.objects.get(person=cast.colleague, case=cast.case)
    assert (membership.reason, membership.role) == (
        "主治医の勤める機関のため",
        Role.EXTERNAL,
    )
    assert Seat.objects.get(person=cast.colleague, item_id=item.id).signatory
    assert convening.invitation(cast.colleague, item.sitting).notified_at is None
    assert mails(cast.colleague) == []


def test_a_first_selection_for_a_case_needs_a_reason(cast: Cast) -> None:
    item = add(cast, draft(cast))
    with pytest.raises(InvalidError, match="理由"):
        invitations.select_people(
            actor=clerk(cast), item=item, choices=[Choice(cast.colleague)]
        )
    known = [Choice(cast.clinic)]
    invitations.select_people(actor=clerk(cast), item=item, choices=known)
    assert Seat.objects.filter(item_id=item.id, person=cast.clinic).exists()


@pytest.mark.parametrize("name", ["recused", "administrator", "auditor", "stranger"])
def test_who_is_not_offered_cannot_be_selected(cast: Cast, name: str) -> None:
    item = add(cast, draft(cast))
    person = getattr(cast, name)
    with pytest.raises(RefusedError) as refusal:
        select(cast, item, person)
    assert refusal.value.message == f"{person.name}さんは、この議題では選べません。"


@pytest.mark.parametrize("name", OUTSIDERS)
def test_outsiders_cannot_select(cast: Cast, name: str) -> None:
    item = add(cast, draft(cast))
    with pytest.raises(HiddenError):
        invitations.select_people(
            actor=factories.sign_in(getattr(cast, name)), item=item, choices=[]
        )


def test_deselecting_ends_the_seat_and_on_request_the_membership(cast: Cast) -> None:
    item = add(cast, draft(cast))
    select(cast, item, cast.clinic)
    invitations.select_people(actor=clerk(cast), item=item, choices=[])
    seat = Seat.objects.get(item_id=item.id, person=cast.clinic)
    assert seat.ends_at is not None
    assert convening.invitation(cast.clinic, item.sitting).withdrawn_at is not None
    live = Membership.objects.get(case=cast.case, person=cast.clinic)
    assert live.ends_at is None
    select(cast, item, cast.clinic)
    invitations.select_people(
        actor=clerk(cast), item=item, choices=[], leaving=[cast.clinic.id]
    )
    live.refresh_from_db()
    assert live.ends_at is not None


def test_an_empty_agenda_is_not_submitted(cast: Cast) -> None:
    with pytest.raises(RefusedError, match="議題がまだ"):
        sittings.submit_agenda(actor=clerk(cast), sitting=draft(cast))


def test_without_consent_a_juso_item_is_not_submitted(cast: Cast) -> None:
    sitting = draft(cast)
    add(cast, sitting, cast.juso)
    Consent.objects.filter(member__label="長男").update(withdrawn_at=clock.now())
    with pytest.raises(RefusedError, match="長男の同意がありません"):
        sittings.submit_agenda(actor=clerk(cast), sitting=sitting)


def test_the_chair_sends_back_with_a_note(cast: Cast) -> None:
    sitting = draft(cast)
    add(cast, sitting)
    sittings.submit_agenda(actor=clerk(cast), sitting=sitting)
    note = "順番を入れ替えてください。"
    back = sittings.send_back(actor=head(cast), sitting=sitting, note=note)
    assert (back.state, back.returned_note) == (Sitting.State.DRAFT, note)


def test_nothing_changes_while_the_chair_looks(cast: Cast) -> None:
    sitting = draft(cast)
    item = add(cast, sitting)
    sittings.submit_agenda(actor=clerk(cast), sitting=sitting)
    for act in (
        lambda: add(cast, sitting, cast.juso, 102),
        lambda: select(cast, item, cast.clinic),
        lambda: agenda.remove_item(actor=clerk(cast), item=item),
        lambda: sittings.change_sitting(
            actor=clerk(cast), sitting=sitting, when=when(40)
        ),
    ):
        with pytest.raises(RefusedError):
            act()


def test_approval_is_the_chairs_and_needs_a_fresh_factor(cast: Cast) -> None:
    sitting = draft(cast)
    add(cast, sitting)
    sittings.submit_agenda(actor=clerk(cast), sitting=sitting)
    with pytest.raises(HiddenError):
        sittings.approve_agenda(actor=clerk(cast), sitting=sitting)
    stale = factories.sign_in(cast.chair, strong_at=clock.now() - timedelta(minutes=6))
    with pytest.raises(StepUpError):
        sittings.approve_agenda(actor=stale, sitting=sitting)
    done = sittings.approve_agenda(actor=head(cast), sitting=sitting)
    assert (done.state, done.approved_by, done.presiding) == (
        Sitting.State.CONVENED,
        cast.chair,
        cast.chair,
    )


def test_a_draft_is_not_approved_past_the_secretariat(cast: Cast) -> None:
    sitting = draft(cast)
    add(cast, sitting)
    with pytest.raises(RefusedError):
        sittings.approve_agenda(actor=head(cast), sitting=sitting)


def test_approving_twice_tells_nobody_twice(cast: Cast) -> None:
    sitting = convened(cast, cast.clinic)
    sittings.approve_agenda(actor=head(cast), sitting=sitting)
    assert len(mails(cast.clinic)) == 1
    assert len(links(cast.clinic, sitting)) == 1


def test_everybody_asked_gets_a_mail_and_only_outside_people_a_link(
    cast: Cast,
) -> None:
    sitting = convened(cast, cast.clinic, cast.newcomer)
    for person in (cast.clinic, cast.newcomer, cast.chair, cast.secretariat):
        assert len(mails(person)) == 1
    for person in (cast.leaver, cast.colleague, cast.recused, cast.stranger):
        assert mails(person) == []
    assert len(links(cast.clinic, sitting)) == len(links(cast.newcomer, sitting)) == 1
    assert links(cast.chair, sitting) == []
    link = links(cast.clinic, sitting)[0]
    assert link.ends_at == sitting.ends_at + timedelta(days=cast.shien.rules.link_days)


def test_who_is_recused_in_the_meantime_is_not_told(cast: Cast) -> None:
    sitting = draft(cast)
    select(cast, add(cast, sitting), cast.clinic)
    sittings.submit_agenda(actor=clerk(cast), sitting=sitting)
    Recusal.objects.create(
        organization=cast.clinic.organization,
        case=cast.case,
        starts_at=clock.now(),
        entered_by=cast.secretariat,
    )
    sittings.approve_agenda(actor=head(cast), sitting=sitting)
    assert mails(cast.clinic) == []
    assert links(cast.clinic, sitting) == []


def test_who_has_no_mail_waits_for_a_letter(cast: Cast) -> None:
    cast.clinic.email = ""
    cast.clinic.save()
    sitting = convened(cast, cast.clinic)
    invitation = convening.invitation(cast.clinic, sitting)
    assert invitation.notified_at is None
    issued = convocation.print_letter(actor=clerk(cast), invitation=invitation)
    assert links(cast.clinic, sitting) == [issued.link]
    invitation.refresh_from_db()
    assert invitation.notified_at is not None


def test_a_late_selection_is_told_at_once(cast: Cast) -> None:
    sitting = convened(cast, cast.clinic)
    select(cast, sitting.items.get(), cast.clinic, cast.colleague)
    assert len(mails(cast.colleague)) == len(links(cast.colleague, sitting)) == 1
    assert len(mails(cast.clinic)) == 1


def test_one_person_leaving_is_told_alone_and_the_link_dies(cast: Cast) -> None:
    sitting = convened(cast, cast.clinic, cast.newcomer)
    select(cast, sitting.items.get(), cast.newcomer)
    assert [m.calendar_method for m in mails(cast.clinic)] == ["REQUEST", "CANCEL"]
    assert [m.calendar_method for m in mails(cast.newcomer)] == ["REQUEST"]
    assert links(cast.clinic, sitting) == []


def test_asked_again_after_leaving_the_sequence_goes_on(cast: Cast) -> None:
    sitting = convened(cast, cast.clinic)
    item = sitting.items.get()
    select(cast, item)
    select(cast, item, cast.clinic)
    invitation = convening.invitation(cast.clinic, sitting)
    assert (invitation.sequence, invitation.withdrawn_at) == (2, None)
    assert [m.calendar_method for m in mails(cast.clinic)] == [
        "REQUEST",
        "CANCEL",
        "REQUEST",
    ]


def test_a_new_time_is_told_and_the_answer_asked_anew(cast: Cast) -> None:
    sitting = convened(cast, cast.clinic)
    old = links(cast.clinic, sitting)
    invitation = convening.invitation(cast.clinic, sitting)
    invitation.rsvp = Invitation.Rsvp.PRESENT
    invitation.save()
    sittings.change_sitting(actor=clerk(cast), sitting=sitting, when=when(45))
    invitation.refresh_from_db()
    assert (invitation.sequence, invitation.rsvp) == (1, "waiting")
    assert [m.subject[:4] for m in mails(cast.clinic)] == ["かさね ", "【変更】"]
    assert links(cast.clinic, sitting) != old


def test_a_new_place_keeps_the_answer(cast: Cast) -> None:
    sitting = convened(cast, cast.clinic)
    Invitation.objects.filter(sitting=sitting).update(rsvp="present")
    moved = sittings.When(sitting.starts_at, sitting.ends_at, "保健センター 2階")
    sittings.change_sitting(actor=clerk(cast), sitting=sitting, when=moved)
    invitation = convening.invitation(cast.clinic, sitting)
    assert (invitation.sequence, invitation.rsvp) == (1, "present")


def test_saving_without_a_change_tells_nobody(cast: Cast) -> None:
    sitting = convened(cast, cast.clinic)
    same = sittings.When(sitting.starts_at, sitting.ends_at, sitting.place)
    sittings.change_sitting(actor=clerk(cast), sitting=sitting, when=same)
    assert len(mails(cast.clinic)) == 1


def test_calling_off_ends_links_and_tells_everybody(cast: Cast) -> None:
    sitting = convened(cast, cast.clinic)
    done = sittings.cancel_sitting(actor=clerk(cast), sitting=sitting)
    assert done.state == Sitting.State.CANCELLED
    assert [m.calendar_method for m in mails(cast.clinic)] == ["REQUEST", "CANCEL"]
    assert links(cast.clinic, sitting) == []


def test_a_cancelled_draft_tells_nobody(cast: Cast) -> None:
    sitting = draft(cast)
    select(cast, add(cast, sitting), cast.clinic)
    sittings.cancel_sitting(actor=clerk(cast), sitting=sitting)
    assert mails(cast.clinic) == []


def test_the_person_answers_and_may_think_again(cast: Cast) -> None:
    sitting = convened(cast, cast.clinic)
    invitation = convening.invitation(cast.clinic, sitting)
    actor = factories.sign_in(cast.clinic, strength=1)
    for rsvp in (Invitation.Rsvp.ABSENT, Invitation.Rsvp.PROXY):
        invitations.answer_invitation(
            actor=actor, invitation=invitation, rsvp=rsvp, note="10分遅れます。"
        )
    invitation.refresh_from_db()
    assert (invitation.rsvp, invitation.rsvp_note) == ("proxy", "10分遅れます。")


def test_the_secretariat_enters_what_was_said_by_phone(cast: Cast) -> None:
    sitting = convened(cast, cast.clinic)
    invitation = convening.invitation(cast.clinic, sitting)
    invitations.answer_invitation(
        actor=clerk(cast), invitation=invitation, rsvp=Invitation.Rsvp.PRESENT
    )
    event = AuditEvent.objects.get(action="meetings.invitation.answer")
    assert event.actor == str(cast.secretariat.id)


@pytest.mark.parametrize("name", ["colleague", "newcomer", "stranger", "auditor"])
def test_nobody_answers_for_another(cast: Cast, name: str) -> None:
    sitting = convened(cast, cast.clinic)
    with pytest.raises(HiddenError):
        invitations.answer_invitation(
            actor=factories.sign_in(getattr(cast, name)),
            invitation=convening.invitation(cast.clinic, sitting),
            rsvp=Invitation.Rsvp.PRESENT,
        )


def test_a_draft_cannot_be_answered(cast: Cast) -> None:
    sitting = draft(cast)
    select(cast, add(cast, sitting), cast.clinic)
    with pytest.raises(HiddenError):
        invitations.answer_invitation(
            actor=factories.sign_in(cast.clinic),
            invitation=convening.invitation(cast.clinic, sitting),
            rsvp=Invitation.Rsvp.PRESENT,
        )


def test_each_act_leaves_its_event(cast: Cast) -> None:
    convened(cast, cast.clinic)
    actions = set(AuditEvent.objects.values_list("action", flat=True))
    assert actions >= {
        "meetings.sitting.create",
        "meetings.item.add",
        "meetings.item.people",
        "meetings.sitting.submit",
        "meetings.sitting.approve",
        "meetings.invitation.notify",
        "documents.link.issue",
    }
