"""別の世帯の情報: what the mix-up guard found in a version, and what was said of it.

No word of the file stands here: whose identifier it was, and where it lies.
"""

import uuid

from django.db import models

from documents.models.papers import PaperVersion
from members.models import Case, HouseholdMember, Person


class MixupReview(models.Model):
    """A custodian's second look at what the guard found."""

    class Verdict(models.TextChoices):
        """What the look came to."""

        CLEAR = "clear", "問題なし"
        CORRECTION = "correction", "訂正を依頼"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    version = models.ForeignKey(PaperVersion, models.PROTECT, related_name="looks")
    verdict = models.CharField("判断", max_length=10, choices=Verdict.choices)
    reason = models.CharField("理由", max_length=200)
    reviewed_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    reviewed_at = models.DateTimeField()

    class Meta:
        ordering = ("reviewed_at",)

    def __str__(self) -> str:
        return f"{self.version_id} {self.verdict}"


class MixupHit(models.Model):
    """An identifier of another case at one place of a version."""

    class Sort(models.TextChoices):
        """What sort of identifier."""

        NAME = "name", "氏名"
        KANA = "kana", "フリガナ"
        ADDRESS = "address", "住所"
        PHONE = "phone", "電話番号"
        NUMBER = "number", "事例番号"
        BIRTH_DATE = "birth_date", "生年月日"

    class Part(models.TextChoices):
        """What sort of place; ``number`` counts its kind from 1, 0 where it is one."""

        FILE_NAME = "file_name", "ファイル名"
        TITLE = "title", "資料名"
        PAGE = "page", "ページ"
        BODY = "body", "本文"
        SHEET = "sheet", "シート"
        HIDDEN_SHEET = "hidden_sheet", "非表示のシート"
        SHEET_NAME = "sheet_name", "シートの名前"
        SLIDE = "slide", "スライド"
        NOTES = "notes", "スライドのノート"
        HEADER = "header", "ヘッダー・フッター"
        FOOTNOTE = "footnote", "脚注"
        COMMENT = "comment", "コメント・注釈"
        DELETED = "deleted", "変更履歴(削除された文字)"
        HIDDEN = "hidden", "表示されない部分"
        PROPERTIES = "properties", "文書のプロパティ"
        REVISION = "revision", "以前の版"

    version = models.ForeignKey(PaperVersion, models.CASCADE, related_name="mixups")
    case = models.ForeignKey(Case, models.CASCADE, related_name="+")
    # Whose it is; nobody's where it is the number of the case.
    member = models.ForeignKey(
        HouseholdMember, models.CASCADE, null=True, related_name="+"
    )
    sort = models.CharField(max_length=10, choices=Sort.choices)
    part = models.CharField(max_length=12, choices=Part.choices)
    number = models.PositiveIntegerField(default=0)
    # The look that cleared it; what is found anew has none.
    review = models.ForeignKey(
        MixupReview, models.CASCADE, null=True, related_name="hits"
    )

    class Meta:
        ordering = ("part", "number", "id")
        indexes = (models.Index(fields=["version", "review"], name="mixup_open"),)

    def __str__(self) -> str:
        return f"{self.version_id} {self.part} {self.number} {self.sort}"
