"""お知らせメール: how often a person wants to hear that something waits."""

from django.db import models

from members.models.people import Person


class DigestChoice(models.Model):
    """One person's wish; without a row nothing is sent.

    ``settled_on`` is the last day that was looked at, whether something waited or not:
    nobody is written to twice for one day.
    """

    class Rhythm(models.TextChoices):
        """How often."""

        NONE = "none", "受け取らない"
        DAILY = "daily", "毎日(土日・閉庁日をのぞく)"
        WEEKLY = "weekly", "週に1回"

    class Weekday(models.IntegerChoices):
        """As ``date.weekday`` counts; not on weekends."""

        MONDAY = 0, "月曜日"
        TUESDAY = 1, "火曜日"
        WEDNESDAY = 2, "水曜日"
        THURSDAY = 3, "木曜日"
        FRIDAY = 4, "金曜日"

    person = models.OneToOneField(
        Person, models.CASCADE, primary_key=True, related_name="digest"
    )
    rhythm = models.CharField(
        "回数", max_length=6, choices=Rhythm.choices, default=Rhythm.NONE
    )
    weekday = models.PositiveSmallIntegerField(
        "曜日", choices=Weekday.choices, default=Weekday.MONDAY
    )
    hour = models.PositiveSmallIntegerField("時刻", default=8)
    settled_on = models.DateField(null=True)

    def __str__(self) -> str:
        return f"{self.person_id} {self.rhythm}"
