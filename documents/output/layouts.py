"""The municipality's own Word file, filled with the words of a paper."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO

from django.utils.translation import gettext as _

from documents.output import presses
from documents.output.marks import RefusedError
from documents.output.packages import settled
from documents.output.spool import spool

MAX_BYTES = 20 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Filled:
    """The filled file; or, without one, why the template cannot be used."""

    data: bytes = b""
    complaints: tuple[str, ...] = ()


def fill(
    source: BinaryIO, words: Mapping[str, Any], *, title: str, made_at: datetime
) -> Filled:
    """Fill a template with words; equal words give equal bytes."""
    order = {"words": words, "title": title, "made_at": made_at.isoformat()}
    with spool() as out:
        try:
            said = presses.order(source, out, do="fill", **order)
        except RefusedError:
            said = [("broken", "")]
        if said:
            return Filled(complaints=tuple(_complaint(*each) for each in said))
        out.seek(0)
        data = out.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        return Filled(complaints=(_complaint("slow", ""),))
    return Filled(settled(data, made_at=made_at))


def _complaint(code: str, words: str) -> str:
    if code == "unknown":
        return _("「%(words)s」という差込項目はありません。") % {"words": words}
    if code == "syntax":
        return _("差込の書き方に誤りがあります。場所:%(words)s") % {"words": words}
    if code == "list":
        return _("一覧は、行ごとに繰り返して差し込んでください。場所:%(words)s") % {
            "words": words
        }
    if code == "lost":
        return _("差し込んだ文が、Wordの文面に現れません:%(words)s") % {"words": words}
    if code == "slow":
        return _("差込に時間がかかりすぎるか、大きくなりすぎます。")
    return _("ひな形を開けません。Wordで開いて保存し直してください。")
