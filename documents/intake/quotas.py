"""How much one person may bring to one item, and have on the way altogether.

Enough for any sitting; it keeps one sign-in from filling the store.
"""

from uuid import UUID

from django.db.models import Sum
from django.utils.translation import gettext as _

from documents.models import PaperVersion, Upload
from portal.core.errors import InvalidError

GIGABYTE = 1024 * 1024 * 1024
ITEM_BYTES = 5 * GIGABYTE
ITEM_FILES = 2_000
UNDER_WAY_BYTES = 5 * GIGABYTE


def refuse_beyond(person: UUID, item: UUID, size: int, *, but: UUID) -> None:
    """Raise InvalidError where ``size`` bytes more are too many; ``but`` is itself."""
    filed = PaperVersion.objects.filter(uploaded_by=person, paper__item_id=item)
    coming = Upload.objects.filter(person=person, filed=False).exclude(id=but)
    count = filed.count() + coming.filter(place_id=item).count()
    if count >= ITEM_FILES:
        raise InvalidError(
            _(
                "この場所に登録できるファイルは、1人%(count)d件までです。"
                "不要な資料を取り下げてもらうか、事務局にご相談ください。"
            )
            % {"count": ITEM_FILES}
        )
    here = filed.aggregate(sum=Sum("stored__size"))["sum"] or 0
    here += coming.filter(place_id=item).aggregate(sum=Sum("size"))["sum"] or 0
    if here + size > ITEM_BYTES:
        raise InvalidError(
            _(
                "この場所に登録できるのは、1人あわせて%(limit)d GBまでです。"
                "ファイルを小さくするか、事務局にご相談ください。"
            )
            % {"limit": ITEM_BYTES // GIGABYTE}
        )
    if (coming.aggregate(sum=Sum("size"))["sum"] or 0) + size > UNDER_WAY_BYTES:
        raise InvalidError(
            _(
                "送信の途中のファイルが多すぎます(あわせて%(limit)d GBまで)。"
                "先のファイルを送り終えるか取り消してから、もう一度お試しください。"
            )
            % {"limit": UNDER_WAY_BYTES // GIGABYTE}
        )
