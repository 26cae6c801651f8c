"""Tables of meetings: sittings with items, the room's minutes, the records."""

from meetings.models.agenda import FrameLine, ItemTemplate
from meetings.models.attendance import ActingHead, OnlineRequest, Proxy
from meetings.models.calls import Call, CallRecipient, Proposal
from meetings.models.exports import RecordStyle, RecordTemplate
from meetings.models.feeds import CalendarChoice, CalendarFeed, CalendarReply
from meetings.models.fees import FeeRate, Travel
from meetings.models.floor import Attestation, Turn
from meetings.models.imports import Import, ImportedRow
from meetings.models.layers import CarryUp, JointSitting
from meetings.models.minutes import OUTCOMES, TASKS, Entry, EntryChange
from meetings.models.moves import MoveNotice
from meetings.models.notes import PrivateNote
from meetings.models.old_records import OldRecord
from meetings.models.outcomes import HandBack, Outcome, ResourceGap, SupportDecision
from meetings.models.phrases import Phrase
from meetings.models.polls import Poll, PollAnswer, PollDate, PollVoter
from meetings.models.records import (
    Confirmation,
    Correction,
    Minutes,
    RecordVersion,
)
from meetings.models.requests import SittingRequest
from meetings.models.retention import (
    Disposal,
    FileKind,
    LegalHold,
    Lengthening,
    RecordsClass,
    RetentionRule,
    Tombstone,
)
from meetings.models.set_up import SetUp
from meetings.models.sittings import AgendaItem, Invitation, Presence, Sitting
from meetings.models.stamps import StandingStamp
from meetings.models.tasks import Task
from meetings.models.year import CalendarDay, YearPlan

__all__ = [
    "OUTCOMES",
    "TASKS",
    "ActingHead",
    "AgendaItem",
    "Attestation",
    "CalendarChoice",
    "CalendarDay",
    "CalendarFeed",
    "CalendarReply",
    "Call",
    "CallRecipient",
    "CarryUp",
    "Confirmation",
    "Correction",
    "Disposal",
    "Entry",
    "EntryChange",
    "FeeRate",
    "FileKind",
    "FrameLine",
    "HandBack",
    "Import",
    "ImportedRow",
    "Invitation",
    "ItemTemplate",
    "JointSitting",
    "LegalHold",
    "Lengthening",
    "Minutes",
    "MoveNotice",
    "OldRecord",
    "OnlineRequest",
    "Outcome",
    "Phrase",
    "Poll",
    "PollAnswer",
    "PollDate",
    "PollVoter",
    "Presence",
    "PrivateNote",
    "Proposal",
    "Proxy",
    "RecordStyle",
    "RecordTemplate",
    "RecordVersion",
    "RecordsClass",
    "ResourceGap",
    "RetentionRule",
    "SetUp",
    "Sitting",
    "SittingRequest",
    "StandingStamp",
    "SupportDecision",
    "Task",
    "Tombstone",
    "Travel",
    "Turn",
    "YearPlan",
]
