"""What is found in a paper, and whether it is enough to stop for.

A full name that stands for somebody of a household is enough. Staff are namesakes of
households every day, so a name that stands for staff counts only with something else
of the same case beside it; a common name of which nothing is said, too.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple
from uuid import UUID

from documents.mixups import folding
from documents.mixups.register import Match, Names, Register
from documents.mixups.standing import Standing, standing
from portal.core.folding import folded

ENOUGH = 2.0
MANY = 3  # a name that so many others bear says little by itself
MOST_CASES = 20

# Where staff are not named: a name alone there is somebody's of a household.
_NAMED_BY = frozenset({"file_name", "title", "sheet_name"})

# For a name that few bear, and for one that many do.
_RARE = {
    Standing.PERSON: 2.0,
    Standing.CALLED: 2.0,
    Standing.UNSAID: 2.0,
    Standing.STAFF: 0.25,
}
_COMMON = {
    Standing.PERSON: 2.0,
    Standing.CALLED: 2.0,
    Standing.UNSAID: 1.0,
    Standing.STAFF: 0.25,
}
_ADDRESS, _SHARED_ADDRESS, _PHONE, _NUMBER, _BORN, _SECOND = (
    2.5,
    1.0,
    2.5,
    3.0,
    1.5,
    1.25,
)
_KIN = 1.0


class Place(NamedTuple):
    """Words at one place of a version."""

    part: str
    number: int
    text: str


class Found(NamedTuple):
    """An identifier of another case at one place."""

    case: UUID
    member: UUID | None
    sort: str
    part: str
    number: int


@dataclass(frozen=True, slots=True)
class Known:
    """What the paper may speak of: the home case, and people at work.

    ``names`` hold kana too; all are keys. ``families`` are the home's: who bears one
    and is not said to be somebody else's is likely of the kin.
    """

    case: UUID | None = None
    names: frozenset[str] = frozenset()
    addresses: frozenset[tuple[str, str]] = frozenset()
    phones: frozenset[str] = frozenset()
    families: frozenset[str] = frozenset()
    staff: frozenset[str] = frozenset()


@dataclass(slots=True)
class Evidence:
    """What speaks for one case, each identifier by its best weight."""

    weights: dict[tuple[str, str], float] = field(default_factory=dict)
    found: set[Found] = field(default_factory=set)

    def add(self, found: Found, key: str, weight: float) -> None:
        """One more place of an identifier; what two share is one."""
        self.weights[found.sort, key] = max(
            weight, self.weights.get((found.sort, key), 0)
        )
        self.found.add(found)

    @property
    def sum(self) -> float:
        """All of it; two of one household by their full names are hardly chance."""
        named = [key for sort, key in self.weights if sort == "name"]
        return sum(self.weights.values()) + _SECOND * (len(named) > 1)


def weigh(register: Register, known: Known, places: Iterable[Place]) -> list[Found]:
    """The identifiers of other cases for which the paper should be held.

    At most those of MOST_CASES cases, the likeliest first.
    """
    cases: dict[UUID, Evidence] = defaultdict(Evidence)
    born: set[date] = set()
    for place in places:
        text = folded(place.text)
        born |= folding.days(text)
        for found, key, weight in _in_place(register, known, place, text):
            if found.case != known.case:
                cases[found.case].add(found, key, weight)
    for evidence in cases.values():
        _with_birth_dates(register, evidence, born)
    enough = [e for e in cases.values() if e.sum >= ENOUGH]
    enough.sort(key=lambda evidence: -evidence.sum)
    return sorted({f for e in enough[:MOST_CASES] for f in e.found}, key=str)


def _with_birth_dates(
    register: Register, evidence: Evidence, born: Collection[date]
) -> None:
    """A day counts only beside the name of who was born on it."""
    named = {
        f.member for f in evidence.found if f.sort in {"name", "kana"} and f.member
    }
    for member in named:
        day = register.rows[member].born
        if day in born:
            evidence.weights["birth_date", str(day)] = _BORN


Weighed = tuple[Found, str, float]  # whose, by which key, how much


def _in_place(
    register: Register, known: Known, place: Place, text: str
) -> Iterator[Weighed]:
    for sort, names in (("name", register.names), ("kana", register.kanas)):
        yield from _names(register, names, known, (place, text, sort))
    yield from _addresses(register, known, place, text)
    for phone in folding.phones(text) - known.phones:
        for member in register.phones.get(phone, ()):
            yield _found(register, member, "phone", place), phone, _PHONE
    for token in folding.tokens(text):
        if case := register.numbers.get(token):
            found = Found(case, None, "number", place.part, place.number)
            yield found, token, _NUMBER


def _found(register: Register, member: UUID, sort: str, place: Place) -> Found:
    return Found(register.rows[member].case, member, sort, place.part, place.number)


def _names(
    register: Register, names: Names, known: Known, where: tuple[Place, str, str]
) -> Iterator[Weighed]:
    place, text, sort = where
    kin = tuple(known.families)
    for match in names.find(text):
        if match.key in known.names:
            continue
        owners = names.owners[match.key]
        said = _standing(known, place, text, match)
        weight = (_COMMON if len(owners) > MANY else _RARE)[said]
        if said is Standing.UNSAID and match.key.startswith(kin):
            weight = _KIN
        for member in owners:
            yield _found(register, member, sort, place), match.key, weight


def _standing(known: Known, place: Place, text: str, match: Match) -> Standing:
    """A colleague is one, unless honoured as 様."""
    said = standing(text, match.start, match.end)
    if place.part in _NAMED_BY:
        said = Standing.PERSON
    elif said is not Standing.PERSON and match.key in known.staff:
        said = Standing.STAFF
    return said


def _addresses(
    register: Register, known: Known, place: Place, text: str
) -> Iterator[Weighed]:
    homes = {key for key, _flat in known.addresses}
    for key, flat in folding.addresses(text):
        if (key, flat) in known.addresses:
            continue
        owners = register.addresses.get(key, ())
        for member in owners:
            theirs = register.keys[member].flat
            if (theirs and flat and theirs != flat) or (
                key in homes and theirs != flat
            ):
                continue
            shared = len({register.rows[one].case for one in owners}) > MANY
            weight = _SHARED_ADDRESS if shared else _ADDRESS
            yield _found(register, member, "address", place), key, weight
