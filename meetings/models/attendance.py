"""代理出席・オンライン出席・職務代理: who comes, from where, in whose stead."""

from django.db import models

from meetings.models.sittings import Invitation, Sitting
from members.models import Office, Person


class Proxy(models.Model):
    """代理出席: whom a member named to come instead, until it is accepted (R25)."""

    class State(models.TextChoices):
        """Named by the member; the secretariat answers."""

        NAMED = "named", "確認待ち"
        ACCEPTED = "accepted", "受け入れ済み"
        REFUSED = "refused", "受け入れない"
        ENDED = "ended", "取り消し"

    invitation = models.OneToOneField(Invitation, models.CASCADE, related_name="proxy")
    name = models.CharField("代理の方の氏名", max_length=60)
    post = models.CharField("役職", max_length=60, blank=True)
    email = models.EmailField("メール", blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.NAMED)
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    reason = models.CharField("理由", max_length=200, blank=True)
    named_at = models.DateTimeField()
    answered_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.invitation}"


class OnlineRequest(models.Model):
    """オンライン出席の申し出, as far as the body's rules allow it."""

    class State(models.TextChoices):
        """Asked by the member; the secretariat answers."""

        ASKED = "asked", "確認待ち"
        ALLOWED = "allowed", "認める"
        REFUSED = "refused", "認めない"

    invitation = models.OneToOneField(Invitation, models.CASCADE, related_name="online")
    place = models.CharField("参加する場所", max_length=120)
    state = models.CharField(max_length=10, choices=State.choices, default=State.ASKED)
    asked_at = models.DateTimeField()
    answered_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.invitation}"


class ActingHead(models.Model):
    """職務代理: who presides over one sitting in the head's stead, and why (R26)."""

    class Why(models.TextChoices):
        """事故 and 欠けたとき are told apart in every ordinance; some add the will."""

        ABSENCE = "absence", "事故があるため(欠席など)"
        VACANCY = "vacancy", "欠けているため(空席)"
        HANDED = "handed", "引き継ぎを受けたため"

    sitting = models.ForeignKey(Sitting, models.PROTECT, related_name="acting_heads")
    head = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    office = models.ForeignKey(Office, models.PROTECT, related_name="+")
    why = models.CharField("事由", max_length=10, choices=Why.choices)
    note = models.CharField("事由の内容", max_length=200)
    # Nobody had designated them: the rule lets the day decide.
    ad_hoc = models.BooleanField("当日の指名", default=False)
    noted_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    noted_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("noted_at",)
        constraints = (
            models.UniqueConstraint(
                fields=["sitting"],
                condition=models.Q(ended_at=None),
                name="one_acts_at_a_time",
            ),
        )

    def __str__(self) -> str:
        return f"{self.sitting} {self.person}"
