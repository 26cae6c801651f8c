"""How far the trail is signed and where the signatures went, in words (R32)."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from documents.evidence import inquiry
from members.access import Actor
from portal.core import clock, heads, jp
from portal.core.errors import HiddenError
from portal.core.heads import Standing
from portal.core.models import SignedHead

SHOWN = 20


@dataclass(frozen=True, slots=True)
class Heads:
    """The standing, what should be done about it, and the newest heads."""

    standing: Standing
    alarms: list[str]
    newest: list[SignedHead]


def for_auditor(actor: Actor) -> Heads:
    """For who reads the whole trail; to all others this does not exist."""
    if not inquiry.audits(actor):
        raise HiddenError
    standing = heads.standing()
    newest = list(SignedHead.objects.order_by("-seq")[:SHOWN])
    return Heads(standing, alarms(standing), newest)


def alarms(standing: Standing) -> list[str]:
    """What is wrong, each with the next step."""
    found = {
        _(
            "署名が遅れています。サーバーの作業プロセスが動いているか、システム管理者に確かめてください。"
        ): standing.late,
        _(
            "署名の渡し先が決まっていません。システム管理者に、監査担当のメールアドレスか、外部のフォルダーを設定するよう頼んでください。"
        ): standing.nowhere,
        _(
            "外部のフォルダーに書き込めず、待っている署名があります。フォルダーの接続を、システム管理者に確かめてください。"
        ): bool(standing.waiting),
        _(
            "届いていない署名のメールがあります。宛先を、システム管理者に確かめてください。"
        ): bool(standing.unmailed),
        _(
            "最後の署名に、時刻の証明(タイムスタンプ)がありません。認証局が答えなかったためです。"
        ): standing.unstamped,
    }
    return [words for words, true in found.items() if true]


def proof(standing: Standing) -> str:
    """How far the trail is signed, and whether that has left the house."""
    if standing.last is None:
        return _("操作の記録 %(count)d件。署名はまだありません。") % {
            "count": standing.reached
        }
    words = _("操作の記録 %(count)d件。%(seq)d件目まで、%(when)sに署名しました。") % {
        "count": standing.reached,
        "seq": standing.last.seq,
        "when": jp.era_words(clock.day_of(standing.last.at)),
    }
    if standing.word == "ok":
        return words + _("署名は庁外に渡しています。")
    return words + " ".join(alarms(standing))
