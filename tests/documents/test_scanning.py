"""The virus scan: what is not clean opens to nobody, and no answer is no yes."""

import io
import socket
import struct
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path

import pytest
from django.core import mail
from django.urls import reverse

from documents.intake import scanning
from documents.models import PaperVersion, ScanWait
from documents.selectors import version_for
from documents.services import layouts, papers
from documents.services.papers import Upload
from members.facts import Action, State, Way
from portal.core import clamd, clock, outbox, vault
from portal.core.clamd import Verdict
from portal.core.errors import (
    HiddenError,
    InvalidError,
    RefusedError,
    UnavailableError,
)
from portal.core.models import AuditEvent, OutgoingMail, StoredObject
from tests import factories
from tests.documents import files
from tests.meetings.test_paper_pages import address
from tests.papers import hand_out

Scan = PaperVersion.Scan
# In two halves, so that no scanner takes this file for the test virus itself.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-" + rb"ANTIVIRUS-TEST-FILE!$H+H*"
EICAR_MD5 = "44d88612fea8a8f36de82e1278abb02f"
OWN = b"kasane signature of the tests"
TOO_DEEP = "stream: Heuristics.Limits.Exceeded.MaxRecursion FOUND"


CLAMD = "/usr/sbin/clamd"
READY = "Self checking every"  # what it says once it listens


class Scanner:
    """A listener that answers as ``says`` tells, whatever it is sent."""

    def __init__(self) -> None:
        self.says: Callable[[bytes], str | None] = lambda _: "stream: OK"
        self.got: list[bytes] = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.thread = threading.Thread(target=self._serve)
        self.thread.start()

    def close(self) -> None:
        """Wake the thread where it waits for the next line, and see it end."""
        self.listener.shutdown(socket.SHUT_RDWR)
        self.thread.join()
        self.listener.close()

    @property
    def address(self) -> str:
        return f"tcp://127.0.0.1:{self.listener.getsockname()[1]}"

    def _serve(self) -> None:
        while True:
            try:
                line, _ = self.listener.accept()
            except OSError:
                return
            with line, line.makefile("rb") as sent, suppress(ConnectionError):
                self._answer(line, sent)

    def _answer(self, line, sent) -> None:
        command = b""
        while (piece := sent.read(1)) not in (b"", b"\0"):
            command += piece
        body = b""
        while command == b"zINSTREAM" and (
            size := struct.unpack(">I", sent.read(4))[0]
        ):
            body += sent.read(size)
        self.got.append(body)
        # The proof that limits are reported comes first, and is an archive.
        probe = body.startswith(b"PK") and b"a.zip" in body
        answer = TOO_DEEP if probe and not self.silent else self.says(body)
        if answer is not None:
            line.sendall(answer.encode() + b"\0")

    silent = False


@pytest.fixture
def scanner(settings) -> Iterator[Scanner]:
    found = Scanner()
    settings.CLAMD = found.address
    clamd._proved.clear()
    yield found
    found.close()


def work() -> None:
    """Run the scans that wait and send what they say, as the worker does."""
    for wait in ScanWait.objects.all():
        scanning.scan.call(str(wait.version_id))
    for row in OutgoingMail.objects.filter(state="waiting"):
        outbox.deliver.call(str(row.id))


def versions(version: PaperVersion) -> PaperVersion:
    return PaperVersion.objects.get(id=version.id)


def opens(signed_in, person, version) -> int:
    page = reverse("documents:version-view", args=[version.id])
    return int(signed_in(person).get(page).status_code)


# What the answers mean


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        ("stream: OK", Verdict.CLEAN),
        ("stream: Win.Test.EICAR_HDB-1 FOUND", Verdict.INFECTED),
        ("stream: Heuristics.Limits.Exceeded.MaxFileSize FOUND", Verdict.UNSCANNABLE),
        ("stream: Heuristics.Limits.Exceeded FOUND", Verdict.UNSCANNABLE),
        ("stream: Heuristics.Encrypted.Zip FOUND", Verdict.UNSCANNABLE),
        ("INSTREAM size limit exceeded. ERROR", Verdict.UNSCANNABLE),
    ],
)
def test_each_answer_has_its_meaning(scanner, answer, verdict):
    scanner.says = lambda _: answer
    assert clamd.scan([b"some ", b"", b"words"]) is verdict
    assert scanner.got[-1] == b"some words"


@pytest.mark.parametrize(
    "answer",
    [
        None,
        "",
        "OK",
        "stream: OK\n",
        "stream: ok",
        "stream: OK stream: Virus FOUND",
        "stream: Can't allocate memory ERROR",
        "UNKNOWN COMMAND",
        "stream: " + "x" * 5000,
    ],
)
def test_anything_else_is_no_answer(scanner, answer):
    scanner.says = lambda _: answer
    with pytest.raises(UnavailableError):
        clamd.scan([b"words"])


def test_a_scanner_that_passes_in_silence_what_is_too_deep_is_not_believed(scanner):
    scanner.silent = True
    with pytest.raises(UnavailableError):
        clamd.scan([b"words"])
    scanner.silent = False
    assert clamd.scan([b"words"]) is Verdict.CLEAN


def test_a_scanner_that_says_nothing_is_waited_for_only_so_long(scanner, monkeypatch):
    monkeypatch.setattr(clamd, "ANSWER_SECONDS", 0.2)
    release = threading.Event()
    scanner.says = lambda _: release.wait(20) and None
    try:
        with pytest.raises(UnavailableError):
            clamd.scan([b"words"])
    finally:
        release.set()


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "unix:/nowhere/clamd.ctl"])
def test_nobody_there_is_no_answer(settings, address):
    settings.CLAMD = address
    clamd._proved.clear()
    with pytest.raises(UnavailableError):
        clamd.scan([b"words"])


# What becomes of a version


def test_off_nothing_is_asked(filed):
    version = filed()
    assert (version.scan, version.state) == (Scan.OFF, State.DRAFT)
    assert not ScanWait.objects.exists()


def test_a_version_is_closed_until_it_is_clean(cast, filed, signed_in, scanner):
    version = filed()
    assert (version.scan, version.state) == (Scan.PENDING, State.HELD)
    for person in (cast.secretariat, cast.chair):
        assert opens(signed_in, person, version) == 404
    work()
    version = versions(version)
    assert (version.scan, version.state, version.holds) == ("clean", State.DRAFT, [])
    assert opens(signed_in, cast.secretariat, version) == 200
    assert not ScanWait.objects.exists()
    assert scanner.got[-1] == vault.read(version.stored)


def test_from_outside_it_stays_held_once_it_is_clean(cast, filed, scanner):
    version = filed(cast.clinic)
    work()
    version = versions(version)
    assert (version.scan, version.state) == (Scan.CLEAN, State.HELD)
    assert version.holds == ["member"]


def test_what_is_not_clean_opens_to_nobody_in_any_state(cast, released, signed_in):
    version = released(way=Way.ORIGINAL)
    people = [cast.secretariat, cast.chair, cast.clinic]
    actors = [factories.sign_in(person) for person in people]
    opening = [Action.READ, Action.DOWNLOAD, Action.RELEASE, Action.OPEN_FROZEN]
    for scan, state in product(
        (Scan.PENDING, Scan.INFECTED, Scan.UNSCANNABLE),
        (state for state in State if state is not State.UNSCANNED),
    ):
        PaperVersion.objects.filter(id=version.id).update(scan=scan, state=state)
        for actor in actors:
            found = version_for(actor, version.id)
            assert not any(found.access.offers(act, found.thing) for act in opening)
    for person in people:
        assert opens(signed_in, person, version) == 404
        page = reverse("documents:version-download", args=[version.id])
        assert signed_in(person).get(page).status_code == 404


def test_what_is_not_clean_is_released_to_nobody(cast, filed, scanner):
    version = filed()
    with pytest.raises(HiddenError):
        hand_out(factories.sign_in(cast.secretariat), [version], [cast.clinic])


def test_its_state_is_shown_to_uploader_and_custodians(cast, filed, signed_in, scanner):
    filed(cast.clinic)
    page = address("upload", cast.shien_item)
    for person in (cast.clinic, cast.secretariat, cast.chair):
        assert "ウイルス検査中" in signed_in(person).get(page).content.decode()
    other = signed_in(cast.newcomer).get(page, follow=True).content.decode()
    assert "ウイルス検査中" not in other


def test_what_is_infected_is_destroyed_and_told_neutrally(
    cast, filed, signed_in, scanner
):
    scanner.says = lambda _: "stream: Eicar FOUND"
    version = filed(cast.clinic, name="氏名の入った名前.pdf")
    digest = version.stored.sha256
    work()
    version = versions(version)
    assert (version.scan, version.state) == (Scan.INFECTED, State.DISPOSED)
    stored = StoredObject.objects.get(id=version.stored_id)
    assert (stored.state, bytes(stored.sealed_key)) == ("erased", b"")
    event = AuditEvent.objects.get(action="documents.version.scan")
    assert event.detail == {"verdict": "infected", "sha256": digest}
    assert {m.to[0] for m in mail.outbox} == {
        cast.clinic.email,
        cast.secretariat.email,
    }
    for sent in mail.outbox:
        assert "氏名" not in sent.subject + str(sent.body)
        assert "破棄しました" in str(sent.body)
    page = signed_in(cast.clinic).get(address("upload", cast.shien_item))
    assert "破棄しました" in page.content.decode()


def test_what_cannot_be_scanned_is_kept_closed_and_told(
    cast, filed, signed_in, scanner
):
    scanner.says = lambda _: TOO_DEEP
    version = filed()
    work()
    version = versions(version)
    assert (version.scan, version.state) == (Scan.UNSCANNABLE, State.HELD)
    assert opens(signed_in, cast.secretariat, version) == 404
    assert "検査ができなかった" in str(mail.outbox[0].body)
    page = signed_in(cast.secretariat).get(address("upload", cast.shien_item))
    assert "検査できませんでした" in page.content.decode()


def test_what_is_infected_can_be_replaced(cast, filed, scanner):
    scanner.says = lambda _: "stream: Eicar FOUND"
    version = filed()
    work()
    scanner.says = lambda _: "stream: OK"
    data = files.pdf_file(2)
    new = papers.replace_version(
        actor=factories.sign_in(cast.secretariat),
        version=versions(version),
        upload=papers.Upload(io.BytesIO(data), "a.pdf", len(data)),
        token=version.id,
    )
    work()
    assert versions(new).scan == Scan.CLEAN


def test_without_an_answer_it_is_asked_again_after_growing_pauses(
    cast, filed, signed_in, scanner
):
    scanner.says = lambda _: "stream: Can't open file ERROR"
    version = filed()
    pauses = []
    for _ in range(ScanWait.LATE):
        work()
        wait = ScanWait.objects.get(version=version)
        pauses.append(wait.due_at - clock.now())
        assert scanning.ask_again() == 0  # not due
        ScanWait.objects.update(due_at=clock.now() - timedelta(seconds=1))
        assert scanning.ask_again() == 1
    assert pauses == sorted(pauses)
    assert versions(version).scan == Scan.PENDING
    page = signed_in(cast.secretariat).get(address("upload", cast.shien_item))
    assert "検査の応答がありません" in page.content.decode()
    scanner.says = lambda _: "stream: OK"
    work()
    assert versions(version).scan == Scan.CLEAN


def test_a_verdict_counts_once(filed, scanner):
    version = filed()
    work()
    scanning.settle(version.id, Verdict.INFECTED)
    assert versions(version).scan == Scan.CLEAN
    assert not OutgoingMail.objects.exists()


# Old signatures


@pytest.mark.parametrize(
    ("answer", "alarm"),
    [
        ("ClamAV 1.4.3/27800/Fri Nov 20 09:00:00 2026", False),
        ("ClamAV 1.4.3/27700/Mon Nov  9 09:00:00 2026", True),
        ("ClamAV 1.4.3", True),
        (None, True),
    ],
)
def test_old_signatures_raise_an_alarm(scanner, caplog, monkeypatch, answer, alarm):
    scanner.says = lambda _: answer
    today = datetime(2026, 11, 21, tzinfo=UTC)
    monkeypatch.setattr(scanning.clock, "now", lambda: today)
    scanning._looked_at.clear()
    scanning.watch_signatures()
    scanning.watch_signatures()  # not at every sweep
    assert len(caplog.records) == alarm
    scanning._looked_at.clear()


# A template of the municipality's own: no paper, so it waits for nothing


def blank() -> Upload:
    data = files.docx_file("様式")
    return Upload(io.BytesIO(data), "様式.docx", len(data))


def test_a_template_is_taken_once_it_is_called_clean(db, scanner):
    taken = layouts.take_in(blank(), {}, clock.now())
    layouts.keep(taken)
    assert vault.read(taken.stored) == scanner.got[-1]


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ("stream: Win.Test.EICAR_HDB-1 FOUND", InvalidError),
        ("stream: Heuristics.Encrypted.Zip FOUND", InvalidError),
        (None, RefusedError),
    ],
)
def test_any_other_template_is_refused_and_not_kept(db, scanner, answer, error):
    scanner.says = lambda _: answer
    with pytest.raises(error):
        layouts.take_in(blank(), {}, clock.now())
    assert not StoredObject.objects.exists()


# Debian's clamd itself


def configured(folder: Path, **more: str) -> list[str]:
    signatures = folder / "signatures"
    signatures.mkdir(parents=True)
    (signatures / "own.hdb").write_text(f"{EICAR_MD5}:68:Eicar-Test\n")
    (signatures / "own.ndb").write_text(f"Kasane.Test:0:*:{OWN.hex()}\n")
    lines = {
        "Foreground": "yes",
        "LocalSocket": str(folder / "clamd"),
        "DatabaseDirectory": str(signatures),
        "StreamMaxLength": "1M",
        "MaxFileSize": "512K",
        "AlertExceedsMax": "yes",
        **more,
    }
    config = folder / "clamd.conf"
    config.write_text("".join(f"{name} {value}\n" for name, value in lines.items()))
    return [CLAMD, "-c", str(config)]


@pytest.fixture
def daemon(tmp_path, settings) -> Iterator[Callable[..., None]]:
    assert Path(CLAMD).exists(), "install Debian's clamav-daemon (make test does)"
    running: list[subprocess.Popen[str]] = []

    def start(**more: str) -> None:
        folder = tmp_path / str(len(running))
        command = configured(folder, **more)
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        running.append(process)
        settings.CLAMD = f"unix:{folder / 'clamd'}"
        clamd._proved.clear()
        assert process.stdout
        assert any(READY in line for line in process.stdout), "clamd does not start"

    yield start
    for process in running:
        process.terminate()
        process.communicate()


def test_the_real_scanner_finds_and_reports(daemon):
    daemon()
    assert clamd.scan([b"harmless"]) is Verdict.CLEAN
    assert clamd.scan([EICAR[:20], EICAR[20:]]) is Verdict.INFECTED
    assert clamd.scan([b"before " + OWN + b" behind"]) is Verdict.INFECTED
    inside = files.docx_file("本文", OWN.decode())
    assert clamd.scan([inside]) is Verdict.INFECTED
    assert clamd.scan([bytes(700_000)]) is Verdict.UNSCANNABLE
    megabytes = [bytes(1024 * 1024)] * 8  # it hangs up while we send
    assert clamd.scan(megabytes) is Verdict.UNSCANNABLE


def test_the_real_scanner_is_refused_where_it_keeps_silent_about_its_limits(daemon):
    daemon(AlertExceedsMax="no")
    with pytest.raises(UnavailableError):
        clamd.scan([b"harmless"])
