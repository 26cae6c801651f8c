"""誓約書の文言: versions by law, each from a day on and decided by somebody (R11).

A new version asks everybody again from its first day. Nothing that was pledged changes
its words: a version that has begun is never edited.
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from members import registry
from members.access import Actor, access_for, require_own_factor
from members.facts import Action, Regime
from members.models import Person, PledgeText
from members.policies import HEALTH
from members.services.charters import begin_of
from portal.core import audit, clock, jp
from portal.core.errors import HiddenError, InvalidError, RefusedError


@dataclass(frozen=True, slots=True)
class Wording:
    """A version as it was decided."""

    regime: Regime
    title: str
    text: str
    starts_on: date
    decided_by: str
    decided_on: date


def pledge_texts(*, actor: Actor) -> list[PledgeText]:
    """All versions, the latest of each law first: for who administers or convenes."""
    registry.keeping(actor)
    return list(PledgeText.objects.order_by("regime", "-version"))


def pledge_text(*, actor: Actor, pledge_id: int) -> PledgeText:
    """One version."""
    registry.keeping(actor)
    found = PledgeText.objects.filter(pk=pledge_id).first()
    if found is None:
        raise HiddenError
    return found


@transaction.atomic
def enter_pledge_text(*, actor: Actor, key: UUID, wording: Wording) -> PledgeText:
    """Let a wording be in force from its day on; the one before it ends then.

    A repeat with ``key`` is answered. Raises InvalidError for a day gone by, words that
    are in force already, and while another version waits.
    """
    _require(actor)
    known = PledgeText.objects.filter(key=key).first()
    if known is not None:
        return known
    title, text = _clean(wording)
    start = begin_of(wording.starts_on)
    rows = PledgeText.objects.filter(regime=wording.regime)
    last = rows.order_by("-version").first()
    if last is not None and last.starts_at > clock.now():
        day = jp.era_words(clock.day_of(last.starts_at))
        raise InvalidError(
            _("%(day)sからの版が、もう登録されています。先に取り消してください。")
            % {"day": day},
            field="starts_on",
        )
    if last is not None and (last.title, last.text.strip()) == (title, text.strip()):
        raise InvalidError(_("いまの文言から変わるところがありません。"), field="text")
    rows.filter(ends_at=None).update(ends_at=start)
    version = (rows.aggregate(last=Max("version"))["last"] or 0) + 1
    row = PledgeText.objects.create(
        key=key,
        regime=wording.regime,
        version=version,
        title=title,
        text=text,
        starts_at=start,
        decided_by=wording.decided_by.strip(),
        decided_on=wording.decided_on,
    )
    _record("enter", actor, row)
    return row


@transaction.atomic
def withdraw_pledge_text(*, actor: Actor, pledge: PledgeText) -> None:
    """Take back a version that has not begun; the one before it goes on."""
    _require(actor)
    found = PledgeText.objects.select_for_update().filter(pk=pledge.pk).first()
    if found is None:
        raise HiddenError
    if found.starts_at <= clock.now():
        raise RefusedError(
            _("この版は、もう使われています。新しい版を登録してください。")
        )
    before = PledgeText.objects.filter(regime=found.regime, ends_at=found.starts_at)
    before.update(ends_at=None)
    _record("withdraw", actor, found)
    found.delete()


def _require(actor: Actor) -> None:
    access_for(actor, cases=(), items=()).require(Action.ADMINISTER, HEALTH)
    require_own_factor(actor, fresh=True)
    Person.objects.select_for_update(of=("self",)).get(
        pk=actor.id
    )  # two clicks are one
    list(PledgeText.objects.select_for_update().order_by("pk"))


def _clean(wording: Wording) -> tuple[str, str]:
    title = wording.title.strip()
    text = wording.text.replace("\r\n", "\n").strip() + "\n"
    if not title:
        raise InvalidError(_("標題を入力してください。"), field="title")
    if not text.strip():
        raise InvalidError(_("本文を入力してください。"), field="text")
    if "●" in text or "○○" in text:
        raise InvalidError(
            _("「○○」などの空欄が残っています。実際の言葉に置き換えてください。"),
            field="text",
        )
    if not wording.decided_by.strip():
        raise InvalidError(_("決めた人を入力してください。"), field="decided_by")
    if wording.decided_on > clock.today():
        raise InvalidError(
            _("決めた日は、今日までの日付にしてください。"), field="decided_on"
        )
    return title, text


def _record(what: str, actor: Actor, row: PledgeText) -> None:
    audit.record(
        f"members.pledge.{what}",
        actor=actor.id,
        subject=f"pledge:{row.id}",
        detail={"regime": row.regime, "version": row.version},
    )
