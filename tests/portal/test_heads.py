"""Signed heads: made on time, given away once, stamped by a real authority."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO
from pathlib import Path

import pytest
import time_machine
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import transaction

from portal.core import audit, chain, clock, heads, keys, outbox, rotation
from portal.core.models import AuditEvent, AuditHead, OutgoingMail, SignedHead
from tests.portal.test_audit import write

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def outside(settings, tmp_path) -> Path:
    """A folder and a mailbox that are not the portal's."""
    folder: Path = tmp_path / "outside"
    folder.mkdir()
    settings.AUDIT_DROP = str(folder)
    settings.AUDIT_MAIL = "kansa@mihon.example"
    return folder


@pytest.fixture
def own_keys(settings, tmp_path) -> None:
    settings.KEY_FILE = tmp_path / "keys.json"
    keys.create(settings.KEY_FILE)


def dropped(folder: Path) -> list[chain.Head]:
    return list(chain.heads_in([folder]))


def test_a_head_is_made_when_it_is_time_and_the_trail_has_grown(outside):
    heads.keep_up()
    assert not SignedHead.objects.exists(), "nothing has happened yet"
    write(3)
    heads.keep_up()
    write(2)
    heads.keep_up()
    assert [head.seq for head in dropped(outside)] == [3]
    with time_machine.travel(clock.now() + timedelta(minutes=10), tick=False):
        heads.keep_up()
        assert [head.seq for head in dropped(outside)] == [3, 5]
    with time_machine.travel(clock.now() + timedelta(minutes=30), tick=False):
        heads.keep_up()
    assert SignedHead.objects.count() == 2, "quiet hours need no head"
    kept = dropped(outside)[0]
    assert chain.is_signed(kept)
    assert kept.key == keys.public_key()
    assert kept.installation == str(AuditHead.objects.get().installation)
    assert not chain.is_signed(kept._replace(seq=4))


def test_a_clock_that_was_ahead_is_not_waited_for(outside):
    with time_machine.travel(clock.now() + timedelta(days=365), tick=False):
        write(1)
        heads.keep_up()
    write(1)
    heads.keep_up()
    first, second = SignedHead.objects.order_by("seq")
    assert second.at < first.at
    assert second.seq > first.seq


def test_the_mail_to_the_auditor_is_neutral_and_holds_the_head(outside):
    write(3)
    heads.keep_up()
    outbox.deliver.call(str(OutgoingMail.objects.get().id))
    (sent,) = mail.outbox
    assert sent.to == ["kansa@mihon.example"]
    assert sent.subject == "かさね 操作の記録の署名 3"
    assert list(chain.read_heads(sent.body.splitlines())) == dropped(outside)
    rest = [line for line in sent.body.splitlines() if not line.startswith("{")]
    for event in AuditEvent.objects.all():
        assert event.subject not in "".join(rest)


def test_two_workers_make_one_head_of_one_event(outside):
    write(3)
    first, second = heads.newest(), heads.newest()
    heads.give(first)
    heads.give(second)
    heads.drop_waiting()
    assert dropped(outside) == [first]
    assert OutgoingMail.objects.count() == 1


def test_a_folder_that_is_away_is_waited_for(outside, settings, caplog):
    settings.AUDIT_DROP = str(outside / "not" / "mounted")
    write(3)
    heads.keep_up()
    assert heads.standing().waiting == 1
    assert "heads wait for their folder" in caplog.text
    settings.AUDIT_DROP = str(outside)
    heads.keep_up()
    assert heads.standing().waiting == 0
    assert [head.seq for head in dropped(outside)] == [3]
    assert heads.drop_waiting() == 0
    assert [file.name for file in outside.iterdir()] == [
        "kasane-head-000000000003.json"
    ]


def test_what_stands_badly_is_said(settings):
    settings.AUDIT_DROP = settings.AUDIT_MAIL = ""
    write(1)
    told = StringIO()
    call_command("audit", "status", stdout=told)
    assert keys.public_key() in told.getvalue()
    assert "Heads leave by no way" in told.getvalue()
    assert "No head for a long time" in told.getvalue()
    settings.AUDIT_MAIL = "kansa@mihon.example"
    heads.keep_up()
    standing = heads.standing()
    assert not standing.late
    assert not standing.nowhere
    assert not standing.unstamped
    write(1)
    assert not heads.standing().late
    with time_machine.travel(clock.now() + timedelta(minutes=31), tick=False):
        assert heads.standing().late


def test_the_worst_is_said_in_one_word(outside, settings):
    assert heads.standing().word == "ok"
    write(2)
    assert (heads.standing().unsigned, heads.standing().word) == (2, "late")
    heads.keep_up()
    assert (heads.standing().unsigned, heads.standing().word) == (0, "ok")
    settings.AUDIT_DROP = settings.AUDIT_MAIL = ""
    assert heads.standing().word == "nowhere"


def test_a_letter_that_did_not_leave_is_said_until_a_later_one_did(outside):
    for count in (1, 2):
        write(count)
        heads.give_newest()
    heads.drop_waiting()
    first, second = OutgoingMail.objects.order_by("queued_at")
    OutgoingMail.objects.filter(id=first.id).update(state="bounced")
    assert (heads.standing().unmailed, heads.standing().word) == (1, "waiting")
    OutgoingMail.objects.filter(id=second.id).update(state="sent")
    assert (heads.standing().unmailed, heads.standing().word) == (0, "ok")


def test_the_live_base_is_verified_against_heads_kept_outside(outside):
    write(4)
    heads.keep_up()
    told = StringIO()
    call_command("audit", "verify", "--heads", str(outside), stdout=told)
    assert "HOLDS: 4 events, proved up to 4" in told.getvalue()
    events = list(AuditEvent.objects.order_by("seq"))
    rewrite(events[1:], actor="")
    assert list(audit.verify()) == [], "by itself the new chain holds"
    with pytest.raises(CommandError, match="BROKEN in 1"):
        call_command("audit", "verify", "--heads", str(outside), stdout=told)
    assert "event 4: a head kept outside names another chain" in told.getvalue()
    (outside / "more.json").write_text('{"format":"kasane-head-1"}\n')
    with pytest.raises(CommandError, match="1 is no head"):
        call_command("audit", "verify", "--heads", str(outside), stdout=told)


def rewrite(events: list[AuditEvent], **changes: str) -> None:
    """As somebody who may write every table: events, links and the head."""
    previous = events[0].previous
    for event in events:
        for name, value in changes.items():
            setattr(event, name, value)
        event.previous = previous
        event.digest = previous = audit.digest_of(event)
        event.save()
    AuditHead.objects.update(digest=previous)


def test_an_export_is_verified_where_no_portal_is(outside, tmp_path):
    write(5)
    heads.keep_up()
    folder = tmp_path / "export"
    call_command("audit", "export", str(folder), stdout=StringIO())
    (own,) = chain.heads_in([folder / "heads.jsonl"])
    assert [own] == dropped(outside)
    done = subprocess.run(
        [sys.executable, "-I", chain.__file__, folder / "events.jsonl", outside],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert "HOLDS: 5 events, proved up to 5" in done.stdout
    with pytest.raises(CommandError, match="empty"):
        call_command("audit", "export", str(folder), stdout=StringIO())


def test_an_empty_trail_is_not_signed():
    with pytest.raises(CommandError, match="nothing to sign"):
        call_command("audit", "sign", stdout=StringIO())
    write(1)
    call_command("audit", "sign", stdout=StringIO())
    assert SignedHead.objects.get().seq == 1


def test_heads_go_on_over_an_exchange_of_keys(outside, own_keys, settings):
    write(2)
    call_command("audit", "sign", stdout=StringIO())
    old = keys.public_key()
    rotation.rotate()
    assert keys.public_key() != old
    write(2)
    call_command("audit", "sign", stdout=StringIO())
    first, between, last = dropped(outside)
    assert (first.key, between.key, last.key) == (old, old, keys.public_key())
    walk = chain.Walk([first, between, last], {old})
    assert list(audit.verify(walk)) == []
    assert walk.keys == {old, keys.public_key()}
    with time_machine.travel(clock.now() + timedelta(days=2), tick=False):
        assert rotation.retire()["sign"].count == 1
    walk = chain.Walk([first, last], {old})
    (found,) = audit.verify(walk)
    assert found.reason == "a head is signed with a key that nobody named"


# Time stamps ------------------------------------------------------------------------

AUTHORITY = """
[tsa]
default_tsa = own
[own]
serial = {folder}/serial
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
certs = {folder}/tsa.pem
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha512
ordering = yes
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""


def openssl(*arguments: str | Path) -> None:
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)


@pytest.fixture
def authority(tmp_path, settings) -> Iterator[Path]:
    """A time stamping authority of our own: OpenSSL behind an address."""
    folder = tmp_path / "tsa"
    folder.mkdir()
    (folder / "serial").write_text("01\n")
    (folder / "tsa.cnf").write_text(AUTHORITY.format(folder=folder))
    new = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    usage = [
        *("-addext", "basicConstraints=critical,CA:FALSE"),
        *("-addext", "keyUsage=critical,digitalSignature"),
        *("-addext", "extendedKeyUsage=critical,timeStamping"),
    ]
    root = ["-keyout", folder / "root.key", "-out", folder / "root.pem"]
    own = ["-keyout", folder / "tsa.key", "-out", folder / "tsa.pem"]
    openssl(*new, "-nodes", "-days", "2", "-subj", "/CN=Root", *root)
    by = ["-CA", folder / "root.pem", "-CAkey", folder / "root.key"]
    openssl(*new, "-nodes", "-days", "2", "-subj", "/CN=TSA", *usage, *by, *own)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = self.rfile.read(int(self.headers["Content-Length"]))
            (folder / "asked.tsq").write_bytes(asked)
            answer = folder / "answer.tsr"
            openssl(
                *("ts", "-reply", "-config", folder / "tsa.cnf"),
                *("-queryfile", folder / "asked.tsq", "-out", answer),
            )
            self.send_response(200)
            self.end_headers()
            self.wfile.write(answer.read_bytes())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        settings.TSA_URL = f"http://127.0.0.1:{server.server_port}/"
        settings.TSA_ROOTS = str(folder / "root.pem")
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield folder
        finally:
            server.shutdown()
            thread.join()


def test_a_time_stamp_of_an_authority_goes_out_with_the_head(outside, authority):
    write(2)
    heads.keep_up()
    row = SignedHead.objects.get()
    head = dropped(outside)[0]
    assert not heads.standing().unstamped
    (authority / "head").write_bytes(chain.signed_text(head))
    (authority / "stamp").write_bytes(bytes(row.stamp))
    openssl(
        *("ts", "-verify", "-data", authority / "head", "-in", authority / "stamp"),
        *("-CAfile", authority / "root.pem"),
    )


def test_without_the_authority_all_goes_on_and_it_shows(
    outside, authority, settings, caplog
):
    write(2)
    settings.TSA_ROOTS = str(authority / "tsa.key")  # believes nobody
    heads.keep_up()
    assert [head.seq for head in dropped(outside)] == [2]
    assert heads.standing().unstamped
    assert "no time stamp" in caplog.text
    settings.TSA_ROOTS = str(authority / "root.pem")
    settings.TSA_URL = "http://127.0.0.1:9/"  # nobody listens there
    write(1)
    with time_machine.travel(clock.now() + timedelta(minutes=10), tick=False):
        heads.keep_up()
        assert [head.seq for head in dropped(outside)] == [2, 3]
        assert heads.standing().unstamped
    told = StringIO()
    call_command("audit", "status", stdout=told)
    assert "no time stamp" in told.getvalue()


@transaction.atomic
def give_and_fail() -> None:
    heads.give(heads.newest())
    raise ZeroDivisionError


def test_a_head_in_a_transaction_that_fails_was_never_given(outside):
    write(1)
    with pytest.raises(ZeroDivisionError):
        give_and_fail()
    heads.drop_waiting()
    assert dropped(outside) == []
