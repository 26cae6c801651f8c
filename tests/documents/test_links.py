"""Links: issued once per person and sitting, extended, unlocked, revoked."""

from datetime import timedelta

import pytest

from documents.models import Link
from documents.models.links import MAX_WRONG_CODES
from documents.services import links
from members.services import sign_ins
from portal.core import clock, outbox
from portal.core.errors import RefusedError
from portal.core.models import AuditEvent, OutgoingMail
from tests import factories
from tests.documents.gate import issue, secret_of
from tests.factories import to_sitting


def test_a_link_has_its_secret_in_the_fragment_only(cast, settings):
    settings.BASE_URL = "https://kasane.city.mihon.example"
    issued = issue(cast)
    address, _, secret = issued.url.partition("#")
    assert address == "https://kasane.city.mihon.example/g/"
    assert len(secret) * 6 >= 192


def test_secrets_do_not_repeat_and_are_not_kept(cast):
    issued = [issue(cast) for _ in range(50)]
    assert len({secret_of(one) for one in issued}) == 50
    assert len({one.card_code for one in issued}) == 50
    kept = str(list(Link.objects.values())) + str(list(AuditEvent.objects.values()))
    for one in issued:
        assert secret_of(one) not in kept
        assert one.card_code not in kept
        assert one.card_code.replace("-", "") not in kept


def test_a_link_is_found_by_its_secret_and_by_its_printed_code(cast):
    issued = issue(cast)
    assert links.find_by_secret(secret_of(issued)) == issued.link
    assert links.find_by_card_code(issued.card_code) == issued.link


def test_a_printed_code_forgives_case_width_and_look_alikes(cast):
    issued = issue(cast)
    code = issued.card_code
    wide = "".join(chr(ord(c) + 0xFEE0) for c in code.replace("-", ""))
    for way in (
        code.lower(),
        code.replace("-", " "),
        code.replace("-", ""),
        code.replace("0", "O").replace("1", "l"),
        wide,
    ):
        assert links.find_by_card_code(way) == issued.link, way


@pytest.mark.parametrize("secret", ["", "x", "x" * 43, "あ" * 43, "\x00" * 43])
def test_an_unknown_secret_finds_nothing(cast, secret):
    issue(cast)
    assert links.find_by_secret(secret) is None
    assert links.find_by_card_code(secret) is None


def test_a_link_opens_in_its_interval_only(cast):
    now = clock.now()
    early = issue(cast, starts_at=now + timedelta(minutes=1))
    assert links.find_by_secret(secret_of(early)) is None
    late = issue(cast)
    Link.objects.filter(id=late.link.id).update(ends_at=clock.now())
    assert links.find_by_secret(secret_of(late)) is None


def test_a_link_dies_with_the_account(cast):
    issued = issue(cast)
    cast.clinic.ends_at = clock.now()
    cast.clinic.save()
    assert links.find_by_secret(secret_of(issued)) is None


def test_a_link_needs_an_end_after_its_start(cast):
    now = clock.now()
    with pytest.raises(RefusedError):
        issue(cast, starts_at=now, ends_at=now)


def test_a_new_link_kills_the_old_one_of_the_same_person_and_sitting(cast):
    old = issue(cast)
    other_person = issue(cast, cast.newcomer)
    other_sitting = issue(
        cast, scope=to_sitting(factories.sitting(cast.shien, cast.secretariat))
    )
    new = issue(cast)
    assert links.find_by_secret(secret_of(old)) is None
    for one in (other_person, other_sitting, new):
        assert links.find_by_secret(secret_of(one)) == one.link


def test_revoking_ends_sign_ins_and_waiting_mail_at_once(cast):
    issued = issue(cast)
    about = f"link:{issued.link.id}"
    sign_in = sign_ins.start(person=cast.clinic, strength=1, link_id=issued.link.id)
    unrelated = sign_ins.start(person=cast.clinic, strength=1)
    outbox.queue(
        person=cast.clinic.id,
        address=cast.clinic.email,
        subject="かさね ご案内",
        body=issued.url,
        about=about,
    )
    links.revoke_link(actor=factories.sign_in(cast.secretariat), link=issued.link)
    sign_in.refresh_from_db()
    unrelated.refresh_from_db()
    assert sign_in.ends_at is not None
    assert unrelated.ends_at is None
    mail = OutgoingMail.objects.get(about=about)
    assert mail.state == OutgoingMail.State.CANCELLED
    assert links.find_by_secret(secret_of(issued)) is None
    event = AuditEvent.objects.get(action="documents.link.revoke")
    assert event.subject == about
    assert event.actor == str(cast.secretariat.id)


def test_revoking_twice_is_one_revocation(cast):
    issued = issue(cast)
    actor = factories.sign_in(cast.secretariat)
    links.revoke_link(actor=actor, link=issued.link)
    ended = Link.objects.get(id=issued.link.id).ends_at
    links.revoke_link(actor=actor, link=issued.link)
    assert Link.objects.get(id=issued.link.id).ends_at == ended
    assert AuditEvent.objects.filter(action="documents.link.revoke").count() == 1


def test_the_links_of_a_sitting_are_revoked_together(cast):
    mine, theirs = issue(cast), issue(cast, cast.newcomer)
    elsewhere = issue(
        cast, scope=to_sitting(factories.sitting(cast.shien, cast.secretariat))
    )
    actor = factories.sign_in(cast.secretariat)
    count = links.revoke_links(actor=actor, scope_id=cast.sitting.id)
    assert count == 2
    for one in (mine, theirs):
        assert links.find_by_secret(secret_of(one)) is None
    assert links.find_by_secret(secret_of(elsewhere)) == elsewhere.link


def test_a_link_is_extended_but_never_shortened_or_revived(cast):
    actor = factories.sign_in(cast.secretariat)
    issued = issue(cast)
    later = issued.link.ends_at + timedelta(days=3)
    assert links.extend_link(actor=actor, link=issued.link, ends_at=later)
    assert Link.objects.get(id=issued.link.id).ends_at == later
    with pytest.raises(RefusedError):
        links.extend_link(actor=actor, link=issued.link, ends_at=later)
    links.revoke_link(actor=actor, link=issued.link)
    with pytest.raises(RefusedError):
        links.extend_link(
            actor=actor, link=issued.link, ends_at=later + timedelta(days=1)
        )


def test_the_board_says_where_every_link_stands(cast):
    now = clock.now()
    actor = factories.sign_in(cast.secretariat)
    issue(cast)
    opened = issue(cast)
    Link.objects.filter(id=opened.link.id).update(opened_at=now)
    for _ in range(2):
        sign_ins.start(person=cast.clinic, strength=1, link_id=opened.link.id)
    locked = issue(cast, cast.newcomer)
    Link.objects.filter(id=locked.link.id).update(wrong_count=MAX_WRONG_CODES)
    issue(cast, cast.colleague, starts_at=now + timedelta(hours=1))
    issue(cast, cast.recused)
    ended = issue(cast, cast.leaver)
    links.revoke_link(actor=actor, link=ended.link)
    board = {row.link.person: row for row in links.links_of(cast.sitting.id)}
    assert {person: row.standing for person, row in board.items()} == {
        cast.clinic: links.Standing.OPENED,
        cast.newcomer: links.Standing.LOCKED,
        cast.colleague: links.Standing.PENDING,
        cast.recused: links.Standing.UNOPENED,
        cast.leaver: links.Standing.ENDED,
    }
    assert board[cast.clinic].browser_count == 2
    assert board[cast.newcomer].browser_count == 0


def test_unlocking_gives_the_attempts_back(cast):
    issued = issue(cast)
    Link.objects.filter(id=issued.link.id).update(wrong_count=MAX_WRONG_CODES)
    actor = factories.sign_in(cast.secretariat)
    link = links.unlock_link(actor=actor, link=issued.link)
    assert link.attempts_left == MAX_WRONG_CODES
    assert AuditEvent.objects.filter(action="documents.link.unlock").count() == 1


def test_the_reference_names_the_link_and_opens_nothing(cast):
    issued = issue(cast)
    reference = issued.link.reference
    assert len(reference) == 9
    assert links.find_by_secret(reference) is None
    assert links.find_by_card_code(reference) is None
