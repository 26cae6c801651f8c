"""根拠法令 as they stand in the law books: the rows every installation begins with.

Sources: 社会福祉法 (昭和26年法律第45号; 106条の3 came by 平成29年法律第52号,
106条の4 and 106条の6 by 令和2年法律第52号), 生活困窮者自立支援法
(平成25年法律第105号; 9条 came by 平成30年法律第44号).
The penalty's word changed with the 刑法等の一部を改正する法律 on 1 June 2025.
"""

from datetime import date, datetime

from members.facts import Regime
from members.models import Body, LegalGround
from portal.core import clock

_ALWAYS = date(1900, 1, 1)  # an ordinance needs no law to begin with
_NEW_WORD = date(2025, 6, 1)
_SECRECY = "正当な理由なく秘密を漏らした場合は、1年以下の{}または100万円以下の罰金"

Code = LegalGround.Code
# code, first day, article, regime, words of the notice, whether a penalty stands,
# person invited
_ROWS = (
    (
        Code.ACT_106_6,
        date(2021, 4, 1),
        "社会福祉法（昭和26年法律第45号）第106条の6第1項",
        Regime.SHIEN,
        "社会福祉法第106条の6に基づく支援会議として開きます。",
        True,
        False,
    ),
    (
        Code.ACT_106_4,
        date(2021, 4, 1),
        "社会福祉法（昭和26年法律第45号）第106条の4第2項第5号",
        Regime.JUSO,
        "社会福祉法第106条の4第2項第5号の事業として、本人の同意のもとに開きます。",
        False,
        True,
    ),
    (
        Code.ACT_106_3,
        date(2018, 4, 1),
        "社会福祉法（昭和26年法律第45号）第106条の3第1項",
        Regime.JUSO,
        "社会福祉法第106条の3の支援体制の整備として、本人の同意のもとに開きます。",
        False,
        True,
    ),
    (
        Code.SELF_RELIANCE_9,
        date(2018, 10, 1),
        "生活困窮者自立支援法（平成25年法律第105号）第9条第1項",
        Regime.SHIEN,
        "生活困窮者自立支援法第9条に基づく支援会議として開きます。",
        True,
        False,
    ),
    (Code.NONE, _ALWAYS, "設置要綱による", Regime.NONE, "", False, False),
)


def enter_usual_grounds() -> dict[str, LegalGround]:
    """Enter the rows that are missing; per code the one in force now."""
    for code, first, article, regime, words, penalty, invited in _ROWS:
        for start, end, term in _spans(first, penalty=penalty):
            LegalGround.objects.get_or_create(
                code=code,
                starts_at=clock.day_start(start),
                defaults={
                    "ends_at": clock.day_start(end) if end else None,
                    "article": article,
                    "regime": regime,
                    "notice_words": words,
                    "penalty_words": _SECRECY.format(term) if penalty else "",
                    "subject_invited": invited,
                },
            )
    now = clock.now()
    return {g.code: g for g in LegalGround.objects.all() if g.span.holds(now)}


def ground_of(body: Body, regime: Regime, t: datetime) -> str:
    """The code of the body's ground at ``t`` for items of that law; else none's."""
    carrying = {
        ground.code
        for ground in LegalGround.objects.filter(regime=regime)
        if ground.span.holds(t)
    }
    live = (basis for basis in body.legal_bases.all() if basis.span.holds(t))
    codes = (basis.ground for basis in live if basis.ground in carrying)
    return next(codes, LegalGround.Code.NONE)


def words_of(code: str, t: datetime) -> LegalGround | None:
    """The words of a ground as they stood at ``t``."""
    rows = LegalGround.objects.filter(code=code)
    return next((ground for ground in rows if ground.span.holds(t)), None)


def first_day(code: str) -> date | None:
    """The first day on which a ground holds."""
    first = LegalGround.objects.filter(code=code).order_by("starts_at").first()
    return clock.day_of(first.starts_at) if first else None


def _spans(first: date, *, penalty: bool) -> list[tuple[date, date | None, str]]:
    if not penalty:
        return [(first, None, "")]
    return [(first, _NEW_WORD, "懲役"), (_NEW_WORD, None, "拘禁刑")]
