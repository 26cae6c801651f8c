"""設置要綱の型: the typical ordinances that the first set-up begins from.

Plain data. A new type is one more ``TypicalCharter`` in ``_ALL``: the bodies it
makes, what each of them settles of itself (``rules``, fields of ``Charter``), and the
answers that the questions are shown with (``answers``). Whatever is left out has the
default of its field.

Sources: 社会福祉法106条の3, 106条の4, 106条の6; ordinances as towns publish them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from members.models import Body, Charter, LegalGround

C = Charter
Code = LegalGround.Code
Tier = Body.Tier


_CONSENT_WORDS = {
    C.Consent.NONE_NEEDED: "同意を得る前の事例も",
    C.Consent.REQUIRED: "同意のある事例だけ",
    C.Consent.BOTH: "同意の有無を議題ごとに",
    C.Consent.NO_CASES: "事例は扱わない",
}


@dataclass(frozen=True, slots=True)
class TypicalBody:
    """A body of a typical ordinance; ``slot`` names it within the ordinance.

    ``below`` is the slot of its parent. ``everywhere``: one in each 圏域; a body
    with cases belongs to a 圏域, one without cases to the whole town.
    """

    slot: str
    name: str
    tier: Tier
    grounds: tuple[Code, ...]
    rules: Mapping[str, Any]
    role: str
    below: str = ""
    everywhere: bool = False

    @property
    def has_cases(self) -> bool:
        """Whether it deals with cases."""
        return bool(self.rules["consent"] != C.Consent.NO_CASES)

    @property
    def consent_words(self) -> str:
        """What it asks of cases, in a few words."""
        return _CONSENT_WORDS[self.rules["consent"]]


@dataclass(frozen=True, slots=True)
class TypicalCharter:
    """A typical ordinance: for whom it is, and the bodies it sets up, parents first.

    ``contracted``: a contractor calls the meetings, whose people are no staff.
    """

    code: str
    title: str
    for_whom: str
    convenes: str
    bodies: tuple[TypicalBody, ...]
    answers: Mapping[str, Any] = field(default_factory=dict)
    contracted: bool = False

    @property
    def in_wards(self) -> bool:
        """Whether a body stands in each of several 圏域."""
        return any(body.everywhere for body in self.bodies)

    @property
    def rows(self) -> list[list[TypicalBody]]:
        """The bodies by their layers, the highest first."""
        found: list[list[TypicalBody]] = []
        depth = {"": -1}
        for body in self.bodies:
            depth[body.slot] = depth[body.below] + 1
            if depth[body.slot] == len(found):
                found.append([])
            found[depth[body.slot]].append(body)
        return found


def _support(**more: Any) -> TypicalBody:
    """支援会議: no consent needed, under the secrecy of the Act."""
    return TypicalBody(
        slot="support",
        name="支援会議",
        tier=Tier.CASE,
        grounds=(Code.ACT_106_6,),
        rules={"consent": C.Consent.NONE_NEEDED, "outcome": C.Outcome.DECIDES},
        role="同意を得る前の事例を、法律の守秘義務のもとで話し合います。",
        **more,
    )


def _multilayer(**more: Any) -> TypicalBody:
    """重層的支援会議: consent, and a plan."""
    return TypicalBody(
        slot="multilayer",
        name="重層的支援会議",
        tier=Tier.CASE,
        grounds=(Code.ACT_106_4,),
        rules={"consent": C.Consent.REQUIRED},
        role="本人の同意を得て、支援プランを確かめます。",
        **more,
    )


def _both(name: str) -> TypicalBody:
    """One body for both: each item says which."""
    return TypicalBody(
        slot="support",
        name=name,
        tier=Tier.CASE,
        grounds=(Code.ACT_106_6, Code.ACT_106_4),
        rules={"consent": C.Consent.BOTH},
        role="同意のある事例も、同意を得る前の事例も、議題ごとに分けて扱います。",
    )


# What a body without cases settles of itself.
_WITHOUT_CASES = {
    "consent": C.Consent.NO_CASES,
    "closed": C.Closed.AS_RULE,
    "record_unit": C.RecordUnit.SITTING,
    "term_rule": C.TermRule.POST,
}


def _representatives() -> TypicalBody:
    """代表者会議: once or twice a year, without cases."""
    return TypicalBody(
        slot="representatives",
        name="代表者会議",
        tier=Tier.REPRESENTATIVES,
        grounds=(Code.NONE,),
        rules={**_WITHOUT_CASES, "rhythm": C.Rhythm.AS_NEEDED, "emergency": False},
        role="年に1、2回、機関の代表が集まり、全体の方針と資源の不足を話し合います。",
    )


_ALL = (
    TypicalCharter(
        code="single",
        title="役所が開く、一つの会議体",
        for_whom="はじめて会議を置く市町村、人数の少ない市町村に。",
        convenes="担当課長が招集し、議長も務めます。",
        bodies=(_both("支援会議"),),
        answers={"head_title": "議長", "convener_title": "担当課長"},
    ),
    TypicalCharter(
        code="same_day",
        title="二つの会議体を、同じ日に",
        for_whom="支援会議の後に続けて、重層的支援会議を開く市町村に。",
        convenes="担当課長が、両方を同じ日に招集します。",
        bodies=(_support(), _multilayer()),
        answers={"head_title": "議長", "convener_title": "担当課長"},
    ),
    TypicalCharter(
        code="four_layers",
        title="四つの層",
        for_whom="代表者・実務者・個別の会議が、役割を分け合う市町村に。",
        convenes="部長が招集します。課題は下から上へ、返事は上から下へ渡ります。",
        bodies=(
            _representatives(),
            TypicalBody(
                slot="practitioners",
                name="実務者会議",
                tier=Tier.PRACTITIONERS,
                grounds=(Code.NONE,),
                rules={**_WITHOUT_CASES, "rhythm": C.Rhythm.MONTHLY},
                role="実務の担当者が、個別の会議から上がった課題をまとめます。",
                below="representatives",
            ),
            _multilayer(below="practitioners"),
            _support(below="practitioners"),
        ),
        answers={
            "head_title": "会長",
            "convener_title": "福祉部長",
            "stand_in_rule": C.StandInRule.VICE_HEAD,
            "term_rule": C.TermRule.TWO_YEARS,
        },
    ),
    TypicalCharter(
        code="wards",
        title="区・圏域ごとに、並べて",
        for_whom="区や圏域ごとに会議体を置く、大きな市区町村に。",
        convenes="各区の担当課長が招集します。ほかの区の事例は見えません。",
        bodies=(
            _representatives(),
            _support(below="representatives", everywhere=True),
            _multilayer(below="representatives", everywhere=True),
        ),
        answers={"head_title": "議長", "convener_title": "区の担当課長"},
    ),
    TypicalCharter(
        code="contractor",
        title="受託者が招集する",
        for_whom="社会福祉協議会などに、多機関協働事業を委託する市町村に。",
        convenes="受託者が招集し、役所の担当課長が議長を務めます。",
        bodies=(_support(), _multilayer()),
        answers={
            "head_title": "議長",
            "convener_title": "多機関協働事業者",
            "signing_order": C.SigningOrder.HEAD_LAST,
            "member_approval": C.Office.HEAD,
        },
        contracted=True,
    ),
    TypicalCharter(
        code="preparation",
        title="移行準備中の市町村",
        for_whom="重層的支援体制整備事業への移行準備事業を行う市町村に。",
        convenes="担当課長が招集します。同意のある事例だけを扱います。",
        bodies=(
            TypicalBody(
                slot="multilayer",
                name="支援調整会議",
                tier=Tier.CASE,
                grounds=(Code.ACT_106_3,),
                rules={"consent": C.Consent.REQUIRED},
                role="法律の守秘義務の規定がないため、本人の同意を得た事例だけを扱います。",
            ),
        ),
        answers={
            "head_title": "座長",
            "convener_title": "担当課長",
            "outcome": C.Outcome.ADVISES,
        },
    ),
)
TYPICAL: dict[str, TypicalCharter] = {each.code: each for each in _ALL}
