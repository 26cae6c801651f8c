"""One-time codes of a link: asked for, sent, tried (R8, R31).

Five wrong answers in the life of a link, whatever the way (mail, authenticator
app, paper card), then it is locked until the secretariat unlocks it. A wrong code
must stay counted, so trying one returns a verdict and never raises.
"""

import math
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

import django_otp
from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django_otp.models import Device
from django_otp.plugins.otp_totp.models import TOTPDevice

from documents import entrances
from documents.models import Link, LinkCode
from documents.models.links import (
    CODE_DIGITS,
    CODE_LIFE,
    CODES_PER_HOUR,
    PACE,
    RESEND_AFTER,
)
from documents.services import budget
from members.models import PaperCard, SignIn
from members.models.factors import CODE_DIGITS as CARD_DIGITS
from members.services import factors, sign_ins
from portal.core import audit, clock, outbox

HOUR = timedelta(hours=1)


class Way(StrEnum):
    """The ways to prove who opens the link."""

    MAIL = "mail"
    APP = "app"
    CARD = "card"


# R8: a mail code only checks an address; app and card are personal factors.
STRENGTH = {Way.MAIL: 1, Way.APP: 2, Way.CARD: 2}
DIGITS = {Way.MAIL: CODE_DIGITS, Way.APP: 6, Way.CARD: CARD_DIGITS}


def ways_of(link: Link) -> list[Way]:
    """The ways open to the link's person, as far as they are set up."""
    devices = factors.usable_devices(link.person)
    ways = {
        Way.MAIL: bool(link.person.email),
        Way.APP: any(isinstance(device, TOTPDevice) for device in devices),
        Way.CARD: any(isinstance(device, PaperCard) for device in devices),
    }
    return [way for way, is_open in ways.items() if is_open]


def masked(address: str) -> str:
    """An address that its owner recognises and nobody else learns: u***@m***.jp."""
    local, _at, host = address.rpartition("@")
    return f"{local[:1]}***@{host[:1]}***.{host.rpartition('.')[2]}"


class Sending(StrEnum):
    """What became of the wish for a code."""

    SENT = "sent"
    TOO_SOON = "too soon"
    TOO_MANY = "too many"
    NOT_POSSIBLE = "not possible"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Sent:
    """The outcome of ``send_code``; ``again_at`` is when the next may be asked for."""

    sending: Sending
    again_at: datetime | None = None


def send_code(*, link: Link, browser: str) -> Sent:
    """Send a new code to the person's address; the one before it is void.

    ``browser`` is the digest of the nonce in the browser's session. The mail leaves
    after the code is committed. A mail that fails still counts against the limits,
    else a broken mail server could be used to make codes without end.

    To somebody for whom the page behind the link would not open any more (R14) no
    code is sent, and the answer is the same: the holder of a link learns nothing.
    """
    entitled = entrances.opens(link.person, link.scope)
    outcome, code = _make_code(link, browser, entitled=entitled)
    if code is None or not entitled:
        return outcome
    body = render_to_string(
        "documents/mail/link_code.txt",
        {
            "name": link.person.name,
            "municipality": settings.MUNICIPALITY,
            "code": f"{code[:4]} {code[4:]}",
            "minutes": int(CODE_LIFE.total_seconds() // 60),
            "reference": link.reference,
        },
    )
    sent = outbox.send_now(
        address=link.person.email,
        subject=_("かさね 確認コードのお知らせ"),
        body=body,
    )
    return outcome if sent else Sent(Sending.FAILED, outcome.again_at)


@transaction.atomic
def _make_code(link: Link, browser: str, *, entitled: bool) -> tuple[Sent, str | None]:
    row = _locked_row(link)
    now = clock.now()
    if row is None or row.locked or not row.person.email:
        return Sent(Sending.NOT_POSSIBLE), None
    recent = list(row.codes.filter(sent_at__gt=now - HOUR).order_by("sent_at"))
    if recent and now < recent[-1].sent_at + RESEND_AFTER:
        return Sent(Sending.TOO_SOON, recent[-1].sent_at + RESEND_AFTER), None
    if len(recent) >= CODES_PER_HOUR:
        return Sent(Sending.TOO_MANY, recent[0].sent_at + HOUR), None
    row.codes.filter(ends_at__gt=now).update(ends_at=now)
    plain = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"
    code = LinkCode(
        user=row.person,
        name=_("リンクの確認コード"),
        link=row,
        browser_digest=browser,
        sent_at=now,
        ends_at=now + CODE_LIFE,
    )
    code.keep(plain)
    code.save()
    what = "send_code" if entitled else "withhold_code"
    audit.record(f"documents.link.{what}", actor=None, subject=f"link:{row.id}")
    return Sent(Sending.SENT, now + RESEND_AFTER), plain


def live_code(link: Link, browser: str) -> LinkCode | None:
    """The code that this browser may still type, if there is one."""
    now = clock.now()
    return (
        link.codes.filter(browser_digest=browser, used_at=None, ends_at__gt=now)
        .order_by("-sent_at")
        .first()
    )


class Verdict(StrEnum):
    """What became of a typed code. Only WRONG has been compared and counted."""

    RIGHT = "right"
    WRONG = "wrong"
    LOCKED = "locked"
    NO_CODE = "no code"
    WAIT = "wait"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Attempt:
    """The outcome of ``try_code``: a sign-in only when the verdict is RIGHT."""

    verdict: Verdict
    sign_in: SignIn | None = None
    wait_seconds: int = 0


class Visit(NamedTuple):
    """A browser at the gate of a link, before anybody is signed in."""

    link: Link
    browser: str
    address: str
    user_agent: str


@transaction.atomic
def try_code(*, visit: Visit, way: Way, token: str) -> Attempt:
    """Try a typed code; the right one opens one sign-in for the link's sitting.

    An attempt is claimed before anything is compared and given back when the code
    was right. A code that cannot be compared (late, used, replaced, asked for in
    another browser, a factor that makes one wait) costs no attempt.
    """
    link = _locked_row(visit.link)
    if link is None:
        return Attempt(Verdict.GONE)
    if link.locked:
        return Attempt(Verdict.LOCKED)
    devices = _devices(link, visit.browser, way)
    if not devices:
        return Attempt(Verdict.NO_CODE)
    ready = [device for device in devices if device.verify_is_allowed()[0]]
    wait = _pause(link, ready) if ready else _wait(devices)
    if wait:
        return Attempt(Verdict.WAIT, wait_seconds=wait)
    if not _proved(link, ready, token):
        link.refresh_from_db(fields=["wrong_count"])
        audit.record(
            "documents.link.wrong_code",
            actor=None,
            subject=f"link:{link.id}",
            detail={"way": way, "left": link.attempts_left},
        )
        budget.note_wrong()
        return Attempt(Verdict.WRONG)
    return Attempt(Verdict.RIGHT, sign_in=_open(link, visit, way))


def _locked_row(link: Link) -> Link | None:
    """The link's row, locked until commit, if the link is live.

    The clock is read after the lock is held: a revocation that was waited for
    counts.
    """
    rows = Link.objects.select_for_update(of=("self",)).select_related("person")
    row = rows.filter(pk=link.pk).first()
    return row if row and row.is_live(clock.now()) else None


def _devices(link: Link, browser: str, way: Way) -> list[Device]:
    if way is Way.MAIL:
        code = live_code(link, browser)
        return [code] if code else []
    kind = TOTPDevice if way is Way.APP else PaperCard
    return [d for d in factors.usable_devices(link.person) if isinstance(d, kind)]


def _pause(link: Link, devices: list[Device]) -> int:
    """Seconds to wait while wrong codes rain down on the town (SECURITY 3b).

    They run from what happened at this link last, so nobody waits for others.
    """
    moments = [d.sent_at for d in devices if isinstance(d, LinkCode)]
    if link.wrong_at:
        moments.append(link.wrong_at)
    left = max(moments) + PACE - clock.now() if moments else timedelta(0)
    if left <= timedelta(0) or not budget.strained():
        return 0
    return math.ceil(left.total_seconds())


def _wait(devices: list[Device]) -> int:
    """Seconds until the first of the devices may be asked again."""
    now = clock.now()
    waits: list[float] = []
    for device in devices:
        reason: dict[str, Any] = device.verify_is_allowed()[1] or {}
        until: datetime = reason.get("locked_until") or now
        waits.append((until - now).total_seconds())
    return max(1, math.ceil(min(waits)))


def _proved(link: Link, devices: list[Device], token: str) -> bool:
    """Compare, with an attempt claimed: a LinkCode claims it by itself."""
    if isinstance(devices[0], LinkCode):
        device = devices[0]
        return (
            django_otp.verify_token(link.person, device.persistent_id, token)
            is not None
        )
    if not link.claim_attempt():
        return False
    right = any(
        factors.verify(person=link.person, device_id=d.persistent_id, token=token)
        for d in devices
    )
    if right:
        link.give_back_attempt()
    return right


def _open(link: Link, visit: Visit, way: Way) -> SignIn:
    if link.opened_at is None:
        link.opened_at = clock.now()
        link.save(update_fields=["opened_at"])
    sign_in = sign_ins.start(
        person=link.person,
        strength=STRENGTH[way],
        link_id=link.id,
        scope=link.scope,
        ends_at=link.ends_at,
        address=visit.address,
        user_agent=visit.user_agent,
    )
    audit.record(
        "documents.link.open",
        actor=link.person_id,
        subject=f"link:{link.id}",
        detail={"way": way, "sign_in": str(sign_in.id)},
    )
    return sign_in
