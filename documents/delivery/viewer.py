"""What the pages of the viewer say of a version, beside its pictures."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from documents.delivery.gateway import ZOOM_STEPS
from documents.models import Rendition
from documents.renditions.sources import pdf_source, rendition_of
from documents.selectors import OpenVersion
from members.facts import Action

THUMBNAILS_A_PAGE = 24


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page of a version as it is looked at: where one is, and the ways on."""

    page: int
    last: int
    zoom: int

    @property
    def previous(self) -> int | None:
        """The page before."""
        return self.page - 1 if self.page > 1 else None

    @property
    def next(self) -> int | None:
        """The page after."""
        return self.page + 1 if self.page < self.last else None

    @property
    def closer(self) -> int | None:
        """The next larger step."""
        return self.zoom + 1 if self.zoom + 1 in ZOOM_STEPS else None

    @property
    def farther(self) -> int | None:
        """The next smaller step."""
        return self.zoom - 1 if self.zoom > 1 else None


def sheet_of(found: OpenVersion, page: int, zoom: str) -> Sheet | None:
    """The page at the wished step; None for what has no pages to show."""
    source = pdf_source(found.version)
    if source is None:
        return None
    return Sheet(page, source.page_count, step_of(zoom))


def step_of(zoom: str) -> int:
    """The step of magnification that is asked for, else the first."""
    return int(zoom) if zoom in {str(each) for each in ZOOM_STEPS} else 1


def wished_page(found: OpenVersion, typed: str) -> int | None:
    """The page that somebody typed, the nearest there is; None for no number."""
    source = pdf_source(found.version)
    if source is None or not (typed.isascii() and typed.isdigit()):
        return None
    return min(max(int(typed[:9]), 1), source.page_count)


def open_until(found: OpenVersion) -> datetime | None:
    """Until when it stays open to a reader; None for whom no release ends it."""
    unreleased = replace(found.thing, released=())
    if found.access.allows(Action.READ, unreleased):
        return None
    t = found.access.t
    ends = [span.end for span in found.thing.released if span.holds(t)]
    return max((end for end in ends if end is not None), default=None)


def left_words(left: timedelta) -> str:
    """How long that is from now, in the largest unit that says something."""
    minutes = max(int(left.total_seconds() // 60), 1)
    if minutes >= 48 * 60:
        return _("あと%(days)s日") % {"days": minutes // (24 * 60)}
    if minutes >= 60:
        return _("あと%(hours)s時間") % {"hours": minutes // 60}
    return _("あと%(minutes)s分") % {"minutes": minutes}


@dataclass(frozen=True, slots=True)
class Unshown:
    """Why there are no pages to see: still being made, or the reason in words."""

    waiting: bool
    reason: str = ""


def unshown_of(found: OpenVersion) -> Unshown:
    """What is said instead of pages."""
    made = rendition_of(found.version)
    if made is None:
        return Unshown(waiting=False)
    waiting = made.state == Rendition.State.PENDING
    return Unshown(waiting=waiting, reason=_reason_words(made.reason))


def _reason_words(reason: str) -> str:
    match reason:
        case Rendition.Reason.BROKEN:
            return _("ファイルを読み取れませんでした。")
        case Rendition.Reason.SLOW:
            return _("時間がかかりすぎたため、途中で止めました。")
        case Rendition.Reason.LARGE:
            return _("ページ数または紙面が大きすぎます。")
        case _other:
            return ""
