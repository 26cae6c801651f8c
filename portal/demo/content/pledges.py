"""Texts that people acknowledge, by regime and version. Sample wording only.

Sources: 社会福祉法第106条の6 (支援会議) and its penalty clause; the penalty is 拘禁刑
instead of 懲役 from 2025-06-01 (刑法等の一部を改正する法律, 令和4年法律第67号). Old
versions stay, because what a person acknowledged then must keep its words.
"""

from datetime import date

from portal.demo.content.types import Pledge

SAMPLE_NOTICE = (
    "※この文面は見本です。使用する前に、貴自治体の法務担当課が設置要綱及び"
    "現行の法令と照らし合わせて確認してください。"
)
_IMPRISONMENT_REFORM = date(2025, 6, 1)
_ACT_IN_FORCE = date(2021, 4, 1)

_SHIEN_BODY = """\
私は、見本市支援会議（以下「支援会議」という。）の事務に従事するに当たり、\
社会福祉法（昭和26年法律第45号。以下「法」という。）第106条の6第5項の規定に基づき、\
次の事項を遵守することを誓約します。

1 支援会議の事務に関して知り得た秘密を、正当な理由なく漏らしません。この秘密には、\
相談者及びその世帯に関する情報のほか、支援会議において対象となった世帯の有無、\
議題、出席者、資料の名称その他支援会議の運営に関して知り得た事項を含みます。
2 支援会議で得た情報は、支援の検討及び実施に必要な範囲でのみ用い、それ以外の目的に\
用いません。
3 資料及び会議録の複写、撮影、転記及び転送をしません。閲覧に用いるリンク及び確認\
コードを他の者に渡しません。
4 所属する機関の他の者に伝える必要があるときは、あらかじめ事務局に相談し、その\
指示に従います。
5 漏えい又はそのおそれを知ったときは、直ちに事務局に報告します。
6 構成員でなくなった後も、1から3までの事項を守ります。

なお、法第106条の6第5項の規定に違反して秘密を漏らした者は、法の定めるところにより、\
1年以下の{penalty}又は100万円以下の罰金に処せられることを理解しました。
"""

_JUSO_BODY = """\
私は、見本市重層的支援会議（社会福祉法（昭和26年法律第45号）第106条の4第2項第5号に\
掲げる事業として開催する会議をいう。以下「会議」という。）に出席するに当たり、\
見本市重層的支援会議設置要綱の規定に基づき、次の事項を遵守することを誓約します。

1 会議に関して知り得た個人情報その他の秘密を、正当な理由なく漏らしません。
2 会議で得た情報は、本人が同意した範囲において、支援プランの作成、実施及び評価の\
ためにのみ用います。
3 本人が同意を撤回したときは、その時から、対象となる情報を閲覧せず、用いません。
4 資料及び会議録の複写、撮影、転記及び転送をしません。閲覧に用いるリンク及び確認\
コードを他の者に渡しません。
5 漏えい又はそのおそれを知ったときは、直ちに事務局に報告します。
6 構成員でなくなった後も、1、2及び4の事項を守ります。

この誓約による義務は、地方公務員法、民生委員法、刑法その他の法令及び契約により私が\
負う守秘義務を妨げるものではないことを理解しました。
"""

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


PLEDGES = (
    Pledge(
        key="shien-1",
        regime="SHIEN",
        version=1,
        title="支援会議に関する守秘の誓約書",
        text=_with_notice(_SHIEN_BODY.format(penalty="懲役")),
        valid_from=_ACT_IN_FORCE,
        valid_until=_IMPRISONMENT_REFORM,
    ),
    Pledge(
        key="shien-2",
        regime="SHIEN",
        version=2,
        title="支援会議に関する守秘の誓約書",
        text=_with_notice(_SHIEN_BODY.format(penalty="拘禁刑")),
        valid_from=_IMPRISONMENT_REFORM,
        valid_until=None,
    ),
    Pledge(
        key="juso-1",
        regime="JUSO",
        version=1,
        title="重層的支援会議に関する守秘の誓約書",
        text=_with_notice(_JUSO_BODY),
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
