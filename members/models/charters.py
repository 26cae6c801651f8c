"""設置要綱: how a body works, as its municipality wrote it (DOMAIN: bodies).

Each of these rules exists in real ordinances, and so does its opposite: none of them
is built in. A change is a new dated row that says who decided it and when.
"""

from django.conf import settings
from django.db import models

from members.facts import Regime
from members.models.bodies import Body, Dated
from members.models.people import Person


class Charter(Dated):
    """One version of a body's rules, in force in its span."""

    class Consent(models.TextChoices):
        """本人同意の扱い."""

        NONE_NEEDED = "none_needed", "同意を前提としない(守秘義務のもとで扱う)"
        REQUIRED = "required", "同意のある事例だけを扱う"
        BOTH = "both", "議題ごとに決める(同意あり・なしの両方)"
        NO_CASES = "no_cases", "事例を扱わない"

    class HeadRule(models.TextChoices):
        """長の決め方."""

        POST = "post", "役職で決まる(充て職)"
        ELECTED = "elected", "構成員の互選"
        NAMED = "named", "指名"
        NONE = "none", "長を置かない"

    class StandInRule(models.TextChoices):
        """職務代理."""

        MEMBERS = "members", "構成員のうち、あらかじめ指名した人"
        ANYONE = "anyone", "あらかじめ指名した人(構成員でなくてもよい)"
        VICE_HEAD = "vice_head", "副会長など次席の人"
        RANKED = "ranked", "順位を付けて定めた人"
        HAND_OVER = "hand_over", "期間を決めて任意に引き継いだ人"

    class Rhythm(models.TextChoices):
        """開催の時期."""

        MONTHLY = "monthly", "毎月おおむね1回"
        ON_REQUEST = "on_request", "構成機関の求めを受けて"
        AS_NEEDED = "as_needed", "必要に応じて"

    class Closed(models.TextChoices):
        """非公開の範囲."""

        SITTING = "sitting", "会議を非公開とする"
        SITTING_AND_PAPERS = "sitting_and_papers", "会議と資料を非公開とする"
        AS_RULE = "as_rule", "原則非公開(決定により議題ごとに公開)"

    class RequestsTo(models.TextChoices):
        """資料・情報の提供を求める相手."""

        ANYONE = "anyone", "構成員以外にも求める"
        MEMBERS = "members", "構成員だけに求める"

    class TermRule(models.TextChoices):
        """構成員の任期."""

        FISCAL_YEAR_AFTER = "fiscal_year_after", "委嘱した年度の翌年度の3月31日まで"
        TWO_YEARS = "two_years", "2年"
        NONE = "none", "定めない"
        POST = "post", "その職にある間"
        BODY = "body", "会議体がある間"

    class Office(models.TextChoices):
        """Who approves a member added between the regular rolls."""

        CONVENER = "convener", "招集者"
        HEAD = "head", "長"
        SECRETARIAT = "secretariat", "事務局"

    class RecordUnit(models.TextChoices):
        """会議録の作り方."""

        CLIENT = "client", "事例(議題)ごとに1通"
        SITTING = "sitting", "開催ごとに1通"

    class Confirmation(models.TextChoices):
        """会議録の確認."""

        SIGNATORIES = "signatories", "長と、指名した出席者"
        CIRCULATION = "circulation", "出席者全員への回覧"

    class SigningOrder(models.TextChoices):
        """会議録を確認する順番."""

        ANY = "any", "順番を問わない"
        HEAD_FIRST = "head_first", "長が確認し、そのあと構成員が順に確認する"
        HEAD_LAST = "head_last", "構成員が順に確認し、最後に長が確認する"

    class Outcome(models.TextChoices):
        """会議の結論の重み."""

        DECIDES = "decides", "会議で決まる"
        ADVISES = "advises", "会議の意見を受けて、自治体が決める"

    class Online(models.TextChoices):
        """オンライン出席."""

        NONE = "none", "認めない"
        CITY_ROOMS = "city_rooms", "役所の施設からだけ認める"
        ANYWHERE = "anywhere", "申し出により認める"

    body = models.ForeignKey(Body, models.PROTECT, related_name="charters")
    name = models.CharField("設置要綱の名称", max_length=120, blank=True)
    consent = models.CharField("本人同意", max_length=20, choices=Consent.choices)
    consent_form = models.CharField(
        "同意の書面", max_length=80, default="相談受付・申込票(様式1-1)"
    )
    head_rule = models.CharField(
        "長の決め方", max_length=20, choices=HeadRule.choices, default=HeadRule.POST
    )
    head_title = models.CharField("長の呼び方", max_length=20, default="議長")
    convener_title = models.CharField("招集者の呼び方", max_length=20, default="招集者")
    stand_in_rule = models.CharField(
        "職務代理",
        max_length=20,
        choices=StandInRule.choices,
        default=StandInRule.MEMBERS,
    )
    ad_hoc_stand_in = models.BooleanField("当日の代理を認める", default=False)
    rhythm = models.CharField(
        "開催の時期", max_length=20, choices=Rhythm.choices, default=Rhythm.MONTHLY
    )
    emergency = models.BooleanField("緊急の開催を認める", default=True)
    notice_days = models.PositiveSmallIntegerField(
        "案内を送る日(開催の何日前)", default=7
    )
    closed = models.CharField(
        "非公開の範囲",
        max_length=20,
        choices=Closed.choices,
        default=Closed.SITTING_AND_PAPERS,
    )
    requests_to = models.CharField(
        "協力を求める相手",
        max_length=20,
        choices=RequestsTo.choices,
        default=RequestsTo.ANYONE,
    )
    requests_in_name_of = models.CharField(
        "協力依頼の名義", max_length=60, default="首長"
    )
    term_rule = models.CharField(
        "任期", max_length=20, choices=TermRule.choices, default=TermRule.NONE
    )
    member_approval = models.CharField(
        "構成員の追加を承認する人",
        max_length=20,
        choices=Office.choices,
        default=Office.CONVENER,
    )
    record_unit = models.CharField(
        "会議録の作り方",
        max_length=20,
        choices=RecordUnit.choices,
        default=RecordUnit.CLIENT,
    )
    confirmation = models.CharField(
        "会議録の確認",
        max_length=20,
        choices=Confirmation.choices,
        default=Confirmation.SIGNATORIES,
    )
    signatory_count = models.PositiveSmallIntegerField(
        "長のほかに会議録を確認する人数", default=1
    )
    signing_order = models.CharField(
        "会議録を確認する順番",
        max_length=20,
        choices=SigningOrder.choices,
        default=SigningOrder.ANY,
    )
    summary_days = models.PositiveSmallIntegerField(
        "決定のまとめを出す期限(会議の後の日数)", default=2
    )
    minutes_days = models.PositiveSmallIntegerField(
        "会議録を確定する期限(会議の後の日数)", default=45
    )
    outcome = models.CharField(
        "結論の重み", max_length=20, choices=Outcome.choices, default=Outcome.DECIDES
    )
    online = models.CharField(
        "オンライン出席", max_length=20, choices=Online.choices, default=Online.NONE
    )
    link_days = models.PositiveSmallIntegerField("会議後に閲覧できる日数", default=7)
    decided_by = models.CharField("決めた人", max_length=60)
    decided_on = models.DateField("決めた日")
    entered_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    entered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("starts_at",)
        constraints = (
            models.UniqueConstraint(
                fields=["body", "starts_at"], name="charter_begins_once"
            ),
        )

    def __str__(self) -> str:
        return self.name or f"{self.body}"

    @property
    def regimes(self) -> frozenset[Regime]:
        """The laws under which an item about a case may stand here."""
        return _REGIMES[self.Consent(self.consent)]

    @property
    def head_by_post(self) -> bool:
        """Whether a post makes the head."""
        return self.head_rule == self.HeadRule.POST

    @property
    def signatories_named(self) -> int:
        """How many are named beforehand to confirm; a round names all who came."""
        if self.confirmation == self.Confirmation.CIRCULATION:
            return 0
        return self.signatory_count

    @classmethod
    def usual(cls, body: Body) -> "Charter":
        """The rules of a body that has entered none: those of its own law and town."""
        asks = {
            Regime.SHIEN: cls.Consent.NONE_NEEDED,
            Regime.JUSO: cls.Consent.REQUIRED,
            Regime.NONE: cls.Consent.NO_CASES,
        }
        return cls(
            body=body,
            consent=asks[Regime(body.regime)],
            requests_in_name_of=f"{settings.MUNICIPALITY}長",
        )


_REGIMES = {
    Charter.Consent.NONE_NEEDED: frozenset({Regime.SHIEN}),
    Charter.Consent.REQUIRED: frozenset({Regime.JUSO}),
    Charter.Consent.BOTH: frozenset({Regime.SHIEN, Regime.JUSO}),
    Charter.Consent.NO_CASES: frozenset(),
}

# The settings themselves: all but the version's own dates and who decided them.
_VERSION = {"id", "body", "starts_at", "ends_at"}
_DECISION = {"decided_by", "decided_on", "entered_by", "entered_at"}
RULES = tuple(
    field.name
    for field in Charter._meta.fields
    if field.name not in _VERSION | _DECISION
)
