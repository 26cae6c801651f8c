"""Tables of meetings: sittings with items, the room's minutes, the records."""

from meetings.models.calls import Call, CallRecipient, Proposal
from meetings.models.agenda import FrameLine, ItemTemplate
from meetings.models.feeds import CalendarChoice, CalendarFeed, CalendarReply
from meetings.models.layers import CarryUp, JointSitting
from meetings.models.minutes import Entry, EntryChange
from meetings.models.outcomes import HandBack, Outcome, ResourceGap, SupportDecision
from meetings.models.polls import Poll, PollAnswer, PollDate, PollVoter
from meetings.models.records import Confirmation, Correction, Minutes
from meetings.models.requests import SittingRequest
from meetings.models.sittings import AgendaItem, Invitation, Presence, Sitting
from meetings.models.stamps import StandingStamp
from meetings.models.year import CalendarDay, YearPlan

__all__ = [
    "AgendaItem",
    "CalendarChoice",
    "CalendarDay",
    "CalendarFeed",
    "CalendarReply",
    "Call",
    "CallRecipient",
    "CarryUp",
    "Confirmation",
    "Correction",
    "Entry",
    "EntryChange",
    "FrameLine",
    "HandBack",
    "Invitation",
    "ItemTemplate",
    "JointSitting",
    "Minutes",
    "Outcome",
    "Poll",
    "PollAnswer",
    "PollDate",
    "PollVoter",
    "Presence",
    "Proposal",
    "ResourceGap",
    "Sitting",
    "SittingRequest",
    "StandingStamp",
    "SupportDecision",
    "YearPlan",
]
