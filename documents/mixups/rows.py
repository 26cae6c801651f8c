"""What the second look shows: where something lies, and of whom, if one may know."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from documents import selectors
from documents.mixups.wording import place_words, sorted_places
from documents.models import MixupHit, MixupReview, PaperVersion
from documents.selectors import OpenVersion
from members.access import Access, Actor, access_for
from members.facts import Action
from members.models import Case
from members.policies import case_facts
from portal.core.errors import HiddenError

Sort = MixupHit.Sort


@dataclass(frozen=True, slots=True)
class Naming:
    """One case named at a place; ``number`` and ``words`` as far as one may know."""

    sorts: str
    number: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """One place of the file and who is named there."""

    words: str
    namings: list[Naming]


@dataclass(frozen=True, slots=True)
class SecondLook:
    """A version that the guard holds, as its custodian sees it."""

    found: OpenVersion
    places: list[PlaceRow]
    asked: MixupReview | None

    @property
    def version(self) -> PaperVersion:
        """The version itself."""
        return self.found.version


def second_look(actor: Actor, version_id: UUID) -> SecondLook:
    """What the guard found, for the custodians of the paper's case.

    Raises HiddenError for everybody else and for a version that it does not hold.
    """
    found = selectors.version_for(actor, version_id)
    found.access.require(Action.READ, found.thing)
    thing = replace(found.thing, origin=None, tax_information=False)
    held = PaperVersion.Hold.MIXUP in found.version.holds
    if not held or not found.access.offers(Action.RELEASE, thing):
        raise HiddenError
    hits = list(
        found.version.mixups.filter(review=None)
        .select_related("case__body", "member")
        .prefetch_related("case__household")
    )
    cases = {hit.case_id: hit.case for hit in hits}
    access = access_for(actor, cases=cases, items=())
    return SecondLook(found, _places(access, cases, hits), asked_of(found.version))


def asked_of(version: PaperVersion) -> MixupReview | None:
    """The correction that was asked for last."""
    asked = version.looks.filter(verdict=MixupReview.Verdict.CORRECTION)
    return asked.order_by("reviewed_at").last()


def _places(
    access: Access, cases: Mapping[UUID, Case], hits: Iterable[MixupHit]
) -> list[PlaceRow]:
    by_place: dict[tuple[str, int], list[MixupHit]] = defaultdict(list)
    for hit in hits:
        by_place[hit.part, hit.number].append(hit)
    return [
        PlaceRow(place_words(*place), _namings(access, cases, by_place[place]))
        for place in sorted_places(by_place)
    ]


def _namings(
    access: Access, cases: Mapping[UUID, Case], hits: list[MixupHit]
) -> list[Naming]:
    """Each case that is open to the reader by its number; all others as one."""
    by_case: dict[UUID | None, list[MixupHit]] = defaultdict(list)
    for hit in sorted(hits, key=_by_sort):
        readable = access.allows(Action.READ, case_facts(cases[hit.case_id]))
        by_case[hit.case_id if readable else None].append(hit)
    namings = []
    for case_id, theirs in by_case.items():
        case = cases[case_id] if case_id else None
        keeps = case is not None and access.allows(Action.CONVENE, case_facts(case))
        namings.append(
            Naming(
                sorts=_joined(Sort(hit.sort).label for hit in theirs),
                number=case.number if case else "",
                words=_joined(_words(hit) for hit in theirs) if keeps else "",
            )
        )
    return sorted(namings, key=lambda naming: (not naming.number, naming.number))


def _by_sort(hit: MixupHit) -> tuple[int, str]:
    return Sort.values.index(hit.sort), str(hit.member_id)


def _words(hit: MixupHit) -> str:
    """What is kept of the member, not what the file says."""
    if hit.member is None:
        return hit.case.number
    kept = {
        Sort.NAME: hit.member.name,
        Sort.KANA: hit.member.kana,
        Sort.ADDRESS: hit.member.address,
        Sort.PHONE: hit.member.phone,
    }
    return kept.get(Sort(hit.sort), "")


def _joined(words: Iterable[object]) -> str:
    return "、".join(dict.fromkeys(str(word) for word in words if word))
