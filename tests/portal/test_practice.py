"""The practice beside the real portal: tickets, marks, folder (ADR 0038)."""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import docx
import pypdfium2
import pytest
import time_machine
from django.conf import settings as configured
from django.core.checks import Error
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse
from pytest_django.fixtures import Settings

from documents.output.docx import sheet_docx
from documents.output.sheet import Sheet
from documents.output.typesetting import sheet_pdf
from documents.output.watermark import WatermarkText, stamp_of
from portal.core import audit, clock, practice
from portal.core.checks import profile_is_safe
from portal.core.models import AuditEvent
from portal.demo import practice as installation
from portal.demo.exercises import EXERCISES, progress
from tests.architecture.source import ROOT
from tests.cast import Cast

HERE, THERE = "http://127.0.0.1:8000", "http://127.0.0.1:8100"
KEY = "a-long-random-key-of-fifty-characters-0123456789-ab"
BAND = "練習用 – ここに本物の個人情報を入れないでください"


@pytest.fixture
def real(settings: Settings) -> Settings:
    """The real portal, with a practice beside it."""
    settings.BASE_URL, settings.PRACTICE_URL, settings.PRACTICE_KEY = HERE, THERE, KEY
    return settings


@pytest.fixture
def there(settings: Settings, tmp_path: Path) -> Settings:
    """The practice itself, on the network."""
    settings.BASE_URL, settings.PRACTICE_URL, settings.PRACTICE_KEY = THERE, "", KEY
    settings.PRACTICE = settings.DEMO = True
    settings.DATA = tmp_path
    settings.ROOT_URLCONF = "tests.portal.practice_urls"
    settings.MIDDLEWARE = ["portal.demo.practice.gate", *settings.MIDDLEWARE]
    installation.note_filled(tmp_path)
    return settings


def ticket_for(settings: Settings, address: str = THERE, key: str = KEY) -> str:
    """A ticket as the real portal would make it."""
    kept = settings.PRACTICE_URL, settings.PRACTICE_KEY
    settings.PRACTICE_URL, settings.PRACTICE_KEY = address, key
    words = practice.issue()
    settings.PRACTICE_URL, settings.PRACTICE_KEY = kept
    return words


def enter(client: Client, words: str) -> int:
    return client.get("/practice/enter/", {"ticket": words}).status_code


# The way in ---------------------------------------------------------------------------


def test_who_is_signed_in_is_sent_over_with_a_ticket(
    cast: Cast, signed_in, client: Client, real: Settings
) -> None:
    way = reverse("members:practice")
    assert reverse("members:sign-in") in client.get(way)["Location"]
    clerk = signed_in(cast.secretariat)
    assert way in clerk.get(reverse("meetings:home")).content.decode()
    sent = urlsplit(clerk.get(way)["Location"])
    assert f"{sent.scheme}://{sent.netloc}" == THERE
    (words,) = parse_qs(sent.query)["ticket"]
    assert cast.secretariat.id.hex not in words
    real.BASE_URL = THERE
    assert practice.read(words) is not None
    told = AuditEvent.objects.get(action="members.practice.enter")
    assert told.actor == str(cast.secretariat.id)


def test_without_a_practice_there_is_no_way_to_one(cast: Cast, signed_in) -> None:
    client = signed_in(cast.secretariat)
    assert client.get(reverse("members:practice")).status_code == 404
    assert "練習する" not in client.get(reverse("meetings:home")).content.decode()


def test_a_ticket_lets_in_once(db: None, there: Settings) -> None:
    words, first, second = ticket_for(there), Client(), Client()
    assert first.get("/sign-in/").status_code == 403
    assert enter(first, words) == 302
    assert first.get("/sign-in/").status_code == 200
    assert enter(second, words) == 403
    assert second.get("/sign-in/").status_code == 403


def test_a_ticket_holds_for_a_minute_and_a_pass_for_a_day(
    db: None, there: Settings
) -> None:
    client, start = Client(), clock.now().replace(microsecond=0)
    with time_machine.travel(start, tick=False) as traveller:
        early, late = ticket_for(there), ticket_for(there)
        traveller.shift(timedelta(seconds=60))
        assert enter(client, early) == 302
        traveller.shift(timedelta(seconds=1))
        assert enter(Client(), late) == 403
        traveller.shift(timedelta(hours=11))
        assert client.get("/sign-in/").status_code == 403


@pytest.mark.parametrize("wrong", ["tampered", "audience", "key", "empty", "pass"])
def test_a_ticket_of_another_makes_nobody_enter(
    db: None, there: Settings, wrong: str
) -> None:
    good = ticket_for(there)
    body, _, tag = good.partition(":")
    words = {
        "tampered": f"{body[:-1]}{'A' if body[-1] != 'A' else 'B'}:{tag}",
        "audience": ticket_for(there, "https://renshu.city.mihon.example"),
        "key": ticket_for(there, key=KEY[::-1]),
        "empty": "",
        "pass": "in",
    }[wrong]
    client = Client()
    client.cookies["kasane_practice_pass"] = good
    assert client.get("/sign-in/").status_code == 403
    assert enter(client, words) == 403


def test_without_a_key_no_ticket_is_taken(db: None, there: Settings) -> None:
    there.PRACTICE_KEY = ""
    assert enter(Client(), "") == 403


# Its marks ----------------------------------------------------------------------------


@pytest.fixture
def inside(there: Settings) -> Client:
    client = Client(raise_request_exception=False)
    enter(client, ticket_for(there))
    return client


def test_every_page_is_a_child_of_the_two_that_bear_the_band() -> None:
    for app in ("portal", "members", "documents", "meetings"):
        for path in (ROOT / app).rglob("templates/**/*.html"):
            text = path.read_text("utf-8")
            if "<!DOCTYPE" in text:
                assert '{% include "includes/practice_band.html" %}' in text, path
                assert '<title>{% if practice %}{% translate "練習" %}' in text, path
                assert '{% include "includes/head.html" %}' in text, path


def test_pages_bear_band_title_colour_and_mark(db: None, inside: Client) -> None:
    for address in ("/sign-in/", "/no/such/page/", "/practice/exercises/", "/gate/"):
        page = inside.get(address).content.decode()
        assert BAND in page, address
        assert "<title>練習 | " in page
        assert "css/practice.css" in page
        assert "img/practice.svg" in page
        assert "img/mark.svg" not in page
    assert BAND in Client().get("/sign-in/").content.decode()


def test_the_real_portal_bears_none_of_it(db: None, client: Client) -> None:
    page = client.get("/sign-in/").content.decode()
    assert BAND not in page
    assert "practice.css" not in page
    assert "<title>練習" not in page


def test_the_band_stays_on_paper() -> None:
    hidden = (ROOT / "portal/core/static/css/print.css").read_text("utf-8")
    assert "practice" not in hidden


def test_file_names_say_that_it_is_practice(there: Settings) -> None:
    def download(_request: object) -> HttpResponse:
        way = 'attachment; filename="kasane-2026-012.pdf"'
        return HttpResponse(headers={"Content-Disposition": way})

    there.PRACTICE_KEY = ""
    response = installation.gate(download)(RequestFactory().get("/x"))
    named = response.headers["Content-Disposition"]
    assert named == 'attachment; filename="renshu-kasane-2026-012.pdf"'


# What it shares -----------------------------------------------------------------------


def said_by_practice(tmp_path: Path, **more: str) -> str:
    names = {n: v for n, v in os.environ.items() if not n.startswith("KASANE_")}
    names |= {"KASANE_PROFILE": "practice", "KASANE_DATA": str(tmp_path), **more}
    names.pop("DJANGO_SETTINGS_MODULE", None)
    code = (
        "import django; django.setup(); from django.conf import settings as s;"
        "from portal.core.checks import profile_is_safe;"
        "print(s.EMAIL_BACKEND, s.SESSION_COOKIE_NAME, s.DATABASES['default']['NAME'],"
        "[e.id for e in profile_is_safe(None)])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=names | {"DJANGO_SETTINGS_MODULE": "portal.settings.practice"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def test_a_practice_writes_its_mail_into_its_own_folder(tmp_path: Path) -> None:
    folder = tmp_path / "practice"
    said = said_by_practice(folder)
    assert "mail_files.EmailBackend kasane_practice_session" in said
    assert str(folder) in said
    assert said.rstrip().endswith("[]")
    server = {
        "KASANE_SMTP_URL": "smtp+starttls://mail.city.mihon.example",
        "KASANE_DATABASE_URL_FILE": "/etc/kasane/secrets/database_url",
        "KASANE_KEY_FILE": "/etc/kasane/keys/kasane-keys.json",
    }
    said = said_by_practice(folder, **server)
    assert "mail_files.EmailBackend" in said
    assert "kasane.E032" in said


def test_a_practice_refuses_a_folder_that_is_not_its_own(tmp_path: Path) -> None:
    (tmp_path / "kasane.sqlite3").write_bytes(b"a town")
    assert "kasane.E033" in said_by_practice(tmp_path)
    assert not installation.is_own(tmp_path)
    with pytest.raises(ValueError, match="something else"):
        installation.wipe(tmp_path)
    assert (tmp_path / "kasane.sqlite3").read_bytes() == b"a town"


def test_no_cookie_has_the_name_of_one_of_the_real_portal(tmp_path: Path) -> None:
    said = said_by_practice(tmp_path / "practice")
    assert configured.SESSION_COOKIE_NAME not in said.split()


def problems() -> list[str | None]:
    return [found.id for found in profile_is_safe(None) if isinstance(found, Error)]


@pytest.mark.parametrize(
    ("address", "key", "found"),
    [
        (THERE, KEY, []),
        ("https://renshu.city.mihon.example", KEY, []),
        ("http://renshu.city.mihon.example", KEY, ["kasane.E030"]),
        ("renshu", KEY, ["kasane.E030"]),
        (HERE, KEY, ["kasane.E030"]),
        (THERE, "short", ["kasane.E031"]),
        (THERE, "", ["kasane.E031"]),
    ],
)
def test_the_way_over_is_safe_or_the_start_is_refused(
    real: Settings, address: str, key: str, found: list[str]
) -> None:
    before = problems()
    real.PRACTICE_URL, real.PRACTICE_KEY = address, key
    assert set(problems()) - set(before) == set(found)


def test_a_demo_off_this_host_is_refused_unless_tickets_guard_it(
    there: Settings,
) -> None:
    there.BASE_URL = "https://renshu.city.mihon.example"
    assert "kasane.E002" not in problems()
    there.PRACTICE_KEY = ""
    assert "kasane.E002" in problems()
    there.PRACTICE, there.PRACTICE_KEY = False, KEY
    assert "kasane.E002" in problems()


# Making it anew -----------------------------------------------------------------------


def test_it_is_made_anew_each_night_and_on_wish(
    db: None, inside: Client, tmp_path: Path
) -> None:
    noon = clock.day_start(clock.today()) + timedelta(hours=12)
    with time_machine.travel(noon, tick=False) as traveller:
        installation.note_filled(tmp_path)
        traveller.shift(timedelta(hours=14, minutes=59))
        assert not installation.is_due(tmp_path)
        traveller.shift(timedelta(minutes=1))
        assert installation.is_due(tmp_path)
        installation.note_filled(tmp_path)
        assert not installation.is_due(tmp_path)
    installation.note_filled(tmp_path)
    assert inside.get("/practice/anew/").status_code == 200
    assert not installation.is_due(tmp_path)
    assert inside.post("/practice/anew/").status_code == 302
    assert installation.is_due(tmp_path)
    spent = list((tmp_path / installation.SPENT).iterdir())
    old = tmp_path / installation.SPENT / "old"
    old.touch()
    os.utime(old, (0, 0))
    installation.wipe(tmp_path)
    assert installation.is_due(tmp_path)
    assert list((tmp_path / installation.SPENT).iterdir()) == spent
    assert not (tmp_path / installation.WISH).exists()


def test_exercises_are_done_when_the_trail_says_so(
    cast: Cast, inside: Client, tmp_path: Path
) -> None:
    installation.note_filled(tmp_path)
    since = installation.filled_at(tmp_path)
    assert since is not None
    assert [row.done_at for row in progress(since)] == [None] * len(EXERCISES)
    audit.record("meetings.sitting.approve", actor=cast.chair.id)
    first, *others = progress(since)
    assert first.done_at is not None
    assert not any(row.done_at for row in others)
    page = inside.get("/practice/exercises/").content.decode()
    assert page.count("まだです") == len(others)


@pytest.mark.parametrize("kind", ["pdf", "docx", "mark"])
def test_made_papers_and_marks_bear_the_word(there: Settings, kind: str) -> None:
    sheet = Sheet(
        title="会議録",
        file_title="会議録",
        blocks=(),
        made_at=datetime(2026, 11, 22, tzinfo=UTC),
        running="第12回",
    )
    made = {"pdf": words_of_pdf, "docx": words_of_docx, "mark": words_of_mark}[kind]
    assert "【練習】" in made(sheet)
    there.PRACTICE = False
    assert "【練習】" not in made(sheet)


def words_of_pdf(sheet: Sheet) -> str:
    return text_of(sheet_pdf(sheet))


def text_of(file: bytes) -> str:
    with pypdfium2.PdfDocument(file) as pdf:
        page = pdf[0]
        text = page.get_textpage()
        words: str = text.get_text_range()
        text.close()
        page.close()
        return words


def words_of_docx(sheet: Sheet) -> str:
    header = docx.Document(BytesIO(sheet_docx(sheet))).sections[0].header
    return "".join(paragraph.text for paragraph in header.paragraphs)


def words_of_mark(sheet: Sheet) -> str:
    stamp_of.cache_clear()
    reader = WatermarkText(
        name="上田 健", organization="クリニック", at=sheet.made_at, meeting="R8-012"
    )
    return "".join(text_of(part) for part in stamp_of(reader))
