"""What scanners and previews of mail do with its addresses opens and counts nothing."""

import re
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from django.apps import apps
from django.contrib.sessions.models import Session
from django.core import mail
from django.db.models import Model
from django.test import Client

from documents.models import Link
from documents.services import links
from meetings.models import Invitation
from portal.core import outbox
from portal.core.models import OutgoingMail
from tests.documents import gate
from tests.documents.gate import ask, mailed_code, sitting_page, typed
from tests.meetings.convening import convened

WINDOWS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
)
AGENTS = [
    "",
    f"{WINDOWS} Chrome/120.0.0.0 Safari/537.36 Edg/120.0.0.0",
    f"{WINDOWS} BingPreview/1.0b",
    "Mozilla/5.0 (compatible; Google-Safety; +http://www.google.com/bot.html)",
    "Mozilla/5.0 Firefox/11.0 (via ggpht.com GoogleImageProxy)",
    "Barracuda Sentinel (EE)",
    "Mimecast Targeted Threat Protection",
    "Proofpoint URL Defense",
    "TrendMicro Web Reputation",
    "Sophos Email Appliance",
    "Cisco IronPort",
    "FireEye Email Security",
    "m-FILTER MailAdviser/5.0",
    "WhatsApp/2.23.20.0 A",
    "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    "facebookexternalhit/1.1;line-poker/1.0",
    "SkypeUriPreview Preview/0.5",
    "curl/8.5.0",
    "python-requests/2.32",
    "Java/1.8.0_392",
    "Go-http-client/1.1",
    "Wget/1.21",
    "かさね点検".encode().decode("latin-1"),
    "x" * 4000,
]
HEADERS: list[dict[str, str]] = [
    {"Purpose": "prefetch"},
    {"X-Purpose": "preview"},
    {"X-Moz": "prefetch"},
    {"Sec-Purpose": "prefetch;prerender"},
    {"Sec-Purpose": "prefetch;anonymous-client-ip"},
    {"Sec-Fetch-Dest": "document", "Sec-Fetch-Mode": "navigate"},
    {"Accept": "image/avif,image/webp,*/*"},
    {"Accept": "application/json"},
    {"Range": "bytes=0-1023"},
    {"If-None-Match": "*"},
    {"If-Modified-Since": "Sat, 21 Nov 2026 00:00:00 GMT"},
    {"X-HTTP-Method-Override": "POST"},
    {"X-Forwarded-For": "203.0.113.9", "Via": "1.1 scanner.example"},
    {"Authorization": "Basic YTpi"},
    {"Referer": "https://outlook.office.example/mail/"},
    {"Origin": "https://safelinks.example"},
]
VARIANTS = [*({"User-Agent": agent} for agent in AGENTS), *HEADERS]


def addresses_in(letter: OutgoingMail) -> set[str]:
    """Every address of every part of a mail, as it leaves."""
    message = outbox.compose(letter).message()
    parts = [p.get_payload(decode=True) or b"" for p in message.walk()]
    text = b"\n".join(bytes(part) for part in parts).decode()
    return set(re.findall(r"https?://[^\s<>\"]+", text.replace("\r\n ", "")))


def rewritten(address: str) -> list[str]:
    """As scanners write it: without fragment, escaped, as path, in a safe link."""
    path, _, secret = address.partition("#")
    safe = f"https://safelinks.example/?url={quote(address, safe='')}&data=05"
    (unwrapped,) = parse_qs(urlsplit(safe).query)["url"]
    return [
        path,
        path.rstrip("/"),
        f"{path}%23{secret}",
        f"{path}?{secret}",
        f"{path}?secret={secret}&card_code={secret}",
        f"{path}{secret}/",
        f"{path}notice/?secret={secret}",
        f"{path}code/mail/?code=12345678&secret={secret}",
        unwrapped,
    ]


def everything() -> dict[type[Model], list[dict[str, object]]]:
    """All rows of the portal, and its sessions."""
    labels = ("core", "members", "documents", "meetings")
    tables: list[type[Model]] = [Session]
    for label in labels:
        tables += apps.get_app_config(label).get_models()
    return {
        table: list(table._default_manager.order_by("pk").values()) for table in tables
    }


def test_forty_kinds_of_scanners_open_nothing_and_count_for_nothing(cast):
    assert len(VARIANTS) == 40
    sitting = convened(cast, cast.clinic)
    (letter,) = OutgoingMail.objects.filter(address=cast.clinic.email)
    found = addresses_in(letter)
    assert any("/g/#" in address for address in found)
    before, sent = everything(), len(mail.outbox)
    for headers in VARIANTS:
        for address in found:
            for form in rewritten(address):
                split = urlsplit(form)
                where = f"{split.path}?{split.query}"
                client = Client(headers=headers)
                for ask_for in (client.head, client.get, client.get, client.options):
                    answer = ask_for(where)
                    assert answer.status_code in {200, 301, 404, 405}, (headers, form)
                    assert cast.clinic.name not in answer.content.decode()
                assert not client.cookies.get("sessionid"), (headers, form)
    assert everything() == before
    assert len(mail.outbox) == sent
    (row,) = links.links_of(sitting.id)
    assert row.standing is links.Standing.UNOPENED
    assert not row.perhaps_scanned


def test_one_that_runs_the_script_and_presses_every_button_opens_nothing(cast):
    """It posts the secret, has a code sent, and types something: not opened."""
    issued = gate.issue(cast)
    client = gate.enter(issued)
    gate.ask(client)
    gate.typed(client, gate.other_than(gate.mailed_code()))
    (row,) = links.links_of(cast.sitting.id)
    assert (row.link.opened_at, row.browser_count) == (None, 0)
    assert row.standing is links.Standing.UNOPENED
    assert row.perhaps_scanned


@pytest.mark.parametrize("headers", [{}, VARIANTS[1]], ids=["person", "gateway"])
def test_whoever_types_the_code_afterwards_comes_in_and_is_counted_once(cast, headers):
    sitting = convened(cast, cast.clinic)
    (letter,) = OutgoingMail.objects.filter(address=cast.clinic.email)
    (address,) = (a for a in addresses_in(letter) if "/g/#" in a)
    for _ in range(3):
        Client(headers=VARIANTS[1]).get(urlsplit(address).path)
    client = Client(headers=headers)
    client.post(urlsplit(address).path, {"secret": urlsplit(address).fragment})
    ask(client)
    done = typed(client, mailed_code())
    assert done.headers["Location"] == sitting_page(sitting.id)
    assert Link.objects.filter(opened_at__isnull=False).count() == 1
    assert Invitation.objects.get(person=cast.clinic, sitting=sitting).rsvp_at is None
