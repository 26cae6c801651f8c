"""One-time codes of a link: asked for, sent, tried (R8, R31).

Five wrong answers in the life of a link, whatever the way (mail, telephone,
authenticator app, paper card), then it is locked until the secretariat unlocks it.
A wrong code must stay counted, so trying one returns a verdict and never raises.
"""

import math
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

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
from documents.services import budget, link_texts
from documents.services.visits import (
    Attempt,
    Proved,
    Verdict,
    Visit,
    locked_row,
    open_link,
)
from members.models import PaperCard, SignIn
from members.models.factors import CODE_DIGITS as CARD_DIGITS
from members.services import factors, phones
from portal.core import audit, clock, outbox, telephone, texts

HOUR = timedelta(hours=1)


class Way(StrEnum):
    """The ways to prove who opens the link."""

    MAIL = "mail"
    APP = "app"
    CARD = "card"
    PHONE = "phone"


# R8: a mail code only checks an address; the others are personal factors.
STRENGTH = {Way.MAIL: 1, Way.APP: 2, Way.CARD: 2, Way.PHONE: 2}
DIGITS = {
    Way.MAIL: CODE_DIGITS,
    Way.APP: 6,
    Way.CARD: CARD_DIGITS,
    Way.PHONE: CODE_DIGITS,
}
SENT = (Way.MAIL, Way.PHONE)


def ways_of(link: Link) -> list[Way]:
    """The ways open to the link's person, as far as they are set up."""
    devices = factors.usable_devices(link.person)
    ways = {
        Way.MAIL: bool(link.person.email),
        Way.APP: any(isinstance(device, TOTPDevice) for device in devices),
        Way.CARD: any(isinstance(device, PaperCard) for device in devices),
        Way.PHONE: phones.usable(link.person) is not None,
    }
    return [way for way, is_open in ways.items() if is_open]


def target(link: Link, way: Way) -> str:
    """Where a code of this way goes, as its owner recognises it; empty: nowhere."""
    if way is Way.MAIL:
        return masked(link.person.email)
    phone = phones.usable(link.person) if way is Way.PHONE else None
    return telephone.masked(phone.number) if phone else ""


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
    USED_UP = "used up"  # the telephone's budget of the day


@dataclass(frozen=True, slots=True)
class Sent:
    """The outcome of ``send_code``; ``again_at`` is when the next may be asked for."""

    sending: Sending
    again_at: datetime | None = None


def send_code(*, link: Link, browser: str, way: Way = Way.MAIL) -> Sent:
    """Send a new code to the person's address or telephone; the one before is void.

    ``browser`` is the digest of the nonce in the browser's session. Mail leaves after
    the code is committed, a text with the worker. What fails to leave still counts
    against the limits, else a broken server could be used to make codes without end.

    To somebody for whom the page behind the link would not open any more (R14) no
    code is sent, and the answer is the same: the holder of a link learns nothing.
    """
    entitled = entrances.opens(link.person, link.scope)
    outcome, code = _make_code(link, browser, way, entitled=entitled)
    if code is None or not entitled or way is Way.PHONE:
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
def _make_code(
    link: Link, browser: str, way: Way, *, entitled: bool
) -> tuple[Sent, str | None]:
    row = locked_row(link)
    if row is None or row.locked or way not in SENT or way not in ways_of(row):
        return Sent(Sending.NOT_POSSIBLE), None
    refusal = _refusal(row, way)
    if refusal is not None:
        return refusal, None
    now = clock.now()
    row.codes.filter(ends_at__gt=now).update(ends_at=now)
    texts.cancel(about=f"link:{row.id}")
    plain = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"
    code = LinkCode(
        user=row.person,
        name=_("リンクの確認コード"),
        link=row,
        browser_digest=browser,
        by_phone=way is Way.PHONE,
        sent_at=now,
        ends_at=now + CODE_LIFE,
    )
    if way is Way.PHONE and entitled:
        code.text = link_texts.queue(row, plain, code.ends_at)
    code.keep(plain)
    code.save()
    what = "send_code" if entitled else "withhold_code"
    audit.record(
        f"documents.link.{what}",
        actor=None,
        subject=f"link:{row.id}",
        detail={"way": way},
    )
    return Sent(Sending.SENT, now + RESEND_AFTER), plain


def _refusal(link: Link, way: Way) -> Sent | None:
    """Why no code is made now: the limits of the link, of the person, of the town."""
    now = clock.now()
    recent = list(link.codes.filter(sent_at__gt=now - HOUR).order_by("sent_at"))
    if recent and now < recent[-1].sent_at + RESEND_AFTER:
        return Sent(Sending.TOO_SOON, recent[-1].sent_at + RESEND_AFTER)
    if len(recent) >= CODES_PER_HOUR:
        return Sent(Sending.TOO_MANY, recent[0].sent_at + HOUR)
    if way is Way.PHONE and link_texts.used_up(link.person):
        return Sent(Sending.USED_UP)
    return None


def live_code(link: Link, browser: str, way: Way = Way.MAIL) -> LinkCode | None:
    """The code of this way that this browser may still type, if there is one."""
    live = link.codes.filter(
        browser_digest=browser,
        by_phone=way is Way.PHONE,
        used_at=None,
        ends_at__gt=clock.now(),
    )
    return live.select_related("text").order_by("-sent_at").first()


@transaction.atomic
def try_code(*, visit: Visit, way: Way, token: str) -> Attempt:
    """Try a typed code; the right one opens one sign-in for the link's sitting.

    An attempt is claimed before anything is compared and given back when the code
    was right. A code that cannot be compared (late, used, replaced, asked for in
    another browser, a factor that makes one wait) costs no attempt.
    """
    link = locked_row(visit.link)
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


def _devices(link: Link, browser: str, way: Way) -> list[Device]:
    if way in SENT:
        code = live_code(link, browser, way) if way in ways_of(link) else None
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
    proved = Proved(way, STRENGTH[way])
    if way is Way.PHONE:  # not longer than the decision that allows it
        proved = Proved(way, STRENGTH[way], link_texts.allowed_until())
    return open_link(link, visit, proved)
