"""How the store's lock on confirmed records stands, for those who keep them."""

from dataclasses import dataclass
from datetime import date

from meetings.models import Minutes
from meetings.retention import Keeping, free_on
from meetings.selectors.retention import filed_records
from portal.core import clock, objectlock
from portal.core.models import LockProof


@dataclass(frozen=True, slots=True)
class LockState:
    """書換え防止: from when the bytes could be removed, or why nothing is locked."""

    outcome: str  # of the last proof; empty before the first one
    free_on: date | None = None
    waiting: int = 0  # files of records that are not locked (yet)

    @property
    def in_use(self) -> bool:
        """Whether the store is proved to lock."""
        return self.outcome == LockProof.Outcome.HOLDS

    @property
    def failed(self) -> bool:
        """Whether a store that should lock did not."""
        return self.outcome == LockProof.Outcome.FAILED


def of_record(minutes: Minutes) -> LockState:
    """The lock of one confirmed record: of that of its files that ends first."""
    locks = [
        version.stored.locked_until
        for version in filed_records().filter(
            paper__in=[minutes.docx_id, minutes.pdf_id]
        )
    ]
    now = clock.now()
    held = [until for until in locks if until is not None and until > now]
    whole = len(held) == len(locks)
    return LockState(
        objectlock.noted(),
        free_on(min(held)) if held and whole else None,
        len(locks) - len(held),
    )


def of_file(keeping: Keeping) -> LockState:
    """The lock of a file: of that of its records that ends last."""
    return LockState(objectlock.noted(), keeping.free_on)
