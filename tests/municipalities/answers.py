"""The ten questions that ordinances answer in opposite ways, and two towns' answers.

The left answers are those of 見晴市, the right ones those of 波止場町. What a body's
charter says of a question stands here; what follows from it is walked in the tests.
"""

from dataclasses import dataclass
from typing import Any

from members.models import Charter

C = Charter
Answer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Question:
    """One question with the settings that answer it, in one town and the other."""

    number: int
    words: str
    miharashi: Answer
    hatoba: Answer


QUESTIONS = (
    Question(
        1,
        "本人同意: 両方を一つの会議体で / 同意のある事例だけ",
        {"consent": C.Consent.BOTH, "consent_form": "利用申込書(様式1-1)"},
        {"consent": C.Consent.REQUIRED, "consent_form": "情報共有同意書"},
    ),
    Question(
        2,
        "招集: 受託者が招集し、課長が進行 / 部長が招集し、課長が進行",
        {"convener_title": "招集担当者"},
        {"convener_title": "招集者"},
    ),
    Question(
        3,
        "長: 充て職 / 指名",
        {"head_rule": C.HeadRule.POST, "head_title": "総括者"},
        {"head_rule": C.HeadRule.NAMED, "head_title": "座長"},
    ),
    Question(
        4,
        "職務代理: 順位 / 任意の引き継ぎ",
        {"stand_in_rule": C.StandInRule.RANKED, "ad_hoc_stand_in": False},
        {"stand_in_rule": C.StandInRule.HAND_OVER, "ad_hoc_stand_in": True},
    ),
    Question(
        5,
        "開催: 毎月、緊急あり / 構成機関の求め、緊急なし",
        {"rhythm": C.Rhythm.MONTHLY, "emergency": True, "notice_days": 7},
        {"rhythm": C.Rhythm.ON_REQUEST, "emergency": False, "notice_days": 14},
    ),
    Question(
        6,
        "非公開: 会議と資料 / 原則非公開、議題ごとに公開の決定",
        {"closed": C.Closed.SITTING_AND_PAPERS},
        {"closed": C.Closed.AS_RULE},
    ),
    Question(
        7,
        "協力依頼: だれにでも、市長名で / 構成員だけに、部長名で",
        {"requests_to": C.RequestsTo.ANYONE, "requests_in_name_of": "見晴市長"},
        {
            "requests_to": C.RequestsTo.MEMBERS,
            "requests_in_name_of": "波止場町健康福祉部長",
        },
    ),
    Question(
        8,
        "任期: 翌年度の3月31日まで、招集者の承認 / 2年、長の承認",
        {
            "term_rule": C.TermRule.FISCAL_YEAR_AFTER,
            "member_approval": C.Office.CONVENER,
        },
        {"term_rule": C.TermRule.TWO_YEARS, "member_approval": C.Office.HEAD},
    ),
    Question(
        9,
        "会議録: 事例ごと、長と1人が確認 / 開催ごと、全員に回覧",
        {
            "record_unit": C.RecordUnit.CLIENT,
            "confirmation": C.Confirmation.SIGNATORIES,
            "signatory_count": 1,
            "signing_order": C.SigningOrder.HEAD_LAST,
            "summary_days": 2,
            "minutes_days": 45,
            "link_days": 14,
        },
        {
            "record_unit": C.RecordUnit.SITTING,
            "confirmation": C.Confirmation.CIRCULATION,
            "signatory_count": 0,
            "signing_order": C.SigningOrder.ANY,
            "summary_days": 7,
            "minutes_days": 60,
            "link_days": 7,
        },
    ),
    Question(
        10,
        "結論: 会議で決まる / 市が後日決める",
        {"outcome": C.Outcome.DECIDES, "online": C.Online.ANYWHERE},
        {"outcome": C.Outcome.ADVISES, "online": C.Online.NONE},
    ),
)


def charter(town: str) -> Charter:
    """The rules of ``town`` as they are typed into the form."""
    return Charter(**settings(town))


def settings(town: str) -> Answer:
    """All settings of a town, over the ten questions."""
    found: Answer = {}
    for question in QUESTIONS:
        found |= getattr(question, town)
    return found
