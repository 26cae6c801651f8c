"""The versions of a record: what changed from one to the next, and 前の版."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from documents.models import PaperVersion
from documents.selectors import version_for
from meetings import differences
from meetings.differences import Change, Piece
from meetings.models import Entry, RecordVersion
from meetings.records import Record
from members.access import Actor
from portal.core import jp


@dataclass(frozen=True, slots=True)
class FieldChange:
    """What changed in one field of an entry."""

    label: str
    pieces: Sequence[Piece]


@dataclass(frozen=True, slots=True)
class EntryChange:
    """One entry that differs between two versions."""

    kind: str
    speaker: str
    added: bool
    removed: bool
    fields: list[FieldChange]


@dataclass(frozen=True, slots=True)
class Step:
    """One version, and what it changed in the one that was kept before it."""

    version: RecordVersion
    since: RecordVersion | None
    entries: list[EntryChange]


@dataclass(frozen=True, slots=True)
class Frozen:
    """前の版: a version that was confirmed, with those files its reader may open."""

    version: RecordVersion
    pdf: PaperVersion | None


def history(record: Record) -> list[Step]:
    """All kept versions with their changes, the latest first."""
    rows = list(record.minutes.versions.select_related("made_by"))
    pairs = zip(rows, [None, *rows], strict=False)
    return [_step(row, before) for row, before in pairs][::-1]


def _step(version: RecordVersion, since: RecordVersion | None) -> Step:
    changes = differences.between(since.words, version.words) if since else []
    return Step(version, since, [_entry(change) for change in changes])


def _entry(change: Change) -> EntryChange:
    return EntryChange(
        kind=_kind(change.words),
        speaker=change.words["speaker"],
        added=change.added,
        removed=change.removed,
        fields=[
            FieldChange(_label(name, change.words["kind"]), _shown(name, pieces))
            for name, pieces in change.pieces.items()
        ],
    )


def _kind(words: Mapping[str, str]) -> str:
    return str(Entry.Kind(words["kind"]).label)


def _label(name: str, kind: str) -> str:
    decided = kind == Entry.Kind.DECISION
    return {
        "kind": _("区分"),
        "speaker": _("発言者"),
        "source": _("情報の出所"),
        "text": _("内容"),
        "due_on": _("次のモニタリング") if decided else _("期限"),
    }[name]


def _shown(name: str, pieces: Sequence[Piece]) -> Sequence[Piece]:
    """Codes and days in the words of the page."""
    if name == "kind":
        return [Piece(p.op, str(Entry.Kind(p.text).label)) for p in pieces]
    if name == "due_on":
        return [Piece(p.op, jp.era_words(date.fromisoformat(p.text))) for p in pieces]
    return pieces


def earlier_files(actor: Actor, record: Record) -> list[Frozen]:
    """The versions that were confirmed before, the latest first."""
    rows = record.minutes.versions.filter(finalized_at__isnull=False)
    found = []
    for row in rows.select_related("pdf").order_by("-version"):
        file = record.file(row.pdf)
        opens = file is not None and version_for(actor, file.id).can.open
        found.append(Frozen(row, file if opens else None))
    return found
