"""やってみる: what to try in the practice, and what was done since it was filled."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from meetings.models import Entry
from portal.core.models import AuditEvent


@dataclass(frozen=True, slots=True)
class Exercise:
    """One thing to try: as whom, in which steps, and which act of the trail proves it.

    Without an act it is proved by what was written in the minutes.
    """

    name: Promise
    players: Sequence[str]
    steps: Sequence[Promise]
    act: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """An exercise with the moment at which somebody last did it."""

    exercise: Exercise
    done_at: datetime | None


EXERCISES = [
    Exercise(
        _("招集する"),
        ["tachibana", "sakaki"],
        [
            _("橘さん(事務局)になり、ホームの「会議をつくる」から下書きをつくります。"),
            _("議題と人を選び、議長に次第を出します。"),
            _("榊さん(議長)になり、ホームの「次第の承認」から承認します。"),
        ],
        "meetings.sitting.approve",
    ),
    Exercise(
        _("招待に答える"),
        ["kagami"],
        [
            _("各務さんに届いたメールを開き、リンクから確認コードで入ります。"),
            _("「出欠のお返事」で、出席・欠席・代理のどれかを選びます。"),
        ],
        "meetings.invitation.answer",
    ),
    Exercise(
        _("資料を配る"),
        ["tachibana"],
        [
            _("橘さん(事務局)になり、会議の議題に資料を登録します。"),
            _("「だれに渡すか」の表で人を選び、公開します。"),
        ],
        "documents.round.make",
    ),
    Exercise(
        _("記録をとる"),
        ["tachibana"],
        [
            _("橘さん(事務局)になり、本日の会議の「会議室に入る」を押します。"),
            _("議題を開き、発言や決定を書き込みます。"),
        ],
    ),
    Exercise(
        _("確定する"),
        ["tachibana", "sakaki"],
        [
            _("橘さん(事務局)になり、終わった会議の会議録案を確認に回します。"),
            _("榊さん(議長)になり、ホームの「会議録の確認」から確認します。"),
        ],
        "meetings.minutes.confirm",
    ),
]


def progress(since: datetime) -> list[Progress]:
    """Each exercise, and when it was last done after ``since``."""
    return [Progress(each, _done_at(each, since)) for each in EXERCISES]


def _done_at(exercise: Exercise, since: datetime) -> datetime | None:
    if exercise.act:
        acts = AuditEvent.objects.filter(action=exercise.act, at__gt=since)
        return acts.order_by("-seq").values_list("at", flat=True).first()
    entries = Entry.objects.filter(changed_at__gt=since).exclude(text="")
    return entries.order_by("-changed_at").values_list("changed_at", flat=True).first()
