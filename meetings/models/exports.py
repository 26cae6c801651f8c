"""会議録の様式: how a body's records are written as files."""

from django.db import models

from meetings.record_style import Dates, Detail, Style, Width
from members.models import Body, Person
from portal.core.models import StoredObject


class RecordStyle(models.Model):
    """A body's choices for the files of its records, and who made them when."""

    body = models.OneToOneField(Body, models.PROTECT, related_name="record_style")
    detail = models.CharField(
        "詳しさ", max_length=10, choices=Detail.choices, default=Detail.VERBATIM
    )
    dates = models.CharField(
        "日付", max_length=10, choices=Dates.choices, default=Dates.ERA
    )
    width = models.CharField(
        "数字と英字", max_length=10, choices=Width.choices, default=Width.HALF
    )
    course_first = models.BooleanField(
        "経過を、決定・役割分担より前に置く", default=False
    )
    times = models.BooleanField("出席者の入室・退室の時刻を載せる", default=True)
    changed_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.body}"

    @property
    def style(self) -> Style:
        """The choices as the writers of files know them."""
        return Style(
            detail=Detail(self.detail),
            dates=Dates(self.dates),
            width=Width(self.width),
            course_first=self.course_first,
            times=self.times,
        )


class RecordTemplate(models.Model):
    """会議録のひな形: a Word file of the municipality's own that records are filled in.

    ``failure`` holds why the last record could not be filled in; that record has the
    portal's own layout.
    """

    body = models.OneToOneField(Body, models.PROTECT, related_name="record_template")
    file_name = models.CharField("ファイル名", max_length=120)
    stored = models.ForeignKey(StoredObject, models.PROTECT, related_name="+")
    uploaded_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()
    failed_at = models.DateTimeField(null=True)
    failure = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"{self.body}"
