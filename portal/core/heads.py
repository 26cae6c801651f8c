"""Signed heads of the audit trail, given away where the portal cannot change them.

A chain proves nothing to somebody who holds no older head of it: so its end is signed
now and then, and leaves the house as a file in a folder and as a mail to the auditor.
"""

import base64
import logging
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Max, Q
from django.utils.translation import gettext as _

from portal.core import chain, clock, journals, keys, outbox, timestamps
from portal.core.models import AuditHead, OutgoingMail, SignedHead
from portal.core.wording import moment_words

log = logging.getLogger(__name__)

NOBODY = UUID(int=0)  # the auditor's mailbox belongs to no account
BATCH = 500


def keep_up() -> None:
    """Sign the newest head when it is time, and give away what waits."""
    if _is_due():
        give_newest()
    drop_waiting()


def give_newest() -> None:
    """Sign the end of the chain, have it stamped where that is set up, send it out.

    The stamp is asked for outside of any transaction: others may take their time.
    """
    head = newest()
    give(head, timestamps.stamp(chain.signed_text(head)))


def _is_due() -> bool:
    """The trail has grown since the last head, and that was some time ago.

    Or it seems to be still to come: the clock was ahead, and nobody waits for that.
    """
    last = SignedHead.objects.order_by("seq").last()
    reached = AuditHead.objects.values_list("seq", flat=True).get(id=1)
    if reached == (last.seq if last else 0):
        return False
    pause = timedelta(minutes=settings.AUDIT_HEAD_MINUTES)
    return last is None or not last.at <= clock.now() < last.at + pause


def newest() -> chain.Head:
    """The end of the chain as it is committed now, signed."""
    end = AuditHead.objects.get(id=1)
    head = chain.Head(
        installation=str(end.installation),
        seq=end.seq,
        digest=end.digest,
        at=clock.now().isoformat(),
        key=keys.public_key(),
        signature="",
    )
    return head._replace(signature=keys.sign(chain.signed_text(head)))


@transaction.atomic
def give(head: chain.Head, stamp: bytes = b"") -> None:
    """Keep a signed head and send it out, once for each event it may name."""
    _kept, made = SignedHead.objects.get_or_create(
        seq=head.seq,
        defaults={
            "digest": head.digest,
            "at": head.moment,
            "key": head.key,
            "signature": head.signature,
            "stamp": stamp,
        },
    )
    if made:  # before it leaves: a restore asks whether the journal reaches every head
        journals.note(journals.HEAD, {"seq": head.seq, "digest": head.digest})
    if made and settings.AUDIT_MAIL:
        outbox.queue(
            person=NOBODY,
            address=settings.AUDIT_MAIL,
            subject=_("かさね 操作の記録の署名 %(seq)d") % {"seq": head.seq},
            body=_letter(head),
        )


def _letter(head: chain.Head) -> str:
    """The head on a line of its own, so that a saved mail can be verified as it is."""
    words = _(
        "操作の記録の、%(when)sの署名です。消さずに保管してください。\n"
        "記録が書き換えられていないかは、この1行と照らし合わせて確かめます。"
    ) % {"when": moment_words(head.moment)}
    return f"{words}\n\n{chain.head_line(head)}\n"


def head_of(row: SignedHead, installation: UUID) -> chain.Head:
    """A kept head as it was signed."""
    return chain.Head(
        installation=str(installation),
        seq=row.seq,
        digest=row.digest,
        at=row.at.isoformat(),
        key=row.key,
        signature=row.signature,
    )


def lines() -> Iterator[str]:
    """Every head that was given away, as it was written."""
    installation = AuditHead.objects.get(id=1).installation
    for row in SignedHead.objects.order_by("seq").iterator(BATCH):
        yield _line(row, installation)


def _line(row: SignedHead, installation: UUID) -> str:
    stamp = base64.b64encode(bytes(row.stamp)).decode()
    return chain.head_line(head_of(row, installation), stamp)


def drop_waiting() -> int:
    """Put heads into the folder, each a file that is never touched again."""
    if not settings.AUDIT_DROP:
        return 0
    installation = AuditHead.objects.get(id=1).installation
    waiting = SignedHead.objects.filter(dropped_at=None).order_by("seq")[:BATCH]
    dropped = 0
    for row in waiting:
        name = f"kasane-head-{row.seq:012d}.json"
        try:
            _drop(Path(settings.AUDIT_DROP), name, _line(row, installation))
        except OSError as error:
            log.warning("heads wait for their folder: %s", type(error).__name__)
            break
        SignedHead.objects.filter(seq=row.seq).update(dropped_at=clock.now())
        dropped += 1
    return dropped


def _drop(folder: Path, name: str, line: str) -> None:
    """Write a file that is there whole or not at all."""
    descriptor, draft = tempfile.mkstemp(dir=folder, prefix=".")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(f"{line}\n")
            file.flush()
            os.fsync(file.fileno())
        os.chmod(draft, 0o444)
        os.replace(draft, folder / name)
    except OSError:
        Path(draft).unlink(missing_ok=True)
        raise


@dataclass(frozen=True, slots=True)
class Standing:
    """How signing and giving away stand, for those who look after it."""

    last: SignedHead | None
    reached: int  # the newest event
    late: bool  # the trail has grown, and no head was signed for three times the pause
    waiting: int  # for the folder
    unmailed: int  # letters to the auditor that did not leave, since the last that did
    nowhere: bool  # neither folder nor mail is named
    unstamped: bool  # a time stamp is asked for and the last head has none

    @property
    def unsigned(self) -> int:
        """How many events no head covers yet."""
        return self.reached - (self.last.seq if self.last else 0)

    @property
    def word(self) -> str:
        """The worst of it in one word, for the monitoring; ``ok`` where all is well."""
        found = {
            "late": self.late,
            "nowhere": self.nowhere,
            "waiting": bool(self.waiting or self.unmailed),
            "unstamped": self.unstamped,
        }
        return next((word for word, true in found.items() if true), "ok")


def standing() -> Standing:
    """How it stands now."""
    last = SignedHead.objects.order_by("seq").last()
    waiting = SignedHead.objects.filter(dropped_at=None).count()
    long_ago = clock.now() - timedelta(minutes=3 * settings.AUDIT_HEAD_MINUTES)
    return Standing(
        last=last,
        reached=AuditHead.objects.values_list("seq", flat=True).get(id=1),
        late=_is_due() and (last is None or last.at < long_ago),
        waiting=waiting if settings.AUDIT_DROP else 0,
        unmailed=_unmailed(long_ago),
        nowhere=not (settings.AUDIT_DROP or settings.AUDIT_MAIL),
        unstamped=bool(settings.TSA_URL and last and not last.stamp),
    )


def _unmailed(long_ago: datetime) -> int:
    """A letter that was sent covers those before it."""
    letters, state = OutgoingMail.objects.filter(person=NOBODY), OutgoingMail.State
    sent = letters.filter(state=state.SENT).aggregate(at=Max("queued_at"))["at"]
    since = letters.filter(queued_at__gt=sent) if sent else letters
    stuck = Q(state=state.WAITING, queued_at__lt=long_ago)
    return since.filter(stuck | Q(state__in=(state.FAILED, state.BOUNCED))).count()
