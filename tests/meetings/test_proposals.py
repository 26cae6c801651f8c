"""Proposals: written, sent in, returned, declined, taken; and who sees nothing."""

from datetime import timedelta

import pytest

from documents.models import Paper, PaperVersion
from documents.selectors import paper_rows, version_for
from meetings.models import AgendaItem, CallRecipient, Proposal
from meetings.selectors.calls import board_of, listed_calls, own_call
from meetings.selectors.proposals import known_cases, open_proposal
from meetings.services import agenda, calls, proposals, triage
from members.access import access_for
from members.facts import Action, Answer, Regime, State
from members.models import Case, Commission, Consent, Recusal, Seat
from portal.core import clock
from portal.core.errors import (
    HiddenError,
    InvalidError,
    NeedAcknowledgementError,
    RefusedError,
    StepUpError,
)
from tests import factories
from tests.cast import Cast
from tests.meetings import calling, convening
from tests.meetings.calling import drafted, opened, sheet, submitted, taking


def reading(cast: Cast, name: str, proposal: Proposal) -> object:
    return open_proposal(factories.sign_in(getattr(cast, name)), proposal.id)


# Writing ------------------------------------------------------------------------------


def test_a_draft_is_its_authors_alone(cast: Cast):
    call = opened(cast, cast.clinic, cast.colleague)
    proposal = drafted(call, cast.clinic)
    assert open_proposal(factories.sign_in(cast.clinic), proposal.id).writes
    for name in ("colleague", "newcomer", "secretariat", "chair", "stranger"):
        with pytest.raises(HiddenError):
            reading(cast, name, proposal)
    assert board_of(convening.clerk(cast), call.id).proposals == []


def test_sent_in_it_is_the_custodians_and_no_colleagues(cast: Cast):
    call = opened(cast, cast.clinic, cast.colleague)
    proposal = submitted(call, cast.clinic)
    for name in ("secretariat", "chair", "clinic"):
        reading(cast, name, proposal)
    for name in ("colleague", "stranger", "administrator", "auditor"):
        with pytest.raises(HiddenError):
            reading(cast, name, proposal)
    theirs = own_call(factories.sign_in(cast.colleague), call.id)
    assert (theirs.proposals, theirs.taken) == ([], [])
    row = calling.recipient(call, cast.clinic)
    assert row.answer == CallRecipient.Answer.PROPOSES


def test_the_same_form_twice_is_one_draft(cast: Cast):
    call = opened(cast)
    clinic = factories.sign_in(cast.clinic)
    for _ in range(2):
        proposals.save_proposal(
            actor=clinic,
            key=convening.key(7),
            call=call,
            case=None,
            words=calling.WORDS,
        )
    proposal = Proposal.objects.get()
    assert Seat.objects.filter(item_id=proposal.id).count() == 1


@pytest.mark.parametrize("which", ["proposal", "item"])
def test_a_key_that_names_something_else_opens_nothing(cast: Cast, which: str):
    """R18: a proposal's seat can never be one on an item of somebody's choice."""
    call = opened(cast, cast.clinic, cast.colleague)
    theirs = drafted(call, cast.clinic)
    general = factories.item(convening.draft(cast), None, cast.shien)
    key = {"proposal": theirs.id, "item": general.id}[which]
    seats = set(Seat.objects.filter(item_id=key).values_list("pk", flat=True))
    own = proposals.save_proposal(
        actor=factories.sign_in(cast.colleague),
        key=key,
        call=call,
        case=None,
        words=calling.WORDS,
    )
    assert own.id != key
    assert set(Seat.objects.filter(item_id=key).values_list("pk", flat=True)) == seats
    theirs.refresh_from_db()
    assert theirs.person == cast.clinic


def test_a_case_of_another_unit_is_not_proposed(cast: Cast):
    call = opened(cast)
    cast.case.unit = factories.unit("南部圏域")
    cast.case.save()
    with pytest.raises(HiddenError):
        drafted(call, cast.clinic, cast.case)


@pytest.mark.parametrize("name", ["colleague", "leaver", "stranger", "chair"])
def test_who_is_not_asked_does_not_propose(cast: Cast, name: str):
    call = opened(cast)
    with pytest.raises(HiddenError):
        drafted(call, getattr(cast, name))


def test_proposing_asks_for_the_pledge_and_for_a_factor(cast: Cast):
    call = opened(cast, cast.clinic, cast.newcomer)
    with pytest.raises(NeedAcknowledgementError):
        drafted(call, cast.newcomer)
    weak = factories.sign_in(cast.clinic, strength=1, scope=calling.to_call(call))
    with pytest.raises(StepUpError):
        proposals.save_proposal(
            actor=weak, key=convening.key(), call=call, case=None, words=calling.WORDS
        )
    assert own_call(weak, call.id).missing is Answer.STEP_UP


def test_who_leaves_loses_the_own_proposal_too(cast: Cast):
    proposal = submitted(opened(cast), cast.clinic)
    Commission.objects.filter(person=cast.clinic).update(ends_at=clock.now())
    with pytest.raises(HiddenError):
        reading(cast, "clinic", proposal)


def test_after_the_due_date_nothing_is_written(cast: Cast):
    call = opened(cast)
    proposal = drafted(call, cast.clinic)
    calling.end(call)
    clinic = factories.sign_in(cast.clinic)
    with pytest.raises(RefusedError, match="期限を過ぎた"):
        drafted(call, cast.clinic)
    with pytest.raises(RefusedError, match="期限を過ぎた"):
        proposals.change_proposal(actor=clinic, proposal=proposal, words=calling.WORDS)
    with pytest.raises(RefusedError, match="期限を過ぎた"):
        proposals.submit_proposal(actor=clinic, proposal=proposal)
    with pytest.raises(RefusedError, match="期限を過ぎた"):
        sheet(proposal)
    proposal.refresh_from_db()
    assert proposal.state == Proposal.State.DRAFT


def test_what_was_sent_in_stands(cast: Cast):
    proposal = submitted(opened(cast), cast.clinic)
    clinic = factories.sign_in(cast.clinic)
    again = proposals.submit_proposal(actor=clinic, proposal=proposal)
    assert again.submitted_at == proposal.submitted_at
    with pytest.raises(RefusedError):
        proposals.change_proposal(actor=clinic, proposal=proposal, words=calling.WORDS)
    with pytest.raises(RefusedError):
        sheet(proposal)


# A case that is known -----------------------------------------------------------------


def test_known_cases_are_those_open_to_the_person(cast: Cast):
    call = opened(cast, cast.clinic, cast.colleague)
    assert known_cases(factories.sign_in(cast.clinic), call) == [cast.case]
    assert known_cases(factories.sign_in(cast.colleague), call) == []
    with pytest.raises(HiddenError):
        drafted(call, cast.colleague, cast.case)


def test_a_recused_custodian_does_not_see_what_is_proposed_of_the_case(cast: Cast):
    call = opened(cast)
    proposal = submitted(call, cast.clinic, cast.case)
    assert board_of(convening.clerk(cast), call.id).proposals == [proposal]
    Recusal.objects.create(
        person=cast.secretariat,
        case=cast.case,
        starts_at=clock.now(),
        entered_by=cast.chair,
    )
    assert board_of(convening.clerk(cast), call.id).proposals == []
    assert [line.waiting for line in listed_calls(convening.clerk(cast))] == [0]
    assert [line.waiting for line in listed_calls(convening.head(cast))] == [1]
    with pytest.raises(HiddenError):
        reading(cast, "secretariat", proposal)


def test_recusal_from_the_case_holds_for_the_proposal_it_came_from(cast: Cast):
    """R27: neither the words nor the sheets stay open by the way they came."""
    proposal = drafted(opened(cast), cast.clinic)
    source = sheet(proposal)
    proposals.submit_proposal(actor=factories.sign_in(cast.clinic), proposal=proposal)
    item = calling.taken(cast, proposal, source)
    Recusal.objects.create(
        person=cast.chair,
        case=item.case,
        starts_at=clock.now(),
        entered_by=cast.secretariat,
    )
    for person, sees in ((cast.secretariat, True), (cast.chair, False)):
        actor = factories.sign_in(person)
        listed = board_of(actor, proposal.call_id).proposals
        assert [row.id for row in listed] == [proposal.id] * sees
        found = version_for(actor, source.id)
        assert found.access.allows(Action.READ, found.thing) is sees
    with pytest.raises(HiddenError):
        reading(cast, "chair", proposal)


def test_under_consent_a_known_case_without_it_is_not_offered(cast: Cast):
    call = calls.open_call(
        actor=convening.clerk(cast),
        key=convening.key(5),
        body=cast.juso,
        asked=calling.asked(),
        people=[cast.clinic],
    )
    assert known_cases(factories.sign_in(cast.clinic), call) == [cast.case]
    Consent.objects.all().update(withdrawn_at=clock.now())
    assert known_cases(factories.sign_in(cast.clinic), call) == []


# Sheets -------------------------------------------------------------------------------


def test_a_sheet_from_outside_is_held_for_the_secretariat(cast: Cast):
    proposal = drafted(opened(cast), cast.clinic)
    version = sheet(proposal)
    assert version.state == State.HELD
    assert version.paper.document_class == Paper.Class.C3B
    assert version.paper.scope == calling.to_call(proposal.call)
    proposals.submit_proposal(actor=factories.sign_in(cast.clinic), proposal=proposal)
    readers = {
        name: version_for(factories.sign_in(getattr(cast, name)), version.id)
        for name in ("secretariat", "chair", "clinic", "colleague", "stranger")
    }
    answers = {
        name: found.access.answer(Action.READ, found.thing)
        for name, found in readers.items()
    }
    assert answers.pop("secretariat") is Answer.ALLOW
    assert answers.pop("chair") is Answer.ALLOW
    assert set(answers.values()) == {Answer.HIDDEN}


def test_the_author_is_told_that_it_arrived(cast: Cast):
    proposal = drafted(opened(cast), cast.clinic)
    sheet(proposal)
    (row,) = open_proposal(factories.sign_in(cast.clinic), proposal.id).rows
    assert row.held
    assert not row.can.open


@pytest.mark.parametrize("name", ["colleague", "secretariat", "stranger"])
def test_nobody_else_attaches_a_sheet(cast: Cast, name: str):
    proposal = drafted(opened(cast), cast.clinic)
    with pytest.raises(HiddenError):
        sheet(proposal, factories.sign_in(getattr(cast, name)))
    assert not Paper.objects.exists()


# Triage: back, off --------------------------------------------------------------------


def test_a_returned_proposal_has_its_own_time_and_its_reason(cast: Cast):
    call = opened(cast)
    proposal = submitted(call, cast.clinic)
    calling.end(call)
    clerk = convening.clerk(cast)
    with pytest.raises(InvalidError):
        triage.return_proposal(
            actor=clerk, proposal=proposal, reason="直す", due_at=clock.now()
        )
    triage.return_proposal(
        actor=clerk,
        proposal=proposal,
        reason="関わっている機関を書き足してください。",
        due_at=clock.now() + timedelta(days=3),
    )
    mail = convening.mails(cast.clinic)[-1]
    assert mail.subject.startswith("【事務局からの連絡】")
    assert "書き足して" not in calling.text_of(mail)
    clinic = factories.sign_in(cast.clinic)
    opened_again = open_proposal(clinic, proposal.id)
    assert opened_again.writes
    assert opened_again.proposal.reason.startswith("関わって")
    proposals.submit_proposal(actor=clinic, proposal=opened_again.proposal)
    proposal.refresh_from_db()
    assert proposal.state == Proposal.State.SUBMITTED


def test_a_declined_proposal_shows_why_and_ends(cast: Cast):
    proposal = submitted(opened(cast), cast.clinic)
    triage.decline_proposal(
        actor=convening.clerk(cast), proposal=proposal, reason="他の会議で扱います。"
    )
    seen = open_proposal(factories.sign_in(cast.clinic), proposal.id)
    assert seen.proposal.reason == "他の会議で扱います。"
    assert not seen.writes
    assert not open_proposal(convening.clerk(cast), proposal.id).judges
    seat = Seat.objects.get(item_id=proposal.id)
    assert seat.ends_at is not None
    Seat.objects.update(ends_at=clock.now())
    with pytest.raises(HiddenError):
        reading(cast, "clinic", proposal)


@pytest.mark.parametrize("name", ["clinic", "colleague", "stranger", "administrator"])
def test_only_custodians_judge(cast: Cast, name: str):
    proposal = submitted(opened(cast), cast.clinic)
    actor = factories.sign_in(getattr(cast, name))
    soon = clock.now() + timedelta(days=1)
    sitting = convening.draft(cast)
    for act in (
        lambda: triage.decline_proposal(actor=actor, proposal=proposal, reason="-"),
        lambda: triage.return_proposal(
            actor=actor, proposal=proposal, reason="-", due_at=soon
        ),
        lambda: triage.take_proposal(
            actor=actor, proposal=proposal, taking=taking(cast, sitting)
        ),
    ):
        with pytest.raises(HiddenError):
            act()
    proposal.refresh_from_db()
    assert proposal.state == Proposal.State.SUBMITTED
    assert Case.objects.count() == 1


def test_a_draft_is_not_judged(cast: Cast):
    proposal = drafted(opened(cast), cast.clinic)
    with pytest.raises(RefusedError):
        calling.taken(cast, proposal)
    assert Case.objects.count() == 1


# Triage: onto the agenda --------------------------------------------------------------


def test_taken_it_is_an_item_with_a_case_of_its_own(cast: Cast):
    proposal = submitted(opened(cast), cast.clinic)
    item = calling.taken(cast, proposal)
    assert item.title == calling.WORDS.title
    assert item.case is not None
    assert item.case.number == "R8-077"
    assert item.case.summary == calling.WORDS.words
    assert item.case.referrer == cast.clinic.organization
    assert item.about.count() == 2
    proposal.refresh_from_db()
    assert (proposal.state, proposal.item) == (Proposal.State.TAKEN, item)
    assert proposal.decided_by == cast.secretariat


def test_what_it_became_is_not_its_authors_by_itself(cast: Cast):
    call = opened(cast)
    proposal = submitted(call, cast.clinic)
    item = calling.taken(cast, proposal)
    clinic = factories.sign_in(cast.clinic)
    with pytest.raises(HiddenError):
        reading(cast, "clinic", proposal)
    own = own_call(clinic, call.id)
    assert own.proposals == []
    assert own.taken == [proposal]
    access = access_for(clinic, items=[item.id])
    assert paper_rows(access, [item.id]) == []


def test_a_second_press_leads_to_the_same_item(cast: Cast):
    proposal = submitted(opened(cast), cast.clinic)
    sitting = convening.draft(cast)
    items = {
        triage.take_proposal(
            actor=convening.clerk(cast),
            proposal=proposal,
            taking=taking(cast, sitting),
        )
        for _ in range(2)
    }
    assert len(items) == 1
    assert Case.objects.count() == 2


def test_a_known_case_is_used(cast: Cast):
    proposal = submitted(opened(cast), cast.clinic, cast.case)
    item = calling.taken(cast, proposal)
    assert item.case == cast.case
    assert Case.objects.count() == 1


def test_the_sheet_goes_along_and_the_source_stays(cast: Cast):
    proposal = drafted(opened(cast), cast.clinic)
    source = sheet(proposal)
    proposals.submit_proposal(actor=factories.sign_in(cast.clinic), proposal=proposal)
    item = calling.taken(cast, proposal, source)
    new = PaperVersion.objects.get(paper__item_id=item.id)
    assert (new.state, new.uploaded_by) == (State.DRAFT, cast.clinic)
    assert new.paper.source == source
    assert new.paper.case == item.case
    assert set(new.paper.about.all()) == set(item.about.all())
    assert new.stored != source.stored
    assert new.stored.sha256 == source.stored.sha256
    source.refresh_from_db()
    assert (source.state, source.paper.item_id) == (State.HELD, proposal.id)
    found = version_for(convening.clerk(cast), new.id)
    assert found.access.allows(Action.READ, found.thing)


def test_crossing_to_another_law_needs_a_reason_and_makes_a_new_paper(cast: Cast):
    proposal = drafted(opened(cast), cast.clinic)
    source = sheet(proposal)
    proposals.submit_proposal(actor=factories.sign_in(cast.clinic), proposal=proposal)
    sitting, clerk = convening.draft(cast), convening.clerk(cast)
    for sheets in ((source,), ()):  # its words cross as well
        with pytest.raises(InvalidError, match="理由"):
            triage.take_proposal(
                actor=clerk,
                proposal=proposal,
                taking=taking(cast, sitting, *sheets, regime=Regime.JUSO),
            )
    assert Case.objects.count() == 1
    item = triage.take_proposal(
        actor=clerk,
        proposal=proposal,
        taking=taking(
            cast, sitting, source, regime=Regime.JUSO, reason="本人から同意を得たため"
        ),
    )
    new = Paper.objects.get(item_id=item.id)
    assert (new.law, new.origin) == (Regime.JUSO, Regime.JUSO)
    assert new.transfer_reason == "本人から同意を得たため"
    assert new.source is not None
    assert new.source.paper.origin == Regime.SHIEN


def test_tax_information_does_not_cross_into_an_item_without_consent(cast: Cast):
    proposal = drafted(opened(cast), cast.clinic)
    source = sheet(proposal, tax=True)
    proposals.submit_proposal(actor=factories.sign_in(cast.clinic), proposal=proposal)
    with pytest.raises(RefusedError, match="税情報"):
        calling.taken(cast, proposal, source)
    assert not AgendaItem.objects.filter(title=calling.WORDS.title).exists()
    assert Case.objects.count() == 1


def test_an_item_taken_off_again_gives_the_proposal_back(cast: Cast):
    proposal = submitted(opened(cast), cast.clinic)
    item = calling.taken(cast, proposal)
    agenda.remove_item(actor=convening.clerk(cast), item=item)
    proposal.refresh_from_db()
    assert proposal.waits
    assert open_proposal(convening.clerk(cast), proposal.id).judges
