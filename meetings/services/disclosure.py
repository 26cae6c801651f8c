"""The copy of a confirmed record for a disclosure (開示用の写し). Nothing is stored."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from django.utils.translation import gettext as _

from meetings import disclosure_copy, records
from meetings.disclosure_copy import LeftOut
from meetings.models import Minutes
from meetings.records import Record
from meetings.rendering import MinutesDocument, minutes_docx, minutes_pdf
from meetings.selectors.records import note_read
from meetings.services.frozen import note_opened, require_reason
from members.access import Actor, access_for
from members.facts import Action
from portal.core import audit, clock
from portal.core.errors import HiddenError, InvalidError


class File(StrEnum):
    """Which file is made."""

    PDF = "pdf"
    DOCX = "docx"
    LIST = "list"


@dataclass(frozen=True, slots=True)
class Disclosable:
    """A confirmed record, and the places that can be left out of its copy.

    ``frozen`` where a consent on which it rests was withdrawn.
    """

    record: Record
    document: MinutesDocument
    frozen: bool = False

    @property
    def passages(self) -> tuple[disclosure_copy.Passage, ...]:
        """The places, in the record's order."""
        return disclosure_copy.passages(self.document)


def open_record(*, actor: Actor, item_id: UUID) -> Disclosable:
    """The confirmed record of an item, for its custodian with a fresh factor.

    Of a frozen one nothing is shown before a reason was given: ``note_shown``.
    """
    record = records.load(item_id)
    cases = [record.item.case_id] if record.item.case_id else []
    access = access_for(actor, cases=cases, items=[item_id])
    thing = record.thing(actor.id)
    access.require(Action.OPEN_FROZEN, thing)
    if record.minutes.state != Minutes.State.FINAL:
        raise HiddenError
    frozen = not access.offers(Action.READ, thing)
    return Disclosable(record, records.document(record, confirmed=True), frozen)


def note_shown(*, actor: Actor, opened: Disclosable, reason: str = "") -> None:
    """Put on record that the words are shown; of a frozen record, why (R24).

    Raises InvalidError for a frozen one without a reason.
    """
    if opened.frozen:
        require_reason(reason)
        note_opened(actor, opened.record, reason)
    else:
        note_read(actor, opened.record)


def make_copy(
    *,
    actor: Actor,
    item_id: UUID,
    out: LeftOut,
    file: File,
    repeated: bool = False,
    reason: str = "",
) -> bytes:
    """One file of the copy, without what is left out.

    Raises InvalidError where words that are left out stand a second time, unless
    ``repeated`` says that this is meant; of a frozen record also without a ``reason``.
    """
    opened = open_record(actor=actor, item_id=item_id)
    if opened.frozen:
        require_reason(reason)
    document, now = opened.document, clock.now()
    if not repeated and (again := disclosure_copy.remaining(document, out)):
        places = _("、").join(f"{gone}→{kept}" for gone, kept in again[:5])
        raise InvalidError(
            _("除く文と同じ文が、載せる部分にもあります(番号 %(places)s)。")
            % {"places": places}
        )
    _record(actor, opened, out, file, reason)
    if file is File.LIST:
        return disclosure_copy.list_pdf(document, out, made_at=now)
    copy = disclosure_copy.copied(document, out, made_at=now)
    return minutes_pdf(copy) if file is File.PDF else minutes_docx(copy)


def _record(
    actor: Actor, opened: Disclosable, out: LeftOut, file: File, reason: str
) -> None:
    """Who made which file, with how much left out on which grounds; no content."""
    grounds = sorted({ground.number for ground in out.values()})
    record = opened.record
    why = {"reason": reason.strip()} if opened.frozen else {}
    audit.record_read(
        "meetings.minutes.disclose",
        actor=actor.id,
        subject=f"minutes:{record.minutes.id}",
        case=record.item.case_id,
        item=record.item.id,
        detail={
            "version": record.minutes.version,
            "file": file.value,
            "left_out": len(out),
            "grounds": " ".join(map(str, grounds)),
            **why,
        },
    )
