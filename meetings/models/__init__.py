"""Tables of meetings: sittings with items, the room's minutes, the records."""

from meetings.models.minutes import Entry, EntryChange
from meetings.models.records import Confirmation, Correction, Minutes
from meetings.models.sittings import AgendaItem, Invitation, Presence, Sitting
from meetings.models.stamps import StandingStamp

__all__ = [
    "AgendaItem",
    "Confirmation",
    "Correction",
    "Entry",
    "EntryChange",
    "Invitation",
    "Minutes",
    "Presence",
    "Sitting",
    "StandingStamp",
]
