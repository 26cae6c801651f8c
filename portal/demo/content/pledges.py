"""Texts that people acknowledge, by regime and version. Sample wording only.

Sources: 社会福祉法第106条の6 (支援会議) and its penalty clause; the penalty is 拘禁刑
instead of 懲役 from 2025-06-01 (刑法等の一部を改正する法律, 令和4年法律第67号). Old
versions stay, because what a person acknowledged then must keep its words.
"""

from datetime import date

from members.facts import Regime
from members.typical_pledges import typical
from portal.demo.content.organizations import MUNICIPALITY
from portal.demo.content.types import Pledge

SAMPLE_NOTICE = (
    "※この文面は見本です。使用する前に、貴自治体の法務担当課が設置要綱及び"
    "現行の法令と照らし合わせて確認してください。"
)
_IMPRISONMENT_REFORM = date(2025, 6, 1)
_ACT_IN_FORCE = date(2021, 4, 1)

_COOPERATION_BODY = """\
私は、社会福祉法（昭和26年法律第45号）第106条の6第3項の規定に基づく支援会議からの\
協力の求めに応じて、資料又は情報を提供します。

1 この依頼は、情報を提供いただくためのものです。提供した者に、支援会議の資料、議題\
及び他の機関の回答は示されません。
2 依頼を受けたこと及びその内容を、正当な理由なく他に漏らしません。
3 送信した内容を訂正する必要があるときは、事務局に連絡します。
"""


def _with_notice(text: str) -> str:
    return f"{text}\n{SAMPLE_NOTICE}\n"


_SHIEN_BEFORE = typical(Regime.SHIEN, MUNICIPALITY.name, penalty="懲役")
_SHIEN = typical(Regime.SHIEN, MUNICIPALITY.name)
_JUSO = typical(Regime.JUSO, MUNICIPALITY.name)


PLEDGES = (
    Pledge(
        key="shien-1",
        regime="SHIEN",
        version=1,
        title=_SHIEN_BEFORE[0],
        text=_with_notice(_SHIEN_BEFORE[1]),
        valid_from=_ACT_IN_FORCE,
        valid_until=_IMPRISONMENT_REFORM,
    ),
    Pledge(
        key="shien-2",
        regime="SHIEN",
        version=2,
        title=_SHIEN[0],
        text=_with_notice(_SHIEN[1]),
        valid_from=_IMPRISONMENT_REFORM,
        valid_until=None,
    ),
    Pledge(
        key="juso-1",
        regime="JUSO",
        version=1,
        title=_JUSO[0],
        text=_with_notice(_JUSO[1]),
        valid_from=_ACT_IN_FORCE,
        valid_until=None,
    ),
    Pledge(
        key="cooperation-1",
        regime="COOPERATION",
        version=1,
        title="支援会議への資料等の提供に関する確認",
        text=_with_notice(_COOPERATION_BODY),
        valid_from=_ACT_IN_FORCE,
        valid_until=None,
    ),
)
