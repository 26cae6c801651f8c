"""Mail that came back, what people see of answers, and the command that takes them."""

import io
import sys

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from meetings import inbound
from meetings.models import Invitation
from meetings.services import convocation, replies
from meetings.services.replies import Outcome
from portal.core import clock
from portal.core.models import AuditEvent, OutgoingMail
from tests.cast import Cast
from tests.conftest import SignIn
from tests.meetings.convening import clerk, invitation, mails
from tests.meetings.mailbox import SAMPLE, reasons, reply, report

Rsvp = Invitation.Rsvp


pytestmark = pytest.mark.usefixtures("morning")


def sent(mail: OutgoingMail) -> OutgoingMail:
    mail.state = OutgoingMail.State.SENT
    mail.save()
    return mail


# Mail that came back -----------------------------------------------------------------


def test_a_bounce_marks_the_notice_as_not_delivered(asked: Invitation) -> None:
    mail = sent(mails(asked.person)[0])
    assert replies.receive(raw=report(mail)) == Outcome.UNDELIVERED
    mail.refresh_from_db()
    assert (mail.state, mail.bounced_at) == ("bounced", clock.now())
    event = AuditEvent.objects.get(action="core.mail.bounce")
    assert event.detail == {"person": str(asked.person_id), "code": "5.1.1"}
    assert replies.receive(raw=report(mail)) == Outcome.IGNORED, "told twice"


@pytest.mark.parametrize("status", ["5.1.1\0", "5.1.1 <事例>", "通院", "9.9.9", ""])
def test_a_status_says_its_code_and_nothing_else(
    asked: Invitation, status: str
) -> None:
    raw = report(sent(mails(asked.person)[0]), status=status)
    assert replies.receive(raw=raw) == Outcome.UNDELIVERED
    event = AuditEvent.objects.get(action="core.mail.bounce")
    assert event.detail["code"] in {"5.1.1", ""}


@pytest.mark.parametrize("kind", ["text/rfc822-headers", "message/rfc822"])
def test_a_bounce_is_known_by_the_mail_that_it_returns(
    asked: Invitation, kind: str
) -> None:
    mail = sent(mails(asked.person)[0])
    raw = report(mail, to="kasane@city.mihon.example", kind=kind)
    assert replies.receive(raw=raw) == Outcome.UNDELIVERED


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded"])
def test_only_a_final_failure_counts(asked: Invitation, action: str) -> None:
    mail = sent(mails(asked.person)[0])
    assert replies.receive(raw=report(mail, action=action)) == Outcome.IGNORED
    mail.refresh_from_db()
    assert mail.state == OutgoingMail.State.SENT


def test_a_bounce_of_no_mail_of_ours_is_refused(asked: Invitation) -> None:
    mail = mails(asked.person)[0]
    raw = report(mail, to="a@b.example", message_id="<1@b.example>")
    assert replies.receive(raw=raw) == Outcome.REFUSED
    assert replies.receive(raw=report(mail)) == Outcome.IGNORED, "it never left"
    assert reasons() == ["mail"]


# What people see ---------------------------------------------------------------------


def page(client: Client, name: str, *args: object) -> str:
    return client.get(reverse(f"meetings:{name}", args=args)).content.decode()


def test_the_board_shows_hints_and_who_was_not_reached(
    cast: Cast, asked: Invitation, signed_in: SignIn
) -> None:
    replies.receive(raw=reply(asked))
    replies.receive(raw=report(sent(mails(cast.newcomer)[0])))
    board = page(signed_in(cast.secretariat), "invitation-board", asked.sitting_id)
    assert "カレンダー返信: 出席" in board
    assert "案内が届いていない方が1人います" in board
    assert "電話" in board
    other = invitation(cast.newcomer, asked.sitting)
    convocation.send_again(actor=clerk(cast), invitation=other)
    board = page(signed_in(cast.secretariat), "invitation-board", asked.sitting_id)
    assert "案内が届いていない" not in board


def test_a_letter_takes_the_place_of_the_mail_that_came_back(
    cast: Cast, asked: Invitation, signed_in: SignIn
) -> None:
    replies.receive(raw=report(sent(mails(asked.person)[0])))
    convocation.print_letter(actor=clerk(cast), invitation=asked)
    board = page(signed_in(cast.secretariat), "invitation-board", asked.sitting_id)
    assert "届いていない" not in board


def test_the_person_confirms_the_hint_with_one_press(
    asked: Invitation, signed_in: SignIn
) -> None:
    client = signed_in(asked.person)
    assert "カレンダーでは" not in page(client, "sitting-detail", asked.sitting_id)
    replies.receive(raw=reply(asked))
    shown = page(client, "sitting-detail", asked.sitting_id)
    assert "カレンダーでは「出席」とお返事いただいています" in shown
    assert 'name="rsvp" value="present"' in shown
    address = reverse("meetings:sitting-answer", args=[asked.sitting_id])
    client.post(address, {"rsvp": "present", "note": ""})
    asked.refresh_from_db()
    assert asked.rsvp == Rsvp.PRESENT
    assert "カレンダーでは" not in page(client, "sitting-detail", asked.sitting_id)


# The command -------------------------------------------------------------------------


def pipe(monkeypatch: pytest.MonkeyPatch, raw: bytes) -> str:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw)))
    out = io.StringIO()
    call_command("inbound_reply", stdout=out)
    return out.getvalue().strip()


def test_the_command_takes_one_mail(
    asked: Invitation, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert pipe(monkeypatch, reply(asked)) == "hinted"


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b"From: a@b.example\n\nHello", 65),
        (b"A" * (inbound.MAX_BYTES + 1), 65),
        (SAMPLE, 77),
    ],
)
def test_a_refusal_says_where_to_answer_and_nothing_else(
    asked: Invitation,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    raw: bytes,
    status: int,
) -> None:
    with pytest.raises(SystemExit) as refused:
        pipe(monkeypatch, raw)
    assert refused.value.code == status
    words = capsys.readouterr().err
    assert "ご案内のメールにあるページから" in words
    assert asked.person.name not in words
