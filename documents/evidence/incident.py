"""Facts for the report of a leak: who had what, what left, what was stopped.

For a paper, a case, a person or a span of time; within what the asking person may know
of the trail (R32). The commission for the protection of personal information asks for
a first report within 3 to 5 days: 速報, and within 30 (60 with ill intent): 確報.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from documents.evidence.disclosure import Disclosure, Having, Period, Way
from documents.evidence.inquiry import Inquiry
from documents.models import Paper, PaperVersion, Release
from members.facts import State
from members.models import HouseholdMember
from portal.core import clock, heads, vault
from portal.core.models import AuditEvent, StoredObject

FIRST_DAYS = (3, 5)
FULL_DAYS = (30, 60)

# Ways after which a paper is somewhere that the portal does not reach.
TAKEN = (Way.DOWNLOADED, Way.PRINTED)
# Acts that stopped a version; ends of releases are rows.
STOPS = {
    "documents.version.recall": gettext_lazy("取下げ"),
    "documents.version.replace": gettext_lazy("差替え"),
}


@dataclass(frozen=True, slots=True)
class Sealing:
    """How one version rests: state, digest, and whether its key is there."""

    version: PaperVersion
    erased: bool
    opens: bool  # the key file of today opens it


@dataclass(frozen=True, slots=True)
class Stop:
    """An act that stopped something, and of which paper."""

    at: datetime
    words: str
    paper: Paper


@dataclass(frozen=True, slots=True)
class Days:
    """Until when the commission is to be told, counted from the day of knowing."""

    known: date
    first_from: date
    first_until: date
    full_until: date
    full_with_intent_until: date


@dataclass(frozen=True, slots=True)
class Pack:
    """Everything for the report."""

    inquiry: Inquiry
    period: Period
    made_at: datetime
    days: Days
    disclosure: Disclosure
    household: int
    sealings: list[Sealing]
    stops: list[Stop]
    standing: heads.Standing

    @property
    def taken(self) -> list[Having]:
        """What is outside of the portal's reach: files and prints."""
        return [having for having in self.disclosure.had if having.way in TAKEN]

    @property
    def readers(self) -> dict[bool, int]:
        """People who had something, by whether they are the municipality's own."""
        people = {
            having.person.id: having.person.organization.internal
            for having in self.disclosure.had
            if having.way != Way.MAILED
        }
        return dict(Counter(people.values()))

    @property
    def sealed(self) -> bool:
        """Whether all that rests is encrypted, each object by a key of its own."""
        return all(each.erased or each.opens for each in self.sealings)


def pack(asked: Inquiry, period: Period, known: date) -> Pack:
    """Gather everything about the papers of an inquiry in the period."""
    cases = {paper.case_id for paper in asked.papers if paper.case_id}
    versions = list(
        PaperVersion.objects.filter(paper__in=asked.papers)
        .select_related("stored", "paper")
        .order_by("paper__created_at", "paper", "number")
    )
    return Pack(
        inquiry=asked,
        period=period,
        made_at=clock.now(),
        days=_days(known),
        disclosure=asked.answer(period),
        household=HouseholdMember.objects.filter(case__in=cases).count(),
        sealings=[_sealing(version) for version in versions],
        stops=_stops(versions, period),
        standing=heads.standing(),
    )


def _days(known: date) -> Days:
    first, last = (known + timedelta(days=n) for n in FIRST_DAYS)
    full, with_intent = (known + timedelta(days=n) for n in FULL_DAYS)
    return Days(known, first, last, full, with_intent)


def _sealing(version: PaperVersion) -> Sealing:
    erased = version.stored.state == StoredObject.State.ERASED
    return Sealing(version, erased, not erased and vault.has_key(version.stored))


def _stops(versions: Sequence[PaperVersion], period: Period) -> list[Stop]:
    subjects = {f"version:{version.id}": version.paper for version in versions}
    events = AuditEvent.objects.filter(
        period.on("at"), subject__in=subjects, action__in=STOPS
    )
    found = [Stop(e.at, str(STOPS[e.action]), subjects[e.subject]) for e in events]
    papers = {version.id: version.paper for version in versions}
    ended = Release.objects.filter(
        period.on("ends_at"), version__in=papers, ends_at__lte=clock.now()
    )
    for version, at in ended.values_list("version", "ends_at").distinct():
        if at is not None:
            found.append(Stop(at, _("公開の終了"), papers[version]))
    return sorted(found, key=lambda stop: stop.at)


STATES = {
    State.DRAFT: gettext_lazy("未公開"),
    State.UNSCANNED: gettext_lazy("検査待ち"),
    State.HELD: gettext_lazy("確認待ち"),
    State.RELEASED: gettext_lazy("公開"),
    State.REPLACED: gettext_lazy("差替え済み"),
    State.RECALLED: gettext_lazy("取下げ"),
    State.FINAL: gettext_lazy("確定"),
    State.ARCHIVED: gettext_lazy("保存"),
    State.DISPOSED: gettext_lazy("廃棄済み"),
}
