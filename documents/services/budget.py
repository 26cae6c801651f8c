"""The town's budget of wrong codes: past it links pace themselves, and it is told.

A link locks by its own five wrong codes. Somebody who tries two codes at each of a
thousand links never meets that lock, but meets this one (SECURITY 3b). It delays and
tells; it never locks anybody out.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, QuerySet, Sum
from django.utils.translation import gettext as _

from documents.models import GateAlarm, GateMinute, LinkCode
from documents.models.links import BUDGET_SPAN, WISHES_PER_MINUTE, WRONG_BUDGET
from members.facts import Role
from members.filters import holding_at
from members.models import Office, Person
from portal.core import audit, clock, outbox, texts
from portal.core.wording import letter, moment_words

ALARM_AGAIN = timedelta(hours=1)
KEPT = timedelta(days=1)
TOLD = (Role.ADMINISTRATOR, Role.SECRETARIAT)


def strained() -> bool:
    """Whether the town has had its budget of wrong codes in the last minutes."""
    recent = GateMinute.objects.filter(minute__gt=clock.now() - BUDGET_SPAN)
    count = recent.aggregate(count=Sum("wrong_count"))["count"] or 0
    return int(count) >= WRONG_BUDGET


def note_wrong() -> None:
    """Count a wrong code, inside the transaction that found it wrong."""
    now = clock.now()
    _minute_of(now).update(wrong_count=F("wrong_count") + 1)
    lately = GateAlarm.objects.filter(at__gt=now - ALARM_AGAIN)
    if strained() and not lately.exists():
        _raise_alarm(now)


@transaction.atomic
def take_wish() -> bool:
    """Count a wish for a new link; False when there were too many this minute."""
    minute = _minute_of(clock.now()).filter(wish_count__lt=WISHES_PER_MINUTE)
    return minute.update(wish_count=F("wish_count") + 1) == 1


@transaction.atomic
def forget_old() -> None:
    """Drop codes and counts that nothing asks for any more."""
    before = clock.now() - KEPT
    LinkCode.objects.filter(ends_at__lt=before).delete()
    GateMinute.objects.filter(minute__lt=before).delete()
    texts.forget(before=before)


def _minute_of(now: datetime) -> QuerySet[GateMinute]:
    minute = now.replace(second=0, microsecond=0)
    GateMinute.objects.bulk_create([GateMinute(minute=minute)], ignore_conflicts=True)
    return GateMinute.objects.filter(minute=minute)


def _raise_alarm(now: datetime) -> None:
    GateAlarm.objects.create(at=now)
    offices = Office.objects.filter(holding_at(now), role__in=TOLD)
    people = Person.objects.filter(holding_at(now), offices__in=offices)
    outbox.queue_all(
        [
            outbox.Letter(
                person=person.id,
                address=person.email,
                subject=_("かさね 確認コードの誤りが続いています"),
                body=letter(person.name, _words(now)),
            )
            for person in people.exclude(email="").distinct()
        ]
    )
    audit.record("documents.gate.alarm", actor=None, detail={"wrong": WRONG_BUDGET})


def _words(now: datetime) -> list[str]:
    return [
        _(
            "%(moment)sまでの10分間に、確認コードの入力の誤りが%(count)s回ありました。"
            "リンクを開こうとする不審な試みかもしれません。"
        )
        % {"moment": moment_words(now), "count": WRONG_BUDGET},
        _(
            "資料は開かれていません。各リンクは5回の誤りで止まり、いまは1回ごとに"
            "数秒お待ちいただいています。会議の「リンクと閲覧」で、ロック中の方や"
            "心当たりのない開封がないか、お確かめください。"
        ),
    ]
