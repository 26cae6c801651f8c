"""Outgoing mail: with its act or not at all, once, and sealed while it waits."""

import smtplib
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import time_machine
import tink
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import transaction
from django_tasks_db.models import DBTaskResult
from pytest_django.fixtures import Settings

from portal.core import clock, outbox, worker
from portal.core.models import OutgoingMail
from portal.demo.mailbox import read

PERSON = UUID(int=5)
LETTER: dict[str, Any] = {
    "person": PERSON,
    "address": "ueda@mihon.example",
    "subject": "【見本市】会議のご案内(第8-11号)",
    "body": "上田様\n\n次のリンクからご確認ください。\nhttp://127.0.0.1/g/#secret",
    "about": "link:1",
}
CALENDAR = "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n"


class Refusing(EmailBackend):
    """A mail server that is away."""

    def send_messages(self, messages: object) -> int:
        raise smtplib.SMTPServerDisconnected("ueda@mihon.example: gone")


REFUSING = f"{__name__}.Refusing"


@transaction.atomic
def queued(**change: Any) -> OutgoingMail:
    (mail,) = outbox.queue_all([outbox.Letter(**{**LETTER, **change})])
    return mail


def later(minutes: float) -> time_machine.travel:
    return time_machine.travel(clock.now() + timedelta(minutes=minutes), tick=False)


@transaction.atomic
def queue_and_fail() -> None:
    outbox.queue(**LETTER)
    raise ZeroDivisionError


@pytest.mark.django_db(transaction=True)
def test_mail_and_its_task_live_and_die_with_the_act() -> None:
    with pytest.raises(ZeroDivisionError):
        queue_and_fail()
    assert not OutgoingMail.objects.exists()
    assert not DBTaskResult.objects.exists()
    row = queued()
    assert DBTaskResult.objects.get().args_kwargs["args"] == [str(row.id)]
    assert mail.outbox == [], "nothing leaves before the worker runs"


@pytest.mark.django_db(transaction=True)
def test_a_mail_is_sent_once_and_its_words_are_wiped() -> None:
    row = queued(calendar=CALENDAR, calendar_method="REQUEST")
    worker.run_waiting()
    outbox.deliver.call(str(row.id))
    outbox.deliver.enqueue(str(row.id))
    worker.run_waiting()
    assert len(mail.outbox) == 1
    row.refresh_from_db()
    assert row.state == OutgoingMail.State.SENT
    assert row.sent_at is not None
    assert bytes(row.sealed_body) == bytes(row.sealed_calendar) == b""


@pytest.mark.django_db
def test_the_words_of_waiting_mail_rest_sealed() -> None:
    row = OutgoingMail.objects.get(id=queued(calendar=CALENDAR).id)
    resting = bytes(row.sealed_body) + bytes(row.sealed_calendar)
    assert "secret" not in resting.decode("latin-1")
    assert "上田".encode() not in resting
    assert "http" not in str(DBTaskResult.objects.values().get())


@pytest.mark.django_db
def test_a_sealed_body_opens_for_its_own_row_only() -> None:
    one, other = queued(), queued(body="別の本文")
    other.sealed_body = one.sealed_body
    with pytest.raises(tink.TinkError):
        outbox.compose(other)


@pytest.mark.django_db(transaction=True)
def test_a_failure_is_tried_again_later(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.EMAIL_BACKEND = REFUSING
    row = queued()
    worker.run_waiting()
    row.refresh_from_db()
    assert (row.state, row.attempt_count) == (OutgoingMail.State.WAITING, 1)
    assert row.due_at > clock.now()
    assert "ueda" not in caplog.text, "an address is no matter for the log"
    assert outbox.requeue_due() == 0, "not due yet"
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    with later(minutes=2):
        worker.sweep()
        worker.run_waiting()
    assert len(mail.outbox) == 1
    row.refresh_from_db()
    assert (row.state, row.attempt_count) == (OutgoingMail.State.SENT, 2)


@pytest.mark.django_db
def test_mails_of_one_second_are_files_of_their_own(
    settings: Settings, tmp_path: Path
) -> None:
    settings.EMAIL_BACKEND = "portal.core.mail_files.EmailBackend"
    settings.EMAIL_FILE_PATH = tmp_path / "mail"
    rows = [queued(), queued(body="別の本文")]
    with time_machine.travel(clock.now(), tick=False):
        for row in rows:
            outbox.deliver.call(str(row.id))
        assert outbox.send_now(address="ueda@mihon.example", subject="c", body="12")
    files = sorted(settings.EMAIL_FILE_PATH.iterdir())
    assert len(files) == 3
    assert not any("ueda" in file.name for file in files), "a name tells nobody's mail"
    assert {"別の本文", "12"} <= {read(file).body.strip() for file in files}
    mail.get_connection().send_messages([outbox.compose(row) for row in rows])
    assert len(list(settings.EMAIL_FILE_PATH.iterdir())) == 5


@pytest.mark.django_db
def test_a_mail_is_given_up_after_the_last_attempt(settings: Settings) -> None:
    settings.EMAIL_BACKEND = REFUSING
    row = queued()
    for _ in range(outbox.MAX_ATTEMPTS + 1):
        outbox.deliver.call(str(row.id))
    row.refresh_from_db()
    assert row.state == OutgoingMail.State.FAILED
    assert row.attempt_count == outbox.MAX_ATTEMPTS


@pytest.mark.django_db(transaction=True)
def test_cancelled_mail_never_leaves() -> None:
    row, other = queued(), queued(about="link:2")
    assert outbox.cancel(about="link:1") == 1
    worker.run_waiting()
    row.refresh_from_db()
    assert row.state == OutgoingMail.State.CANCELLED
    assert bytes(row.sealed_body) == b""
    assert [message.to for message in mail.outbox] == [[other.address]]
    assert outbox.cancel(about="link:2") == 0, "it has left already"


@pytest.mark.django_db(transaction=True)
def test_mail_whose_task_was_lost_is_swept_up() -> None:
    queued()
    DBTaskResult.objects.all().delete()
    worker.run_waiting()
    assert mail.outbox == []
    with later(minutes=1):
        worker.sweep()
        worker.run_waiting()
    assert len(mail.outbox) == 1


@pytest.mark.django_db
def test_the_message_id_is_the_rows_so_that_a_repeat_is_shown_once() -> None:
    row = queued()
    ids = {outbox.compose(row).message()["Message-ID"] for _ in range(2)}
    assert ids == {f"<{row.id}@city.mihon.example>"}


@pytest.mark.django_db
def test_the_calendar_travels_with_its_method() -> None:
    row = queued(calendar=CALENDAR, calendar_method="REQUEST")
    raw = outbox.compose(row).message().as_bytes()
    message = message_from_bytes(raw, policy=policy.default)
    calendar = next(
        p for p in message.walk() if p.get_content_type() == "text/calendar"
    )
    assert calendar.get_param("method") == "REQUEST"
    assert calendar.get_content().splitlines() == CALENDAR.splitlines()
    attached = [part.get_filename() for part in message.iter_attachments()]
    assert attached == ["invite.ics"]
    assert message["To"] == LETTER["address"]
    assert message["Cc"] is message["Bcc"] is None


@pytest.mark.django_db
@pytest.mark.parametrize("where", ["subject", "address"])
@pytest.mark.parametrize("breaker", ["\r\n", "\n", "\r"])
def test_a_line_break_in_a_header_is_refused(where: str, breaker: str) -> None:
    with pytest.raises(ValueError, match="one line"):
        queued(**{where: f"{LETTER[where]}{breaker}Bcc: somebody@elsewhere.example"})
    assert not OutgoingMail.objects.exists()


@pytest.mark.django_db
def test_a_code_is_sent_at_once_and_rests_nowhere() -> None:
    assert outbox.send_now(address="a@mihon.example", subject="確認", body="12345678")
    assert [message.body for message in mail.outbox] == ["12345678"]
    assert not OutgoingMail.objects.exists()
    assert not DBTaskResult.objects.exists()


@pytest.mark.django_db
def test_a_code_that_could_not_be_sent_is_told(settings: Settings) -> None:
    settings.EMAIL_BACKEND = REFUSING
    sent = outbox.send_now(address="a@mihon.example", subject="確認", body="12345678")
    assert not sent
