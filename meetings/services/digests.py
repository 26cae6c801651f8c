"""お知らせメール: that something waits, for who wishes to hear of it (R39).

The mail says no more than that, not even how much: a count is content (R5).
"""

from datetime import date, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from meetings.selectors import year
from meetings.selectors.apart import apart_of
from meetings.selectors.home import home_of
from members.access import as_if_here
from members.models import DigestChoice, Person
from portal.core import audit, clock, jp, outbox
from portal.core.wording import letter

Rhythm = DigestChoice.Rhythm
# So many at a time: codes and notices do not wait behind a whole town.
AT_ONCE = 20


def send_due() -> int:
    """Write to whom it is time to write; how many mails were queued.

    It looks as the person themselves would (R37). A day is settled with the mail in
    one transaction, under a lock: two workers or a clock that jumps send nothing twice.
    """
    now = clock.now().astimezone(clock.JST)
    today = now.date()
    if not works(today):
        return 0
    due = DigestChoice.objects.filter(
        Q(settled_on=None) | Q(settled_on__lt=today), hour__lte=now.hour
    )
    daily, turns = Q(rhythm=Rhythm.DAILY), Q(pk=None)
    for weekday in DigestChoice.Weekday.values:
        turn = today - timedelta(days=(today.weekday() - weekday) % 7)
        unsettled = Q(settled_on=None) | Q(settled_on__lt=turn)
        turns |= Q(unsettled, rhythm=Rhythm.WEEKLY, weekday=weekday)
    people = due.filter(daily | turns).values_list("person", flat=True)
    return sum(_settle(person, today) for person in people.order_by("pk")[:AT_ONCE])


def works(day: date) -> bool:
    """Whether the town works on that day."""
    return day.weekday() < 5 and day not in year.closed_days(jp.fiscal_year(day))


@transaction.atomic
def _settle(person: UUID, today: date) -> bool:
    """Settle the day of one person; whether they are written to."""
    rows = DigestChoice.objects.select_for_update(of=("self",), skip_locked=True)
    row = rows.filter(person=person).select_related("person__organization").first()
    if row is None or (row.settled_on is not None and row.settled_on >= today):
        return False
    row.settled_on = today
    row.save(update_fields=["settled_on"])
    if not _waits_for(row.person):
        return False
    outbox.queue(
        person=row.person_id,
        address=row.person.email,
        subject=_("かさね ご確認いただくことがあります"),
        body=letter(row.person.name, _words(row.person)),
    )
    audit.record("meetings.digest.send", actor=None, subject=f"person:{row.person_id}")
    return True


def _waits_for(person: Person) -> bool:
    if not person.email or not person.span.holds(clock.now()):
        return False
    actor = as_if_here(person)
    apart = apart_of(actor)
    return apart.waits if apart is not None else home_of(actor).waits


def _words(person: Person) -> list[str]:
    choice = settings.BASE_URL + reverse("members:digest")
    if person.login:
        page = settings.BASE_URL + reverse("meetings:home")
        return [
            _("ご確認いただくことがあります。次のページからお入りください。")
            + f"\n{page}",
            _("このお知らせの回数を変える、または止めるときは、次のページへ。")
            + f"\n{choice}",
        ]
    gate = settings.BASE_URL + reverse("documents:gate")
    return [
        _(
            "ご確認いただくことがあります。"
            "先にお送りしたご案内のリンクから、これまでと同じようにお入りください。"
            "リンクが見つからないときは、次のページをご覧ください。"
        )
        + f"\n{gate}",
        _(
            "このお知らせの回数を変える、または止めるときは、"
            "ご案内のリンクからお入りになったあと、次のページへ。"
        )
        + f"\n{choice}",
    ]
