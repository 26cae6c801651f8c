"""誓約書の文例: what towns usually let people pledge, by law; to be checked by each.

Sources: 社会福祉法第106条の6第5項 and 生活困窮者自立支援法第9条第5項 (secrecy of those
who work for a 支援会議) and their penalty clauses. Where a town has decided otherwise,
its own text holds, entered as a version.
"""

from collections.abc import Sequence

from members.facts import Regime
from members.models import LegalGround

IMPRISONMENT = "拘禁刑"  # 懲役 until 2025-05-31 (令和4年法律第67号)

_SHIEN = """\
私は、{name}（以下「支援会議」という。）の事務に従事するに当たり、\
{articles}の規定に基づき、次の事項を遵守することを誓約します。

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

なお、{again}の規定に違反して秘密を漏らした者は、法律の定めるところにより、\
1年以下の{penalty}又は100万円以下の罰金に処せられることを理解しました。
"""

_JUSO = """\
私は、{name}（{held_as}開催する会議をいう。以下「会議」という。）に出席するに当たり、\
会議の設置要綱の規定に基づき、次の事項を遵守することを誓約します。

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

_NONE = """\
私は、{municipality}が設置する会議に出席するに当たり、次の事項を遵守することを誓約します。

1 会議に関して知り得た個人情報その他の秘密を、正当な理由なく漏らしません。
2 資料及び会議録の複写、撮影、転記及び転送をしません。閲覧に用いるリンク及び確認\
コードを他の者に渡しません。
3 漏えい又はそのおそれを知ったときは、直ちに事務局に報告します。
4 構成員でなくなった後も、1及び2の事項を守ります。
"""

Code = LegalGround.Code
_WELFARE = "社会福祉法（昭和26年法律第45号）"
# By ground: of 支援会議 the article of secrecy in full and in short, else what it is.
_SECRECY = {
    Code.ACT_106_6: (f"{_WELFARE}第106条の6第5項", "社会福祉法第106条の6第5項"),
    Code.SELF_RELIANCE_9: (
        "生活困窮者自立支援法（平成25年法律第105号）第9条第5項",
        "生活困窮者自立支援法第9条第5項",
    ),
}
_HELD_AS = {
    Code.ACT_106_4: f"{_WELFARE}第106条の4第2項第5号に掲げる事業として",
    Code.ACT_106_3: f"{_WELFARE}第106条の3第1項の支援体制の整備として",
    Code.NONE: "会議の設置要綱に基づき",
}
_TYPICAL = {
    Regime.SHIEN: ("支援会議", _SHIEN, Code.ACT_106_6),
    Regime.JUSO: ("重層的支援会議", _JUSO, Code.ACT_106_4),
    Regime.NONE: ("会議", _NONE, Code.NONE),
}
_MOST_NAMES = 3  # that a sentence can bear


def typical(
    regime: Regime,
    municipality: str,
    *,
    grounds: Sequence[str] = (),
    names: Sequence[str] = (),
    penalty: str = IMPRISONMENT,
) -> tuple[str, str]:
    """Title and text of the usual wording for the law, with the town's name in it.

    ``grounds`` are those of the town's own bodies under the law, ``names`` theirs;
    without any the usual ones stand.
    """
    usual, text, ground = _TYPICAL[regime]
    own = [name.removeprefix(municipality) for name in names]
    name = "・".join(own) if 0 < len(own) <= _MOST_NAMES else usual
    codes = [Code(code) for code in grounds or [ground]]
    secrecy = [_SECRECY[code] for code in codes if code in _SECRECY]
    words = {
        "name": municipality + name,
        "municipality": municipality,
        "articles": "及び".join(full for full, _short in secrecy),
        "again": "又は".join(short for _full, short in secrecy),
        "held_as": "又は".join(_HELD_AS[code] for code in codes if code in _HELD_AS),
        "penalty": penalty,
    }
    return f"{name}に関する守秘の誓約書", text.format(**words)
