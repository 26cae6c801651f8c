"""様式1-1 相談受付・申込票 and 1-2 インテーク・アセスメントシート as Word files.

The fields are those of the national standard forms. People fill them in as far as they
can: every field may be empty and is then left free for handwriting.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from documents.output.papers.parts import (
    FormHead,
    HouseholdRow,
    form_docx,
    household_grid,
    person_block,
)
from documents.output.sheet import (
    Block,
    Facts,
    Grid,
    Heading,
    Notice,
    Paragraph,
    facts,
)
from portal.core.jp import era_words

WORRIES = (
    "病気・健康・障害",
    "住まい",
    "収入・生活費",
    "家賃・ローン",
    "税金・公共料金",
    "債務",
    "仕事探し",
    "仕事上の不安・トラブル",
    "地域との関係",
    "家族との関係",
    "子育て",
    "介護",
    "ひきこもり・不登校",
    "DV・虐待",
    "食べるものがない",
    "その他",
)

_APPLICATION = (
    "私は、支援の利用を申し込みます。個人情報の管理・取扱いの規程について説明を受け、"
    "支援に必要な範囲で、関係する機関が私の情報を共有することに同意します。"
)
_WITHOUT_CONSENT = (
    "本人の同意を得ていない受付です。この票の内容は、社会福祉法第106条の6に基づく"
    "支援会議の構成員の間だけで取り扱います。"
)


@dataclass(frozen=True, kw_only=True)
class IntakeApplication:
    """様式1-1; without ``consented_on`` it is the version without consent."""

    head: FormHead
    visitor: str = ""
    visitor_relation: str = ""
    visitor_phone: str = ""
    worries: Collection[str] = ()
    worst: str = ""
    request: str = ""
    hope: str = ""
    work: str = ""
    housing: str = ""
    insurance: str = ""
    pension: str = ""
    consented_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class AssessmentSheet:
    """様式1-2; ``agencies`` are pairs of an agency and how it is involved."""

    head: FormHead
    household: tuple[HouseholdRow, ...] = ()
    health: str = ""
    certificates: str = ""
    income: str = ""
    debts: str = ""
    housing: str = ""
    history: str = ""
    agencies: tuple[tuple[str, str], ...] = ()
    words: str = ""
    view: str = ""
    strengths: str = ""
    urgency: str = ""
    handling: str = ""
    consent: str = ""


def intake_application_docx(form: IntakeApplication) -> bytes:
    """様式1-1 as Word file."""
    return form_docx(
        form.head,
        "様式1-1",
        "相談受付・申込票",
        *person_block(form.head),
        Heading("来談者(本人以外の場合)", 2),
        Facts(
            (
                (("氏名", form.visitor), ("本人との関係", form.visitor_relation)),
                (("電話", form.visitor_phone),),
            )
        ),
        Heading("ご相談になりたいこと(○はいくつでも、特に困っているものに◎)"),
        _worries(form),
        facts(("相談したいこと", form.request), ("望むこと", form.hope)),
        Heading("暮らしの状況"),
        Facts(
            (
                (("仕事", form.work), ("住居", form.housing)),
                (("健康保険", form.insurance), ("年金", form.pension)),
            )
        ),
        *_consent(form),
    )


def assessment_docx(form: AssessmentSheet) -> bytes:
    """様式1-2 as Word file."""
    return form_docx(
        form.head,
        "様式1-2",
        "インテーク・アセスメントシート",
        *person_block(form.head),
        Heading("世帯"),
        household_grid(form.household),
        Heading("状況"),
        facts(
            ("健康", form.health),
            ("手帳・要介護度", form.certificates),
            ("収入", form.income),
            ("債務", form.debts),
            ("住まい", form.housing),
            ("仕事・学校の経過", form.history),
        ),
        Heading("関わっている機関"),
        Grid(("機関", "関わり"), form.agencies or (("", ""),), (40, 88)),
        Heading("見立て"),
        facts(
            ("本人の言葉", form.words),
            ("支援者の見立て", form.view),
            ("強み", form.strengths),
            ("緊急度", form.urgency),
            ("対応の方法", form.handling),
            ("同意の状況", form.consent),
        ),
    )


def _worries(form: IntakeApplication) -> Grid:
    signs = dict.fromkeys(form.worries, "○") | {form.worst: "◎"}
    cells = [f"{signs.get(worry, '□')} {worry}" for worry in WORRIES]
    rows = tuple(tuple(cells[start : start + 4]) for start in range(0, len(cells), 4))
    return Grid((), rows, (1, 1, 1, 1))


def _consent(form: IntakeApplication) -> tuple[Block, ...]:
    if form.consented_on is None:
        return (Heading("同意"), Notice(_WITHOUT_CONSENT))
    signature = ("申込者の署名", form.head.person.name)
    return (
        Heading("利用の申込みと同意"),
        Paragraph(_APPLICATION),
        Facts(((("申込日", era_words(form.consented_on)), signature),)),
    )
