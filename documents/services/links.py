"""Secure links: issued, listed, extended, unlocked, revoked (R31).

Which custodian may do this for what a link leads to is decided by the caller, who
knows the thing; this app knows its purpose and id only.
"""

import secrets
import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet, TextChoices
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from documents.models import Knock, Link
from documents.models.links import card_macs_of, digest_of
from members.access import Actor
from members.filters import ending_after, holding_at
from members.models import Person, Scope, SignIn
from members.services import sign_ins
from portal.core import audit, clock, context, outbox, texts
from portal.core.errors import RefusedError

SECRET_BYTES = 32
# Crockford's base 32: no I, L, O, U. Twelve letters are 60 bit, looked up under a
# keyed MAC; a hit only leads to the one-time code and its five attempts.
CARD_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CARD_LENGTH = 12
CARD_GROUP = 4
_LOOK_ALIKES = str.maketrans("ILO", "110", " -‐‑–—−ー")


@dataclass(frozen=True, slots=True)
class IssuedLink:
    """A new link with what is told to its person once and kept nowhere."""

    link: Link
    url: str
    card_code: str


def issue_link(
    *,
    actor: Actor,
    person: Person,
    scope: Scope,
    starts_at: datetime,
    ends_at: datetime,
) -> IssuedLink:
    """Make the one live link of ``person`` for the thing, as ``issue_links`` does."""
    (issued,) = issue_links(
        actor=actor,
        people=[person],
        scope=scope,
        starts_at=starts_at,
        ends_at=ends_at,
    )
    return issued


@transaction.atomic
def issue_links(
    *,
    actor: Actor,
    people: Sequence[Person],
    scope: Scope,
    starts_at: datetime,
    ends_at: datetime,
) -> list[IssuedLink]:
    """Make everybody's one live link for the thing; older ones die.

    Raises RefusedError when the end is not after the start.
    """
    if ends_at <= starts_at:
        raise RefusedError(_("リンクの終わりの日時は、始まりより後にしてください。"))
    # The people's rows are the lock: two clerks at once leave one live link each.
    ids = [person.id for person in people]
    list(Person.objects.select_for_update().filter(pk__in=ids).order_by("pk"))
    _revoke_all(actor, _lasting(scope.id).filter(person__in=ids))
    span = (starts_at, ends_at)
    issued = [_made(actor.person, person, scope, span) for person in people]
    Link.objects.bulk_create(each.link for each in issued)
    audit.record_all([_act("issue", actor, each.link) for each in issued])
    return issued


@transaction.atomic
def renew_link(*, link: Link, ends_at: datetime) -> IssuedLink:
    """A new link in place of one that ran out; its holder asked, nobody acts.

    Whether the person is still entitled is decided by the caller.
    """
    span = (clock.now(), ends_at)
    issued = _made(link.issued_by, link.person, link.scope, span)
    issued.link.renews = link
    issued.link.save(force_insert=True)
    audit.record_all([_act("renew", None, issued.link, of=str(link.id))])
    return issued


def _made(
    issuer: Person, person: Person, scope: Scope, span: tuple[datetime, datetime]
) -> IssuedLink:
    secret = secrets.token_urlsafe(SECRET_BYTES)
    card_code = "".join(secrets.choice(CARD_ALPHABET) for _ in range(CARD_LENGTH))
    link = Link(
        person=person,
        purpose=scope.purpose,
        scope_id=scope.id,
        starts_at=span[0],
        ends_at=span[1],
        digest=digest_of(secret),
        card_mac=card_macs_of(card_code)[0],
        issued_by=issuer,
        issued_at=clock.now(),
    )
    url = f"{settings.BASE_URL}{reverse('documents:gate')}#{secret}"
    return IssuedLink(link, url, _grouped(card_code))


@transaction.atomic
def revoke_link(*, actor: Actor, link: Link) -> None:
    """End a link now, with every sign-in and every waiting mail that rests on it.

    A link that has ended already stays as it is.
    """
    now = clock.now()
    link = Link.objects.select_for_update().get(pk=link.pk)
    if link.ends_at is not None and link.ends_at <= now:
        return
    link.ends_at = link.revoked_at = now
    link.save(update_fields=["ends_at", "revoked_at"])
    sign_ins.end_all(link_id=link.id)
    outbox.cancel(about=f"link:{link.id}")
    texts.cancel(about=f"link:{link.id}")
    _record("revoke", actor, link)


@transaction.atomic
def revoke_links(*, actor: Actor, scope_id: UUID, person: Person | None = None) -> int:
    """End the links to a thing, or those of one person to it; returns how many."""
    links = _lasting(scope_id)
    return _revoke_all(actor, links if person is None else links.filter(person=person))


def _lasting(scope_id: UUID) -> QuerySet[Link]:
    """The links to a thing that have not ended."""
    return Link.objects.filter(ending_after(clock.now()), scope_id=scope_id)


def _revoke_all(actor: Actor, links: QuerySet[Link]) -> int:
    found = list(links.order_by("id"))
    for link in found:
        revoke_link(actor=actor, link=link)
    return len(found)


@transaction.atomic
def extend_link(*, actor: Actor, link: Link, ends_at: datetime) -> Link:
    """Move the end of a live link to a later time.

    Sign-ins that are open keep their end; the next one takes the new. Raises
    RefusedError for a link that has ended (issue a new one) and for an earlier end.
    """
    link = Link.objects.select_for_update().get(pk=link.pk)
    if link.ends_at is None or link.ends_at <= clock.now():
        raise RefusedError(
            _("このリンクは終わっています。新しいリンクを発行してください。")
        )
    if ends_at <= link.ends_at:
        raise RefusedError(_("今の期限より後の日時にしてください。"))
    link.ends_at = ends_at
    link.save(update_fields=["ends_at"])
    _record("extend", actor, link, until=ends_at.isoformat())
    return link


@transaction.atomic
def unlock_link(*, actor: Actor, link: Link) -> Link:
    """Let the person try codes again, after the secretariat has spoken to them."""
    link = Link.objects.select_for_update().get(pk=link.pk)
    if link.wrong_count:
        link.wrong_count = 0
        link.save(update_fields=["wrong_count"])
        _record("unlock", actor, link)
    return link


@transaction.atomic
def unlock_links(*, actor: Actor, scope_id: UUID, person: Person) -> None:
    """Let the person try codes again on their live links to a thing."""
    for link in live_links(scope_id, person):
        unlock_link(actor=actor, link=link)


@transaction.atomic
def end_sign_ins(*, actor: Actor, scope_id: UUID, person: Person) -> int:
    """End what is open by the person's links to a thing; the links go on.

    Returns how many sign-ins were live.
    """
    links = list(Link.objects.filter(scope_id=scope_id, person=person).order_by("id"))
    ended = sum(sign_ins.end_all(link_id=link.id) for link in links)
    for link in links:
        _record("end_sign_ins", actor, link)
    return ended


def live_links(scope_id: UUID, person: Person) -> list[Link]:
    """The links by which the person may come to the thing now."""
    live = Link.objects.filter(holding_at(clock.now()), scope_id=scope_id)
    return list(live.filter(person=person))


class Standing(TextChoices):
    """Where a link stands, as the secretariat's board shows it."""

    PENDING = "pending", _lazy("まだ使えません")
    UNOPENED = "unopened", _lazy("未開封")
    OPENED = "opened", _lazy("開封済み")
    LOCKED = "locked", _lazy("ロック中")
    ENDED = "ended", _lazy("終了")


@dataclass(frozen=True, slots=True)
class LinkOnBoard:
    """One link with what the secretariat watches.

    ``knock`` is the posting of its secret, which a scanner of mail may do too.
    ``browser_count`` is the number of sign-ins it has opened so far, ``device_count``
    that of the browsers: more than the person's own machines would explain tells of a
    forwarded link.
    """

    link: Link
    standing: Standing
    browser_count: int
    device_count: int
    knock: Knock | None = None

    @property
    def perhaps_scanned(self) -> bool:
        """The secret was posted and no code ever typed rightly: 自動確認の可能性."""
        return self.knock is not None and self.link.opened_at is None


def links_of(scope_id: UUID) -> list[LinkOnBoard]:
    """The newest link of every person to the thing, by agency and name."""
    t = clock.now()
    newest: dict[UUID, Link] = {}
    rows = Link.objects.filter(scope_id=scope_id).select_related("person__organization")
    for link in rows.order_by("issued_at"):
        newest[link.person_id] = link
    devices: dict[UUID | None, list[str]] = defaultdict(list)
    opened = SignIn.objects.filter(link_id__in=[link.id for link in newest.values()])
    for link_id, device in opened.values_list("link_id", "device"):
        devices[link_id].append(device)
    knocks = Knock.objects.in_bulk([link.id for link in newest.values()])
    links = sorted(
        newest.values(),
        key=lambda link: (link.person.organization.kana, link.person.kana),
    )
    return [
        LinkOnBoard(
            link,
            standing_of(link, t),
            len(devices[link.id]),
            len(set(devices[link.id])),
            knocks.get(link.id),
        )
        for link in links
    ]


def standing_of(link: Link, t: datetime) -> Standing:
    """Where the link stands at ``t``."""
    if link.ends_at is not None and link.ends_at <= t:
        return Standing.ENDED
    if t < link.starts_at:
        return Standing.PENDING
    if link.locked:
        return Standing.LOCKED
    return Standing.OPENED if link.opened_at else Standing.UNOPENED


@transaction.atomic
def note_knock(link: Link) -> None:
    """Remember that the link's secret was posted; nothing rests on it."""
    now = clock.now()
    knock, _made_now = Knock.objects.get_or_create(
        link=link, defaults={"first_at": now, "last_at": now}
    )
    Knock.objects.filter(pk=knock.pk).update(count=F("count") + 1, last_at=now)


def find_by_secret(secret: str) -> Link | None:
    """The live link of this secret. Unknown, ended and revoked take equal work."""
    return _live(digest=digest_of(secret))


def find_by_card_code(card_code: str) -> Link | None:
    """The live link of this printed code, however it was spaced and cased."""
    return _live(card_mac__in=card_macs_of(plain_card_code(card_code)))


def find_by_id(link_id: UUID) -> Link | None:
    """The link, if it is live now."""
    return _live(id=link_id)


def _live(**which: str | UUID | list[str]) -> Link | None:
    links = Link.objects.select_related("person")
    link = links.filter(**which).first()
    return link if link and link.is_live(clock.now()) else None


def plain_card_code(card_code: str) -> str:
    """A typed card code as it was made: cases, widths and look-alikes forgiven."""
    folded = unicodedata.normalize("NFKC", card_code).upper()
    return folded.translate(_LOOK_ALIKES)


def _grouped(card_code: str) -> str:
    starts = range(0, CARD_LENGTH, CARD_GROUP)
    return "-".join(card_code[i : i + CARD_GROUP] for i in starts)


def _record(what: str, actor: Actor, link: Link, **detail: str) -> None:
    audit.record_all([_act(what, actor, link, **detail)])


def _act(what: str, actor: Actor | None, link: Link, **detail: str) -> audit.Act:
    return audit.Act(
        f"documents.link.{what}",
        actor.id if actor else None,
        context.origin(),
        subject=f"link:{link.id}",
        detail={
            "person": str(link.person_id),
            link.purpose: str(link.scope_id),
            **detail,
        },
    )
