"""Tables of members: people and bodies, duty, cases, sign-ins."""

from members.models.api_tokens import ApiToken
from members.models.bodies import (
    Body,
    LegalBasis,
    LegalGround,
    Organization,
    Policy,
    Unit,
)
from members.models.cases import (
    ArchiveGrant,
    Case,
    Consent,
    HouseholdMember,
    Membership,
    Recusal,
    Seat,
)
from members.models.charters import Charter
from members.models.digests import DigestChoice
from members.models.duty import Acknowledgement, Commission, Office, PledgeText
from members.models.factors import CodePhone, PaperCard, PaperCode
from members.models.identities import CityIdentity
from members.models.people import Move, Person, Purpose, Scope, SignIn, SignInFailure
from members.models.posts import ExOfficio, Post, Succession, Tenure, Turnover
from members.models.relaxations import Relaxation
from members.models.resets import FactorReset
from members.models.stand_ins import StandIn

__all__ = [
    "Acknowledgement",
    "ApiToken",
    "ArchiveGrant",
    "Body",
    "Case",
    "Charter",
    "CityIdentity",
    "CodePhone",
    "Commission",
    "Consent",
    "DigestChoice",
    "ExOfficio",
    "FactorReset",
    "HouseholdMember",
    "LegalBasis",
    "LegalGround",
    "Membership",
    "Move",
    "Office",
    "Organization",
    "PaperCard",
    "PaperCode",
    "Person",
    "PledgeText",
    "Policy",
    "Post",
    "Purpose",
    "Recusal",
    "Relaxation",
    "Scope",
    "Seat",
    "SignIn",
    "SignInFailure",
    "StandIn",
    "Succession",
    "Tenure",
    "Turnover",
    "Unit",
]
