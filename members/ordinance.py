"""設置要綱 in words: what the settings of a body say, as an ordinance would.

The text is an official paper: it is Japanese whatever the language of the pages.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.conf import settings

from members.facts import Regime
from members.models import Body, Charter
from portal.core import jp

C = Charter


@dataclass(frozen=True, slots=True)
class Article:
    """第n条: its heading and its paragraphs.

    ``setting`` is the first setting that it says in words, where it says any.
    """

    number: int
    title: str
    paragraphs: tuple[str, ...]
    setting: str = ""


@dataclass(frozen=True, slots=True)
class Around:
    """What is settled of a body beside its rules, in the words of an ordinance.

    ``chapter``: the body is one of several in the ordinance, and has its own chapter.
    """

    chapter: bool = False
    secretariat: str = ""
    organizations: tuple[str, ...] = ()
    keeping: tuple[tuple[str, str], ...] = ()


NOTHING_AROUND = Around()


def articles(
    body: Body,
    rules: Charter,
    grounds: Sequence[str],
    around: Around = NOTHING_AROUND,
) -> list[Article]:
    """The rules of ``body`` as articles; ``grounds`` are the articles of law it has."""
    texts = (
        ("目的", "", () if around.chapter else purpose([body.name])),
        ("設置", "", _founding(body, grounds, around)),
        (_CONSENT_TITLE[bool(rules.regimes)], "consent", _consent(rules)),
        ("招集", "convener_title", _calling(rules)),
        ("長", "head_rule", _head(rules)),
        ("職務代理", "stand_in_rule", _stand_in(rules)),
        ("構成員", "term_rule", _members(rules, around)),
        ("守秘義務", "", _secrecy(rules)),
        ("会議の非公開", "closed", _closed(rules)),
        ("オンラインによる出席", "closed", (_local(_ONLINE[C.Online(rules.online)]),)),
        ("資料の提供等の協力", "requests_to", _requests(rules)),
        ("会議の結論", "outcome", _outcome(rules)),
        ("会議録", "record_unit", _records(rules)),
        ("文書の保存", "", _keeping(around)),
        ("庶務", "", _secretariat(around)),
    )
    said = [text for text in texts if text[2]]
    return [
        Article(number, title, words, setting)
        for number, (title, setting, words) in enumerate(said, 1)
    ]


def town_word() -> str:
    """What the municipality is: 市, 町, 村 or 区."""
    last = settings.MUNICIPALITY[-1:]
    return last if last in {"町", "村", "区"} else "市"


def _local(words: str) -> str:
    """The sentence with the municipality's own kind in it."""
    return words.format(town=town_word())


def chapters(
    names: Sequence[str], parts: Sequence[Sequence[Article]]
) -> list[tuple[str, list[Article]]]:
    """The ordinance of several bodies: 総則 and a chapter each, numbered through."""
    general = [Article(0, "目的", purpose(names))]
    found: list[tuple[str, list[Article]]] = []
    last = 0
    for name, part in zip(("総則", *names), (general, *parts), strict=True):
        found.append(
            (name, [replace(a, number=last + n) for n, a in enumerate(part, 1)])
        )
        last += len(part)
    return found


def purpose(names: Sequence[str]) -> tuple[str, ...]:
    """What the ordinance is for."""
    words = (
        "この要綱は、複雑化及び複合化した課題を抱える者及びその世帯への支援を"
        f"関係機関が連携して行うため、{joined(names)}の設置及び運営に関し必要な事項を"
        "定めることを目的とする。"
    )
    return (words,)


def joined(names: Sequence[str]) -> str:
    """Several names as a law joins them: A、B及びC."""
    *others, last = names
    return f"{'、'.join(others)}及び{last}" if others else last


def _grounds(articles_of_law: Sequence[str]) -> str:
    """The articles, with 同法 for an Act that was just named."""
    told, act = [], ""
    for article in articles_of_law:
        law, mark, rest = article.partition("）")
        told.append(f"同法{rest}" if mark and law == act else article)
        act = law
    return joined(told)


def _founding(body: Body, grounds: Sequence[str], around: Around) -> tuple[str, ...]:
    base = f"{_grounds(grounds)}に基づき" if grounds else "この要綱により"
    within = "以下この章において" if around.chapter else "以下"
    found = [f"{body.name}({within}「会議」という。)は、{base}設置する。"]
    if body.unit is not None:
        found.append(f"会議は、{body.unit.name}における支援について協議する。")
    if body.parent is not None:
        found.append(f"会議は、{body.parent.name}の下に置く。")
    if body.ends_on is not None:
        found.append(f"会議の設置期間は、{_day(body.ends_on)}までとする。")
    return tuple(found)


def _day(day: date) -> str:
    return jp.era_words(day).partition("(")[0]


_CONSENT = {
    C.Consent.NONE_NEEDED: (
        "会議は、構成員の守秘義務のもとで、本人の同意を得ていない事例を扱うことができる。",
    ),
    C.Consent.REQUIRED: (
        "会議は、本人及び対象となる世帯員の同意を得た事例に限り扱う。",
        "同意が撤回されたときは、その事例の資料を直ちに閲覧できないものとする。",
    ),
    C.Consent.BOTH: (
        "会議は、本人の同意を得て扱うか、守秘義務のもとで扱うかを、議題ごとに定める。",
        "同意を得ないで扱った資料は、同意を得て扱う議題に用いない。",
    ),
    C.Consent.NO_CASES: ("会議は、個別の事例を扱わない。",),
}


_CONSENT_TITLE = {True: "本人の同意", False: "事例の取扱い"}


def _consent(rules: Charter) -> tuple[str, ...]:
    found = _CONSENT[C.Consent(rules.consent)]
    if Regime.JUSO not in rules.regimes:
        return found
    form = f"同意は、世帯員ごとに、{rules.consent_form}により確認する。"
    return (*found, form)


def _calling(rules: Charter) -> tuple[str, ...]:
    who = rules.convener_title
    rhythm = {
        C.Rhythm.MONTHLY: f"会議は、毎月おおむね1回、{who}が招集する。",
        C.Rhythm.ON_REQUEST: f"会議は、構成機関の求めを受けて、{who}が招集する。",
        C.Rhythm.AS_NEEDED: f"会議は、必要に応じて、{who}が招集する。",
    }
    found = [rhythm[C.Rhythm(rules.rhythm)]]
    notice = f"招集の案内は、開催の日の{rules.notice_days}日前までに行う。"
    if rules.emergency:
        notice += "ただし、緊急を要するときは、この限りでない。"
    return (*found, notice)


def _head(rules: Charter) -> tuple[str, ...]:
    title, chief = rules.head_title, f"{town_word()}長"
    how = {
        C.HeadRule.POST: (
            f"会議に{title}を置き、{chief}が定める職にある者をもって充てる。"
        ),
        C.HeadRule.ELECTED: f"会議に{title}を置き、構成員の互選により定める。",
        C.HeadRule.NAMED: f"会議に{title}を置き、{chief}が指名する。",
        C.HeadRule.NONE: f"会議に長を置かない。進行は、{rules.convener_title}が行う。",
    }
    found = (how[C.HeadRule(rules.head_rule)],)
    if rules.head_rule == C.HeadRule.NONE:
        return found
    return (*found, f"{title}は、会議を代表し、議事を進行する。")


def _stand_in(rules: Charter) -> tuple[str, ...]:
    if rules.head_rule == C.HeadRule.NONE:
        who = rules.convener_title
    else:
        who = rules.head_title
    lack = f"{who}に事故があるとき、又は{who}が欠けたときは、"
    how = {
        C.StandInRule.MEMBERS: f"構成員のうち{who}があらかじめ指名する者",
        C.StandInRule.ANYONE: f"{who}があらかじめ指名する者",
        C.StandInRule.VICE_HEAD: "次席の者",
        C.StandInRule.RANKED: "あらかじめ定めた順位により、その順位の者",
        C.StandInRule.HAND_OVER: f"{who}が期間を定めて引き継いだ者",
    }
    found = f"{lack}{how[C.StandInRule(rules.stand_in_rule)]}がその職務を代理する。"
    if not rules.ad_hoc_stand_in:
        return (found,)
    return (found, f"{who}は、会議の当日に限り、職務を代理する者を定めることができる。")


_CLOSED = {
    C.Closed.SITTING: ("会議は、非公開とする。",),
    C.Closed.SITTING_AND_PAPERS: ("会議並びにその資料及び会議録は、非公開とする。",),
    C.Closed.AS_RULE: (
        "会議は、原則として非公開とする。",
        "個別の事例を扱わない議題は、その理由を記録して、公開と決定することができる。",
    ),
}


def _closed(rules: Charter) -> tuple[str, ...]:
    return _CLOSED[C.Closed(rules.closed)]


def _requests(rules: Charter) -> tuple[str, ...]:
    whom = {
        C.RequestsTo.ANYONE: "構成員その他の関係者",
        C.RequestsTo.MEMBERS: "構成員",
    }[C.RequestsTo(rules.requests_to)]
    name = rules.requests_in_name_of
    ask = f"会議は、必要があるときは、{whom}に対し、資料の提供、意見の開陳その他必要な"
    return (f"{ask}協力を求めることができる。", f"前項の求めは、{name}の名で行う。")


_TERMS = {
    C.TermRule.FISCAL_YEAR_AFTER: (
        "構成員の任期は、委嘱の日から、その日の属する年度の翌年度の3月31日までとする。"
    ),
    C.TermRule.TWO_YEARS: "構成員の任期は、2年とする。",
    C.TermRule.NONE: "構成員の任期は、定めない。",
    C.TermRule.POST: "構成員の任期は、その職にある間とする。",
    C.TermRule.BODY: "構成員の任期は、会議が置かれている間とする。",
}
_WITH_END = {C.TermRule.FISCAL_YEAR_AFTER, C.TermRule.TWO_YEARS}


def _members(rules: Charter, around: Around) -> tuple[str, ...]:
    rule = C.TermRule(rules.term_rule)
    approver = {
        C.Office.CONVENER: rules.convener_title,
        C.Office.HEAD: rules.head_title,
        C.Office.SECRETARIAT: "事務局",
    }[C.Office(rules.member_approval)]
    whole = (
        f"{'、'.join(around.organizations)}は、団体として構成員に委嘱するものとし、"
        "出席する者は、事例ごとに定める。"
    )
    rest = ("補欠の構成員の任期は、前任者の残任期間とする。",)
    return (
        *(_selection(rules) if rules.regimes else ()),
        *((whole,) if around.organizations else ()),
        _TERMS[rule],
        *(rest if rule in _WITH_END else ()),
        f"任期の途中に構成員を加えるときは、{approver}の承認を得る。",
    )


def _selection(rules: Charter) -> tuple[str, ...]:
    who = f"{rules.convener_title}又は事務局"
    return (f"事例の協議に加わる構成員は、議題ごとに、{who}が選ぶ。",)


def _secrecy(rules: Charter) -> tuple[str, ...]:
    if Regime.SHIEN in rules.regimes:
        part = (
            "同意を得ないで扱う事例について、" if Regime.JUSO in rules.regimes else ""
        )
        duty = (
            f"{part}会議の事務に従事する者及び従事していた者は、根拠となる法律の"
            "規定により、正当な理由がなく、会議の事務に関して知り得た秘密を"
            "漏らしてはならない。"
        )
    else:
        duty = ""
    local = (
        "構成員その他会議に関わる者は、会議に関して知り得た秘密を漏らしてはならない。"
        "その職を退いた後も、同様とする。"
    )
    pledge = "会議に加わる者は、資料を閲覧する前に、守秘義務に関する誓約を自ら行う。"
    names = "事例は番号で示し、氏名対照表は、その事例に選ばれた者に限り示すものとする。"
    return (
        *((duty,) if duty else ()),
        local,
        pledge,
        *((names,) if rules.regimes else ()),
    )


def _outcome(rules: Charter) -> tuple[str, ...]:
    return (_local(_OUTCOME[C.Outcome(rules.outcome)]),) if rules.regimes else ()


def _keeping(around: Around) -> tuple[str, ...]:
    rows = [
        f"{kind}の保存期間は、{name}とする。" for kind, name in around.keeping if name
    ]
    count = "保存期間は、文書が完結した日の属する年度の翌年度の4月1日から起算する。"
    return (*rows, count) if rows else ()


def _secretariat(around: Around) -> tuple[str, ...]:
    if not around.secretariat:
        return ()
    return (f"会議の庶務は、{around.secretariat}において処理する。",)


def _records(rules: Charter) -> tuple[str, ...]:
    unit = {
        C.RecordUnit.CLIENT: "会議録は、議題ごとに1通を作成する。",
        C.RecordUnit.SITTING: "会議録は、議題ごとに作成し、開催ごとに1通に編さんする。",
    }[C.RecordUnit(rules.record_unit)]
    title = rules.head_title
    if rules.confirmation == C.Confirmation.CIRCULATION:
        confirm = "会議録は、出席した者の全員に回覧し、その確認を受けて確定する。"
    elif rules.signatory_count:
        confirm = (
            f"会議録は、{title}及び{title}が指名する構成員"
            f"{rules.signatory_count}人の確認を受けて確定する。"
        )
    else:
        confirm = f"会議録は、{title}の確認を受けて確定する。"
    due = (
        f"決定事項のまとめは会議の終了後{rules.summary_days}日以内に、"
        f"会議録は{rules.minutes_days}日以内に作成する。"
    )
    if _SIGNING[C.SigningOrder(rules.signing_order)]:
        confirm += _SIGNING[C.SigningOrder(rules.signing_order)].format(title=title)
    days = rules.link_days
    reading = (
        f"出席した者は、会議の終了後{days}日の間、資料及び会議録を閲覧できる。"
        if days
        else "資料及び会議録の閲覧は、会議の終了までとする。"
    )
    return (unit, due, confirm, reading)


_SIGNING = {
    C.SigningOrder.ANY: "",
    C.SigningOrder.HEAD_FIRST: "確認は、{title}、構成員の順に行う。",
    C.SigningOrder.HEAD_LAST: "確認は、構成員が先に、{title}が最後に行う。",
}


_OUTCOME = {
    C.Outcome.DECIDES: "会議は、協議した事項について支援の方針を決定する。",
    C.Outcome.ADVISES: (
        "会議は、協議した事項について意見を述べ、{town}がこれを受けて決定する。"
    ),
}
_ONLINE = {
    C.Online.NONE: "会議への出席は、会場で行う。オンラインによる出席は、認めない。",
    C.Online.CITY_ROOMS: (
        "オンラインによる出席は、{town}の施設から行う場合に限り、認める。"
    ),
    C.Online.ANYWHERE: (
        "構成員は、あらかじめ申し出ることにより、オンラインで出席することができる。"
    ),
}
