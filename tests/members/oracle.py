"""A second reading of the access rules, to hold the decision against.

Written from ACCESSRULES.md alone and importing nothing of the project: plain
words and booleans go in, one word comes out. A situation describes one person in
one capacity (a column of R32), one act and one thing:

capacity, act, kind, state, regime     words, as in the rules
account, session                       the account is active, the session is fresh
strength, fresh_factor                 0 link, 1 mail code, 2 factor; proved lately
grave, grave_lowered                   class 3; the town lowered class 3 to 1
commission, pledge, office             valid now, for this body and regime
convenes, presides                     the parts of the chair's office
acting                                 no stand-in's office, one for here, elsewhere
selection                              for the thing's case, in this capacity
seat, scribe, signatory                a place on the roster of the thing's item
invited, admitted, attended            to the sitting, to the item now, back then
basis                                  the statutory shelter is switched on
case, names_somebody, consent          about a case, household members, all of them
released, before_selection, back       to this person, and when
before_consent                         the release is older than the present consent
granted, narrowed                      released with the original, with less
town_downloads                         the town's setting
foreign, tax                           received under another law; tax information
recused, restricted, listed            kept away; a closed list of readers
archive_grant                          leave to read confirmed records of the case
link                                   no link, one to this sitting, to another
author                                 made it, or was asked for it
"""

Situation = dict[str, str | int | bool]

KEEPERS = {"chair", "secretariat"}
MEMBERS = {"internal", "external"}
APART = {"administrator", "auditor"}
DOCUMENTS = {"paper", "minutes"}
OF_AN_ITEM = {"item", "paper", "minutes"}
LEADS_TO = {"sitting", "call", "request"}

# Which questions make sense at all. What is not here does not exist (R1).
_KNOWN = {
    "body": "read convene issue_card set_rules appoint",
    "call": "see_notice acknowledge convene propose",
    "sitting": "see_notice acknowledge read convene approve dispose",
    "case": "read convene enter_consent enter_recusal declare_recusal dispose"
    " open_archive",
    "item": "read convene upload write_minutes follow_minutes declare_recusal",
    "paper": "read open_frozen download release recall dispose",
    "minutes": "read open_frozen download release recall request_correction"
    " confirm_minutes dispose",
    "request": "read upload",
    "health": "administer",
    "trail": "read_trail",
}
KNOWN = {(kind, act) for kind, acts in _KNOWN.items() for act in acts.split()}

# R32, column by column.
_COLUMNS = {
    "chair": "see_notice acknowledge convene approve read open_frozen upload download"
    " release recall write_minutes follow_minutes request_correction confirm_minutes"
    " enter_consent enter_recusal dispose open_archive issue_card set_rules"
    " appoint read_trail",
    "secretariat": "see_notice acknowledge convene read open_frozen upload download"
    " release recall write_minutes follow_minutes request_correction"
    " enter_consent enter_recusal dispose open_archive issue_card set_rules"
    " appoint read_trail",
    "internal": "see_notice acknowledge propose read upload download recall"
    " write_minutes follow_minutes request_correction confirm_minutes"
    " declare_recusal read_trail",
    "external": "see_notice acknowledge propose read upload download recall"
    " follow_minutes request_correction confirm_minutes declare_recusal read_trail",
    "deputy": "see_notice acknowledge read upload download write_minutes"
    " follow_minutes request_correction declare_recusal read_trail",
    "guest": "see_notice acknowledge read follow_minutes",
    "respondent": "read upload",
    "administrator": "administer",
    "auditor": "read_trail",
    "archive_reader": "read",
}
COLUMNS = {(who, act) for who, acts in _COLUMNS.items() for act in acts.split()}

# R8: a factor proved minutes ago. Opening what consent no longer carries is counted
# among them, as the nearest thing to opening an archive.
GRAVE_ACTS = {
    "approve",
    "release",
    "confirm_minutes",
    "enter_consent",
    "enter_recusal",
    "open_frozen",
    "dispose",
    "open_archive",
    "issue_card",
    "set_rules",
    "appoint",
}
NEUTRAL_ACTS = {"see_notice", "acknowledge"}
# R20, R24: what shows or grows content; the rest handles the case.
CONTENT_ACTS = {
    "read",
    "upload",
    "download",
    "release",
    "write_minutes",
    "follow_minutes",
    "request_correction",
    "confirm_minutes",
}
ORDER = ["hidden", "need_ack", "step_up", "allow"]


def verdict(s: Situation) -> str:
    """The best that any capacity of the person earns."""
    return best(readings(s))


def readings(s: Situation) -> list[set[str]]:
    """For each capacity of the person, the numbers of all rules that say no."""
    return [broken(s, capacity) for capacity in capacities(s)]


def best(readings: list[set[str]]) -> str:
    """The best answer among several readings."""
    return max(map(_answer, readings), key=ORDER.index)


def _answer(wrong: set[str]) -> str:
    if not wrong:
        return "allow"
    if wrong - {"R11", "R8"}:
        return "hidden"
    return "need_ack" if "R11" in wrong else "step_up"


def capacities(s: Situation) -> list[str]:
    """How the person meets this thing. Nobody meets an invitation or their own acts
    as chair or guest only: they are also the person who was invited or who acted."""
    own = str(s["capacity"])
    if own in APART and in_office(s):
        return [own]
    if s["kind"] == "request" and s["author"]:
        return ["respondent"]
    personal = "internal" if own in KEEPERS | APART | {"internal"} else "external"
    if (s["kind"] in {"sitting", "call"} and s["invited"]) or (
        s["kind"] == "trail" and s["author"]
    ):
        return [own, f"as {personal}"]
    return [own]


def in_office(s: Situation) -> bool:
    """The office holds for this thing: a stand-in's for the one sitting only."""
    here = s["acting"] == "here" and s["kind"] in OF_AN_ITEM | LEADS_TO
    return bool(s["office"]) and (s["acting"] == "no" or here)


def broken(s: Situation, capacity: str) -> set[str]:
    """The numbers of all rules that say no to the person in this capacity."""
    personally = capacity.startswith("as ")
    who = capacity.removeprefix("as ")
    return {number for number, rule in RULES.items() if not rule(s, who, personally)}


def _r1(s, who, personally):
    return (s["kind"], s["act"]) in KNOWN


def _r7(s, who, personally):
    return s["account"] and s["session"]


def _r8(s, who, personally):
    needed = 2 if s["grave"] and not s["grave_lowered"] else 1
    # Stricter than the letter of R8: whoever keeps cases, or looks after the portal
    # or its trail, comes with a factor always (SECURITY.md V6.3.3).
    if who in KEEPERS | APART:
        needed = 2
    if s["act"] in NEUTRAL_ACTS:
        needed = 1
    archive = s["state"] == "archived" or who == "archive_reader"
    if s["act"] in GRAVE_ACTS or archive:
        return s["strength"] == 2 and s["fresh_factor"]
    return s["strength"] >= needed


def _bound_to_secrecy(s, who):
    if who == "guest":
        return s["regime"] == "shien"
    return who not in APART and who != "respondent"


def _r10(s, who, personally):
    return s["commission"] or not _bound_to_secrecy(s, who)


def _r11(s, who, personally):
    asked = _bound_to_secrecy(s, who) and s["act"] not in NEUTRAL_ACTS
    return s["pledge"] or not asked


def _r12(s, who, personally):
    """Selection; for what is no case, the office or the place at the table."""
    if personally:
        return True
    if who in APART:
        return in_office(s)
    if who == "respondent":
        return s["kind"] == "request" and s["author"]
    seated = s["seat"] and s["kind"] in OF_AN_ITEM
    if who == "archive_reader":
        seated = s["archive_grant"] and s["case"] and s["kind"] in DOCUMENTS
    if who in {"archive_reader", "deputy", "guest"}:
        return seated
    if who in KEEPERS:
        has_body = s["kind"] != "health" and (s["kind"] != "trail" or s["case"])
        return in_office(s) and has_body and (s["selection"] or not s["case"])
    return s["selection"] if s["case"] else seated


def _r13(s, who, personally):
    """Members read what was released to them while they were members."""
    asking = {"read", "download", "request_correction", "confirm_minutes"}
    if s["kind"] not in DOCUMENTS or who in KEEPERS or s["act"] not in asking:
        return True
    if who == "archive_reader":
        return s["state"] in {"final", "archived"}
    own_draft = s["author"] and s["state"] == "draft"
    if own_draft and s["act"] in {"read", "download"}:
        return True
    consented = s["consent"] and not s["before_consent"]
    resting_on_consent = s["regime"] == "juso" and s["names_somebody"]
    if not s["released"] or (resting_on_consent and not consented):
        return False
    if not s["case"]:
        return s["seat"]
    back = s["back"] and who not in {"deputy", "guest"}
    return back or not s["before_selection"]


def _r15(s, who, personally):
    """A request lies between those who ask and the one who was asked."""
    return s["kind"] != "request" or who in KEEPERS or who == "respondent"


def _r16(s, who, personally):
    return who != "guest" or s["admitted"]


def _r17(s, who, personally):
    """Who calls together approves; a head who only presides does not."""
    if s["act"] != "approve":
        return True
    return s["convenes"] and in_office(s) and who in KEEPERS and not personally


def _r18(s, who, personally):
    """Each item has its roster; its live channel is for those let into it."""
    if s["kind"] != "item":
        return True
    if s["act"] in {"read", "upload"}:
        return s["seat"] or who in KEEPERS
    if s["act"] == "follow_minutes":
        return s["seat"] and (who in KEEPERS or s["admitted"])
    if s["act"] == "write_minutes":
        return s["seat"] and (who in KEEPERS or (s["scribe"] and s["admitted"]))
    return True


def _r19(s, who, personally):
    """Reading needs the shelter; what was read under it is disposed of without."""
    if s["act"] == "dispose":
        return True
    return s["regime"] != "shien" or s["basis"] or who in APART


def _r20(s, who, personally):
    """Consent of all concerned. What names nobody is consented to by nobody."""
    if s["regime"] != "juso" or not s["case"] or s["act"] not in CONTENT_ACTS:
        return True
    keeps = who in KEEPERS and s["act"] == "read" and s["kind"] not in DOCUMENTS
    return keeps or (s["consent"] and s["names_somebody"])


def _r21(s, who, personally):
    if s["foreign"]:
        return False
    with_consent = s["regime"] == "juso" and s["case"]  # whether it is live: R20
    if not s["tax"] or with_consent:
        return True
    if s["act"] == "read":
        return who in KEEPERS or s["author"]
    return s["act"] not in {"release", "download"}


def _r27(s, who, personally):
    return not s["recused"]


def _r28(s, who, personally):
    return s["listed"] or not s["restricted"]


def _r29(s, who, personally):
    act, keeps = s["act"], who in KEEPERS
    if s["kind"] not in DOCUMENTS:
        return s["state"] == "open"
    writes = s["author"] or who == "secretariat"
    kept = {"read", "download", "open_frozen", "dispose"} if keeps else set()
    possible = {
        "draft": {"release", "recall"}
        | ({"read", "download", "open_frozen"} if writes else set()),
        "unscanned": {"recall"} if keeps or s["author"] else set(),
        "held": {"read", "open_frozen", "release", "recall"} if keeps else set(),
        "released": {"read", "download", "release", "open_frozen"}
        | ({"recall"} if keeps or s["author"] else set())
        | ({"request_correction"} if keeps or s["attended"] else set())
        | ({"confirm_minutes"} if _signs(s, who) else set()),
        "final": {"read", "download"} | kept,
        "replaced": kept,
        "archived": kept | ({"read"} if who == "archive_reader" else set()),
    }
    return act in possible.get(s["state"], set())


def _signs(s, who):
    presiding = who in KEEPERS and in_office(s) and s["presides"]
    return presiding or (s["seat"] and s["signatory"])


def _r31(s, who, personally):
    if s["link"] == "none":
        return True
    return s["link"] == "here" and s["kind"] in OF_AN_ITEM | LEADS_TO


def _r32(s, who, personally):
    if (who, s["act"]) not in COLUMNS:
        return False
    if s["act"] == "download":
        by_setting = who == "internal" and s["town_downloads"]
        opens = s["granted"] or by_setting
        return who in KEEPERS or (opens and not s["narrowed"])
    if s["act"] == "recall":
        return who in KEEPERS or s["author"]
    if s["act"] == "read_trail":
        if who in KEEPERS:
            return s["case"]
        return who == "auditor" or s["author"]
    return True


RULES = {
    "R1": _r1,
    "R7": _r7,
    "R8": _r8,
    "R10": _r10,
    "R11": _r11,
    "R12": _r12,
    "R13": _r13,
    "R15": _r15,
    "R16": _r16,
    "R17": _r17,
    "R18": _r18,
    "R19": _r19,
    "R20": _r20,
    "R21": _r21,
    "R27": _r27,
    "R28": _r28,
    "R29": _r29,
    "R31": _r31,
    "R32": _r32,
}
