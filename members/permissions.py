"""Who may do what (ACCESS_RULES R32), and which acts each kind of thing knows."""

from members.facts import Action, Kind, Role

CUSTODIANS = frozenset({Role.CHAIR, Role.SECRETARIAT})
MEMBERS = frozenset({Role.INTERNAL, Role.EXTERNAL})
SEATED = MEMBERS | {Role.DEPUTY}
BY_SEAT = frozenset({Role.DEPUTY, Role.GUEST})
APART = frozenset({Role.ADMINISTRATOR, Role.AUDITOR})

# R32. What is absent is HIDDEN; conditions inside a cell are rules of their own.
TABLE: dict[Action, frozenset[Role]] = {
    Action.SEE_NOTICE: CUSTODIANS | SEATED | {Role.GUEST},
    Action.ACKNOWLEDGE: CUSTODIANS | SEATED | {Role.GUEST},
    Action.CONVENE: CUSTODIANS,
    Action.PROPOSE: MEMBERS,
    Action.APPROVE: frozenset({Role.CHAIR}),
    Action.READ: CUSTODIANS
    | SEATED
    | {Role.GUEST, Role.RESPONDENT, Role.ARCHIVE_READER},
    Action.OPEN_FROZEN: CUSTODIANS,
    Action.UPLOAD: CUSTODIANS | SEATED | {Role.RESPONDENT},
    Action.DOWNLOAD: CUSTODIANS | SEATED,
    Action.RELEASE: CUSTODIANS,
    Action.RECALL: CUSTODIANS | MEMBERS,
    Action.WRITE_MINUTES: CUSTODIANS | {Role.INTERNAL, Role.DEPUTY},
    Action.FOLLOW_MINUTES: CUSTODIANS | SEATED | {Role.GUEST},
    Action.REQUEST_CORRECTION: CUSTODIANS | SEATED,
    Action.CONFIRM_MINUTES: MEMBERS | {Role.CHAIR},
    Action.ENTER_CONSENT: CUSTODIANS,
    Action.ENTER_RECUSAL: CUSTODIANS,
    Action.DECLARE_RECUSAL: SEATED,
    Action.DISPOSE: CUSTODIANS,
    Action.OPEN_ARCHIVE: CUSTODIANS,
    Action.ISSUE_CARD: CUSTODIANS,
    Action.SET_RULES: CUSTODIANS,
    Action.APPOINT: CUSTODIANS,
    Action.ADMINISTER: frozenset({Role.ADMINISTRATOR}),
    Action.READ_TRAIL: CUSTODIANS | SEATED | {Role.AUDITOR},
}

# Which acts a kind of thing knows at all; any other is HIDDEN (R1).
ACTS: dict[Kind, frozenset[Action]] = {
    Kind.BODY: frozenset(
        {
            Action.READ,
            Action.CONVENE,
            Action.ISSUE_CARD,
            Action.SET_RULES,
            Action.APPOINT,
        }
    ),
    Kind.CALL: frozenset(
        {Action.SEE_NOTICE, Action.ACKNOWLEDGE, Action.CONVENE, Action.PROPOSE}
    ),
    Kind.SITTING: frozenset(
        {
            Action.SEE_NOTICE,
            Action.ACKNOWLEDGE,
            Action.READ,
            Action.CONVENE,
            Action.APPROVE,
            Action.DISPOSE,
        }
    ),
    Kind.CASE: frozenset(
        {
            Action.READ,
            Action.CONVENE,
            Action.ENTER_CONSENT,
            Action.ENTER_RECUSAL,
            Action.DECLARE_RECUSAL,
            Action.DISPOSE,
            Action.OPEN_ARCHIVE,
        }
    ),
    Kind.ITEM: frozenset(
        {
            Action.READ,
            Action.CONVENE,
            Action.UPLOAD,
            Action.WRITE_MINUTES,
            Action.FOLLOW_MINUTES,
            Action.DECLARE_RECUSAL,
        }
    ),
    Kind.PAPER: frozenset(
        {
            Action.READ,
            Action.OPEN_FROZEN,
            Action.DOWNLOAD,
            Action.RELEASE,
            Action.RECALL,
            Action.DISPOSE,
        }
    ),
    Kind.MINUTES: frozenset(
        {
            Action.READ,
            Action.OPEN_FROZEN,
            Action.DOWNLOAD,
            Action.RELEASE,
            Action.RECALL,
            Action.REQUEST_CORRECTION,
            Action.CONFIRM_MINUTES,
            Action.DISPOSE,
        }
    ),
    Kind.REQUEST: frozenset({Action.READ, Action.UPLOAD}),
    Kind.HEALTH: frozenset({Action.ADMINISTER}),
    Kind.TRAIL: frozenset({Action.READ_TRAIL}),
}

# R8: strength 2, renewed within a few minutes.
STRONG_ACTS = frozenset(
    {
        Action.APPROVE,
        Action.RELEASE,
        Action.CONFIRM_MINUTES,
        Action.ENTER_CONSENT,
        Action.ENTER_RECUSAL,
        Action.OPEN_FROZEN,
        Action.DISPOSE,
        Action.OPEN_ARCHIVE,
        Action.ISSUE_CARD,
        Action.SET_RULES,
        Action.APPOINT,
    }
)
NEUTRAL_ACTS = frozenset({Action.SEE_NOTICE, Action.ACKNOWLEDGE})
ARTEFACTS = frozenset({Kind.PAPER, Kind.MINUTES})
# Acts that show content of a thing or add to it (R20, R24).
CONTENT_ACTS = frozenset(
    {
        Action.READ,
        Action.UPLOAD,
        Action.DOWNLOAD,
        Action.RELEASE,
        Action.WRITE_MINUTES,
        Action.FOLLOW_MINUTES,
        Action.REQUEST_CORRECTION,
        Action.CONFIRM_MINUTES,
    }
)
