"""Tables of members: people and bodies, duty, cases, sign-ins."""

from members.models.bodies import Body, LegalBasis, Organization, Policy, Unit
from members.models.cases import (
    Case,
    Consent,
    HouseholdMember,
    Membership,
    Recusal,
    Seat,
)
from members.models.duty import Acknowledgement, Commission, Office, PledgeText
from members.models.factors import PaperCard, PaperCode
from members.models.people import Person, SignIn, SignInFailure

__all__ = [
    "Acknowledgement",
    "Body",
    "Case",
    "Commission",
    "Consent",
    "HouseholdMember",
    "LegalBasis",
    "Membership",
    "Office",
    "Organization",
    "PaperCard",
    "PaperCode",
    "Person",
    "PledgeText",
    "Policy",
    "Recusal",
    "Seat",
    "SignIn",
    "SignInFailure",
    "Unit",
]
